//! `/desk/people/{id}/byline` and `…/picture`: what readers are told of somebody, said by themselves or by an owner.

use super::{me, person};
use crate::app::App;
use crate::id::PersonId;
use crate::media;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::web::signed_in::SignedIn;
use crate::web::uploaded;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

/// As the form shows it.
#[derive(Serialize)]
pub(super) struct Byline {
    id: PersonId,
    name: String,
    bio: String,
    picture: String,
}

impl Byline {
    pub(super) fn of(person: &Person) -> Byline {
        Byline {
            id: person.person_id,
            name: person.name.clone(),
            bio: person.bio.clone(),
            picture: person.picture.clone(),
        }
    }
}

#[derive(Deserialize)]
pub(in crate::web) struct Typed {
    name: String,
    bio: String,
}

pub(in crate::web) async fn save(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let (id, now) = (id.parse()?, app.now());
    may(&signed_in, id)?;
    let saved = app.db.write(move |tx| {
        Person::find(tx, id)?;
        Person::introduce(tx, id, &typed.name, &typed.bio.replace("\r\n", "\n"), now)
    });
    answer(&app, signed_in, id, saved.await).await
}

pub(in crate::web) async fn hang(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Response> {
    let id = id.parse()?;
    may(&signed_in, id)?;
    let hung = async {
        let mut sent = uploaded::sent(&app, form).await?;
        sent.alt = app.db.read(move |tx| Person::find(tx, id)).await?.name;
        let media = media::take_portrait(&app, &signed_in.person, sent).await?;
        put_up(&app, id, media.path()).await
    };
    let hung = hung.await;
    answer(&app, signed_in, id, hung).await
}

pub(in crate::web) async fn take_down(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = id.parse()?;
    may(&signed_in, id)?;
    let taken = put_up(&app, id, String::new()).await;
    answer(&app, signed_in, id, taken).await
}

/// The picture before is let go: whoever takes their picture down means it.
async fn put_up(app: &App, id: PersonId, path: String) -> Result<()> {
    let (now_there, now) = (path.clone(), app.now());
    let before = app.db.write(move |tx: &mut Tx| {
        let before = Person::find(tx, id)?.picture;
        Person::put_up_picture(tx, id, &path, now)?;
        Ok(before)
    });
    match before.await? {
        same if same == now_there => Ok(()),
        before => media::let_go(app, &before).await,
    }
}

/// Back to the page where the form stood.
async fn answer(app: &App, signed_in: SignedIn, id: PersonId, outcome: Result<()>) -> Result<Response> {
    let oneself = signed_in.person.person_id == id;
    match outcome {
        Ok(()) if oneself => Ok(Redirect::to("/desk/me?done=byline").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/desk/people/{id}?done=byline")).into_response()),
        Err(error) if oneself => me::refused(app, signed_in, error).await,
        Err(error) => person::refused(app, &signed_in, id, error).await,
    }
}

fn may(signed_in: &SignedIn, id: PersonId) -> Result<()> {
    match signed_in.person.person_id == id || signed_in.person.role.may_settle() {
        true => Ok(()),
        false => {
            Err(Error::Forbidden("Everybody speaks for themselves here; the owner may, for all.".into()))
        }
    }
}
