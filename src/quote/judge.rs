//! The decision: what is said of each quotation, given the texts that are held of its source. Pure.

use super::{Kind, Passage, Quotation};
use crate::id::CaptureId;
use crate::outside::db::{FromValue, Value};
use crate::source::Fate;
use crate::{Error, Result};
use quotecheck::{Cut, Finding, Part, Standing, Verdict, Voice};
use std::sync::Arc;

/// What is known of a source's words.
pub enum Held {
    /// The post names none, or names a place that keeps changing.
    NoSource,
    /// Nobody has looked yet.
    Waiting,
    /// Looked for, and never had.
    Unavailable,
    /// A good copy without words, such as a video that has no captions.
    NoText(Option<CaptureId>),
    /// Good copies with words, newest first.
    Texts(Vec<Arc<Prepared>>),
}

/// A text indexed for comparison.
pub struct Prepared {
    /// None for a text that was handed over rather than captured.
    pub capture: Option<CaptureId>,
    pub digest: String,
    pub source: quotecheck::Source,
    machine: bool,
    language: String,
    /// Whose words stretches of it are, in its order.
    parts: Vec<Part>,
}

impl Prepared {
    pub fn new(
        capture: Option<CaptureId>,
        text: String,
        machine: bool,
        language: &str,
        digest: String,
    ) -> Prepared {
        let source = quotecheck::Source::new(&text);
        let parts = voices(&text, Vec::new());
        Prepared { capture, digest, source, machine, language: language.to_owned(), parts }
    }

    /// With what the page's markup says of whose words are whose.
    pub fn with_parts(self, parts: Vec<Part>) -> Prepared {
        match parts.is_empty() {
            true => self,
            false => Prepared { parts: voices(self.source.text(), parts), ..self },
        }
    }
}

/// The page's own parts, and between them the turns that its lines are labelled with.
fn voices(text: &str, mut parts: Vec<Part>) -> Vec<Part> {
    let own = parts.clone();
    let apart = |turn: &markup::label::Turn| {
        own.iter().all(|part| turn.at.end <= part.start || part.end <= turn.at.start)
    };
    let turns = markup::label::turns(text).into_iter().filter(apart);
    parts.extend(turns.map(|turn| Part {
        start: turn.at.start,
        end: turn.at.end,
        voice: Voice::Turn(turn.label),
    }));
    parts.sort_by_key(|part| (part.start, part.end));
    parts
}

/// A question to this file.
#[derive(Debug, Clone)]
pub struct Asked {
    pub kind: Kind,
    pub words: String,
    /// Whom they are given to.
    pub speaker: Option<String>,
    pub transcript: Option<i64>,
}

impl Asked {
    /// As a document has it, before anything is written down.
    pub fn of(quotation: &markup::Quotation) -> Asked {
        let transcript = quotation.transcript.map(|n| n as i64);
        let (words, speaker) = (quotation.text.clone(), quotation.speaker.clone());
        Asked { kind: Kind::of(quotation), words, speaker, transcript }
    }
}

impl From<&Quotation> for Asked {
    fn from(q: &Quotation) -> Asked {
        let (words, speaker) = (q.words.clone(), q.speaker.clone());
        Asked { kind: q.kind, words, speaker, transcript: q.transcript }
    }
}

/// A verdict, or one of two reasons to give none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    Said(Verdict),
    /// Reported speech is never judged.
    Reported,
    /// After the last paragraph of a transcript that its source holds: not part of it.
    Beyond,
}

/// What was decided of one quotation.
#[derive(Debug, Clone)]
pub struct Judgement {
    pub ruling: Ruling,
    pub finding: Option<Finding>,
    pub passage: Option<Passage>,
    pub capture: Option<CaptureId>,
    /// Of the words in the newest copy, where an older one holds them better.
    pub fate: Option<Fate>,
}

impl Judgement {
    fn bare(verdict: Verdict, capture: Option<CaptureId>) -> Judgement {
        Judgement { ruling: Ruling::Said(verdict), finding: None, passage: None, capture, fate: None }
    }

