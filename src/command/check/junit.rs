//! The report as JUnit XML: every quotation a test. What could not be compared is skipped; a source that could not be had is an
//! error, for that is not the document's fault.

use super::Entry;
use super::told::{Told, Weight};
use crate::time::Time;
use jiff::tz::TimeZone;
use std::io::{self, Write};

pub(super) fn write(out: &mut impl Write, file: &str, entries: &[Entry], now: Time) -> io::Result<()> {
    let told: Vec<(&Entry, Told)> =
        entries.iter().filter_map(|entry| Some((entry, Told::of(&entry.report)?))).collect();
    let count = |weight: Weight| told.iter().filter(|(_, told)| told.weight == weight).count();
    let (failures, errors, skipped) = (count(Weight::Wrong), count(Weight::Unknown), count(Weight::Silent));
    let (tests, file) = (told.len(), escaped(file));
    let at = now.format(&TimeZone::UTC, "%Y-%m-%dT%H:%M:%S");
    // The strictest schema in use (Ant's) wants all of this, even where there is nothing to say.
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, "<testsuites>")?;
    write!(
        out,
        r#"  <testsuite name="quotations in {file}" package="ibid.check" id="0" timestamp="{at}" hostname="localhost" "#
    )?;
    writeln!(
        out,
        r#"tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}" time="0">"#
    )?;
    writeln!(out, "    <properties/>")?;
    for (entry, told) in &told {
        let report = &entry.report;
        let name = escaped(&format!("line {}: {}", report.line, super::report::shortened(&report.text, 80)));
        write!(out, r#"    <testcase name="{name}" classname="{file}" time="0""#)?;
        let message = escaped(&told.words);
        let details = escaped(&super::report::details(report).join("\n"));
        match told.weight {
            Weight::Right | Weight::Slight => writeln!(out, "/>")?,
            Weight::Silent => writeln!(out, "><skipped message=\"{message}\"/></testcase>")?,
            Weight::Wrong => writeln!(
                out,
                "><failure type=\"{}\" message=\"{message}\">{details}</failure></testcase>",
                told.rule
            )?,
            Weight::Unknown => writeln!(
                out,
                "><error type=\"{}\" message=\"{message}\">{details}</error></testcase>",
                told.rule
            )?,
        }
    }
    writeln!(out, "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>")
}

/// For attributes and text alike. XML has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_breaks_out_of_an_attribute() {
        assert_eq!(super::escaped("a\"<b>&\n\u{0}\u{1b}é"), "a&quot;&lt;b&gt;&amp;&#10;\u{FFFD}\u{FFFD}é");
    }
}
