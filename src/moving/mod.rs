//! Moving in: publications that were made with other tools. One folder or file per foreign form; all tell in the same [`report`].

pub mod markdown;
pub mod report;
