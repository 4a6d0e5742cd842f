//! Whatever can fail for reasons not our own. Knows no noun.

pub mod clock;
pub mod db;
pub mod files;
pub mod mail;
pub mod queue;
