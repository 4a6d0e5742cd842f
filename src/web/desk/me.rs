//! `/desk/me`: one's own sessions and keys.

use super::{Desk, page};
use crate::app::App;
use crate::person::{self, Session};
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Page {
    desk: Desk,
    email: String,
    sessions: Vec<Open>,
    tokens: Vec<Key>,
    /// A token's secret, shown once.
    fresh: String,
}

#[derive(Serialize)]
struct Open {
    id: String,
    agent: String,
    address: String,
    since: String,
    seen: String,
    current: bool,
}

#[derive(Serialize)]
struct Key {
    id: String,
    name: String,
    since: String,
    /// Empty for one that nobody has used.
    seen: String,
}

pub(in crate::web) async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    listing(&app, signed_in, String::new()).await
}

async fn listing(app: &App, SignedIn { person, session }: SignedIn, fresh: String) -> Result<Response> {
    let now = app.now();
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let open = |s: Session| Open {
                id: s.session_id.to_string(),
                current: s.session_id == session.session_id,
                agent: words::browser(&s.agent),
                address: s.address,
                since: words::moment(s.created_at, &zone),
                seen: words::moment(s.seen_at, &zone),
            };
            let sessions = person::sessions(tx, person.person_id, now)?.into_iter().map(open).collect();
            let key = |t: person::Token| Key {
                id: t.token_id.to_string(),
                name: t.name,
                since: words::day(t.created_at, &zone),
                seen: t.seen_at.map(|at| words::moment(at, &zone)).unwrap_or_default(),
            };
            let tokens = person::tokens(tx, person.person_id)?.into_iter().map(key).collect();
            let desk = Desk::of(&publication, "me", Some(&person));
            Ok(Page { desk, email: person.email.unwrap_or_default(), sessions, tokens, fresh })
        })
        .await?;
    page(app, "desk/me.html", &shown)
}

pub(in crate::web) async fn end_session(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let (now, id) = (app.now(), id.parse()?);
    app.db.write(move |tx| person::end_session(tx, signed_in.person.person_id, id, now)).await?;
    Ok(Redirect::to("/desk/me"))
}

#[derive(Deserialize)]
pub(in crate::web) struct Named {
    name: String,
}

pub(in crate::web) async fn add_token(
    State(app): State<App>,
    signed_in: SignedIn,
    Form(named): Form<Named>,
) -> Result<Response> {
    if named.name.trim().is_empty() {
        return Err(Error::Invalid("Say what the key is for.".into()));
    }
    let (now, person) = (app.now(), signed_in.person.person_id);
    let fresh = app.db.write(move |tx| person::add_token(tx, person, named.name.trim(), now)).await?;
    listing(&app, signed_in, fresh).await
}

pub(in crate::web) async fn end_token(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let (now, id) = (app.now(), id.parse()?);
    app.db.write(move |tx| person::end_token(tx, signed_in.person.person_id, id, now)).await?;
    Ok(Redirect::to("/desk/me"))
}
