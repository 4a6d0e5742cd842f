//! Who is asking: the person behind a session cookie, or behind a bearer token.
//!
//! A POST that acts on a session cookie is believed only when the browser says that our own page sent it: same-site
//! cookie, `Sec-Fetch-Site`, and `Origin` where a browser sends only that. No token stands in any page.

use crate::app::App;
use crate::person::session::{self, Session};
use crate::person::{Person, token as key};
use crate::time::HOUR;
use crate::{Error, Result};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};

const COOKIE: &str = "ibid_session";

/// Somebody who is signed in to the desk.
pub(super) struct SignedIn {
    pub(super) person: Person,
    pub(super) session: Session,
}

/// Nobody is signed in: a page leads to the form, anything else is told so.
pub(super) struct Stranger(Error, bool);

impl IntoResponse for Stranger {
    fn into_response(self) -> Response {
        match self {
            Stranger(Error::SignIn, true) => Redirect::to("/desk/sign-in").into_response(),
            Stranger(error, _) => error.into_response(),
        }
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Stranger;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<SignedIn, Stranger> {
        let page = parts.method == http::Method::GET;
        let refuse = |error| Stranger(error, page);
        if !parts.method.is_safe() {
            sent_by_us(&parts.headers, &app.base_url).map_err(refuse)?;
        }
        let token = session_cookie(&parts.headers).ok_or(refuse(Error::SignIn))?;
        let now = app.now();
        let found = app.db.read(move |tx| session::owner(tx, &token, now)).await.map_err(refuse)?;
        let (person, session) = found.ok_or(refuse(Error::SignIn))?;
        if session.seen_at < now.plus(-HOUR) {
            let seen = session.clone();
            app.db.write(move |tx| session::see(tx, &seen, now)).await.map_err(refuse)?;
        }
        Ok(SignedIn { person, session })
    }
}

/// Whoever a bearer token speaks for, if one was sent.
pub(super) struct Bearer(pub(super) Option<Person>);

impl FromRequestParts<App> for Bearer {
    type Rejection = super::api::Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Bearer, Self::Rejection> {
        let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(Bearer(None)) };
        let token = value.to_str().ok().and_then(|v| v.split_once(' ')).filter(|(scheme, _)| {
            // RFC 9110: schemes are compared without case.
            scheme.eq_ignore_ascii_case("bearer")
        });
        let Some((_, token)) = token else { return Err(Error::SignIn.into()) };
        let token = token.trim().to_owned();
        let found = app.db.read(move |tx| key::owner(tx, &token)).await?;
        let (person, token) = found.ok_or(Error::SignIn)?;
        let now = app.now();
        if token.seen_at.is_none_or(|seen| seen < now.plus(-HOUR)) {
            app.db.write(move |tx| key::see(tx, token.token_id, now)).await?;
        }
        Ok(Bearer(Some(person)))
    }
}

/// Whether the browser says that a page of ours sent this.
pub(super) fn sent_by_us(headers: &HeaderMap, base_url: &str) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == base_url,
        (None, None) => false,
    };
    if ours {
        return Ok(());
    }
    Err(Error::Forbidden(
        "This form was sent from another site, so nothing was done. Open the desk and try again.".into(),
    ))
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    sent.flat_map(|sent| sent.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// The header that hands a session to the browser; an empty token takes it back.
pub(super) fn set_cookie(app: &App, token: &str) -> (http::HeaderName, HeaderValue) {
    let secure = if app.base_url.starts_with("https:") { "; Secure" } else { "" };
    let lasts = if token.is_empty() { 0 } else { 30 * 24 * 3600 };
    let value = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={lasts}{secure}");
    (header::SET_COOKIE, value.parse().expect("letters and digits are a header value"))
}
