//! What a capture kept, read back from its WARC, or from the one that a revisit refers to.

use crate::app::{App, compute};
use crate::outside::fetch::UNPACKED;
use crate::outside::files::Piece;
use crate::source::read::Fetched;
use crate::source::{Capture, CaptureRecord};
use crate::{Error, Result, error::Context};
use bytes::Bytes;
use wacz::warc::{Kind, Record};

/// One answer as it came, content codings removed; `NotFound` of a copy that was taken away.
pub async fn kept(app: &App, capture: &Capture, record: &CaptureRecord) -> Result<Fetched> {
    kept_then(app, capture, record, |fetched| fetched).await
}

/// The same, handed on where it was unpacked.
pub async fn kept_then<T: Send + 'static>(
    app: &App,
    capture: &Capture,
    record: &CaptureRecord,
    then: impl FnOnce(Fetched) -> T + Send + 'static,
) -> Result<T> {
    if capture.removed_at.is_some() {
        return Err(Error::NotFound);
    }
    let own = own(app, capture, record).await?;
    let held = held(app, capture, record).await?;
    let (url, status) = (record.url.clone(), record.status as u16);
    compute(move || {
        let own = read(&own.read()?)?;
        let held = held.map(|held| read(&held.read()?)).transpose()?;
        let headers = headers(&own)?;
        let body = body(held.unwrap_or(own))?;
        Ok(then(Fetched { url, status, headers, body }))
    })
    .await?
}

async fn own(app: &App, capture: &Capture, record: &CaptureRecord) -> Result<Piece> {
    app.files.piece(&capture.warc_file, record.place as u64, record.length as u64).await
}

/// The record that holds the payload, where that is another.
async fn held(app: &App, capture: &Capture, record: &CaptureRecord) -> Result<Option<Piece>> {
    let (Some(holder), Some(place), Some(length)) = (record.held_by, record.held_place, record.held_length)
    else {
        return Ok(None);
    };
    let file = match holder == capture.capture_id {
        true => capture.warc_file.clone(),
        false => app.db.read(move |tx| Capture::find(tx, holder)).await?.warc_file,
    };
    app.files.piece(&file, place as u64, length as u64).await.map(Some)
}

fn read(bytes: &Bytes) -> Result<Record> {
    let read = wacz::warc::read_at(
        std::io::Cursor::new(bytes),
        0,
        bytes.len() as u64,
        wacz::warc::Options::default(),
    );
    read.internal("a record of a capture cannot be read")
}

fn headers(record: &Record) -> Result<Vec<(String, String)>> {
    if record.kind() == Some(Kind::Resource) {
        return Ok(vec![("content-type".into(), record.content_type().unwrap_or_default().to_owned())]);
    }
    let answer = record.response().internal("a record of a capture is no answer")?;
    Ok(answer.message.headers.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
}

fn body(record: Record) -> Result<Vec<u8>> {
    if record.kind() == Some(Kind::Resource) {
        return Ok(record.block);
    }
    let answer = record.response().internal("a record of a capture is no answer")?;
    let body = answer.message.content(UNPACKED).internal("a record of a capture cannot be unpacked")?;
    Ok(body.bytes.into_owned())
}
