//! The report a person reads: one entry a quotation, the doubtful ones explained, a line that sums up.

use super::Entry;
use super::told::{Told, Weight};
use crate::quote::{Kind, Report};
use quotecheck::{Finding, Verdict, WordKind};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

/// Colours, or nothing where nobody sees them (`NO_COLOR`, or not a terminal).
pub(super) struct Paint(pub(super) bool);

impl Paint {
    pub(super) fn of_stdout() -> Paint {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        Paint(io::stdout().is_terminal() && !unwanted)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }
}

pub(super) fn write(out: &mut impl Write, paint: &Paint, file: &str, entries: &[Entry]) -> io::Result<()> {
    if entries.is_empty() {
        return writeln!(out, "{file}: no quotations");
    }
    for entry in entries {
        write_one(out, paint, file, entry)?;
    }
    writeln!(out, "{}", sum(entries))
}

fn write_one(out: &mut impl Write, paint: &Paint, file: &str, entry: &Entry) -> io::Result<()> {
    let report = &entry.report;
    let (sign, code, words) = shown(report);
    let place = paint.dim(&format!("{file}:{}", report.line));
    writeln!(out, "{} {place}  {}", paint.paint(code, sign), paint.paint(code, &words))?;
    let speaker = report.speaker.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let compared = paint.0.then(|| side_by_side(paint, entry.finding.as_ref()?)).flatten();
    writeln!(out, "    {speaker}{}", compared.unwrap_or_else(|| shortened(&report.text, SHOWN)))?;
    for (change, said) in report.changes.iter().zip(details(report)) {
        writeln!(out, "    {}", paint.paint(if change.material { "33" } else { "2" }, &said))?;
    }
    match &report.source {
        Some(source) => writeln!(out, "    {}", paint.dim(source)),
        None => Ok(()),
    }
}

/// Two lines of a terminal.
const SHOWN: usize = 150;

/// Both wordings in one: what the source says struck out, what the document says after it.
fn side_by_side(paint: &Paint, finding: &Finding) -> Option<String> {
    if !matches!(finding.verdict, Verdict::Altered | Verdict::Spliced | Verdict::Elided) {
        return None;
    }
    let mut line = String::new();
    for word in &finding.words {
        let (quote, source) = (word.quote.as_str(), word.source.as_str());
        let gone = |text: &str| painted(paint, "31;9", text);
        match word.kind {
            WordKind::Same => line += quote,
            WordKind::Elided | WordKind::Inserted => line += &painted(paint, "2", quote),
            WordKind::Dropped => line += &gone(source),
            WordKind::Added | WordKind::Moved => line += &painted(paint, "32", quote),
            WordKind::Changed => {
                line += &gone(source);
                if !source.is_empty() && !source.ends_with(' ') {
                    line.push(' ');
                }
                line += &painted(paint, "32", quote);
            }
        }
    }
    Some(line.trim().to_owned())
}

/// The space behind a word is not struck out with it.
fn painted(paint: &Paint, code: &str, text: &str) -> String {
    let words = text.trim_end();
    paint.paint(code, words) + &text[words.len()..]
}

/// Each difference in a line of its own.
pub(super) fn details(report: &Report) -> Vec<String> {
    let told = |change: &crate::quote::Difference| {
        let weight = if change.material { "" } else { " (slight)" };
        let words = match (change.source.trim(), change.quote.trim()) {
            ("", added) => format!("not in the source: “{added}”"),
            (left, "") => format!("left out: “{left}”"),
            (words, _) if change.kind == quotecheck::ChangeKind::Moved => format!("moved: “{words}”"),
            (source, quote) => format!("the source says “{source}”, the document “{quote}”"),
        };
        words + weight
    };
    report.changes.iter().map(told).collect()
}

fn shown(report: &Report) -> (&'static str, &'static str, String) {
    let Some(told) = Told::of(report) else {
        return ("·", "2", "reported speech, not judged".into());
    };
    let (sign, code) = match told.weight {
        Weight::Right => ("✓", "32"),
        Weight::Slight => ("~", "33"),
        Weight::Wrong => ("✗", "31"),
        Weight::Unknown if told.rule == "elsewhere" => ("!", "33"),
        Weight::Unknown => ("?", "33"),
        Weight::Silent => ("·", "2"),
    };
    (sign, code, told.words)
}

/// White space folded, and not more than so many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", words[..cut].trim_end()),
        None => words,
    }
}

fn sum(entries: &[Entry]) -> String {
    let judged: Vec<&Report> =
        entries.iter().map(|entry| &entry.report).filter(|report| report.kind != Kind::Reported).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for report in &judged {
        *counts.entry(shown(report).2).or_default() += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(words, n)| format!("{n} {}", counted(words, *n))).collect();
    let noun = if judged.len() == 1 { "quotation" } else { "quotations" };
    format!("{} {noun}: {}", judged.len(), parts.join(", "))
}

/// As it is said after a number.
fn counted(words: &str, n: usize) -> String {
    let many = if n == 1 { None } else { words.strip_prefix("differs from the source") };
    match (many, words.strip_prefix("the source ")) {
        (Some(rest), _) => format!("differ from the source{rest}"),
        (None, Some(rest)) => format!("whose source {rest}"),
        (None, None) => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quotecheck::Source;

    #[test]
    fn a_sum_can_be_read_aloud() {
        assert_eq!(counted("differs from the source", 1), "differs from the source");
        assert_eq!(counted("differs from the source", 2), "differ from the source");
        assert_eq!(counted("the source could not be had", 3), "whose source could not be had");
    }

    #[test]
    fn both_wordings_are_shown_in_colour() {
        let finding = Source::new("The lamps are turned low at half past nine.")
            .find("the lamps are turned down at half past nine");
        let painted = side_by_side(&Paint(true), &finding).unwrap();
        assert_eq!(
            painted,
            "the lamps are turned \x1b[31;9mlow\x1b[0m \x1b[32mdown\x1b[0m at half past nine"
        );
        assert!(!Paint(false).paint("31", "words").contains('\x1b'));
    }
}
