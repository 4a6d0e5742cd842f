//! When a source is looked at again: soon after news, ever later while there is none. Pure.

use crate::id::SourceId;
use crate::source::State;
use crate::time::{DAY, Time};

/// So many looks a day apart, then so many a week apart, then a month; after a year of those, a quarter.
const DAILY: i64 = 3;
const WEEKLY: i64 = DAILY + 4;
const MONTHLY: i64 = WEEKLY + 12;

/// `quiet`: looks in a row that brought no news.
pub fn next(id: SourceId, state: State, quiet: i64, at: Time) -> Time {
    let days = match state {
        // Whether it is gone shows in days, and a passing fault is over in one.
        State::Failing => 1,
        // The dead seldom rise, and walls stand for long.
        State::Gone | State::Blocked if quiet < 4 => 7,
        State::Gone | State::Blocked => 30,
        _ => match quiet {
            ..DAILY => 1,
            DAILY..WEEKLY => 7,
            WEEKLY..MONTHLY => 30,
            _ => 90,
        },
    };
    at.plus(spread(id, quiet, days * DAY))
}

/// How quiet it is after one more look. A page that keeps changing is looked at weekly: daily copies of lists of news serve nobody.
pub fn quiet(before: i64, new_state: bool, new_words: bool) -> i64 {
    match (new_state, new_words) {
        (true, _) => 0,
        (false, true) => before.min(DAILY),
        (false, false) => before + 1,
    }
}

/// Up to a sixteenth sooner or later, so that what came together does not come due together for ever.
fn spread(id: SourceId, quiet: i64, length: i64) -> i64 {
    let mixed = (id.0 as u64).wrapping_mul(31).wrapping_add(quiet as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (widest, chance) = (length / 8, i64::from((mixed >> 44) as u32));
    length - widest / 2 + widest / (1 << 20) * chance
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The days on which a source is looked at that stands in one state all along.
    fn days(state: State, until: i64) -> Vec<i64> {
        let (mut at, mut quiet, mut days) = (Time(0), 0, Vec::new());
        while at.0 < until * DAY {
            at = next(SourceId(7), state, quiet, at);
            quiet += 1;
            days.push((at.0 + DAY / 2) / DAY);
        }
        days
    }

    #[test]
    fn looks_back_off() {
        let alive = days(State::Alive, 800);
        assert_eq!(&alive[..3], [1, 2, 3]);
        assert_eq!(alive.iter().filter(|day| **day <= 365).count(), 3 + 4 + 11, "{alive:?}");
        assert!(alive.windows(2).all(|days| days[1] - days[0] <= 96), "{alive:?}");
        assert_eq!(days(State::Failing, 5), [1, 2, 3, 4, 5]);
        assert!(days(State::Gone, 365).len() < 18);
    }

    #[test]
    fn what_came_together_spreads() {
        let due: std::collections::BTreeSet<i64> =
            (1..=1000).map(|id| next(SourceId(id), State::Alive, 8, Time(0)).0 / (DAY / 24)).collect();
        assert!(due.len() > 60, "{} hours", due.len());
        let days: Vec<i64> = due.iter().map(|hour| hour / 24).collect();
        assert!(*days.first().unwrap() >= 28 && *days.last().unwrap() <= 31, "{days:?}");
    }

    #[test]
    fn news_makes_looks_sooner() {
        assert_eq!((quiet(9, true, false), quiet(9, false, true), quiet(1, false, true)), (0, 3, 1));
        assert_eq!(quiet(9, false, false), 10);
    }
}
