//! The desk: what people who write here meet after signing in.

pub(super) mod bring;
pub(super) mod byline;
pub(super) mod checked;
mod doubts;
pub(super) mod editor;
pub(super) mod health;
mod marking;
pub(super) mod me;
pub(super) mod media;
pub(super) mod people;
pub(super) mod person;
pub(super) mod posts;
pub(super) mod redirects;
pub(super) mod removal;
pub(super) mod replacement;
pub(super) mod revisions;
pub(super) mod settings;
pub(super) mod sign_in;
pub(super) mod signing;
pub(super) mod sources;
pub(super) mod typing;
pub(super) mod views;
pub(super) mod way_in;
pub(super) mod work;

use super::respond;
use crate::app::App;
use crate::person::Person;
use crate::publication::Publication;
use crate::{Error, Result};
use axum::response::Response;
use http::HeaderValue;
use serde::{Deserialize, Serialize};

/// What every page of the desk shows around its own.
#[derive(Serialize)]
pub(super) struct Desk {
    name: String,
    language: String,
    accent: String,
    here: &'static str,
    /// Nobody on the pages before signing in.
    person: Option<Signed>,
}

#[derive(Serialize)]
struct Signed {
    name: String,
    role: &'static str,
    may_edit_all: bool,
    may_settle: bool,
}

impl Desk {
    pub(super) fn of(publication: &Publication, here: &'static str, person: Option<&Person>) -> Desk {
        Desk {
            name: publication.name.clone(),
            language: publication.language.clone(),
            accent: publication.accent.clone(),
            here,
            person: person.map(|p| Signed {
                name: p.name.clone(),
                role: p.role.as_str(),
                may_edit_all: p.role.may_edit_all(),
                may_settle: p.role.may_settle(),
            }),
        }
    }
}

/// Whether a form says it itself, beside what was typed, rather than a page of its own.
fn said_in_place(error: &Error) -> bool {
    matches!(error, Error::Invalid(_) | Error::Conflict(_) | Error::TooLarge(_) | Error::TooMany(_))
}

/// What a list is asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// The last row of the page before.
    after: Option<String>,
    /// What was just done, to be told.
    done: Option<String>,
}

/// A page of the desk: never kept, and the one place where our own script runs.
pub(super) fn page(app: &App, template: &str, shown: impl Serialize) -> Result<Response> {
    let html = respond::render(app, template, shown)?;
    let mut response = axum::response::IntoResponse::into_response(axum::response::Html(html));
    // The folder, not 'self': nothing else on this origin may ever be run as script.
    let policy = format!(
        "default-src 'none'; script-src {base}/static/; connect-src 'self'; img-src 'self' data: blob:; media-src 'self'; \
         style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        base = app.base_url
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    response.headers_mut().insert("content-security-policy", policy);
    Ok(response)
}
