use serde::{Deserialize, Serialize};
use std::fmt;

/// What may be said of a quotation.
///
/// [`Source::find`](crate::Source::find) answers with the first six and [`Verdict::OtherLanguage`] or
/// [`Verdict::TooShort`]; the last three of the list belong to whoever fetched (or could not fetch) the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same words in the same order.
    Verbatim,
    /// Shortened or explained, every omission and insertion honestly marked.
    Elided,
    /// The passage is there, the wording differs.
    Altered,
    /// Parts from different places, or out of order, shown as one.
    Spliced,
    /// Nothing in the text is this quotation.
    NotFound,
    /// The quotation is in another language than the text.
    OtherLanguage,
    /// Too few words to tell a quotation from a coincidence.
    TooShort,
    /// The source holds no text that could be compared.
    NoText,
    /// The source could not be had.
    SourceUnavailable,
    /// The quotation names no source.
    NoSource,
}

impl Verdict {
    pub const ALL: [Verdict; 10] = [
        Verdict::Verbatim,
        Verdict::Elided,
        Verdict::Altered,
        Verdict::Spliced,
        Verdict::NotFound,
        Verdict::OtherLanguage,
        Verdict::TooShort,
        Verdict::NoText,
        Verdict::SourceUnavailable,
        Verdict::NoSource,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Verbatim => "verbatim",
            Verdict::Elided => "elided",
            Verdict::Altered => "altered",
            Verdict::Spliced => "spliced",
            Verdict::NotFound => "not_found",
            Verdict::OtherLanguage => "other_language",
            Verdict::TooShort => "too_short",
            Verdict::NoText => "no_text",
            Verdict::SourceUnavailable => "source_unavailable",
            Verdict::NoSource => "no_source",
        }
    }

    pub fn parse(name: &str) -> Option<Verdict> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == name)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether the quoted sentence starts before the quotation, goes on after it, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    #[default]
    None,
    Start,
    End,
    Both,
}

impl Cut {
    pub fn of(start: bool, end: bool) -> Cut {
        match (start, end) {
            (false, false) => Cut::None,
            (true, false) => Cut::Start,
            (false, true) => Cut::End,
            (true, true) => Cut::Both,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Cut::None => "none",
            Cut::Start => "start",
            Cut::End => "end",
            Cut::Both => "both",
        }
    }

    pub fn parse(name: &str) -> Option<Cut> {
        [Cut::None, Cut::Start, Cut::End, Cut::Both].into_iter().find(|cut| cut.as_str() == name)
    }
}
