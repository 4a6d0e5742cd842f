//! What is said of one quotation, and how much it weighs, for every form of the report.

use crate::quote::{Report, Ruling};
use quotecheck::Verdict;

/// What a build or an editor should make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Right,
    /// Differs, but not in what it says.
    Slight,
    Wrong,
    /// The source could not be had.
    Unknown,
    /// Nothing to compare, or too little.
    Silent,
}

pub(super) struct Told {
    pub(super) weight: Weight,
    /// A name that scripts know it by.
    pub(super) rule: &'static str,
    pub(super) words: String,
}

/// Everything that can be reported against a line, and what it means.
pub(super) const RULES: [(&str, &str); 6] = [
    ("altered", "The quotation differs from its source in a way that matters"),
    ("slightly_altered", "The quotation differs slightly from its source"),
    ("spliced", "The quotation is put together from different places of its source"),
    ("not_found", "The quotation is not in its source"),
    ("elsewhere", "The words stand in somebody else's turn or in a comment"),
    ("source_unavailable", "The source of the quotation could not be had"),
];

impl Told {
    /// None for reported speech, which is not judged.
    pub(super) fn of(report: &Report) -> Option<Told> {
        let Some(Ruling::Said(verdict)) = report.verdict else { return None };
        let (weight, rule, words) = match verdict {
            Verdict::Verbatim => (Weight::Right, "verbatim", "word for word"),
            Verdict::Elided => (Weight::Right, "elided", "shortened, and marked so"),
            Verdict::Altered if report.material => (Weight::Wrong, "altered", "differs from the source"),
            Verdict::Altered => (Weight::Slight, "slightly_altered", "differs slightly"),
            Verdict::Spliced => (Weight::Wrong, "spliced", "put together from different places"),
            Verdict::NotFound => (Weight::Wrong, "not_found", "not found in the source"),
            Verdict::OtherLanguage => (Weight::Silent, "other_language", "the source is in another language"),
            Verdict::NoText => (Weight::Silent, "no_text", "the source holds no text"),
            Verdict::SourceUnavailable => {
                (Weight::Unknown, "source_unavailable", "the source could not be had")
            }
            Verdict::NoSource => (Weight::Silent, "no_source", "no source given"),
            Verdict::TooShort => (Weight::Silent, "too_short", "too short to judge"),
        };
        let elsewhere = report.stands.as_ref().is_some_and(|stands| stands.elsewhere);
        let stands = report.stands.as_ref().map(|stands| stands.told()).unwrap_or_default();
        let (weight, rule) = match weight {
            Weight::Right | Weight::Slight if elsewhere => (Weight::Unknown, "elsewhere"),
            _ => (weight, rule),
        };
        Some(Told { weight, rule, words: format!("{words}{stands}") })
    }

    /// Continues “the quoted words”.
    pub(super) fn sentence(&self) -> String {
        match self.rule {
            "altered" | "slightly_altered" => self.words.clone(),
            "elsewhere" => format!("is {}", self.words),
            "source_unavailable" => "was not compared: the source could not be had".into(),
            _ => format!("is {}", self.words),
        }
    }
}
