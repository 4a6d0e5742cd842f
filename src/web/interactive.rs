//! Interactive replay, the only thing on the origin of `IBID_REPLAY_URL`: `/{source}/{stamp}/{url…}`, an address as the copy of
//! that second holds it, with its own scripts. Which host was asked for decides ([`is_asked_for`]), before any routing.
//!
//! A page here has no origin, no cookies and no window but its frame on ours: see `docs/replay.md`. It may ask for what stands
//! under the same `/{source}/{stamp}/`, that is in this copy, and for nothing else.

use super::kept_copy::{Copy, Found, FromTheDesk, set};
use super::template::Templates;
use crate::app::{App, compute};
use crate::source;
use crate::source::CaptureRecord;
use crate::source::read::{Fetched, Kind};
use crate::source::replay::{self, Led};
use crate::{Error, Result};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use url::Url;

/// Whether a request is for the replay origin: nothing of the publication is there, and nothing of it here.
pub(super) fn is_asked_for(app: &App, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(replay) = &app.replay_host else { return false };
    let named = headers.get_all(header::HOST).iter().filter_map(|host| host.to_str().ok());
    named.chain(uri.authority().map(|authority| authority.as_str())).any(|host| is_host(replay, host))
}

/// `host` as a request names it, with or without a port.
pub(super) fn is_host(replay: &str, host: &str) -> bool {
    let host = host.rsplit('@').next().unwrap_or(host).trim();
    let bare = match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => &host[..colon],
        _ => host,
    };
    bare.trim_end_matches('.').eq_ignore_ascii_case(replay)
}

pub(super) async fn answer(app: &App, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    let (path, answered) = match *method {
        Method::GET | Method::HEAD => {
            let asked = Asked::read(uri);
            let answered = match &asked {
                Some(asked) => show(app, asked, headers).await,
                None => Err(Error::NotFound),
            };
            (asked.map(|asked| asked.prefix), answered)
        }
        // Pages without an origin ask before they send; they may, and are told that there is nothing to send to.
        Method::OPTIONS => (None, Ok(StatusCode::NO_CONTENT.into_response())),
        _ => (None, Ok(StatusCode::METHOD_NOT_ALLOWED.into_response())),
    };
    let mut response = answered.unwrap_or_else(|error| missing(&error, uri));
    seal(app, path.as_deref(), &mut response);
    response
}

/// An address of this origin, taken apart.
struct Asked {
    source: String,
    stamp: String,
    /// `/{source}/{stamp}/`
    prefix: String,
    url: Url,
}

impl Asked {
    fn read(uri: &Uri) -> Option<Asked> {
        let mut parts = uri.path_and_query()?.as_str().strip_prefix('/')?.splitn(3, '/');
        let (source, stamp, url) = (parts.next()?, parts.next()?, parts.next()?);
        let rest = ["https:", "http:"].iter().find_map(|scheme| Some((*scheme, url.strip_prefix(scheme)?)));
        // A proxy may have folded the slashes.
        let (scheme, rest) = rest?;
        let url = Url::parse(&format!("{scheme}//{}", rest.trim_start_matches('/'))).ok()?;
        Some(Asked { source: source.into(), stamp: stamp.into(), prefix: format!("/{source}/{stamp}/"), url })
    }
}

async fn show(app: &App, asked: &Asked, headers: &HeaderMap) -> Result<Response> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // No script of a copy answers for others.
    if !text("service-worker").is_empty()
        || matches!(text("sec-fetch-dest"), "serviceworker" | "sharedworker")
    {
        return Err(Error::NotFound);
    }
    let nobody = FromTheDesk(false);
    let Found::Here(copy) = Copy::find(app, &asked.source, &asked.stamp, &nobody).await? else {
        return Err(Error::NotFound);
    };
    if !copy.is_open() {
        return Err(Error::NotFound);
    }
    // A page of somebody else's never has the window to itself: ours stands around it and says what it is.
    if text("sec-fetch-dest") == "document" {
        let ours = app.url(&format!("{}?view=interactive", copy.path()));
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, ours)]).into_response());
    }
    let record = copy.of_address(&asked.url).ok_or(Error::NotFound)?;
    let fetched = source::capture::kept(app, &copy.capture, record).await?;
    if (300..400).contains(&fetched.status) {
        let to = asked.url.join(fetched.header("location")).ok().ok_or(Error::NotFound)?;
        return Ok((StatusCode::FOUND, [(header::LOCATION, format!("{}{to}", asked.prefix))]).into_response());
    }
    let (prefix, origins) = (asked.prefix.clone(), origins(copy.records()));
    let status = StatusCode::from_u16(fetched.status).unwrap_or(StatusCode::OK);
    let (media_type, body) = compute(move || replayed(fetched, &Led { prefix: &prefix, origins })).await?;
    Ok((status, [(header::CONTENT_TYPE, media_type)], body).into_response())
}

