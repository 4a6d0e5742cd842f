//! `POST /api/v1/media`: a picture or another file, as a form with `file` and `alt`.

use super::Problem;
use crate::Error;
use crate::app::App;
use crate::media;
use crate::web::signed_in::Bearer;
use crate::web::uploaded;
use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use http::{StatusCode, header};
use serde::Serialize;

#[derive(Serialize)]
pub(in crate::web) struct Kept {
    name: String,
    url: String,
    media_type: String,
    bytes: i64,
    /// Of a picture, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<i64>,
    alt: String,
    markdown: String,
}

pub(in crate::web) async fn add(
    State(app): State<App>,
    Bearer(who): Bearer,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, [(header::HeaderName, String); 1], Json<Kept>), Problem> {
    let person = who.ok_or(Error::SignIn)?;
    let form = form.map_err(|_| {
        Error::Invalid(
            "Send the file as multipart/form-data, in a field named file, with alt beside it.".into(),
        )
    })?;
    let sent = uploaded::sent(&app, form).await?;
    let media = media::take(&app, &person, sent).await?;
    let url = app.url(&media.path());
    let side = |pixels: i64| (pixels > 0).then_some(pixels);
    let kept = Kept {
        url: url.clone(),
        bytes: media.bytes,
        width: side(media.width),
        height: side(media.height),
        markdown: media.markdown(),
        alt: media.alt,
        media_type: media.media_type,
        name: media.name,
    };
    Ok((StatusCode::CREATED, [(header::LOCATION, url)], Json(kept)))
}
