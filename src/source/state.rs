//! How a source stands, from the history of looks at it.

use super::drift::CHANGED;
use super::health::keeps_out;
use super::{Fate, Health, Kind, State};
use crate::time::{DAY, Time};
use jiff::tz::TimeZone;

/// One look at a source.
#[derive(Debug, Clone)]
pub struct Look {
    pub at: Time,
    pub health: Health,
    pub status: Option<i64>,
    /// Why the health is what it is, in words.
    pub why: String,
    /// Where a redirect led, if not to the same place in another spelling.
    pub moved_to: Option<String>,
    /// How much of the first good copy's words still stand, 0 to 1; known of the newest look.
    pub standing: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub state: State,
    /// In words.
    pub evidence: String,
}

/// Dead is who failed so often …
const FAILURES: usize = 3;
/// … with at least so much time between.
const APART: i64 = 3 * DAY;

/// From all looks, oldest first, and from what became of the words that posts quote. A wall is never death, and a pointer never
/// changes.
pub fn of(kind: Kind, looks: &[Look], lost: Option<Fate>) -> Standing {
    let Some(last) = looks.last() else {
        return standing(State::Unchecked, "Nobody has looked yet.".into());
    };
    match outcome(last) {
        Outcome::Answered => answered(kind, last, lost),
        Outcome::KeptOut => standing(State::Blocked, last.why.clone()),
        Outcome::Failed => failed(looks),
    }
}

impl Look {
    /// Whether the page itself answered.
    pub fn is_good(&self) -> bool {
        self.health == Health::Good
    }
}

enum Outcome {
    Answered,
    KeptOut,
    Failed,
}

fn outcome(look: &Look) -> Outcome {
    match look.health {
        Health::Good => Outcome::Answered,
        Health::Error if look.status.is_some_and(keeps_out) => Outcome::KeptOut,
        Health::Error | Health::Soft404 | Health::Unreachable => Outcome::Failed,
        // It is there, and we may not, cannot or will not have it.
        Health::BotWall
        | Health::ConsentWall
        | Health::Paywall
        | Health::Login
        | Health::Empty
        | Health::TooLarge
        | Health::Refused => Outcome::KeptOut,
    }
}

fn answered(kind: Kind, last: &Look, lost: Option<Fate>) -> Standing {
    let gone = last.standing.map(|standing| 1.0 - standing).filter(|gone| *gone >= CHANGED);
    let gone = gone.map(|part| {
        let part = (part * 100.0).round();
        format!("About {part} % of the words first kept are no longer there.")
    });
    let lost = lost.map(|fate| match fate {
        Fate::Changed => "A quoted sentence reads otherwise now.".to_owned(),
        Fate::Removed => "A quoted sentence is no longer there.".to_owned(),
    });
    if kind == Kind::Source && (gone.is_some() || lost.is_some()) {
        let told: Vec<String> = lost.into_iter().chain(gone).collect();
        return standing(State::Changed, told.join(" "));
    }
    if let Some(to) = last.moved_to.as_ref().filter(|_| kind == Kind::Source) {
        return standing(State::Moved, format!("It now answers at {to}."));
    }
    standing(State::Alive, "It answered with the page.".into())
}

fn failed(looks: &[Look]) -> Standing {
    let last = looks.last().expect("there is a failure");
    // The unbroken run of failures at the end. A wall proves neither life nor death and is passed over.
    let mut run: Vec<&Look> = Vec::new();
    for look in looks.iter().rev() {
        match outcome(look) {
            Outcome::Answered => break,
            Outcome::KeptOut => {}
            Outcome::Failed => run.push(look),
        }
    }
    let mut counted = 0;
    let mut before: Option<Time> = None;
    for look in run.iter().rev() {
        if before.is_none_or(|before| look.at.0 - before.0 >= APART) {
            counted += 1;
            before = Some(look.at);
        }
    }
    let since = run.last().map_or(last.at, |first| first.at);
    let day = since.format(&TimeZone::UTC, "%-d %B %Y");
    if counted >= FAILURES {
        standing(
            State::Gone,
            format!("It has failed {} times since {day}. The last time: {}", run.len(), last.why),
        )
    } else {
        standing(State::Failing, format!("It has failed since {day}: {}", last.why))
    }
}

