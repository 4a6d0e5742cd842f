//! `/desk/sign-in`, `/desk/welcome/{token}`, `/desk/forgotten`: the ways in, and out.

use super::{Desk, page};
use crate::app::App;
use crate::outside::mail::{self, Letter};
use crate::person::{self, Person};
use crate::publication::Publication;
use crate::web::signed_in::{SignedIn, sent_by_us, set_cookie};
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct SignInPage {
    desk: Desk,
    email: String,
    problem: String,
    notice: String,
}

#[derive(Serialize)]
struct WelcomePage {
    desk: Desk,
    name: String,
    email: String,
    problem: String,
}

async fn desk(app: &App) -> Result<Desk> {
    Ok(Desk::of(&app.db.read(Publication::load).await?, "", None))
}

pub(in crate::web) async fn show(State(app): State<App>) -> Result<Response> {
    form(&app, "", "", "").await
}

async fn form(app: &App, email: &str, problem: &str, notice: &str) -> Result<Response> {
    let shown = SignInPage {
        desk: desk(app).await?,
        email: email.into(),
        problem: problem.into(),
        notice: notice.into(),
    };
    page(app, "desk/sign_in.html", &shown)
}

#[derive(Deserialize)]
pub(in crate::web) struct SignIn {
    email: String,
    password: String,
}

pub(in crate::web) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    Extension(peer): Extension<crate::web::server::Client>,
    Form(typed): Form<SignIn>,
) -> Result<Response> {
    sent_by_us(&headers, &app.base_url)?;
    match person::sign_in(&app, typed.email.clone(), typed.password, peer.0).await {
        Ok(person) => start(&app, person, &headers, peer.0.to_string()).await,
        Err(error @ (Error::Invalid(_) | Error::TooMany(_))) => {
            let mut response = form(&app, &typed.email, &error.to_string(), "").await?;
            *response.status_mut() = error.status();
            if let Error::TooMany(seconds) = error {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

async fn start(app: &App, person: Person, headers: &HeaderMap, client: String) -> Result<Response> {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let now = app.now();
    let token =
        app.db.write(move |tx| person::start_session(tx, person.person_id, &agent, &client, now)).await?;
    Ok(([set_cookie(app, &token)], Redirect::to("/desk")).into_response())
}

pub(in crate::web) async fn sign_out(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let (now, session) = (app.now(), signed_in.session);
    app.db.write(move |tx| person::end_session(tx, session.person_id, session.session_id, now)).await?;
    Ok(([set_cookie(&app, "")], Redirect::to("/desk/sign-in")).into_response())
}

/// Opening a one-time address uses nothing up: mail scanners open addresses too.
pub(in crate::web) async fn welcome(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    welcome_form(&app, token, "").await
}

async fn welcome_form(app: &App, token: String, problem: &str) -> Result<Response> {
    let now = app.now();
    let person = app.db.read(move |tx| person::one_time_owner(tx, &token, now)).await;
    let Ok(person) = person else {
        return form(
            app,
            "",
            "This address was used already, or is too old. Sign in, or ask for a new one.",
            "",
        )
        .await;
    };
    let shown = WelcomePage {
        desk: desk(app).await?,
        name: person.name,
        email: person.email.unwrap_or_default(),
        problem: problem.into(),
    };
    page(app, "desk/welcome.html", &shown)
}

#[derive(Deserialize)]
pub(in crate::web) struct Chosen {
    password: String,
}

pub(in crate::web) async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    Extension(peer): Extension<crate::web::server::Client>,
    Path(token): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response> {
    sent_by_us(&headers, &app.base_url)?;
    let (asked, client, now) = (token.clone(), person::client(peer.0), app.now());
    // Hashing is dear: nobody has it done for a token that holds nothing.
    let owner = app.db.write(move |tx| {
        person::count_try(tx, &client, person::TRIES, now)?;
        person::one_time_owner(tx, &asked, now)
    });
    match owner.await {
        Err(Error::NotFound) => return welcome_form(&app, token, "").await,
        owner => owner?,
    };
    let hash = match person::hash_password(&app, chosen.password).await {
        Ok(hash) => hash,
        Err(error @ Error::Invalid(_)) => {
            let mut response = welcome_form(&app, token, &error.to_string()).await?;
            *response.status_mut() = error.status();
            return Ok(response);
        }
        Err(error) => return Err(error),
    };
    let now = app.now();
    let person = app.db.write(move |tx| person::use_one_time(tx, &token, &hash, now)).await?;
    start(&app, person, &headers, peer.0.to_string()).await
}

#[derive(Deserialize)]
pub(in crate::web) struct Forgotten {
    email: String,
}

/// Says the same whether or not the address is known here.
pub(in crate::web) async fn forgotten(
    State(app): State<App>,
    headers: HeaderMap,
    Extension(peer): Extension<crate::web::server::Client>,
    Form(typed): Form<Forgotten>,
) -> Result<Response> {
    sent_by_us(&headers, &app.base_url)?;
    let (now, base, client, off) =
        (app.now(), app.base_url.clone(), person::client(peer.0), app.mailer.is_off());
    app.db
        .write(move |tx| {
            person::count_try(tx, &client, person::TRIES, now)?;
            if off {
                return Ok(());
            }
            let Some(person) = Person::by_email(tx, &typed.email)?.filter(|p| p.deactivated_at.is_none())
            else {
                return Ok(());
            };
            let name = Publication::load(tx)?.name;
            let token = person::one_time(tx, person.person_id, now)?;
            mail::post(tx, &letter(&name, &person, &format!("{base}/desk/welcome/{token}"), now), now)
        })
        .await?;
    let notice = match app.mailer.is_off() {
        true => {
            "Mail is not set up here. Whoever runs this publication can make you a one-time address with: ibid user address EMAIL"
        }
        false => "If somebody here has that address, a mail with a one-time address is on its way.",
    };
    form(&app, "", "", notice).await
}

fn letter(publication: &str, person: &Person, address: &str, now: crate::time::Time) -> Letter {
    // One such letter an hour and person: asking again and again fills nobody's mailbox.
    let hour = now.0 / crate::time::HOUR;
    let escaped = |text: &str| crate::web::template::Templates::escape(text);
    Letter {
        cause: format!("one_time:{}:{hour}", person.person_id),
        recipient: person.email.clone().unwrap_or_default(),
        subject: format!("A way back into {publication}"),
        plain: format!(
            "Hello {},\n\nsomebody, we hope you, asked for a new password at {publication}. Choose one here, within three \
             days:\n\n{address}\n\nIf it was not you, do nothing: your password stays as it is.\n",
            person.name
        ),
        html: format!(
            "<p>Hello {},</p><p>somebody, we hope you, asked for a new password at {}. \
             <a href=\"{address}\">Choose one here</a>, within three days.</p>\
             <p>If it was not you, do nothing: your password stays as it is.</p>",
            escaped(&person.name),
            escaped(publication)
        ),
    }
}
