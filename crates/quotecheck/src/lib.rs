#![doc = include_str!("../README.md")]

mod align;
mod chars;
mod finding;
mod grade;
mod judge;
mod language;
mod lexicon;
mod locate;
mod marks;
mod nearest;
mod part;
mod place;
mod quotation;
mod refine;
mod scan;
mod sentence;
mod source;
mod splice;
mod step;
mod stream;
mod verdict;
mod vocabulary;

pub use finding::{Change, ChangeKind, Finding, Normalisation, Reason, Span, Word, WordKind};
pub use nearest::Near;
pub use part::{Part, Standing, Voice};
pub use source::Source;
pub use stream::read;
pub use verdict::{Cut, Verdict};

use lexicon::Lexicon;
use quotation::Quotation;

/// What a caller may know beyond the words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The language of the quotation, as an ISO 639-1 code; told from the text if not given.
    pub quotation_language: Option<&'a str>,
    /// The language of the text, likewise.
    pub source_language: Option<&'a str>,
    /// A passage that starts at or after this character of the text is preferred to an equally good one before it.
    pub from: usize,
    /// Stretches of the text that are somebody's own, in the order of the text: what is found there is said to stand there.
    pub parts: &'a [Part],
    /// Whom the words are given to. Of equal passages the one that is not somebody else's is preferred.
    pub speaker: Option<&'a str>,
}

impl Source {
    /// What this text says of a quotation.
    pub fn find(&self, quotation: &str) -> Finding {
        self.find_with(quotation, &Options::default())
    }

    pub fn find_with(&self, quotation: &str, options: &Options) -> Finding {
        let quotation = Quotation::read(quotation, self);
        self.answer(&quotation, options).unwrap_or_else(|| {
            let told = (options.quotation_language, options.source_language);
            let other = language::differs(&quotation, self, told);
            Finding::bare(if other { Verdict::OtherLanguage } else { Verdict::NotFound }, quotation.len())
        })
    }

    /// What is said of a quotation that is too short or is found.
    fn answer(&self, quotation: &Quotation, options: &Options) -> Option<Finding> {
        if quotation.is_short() && !self.stands_once(quotation) {
            return Some(Finding::bare(Verdict::TooShort, quotation.len()));
        }
        self.found(quotation, options)
    }

    fn found(&self, quotation: &Quotation, options: &Options) -> Option<Finding> {
        let lexicon = Lexicon::of(options.source_language.or_else(|| self.language()));
        let from = self.word_at(options.from);
        let judged = place::places(quotation, self, lexicon, from).into_iter().map(|steps| {
            let mut finding = judge::judge(quotation, self, &steps, lexicon);
            finding.stands = part::standing(&finding.spans, options.parts, options.speaker);
            finding
        });
        fairest(judged)
    }

    /// The passages that share most with `words`, best first, at most `limit`: for showing where something that
    /// was not quoted, only reported, may come from. Says nothing of whether they mean the same.
    pub fn nearest(&self, words: &str, limit: usize) -> Vec<Near> {
        let quotation = Quotation::read(words, self);
        let mut near: Vec<Near> = locate::near(self, &quotation.ids)
            .into_iter()
            .filter_map(|guess| nearest::passage(self, &quotation.ids, guess))
            .collect();
        near.sort_by(|a, b| b.share.total_cmp(&a.share));
        near.truncate(limit);
        near
    }

    /// Whether the words of `text` stand at character `at`, marks and case of letters aside.
    pub fn contains_at(&self, text: &str, at: usize) -> bool {
        let quotation = Quotation::read(text, self);
        let word = self.word_at(at);
        !quotation.ids.is_empty() && self.ids.get(word..).is_some_and(|rest| rest.starts_with(&quotation.ids))
    }

    /// The ISO 639-1 code of the text's language, if it is sure and one of those with tables of their own.
    pub fn language(&self) -> Option<&'static str> {
        *self.detected.get_or_init(|| language::of(self))
    }

    fn stands_once(&self, quotation: &Quotation) -> bool {
        locate::exact(self, &quotation.ids, 2).len() == 1
    }
}

/// Of several places with the same words, the one that speaks best for the quotation.
fn fairest(findings: impl Iterator<Item = Finding>) -> Option<Finding> {
    let mut best: Option<(usize, Finding)> = None;
    for finding in findings {
        let blame = finding.blame();
        if best.as_ref().is_none_or(|(least, _)| blame < *least) {
            best = Some((blame, finding));
        }
        if best.as_ref().is_some_and(|(least, _)| *least == 0) {
            break;
        }
    }
    best.map(|(_, finding)| finding)
}
