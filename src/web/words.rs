//! Fair words for what was found, the same everywhere a person meets them.

use crate::Result;
use crate::outside::db::Tx;
use crate::quote::{Counts, Ruling, Stands};
use crate::source::removal::Removal;
use crate::source::room::{Account, size};
use crate::source::stamp::Stamped;
use crate::source::{Capture, Fate, Health, State};
use crate::time::{DAY, Time};
use jiff::tz::TimeZone;
use quotecheck::Verdict;

/// `14 March 2026`
pub(super) fn day(at: Time, zone: &TimeZone) -> String {
    at.format(zone, "%-d %B %Y")
}

/// The same of a date as a page gives it, such as `2026-03-14T09:30:00+01:00`; what is no such date stays as it is.
pub(super) fn said_on(date: &str) -> String {
    let day = date.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok());
    day.map_or_else(|| date.to_owned(), |day| day.strftime("%-d %B %Y").to_string())
}

/// `14 March 2026, 09.30`
pub(super) fn moment(at: Time, zone: &TimeZone) -> String {
    at.format(zone, "%-d %B %Y, %H.%M")
}

/// `09.30`
pub(super) fn hour(at: Time, zone: &TimeZone) -> String {
    at.format(zone, "%H.%M")
}

/// After a number: `3 gone`.
pub(super) fn state_name(state: State) -> &'static str {
    match state {
        State::Unchecked => "not looked at yet",
        State::Blocked => "out of our reach",
        other => other.as_str(),
    }
}

pub(super) fn state(state: State, since: Time, zone: &TimeZone) -> String {
    match state {
        State::Unchecked => "not looked at yet".into(),
        State::Alive => "alive".into(),
        State::Moved => "moved to another address".into(),
        State::Changed => format!("changed since {}", day(since, zone)),
        State::Blocked => "out of our reach".into(),
        State::Failing => format!("failing since {}", day(since, zone)),
        State::Gone => format!("gone since {}", day(since, zone)),
    }
}

/// Behind a verdict: `since removed`.
pub(super) fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Changed => "since changed",
        Fate::Removed => "since removed",
    }
}

/// Of quoted words, in a sentence of its own.
pub(super) fn fate_told(fate: Fate, at: Time, zone: &TimeZone) -> String {
    format!("The quoted sentence was {}", fate_since(fate, at, zone))
}

/// Behind the words themselves.
pub(super) fn fate_since(fate: Fate, at: Time, zone: &TimeZone) -> String {
    let done = match fate {
        Fate::Changed => "changed on the page",
        Fate::Removed => "removed from the page",
    };
    format!("{done}, as seen on {}", day(at, zone))
}

/// In lists of sources.
pub(super) fn fate_listed(fate: Fate, at: Time, zone: &TimeZone) -> String {
    format!("a quoted sentence was {fate} on {}", day(at, zone))
}

pub(super) fn health(health: Health) -> &'static str {
    match health {
        Health::Good => "kept whole",
        Health::Soft404 => "a page that says there is nothing",
        Health::Error => "the site answered with an error",
        Health::BotWall => "a wall against robots answered",
        Health::ConsentWall => "a consent page answered",
        Health::Paywall => "a paywall answered",
        Health::Login => "a sign-in page answered",
        Health::Empty => "an empty page answered",
        Health::TooLarge => "too large to keep",
        Health::Refused => "refused by our own guard",
        Health::Unreachable => "nothing answered",
    }
}

/// What readers are told in the place of a copy that was taken away; nothing of one that is there.
pub(super) fn removed(tx: &mut Tx, capture: &Capture, zone: &TimeZone) -> Result<Option<String>> {
    let Some(at) = capture.removed_at else { return Ok(None) };
    let reason = Removal::of(tx, capture.capture_id)?.map(|removal| removal.reason).unwrap_or_default();
    Ok(Some(format!("taken away on {}: {}", day(at, zone), reason.trim_end_matches('.'))))
}

