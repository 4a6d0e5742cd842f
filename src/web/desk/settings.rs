//! `/desk/settings`: the publication's own settings, and those that the machine it runs on has fixed.

use super::{Desk, page};
use crate::app::App;
use crate::config::InForce;
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::{Error, Result};
use axum::Form;
use axum::extract::State;
use axum::response::{Redirect, Response};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    publication: Publication,
    base_url: String,
    in_force: Vec<InForce>,
    mail_off: bool,
}

pub(in crate::web) async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    may(&signed_in)?;
    let publication = app.db.read(Publication::load).await?;
    let shown = Page {
        desk: Desk::of(&publication, "settings", Some(&signed_in.person)),
        publication,
        base_url: app.base_url.clone(),
        in_force: app.config.in_force.clone(),
        mail_off: app.mailer.is_off(),
    };
    page(&app, "desk/settings.html", &shown)
}

pub(in crate::web) async fn save(
    State(app): State<App>,
    signed_in: SignedIn,
    Form(typed): Form<BTreeMap<String, String>>,
) -> Result<Redirect> {
    may(&signed_in)?;
    let now = app.now();
    app.db
        .write(move |tx| typed.iter().try_for_each(|(name, value)| Publication::set(tx, name, value, now)))
        .await?;
    Ok(Redirect::to("/desk/settings"))
}

fn may(signed_in: &SignedIn) -> Result<()> {
    match signed_in.person.role.may_settle() {
        true => Ok(()),
        false => Err(Error::Forbidden("The owner keeps the settings.".into())),
    }
}
