//! What is held already: the same payload is kept once, over all sources, and every further copy refers to it.

use super::archive::{Holder, Same};
use crate::Result;
use crate::app::{App, compute};
use crate::id::CaptureId;
use crate::outside::db::{Tx, record, sql};
use crate::outside::fetch::Exchange;
use crate::time::Time;
use wacz::Digest;
use wacz::warc::RecordId;

/// Shorter payloads are kept again: a revisit says where the first is, and that takes room too.
const LEAST: usize = 512;

/// The payload of each whole answer, and the record that holds the same, if any does.
pub(super) async fn look_up(app: &App, steps: Vec<Exchange>) -> Result<(Vec<Exchange>, Vec<Option<Same>>)> {
    let (steps, digests) = compute(move || {
        let digests: Vec<_> = steps.iter().map(payload).collect();
        (steps, digests)
    })
    .await?;
    if digests.iter().all(Option::is_none) {
        return Ok((steps, digests.iter().map(|_| None).collect()));
    }
    let held = app
        .db
        .read(move |tx| {
            let held = |digest: Option<Digest>| digest.map_or(Ok(None), |digest| find(tx, &digest));
            digests.into_iter().map(held).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok((steps, held))
}

/// The digest of what was sent, chunks removed; none of what came in part or is hardly anything.
pub(super) fn payload(exchange: &Exchange) -> Option<Digest> {
    let answer = exchange.answer().filter(|_| exchange.outcome.is_ok())?;
    let entity = answer.message.entity();
    (entity.faults.is_empty() && entity.bytes.len() >= LEAST).then(|| Digest::sha256(&entity.bytes))
}

record! {
    struct Found {
        capture_id: CaptureId,
        url: String,
        record: String,
        recorded_at: Time,
        place: i64,
        length: i64,
    }
}

/// The oldest record that holds a payload. A private copy's bytes are lent to nobody.
fn find(tx: &mut Tx, digest: &Digest) -> Result<Option<Same>> {
    let found: Option<Found> = tx.first(
        sql!(
            "-- capture::held
            select capture_id, capture_record.url, record, recorded_at, place, length
            from capture_record join capture using (capture_id)
            where digest = ?1 and held_by is null and not private
            order by capture_id limit 1"
        ),
        (digest.to_string(),),
    )?;
    Ok(found.map(|found| Same {
        url: found.url,
        record: RecordId::read(&found.record),
        at: found.recorded_at,
        holder: Holder {
            capture: Some(found.capture_id),
            place: found.place as u64,
            length: found.length as u64,
        },
    }))
}
