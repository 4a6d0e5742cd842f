//! `/media/{name}`: pictures and other files that posts show. Sent inert: never with a type that runs.

use super::range::{Asked, asked, still_means};
use crate::app::App;
use crate::media::Media;
use crate::{Error, Result};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};

pub(super) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let media = app.db.read(move |tx| Media::find(tx, &name)).await?;
    if !media.is_shown() {
        return Err(Error::NotFound);
    }
    let response = match media.is_picture() {
        true => picture(&app, &media, &media.file).await?,
        false => file(&app, &media, &headers)?,
    };
    Ok(inert(response, &media))
}

/// A picture for narrow windows.
pub(super) async fn narrow(State(app): State<App>, Path(name): Path<String>) -> Result<Response> {
    let media = app.db.read(move |tx| Media::find(tx, &name)).await?;
    if media.narrow.is_empty() || !media.is_picture() {
        return Err(Error::NotFound);
    }
    Ok(inert(picture(&app, &media, &media.narrow).await?, &media))
}

async fn picture(app: &App, media: &Media, file: &str) -> Result<Response> {
    Ok(super::respond::kept(&media.media_type, app.files.get(file).await?, vec![media.topic()]))
}

fn inert(mut response: Response, media: &Media) -> Response {
    let headers = response.headers_mut();
    let lasts = match media.is_lasting() {
        true => "public, max-age=31536000, immutable",
        false => "public, max-age=86400",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasts));
    headers.insert("content-security-policy", HeaderValue::from_static("default-src 'none'; sandbox"));
    if media.media_type == "application/pdf" {
        // Browsers' own viewers do not open in a sandbox: it is saved, and opened by whatever the reader has.
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    response
}

/// Too large to be kept in memory: read while it is sent, whole or in parts.
fn file(app: &App, media: &Media, headers: &HeaderMap) -> Result<Response> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (size, tag) = (media.bytes as u64, format!("\"{:x}-{:x}\"", media.created_at.0, media.bytes));
    let modified = media.created_at.http_date();
    let range = text(header::RANGE).filter(|_| still_means(text(header::IF_RANGE), &tag, &modified));
    let mut response = Response::new(Body::empty());
    let unchanged = match text(header::IF_NONE_MATCH) {
        Some(tags) => {
            tags.split(',').any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag)
        }
        None => text(header::IF_MODIFIED_SINCE) == Some(&modified),
    };
    let asked = asked(range, size);
    let (from, to) = match asked {
        Asked::Part(from, to) => (from, to),
        _ => (0, size),
    };
    match asked {
        _ if unchanged => *response.status_mut() = StatusCode::NOT_MODIFIED,
        Asked::Beyond => *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE,
        Asked::Whole => *response.body_mut() = body(app, media, from, to),
        Asked::Part(..) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            *response.body_mut() = body(app, media, from, to);
        }
    }
    let headers = response.headers_mut();
    let mut say = |name: header::HeaderName, value: String| {
        headers.insert(name, value.parse().expect("names, numbers and dates are header values"));
    };
    say(header::ETAG, tag);
    say(header::LAST_MODIFIED, modified);
    say(header::ACCEPT_RANGES, "bytes".into());
    if unchanged {
        return Ok(response);
    }
    match asked {
        Asked::Beyond => say(header::CONTENT_RANGE, format!("bytes */{size}")),
        Asked::Part(..) => say(header::CONTENT_RANGE, format!("bytes {from}-{}/{size}", to - 1)),
        Asked::Whole => {}
    }
    if asked != Asked::Beyond {
        say(header::CONTENT_TYPE, media.media_type.clone());
        say(header::CONTENT_LENGTH, (to - from).to_string());
    }
    Ok(response)
}

/// Read a piece at a time, as the reader takes them.
fn body(app: &App, media: &Media, from: u64, to: u64) -> Body {
    const PIECE: u64 = 256 << 10;
    let (files, key) = (app.files.clone(), media.file.clone());
    Body::from_stream(stream::unfold(from, move |at| {
        let (files, key) = (files.clone(), key.clone());
        async move {
            if at >= to {
                return None;
            }
            let length = PIECE.min(to - at);
            let piece: Result<Bytes> = files.get_range(&key, at, length).await;
            // A broken read ends the answer short of what it promised, and so is noticed.
            let next = if piece.is_ok() { at + length } else { to };
            Some((piece, next))
        }
    }))
}
