//! Files that come with a form.

use crate::app::App;
use crate::media::Sent;
use crate::{Error, Result};
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use http::StatusCode;

/// What a form may weigh beside its file.
pub(super) const OTHER_FIELDS: usize = 64 << 10;

/// The fields `file` and `alt` of a form; an empty file where none was chosen.
pub(super) async fn sent(app: &App, mut form: Multipart) -> Result<Sent> {
    let mut sent = Sent { name: String::new(), bytes: Default::default(), alt: String::new() };
    let most = app.config.upload_max;
    while let Some(field) = form.next_field().await.map_err(|e| refused(e, most))? {
        match field.name() {
            Some("file") => {
                sent.name = field.file_name().unwrap_or("file").to_owned();
                sent.bytes = field.bytes().await.map_err(|e| refused(e, most))?;
            }
            Some("alt") => sent.alt = field.text().await.map_err(|e| refused(e, most))?,
            _ => {}
        }
    }
    match sent.bytes.len() {
        0 => Err(Error::Invalid("Choose a file first; an empty one is none.".into())),
        length if length > most => Err(too_large(most)),
        _ => Ok(sent),
    }
}

/// A page as a browser shows it.
pub(super) struct Received {
    pub(super) url: String,
    pub(super) html: String,
}

/// The fields `url` and `html` of a form.
pub(super) async fn received(app: &App, mut form: Multipart) -> Result<Received> {
    let mut received = Received { url: String::new(), html: String::new() };
    let most = app.config.upload_max;
    while let Some(field) = form.next_field().await.map_err(|e| refused(e, most))? {
        match field.name() {
            Some("url") => received.url = field.text().await.map_err(|e| refused(e, most))?,
            Some("html") => received.html = field.text().await.map_err(|e| refused(e, most))?,
            _ => {}
        }
    }
    match received.html.len() {
        0 => Err(Error::Invalid("No page came with the form. Use the bookmark on the page again.".into())),
        length if length > most => Err(too_large(most)),
        _ => Ok(received),
    }
}

fn refused(error: MultipartError, most: usize) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(most),
        _ => Error::Invalid("The form arrived in pieces that do not fit. Please send it again.".into()),
    }
}

fn too_large(most: usize) -> Error {
    Error::TooLarge(format!("This file has more than {} megabytes, and so is not taken here.", most >> 20))
}