/// `time-stamped by clock.example on 14 March 2026, 09.30`; empty of a copy that is not.
pub(super) fn stamped(stamped: Option<&Stamped>, zone: &TimeZone) -> String {
    stamped.map_or_else(String::new, |stamped| {
        format!("time-stamped by {} on {}", stamped.authority, moment(stamped.stamped_at, zone))
    })
}

/// `Copies take 1.2 GB, 80 MB of it this month; 300 MB were not kept twice.`
pub(super) fn room(account: &Account, full: Option<Time>, now: Time, zone: &TimeZone) -> String {
    let (total, month) = (account.total, account.month);
    if total.copies == 0 {
        return "No copies are kept yet.".into();
    }
    let mut told = format!("Copies take {}", size(total.bytes as u64));
    if month.bytes < total.bytes {
        told += &format!(", {} of it this month", size(month.bytes as u64));
    }
    if total.saved > 0 {
        told += &format!("; {} were not kept twice", size(total.saved as u64));
    }
    told += ".";
    match full {
        // Nearer than a year, the day helps; later, the year does.
        Some(full) if full.0 - now.0 < 365 * DAY => {
            format!("{told} At the pace of the last 30 days the disk is full about {}.", day(full, zone))
        }
        Some(full) => {
            format!(
                "{told} At the pace of the last 30 days the disk is full about {}.",
                full.format(zone, "%Y")
            )
        }
        None => told,
    }
}

/// What signed in, from what it calls itself: `Firefox on Linux`. Its own words where they say neither.
pub(super) fn browser(agent: &str) -> String {
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    // Each calls itself what those before it call themselves, too.
    let program = known(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = known(&[
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ]);
    match (program, system) {
        (Some(program), Some(system)) => format!("{program} on {system}"),
        _ => agent.to_owned(),
    }
}

/// On a mark beside the words: `word for word`.
pub(super) fn mark(said: Verdict, kept: Option<&str>, supplied_by: Option<&str>) -> String {
    if let (Verdict::Verbatim | Verdict::Elided, Some(name)) = (said, supplied_by) {
        let shortened = if said == Verdict::Elided { "shortened; " } else { "" };
        return format!("{shortened}matches a copy supplied by {name}");
    }
    match (said, kept) {
        (Verdict::Altered, _) => "differs from the source".into(),
        (Verdict::NotFound, Some(day)) => format!("not found in the copy kept on {day}"),
        _ => verdict(said).into(),
    }
}

/// In counts: `7 word for word`.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Verbatim => "word for word",
        Verdict::Elided => "shortened",
        Verdict::Altered => "differs",
        Verdict::Spliced => "put together",
        Verdict::NotFound => "not found",
        Verdict::OtherLanguage => "another language",
        Verdict::NoText => "no text to compare",
        Verdict::SourceUnavailable => "not compared",
        Verdict::NoSource => "no source given",
        Verdict::TooShort => "too short to judge",
    }
}

/// After a number: `3 differ`, `1 differs`.
pub(super) fn counted(verdict: Verdict, n: usize) -> &'static str {
    match verdict {
        Verdict::Altered if n != 1 => "differ",
        Verdict::OtherLanguage => "in another language",
        Verdict::NoText => "with no text to compare",
        other => self::verdict(other),
    }
}

/// On the panel that explains a mark.
pub(super) fn explained(
    verdict: Verdict,
    material: bool,
    kept: Option<&str>,
    supplied_by: Option<&str>,
) -> String {
    if let (Verdict::Verbatim | Verdict::Elided, Some(name)) = (verdict, supplied_by) {
        let on = kept.map(|day| format!(" on {day}")).unwrap_or_default();
        let shortened = if verdict == Verdict::Elided {
            "Shortened, and says where; the rest matches"
        } else {
            "Matches"
        };
        return format!(
            "{shortened} a copy supplied by {name}{on}; the publication could not fetch the page itself"
        );
    }
    let copy = kept.map_or("the copy kept".to_owned(), |day| format!("the copy kept on {day}"));
    let as_kept = kept.map(|day| format!(", as kept on {day}")).unwrap_or_default();
    match verdict {
        Verdict::Verbatim => format!("Word for word in {copy}"),
        Verdict::Elided => format!("Shortened, and says where; the rest is word for word in {copy}"),
        Verdict::Altered if material => format!("The wording differs from the source{as_kept}"),
        Verdict::Altered => format!("The wording differs slightly from the source{as_kept}"),
        Verdict::Spliced => format!("Put together from different places of {copy}"),
        Verdict::NotFound => format!("These words were not found in {copy}"),
        Verdict::OtherLanguage => "The source is in another language, so the words cannot be compared".into(),
        Verdict::NoText => {
            "The source holds no text that could be compared, such as a video without captions".into()
        }
        Verdict::SourceUnavailable => {
            "No copy of the source could be kept, so these words were not compared".into()
        }
        Verdict::NoSource => "The post names no source for these words".into(),
        Verdict::TooShort => "Too few words to tell a quotation from a coincidence".into(),
    }
}

