//! The report a person reads: one entry a quotation, the doubtful ones explained, a line that sums up.

use crate::quote::{Kind, Report, Ruling};
use quotecheck::Verdict;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

/// Colours, or nothing where nobody sees them (`NO_COLOR`, or not a terminal).
struct Paint(bool);

impl Paint {
    fn of_stdout() -> Paint {
        Paint(io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none())
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }
}

pub(super) fn write(out: &mut impl Write, file: &str, reports: &[Report]) -> io::Result<()> {
    let paint = Paint::of_stdout();
    if reports.is_empty() {
        return writeln!(out, "{file}: no quotations");
    }
    for report in reports {
        write_one(out, &paint, file, report)?;
    }
    writeln!(out, "{}", sum(reports))
}

fn write_one(out: &mut impl Write, paint: &Paint, file: &str, report: &Report) -> io::Result<()> {
    let (sign, code, words) = told(report);
    let place = paint.dim(&format!("{file}:{}", report.line));
    writeln!(out, "{} {place}  {}", paint.paint(code, sign), paint.paint(code, words))?;
    let speaker = report.speaker.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    writeln!(out, "    {speaker}{}", folded(&report.text))?;
    for change in &report.changes {
        let weight = if change.material { "" } else { " (slight)" };
        let words = match (change.source.trim(), change.quote.trim()) {
            ("", added) => format!("not in the source: “{added}”"),
            (left, "") => format!("left out: “{left}”"),
            (source, quote) => format!("the source says “{source}”, the document “{quote}”"),
        };
        writeln!(
            out,
            "    {}",
            paint.paint(if change.material { "33" } else { "2" }, &format!("{words}{weight}"))
        )?;
    }
    match &report.source {
        Some(source) => writeln!(out, "    {}", paint.dim(source)),
        None => Ok(()),
    }
}

fn told(report: &Report) -> (&'static str, &'static str, &'static str) {
    let Some(Ruling::Said(verdict)) = report.verdict else {
        return ("·", "2", "reported speech, not judged");
    };
    match verdict {
        Verdict::Verbatim => ("✓", "32", "word for word"),
        Verdict::Elided => ("✓", "32", "shortened, and marked so"),
        Verdict::Altered if report.material => ("✗", "31", "differs from the source"),
        Verdict::Altered => ("~", "33", "differs slightly"),
        Verdict::Spliced => ("✗", "31", "put together from different places"),
        Verdict::NotFound => ("✗", "31", "not found in the source"),
        Verdict::OtherLanguage => ("·", "2", "the source is in another language"),
        Verdict::NoText => ("·", "2", "the source holds no text"),
        Verdict::SourceUnavailable => ("?", "33", "the source could not be had"),
        Verdict::NoSource => ("·", "2", "no source given"),
        Verdict::TooShort => ("·", "2", "too short to judge"),
    }
}

/// White space folded, and not more than two lines of a terminal.
fn folded(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(150) {
        Some((cut, _)) => format!("{}…", words[..cut].trim_end()),
        None => words,
    }
}

fn sum(reports: &[Report]) -> String {
    let judged: Vec<&Report> = reports.iter().filter(|r| r.kind != Kind::Reported).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for report in &judged {
        *counts.entry(told(report).2).or_default() += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(words, n)| format!("{n} {words}")).collect();
    let noun = if judged.len() == 1 { "quotation" } else { "quotations" };
    format!("{} {noun}: {}", judged.len(), parts.join(", "))
}
