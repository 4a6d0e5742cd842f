//! A quotation is words that a post attributes to a source, and the latest verdict on them.
//!
//! A verdict belongs to exact words and to the copies that were there when it was given: change either and it is never
//! shown again. The decision itself is pure ([`judge`]); this file asks for texts, and writes down what was decided.

pub mod fragment;
pub mod judge;
pub mod passage;
mod report;
#[cfg(test)]
mod tests;
pub mod watch;

pub use fragment::to_the_words;
pub use judge::{Asked, Held, Judgement, Prepared, Ruling};
pub use passage::Passage;
pub use report::{Difference, Report, Stands, differences, places};

use crate::app::{App, compute};
use crate::error::Context;
use crate::id::{CaptureId, PostId, QuotationId, SourceId};
use crate::outside::db::{Tx, record, sql, words};
use crate::outside::queue::{self, Job};
use crate::source::{self, Capture, Fate, Source, TextKind};
use crate::time::Time;
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

words! {
    pub enum Kind {
        Quotation "quotation",
        /// A paragraph of a transcript.
        Turn "turn",
        /// What somebody is said to have said: never judged, the nearest words are shown.
        Reported "reported",
    }
}

impl Kind {
    pub fn of(quotation: &markup::Quotation) -> Kind {
        match quotation.kind {
            markup::QuotationKind::Quotation => Kind::Quotation,
            markup::QuotationKind::Turn => Kind::Turn,
            markup::QuotationKind::Reported => Kind::Reported,
        }
    }
}

record! {
    #[derive(Debug, Clone)]
    pub struct Quotation {
        pub quotation_id: QuotationId,
        pub kind: Kind,
        pub words: String,
        pub words_digest: String,
        pub speaker: Option<String>,
        pub transcript: Option<i64>,
        pub source_id: Option<SourceId>,
    }
}

record! {
    /// A quotation with the verdict in force, if there is one yet.
    #[derive(Debug, Clone)]
    pub struct Judged {
        pub line: i64,
        pub kind: Kind,
        pub words: String,
        pub speaker: Option<String>,
        pub transcript: Option<i64>,
        /// As cited, merged addresses resolved.
        pub source_id: Option<SourceId>,
        pub source_url: Option<String>,
        pub note: String,
        pub verdict: Option<Ruling>,
        pub cut: Option<String>,
        pub material: Option<bool>,
        pub finding: Option<String>,
        pub passage: Option<String>,
        pub captured_at: Option<Time>,
        /// Who supplied the copy, if somebody did.
        pub supplied_by: Option<String>,
        /// What became of the words on the page since, and when that was seen.
        pub fate: Option<String>,
        pub fate_at: Option<Time>,
    }
}

/// Hex sha-256 of exact words.
pub fn words_digest(words: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(words.as_bytes()))
}

impl Quotation {
    pub fn in_post(tx: &mut Tx, post: PostId) -> Result<Vec<Quotation>> {
        tx.all(
            sql!(
                "-- Quotation::in_post
                select quotation.quotation_id, quotation.kind, words, words_digest, transcript, speaker,
                    coalesce(merged_into, quotation.source_id) as source_id
                from quotation left join source on source.source_id = quotation.source_id
                where post_id = ?1 and position >= 0 order by position"
            ),
            (post,),
        )
    }
}

