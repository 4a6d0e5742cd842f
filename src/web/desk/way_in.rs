//! `/desk/welcome/{token}` and `/desk/forgotten`: coming in without a password, and asking for another.

use super::{Desk, page, said_in_place, sign_in};
use crate::app::App;
use crate::outside::queue::{self, Job};
use crate::person::one_time::{self, Why};
use crate::person::{self, Person};
use crate::publication::Publication;
use crate::time::SECOND;
use crate::web::signed_in::sent_by_us;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct WelcomePage {
    desk: Desk,
    name: String,
    email: String,
    role: &'static str,
    /// Comes in for the first time.
    invited: bool,
    problem: String,
}

#[derive(Serialize)]
struct ForgottenPage {
    desk: Desk,
    mail_off: bool,
    asked: bool,
    problem: String,
}

/// Opening a one-time address uses nothing up: mail scanners open addresses too.
pub(in crate::web) async fn welcome(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    form(&app, token, String::new()).await
}

async fn form(app: &App, token: String, problem: String) -> Result<Response> {
    let now = app.now();
    let found = app.db.read(move |tx| Ok((Publication::load(tx)?, one_time::owner(tx, &token, now)?))).await;
    let (publication, person) = match found {
        Err(Error::NotFound) => {
            let problem =
                "This address was used already, was withdrawn, or is too old. Sign in, or ask for a new one.";
            return sign_in::form(app, "", problem).await;
        }
        found => found?,
    };
    let shown = WelcomePage {
        desk: Desk::of(&publication, "", None),
        invited: Why::of(&person) == Why::Invitation,
        role: calling(&person),
        email: person.address().to_owned(),
        name: person.name,
        problem,
    };
    page(app, "desk/welcome.html", &shown)
}

fn calling(person: &Person) -> &'static str {
    match person.role {
        person::Role::Owner => "an owner",
        person::Role::Editor => "an editor",
        person::Role::Author => "an author",
        person::Role::Contributor => "a contributor",
    }
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
    let (asked, client, now) = (token.clone(), format!("welcome:{}", person::client(peer.0)), app.now());
    // Hashing is dear: nobody has it done for a token that holds nothing.
    let owner = app.db.write(move |tx| {
        person::count_try(tx, &client, person::TRIES, now)?;
        Ok(match one_time::owner(tx, &asked, now) {
            Err(Error::NotFound) => None,
            owner => Some(owner?),
        })
    });
    if owner.await?.is_none() {
        return form(&app, token, String::new()).await;
    }
    let hash = match person::hash_password(&app, chosen.password).await {
        Ok(hash) => hash,
        Err(error @ Error::Invalid(_)) => {
            let mut response = form(&app, token, error.to_string()).await?;
            *response.status_mut() = error.status();
            return Ok(response);
        }
        Err(error) => return Err(error),
    };
    let (used, now) = (token.clone(), app.now());
    match app.db.write(move |tx| one_time::use_up(tx, &used, &hash, now)).await {
        Ok(person) => sign_in::start(&app, person, &headers, peer.0.to_string()).await,
        // Somebody else was faster.
        Err(Error::NotFound) => form(&app, token, String::new()).await,
        Err(error) => Err(error),
    }
}

pub(in crate::web) async fn forgotten(State(app): State<App>) -> Result<Response> {
    forgotten_form(&app, false, String::new()).await
}

async fn forgotten_form(app: &App, asked: bool, problem: String) -> Result<Response> {
    let desk = Desk::of(&app.db.read(Publication::load).await?, "", None);
    let shown = ForgottenPage { desk, mail_off: app.mailer.is_off(), asked, problem };
    page(app, "desk/forgotten.html", &shown)
}

#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    email: String,
}

/// Longer is no mail address (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;

/// Does the same, in the same time, whether or not the address is known here: a job looks it up.
pub(in crate::web) async fn ask(
    State(app): State<App>,
    headers: HeaderMap,
    Extension(peer): Extension<crate::web::server::Client>,
    Form(typed): Form<Asked>,
) -> Result<Response> {
    sent_by_us(&headers, &app.base_url)?;
    // Counted apart: whoever tried every password they could think of comes here next.
    let client = format!("forgotten:{}", person::client(peer.0));
    let (now, off) = (app.now(), app.mailer.is_off());
    let email = typed.email.trim().to_lowercase();
    let asked = app.db.write(move |tx| {
        person::count_try(tx, &client, person::TRIES, now)?;
        match off || email.len() > LONGEST {
            true => Ok(()),
            // Later, so that not even the work of sending a letter can be felt in the answer.
            false => queue::push(tx, &Job::WayBack(email), now.plus(SECOND)),
        }
    });
    match asked.await {
        Ok(()) => forgotten_form(&app, true, String::new()).await,
        Err(error) if said_in_place(&error) => {
            let mut response = forgotten_form(&app, false, error.to_string()).await?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}
