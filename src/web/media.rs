//! `/media/{name}`: pictures and other files that posts show. Sent inert: never with a type that runs.

use crate::app::App;
use crate::media::Media;
use crate::{Error, Result};
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, header};

pub(super) async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<Response> {
    let media = app.db.read(move |tx| Media::find(tx, &name)).await?;
    let bytes = app.files.get(&media.file).await?;
    if !media.is_picture() {
        return Err(Error::NotFound);
    }
    let mut response = super::respond::kept(&media.media_type, bytes, Vec::new());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    headers.insert("content-security-policy", HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}
