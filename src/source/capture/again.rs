//! Whether a copy that failed is tried again soon: a server that starts anew or is overrun is well within the hour. Pure.

use crate::source::Health;
use crate::time::{DAY, HOUR, MINUTE};

/// After these a source is left to its days.
const WAITS: [i64; 3] = [MINUTE, 10 * MINUTE, HOUR];
/// Failures longer ago belong to another fault.
pub(super) const OF_LATE: i64 = DAY / 2;

/// How long to wait before the next try; `failures` counts those of late, this one included.
pub(super) fn wait(failures: usize) -> Option<i64> {
    WAITS.get(failures.checked_sub(1)?).copied()
}

/// Whether the reason says nothing about the page and may be over soon.
pub(super) fn may_pass(health: Health, status: Option<i64>) -> bool {
    match health {
        Health::Unreachable => true,
        Health::Error | Health::BotWall => matches!(status, Some(408 | 425 | 429 | 500 | 502 | 503 | 504)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_what_was_answered_is_not() {
        for (health, status, expected) in [
            (Health::Unreachable, None, true),
            (Health::Error, Some(503), true),
            (Health::BotWall, Some(429), true),
            (Health::BotWall, Some(403), false),
            (Health::Error, Some(404), false),
            (Health::Soft404, Some(200), false),
            (Health::Refused, None, false),
            (Health::Good, Some(200), false),
        ] {
            assert_eq!(may_pass(health, status), expected, "{health:?} {status:?}");
        }
    }

    #[test]
    fn the_waits_grow_and_end() {
        assert_eq!(
            (0..6).map(wait).collect::<Vec<_>>(),
            [None, Some(MINUTE), Some(10 * MINUTE), Some(HOUR), None, None]
        );
    }
}
