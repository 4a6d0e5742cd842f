//! A quotation and its verdict as scripts read them.

use super::{Judged, Kind, Ruling};
use std::collections::BTreeMap;

/// One quotation as scripts read it: the API's `quotations` and `ibid check --json`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
    pub line: i64,
    pub text: String,
    pub speaker: Option<String>,
    pub kind: Kind,
    pub verdict: Option<Ruling>,
    pub cut: String,
    pub material: bool,
    /// Whose words the passage is, if the source tells: a comment, a caption, a turn.
    pub stands: Option<Stands>,
    /// Address of the source, as cited.
    pub source: Option<String>,
    /// Where the copy it was compared with can be opened.
    pub capture: Option<String>,
    pub spans: Vec<Place>,
    pub changes: Vec<Difference>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Stands {
    /// turn, comment or caption.
    pub within: &'static str,
    /// The label of a turn.
    pub speaker: Option<String>,
    /// Surely not the words of whom the document gives them to.
    pub elsewhere: bool,
}

impl Stands {
    pub fn of(standing: &quotecheck::Standing) -> Stands {
        let (within, speaker) = match &standing.voice {
            quotecheck::Voice::Turn(label) => ("turn", Some(label.clone())),
            quotecheck::Voice::Comment => ("comment", None),
            quotecheck::Voice::Caption => ("caption", None),
        };
        Stands { within, speaker, elsewhere: standing.elsewhere }
    }

    /// After what is said of the words: `, but in a comment`; nothing where they stand where they should.
    pub fn told(&self) -> String {
        match (self.within, &self.speaker) {
            ("caption", _) => ", in a caption".into(),
            (_, _) if !self.elsewhere => String::new(),
            (_, Some(speaker)) => format!(", but in the words of {speaker}"),
            _ => ", but in a comment".into(),
        }
    }
}

/// In Unicode characters of the compared text.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Place {
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Difference {
    pub kind: quotecheck::ChangeKind,
    pub quote: String,
    pub source: String,
    pub material: bool,
}

impl Report {
    pub fn of(judged: &Judged, base_url: &str) -> Report {
        let finding = judged.finding();
        Report {
            line: judged.line,
            text: judged.words.clone(),
            speaker: judged.speaker.clone(),
            kind: judged.kind,
            verdict: judged.verdict.filter(|v| matches!(v, Ruling::Said(_))),
            cut: judged.cut.clone().unwrap_or_else(|| "none".into()),
            material: judged.material.unwrap_or(false),
            stands: finding.as_ref().and_then(|finding| finding.stands.as_ref()).map(Stands::of),
            source: judged.source_url.clone(),
            capture: judged.copy_path().map(|path| format!("{base_url}{path}")),
            spans: finding.iter().flat_map(places).collect(),
            changes: finding.iter().flat_map(differences).collect(),
        }
    }

    /// How many have each verdict.
    pub fn counts<'a>(reports: impl IntoIterator<Item = &'a Report>) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for ruling in reports.into_iter().filter_map(|report| report.verdict) {
            *counts.entry(ruling.as_str()).or_default() += 1;
        }
        counts
    }
}

pub fn places(finding: &quotecheck::Finding) -> Vec<Place> {
    finding.spans.iter().map(|s| Place { start: s.start, end: s.end }).collect()
}

pub fn differences(finding: &quotecheck::Finding) -> Vec<Difference> {
    let told = |c: &quotecheck::Change| Difference {
        kind: c.kind,
        quote: c.quote.clone(),
        source: c.source.clone(),
        material: c.material,
    };
    finding.changes.iter().map(told).collect()
}