fn origins(records: &[CaptureRecord]) -> Vec<String> {
    let mut origins: Vec<String> = records
        .iter()
        .filter_map(|record| Some(Url::parse(&record.url).ok()?.origin().ascii_serialization()))
        .filter(|origin| origin != "null")
        .collect();
    origins.sort_unstable();
    origins.dedup();
    origins
}

fn replayed(fetched: Fetched, led: &Led) -> (String, Vec<u8>) {
    let said = fetched.header("content-type").to_owned();
    if fetched.kind() == Kind::Html {
        return ("text/html; charset=utf-8".into(), replay::live(&fetched, led).into_bytes());
    }
    if said.to_ascii_lowercase().starts_with("text/css") {
        return ("text/css; charset=utf-8".into(), replay::live_style(&fetched, led).into_bytes());
    }
    let said = if said.is_empty() { "application/octet-stream".into() } else { said };
    (said, fetched.body)
}

/// What stands in the frame where a copy holds nothing.
fn missing(error: &Error, uri: &Uri) -> Response {
    let status = error.status();
    if status.is_server_error() {
        tracing::error!(%error, "a request of a replayed page failed");
    }
    let url = Asked::read(uri).map(|asked| asked.url.to_string()).unwrap_or_default();
    let html = format!(
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light\"><title>Not in this copy</title>\
         <body style=\"font:1rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:34rem;padding:0 1.25rem;color:#16191d;background:#fff;overflow-wrap:anywhere\">\
         <p><b>This copy does not hold that page.</b></p><p>{}</p>",
        Templates::escape(&url)
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// Who is allowed what. Scripts run, in an origin that nothing else has; whatever they ask for comes from this copy or not at all.
fn seal(app: &App, prefix: Option<&str>, response: &mut Response<Body>) {
    let origin = app.replay_url.as_deref().unwrap_or_default();
    let own = prefix.map_or_else(|| "'none'".to_owned(), |prefix| format!("{origin}{}", for_policy(prefix)));
    let policy = format!(
        "sandbox allow-scripts; default-src 'none'; script-src {own} 'unsafe-inline' 'unsafe-eval'; \
         style-src {own} 'unsafe-inline'; img-src {own} data: blob:; font-src {own} data:; media-src {own} data: blob:; \
         connect-src {own}; frame-src {own}; worker-src 'none'; manifest-src 'none'; object-src 'none'; \
         form-action 'none'; base-uri 'none'; webrtc 'block'"
    );
    for (name, value) in [
        ("content-security-policy", policy.as_str()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
        ("x-dns-prefetch-control", "off"),
        ("origin-agent-cluster", "?1"),
        ("permissions-policy", FORBIDDEN),
        ("cross-origin-resource-policy", "cross-origin"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", "*"),
        ("cache-control", "no-store"),
    ] {
        set(response, HeaderName::from_static(name), value);
    }
    response.headers_mut().remove(header::SET_COOKIE);
}

/// A list of sources is parted by these.
fn for_policy(prefix: &str) -> String {
    prefix.replace([';', ',', ' ', '\''], "")
}

const FORBIDDEN: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(), \
     display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), \
     identity-credentials-get=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), \
     payment=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), usb=(), \
     web-share=(), xr-spatial-tracking=()";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_alone_decides() {
        for host in ["replay.example", "Replay.Example:8443", "replay.example.", "replay.example:80"] {
            assert!(is_host("replay.example", host), "{host}");
        }
        for host in ["gazette.example", "replay.example.gazette.example", "xreplay.example", "", "[::1]:80"] {
            assert!(!is_host("replay.example", host), "{host}");
        }
        assert!(is_host("[::1]", "[::1]:80") && is_host("[::1]", "[::1]"));
    }

    #[test]
    fn everything_behind_the_stamp_is_the_address() {
        let read =
            |address: &str| Asked::read(&address.parse().unwrap()).map(|a| (a.prefix, a.url.to_string()));
        let whole = "/7/20260314093000/https://quay.example/log?day=7&x=https://a.example/";
        let url = "https://quay.example/log?day=7&x=https://a.example/".to_owned();
        assert_eq!(read(whole), Some(("/7/20260314093000/".into(), url)));
        let folded = "/7/20260314093000/https:/quay.example/log";
        assert_eq!(read(folded).map(|(_, url)| url).as_deref(), Some("https://quay.example/log"));
        for nothing in ["/", "/desk", "/7/20260314093000/", "/7/20260314093000/file:///etc/passwd", "/7/x"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