impl Judged {
    /// A post's quotations in order, each with the latest verdict on its exact words and its source's newest copy.
    pub fn in_post(tx: &mut Tx, post: PostId) -> Result<Vec<Judged>> {
        tx.all(
            sql!("-- Judged::in_post
                select quotation.line, quotation.kind, quotation.words,
                    quotation.speaker, quotation.transcript, target.source_id, target.url as source_url, quotation.note,
                    verdict.verdict, verdict.cut, verdict.material, verdict.fate, verdict.fate_at,
                    case when capture.removed_at is null then verdict.finding end as finding,
                    case when capture.removed_at is null then verdict.passage end as passage,
                    capture.captured_at, person.name as supplied_by
                from quotation
                left join source cited on cited.source_id = quotation.source_id
                left join source target on target.source_id = coalesce(cited.merged_into, cited.source_id)
                left join verdict on verdict.verdict_id = (
                    select max(latest.verdict_id) from verdict latest
                    where latest.quotation_id = quotation.quotation_id
                        and latest.words_digest = quotation.words_digest
                        and coalesce(latest.seen_capture_id, 0) = coalesce((
                            select max(newest.capture_id) from capture newest
                            join source its on its.source_id = newest.source_id
                            where (its.source_id = target.source_id or its.merged_into = target.source_id)
                                and newest.health = 'good' and not newest.private), 0)
                        and (latest.capture_id is null or exists (
                            select 1 from capture its_copy join source of_copy on of_copy.source_id = its_copy.source_id
                            where its_copy.capture_id = latest.capture_id
                                and (of_copy.source_id = target.source_id or of_copy.merged_into = target.source_id))))
                left join capture on capture.capture_id = verdict.capture_id
                left join person on person.person_id = capture.supplied_by
                where quotation.post_id = ?1 and quotation.position >= 0
                order by quotation.position"),
            (post,),
        )
    }

    pub fn finding(&self) -> Option<quotecheck::Finding> {
        serde_json::from_str(self.finding.as_deref()?).ok()
    }

    pub fn passage(&self) -> Option<Passage> {
        serde_json::from_str(self.passage.as_deref()?).ok()
    }

    /// What became of the words since, and when that was seen.
    pub fn fate(&self) -> Option<(Fate, Time)> {
        Some((Fate::parse(self.fate.as_deref()?)?, self.fate_at?))
    }

    /// Where the place in the kept copy can be opened.
    pub fn copy_path(&self) -> Option<String> {
        Some(format!("/sources/{}/{}", self.source_id?, self.captured_at?.stamp()))
    }
}

/// The passages that public posts quote from one copy, each once, in the order in which they were judged.
pub fn quoted_from(tx: &mut Tx, capture: CaptureId, now: Time) -> Result<Vec<Passage>> {
    let kept: Vec<(String,)> = tx.all(
        sql!(
            "-- quoted_from
            select passage from verdict
            join quotation using (quotation_id) join post using (post_id)
            join capture on capture.capture_id = verdict.capture_id and removed_at is null
            where verdict.capture_id = ?1 and passage <> '' and verdict.words_digest = quotation.words_digest
                and quotation.position >= 0 and published_at <= ?2 and binned_at is null
                and verdict_id = (select max(verdict_id) from verdict v where v.quotation_id = quotation.quotation_id)
            order by verdict_id limit 200"
        ),
        (capture, now),
    )?;
    let mut passages: Vec<Passage> = Vec::new();
    for passage in kept.iter().filter_map(|(kept,)| serde_json::from_str(kept).ok()) {
        if !passages.contains(&passage) {
            passages.push(passage);
        }
    }
    Ok(passages)
}

/// Queues judging for every post that cites a source.
pub async fn check_source(app: &App, id: SourceId) -> Result<()> {
    let now = app.now();
    app.db
        .write(move |tx| {
            let target = Source::resolved(tx, id)?.source_id;
            for post in Source::cited_by(tx, target)? {
                queue::push(tx, &Job::CheckPost(post), now)?;
                // The margin shows the source's new state even where no word is quoted.
                tx.changed(post.topic())?;
            }
            Ok(())
        })
        .await
}

/// Judges the quotations of one post and writes down what is new.
pub async fn check_post(app: &App, post: PostId) -> Result<()> {
    let (quotations, wanted) = app
        .db
        .read(move |tx| {
            let quotations = Quotation::in_post(tx, post)?;
            let mut wanted = BTreeMap::new();
            for source in quotations.iter().filter_map(|q| q.source_id) {
                wanted.insert(source, Wanted::of(tx, source)?);
            }
            Ok((quotations, wanted))
        })
        .await?;
    let mut held = BTreeMap::new();
    let mut seen_at = BTreeMap::new();
    for (source, wanted) in wanted {
        seen_at.extend(wanted.newest_words_at().map(|at| (source, at)));
        held.insert(source, (wanted.newest_good(), wanted.held(app).await?));
    }
    let asked: Vec<Asked> = quotations.iter().map(Asked::from).collect();
    let sources: Vec<_> = quotations.iter().map(|q| q.source_id).collect();
    let seen: Vec<_> = sources.iter().map(|s| s.and_then(|s| held[&s].0)).collect();
    let told: Vec<SourceId> = held.keys().copied().collect();
    let judgements =
        compute(move || judge::judge(&asked, |i| sources[i].map_or(&Held::NoSource, |s| &held[&s].1)))
            .await?;
    let now = app.now();
    app.db
        .write(move |tx| {
            let mut news = false;
            for ((quotation, judgement), seen) in quotations.iter().zip(&judgements).zip(seen) {
                if let Some(judgement) = judgement {
                    if watch::rests(tx, quotation, judgement, seen, now)? {
                        continue;
                    }
                    let fate = watch::fate(tx, quotation, judgement, &seen_at)?;
                    news |= write_down(tx, quotation, judgement, seen, fate, now)?;
                }
            }
            for source in told {
                watch::tell(tx, source, now)?;
                if news {
                    tx.changed(source.topic())?;
                }
            }
            if news { tx.changed(post.topic()) } else { Ok(()) }
        })
        .await
}

/// Adds a verdict, unless the one in force says the same. Says whether it did.
fn write_down(
    tx: &mut Tx,
    quotation: &Quotation,
    judgement: &Judgement,
    seen: Option<CaptureId>,
    fate: Option<(Fate, Time)>,
    now: Time,
) -> Result<bool> {
    let finding = judgement.finding.as_ref().map(serde_json::to_string).transpose();
    let finding = finding.internal("writing a finding")?.unwrap_or_default();
    let passage = judgement.passage.as_ref().map(serde_json::to_string).transpose();
    let passage = passage.internal("writing a passage")?.unwrap_or_default();
    let written = tx.run(
        sql!("-- write_down
            insert into verdict (quotation_id, words_digest, capture_id, seen_capture_id, verdict, cut, material,
                finding, passage, judged_at, fate, fate_at)
            select quotation_id, words_digest, cast(?3 as bigint), cast(?4 as bigint), cast(?5 as text), cast(?6 as text),
                cast(?7 as boolean), cast(?8 as text), cast(?9 as text), cast(?10 as bigint), cast(?11 as text),
                cast(?12 as bigint)
            from quotation
            where quotation_id = ?1 and words_digest = ?2 and not exists (
                select 1 from verdict latest
                where latest.verdict_id = (select max(verdict_id) from verdict v where v.quotation_id = ?1)
                    and latest.words_digest = ?2 and coalesce(latest.capture_id, 0) = coalesce(cast(?3 as bigint), 0)
                    and coalesce(latest.seen_capture_id, 0) = coalesce(cast(?4 as bigint), 0)
                    and latest.verdict = cast(?5 as text) and latest.finding = cast(?8 as text)
                    and latest.fate = cast(?11 as text))"),
        (
            quotation.quotation_id,
            &quotation.words_digest,
            judgement.capture,
            seen,
            judgement.ruling,
            judgement.cut().as_str(),
            judgement.material(),
            finding,
            passage,
            now,
            fate.map_or("", |(fate, _)| fate.as_str()),
            fate.map(|(_, at)| at),
        ),
    )?;
    Ok(written > 0)
}

/// What judging a quotation of one source needs to know of it.
pub struct Wanted {
    pointer: bool,
    tried: bool,
    good: Vec<Capture>,
    /// Copies in which quoted words were found before: they hold them still, whatever came later.
    proven: Vec<CaptureId>,
}

/// Newest copies looked into, besides the first one and those that are known to hold quoted words.
const COPIES: usize = 3;
/// The same, of all kinds.
const MOST_COPIES: usize = 8;

impl Wanted {
    /// What may be told to readers: private copies stay in the desk, verdicts on them too.
    pub fn of(tx: &mut Tx, source: SourceId) -> Result<Wanted> {
        let mut wanted = Wanted::in_desk(tx, source)?;
        wanted.good.retain(|copy| !copy.private);
        Ok(wanted)
    }

    pub fn in_desk(tx: &mut Tx, source: SourceId) -> Result<Wanted> {
        let target = Source::resolved(tx, source)?;
        let captures = Capture::of(tx, target.source_id)?;
        let tried = !captures.is_empty();
        let good = captures.into_iter().filter(|c| c.health == source::Health::Good).collect();
        let proven = watch::proven(tx, target.source_id)?;
        Ok(Wanted { pointer: target.kind == source::Kind::Pointer, tried, good, proven })
    }

    /// The newest good copy by number, as [`Judged::in_post`] compares it.
    fn newest_good(&self) -> Option<CaptureId> {
        self.good.iter().map(|c| c.capture_id).max()
    }

    fn with_words(&self) -> impl DoubleEndedIterator<Item = &Capture> {
        self.there().filter(|c| c.text_kind != TextKind::None && c.text_chars > 0)
    }

    /// Not taken away.
    fn there(&self) -> impl DoubleEndedIterator<Item = &Capture> {
        self.good.iter().filter(|c| c.removed_at.is_none())
    }

    /// When the newest copy with words was made.
    fn newest_words_at(&self) -> Option<Time> {
        self.with_words().next().map(|copy| copy.captured_at)
    }

    /// Newest first. A page may have changed often since it was quoted.
    fn looked_into(&self) -> Vec<&Capture> {
        let first = self.with_words().next_back().map(|copy| copy.capture_id);
        let wanted = |(n, copy): &(usize, &Capture)| {
            *n < COPIES || Some(copy.capture_id) == first || self.proven.contains(&copy.capture_id)
        };
        let mut texts: Vec<&str> = Vec::new();
        let copies = self.with_words().enumerate().filter(wanted).map(|(_, copy)| copy);
        let others = copies.filter(|copy| {
            let new = !texts.contains(&copy.text_digest.as_str());
            texts.push(&copy.text_digest);
            new
        });
        others.take(MOST_COPIES).collect()
    }

    pub fn capture(&self, id: CaptureId) -> Option<&Capture> {
        self.good.iter().find(|c| c.capture_id == id)
    }

    /// The texts themselves, read and prepared.
    pub async fn held(&self, app: &App) -> Result<Held> {
        if self.pointer {
            return Ok(Held::NoSource);
        }
        let Some(newest) = self.there().next() else {
            return Ok(if self.tried { Held::Unavailable } else { Held::Waiting });
        };
        let mut texts = Vec::new();
        for capture in self.looked_into() {
            texts.push(prepared(app, capture).await?);
        }
        Ok(match texts.is_empty() {
            true => Held::NoText(Some(newest.capture_id)),
            false => Held::Texts(texts),
        })
    }
}

/// The last few prepared texts: a post's paragraphs, and an editor's keystrokes, ask for the same ones again and again.
#[derive(Default)]
pub struct Recent(Mutex<VecDeque<Arc<Prepared>>>);

const RECENT: usize = 24;

/// A capture's text, indexed for comparison.
pub async fn prepared(app: &App, capture: &Capture) -> Result<Arc<Prepared>> {
    let id = capture.capture_id;
    let known = {
        let recent = app.recent_texts.0.lock().expect("no panic while held");
        recent.iter().find(|p| p.capture == Some(id) && p.digest == capture.text_digest).cloned()
    };
    if let Some(known) = known {
        return Ok(known);
    }
    let bytes = app.files.get(&capture.text_file).await?;
    let text =
        String::from_utf8(bytes.to_vec()).map_err(|_| Error::Internal("a kept text is not UTF-8".into()))?;
    let (machine, language) = (capture.text_kind == TextKind::MachineCaptions, capture.language.clone());
    let digest = capture.text_digest.clone();
    let parts = serde_json::from_str(&capture.text_parts).unwrap_or_default();
    let prepare = move || Prepared::new(Some(id), text, machine, &language, digest).with_parts(parts);
    let fresh = Arc::new(compute(prepare).await?);
    let mut recent = app.recent_texts.0.lock().expect("no panic while held");
    recent.push_front(fresh.clone());
    recent.truncate(RECENT);
    Ok(fresh)
}

/// How many of each, for the line under a post and the report of a document. Transcripts count once.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub quotations: usize,
    /// Those that were compared with their source.
    #[serde(skip)]
    pub checked: usize,
    pub transcripts: usize,
    /// Transcripts of which something was compared with a source.
    #[serde(skip)]
    pub compared: usize,
    pub verdicts: BTreeMap<&'static str, usize>,
    /// Still being looked at.
    pub waiting: usize,
    pub no_source: usize,
}

impl Counts {
    pub fn in_post(judged: &[Judged]) -> Counts {
        Counts::of(judged.iter().map(|j| (j.kind, j.transcript, j.verdict.as_ref())))
    }

