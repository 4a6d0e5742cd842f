//! What nothing answers may be an address that something had, or was given.

use crate::Result;
use crate::app::App;
use crate::post::redirect::Redirect;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// The way on from a path, for ever; none where it leads nowhere.
pub(super) async fn from(app: &App, path: &str) -> Result<Option<Response>> {
    if ["/desk/", "/api/", "/timegate/", "/timemap/"].iter().any(|ours| path.starts_with(ours)) {
        return Ok(None);
    }
    let (path, now) = (path.to_owned(), app.now());
    let asked = path.clone();
    let target = app.db.read(move |tx| Redirect::lead(tx, &asked, now)).await?.or_else(|| slip(&path));
    Ok(target.and_then(|target| location(app, &target)).map(|location| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
        response.headers_mut().insert(header::LOCATION, location);
        // Browsers keep such an answer for ever; a new post may take the address.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        response
    }))
}

/// What was meant by an address as other programs write it, or as somebody types it by heart.
fn slip(path: &str) -> Option<String> {
    let bare = path.trim_end_matches('/');
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = bare.split('/').skip(1).collect();
    let meant = match parts.as_slice() {
        ["feed" | "rss" | "rss.xml" | "feed.xml"] => "/feed.rss".to_owned(),
        ["atom.xml"] => "/feed.atom".into(),
        [year] if year.len() == 4 && digits(year) => format!("/archive/{year}"),
        ["archive", year, month] if month.len() == 1 && digits(month) => format!("/archive/{year}/0{month}"),
        [year, month, rest @ ..] if year.len() == 4 && digits(year) && month.len() == 1 && digits(month) => {
            [&[*year, &format!("0{month}")], rest].concat().iter().map(|part| format!("/{part}")).collect()
        }
        ["tag" | "author", ..] if bare != bare.to_lowercase() => bare.to_lowercase(),
        _ => bare.to_owned(),
    };
    // A second slash at the beginning would be another host.
    (meant != path && meant.len() > 1 && !meant.starts_with("//")).then_some(meant)
}

/// As it may stand in a header: letters that are not ASCII become percent signs.
fn location(app: &App, target: &str) -> Option<HeaderValue> {
    let url = url::Url::parse(&app.base_url).ok()?.join(target).ok()?;
    url.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::slip;

    #[test]
    fn a_slip_leads_to_what_was_meant() {
        for (asked, meant) in [
            ("/2026", Some("/archive/2026")),
            ("/2026/", Some("/archive/2026")),
            ("/2026/3/the-barrier", Some("/2026/03/the-barrier")),
            ("/2026/03/the-barrier/", Some("/2026/03/the-barrier")),
            ("/archive/2026/3", Some("/archive/2026/03")),
            ("/archive/", Some("/archive")),
            ("/feed/", Some("/feed.rss")),
            ("/tag/HARBOUR", Some("/tag/harbour")),
            ("/2026/03/the-barrier", None),
            ("/tag/harbour", None),
            ("//evil.example/", None),
            ("///", None),
            ("/", None),
        ] {
            assert_eq!(slip(asked).as_deref(), meant, "{asked}");
        }
    }
}