    pub fn cut(&self) -> Cut {
        self.finding.as_ref().map_or(Cut::None, |f| f.cut)
    }

    /// Whose words the passage is, where the source tells.
    pub fn stands(&self) -> Option<&Standing> {
        self.finding.as_ref()?.stands.as_ref()
    }

    pub fn material(&self) -> bool {
        self.finding.as_ref().is_some_and(|f| f.material)
    }
}

/// Judges quotations in order; `held` answers for the source of each. `None`: nothing can be said yet.
pub fn judge<'a>(asked: &[Asked], held: impl Fn(usize) -> &'a Held) -> Vec<Option<Judgement>> {
    let mut judgements: Vec<_> = asked.iter().enumerate().map(|(i, asked)| one(asked, held(i))).collect();
    end_transcripts(asked, &mut judgements);
    judgements
}

fn one(asked: &Asked, held: &Held) -> Option<Judgement> {
    if asked.kind == Kind::Reported {
        return Some(reported(asked, held));
    }
    match held {
        Held::NoSource => Some(Judgement::bare(Verdict::NoSource, None)),
        Held::Waiting => None,
        Held::Unavailable => Some(Judgement::bare(Verdict::SourceUnavailable, None)),
        Held::NoText(capture) => Some(Judgement::bare(Verdict::NoText, *capture)),
        Held::Texts(texts) => {
            let all: Vec<Judgement> = texts.iter().map(|text| compare(asked, text)).collect();
            let now = all.first()?.clone();
            let best = all.into_iter().reduce(better)?;
            Some(Judgement { fate: fate(&best, &now), ..best })
        }
    }
}

/// What became of words that stood in an older copy.
fn fate(best: &Judgement, now: &Judgement) -> Option<Fate> {
    let stood = rank(best) <= STOOD && rank(now) > rank(best);
    let fate = match now.ruling {
        Ruling::Said(Verdict::Elided | Verdict::Altered | Verdict::Spliced) => Fate::Changed,
        _ => Fate::Removed,
    };
    stood.then_some(fate)
}

/// Whether words that stand in one text do so no longer in another.
pub fn are_lost(words: &str, before: &Prepared, now: &Prepared) -> bool {
    let asked = Asked { kind: Kind::Quotation, words: words.to_owned(), speaker: None, transcript: None };
    fate(&compare(&asked, before), &compare(&asked, now)).is_some()
}

fn compare(asked: &Asked, text: &Prepared) -> Judgement {
    let mut finding = text.find(asked);
    // Few words do not tell their language: a guess from so little would excuse words that are not there.
    if finding.verdict == Verdict::OtherLanguage && text.language.is_empty() && text.source.len() < 200 {
        finding.verdict = Verdict::NotFound;
    }
    if text.machine {
        // A machine's hearing proves nothing against a writer.
        finding.material = false;
        finding.changes.iter_mut().for_each(|change| change.material = false);
    }
    Judgement {
        ruling: Ruling::Said(finding.verdict),
        passage: Passage::around(text.source.text(), &finding.spans),
        finding: Some(finding),
        capture: text.capture,
        fate: None,
    }
}

impl Prepared {
    fn find(&self, asked: &Asked) -> Finding {
        let source_language = Some(self.language.as_str()).filter(|code| !code.is_empty());
        let (parts, speaker) = (self.parts.as_slice(), asked.speaker.as_deref());
        let options = quotecheck::Options { source_language, parts, speaker, ..Default::default() };
        self.source.find_with(&asked.words, &options)
    }
}

/// A source may have changed since the words were quoted: the copy that holds them best speaks, the newer one if equal.
fn better(newer: Judgement, older: Judgement) -> Judgement {
    if rank(&older) < rank(&newer) { older } else { newer }
}

/// The worst rank of words that can be said to stand in a copy, if not word for word.
const STOOD: u8 = 3;

fn rank(judgement: &Judgement) -> u8 {
    ranked(judgement.ruling, judgement.material())
}

