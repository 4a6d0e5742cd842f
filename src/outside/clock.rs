//! The time of day, which a setting can move for tests and rehearsals.

use crate::time::Time;
use std::time::SystemTime;

#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// Seconds added to the machine's own clock (`IBID_CLOCK`).
    pub shift: i64,
}

impl Clock {
    pub fn now(self) -> Time {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Time(since_epoch.as_micros() as i64).plus(self.shift * crate::time::SECOND)
    }
}