    /// Of quotations in order: kind, transcript it belongs to, ruling.
    pub fn of<'a>(all: impl IntoIterator<Item = (Kind, Option<i64>, Option<&'a Ruling>)>) -> Counts {
        let mut counts = Counts::default();
        let (mut last, mut last_compared) = (None, None);
        for (kind, transcript, ruling) in all {
            match (kind, ruling) {
                (Kind::Reported, _) | (_, Some(Ruling::Reported | Ruling::Beyond)) => {}
                (Kind::Turn, ruling) => {
                    counts.transcripts += usize::from(transcript != last);
                    last = transcript;
                    if ruling.is_some_and(Ruling::is_comparison) && transcript != last_compared {
                        counts.compared += 1;
                        last_compared = transcript;
                    }
                }
                (Kind::Quotation, Some(Ruling::Said(quotecheck::Verdict::NoSource))) => counts.no_source += 1,
                (Kind::Quotation, None) => {
                    counts.quotations += 1;
                    counts.waiting += 1;
                }
                (Kind::Quotation, Some(ruling @ Ruling::Said(verdict))) => {
                    counts.quotations += 1;
                    counts.checked += usize::from(ruling.is_comparison());
                    *counts.verdicts.entry(verdict.as_str()).or_default() += 1;
                }
            }
        }
        counts
    }
}
