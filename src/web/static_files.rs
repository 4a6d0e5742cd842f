//! Stylesheets and scripts, under addresses that name their content: they are kept by browsers for ever.

use super::accent;
use crate::app::App;
use crate::{Error, Result};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "static"]
struct Static;

/// `/static/{digest}/site.css`; `/static/{digest}/site-0b4f8a.css` with a colour of the publication's own. `own` is what the theme
/// has in the built-in file's place.
pub(super) fn address(name: &str, own: Option<&[u8]>, colour: Option<u32>) -> String {
    let digest = match own {
        Some(bytes) => digest(&Sha256::digest(bytes)),
        None => Static::get(name).map_or("missing".into(), |file| digest(&file.metadata.sha256_hash())),
    };
    match (name.rsplit_once('.'), colour) {
        (Some((stem, ending)), Some(colour)) => format!("/static/{digest}/{stem}-{colour:06x}.{ending}"),
        _ => format!("/static/{digest}/{name}"),
    }
}

pub(super) fn is_built_in(name: &str) -> bool {
    Static::get(name).is_some()
}

fn digest(sha256: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&sha256[..6])
}

pub(super) async fn show(
    State(app): State<App>,
    Path((asked, name)): Path<(String, String)>,
) -> Result<Response> {
    let (name, colour) = with_colour(&name);
    let file = Static::get(&name).ok_or(Error::NotFound)?;
    let own = app.templates.asset(&name).filter(|own| digest(&Sha256::digest(own)) == asked);
    let mut data = match own {
        Some(own) => own,
        None if digest(&file.metadata.sha256_hash()) == asked => file.data.to_vec(),
        None => return Err(Error::NotFound),
    };
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