fn standing(state: State, evidence: String) -> Standing {
    Standing { state, evidence }
}

/// Whether two addresses differ only in how servers like to spell them: scheme, `www.`, a slash at the end.
pub fn same_place(one: &str, other: &str) -> bool {
    let bare = |url: &str| {
        let url = markup::url::canonical(url).unwrap_or_else(|| url.to_owned());
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let rest = rest.split('#').next().unwrap_or_default();
        rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/').to_owned()
    };
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks as `day:health`, such as `0:good 4:error/404`.
    fn history(text: &str) -> Vec<Look> {
        text.split_whitespace()
            .map(|look| {
                let (day, health) = look.split_once(':').unwrap();
                let (health, status) = health.split_once('/').unwrap_or((health, "200"));
                Look {
                    at: Time((day.parse::<f64>().unwrap() * DAY as f64) as i64),
                    health: Health::parse(health).unwrap(),
                    status: status.parse().ok(),
                    why: format!("({health})"),
                    moved_to: None,
                    standing: None,
                }
            })
            .collect()
    }

    fn check(looks: &str, expect: State) {
        assert_eq!(of(Kind::Source, &history(looks), None).state, expect, "{looks}");
    }

    #[test]
    fn gone_takes_three_failures_three_days_apart() {
        check("", State::Unchecked);
        check("0:good", State::Alive);
        check("0:good 1:error/404", State::Failing);
        check("0:good 1:error/404 1.1:error/404 1.2:error/404 1.3:error/404", State::Failing);
        check("0:good 1:error/404 4:error/410 6.9:unreachable", State::Failing);
        check("0:good 1:error/404 4:soft_404 7:unreachable", State::Gone);
        check("1:error/404 2:error/404 3:error/404 4:error/404 5:error/404 7:error/404", State::Gone);
        check("1:error/404 4:error/404 5:good 7:error/404", State::Failing);
        check("1:error/404 4:error/404 7:error/404 8:good", State::Alive);
    }

    #[test]
    fn a_wall_is_never_death() {
        check("0:good 1:bot_wall/403 5:error/403 9:login/401 13:error/451 17:paywall/402", State::Blocked);
        check("0:refused 4:refused 8:refused", State::Blocked);
        check("0:error/404 4:bot_wall 8:error/404", State::Failing);
        check("0:error/404 4:bot_wall 8:error/404 12:error/404", State::Gone);
        check("0:error/404 4:error/404 8:error/404 12:error/403", State::Blocked);
    }

    #[test]
    fn moved_and_changed_are_told_with_their_evidence() {
        let mut looks = history("0:good 9:good");
        looks[1].moved_to = Some("https://quay.example/new".into());
        let moved = standing(State::Moved, "It now answers at https://quay.example/new.".into());
        assert_eq!(of(Kind::Source, &looks, None), moved);
        looks[1].standing = Some(0.66);
        let changed =
            standing(State::Changed, "About 34 % of the words first kept are no longer there.".into());
        assert_eq!(of(Kind::Source, &looks, None), changed);
        looks[1].standing = Some(0.98);
        let lost = standing(State::Changed, "A quoted sentence is no longer there.".into());
        assert_eq!(of(Kind::Source, &looks, Some(Fate::Removed)), lost);
        assert_eq!(of(Kind::Pointer, &looks, Some(Fate::Removed)).state, State::Alive);
        let failing = of(Kind::Source, &history("0:good 1:error/404"), None);
        assert_eq!(failing.evidence, "It has failed since 2 January 1970: (error)");
    }

    #[test]
    fn one_place_has_several_spellings() {
        assert!(same_place("http://quay.example/tides/", "https://www.quay.example/tides"));
        assert!(same_place("https://quay.example", "https://quay.example/"));
        assert!(!same_place("https://quay.example/tides", "https://quay.example/2026/tides"));
        assert!(!same_place("https://quay.example/tides", "https://quay.example/tides?day=2"));
    }
}