/// Added to what is explained: whose words the passage is, where that is not plain.
pub(super) fn standing(stands: &Stands) -> String {
    match (stands.within, &stands.speaker) {
        ("caption", _) => ". The words stand in a caption".into(),
        (_, _) if !stands.elsewhere => String::new(),
        (_, Some(speaker)) => format!(". In the source these are the words of {speaker}"),
        _ => ". The words stand in a comment below the text".into(),
    }
}

/// Whether a reader should see the difference without asking.
pub(super) fn needs_a_look(ruling: Ruling, material: bool) -> bool {
    match ruling.verdict() {
        Some(Verdict::Altered) => material,
        Some(Verdict::Spliced | Verdict::NotFound) => true,
        _ => false,
    }
}

/// `1 source`, `3 sources`
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `5 quotations and 1 transcript checked`; empty where nothing was.
pub(super) fn checked(counts: &Counts) -> String {
    let parts = [(counts.checked, "quotation", "quotations"), (counts.compared, "transcript", "transcripts")];
    let parts = parts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(n, one, many));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { String::new() } else { format!("{} checked", parts.join(" and ")) }
}

/// Whether a language (BCP 47) is written from right to left.
pub(super) fn right_to_left(language: &str) -> bool {
    let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    matches!(primary.as_str(), "ar" | "ckb" | "dv" | "fa" | "he" | "ps" | "sd" | "ug" | "ur" | "yi")
}

/// Which way a text runs: the way most of its letters do.
pub(super) fn direction(text: &str) -> &'static str {
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(4000);
    // Hebrew to Arabic Extended-A, and the presentation forms.
    let rightward =
        |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    let (from_right, all) = letters.fold((0, 0), |(r, all), c| (r + usize::from(rightward(c)), all + 1));
    if from_right * 2 > all { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_from_those_it_names() {
        let linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, expected) in [
            (format!("{linux} Chrome/156.0.0.0 Safari/537.36"), "Chrome on Linux"),
            (format!("{linux} Chrome/156.0.0.0 Safari/537.36 Edg/156.0"), "Edge on Linux"),
            (
                "Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0".into(),
                "Firefox on Android",
            ),
            ("curl/8.9".into(), "curl/8.9"),
            (String::new(), ""),
        ] {
            assert_eq!(browser(&agent), expected);
        }
    }

    #[test]
    fn a_text_runs_as_most_of_its_letters_do() {
        for (text, expected) in [
            ("", "ltr"),
            ("The log", "ltr"),
            ("السجل الليلي log", "rtl"),
            ("The log, السجل, of the harbour", "ltr"),
        ] {
            assert_eq!(direction(text), expected, "{text}");
        }
    }

    #[test]
    fn verdicts_are_told_in_fair_words() {
        assert_eq!(
            explained(Verdict::Altered, true, Some("14 March 2026"), None),
            "The wording differs from the source, as kept on 14 March 2026"
        );
        assert_eq!(
            explained(Verdict::NotFound, false, Some("14 March 2026"), None),
            "These words were not found in the copy kept on 14 March 2026"
        );
        assert_eq!((counted(Verdict::Altered, 1), counted(Verdict::Altered, 3)), ("differs", "differ"));
    }
}
