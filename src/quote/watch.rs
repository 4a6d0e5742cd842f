//! A look at a source with an eye on what is quoted from it: whether each quoted sentence still stands.

use super::judge::{Judgement, are_lost, is_worse};
use super::{Prepared, Quotation, Ruling, prepared};
use crate::Result;
use crate::app::{App, compute};
use crate::id::{CaptureId, PostId, SourceId};
use crate::outside::db::{Tx, record, sql};
use crate::source::drift::{Band, Drift};
use crate::source::standing::{self, Noted};
use crate::source::state::Look;
use crate::source::watch::ask::{Words, ask};
use crate::source::{Capture, Fate, Source, capture, watch};
use crate::time::{DAY, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A page of which only small things turn is kept anew no sooner.
const SLIGHT: i64 = 25 * DAY;

/// The job: one look. What is new is kept, and quotations are compared with it.
pub async fn look(app: &App, id: SourceId) -> Result<Option<Capture>> {
    let (source, kept, last, wanted) = app
        .db
        .read(move |tx| {
            let (source, kept) = (Source::find(tx, id)?, watch::kept(tx, id)?);
            let last = standing::looks(tx, id, 1)?.pop();
            Ok((source, kept, last, watch::is_wanted(tx, id)?))
        })
        .await?;
    let now = app.now();
    if !wanted {
        app.db.write(move |tx| watch::put_off(tx, id, now.plus(30 * DAY))).await?;
        return Ok(None);
    }
    let Some(last) = last else { return capture::keep(app, id).await.map(Some) };
    let seen = ask(app, &source, kept.as_ref()).await?;
    let mut look = seen.look.clone();
    let news = match (&seen.words, &kept) {
        // The first failure is kept as evidence, those that follow are only counted.
        _ if !look.is_good() => (last.health, last.status) != (look.health, look.status),
        (Words::AsKept, _) => {
            look.standing = as_kept(app, id).await?;
            false
        }
        (Words::Others(_), Some(kept)) if kept.removed_at.is_some() => true,
        (Words::Others(text), Some(kept)) => {
            let met = Met::of(app, &source, kept, text).await?;
            look.standing = met.standing;
            met.is_news(look.at.0 - kept.captured_at.0)
        }
        _ => true,
    };
    if news {
        return capture::keep(app, id).await.map(Some);
    }
    // Small things that turn bring the next look no nearer.
    let noted = Noted { look, private: seen.private, capture: None, new_words: false };
    app.db.write(move |tx| standing::note(tx, id, &noted, now)).await?;
    Ok(None)
}

/// How much of the first copy's words stand in the newest.
async fn as_kept(app: &App, id: SourceId) -> Result<Option<f64>> {
    let looks = app.db.read(move |tx| standing::looks(tx, id, 60)).await?;
    Ok(looks.into_iter().find(Look::is_good).and_then(|look| look.standing))
}

/// Words other than those that are kept.
struct Met {
    /// From the newest copy.
    drift: Drift,
    /// Of the first copy.
    standing: Option<f64>,
    lost: bool,
}

impl Met {
    async fn of(app: &App, source: &Source, kept: &Capture, text: &str) -> Result<Met> {
        let id = source.source_id;
        let quoted = app.db.read(move |tx| quoted_words(tx, id)).await?;
        let first = app.db.read(move |tx| capture::first_good(tx, id)).await?;
        let before = prepared(app, kept).await?;
        let first = match first.filter(|first| !first.text_file.is_empty()) {
            Some(first) if first.text_digest != kept.text_digest => Some(prepared(app, &first).await?),
            _ => None,
        };
        let (text, language) = (text.to_owned(), kept.language.clone());
        compute(move || Met::compare(&before, first.as_deref(), text, &language, &quoted)).await
    }

    fn compare(
        before: &Arc<Prepared>,
        first: Option<&Prepared>,
        text: String,
        language: &str,
        quoted: &[String],
    ) -> Met {
        let drift = Drift::between(before.source.text(), &text);
        let standing = match first {
            Some(first) => Drift::between(first.source.text(), &text).standing(),
            None => drift.standing(),
        };
        let now = Prepared::new(None, text, false, language, String::new());
        let lost = quoted.iter().any(|words| are_lost(words, before, &now));
        Met { drift, standing: Some(standing), lost }
    }

    fn is_news(&self, age: i64) -> bool {
        self.lost || self.drift.band() >= Band::Edited || self.drift.band() == Band::Slight && age >= SLIGHT
    }
}

/// The job of [`look`] does the rest later; a command waits for it.
pub async fn compare_anew(app: &App, id: SourceId) -> Result<()> {
    let posts = app
        .db
        .read(move |tx| {
            let target = Source::resolved(tx, id)?.source_id;
            Source::cited_by(tx, target)
        })
        .await?;
    for post in posts {
        super::check_post(app, post).await?;
    }
    Ok(())
}

/// Words that any post quotes from a source.
fn quoted_words(tx: &mut Tx, id: SourceId) -> Result<Vec<String>> {
    let words: Vec<(String,)> = tx.all(
        sql!(
            "-- quote::quoted_words
            select distinct words from quotation join post using (post_id)
            where source_id = ?1 and position >= 0 and quotation.kind <> 'reported' and binned_at is null"
        ),
        (id,),
    )?;
    Ok(words.into_iter().map(|(words,)| words).collect())
}

/// Copies in which quoted words of a source were found.
pub(super) fn proven(tx: &mut Tx, id: SourceId) -> Result<Vec<CaptureId>> {
    let copies: Vec<(CaptureId,)> = tx.all(
        sql!(
            "-- quote::proven
            select distinct verdict.capture_id from quotation join verdict using (quotation_id)
            where source_id in (
                    select source_id from source where source_id = ?1
                    union all select source_id from source where merged_into = ?1)
                and verdict.capture_id is not null and verdict.verdict in ('verbatim', 'elided', 'altered', 'spliced')"
        ),
        (id,),
    )?;
    Ok(copies.into_iter().map(|(id,)| id).collect())
}

/// Whether a verdict stays that rests on a copy which was taken away since: nobody can look into it again. It is carried over to the
/// copies that are there now, without the words that it was compared with.
pub(super) fn rests(
    tx: &mut Tx,
    quotation: &Quotation,
    judgement: &Judgement,
    seen: Option<CaptureId>,
    now: Time,
) -> Result<bool> {
    let before: Option<(Ruling, bool)> = tx.first(
        sql!(
            "-- quote::rests
            select verdict, material from verdict join capture using (capture_id)
            where removed_at is not null and verdict_id = (
                select max(verdict_id) from verdict v where v.quotation_id = ?1 and v.words_digest = ?2)"
        ),
        (quotation.quotation_id, &quotation.words_digest),
    )?;
    if !before.is_some_and(|(ruling, material)| is_worse(judgement, ruling, material)) {
        return Ok(false);
    }
    tx.run(
        sql!(
            "-- quote::rests, carried over
            insert into verdict (quotation_id, words_digest, capture_id, seen_capture_id, verdict, cut, material,
                finding, passage, judged_at, fate, fate_at)
            select quotation_id, words_digest, capture_id, cast(?3 as bigint), verdict, cut, material, '', '',
                cast(?4 as bigint), fate, fate_at
            from verdict
            where verdict_id = (
                    select max(verdict_id) from verdict v where v.quotation_id = ?1 and v.words_digest = ?2)
                and coalesce(seen_capture_id, 0) <> coalesce(cast(?3 as bigint), 0)"
        ),
        (quotation.quotation_id, &quotation.words_digest, seen, now),
    )?;
    Ok(true)
}

/// What became of a quotation's words, and when that was seen first.
pub(super) fn fate(
    tx: &mut Tx,
    quotation: &Quotation,
    judgement: &Judgement,
    newest: &BTreeMap<SourceId, Time>,
) -> Result<Option<(Fate, Time)>> {
    let Some(fate) = judgement.fate else { return Ok(None) };
    let known: Option<(Option<Time>,)> = tx.first(
        sql!(
            "-- quote::fate
            select fate_at from verdict
            where verdict_id = (
                    select max(verdict_id) from verdict v where v.quotation_id = ?1 and v.words_digest = ?2)
                and fate = ?3"
        ),
        (quotation.quotation_id, &quotation.words_digest, fate),
    )?;
    let known = known.and_then(|(at,)| at);
    let seen = quotation.source_id.and_then(|source| newest.get(&source).copied());
    Ok(known.or(seen).map(|at| (fate, at)))
}

record! {
    /// Words that a post quotes from a source, and what is known of them.
    #[derive(Debug, Clone)]
    pub struct Quoted {
        pub post_id: PostId,
        pub words: String,
        pub verdict: String,
        pub fate: String,
        pub fate_at: Option<Time>,
    }
}

impl Quoted {
    /// What is quoted from a source, with the latest verdict on each; `public`: by posts that readers see.
    pub fn from(tx: &mut Tx, id: SourceId, public: bool, now: Time, limit: usize) -> Result<Vec<Quoted>> {
        tx.all(
            sql!(
                "-- Quoted::from
                select quotation.post_id, quotation.words, verdict.verdict, verdict.fate, verdict.fate_at
                from quotation
                join post on post.post_id = quotation.post_id
                join verdict on verdict.verdict_id = (
                    select max(latest.verdict_id) from verdict latest
                    where latest.quotation_id = quotation.quotation_id
                        and latest.words_digest = quotation.words_digest)
                where quotation.source_id in (
                        select source_id from source where source_id = ?1
                        union all select source_id from source where merged_into = ?1)
                    and quotation.position >= 0 and quotation.kind <> 'reported' and verdict.verdict <> 'beyond'
                    and binned_at is null and (not ?2 or published_at <= ?3)
                order by quotation.post_id, quotation.position limit ?4"
            ),
            (id, public, now, limit),
        )
    }

    /// Quoted words that went from their pages since, the latest first, as far as they have not come back.
    pub fn lost_since(tx: &mut Tx, since: Time, limit: usize) -> Result<Vec<Quoted>> {
        tx.all(
            sql!(
                "-- Quoted::lost_since
                select quotation.post_id, quotation.words, verdict.verdict, verdict.fate, verdict.fate_at
                from verdict join quotation using (quotation_id) join post on post.post_id = quotation.post_id
                where fate_at >= ?1 and quotation.position >= 0 and binned_at is null
                    and verdict.words_digest = quotation.words_digest
                    and verdict_id = (
                        select max(latest.verdict_id) from verdict latest
                        where latest.quotation_id = quotation.quotation_id)
                order by fate_at desc, verdict_id desc limit ?2"
            ),
            (since, limit),
        )
    }

    pub fn fate(&self) -> Option<(Fate, Time)> {
        Some((Fate::parse(&self.fate)?, self.fate_at?))
    }
}

/// Tells a source what became of words that published posts quote from it: the worst, seen last.
pub(super) fn tell(tx: &mut Tx, id: SourceId, now: Time) -> Result<()> {
    let quoted = Quoted::from(tx, id, true, now, 500)?;
    let lost = quoted.iter().filter_map(Quoted::fate).max();
    standing::words_lost(tx, id, lost, now)
}