/// Whether the words were found better before, in a copy that is no longer there to be looked into.
pub fn is_worse(judgement: &Judgement, before: Ruling, material: bool) -> bool {
    rank(judgement) > ranked(before, material)
}

fn ranked(ruling: Ruling, material: bool) -> u8 {
    match ruling {
        Ruling::Said(Verdict::Verbatim) => 0,
        Ruling::Said(Verdict::Elided) => 1,
        Ruling::Said(Verdict::Altered) if !material => 2,
        Ruling::Said(Verdict::Altered) => 3,
        Ruling::Said(Verdict::Spliced) => 4,
        Ruling::Said(Verdict::TooShort) => 5,
        _ => 6,
    }
}

/// The nearest words in the source, offered and never judged.
fn reported(asked: &Asked, held: &Held) -> Judgement {
    let nearest = match held {
        Held::Texts(texts) => texts.first().and_then(|text| {
            let span = text.source.nearest(&asked.words, 1).first()?.span;
            Some((Passage::around(text.source.text(), &[span])?, text.capture))
        }),
        _ => None,
    };
    let (passage, capture) = nearest.map_or((None, None), |(passage, capture)| (Some(passage), capture));
    Judgement { ruling: Ruling::Reported, finding: None, passage, capture, fate: None }
}

/// Where a pasted transcript ends is only proposed; once the source is held, its last paragraph there settles it.
fn end_transcripts(asked: &[Asked], judgements: &mut [Option<Judgement>]) {
    let mut from = 0;
    while from < asked.len() {
        let group = asked[from].transcript;
        let len = asked[from..].iter().take_while(|a| a.transcript == group).count();
        if group.is_some() {
            end_transcript(&mut judgements[from..from + len]);
        }
        from += len;
    }
}

fn end_transcript(paragraphs: &mut [Option<Judgement>]) {
    let found = |j: &Option<Judgement>| {
        j.as_ref().is_some_and(|j| {
            matches!(
                j.ruling,
                Ruling::Said(Verdict::Verbatim | Verdict::Elided | Verdict::Altered | Verdict::Spliced)
            )
        })
    };
    let Some(last) = paragraphs.iter().rposition(found) else { return };
    for after in paragraphs[last + 1..].iter_mut().flatten() {
        // The writer's own words below it may be in another language than the source.
        if matches!(after.ruling, Ruling::Said(Verdict::NotFound | Verdict::OtherLanguage)) {
            *after = Judgement {
                ruling: Ruling::Beyond,
                finding: None,
                passage: None,
                capture: after.capture,
                fate: None,
            };
        }
    }
}

impl Ruling {
    pub fn as_str(self) -> &'static str {
        match self {
            Ruling::Said(verdict) => verdict.as_str(),
            Ruling::Reported => "reported",
            Ruling::Beyond => "beyond",
        }
    }

    /// Whether the words were held against words of the source.
    pub fn is_comparison(&self) -> bool {
        use Verdict::{NoSource, NoText, OtherLanguage, SourceUnavailable};
        self.verdict()
            .is_some_and(|said| !matches!(said, NoSource | NoText | OtherLanguage | SourceUnavailable))
    }

    pub fn verdict(self) -> Option<Verdict> {
        match self {
            Ruling::Said(verdict) => Some(verdict),
            Ruling::Reported | Ruling::Beyond => None,
        }
    }
}

impl serde::Serialize for Ruling {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl From<Ruling> for Value {
    fn from(ruling: Ruling) -> Value {
        ruling.as_str().into()
    }
}

impl FromValue for Ruling {
    fn from_value(value: &Value) -> Result<Ruling> {
        match String::from_value(value)?.as_str() {
            "reported" => Ok(Ruling::Reported),
            "beyond" => Ok(Ruling::Beyond),
            word => Verdict::parse(word)
                .map(Ruling::Said)
                .ok_or_else(|| Error::Internal(format!("“{word}” is no verdict"))),
        }
    }
}
