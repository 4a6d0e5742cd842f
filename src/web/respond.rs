//! How pages and errors become answers.

use super::template::Templates;
use crate::app::App;
use crate::outside::db::Topic;
use crate::time::Time;
use crate::{Error, Result};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;

/// A page that may be kept until one of the topics it shows changes. The server keeps and compresses it.
#[derive(Debug, Clone)]
pub(super) struct Keep {
    pub(super) topics: Vec<Topic>,
    /// When what it shows last changed, where that is known; it outlives a restart then.
    pub(super) modified: Option<Time>,
}

/// A finished public page: kept in memory under its address until something it shows changes.
pub(super) fn page(html: String, topics: Vec<Topic>) -> Response {
    document("text/html; charset=utf-8", html, topics)
}

/// The same for a feed, a sitemap and the like.
pub(super) fn document(media_type: &str, body: String, topics: Vec<Topic>) -> Response {
    kept(media_type, body, topics)
}

/// The same, for what knows when it last changed.
pub(super) fn dated(media_type: &str, body: String, topics: Vec<Topic>, modified: Time) -> Response {
    let mut response = kept(media_type, body, topics.clone());
    response.extensions_mut().insert(Keep { topics, modified: Some(modified) });
    response
}

/// Bytes that are kept in memory under their address until something they show changes.
pub(super) fn kept(media_type: &str, body: impl Into<axum::body::Body>, topics: Vec<Topic>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type.parse().expect("a media type is a header value"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    response.extensions_mut().insert(Keep { topics, modified: None });
    response
}

pub(super) async fn nothing_here() -> Error {
    Error::NotFound
}

impl Error {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::SignIn => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Outside(_) | Error::NoRoom(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What a reader is told: a fault of this program is logged, not shown.
    pub(super) fn for_readers(&self) -> String {
        match self {
            Error::Internal(_) => "Something went wrong on our side. It has been noted.".into(),
            other => other.to_string(),
        }
    }
}

/// An error that stands plain in an answer, for the layer that knows how the publication looks.
#[derive(Clone)]
pub(super) struct Undressed(pub(super) Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Error::Internal(_) | Error::Outside(_) | Error::NoRoom(_) = self {
            tracing::error!(error = %self, "a request failed");
        }
        let mut response = (self.status(), Html(plain_page(&self.for_readers()))).into_response();
        if let Error::TooMany(seconds) = self {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(Undressed(Arc::new(self)));
        response
    }
}

fn plain_page(words: &str) -> String {
    let words = Templates::escape(words);
    format!("<!doctype html><meta charset=utf-8><title>{words}</title><p>{words}</p>")
}

/// Renders a template with what it shows.
pub(super) fn render(app: &App, name: &str, shown: impl serde::Serialize) -> Result<String> {
    app.templates.render(name, shown)
}
