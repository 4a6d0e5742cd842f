//! `/desk/me`: one's own name above posts, way in, sessions and keys.

use super::byline::Byline;
use super::{Asked, Desk, page, said_in_place};
use crate::app::App;
use crate::outside::mail::{self, Letter};
use crate::person::session::{self, Session};
use crate::person::{self, Person, letter, one_time, token};
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Extension, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Page {
    desk: Desk,
    byline: Byline,
    email: String,
    sessions: Vec<Open>,
    tokens: Vec<Key>,
    /// A token's secret, shown once.
    fresh: String,
    problem: String,
    notice: &'static str,
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

/// What became of what somebody just did.
#[derive(Default)]
struct Said {
    fresh: String,
    problem: String,
    notice: &'static str,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let notice = match asked.done.as_deref() {
        Some("byline") => "Saved. Readers see it from now on.",
        Some("address") => "From now on you sign in with that address.",
        Some("password") => "The password is changed. Wherever else you were signed in, you are no more.",
        _ => "",
    };
    listing(&app, signed_in, Said { notice, ..Said::default() }).await
}

async fn listing(app: &App, SignedIn { person, session }: SignedIn, said: Said) -> Result<Response> {
    let now = app.now();
    let Said { fresh, problem, notice } = said;
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
            let sessions = session::all(tx, person.person_id, now)?.into_iter().map(open).collect();
            let key = |t: token::Token| Key {
                id: t.token_id.to_string(),
                name: t.name,
                since: words::day(t.created_at, &zone),
                seen: t.seen_at.map(|at| words::moment(at, &zone)).unwrap_or_default(),
            };
            let tokens = token::all(tx, person.person_id)?.into_iter().map(key).collect();
            // What was just changed stands there already.
            let person = Person::find(tx, person.person_id)?;
            let (desk, byline) = (Desk::of(&publication, "me", Some(&person)), Byline::of(&person));
            let email = person.email.unwrap_or_default();
            Ok(Page { desk, byline, email, sessions, tokens, fresh, problem, notice })
        })
        .await?;
    page(app, "desk/me.html", &shown)
}

/// The page again, with what is wrong.
pub(super) async fn refused(app: &App, signed_in: SignedIn, error: Error) -> Result<Response> {
    if !said_in_place(&error) {
        return Err(error);
    }
    let said = Said { problem: error.to_string(), ..Said::default() };
    let mut response = listing(app, signed_in, said).await?;
    *response.status_mut() = error.status();
    Ok(response)
}

#[derive(Deserialize)]
pub(in crate::web) struct Moved {
    email: String,
    present: String,
}

/// Whoever has the mail address can have a new password, so it takes the present one to change it.
pub(in crate::web) async fn change_address(
    State(app): State<App>,
    signed_in: SignedIn,
    Extension(peer): Extension<crate::web::server::Client>,
    Form(moved): Form<Moved>,
) -> Result<Response> {
    let (id, now) = (signed_in.person.person_id, app.now());
    let changed = async {
        person::confirm(&app, &signed_in.person, moved.present, peer.0).await?;
        let what = format!("from now on you sign in with {}.", moved.email.trim().to_lowercase());
        let letter = word_of(&app, &signed_in.person, what).await?;
        app.db
            .write(move |tx| {
                Person::move_to(tx, id, &moved.email, now)?;
                letter.map_or(Ok(()), |letter| mail::post(tx, &letter, now))
            })
            .await
    };
    match changed.await {
        Ok(()) => Ok(Redirect::to("/desk/me?done=address").into_response()),
        Err(error) => refused(&app, signed_in, error).await,
    }
}

async fn word_of(app: &App, person: &Person, what: String) -> Result<Option<Letter>> {
    let publication = app.db.read(Publication::load).await?.name;
    letter::change(app, &publication, person, what, app.now())
}

#[derive(Deserialize)]
pub(in crate::web) struct Passwords {
    present: String,
    password: String,
}

/// This browser goes on; every other session ends, and no address that was sent opens anything.
pub(in crate::web) async fn change_password(
    State(app): State<App>,
    signed_in: SignedIn,
    Extension(peer): Extension<crate::web::server::Client>,
    Form(passwords): Form<Passwords>,
) -> Result<Response> {
    let (session, now) = (signed_in.session.clone(), app.now());
    let changed = async {
        person::confirm(&app, &signed_in.person, passwords.present, peer.0).await?;
        let hash = person::hash_password(&app, passwords.password).await?;
        let letter = word_of(&app, &signed_in.person, "your password was changed.".into()).await?;
        app.db
            .write(move |tx| {
                Person::set_password(tx, session.person_id, &hash, now)?;
                one_time::end_all(tx, session.person_id, now)?;
                session::end_others(tx, session.person_id, Some(session.session_id), now)?;
                letter.map_or(Ok(()), |letter| mail::post(tx, &letter, now))
            })
            .await
    };
    match changed.await {
        Ok(()) => Ok(Redirect::to("/desk/me?done=password").into_response()),
        Err(error) => refused(&app, signed_in, error).await,
    }
}

pub(in crate::web) async fn end_session(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let (now, id) = (app.now(), id.parse()?);
    app.db.write(move |tx| session::end(tx, signed_in.person.person_id, id, now)).await?;
    Ok(Redirect::to("/desk/me"))
}

pub(in crate::web) async fn end_elsewhere(State(app): State<App>, signed_in: SignedIn) -> Result<Redirect> {
    let (now, here) = (app.now(), signed_in.session);
    app.db.write(move |tx| session::end_others(tx, here.person_id, Some(here.session_id), now)).await?;
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
    let fresh = app.db.write(move |tx| token::add(tx, person, named.name.trim(), now)).await?;
    listing(&app, signed_in, Said { fresh, ..Said::default() }).await
}

pub(in crate::web) async fn end_token(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let (now, id) = (app.now(), id.parse()?);
    app.db.write(move |tx| token::end(tx, signed_in.person.person_id, id, now)).await?;
    Ok(Redirect::to("/desk/me"))
}
