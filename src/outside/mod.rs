//! Whatever can fail for reasons not our own. Knows no noun.

pub mod authority;
pub mod browser;
pub mod clock;
pub mod db;
pub mod fetch;
pub mod files;
pub mod mail;
pub mod queue;
