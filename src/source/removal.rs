//! Taking copies away. What they hold is hidden at once, from everybody, for every copy that shares it; what they were stays: when,
//! from where, the digest, the verdicts. For thirty days it can be undone; then the bytes are deleted.

use super::{Capture, Health};
use crate::app::App;
use crate::id::{CaptureId, PersonId, RemovalId, SourceId};
use crate::outside::db::{Tx, record, sql};
use crate::outside::queue::{self, Job};
use crate::time::{DAY, Time};
use crate::{Error, Result};
use std::collections::BTreeSet;

/// How long a removal can be undone.
pub const UNDONE_WITHIN: i64 = 30 * DAY;

record! {
    #[derive(Debug, Clone)]
    pub struct Removal {
        pub removal_id: RemovalId,
        /// Told to readers.
        pub reason: String,
        pub removed_at: Time,
        pub swept_at: Option<Time>,
    }
}

impl Removal {
    /// The one in force that took a copy away.
    pub fn of(tx: &mut Tx, capture: CaptureId) -> Result<Option<Removal>> {
        tx.first(
            sql!(
                "-- Removal::of
                select removal.* from capture join removal using (removal_id)
                where capture_id = ?1 and undone_at is null"
            ),
            (capture,),
        )
    }

    pub fn can_be_undone(&self, now: Time) -> bool {
        self.swept_at.is_none() && now.0 - self.removed_at.0 < UNDONE_WITHIN
    }
}

/// Every copy that holds the same page or the same words, this one first.
pub fn sharing(tx: &mut Tx, capture: &Capture) -> Result<Vec<Capture>> {
    let mut all: Vec<Capture> = tx.all(
        sql!(
            "-- removal::sharing
            select * from capture where capture_id <> ?1
                and (payload_digest = ?2 and payload_digest <> '' or text_digest = ?3 and text_digest <> '')
            order by captured_at desc, capture_id desc"
        ),
        (capture.capture_id, &capture.payload_digest, &capture.text_digest),
    )?;
    all.insert(0, capture.clone());
    Ok(all)
}

/// Takes a copy away with all that share what it holds. `seen`: what whoever decided was shown; where there is more by now, nothing
/// happens.
pub fn remove(
    tx: &mut Tx,
    id: CaptureId,
    seen: &BTreeSet<CaptureId>,
    reason: &str,
    person: PersonId,
    now: Time,
) -> Result<()> {
    if reason.trim().is_empty() {
        return Err(Error::Invalid("Say why; readers are shown the reason in place of the copy.".into()));
    }
    let capture = Capture::find(tx, id)?;
    let all = sharing(tx, &capture)?;
    if all.iter().any(|copy| !seen.contains(&copy.capture_id)) {
        return Err(Error::Conflict("More copies hold the same by now; look at the list again.".into()));
    }
    let (removal,): (RemovalId,) = tx.one(
        sql!(
            "-- removal::remove
            insert into removal (reason, person_id, removed_at) values (?1, ?2, ?3) returning removal_id"
        ),
        (reason.trim(), person, now),
    )?;
    for copy in all.iter().filter(|copy| copy.removed_at.is_none()) {
        hide(tx, copy, Some((removal, now)), now)?;
    }
    Ok(())
}

/// Gives back what a removal took away.
pub fn undo(tx: &mut Tx, id: CaptureId, now: Time) -> Result<()> {
    let removal = Removal::of(tx, id)?.ok_or(Error::NotFound)?;
    if !removal.can_be_undone(now) {
        return Err(Error::Conflict("The copy is deleted and cannot be had back.".into()));
    }
    tx.run(
        sql!(
            "-- removal::undo
            update removal set undone_at = ?2 where removal_id = ?1"
        ),
        (removal.removal_id, now),
    )?;
    for copy in taken_by(tx, removal.removal_id)? {
        hide(tx, &copy, None, now)?;
    }
    Ok(())
}

/// A copy that holds what was taken away before is taken away with it.
pub(super) fn follow(tx: &mut Tx, capture: Capture) -> Result<Capture> {
    let before = sharing(tx, &capture)?.into_iter().find(|copy| copy.removed_at.is_some());
    let removal = match before {
        Some(before) => Removal::of(tx, before.capture_id)?,
        None => None,
    };
    let Some(removal) = removal else { return Ok(capture) };
    mark(tx, capture.capture_id, Some((removal.removal_id, removal.removed_at)))?;
    // It came after the sweep, perhaps: what it brought has to be swept, too.
    tx.run(
        sql!(
            "-- removal::follow
            update removal set swept_at = null where removal_id = ?1"
        ),
        (removal.removal_id,),
    )?;
    Ok(Capture { removed_at: Some(removal.removed_at), ..capture })
}

fn hide(tx: &mut Tx, copy: &Capture, removal: Option<(RemovalId, Time)>, now: Time) -> Result<()> {
    mark(tx, copy.capture_id, removal)?;
    tx.changed(copy.source_id.topic())?;
    if copy.health == Health::Good {
        queue::push(tx, &Job::CheckQuotes(copy.source_id), now)?;
    }
    Ok(())
}

fn mark(tx: &mut Tx, id: CaptureId, removal: Option<(RemovalId, Time)>) -> Result<()> {
    tx.run(
        sql!(
            "-- removal::mark
            update capture set removal_id = cast(?2 as bigint), removed_at = cast(?3 as bigint) where capture_id = ?1"
        ),
        (id, removal.map(|(id, _)| id), removal.map(|(_, at)| at)),
    )?;
    Ok(())
}

