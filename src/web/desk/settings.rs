//! `/desk/settings`: the publication's own settings, and those that the machine it runs on has fixed.

use super::{Desk, page};
use crate::app::App;
use crate::config::InForce;
use crate::media::Media;
use crate::publication::Publication;
use crate::source::room;
use crate::web::signed_in::SignedIn;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Pictures offered for a logo.
const PICTURES: usize = 50;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    /// By name: what is set, or what was typed and refused.
    typed: BTreeMap<String, String>,
    /// Addresses of pictures to choose a logo from.
    pictures: Vec<String>,
    problem: String,
    notice: &'static str,
    base_url: String,
    in_force: Vec<InForce>,
    mail_off: bool,
    /// What pages are rendered with.
    browser: String,
    /// Why they are not.
    browserless: String,
}

#[derive(Deserialize)]
pub(in crate::web) struct After {
    done: Option<String>,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(after): Query<After>,
) -> Result<Response> {
    may(&signed_in)?;
    let notice = if after.done.is_some() { "Saved." } else { "" };
    form(&app, &signed_in, BTreeMap::new(), String::new(), notice).await
}

async fn form(
    app: &App,
    signed_in: &SignedIn,
    refused: BTreeMap<String, String>,
    problem: String,
    notice: &'static str,
) -> Result<Response> {
    let (publication, pictures) =
        app.db.read(|tx| Ok((Publication::load(tx)?, Media::pictures(tx, PICTURES)?))).await?;
    let pictures = pictures.into_iter().map(|picture| format!("/media/{}", picture.name)).collect();
    let desk = Desk::of(&publication, "settings", Some(&signed_in.person));
    let navigation = publication.navigation_typed();
    let archives = publication.wishes.archives.iter().map(|url| url.as_str()).collect::<Vec<_>>().join("\n");
    let set = [
        ("name", publication.name),
        ("description", publication.description),
        ("language", publication.language),
        ("zone", publication.zone),
        ("plain_hosts", publication.plain_hosts),
        ("shown", publication.shown.as_str().to_owned()),
        ("posts_per_page", publication.posts_per_page.to_string()),
        ("navigation", navigation),
        ("logo", publication.logo),
        ("accent", publication.accent),
        ("archives", archives),
        ("media", if publication.wishes.media { "on" } else { "off" }.to_owned()),
        ("render", publication.wishes.render.as_str().to_owned()),
        ("rendered_hosts", publication.wishes.rendered_hosts),
        ("unrendered_hosts", publication.wishes.unrendered_hosts),
        ("copies_month", budget(publication.wishes.copies_month)),
        ("copies_total", budget(publication.wishes.copies_total)),
        ("views", if publication.views { "on" } else { "off" }.to_owned()),
    ];
    let mut typed: BTreeMap<String, String> =
        set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    typed.extend(refused);
    let (base_url, in_force) = (app.base_url.clone(), app.config.in_force.clone());
    let mail_off = app.mailer.is_off();
    let (browser, browserless) = match app.browser.told() {
        Ok(browser) => (browser, String::new()),
        Err(why) => (String::new(), why),
    };
    let shown =
        Page { desk, typed, pictures, problem, notice, base_url, in_force, mail_off, browser, browserless };
    page(app, "desk/settings.html", &shown)
}

/// Sets all or nothing; what was typed comes back with what is wrong.
pub(in crate::web) async fn save(
    State(app): State<App>,
    signed_in: SignedIn,
    Form(typed): Form<BTreeMap<String, String>>,
) -> Result<Response> {
    may(&signed_in)?;
    let now = app.now();
    let wanted = typed.clone();
    let saved = app
        .db
        .write(move |tx| wanted.iter().try_for_each(|(name, value)| Publication::set(tx, name, value, now)))
        .await;
    match saved {
        Ok(()) => Ok(Redirect::to("/desk/settings?done").into_response()),
        Err(error @ Error::Invalid(_)) => {
            let mut response = form(&app, &signed_in, typed, error.to_string(), "").await?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

fn may(signed_in: &SignedIn) -> Result<()> {
    match signed_in.person.role.may_settle() {
        true => Ok(()),
        false => Err(Error::Forbidden("The owner keeps the settings.".into())),
    }
}

/// `20 GB`, or `0` for no limit.
fn budget(bytes: u64) -> String {
    let told = room::size(bytes);
    match room::typed(&told) {
        Some(same) if same == bytes && bytes > 0 => told,
        _ => bytes.to_string(),
    }
}
