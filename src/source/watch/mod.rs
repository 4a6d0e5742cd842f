//! Watching: sources are looked at again, soon after news and ever later while there is none.
//!
//! A look is cheap: the page is asked for with what the kept copy knows of it, and where it is the same, one row says so. Only what is
//! new is kept again, by [`capture`](super::capture). How a source stands follows from all looks: [`standing`](super::standing).

pub mod ask;
pub mod schedule;

use super::{Capture, Provenance};
use crate::Result;
use crate::app::App;
use crate::id::SourceId;
use crate::outside::db::{Tx, sql};
use crate::outside::queue::{self, Job};
use crate::time::{HOUR, MINUTE, Time};

/// Looks that are queued at once; the rest of what is due waits in its own table.
const A_BATCH: usize = 100;
/// A look that came to nothing, because the server ended, is due again after so long.
const TAKEN: i64 = 6 * HOUR;

/// The job: queues looks at what is due, and itself for when more is.
pub async fn run(app: &App) -> Result<()> {
    let now = app.now();
    app.db
        .write(move |tx| {
            let due = due(tx, now, A_BATCH)?;
            for &id in &due {
                queue::push(tx, &Job::Look(id), now)?;
                put_off(tx, id, now.plus(TAKEN))?;
            }
            // Nobody tells when something comes due sooner, so it looks hourly.
            let next = match due.len() == A_BATCH {
                true => now.plus(MINUTE),
                false => {
                    next_due(tx)?.map_or(now.plus(HOUR), |due| due.min(now.plus(HOUR)).max(now.plus(MINUTE)))
                }
            };
            queue::push(tx, &Job::Watch, next)
        })
        .await
}

/// Sources whose hour has come, the longest due first.
pub fn due(tx: &mut Tx, now: Time, limit: usize) -> Result<Vec<SourceId>> {
    let due: Vec<(SourceId,)> = tx.all(
        sql!(
            "-- watch::due
            select source_id from source where due_at <= ?1 order by due_at, source_id limit ?2"
        ),
        (now, limit),
    )?;
    Ok(due.into_iter().map(|(id,)| id).collect())
}

fn next_due(tx: &mut Tx) -> Result<Option<Time>> {
    let (due,): (Option<Time>,) = tx.one(
        sql!(
            "-- watch::next_due
            select min(due_at) from source where due_at is not null"
        ),
        (),
    )?;
    Ok(due)
}

/// Every source that some post cites, for whoever wants to look at all of them.
pub fn all(tx: &mut Tx, after: SourceId, limit: usize) -> Result<Vec<SourceId>> {
    let all: Vec<(SourceId,)> = tx.all(
        sql!(
            "-- watch::all
            select source_id from source where source_id > ?1 order by source_id limit ?2"
        ),
        (after, limit),
    )?;
    Ok(all.into_iter().map(|(id,)| id).collect())
}

/// No source that is known by now is looked at by itself again: of a sample, whose hosts nobody has.
pub fn leave_alone(tx: &mut Tx) -> Result<()> {
    tx.run(
        sql!(
            "-- watch::leave_alone
            update source set due_at = null"
        ),
        (),
    )?;
    Ok(())
}

pub fn put_off(tx: &mut Tx, id: SourceId, until: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- watch::put_off
            update source set due_at = ?2 where source_id = ?1"
        ),
        (id, until),
    )?;
    Ok(())
}

/// Whether any post that is not thrown away cites it and wants it kept.
pub fn is_wanted(tx: &mut Tx, id: SourceId) -> Result<bool> {
    let cited: Option<(i64,)> = tx.first(
        sql!(
            "-- watch::is_wanted
            select 1 from citation join post using (post_id)
            where source_id = ?1 and keep and binned_at is null limit 1"
        ),
        (id,),
    )?;
    Ok(cited.is_some())
}

/// The newest good copy that came from the living page: what a look is compared with.
pub fn kept(tx: &mut Tx, id: SourceId) -> Result<Option<Capture>> {
    tx.first(
        sql!(
            "-- watch::kept
            select * from capture
            where source_id = ?1 and health = 'good' and provenance in (?2, ?3)
            order by captured_at desc, capture_id desc limit 1"
        ),
        (id, Provenance::Fetched, Provenance::Rendered),
    )
}

/// Digest of the words of the one before this.
pub(super) fn words_kept_before(tx: &mut Tx, newest: &Capture) -> Result<Option<String>> {
    let before: Option<(String,)> = tx.first(
        sql!(
            "-- watch::words_kept_before
            select text_digest from capture
            where source_id = ?1 and health = 'good' and provenance in (?3, ?4) and capture_id <> ?2
            order by captured_at desc, capture_id desc limit 1"
        ),
        (newest.source_id, newest.capture_id, Provenance::Fetched, Provenance::Rendered),
    )?;
    Ok(before.map(|(digest,)| digest))
}

#[cfg(test)]
mod tests;
