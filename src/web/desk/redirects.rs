//! `/desk/redirects`: addresses that lead elsewhere.

use super::{Asked, Desk, page};
use crate::app::App;
use crate::outside::db::Tx;
use crate::post::Post;
use crate::post::redirect::Redirect;
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect as Onward, Response};
use serde::{Deserialize, Serialize};

const A_PAGE: usize = 100;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    redirects: Vec<Row>,
    /// The path that the next page goes on behind.
    next: Option<String>,
    typed: Typed,
    problem: String,
    notice: &'static str,
}

#[derive(Serialize)]
struct Row {
    path: String,
    target: String,
    /// Of the post it leads to.
    title: Option<String>,
}

#[derive(Deserialize, Serialize, Clone, Default)]
pub(in crate::web) struct Typed {
    from: String,
    to: String,
}

pub(in crate::web) async fn list(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    may(&signed_in)?;
    let notice = match asked.done.as_deref() {
        Some("add") => "Added.",
        Some("remove") => "Removed. Whoever opens that address is told that nothing is there.",
        _ => "",
    };
    show(&app, &signed_in, asked.after.unwrap_or_default(), Typed::default(), String::new(), notice).await
}

async fn show(
    app: &App,
    signed_in: &SignedIn,
    after: String,
    typed: Typed,
    problem: String,
    notice: &'static str,
) -> Result<Response> {
    let person = signed_in.person.clone();
    let shown = app
        .db
        .read(move |tx| {
            let desk = Desk::of(&Publication::load(tx)?, "posts", Some(&person));
            let mut all = Redirect::all(tx, &after, A_PAGE + 1)?;
            let more = all.len() > A_PAGE;
            all.truncate(A_PAGE);
            let next = all.last().filter(|_| more).map(|last| last.path.clone());
            let redirects = all.into_iter().map(|r| Row::of(tx, r)).collect::<Result<_>>()?;
            Ok(Page { desk, redirects, next, typed, problem, notice })
        })
        .await?;
    page(app, "desk/redirects.html", &shown)
}

impl Row {
    fn of(tx: &mut Tx, redirect: Redirect) -> Result<Row> {
        let post = redirect.post_id.map(|id| Post::find(tx, id)).transpose()?;
        let target = post.as_ref().map_or(redirect.target, Post::path);
        Ok(Row { path: redirect.path, target, title: post.map(|post| post.title) })
    }
}

pub(in crate::web) async fn add(
    State(app): State<App>,
    signed_in: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    may(&signed_in)?;
    let (now, wanted, base) = (app.now(), typed.clone(), app.base_url.clone());
    match app.db.write(move |tx| Redirect::add(tx, &wanted.from, &wanted.to, &base, now)).await {
        Ok(()) => Ok(Onward::to("/desk/redirects?done=add").into_response()),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let mut response = show(&app, &signed_in, String::new(), typed, error.to_string(), "").await?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
pub(in crate::web) struct Which {
    path: String,
}

pub(in crate::web) async fn remove(
    State(app): State<App>,
    signed_in: SignedIn,
    Form(which): Form<Which>,
) -> Result<Response> {
    may(&signed_in)?;
    app.db.write(move |tx| Redirect::remove(tx, &which.path)).await?;
    Ok(Onward::to("/desk/redirects?done=remove").into_response())
}

fn may(signed_in: &SignedIn) -> Result<()> {
    match signed_in.person.role.may_edit_all() {
        true => Ok(()),
        false => Err(Error::Forbidden("Editors decide where old addresses lead.".into())),
    }
}
