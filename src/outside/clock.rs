//! The time of day, which a setting can move for tests and rehearsals.

use crate::time::Time;

#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// Seconds added to the machine's own clock (`IBID_CLOCK`).
    pub shift: i64,
}

impl Clock {
    pub fn now(self) -> Time {
        Time(jiff::Timestamp::now().as_microsecond()).plus(self.shift * crate::time::SECOND)
    }
}
