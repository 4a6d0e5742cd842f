//! `/desk/sign-in`, and out again.

use super::{Desk, page};
use crate::app::App;
use crate::person::{self, Person, session};
use crate::publication::Publication;
use crate::web::signed_in::{SignedIn, sent_by_us, set_cookie};
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Page {
    desk: Desk,
    email: String,
    problem: String,
}

pub(in crate::web) async fn show(State(app): State<App>) -> Result<Response> {
    form(&app, "", "").await
}

pub(super) async fn form(app: &App, email: &str, problem: &str) -> Result<Response> {
    let desk = Desk::of(&app.db.read(Publication::load).await?, "", None);
    page(app, "desk/sign_in.html", &Page { desk, email: email.into(), problem: problem.into() })
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
        Err(error @ (Error::Invalid(_) | Error::Forbidden(_) | Error::TooMany(_))) => {
            let mut response = form(&app, &typed.email, &error.to_string()).await?;
            *response.status_mut() = error.status();
            if let Error::TooMany(seconds) = error {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn start(
    app: &App,
    person: Person,
    headers: &HeaderMap,
    client: String,
) -> Result<Response> {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let now = app.now();
    let token = app.db.write(move |tx| session::start(tx, person.person_id, &agent, &client, now)).await?;
    Ok(([set_cookie(app, &token)], Redirect::to("/desk")).into_response())
}

pub(in crate::web) async fn sign_out(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let (now, session) = (app.now(), signed_in.session);
    app.db.write(move |tx| session::end(tx, session.person_id, session.session_id, now)).await?;
    Ok(([set_cookie(&app, "")], Redirect::to("/desk/sign-in")).into_response())
}
