//! Stylesheets and scripts, under addresses that name their content: they are kept by browsers for ever.

use super::accent;
use crate::{Error, Result};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static"]
struct Static;

/// `/static/{digest}/site.css`; `/static/{digest}/site-0b4f8a.css` with a colour of the publication's own.
pub(super) fn address(name: &str, colour: Option<u32>) -> String {
    match (Static::get(name), name.rsplit_once('.'), colour) {
        (Some(file), Some((stem, ending)), Some(colour)) => {
            format!("/static/{}/{stem}-{colour:06x}.{ending}", digest(&file))
        }
        (Some(file), ..) => format!("/static/{}/{name}", digest(&file)),
        (None, ..) => format!("/static/missing/{name}"),
    }
}

fn digest(file: &rust_embed::EmbeddedFile) -> String {
    data_encoding::HEXLOWER.encode(&file.metadata.sha256_hash()[..6])
}

pub(super) async fn show(Path((asked, name)): Path<(String, String)>) -> Result<Response> {
    let (name, colour) = with_colour(&name);
    let file = Static::get(&name).filter(|file| digest(file) == asked).ok_or(Error::NotFound)?;
    let mut data = file.data.to_vec();
    data.extend(colour.map(accent::rules).unwrap_or_default().bytes());
    let media_type = file.metadata.mimetype().to_owned();
    let media_type =
        if media_type.starts_with("text/") { media_type + "; charset=utf-8" } else { media_type };
    let mut response = super::respond::kept(&media_type, data, Vec::new());
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, "public, max-age=31536000, immutable".parse().expect("a plain value"));
    Ok(response.into_response())
}

/// The file behind a stylesheet's name, and the colour in it.
fn with_colour(name: &str) -> (String, Option<u32>) {
    let parts = name.strip_suffix(".css").and_then(|stem| stem.rsplit_once('-'));
    match parts.and_then(|(stem, colour)| Some((stem, accent::hex(colour)?))) {
        Some((stem, colour)) => (format!("{stem}.css"), Some(colour)),
        None => (name.to_owned(), None),
    }
}
