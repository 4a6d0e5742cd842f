//! What every page shows of the publication.

use super::nearby::{self, Place};
use super::respond::{self, Undressed};
use super::words;
use crate::app::App;
use crate::outside::db::{Topic, Tx};
use crate::publication::{Publication, Way};
use crate::{Error, Result};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Site {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) language: String,
    /// Whether that language is written from right to left.
    rtl: bool,
    /// `#0b4f8a`; empty is the colour of the stylesheet.
    accent: String,
    logo: String,
    navigation: Vec<Way>,
    /// The address of the navigation's entry that the page belongs to, without its slash.
    here: &'static str,
}

impl Site {
    pub(super) fn of(publication: &Publication, here: &'static str) -> Site {
        Site {
            name: publication.name.clone(),
            description: publication.description.clone(),
            language: publication.language.clone(),
            rtl: words::right_to_left(&publication.language),
            accent: publication.accent.clone(),
            logo: publication.logo.clone(),
            navigation: publication.navigation.clone(),
            here,
        }
    }

    pub(super) fn load(tx: &mut Tx, here: &'static str) -> Result<Site> {
        Ok(Site::of(&Publication::load(tx)?, here))
    }
}

/// Changes of these topics make every page anew.
pub(super) fn topics(more: impl IntoIterator<Item = Topic>) -> Vec<Topic> {
    std::iter::once(Topic::site()).chain(more).collect()
}

#[derive(Serialize)]
struct ErrorPage {
    site: Site,
    title: &'static str,
    words: String,
    /// A reader looked for something that is not here.
    lost: bool,
    /// What may have been meant.
    nearby: Vec<Place>,
}

#[derive(Serialize)]
struct About {
    site: Site,
}

/// `/about-captures`: what the marks mean, and for whoever finds our requests in their log.
pub(super) async fn about_captures(State(app): State<App>) -> Result<Response> {
    let site = app.db.read(|tx| Site::load(tx, "")).await?;
    let html = respond::render(&app, "about_captures.html", &About { site })?;
    Ok(respond::page(html, topics([])))
}

/// Gives plain errors of pages the publication's own dress.
pub(super) async fn dress_errors(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let reads = request.method().is_safe();
    let mut response = next.run(request).await;
    let error = match response.extensions_mut().remove::<Undressed>() {
        Some(Undressed(error)) => error,
        // What is wrong before a page of ours is asked: an address that is no text, a form that is none.
        None if response.status().is_client_error() && is_plain(&response) && !path.starts_with("/api/") => {
            Arc::new(Error::Invalid("This request cannot be read: its address or its form is broken.".into()))
        }
        None => return response,
    };
    if reads
        && matches!(*error, Error::NotFound)
        && let Ok(Some(onward)) = super::redirect::from(&app, &path).await
    {
        return onward;
    }
    if let Some(html) = error_page(&app, &error, path).await {
        *response.body_mut() = html.into();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

fn is_plain(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// An error as a page of the publication; plain when even that cannot be had.
async fn error_page(app: &App, error: &Error, path: String) -> Option<String> {
    let now = app.now();
    let lost = matches!(error, Error::NotFound) && !path.starts_with("/desk") && !path.starts_with("/api/");
    let read = app.db.read(move |tx| {
        let nearby = if lost { nearby::places(tx, &path, now)? } else { Vec::new() };
        Ok((Site::load(tx, "")?, nearby))
    });
    let (site, nearby) = read.await.ok()?;
    let title = match error {
        Error::NotFound => "Nothing here",
        Error::SignIn => "Please sign in",
        Error::Forbidden(_) => "Not yours to do",
        Error::Conflict(_) => "Something is in the way",
        Error::Invalid(_) | Error::TooLarge(_) => "That cannot be done",
        Error::TooMany(_) => "A little slower",
        Error::Outside(_) | Error::NoRoom(_) | Error::Internal(_) => "Something went wrong",
    };
    let words = match error {
        Error::NotFound => {
            "No page has this address. It may have been taken back, or the address may have a slip in it."
                .into()
        }
        Error::SignIn => {
            "You are not signed in, or not any more. Sign in at the desk in another window, then go back in this one: \
             what you typed is still in the form."
                .into()
        }
        other => other.for_readers(),
    };
    app.templates.render("error.html", &ErrorPage { site, title, words, lost, nearby }).ok()
}
