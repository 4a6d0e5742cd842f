//! The rows of a capture, and what a new copy means for its source: state, title, merging.

use super::again;
use super::archive::Kept;
use crate::id::{CaptureId, SourceId};
use crate::outside::db::{Tx, Value, sql};
use crate::outside::queue::{self, Job};
use crate::source::read::Reading;
use crate::source::room;
use crate::source::standing::{self, Noted};
use crate::source::{
    Capture, Health, KEPT_APART, Kind, Source, TextKind, register, registrable, removal, watch,
};
use crate::time::{SECOND, Time};
use crate::{Error, Result};
use url::Url;

/// A capture before it has an id.
pub(super) struct Draft {
    pub(super) capture: Capture,
    /// The visible text, as kept in `capture.text_file`.
    pub(super) text: String,
    pub(super) records: Vec<Kept>,
}

/// Fills in what was read; gives back the text to be kept.
pub(super) fn describe(capture: &mut Capture, reading: &Reading) -> String {
    capture.charset = reading.charset.clone();
    capture.language = reading.language.clone();
    capture.title = reading.title.clone();
    capture.site = reading.site.clone();
    capture.author = reading.author.clone();
    capture.said_at = reading.said_at.clone();
    capture.description = reading.description.clone();
    capture.picture = reading.picture.clone();
    capture.canonical = reading.canonical.as_deref().and_then(markup::url::canonical).unwrap_or_default();
    let empty = reading.text.is_empty();
    let digest = super::digest(&reading.text);
    capture.text_kind = if empty { TextKind::None } else { reading.text_kind };
    capture.text_file = if empty { String::new() } else { format!("texts/{}.txt", digest.hex()) };
    capture.text_digest = if empty { String::new() } else { digest.to_string() };
    capture.text_chars = reading.text.chars().count() as i64;
    let parts = if reading.parts.is_empty() { None } else { serde_json::to_string(&reading.parts).ok() };
    capture.text_parts = parts.unwrap_or_default();
    reading.text.clone()
}

/// Whether a source already has a copy of this second.
pub(super) fn taken(tx: &mut Tx, source: SourceId, second: Time) -> Result<bool> {
    let resolved = Source::resolved(tx, source)?;
    let own: Option<(CaptureId,)> = tx.first(
        sql!(
            "-- capture::taken
            select capture_id from capture where source_id = ?1 and captured_at >= ?2 and captured_at < ?3"
        ),
        (source, second, second.plus(SECOND)),
    )?;
    Ok(own.is_some() || Capture::at(tx, resolved.source_id, second)?.is_some())
}

pub fn first_good(tx: &mut Tx, source: SourceId) -> Result<Option<Capture>> {
    tx.first(
        sql!(
            "-- capture::first_good
            select * from capture
            where source_id = ?1 and health = 'good' and provenance in ('fetched', 'rendered') and removed_at is null
            order by captured_at, capture_id limit 1"
        ),
        (source,),
    )
}

/// How often a source was not to be had of late, this time included.
pub(super) fn failures(tx: &mut Tx, copy: &Capture) -> Result<usize> {
    let (source, at) = (copy.source_id, copy.captured_at);
    let failed: (i64,) = tx.one(
        sql!(
            "-- capture::failures
            select count(*) from capture
            where source_id = ?1 and captured_at > ?2 and captured_at <= ?3 and health <> 'good'"
        ),
        (source, at.plus(-again::OF_LATE), at),
    )?;
    Ok(failed.0 as usize)
}

/// Writes a capture down, and what follows from it. `standing`: how much of the first good copy's words still stand.
pub(super) fn write(
    tx: &mut Tx,
    source: Source,
    draft: Draft,
    standing: Option<f64>,
    now: Time,
) -> Result<Capture> {
    let id = source.source_id;
    if taken(tx, id, draft.capture.captured_at)? {
        return Err(Error::Conflict("Somebody else made a copy of this source in the same second.".into()));
    }
    let capture = Capture { capture_id: insert(tx, &draft.capture)?, ..draft.capture };
    for kept in &draft.records {
        insert_record(tx, capture.capture_id, kept)?;
    }
    let took = capture.warc_bytes as u64 + draft.text.len() as u64;
    room::note(tx, now, took, draft.records.iter().map(Kept::saved).sum())?;
    let capture = removal::follow(tx, capture)?;
    let source = Source::find(tx, id)?;
    if capture.provenance.is_look() {
        update_source(tx, &source, &capture, standing, now)?;
        if capture.health == Health::Good && source.kind == Kind::Source {
            merge(tx, &source, &capture, now)?;
        }
    } else {
        name_source(tx, &source, &capture)?;
    }
    let resolved = Source::resolved(tx, id)?.source_id;
    for source in if resolved == id { vec![id] } else { vec![id, resolved] } {
        queue::push(tx, &Job::CheckQuotes(source), now)?;
        tx.changed(source.topic())?;
    }
    Ok(capture)
}

