//! `/desk/people/{id}`: what somebody may do here; their way in, and out.

use super::people::{Fresh, Row, fresh, may, role};
use super::{Asked, Desk, page, said_in_place};
use crate::app::App;
use crate::id::PersonId;
use crate::outside::db::Tx;
use crate::person::letter::To;
use crate::person::{Person, Role, standing};
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Page {
    desk: Desk,
    row: Row,
    byline: super::byline::Byline,
    /// Whoever looks.
    oneself: bool,
    fresh: Option<Fresh>,
    problem: String,
    notice: &'static str,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    may(&signed_in)?;
    let id = id.parse()?;
    let notice = match asked.done.as_deref() {
        Some("byline") => "Saved.",
        Some("role") => "Saved. It holds from now on, wherever they are signed in.",
        Some("deactivate") => "Deactivated. Every session and key of theirs has ended.",
        Some("return") => "They can sign in again, with the password of before.",
        _ => "",
    };
    form(&app, &signed_in, id, None, String::new(), notice).await
}

async fn form(
    app: &App,
    signed_in: &SignedIn,
    id: PersonId,
    fresh: Option<Fresh>,
    problem: String,
    notice: &'static str,
) -> Result<Response> {
    let (now, looks) = (app.now(), signed_in.person.clone());
    let shown = app
        .db
        .read(move |tx| {
            let (publication, person) = (Publication::load(tx)?, Person::find(tx, id)?);
            let desk = Desk::of(&publication, "people", Some(&looks));
            let byline = super::byline::Byline::of(&person);
            let row = Row::of(tx, person, &publication.time_zone(), now)?;
            Ok(Page { desk, row, byline, oneself: looks.person_id == id, fresh, problem, notice })
        })
        .await?;
    page(app, "desk/person.html", &shown)
}

/// The page again, with what is wrong.
pub(super) async fn refused(app: &App, signed_in: &SignedIn, id: PersonId, error: Error) -> Result<Response> {
    if !said_in_place(&error) {
        return Err(error);
    }
    let mut response = form(app, signed_in, id, None, error.to_string(), "").await?;
    *response.status_mut() = error.status();
    Ok(response)
}

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    role: String,
}

pub(in crate::web) async fn change_role(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response> {
    settle(&app, signed_in, &id, "role", move |tx, person| {
        standing::change_role(tx, person, role(&wanted.role)?)
    })
    .await
}

pub(in crate::web) async fn deactivate(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let now = app.now();
    settle(&app, signed_in, &id, "deactivate", move |tx, person| standing::deactivate(tx, person, now)).await
}

pub(in crate::web) async fn bring_back(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    settle(&app, signed_in, &id, "return", |tx, person| standing::bring_back(tx, person.person_id)).await
}

/// Changes something about a person, and says so on their page.
async fn settle(
    app: &App,
    signed_in: SignedIn,
    id: &str,
    done: &'static str,
    change: impl FnOnce(&mut Tx, &Person) -> Result<()> + Send + 'static,
) -> Result<Response> {
    may(&signed_in)?;
    let id = id.parse()?;
    let changed = app.db.write(move |tx| {
        let person = Person::find(tx, id)?;
        change(tx, &person)
    });
    match changed.await {
        // Whoever made themselves less may not see that page any more.
        Ok(()) if signed_in.person.person_id == id => Ok(Redirect::to("/desk").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/desk/people/{id}?done={done}")).into_response()),
        Err(error) => refused(app, &signed_in, id, error).await,
    }
}

/// Takes an invitation back; whoever had nothing here is gone with it.
pub(in crate::web) async fn withdraw(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    may(&signed_in)?;
    let (id, now) = (id.parse()?, app.now());
    let withdrawn = app.db.write(move |tx| {
        let person = Person::find(tx, id)?;
        standing::withdraw(tx, &person, now)
    });
    match withdrawn.await {
        Ok(()) => Ok(Redirect::to("/desk/people?done=withdraw").into_response()),
        Err(error) => refused(&app, &signed_in, id, error).await,
    }
}

/// A fresh one-time address: an invitation renewed, or a way back for whoever forgot the password.
pub(in crate::web) async fn make_address(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    may(&signed_in)?;
    hand_out(&app, signed_in, id.parse()?, None, |_, person| Ok(person)).await
}

#[derive(Deserialize)]
pub(in crate::web) struct Admitted {
    email: String,
    role: String,
}

/// Invites whoever stood above posts without a way in.
pub(in crate::web) async fn admit(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(typed): Form<Admitted>,
) -> Result<Response> {
    may(&signed_in)?;
    let id = id.parse()?;
    match role(&typed.role) {
        Ok(role) => {
            let admit = move |tx: &mut Tx, person: Person| standing::admit(tx, &person, &typed.email, role);
            hand_out(&app, signed_in, id, Some(role), admit).await
        }
        Err(error) => refused(&app, &signed_in, id, error).await,
    }
}

/// `role`: the one they are to have, where it is not the one they have.
async fn hand_out(
    app: &App,
    signed_in: SignedIn,
    id: PersonId,
    role: Option<Role>,
    prepare: impl FnOnce(&mut Tx, Person) -> Result<Person> + Send + 'static,
) -> Result<Response> {
    let person = app.db.read(move |tx| Person::find(tx, id)).await?;
    let to = To { role: role.unwrap_or(person.role), ..To::of(&person) };
    let find = move |tx: &mut Tx| {
        let person = Person::find(tx, id)?;
        prepare(tx, person)
    };
    match fresh(app, &signed_in.person, &to, find).await {
        Ok(fresh) => form(app, &signed_in, id, Some(fresh), String::new(), "").await,
        Err(error) => refused(app, &signed_in, id, error).await,
    }
}