fn taken_by(tx: &mut Tx, removal: RemovalId) -> Result<Vec<Capture>> {
    tx.all(
        sql!(
            "-- removal::taken_by
            select * from capture where removal_id = ?1 order by capture_id"
        ),
        (removal,),
    )
}

/// Deletes what can no longer be had back. Rows stay and say what there was.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let old: Vec<Removal> = app
        .db
        .read(move |tx| {
            tx.all(
                sql!(
                    "-- removal::sweep
                    select * from removal where swept_at is null and undone_at is null and removed_at <= ?1
                    order by removed_at, removal_id"
                ),
                (now.plus(-UNDONE_WITHIN),),
            )
        })
        .await?;
    for removal in old {
        let id = removal.removal_id;
        for copy in app.db.read(move |tx| taken_by(tx, id)).await? {
            sweep_one(app, copy, now).await?;
        }
        app.db
            .write(move |tx| {
                tx.run(
                    sql!(
                        "-- removal::sweep, done
                        update removal set swept_at = ?2 where removal_id = ?1"
                    ),
                    (id, now),
                )
            })
            .await?;
    }
    Ok(())
}

async fn sweep_one(app: &App, copy: Capture, now: Time) -> Result<()> {
    let id = copy.capture_id;
    let needed = app.db.read(move |tx| needed_by_others(tx, id)).await?;
    let mut left = String::new();
    if !needed.is_empty() && !copy.warc_file.is_empty() {
        let bytes = app.files.get(&copy.warc_file).await?;
        left = format!("{}.{}.warc.gz", copy.warc_file.trim_end_matches(".warc.gz"), now.stamp());
        app.files.put_new(&left, emptied(&bytes, &needed)).await?;
    }
    // Rows first: a row never names a file that is not there.
    app.db.write(move |tx| blank(tx, id, copy.source_id, &left)).await?;
    for file in [&copy.warc_file, &copy.text_file].into_iter().filter(|file| !file.is_empty()) {
        app.files.remove(file).await?;
    }
    Ok(())
}

/// Where in a copy's file stand the payloads, such as a stylesheet's, that copies refer to which are still there.
fn needed_by_others(tx: &mut Tx, id: CaptureId) -> Result<Vec<(i64, i64)>> {
    tx.all(
        sql!(
            "-- removal::needed_by_others
            select distinct held_place, held_length from capture_record join capture using (capture_id)
            where held_by = ?1 and capture_id <> ?1 and removed_at is null order by held_place"
        ),
        (id,),
    )
}

/// The file with nothing but these records, each where it stood: in the place of all others is a gzip member of the same length that
/// unpacks to nothing.
fn emptied(bytes: &[u8], needed: &[(i64, i64)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for &(place, length) in needed {
        let (from, until) = (place as usize, (place + length) as usize);
        let Some(record) = bytes.get(from..until).filter(|_| from >= out.len()) else { continue };
        out.extend(nothing(from - out.len()));
        out.extend_from_slice(record);
    }
    out
}

/// A gzip member of so many bytes that unpacks to nothing: its comment is as long as it takes.
fn nothing(length: usize) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 255];
    const TAIL: [u8; 11] = [0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    match length.checked_sub(HEAD.len() + TAIL.len()) {
        Some(comment) => [&HEAD[..], &vec![b' '; comment], &TAIL[..]].concat(),
        None => vec![0; length],
    }
}

/// The row no longer names the file, and verdicts keep none of the words that they were compared with.
fn blank(tx: &mut Tx, id: CaptureId, source: SourceId, left: &str) -> Result<()> {
    tx.run(
        sql!(
            "-- removal::blank
            update capture set warc_file = ?2, warc_bytes = 0, text_file = '', description = '', picture = ''
            where capture_id = ?1"
        ),
        (id, left),
    )?;
    // What is no longer there may not be referred to by copies that come.
    tx.run(
        sql!(
            "-- removal::blank, its records
            delete from capture_record where capture_id = ?1 and not exists (
                select 1 from capture_record other join capture c on c.capture_id = other.capture_id
                where other.held_by = ?1 and other.capture_id <> ?1 and other.held_place = capture_record.place
                    and c.removed_at is null)"
        ),
        (id,),
    )?;
    tx.run(
        sql!(
            "-- removal::blank, its verdicts
            update verdict set passage = '', finding = '' where capture_id = ?1"
        ),
        (id,),
    )?;
    tx.changed(source.topic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    fn packed(words: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(words.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_others_need_stays_where_it_stood() {
        let members: Vec<Vec<u8>> = ["about", "the page", "its style", "the end"].map(packed).into();
        let file = members.concat();
        let (place, length) = (members[0].len() + members[1].len(), members[2].len());
        let left = emptied(&file, &[(place as i64, length as i64)]);
        assert_eq!(left.len(), place + length);
        assert_eq!(left[place..], members[2]);
        let mut words = String::new();
        flate2::read::MultiGzDecoder::new(&left[..]).read_to_string(&mut words).unwrap();
        assert_eq!(words, "its style", "the rest unpacks to nothing");
        assert!(emptied(&file, &[]).is_empty());
    }
}