/// Writes down what a new reading of an old capture found.
pub(super) fn reread(tx: &mut Tx, capture: &Capture) -> Result<()> {
    tx.run(
        sql!(
            "-- capture::reread
            update capture set charset = ?2, language = ?3, title = ?4, site = ?5, author = ?6, said_at = ?7, description = ?8,
                picture = ?9, text_kind = ?10, text_file = ?11, text_chars = ?12, text_digest = ?13, canonical = ?14,
                text_parts = ?15
            where capture_id = ?1"
        ),
        vec![
            capture.capture_id.into(),
            (&capture.charset).into(),
            (&capture.language).into(),
            (&capture.title).into(),
            (&capture.site).into(),
            (&capture.author).into(),
            (&capture.said_at).into(),
            (&capture.description).into(),
            (&capture.picture).into(),
            capture.text_kind.into(),
            (&capture.text_file).into(),
            capture.text_chars.into(),
            (&capture.text_digest).into(),
            (&capture.canonical).into(),
            (&capture.text_parts).into(),
        ],
    )?;
    tx.changed(capture.source_id.topic())
}

fn insert(tx: &mut Tx, capture: &Capture) -> Result<CaptureId> {
    let values: Vec<Value> = vec![
        capture.source_id.into(),
        capture.captured_at.into(),
        capture.provenance.into(),
        capture.supplied_by.into(),
        capture.health.into(),
        (&capture.evidence).into(),
        capture.private.into(),
        (&capture.url).into(),
        (&capture.final_url).into(),
        (&capture.canonical).into(),
        capture.status.into(),
        (&capture.media_type).into(),
        (&capture.charset).into(),
        (&capture.language).into(),
        (&capture.title).into(),
        (&capture.site).into(),
        (&capture.author).into(),
        (&capture.said_at).into(),
        (&capture.description).into(),
        (&capture.picture).into(),
        capture.text_kind.into(),
        (&capture.text_file).into(),
        capture.text_chars.into(),
        (&capture.text_digest).into(),
        (&capture.warc_file).into(),
        capture.warc_bytes.into(),
        (&capture.payload_digest).into(),
        (&capture.text_parts).into(),
    ];
    let id: (CaptureId,) = tx.one(
        sql!(
            "-- capture::insert
            insert into capture (source_id, captured_at, provenance, supplied_by, health, evidence, private, url, final_url,
                canonical, status, media_type, charset, language, title, site, author, said_at, description, picture,
                text_kind, text_file, text_chars, text_digest, warc_file, warc_bytes, payload_digest, text_parts)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24, ?25, ?26, ?27, ?28)
            returning capture_id"
        ),
        values,
    )?;
    Ok(id.0)
}

fn insert_record(tx: &mut Tx, capture: CaptureId, kept: &Kept) -> Result<()> {
    tx.run(
        sql!(
            "-- capture::insert_record
            insert into capture_record (capture_id, url, role, status, media_type, digest, record, recorded_at, place, length,
                held_by, held_place, held_length)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        ),
        vec![
            capture.into(),
            (&kept.url).into(),
            kept.role.as_str().into(),
            u32::from(kept.status).into(),
            (&kept.media_type).into(),
            (&kept.digest).into(),
            kept.record.as_str().into(),
            kept.at.into(),
            kept.place.into(),
            kept.length.into(),
            kept.held.map(|held| held.capture.unwrap_or(capture)).into(),
            kept.held.map(|held| held.place).into(),
            kept.held.map(|held| held.length).into(),
        ],
    )?;
    Ok(())
}

/// What a new copy tells of its source: how it stands, and from a good one what the page calls itself.
fn update_source(
    tx: &mut Tx,
    source: &Source,
    newest: &Capture,
    standing: Option<f64>,
    now: Time,
) -> Result<()> {
    // What a private page says of itself stays in the desk, like the page.
    let good = newest.health == Health::Good && !newest.private;
    let said = |new: &str, old: &str| if good && !new.is_empty() { new.to_owned() } else { old.to_owned() };
    let (title, site) = (said(&newest.title, &source.title), said(&newest.site, &source.site));
    tx.run(
        sql!(
            "-- capture::update_source
            update source set title = ?2, site = ?3, author = ?4, said_at = ?5 where source_id = ?1"
        ),
        (
            source.source_id,
            &title,
            &site,
            said(&newest.author, &source.author),
            said(&newest.said_at, &source.said_at),
        ),
    )?;
    if title != source.title || site != source.site {
        register::index(tx, &Source { title, site, ..source.clone() })?;
    }
    let before = watch::words_kept_before(tx, newest)?;
    let new_words = before.is_some_and(|digest| good && digest != newest.text_digest);
    standing::note(tx, source.source_id, &Noted::of(newest, newest.why(), standing, new_words), now)
}

