//! Memento (RFC 7089): `/timegate/{url…}` leads to the copy closest to a moment, `/timemap/link/{url…}` lists all of them.
//! Everything behind the prefix, query included, is the address.

use super::kept_copy::set;
use crate::app::App;
use crate::publication::Publication;
use crate::source::memento::Mementos;
use crate::time::Time;
use crate::{Error, Result};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};

const LINK_FORMAT: &str = "application/link-format";
const DATETIME: &str = "accept-datetime";

pub(super) async fn timegate(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    let mut response = match gate(&app, &uri, &headers).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    set(&mut response, header::VARY, DATETIME);
    response
}

async fn gate(app: &App, uri: &Uri, headers: &HeaderMap) -> Result<Response> {
    let mementos = find(app, behind(uri, "/timegate/")).await?;
    let asked = match headers.get(DATETIME) {
        None => None,
        Some(value) => match value.to_str().ok().and_then(Time::from_http_date) {
            Some(at) => Some(at),
            None => {
                let why = Error::Invalid(
                    "Accept-Datetime must be written like this: Sat, 14 Mar 2026 09:30:00 GMT.".into(),
                );
                let mut response = why.into_response();
                *response.status_mut() = StatusCode::BAD_REQUEST;
                set(&mut response, header::LINK, &links(app, &mementos, None));
                return Ok(response);
            }
        },
    };
    let at = mementos.nearest(asked).ok_or(Error::NotFound)?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    set(&mut response, header::LOCATION, &place(app, &mementos, at));
    set(&mut response, header::LINK, &links(app, &mementos, Some(at)));
    Ok(response)
}

/// Most copies that one page of a TimeMap lists. A later page has the stamp of its first copy before the address.
const A_PAGE: usize = 1000;

pub(super) async fn timemap(State(app): State<App>, uri: Uri) -> Result<Response> {
    let asked = behind(&uri, "/timemap/link/");
    let page = asked.split_once('/').and_then(|(stamp, url)| Some((Time::from_stamp(stamp)?, url)));
    let (from, url) = page.map_or((None, asked), |(from, url)| (Some(from), url));
    let mementos = find(&app, url).await?;
    let list = listed(&app, &mementos, from).ok_or(Error::NotFound)?;
    Ok(([(header::CONTENT_TYPE, LINK_FORMAT), (header::CACHE_CONTROL, "public, max-age=60")], list)
        .into_response())
}

fn behind<'a>(uri: &'a Uri, prefix: &str) -> &'a str {
    let asked = uri.path_and_query().map_or("", |asked| asked.as_str());
    asked.strip_prefix(prefix).unwrap_or_default()
}

async fn find(app: &App, url: &str) -> Result<Mementos> {
    let (url, now) = (url.to_owned(), app.now());
    app.db
        .read(move |tx| {
            let setting = Publication::load(tx)?.shown;
            Mementos::of_address(tx, &url, setting, now)
        })
        .await
}

/// A TimeMap, or one page of it.
fn listed(app: &App, mementos: &Mementos, from: Option<Time>) -> Option<String> {
    let times = &mementos.times;
    let start = from.map_or(0, |from| times.partition_point(|at| *at < from));
    let end = times.len().min(start + A_PAGE);
    let (first, last) = (times.get(start)?, times.get(end - 1)?);
    let url = &mementos.source.url;
    let map = |rel: &str, from: Option<Time>, first: &Time, last: &Time| {
        let span = format!("from=\"{}\"; until=\"{}\"", first.http_date(), last.http_date());
        format!("<{}>; rel=\"{rel}\"; type=\"{LINK_FORMAT}\"; {span}", map_of(app, url, from))
    };
    let mut lines = vec![
        format!("<{url}>; rel=\"original\""),
        format!("<{}>; rel=\"timegate\"", gate_of(app, url)),
        map("self", from, first, last),
    ];
    if start > 0 {
        lines.push(map("timemap", None, &times[0], &times[A_PAGE.min(start) - 1]));
    }
    if let Some(next) = times.get(end) {
        lines.push(map("timemap", Some(*next), next, times.last()?));
    }
    lines.extend(times[start..end].iter().map(|at| memento(app, mementos, *at, None)));
    Some(lines.join(",\n") + "\n")
}

/// For the head of an answer: what it is a copy of, where others are found, and which are the first, the last and beside it.
pub(super) fn links(app: &App, mementos: &Mementos, this: Option<Time>) -> String {
    let url = &mementos.source.url;
    let mut links = vec![
        format!("<{url}>; rel=\"original\""),
        format!("<{}>; rel=\"timegate\"", gate_of(app, url)),
        format!("<{}>; rel=\"timemap\"; type=\"{LINK_FORMAT}\"", map_of(app, url, None)),
    ];
    let times = &mementos.times;
    let here = this.and_then(|this| times.binary_search(&this).ok());
    let mut shown = vec![0, times.len() - 1];
    shown.extend(here.into_iter().flat_map(|at| [at.saturating_sub(1), at, (at + 1).min(times.len() - 1)]));
    shown.sort_unstable();
    shown.dedup();
    links.extend(shown.into_iter().map(|at| memento(app, mementos, times[at], here)));
    links.join(", ")
}

/// `here` is the place of the copy that is being told of.
fn memento(app: &App, mementos: &Mementos, at: Time, here: Option<usize>) -> String {
    let times = &mementos.times;
    let place_of = times.binary_search(&at).ok();
    let mut rel = String::new();
    for (name, place) in [
        ("first ", Some(0)),
        ("prev ", here.and_then(|here| here.checked_sub(1))),
        ("next ", here.map(|here| here + 1)),
        ("last ", times.len().checked_sub(1)),
    ] {
        if place.is_some() && place == place_of {
            rel.push_str(name);
        }
    }
    format!("<{}>; rel=\"{rel}memento\"; datetime=\"{}\"", place(app, mementos, at), at.http_date())
}

fn place(app: &App, mementos: &Mementos, at: Time) -> String {
    app.url(&format!("/sources/{}/{}", mementos.source.source_id, at.stamp()))
}

fn gate_of(app: &App, url: &str) -> String {
    app.url(&format!("/timegate/{}", sendable(url)))
}

fn map_of(app: &App, url: &str, from: Option<Time>) -> String {
    let page = from.map(|from| format!("{}/", from.stamp())).unwrap_or_default();
    app.url(&format!("/timemap/link/{page}{}", sendable(url)))
}

/// A client keeps a fragment to itself.
fn sendable(url: &str) -> String {
    url.replace('#', "%23")
}
