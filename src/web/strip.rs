//! How sources stood over time, as small pictures: inline SVG, coloured by the stylesheet. The page says the same in words beside it.

use super::template::Templates;
use super::words;
use crate::source::State;
use crate::source::standing::{StateDay, Stood};
use crate::time::{DAY, Time};
use jiff::tz::TimeZone;
use std::fmt::Write;

const WIDE: f64 = 640.0;
const HIGH: f64 = 18.0;

/// One source's states from the first look until now, the oldest first.
pub(super) fn of_source(stood: &[Stood], now: Time, zone: &TimeZone) -> String {
    let Some(first) = stood.first() else { return String::new() };
    let whole = (now.0 - first.since.0).max(DAY) as f64;
    let place = |at: Time| ((at.0 - first.since.0) as f64 / whole * WIDE).clamp(0.0, WIDE);
    let last = &stood[stood.len() - 1];
    let label = format!(
        "From {} until now: {}. Now {}.",
        words::day(first.since, zone),
        words::count(stood.len(), "state", "states"),
        words::state(last.state, last.since, zone)
    );
    let mut svg = open(WIDE, HIGH, "strip", &label);
    let until = stood.iter().skip(1).map(|next| next.since).chain([now]);
    for (stands, end) in stood.iter().zip(until) {
        // However short, it was seen.
        let (from, width) =
            (place(stands.since).min(WIDE - 3.0), (place(end) - place(stands.since)).max(3.0));
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{from:.1}\" y=\"0\" width=\"{width:.1}\" height=\"{HIGH}\"><title>{}: {}</title></rect>",
            stands.state,
            Templates::escape(&words::day(stands.since, zone)),
            words::state_name(stands.state)
        );
    }
    ends(&mut svg, &words::day(first.since, zone), &words::day(now, zone));
    svg
}

/// Weeks that the picture of all sources shows.
pub(super) const WEEKS: i64 = 52;

/// How many sources stood how at the end of each week, the last one now: bars that are piled up, the worst on top.
pub(super) fn of_all(weeks: &[Vec<(State, i64)>], now: Time, zone: &TimeZone) -> String {
    const STEP: f64 = 12.0;
    const TALL: f64 = 150.0;
    let sum = |week: &Vec<(State, i64)>| week.iter().map(|(_, n)| *n).sum::<i64>();
    let most = weeks.iter().map(sum).max().unwrap_or(0).max(1) as f64;
    let told = weeks.last().map(|week| tell(week)).unwrap_or_default();
    let label = format!("Sources by state at the end of each of {WEEKS} weeks. Now {told}.");
    let mut svg = open(WEEKS as f64 * STEP, TALL, "piles", &label);
    for (n, week) in weeks.iter().enumerate() {
        let at = now.plus(-(WEEKS - 1 - n as i64) * 7 * DAY);
        let title = format!("{}: {}", words::day(at, zone), tell(week));
        let _ = write!(svg, "<g><title>{}</title>", Templates::escape(&title));
        let mut foot = TALL;
        for (state, count) in week.iter().filter(|(_, count)| *count > 0) {
            let height = (*count as f64 / most * TALL).max(1.0);
            foot -= height;
            let x = n as f64 * STEP + 1.0;
            let _ = write!(
                svg,
                "<rect class=\"{state}\" x=\"{x}\" y=\"{foot:.1}\" width=\"{}\" height=\"{height:.1}\"/>",
                STEP - 2.0
            );
        }
        svg.push_str("</g>");
    }
    let first = now.plus(-(WEEKS - 1) * 7 * DAY);
    ends(&mut svg, &words::day(first, zone), &words::day(now, zone));
    svg
}

/// How many sources were in each state at the end of each week, the last one ending today. Rows of a state stand in the order of days.
pub(super) fn weeks(days: &[StateDay], today: i64) -> Vec<Vec<(State, i64)>> {
    let mut weeks = vec![Vec::new(); WEEKS as usize];
    for &state in State::ALL {
        let mut rows = days.iter().filter(|row| row.state == state).peekable();
        let mut held = 0;
        for (ago, week) in (0..WEEKS).rev().zip(&mut weeks) {
            while let Some(row) = rows.next_if(|row| row.day <= today - ago * 7) {
                held = row.sources;
            }
            week.push((state, held));
        }
    }
    weeks
}

/// `120 alive, 3 gone`
fn tell(week: &[(State, i64)]) -> String {
    let parts =
        week.iter().filter(|(_, n)| *n > 0).map(|(state, n)| format!("{n} {}", words::state_name(*state)));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "none".into() } else { parts.join(", ") }
}

fn open(width: f64, height: f64, kind: &str, label: &str) -> String {
    let label = Templates::escape(label);
    format!(
        "<svg class=\"states-drawn {kind}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">"
    )
}

/// From when until when, below the picture, where letters keep their size on a phone.
fn ends(svg: &mut String, from: &str, to: &str) {
    let (from, to) = (Templates::escape(from), Templates::escape(to));
    let _ = write!(svg, "</svg><p class=\"ends\"><span>{from}</span> <span>{to}</span></p>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_stretch() {
        let stood = |day: i64, state| Stood { since: Time(day * DAY), state, evidence: String::new() };
        let svg = of_source(
            &[stood(0, State::Alive), stood(90, State::Failing), stood(97, State::Gone)],
            Time(100 * DAY),
            &TimeZone::UTC,
        );
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(svg.contains("class=\"alive\" x=\"0.0\" y=\"0\" width=\"576.0\""), "{svg}");
        assert!(svg.contains("Now gone since 8 April 1970."), "{svg}");
        assert_eq!(of_source(&[], Time(0), &TimeZone::UTC), "");
    }

    #[test]
    fn a_day_without_a_row_is_like_the_day_before() {
        let row = |state, day, sources| StateDay { state, day, sources, came: 0 };
        let days = [row(State::Alive, 3, 7), row(State::Alive, 9, 5), row(State::Gone, 9, 2)];
        let at = |day| {
            let last = weeks(&days, day).pop().unwrap();
            last.into_iter().filter(|(_, n)| *n > 0).collect::<Vec<_>>()
        };
        assert_eq!((at(2), at(8)), (vec![], vec![(State::Alive, 7)]));
        assert_eq!(at(20), [(State::Alive, 5), (State::Gone, 2)]);
        let svg = of_all(&weeks(&days, 20), Time(20 * DAY), &TimeZone::UTC);
        assert!(svg.contains("Now 5 alive, 2 gone."), "{svg}");
    }
}