/// Two addresses are one source if one was seen to lead to the other, or if both name the same one as theirs and
/// have one owner. A front door stands for no page behind it.
fn merge(tx: &mut Tx, source: &Source, capture: &Capture, now: Time) -> Result<()> {
    let landed = markup::url::canonical(&capture.final_url).unwrap_or_default();
    if landed != source.url && !is_root(&landed) {
        if let Some(target) = by_url(tx, &landed)? {
            join(tx, source, &target, &format!("{} leads to {landed}.", source.url), now)?;
        }
    } else if landed == source.url {
        let leading: Vec<Source> = tx.all(
            sql!(
                "-- capture::leading_here
                select * from source where source_id in (
                    select source_id from capture where final_url = ?1 and health = 'good' and source_id <> ?2)
                order by source_id"
            ),
            (&capture.final_url, source.source_id),
        )?;
        for other in leading.iter().filter(|_| !is_root(&landed)) {
            join(tx, other, source, &format!("{} leads to {landed}.", other.url), now)?;
        }
    }
    let named: Vec<Source> = tx.all(
        sql!(
            "-- capture::named
            select * from source where source_id <> ?2 and source_id in (
                select source_id from capture where canonical in (?1, ?3) and canonical <> '' and health = 'good')
            order by source_id"
        ),
        (&capture.canonical, source.source_id, &source.url),
    )?;
    for other in named.iter().filter(|other| one_owner(&source.url, &other.url)) {
        let theirs = Capture::newest_of(tx, other.source_id)?.map(|copy| copy.canonical).unwrap_or_default();
        let (ours, theirs) = (capture.canonical.as_str(), theirs.as_str());
        let (a, b) = (source.url.as_str(), other.url.as_str());
        let why = "Each names the same address as its canonical one.";
        match (ours == b || ours == a, theirs == a || theirs == b) {
            (true, true) if ours == b && theirs == a => {
                // Each defers to the other: the one known longer stays.
                let (newer, older) =
                    if source.source_id > other.source_id { (source, other) } else { (other, source) };
                join(tx, newer, older, "Each names the other as its canonical address.", now)?;
            }
            (true, true) if ours == b && theirs == b => join(tx, source, other, why, now)?,
            (true, true) if ours == a && theirs == a => join(tx, other, source, why, now)?,
            _ => {}
        }
    }
    Ok(())
}

fn join(tx: &mut Tx, from: &Source, into: &Source, why: &str, now: Time) -> Result<()> {
    let free = from.merged_into.is_none() && from.merged_why != KEPT_APART;
    if free && from.source_id != into.source_id && from.kind == Kind::Source && into.kind == Kind::Source {
        Source::merge(tx, from.source_id, into.source_id, why, now)?;
    }
    Ok(())
}

fn by_url(tx: &mut Tx, url: &str) -> Result<Option<Source>> {
    tx.first(
        sql!(
            "-- capture::by_url
            select * from source where url = ?1"
        ),
        (url,),
    )
}

/// What came another way names a source that has no name yet, and says nothing of how it stands.
fn name_source(tx: &mut Tx, source: &Source, copy: &Capture) -> Result<()> {
    if copy.health != Health::Good || !source.title.is_empty() {
        return Ok(());
    }
    tx.run(
        sql!(
            "-- capture::name_source
            update source set title = ?2, site = ?3, author = ?4, said_at = ?5 where source_id = ?1"
        ),
        (source.source_id, &copy.title, &copy.site, &copy.author, &copy.said_at),
    )?;
    register::index(tx, &Source { title: copy.title.clone(), site: copy.site.clone(), ..source.clone() })
}

fn is_root(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.path() == "/" && url.query().is_none())
}

fn one_owner(one: &str, other: &str) -> bool {
    let owner = |url: &str| Url::parse(url).ok().and_then(|u| u.host_str().map(registrable));
    owner(one).is_some() && owner(one) == owner(other)
}

impl Capture {
    /// The newest good copy of exactly this address.
    fn newest_of(tx: &mut Tx, source: SourceId) -> Result<Option<Capture>> {
        tx.first(
            sql!(
                "-- Capture::newest_of
                select * from capture where source_id = ?1 and health = 'good'
                order by captured_at desc, capture_id desc limit 1"
            ),
            (source,),
        )
    }
}
