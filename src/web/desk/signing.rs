//! `/desk/posts/{id}/byline`: who wrote a post with its author.

use super::checked::{Whose, check};
use super::editor::{load, mine, show};
use super::said_in_place;
use crate::app::App;
use crate::id::{PersonId, PostId};
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::Post;
use crate::post::byline::Signed;
use crate::web::byline::joined;
use crate::web::signed_in::SignedIn;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

/// Names that the form offers.
const OFFERED: usize = 500;

/// As the editor shows it.
#[derive(Default, Serialize)]
pub(super) struct Byline {
    /// `Ida Brandt and Jonas Weber`
    names: String,
    /// Everybody but the author.
    with: Vec<Name>,
    /// Who could be put beside them.
    others: Vec<String>,
}

#[derive(Serialize)]
struct Name {
    id: PersonId,
    name: String,
}

impl Byline {
    pub(super) fn of(tx: &mut Tx, post: &Post) -> Result<Byline> {
        let above = post.byline(tx)?;
        let there = |person: &Person| above.iter().any(|other| other.person_id == person.person_id);
        let others = Person::everybody(tx)?.into_iter().filter(|person| !there(person));
        let others = others.take(OFFERED).map(|person| person.name).collect();
        let names = joined(&above.iter().map(|person| person.name.as_str()).collect::<Vec<_>>());
        let with = above.into_iter().skip(1);
        let with = with.map(|person| Name { id: person.person_id, name: person.name }).collect();
        Ok(Byline { names, with, others })
    }
}

#[derive(Deserialize)]
pub(in crate::web) struct Typed {
    /// A name, or the last part of the address of somebody's page.
    #[serde(default)]
    add: String,
    #[serde(default)]
    remove: String,
}

pub(in crate::web) async fn sign(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let (id, now, person): (PostId, _, _) = (id.parse()?, app.now(), signed_in.person);
    let asker = person.clone();
    let signed = app.db.write(move |tx| {
        let post = mine(tx, id, &asker)?;
        let mut others = post.author_ids().split_off(1);
        others.retain(|other| other.to_string() != typed.remove);
        if typed.remove.is_empty() {
            others.push(named(tx, &typed.add)?);
        }
        post.sign(tx, &others, now)
    });
    match signed.await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/posts/{id}?done=sign")).into_response()),
        Err(error) if said_in_place(&error) => {
            let open = load(&app, id, &person).await?;
            let checked = check(&app, open.draft.markdown.clone(), Whose::Desk).await?;
            let mut response = show(&app, &person, open, &error.to_string(), None, Some(checked))?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

fn named(tx: &mut Tx, typed: &str) -> Result<PersonId> {
    let typed = typed.trim();
    let wanted = typed.to_lowercase();
    let meant = |person: &Person| person.name.to_lowercase() == wanted || person.slug == wanted;
    match Person::everybody(tx)?.iter().find(|person| meant(person)) {
        Some(person) => Ok(person.person_id),
        None if typed.is_empty() => Err(Error::Invalid("Say whose name is to stand beside it.".into())),
        None => Err(Error::Invalid(format!(
            "Nobody here is called “{typed}”. Whoever was invited or stands above another post can be named."
        ))),
    }
}
