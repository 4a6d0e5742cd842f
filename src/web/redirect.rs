//! What nothing answers may be an address that something had, or was given.

use crate::Result;
use crate::app::App;
use crate::post::redirect::Redirect;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// The way on from a path, for ever; none where it leads nowhere.
pub(super) async fn from(app: &App, path: &str) -> Result<Option<Response>> {
    if path.starts_with("/desk/") || path.starts_with("/api/") {
        return Ok(None);
    }
    let (path, now) = (path.to_owned(), app.now());
    let target = app.db.read(move |tx| Redirect::lead(tx, &path, now)).await?;
    Ok(target.and_then(|target| location(app, &target)).map(|location| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
        response.headers_mut().insert(header::LOCATION, location);
        // Browsers keep such an answer for ever; a new post may take the address.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        response
    }))
}

/// As it may stand in a header: letters that are not ASCII become percent signs.
fn location(app: &App, target: &str) -> Option<HeaderValue> {
    let url = url::Url::parse(&app.base_url).ok()?.join(target).ok()?;
    url.as_str().parse().ok()
}
