//! Stylesheets and scripts, under addresses that name their content: they are kept by browsers for ever.

use crate::{Error, Result};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static"]
struct Static;

/// `/static/{digest}/site.css`
pub(super) fn address(name: &str) -> String {
    match Static::get(name) {
        Some(file) => format!("/static/{}/{name}", digest(&file)),
        None => format!("/static/missing/{name}"),
    }
}

fn digest(file: &rust_embed::EmbeddedFile) -> String {
    data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..6])
}

pub(super) async fn show(Path((asked, name)): Path<(String, String)>) -> Result<Response> {
    let file = Static::get(&name).filter(|file| digest(file) == asked).ok_or(Error::NotFound)?;
    let media_type = file.metadata.mimetype().to_owned();
    let media_type =
        if media_type.starts_with("text/") { media_type + "; charset=utf-8" } else { media_type };
    let mut response = super::respond::kept(&media_type, file.data.into_owned(), Vec::new());
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, "public, max-age=31536000, immutable".parse().expect("a plain value"));
    Ok(response.into_response())
}
