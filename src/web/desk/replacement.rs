//! `/desk/sources/{id}/replacement`: another address in the place of one that is dead, in the posts that cite it. Readers are told.

use super::{Desk, page};
use crate::app::App;
use crate::id::SourceId;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::relink::relink;
use crate::post::{Draft, Post, Rendered, Status, may_take_status};
use crate::publication::Publication;
use crate::source::{Capture, Source};
use crate::time::Time;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Page {
    desk: Desk,
    id: String,
    title: String,
    url: String,
    state_words: String,
    evidence: String,
    copy: Option<(String, String)>,
    posts: Vec<Citing>,
    to: String,
    note: String,
    problem: String,
}

#[derive(Serialize)]
struct Citing {
    title: String,
    path: String,
    /// Whoever asks may change it.
    mine: bool,
}

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    to: String,
    #[serde(default)]
    note: String,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    asking(&app, signed_in.person, id.parse()?, None, String::new()).await
}

async fn asking(
    app: &App,
    person: Person,
    id: SourceId,
    typed: Option<Wanted>,
    problem: String,
) -> Result<Response> {
    let now = app.now();
    let shown = app.db.read(move |tx| {
        let (source, publication) = (Source::find(tx, id)?, Publication::load(tx)?);
        let zone = publication.time_zone();
        let copy = Capture::newest_good(tx, id)?;
        let posts = citing(tx, id)?;
        let posts = posts.iter().map(|post| Citing {
            title: post.title.clone(),
            path: format!("/desk/posts/{}", post.post_id),
            mine: post.may_edit(&person),
        });
        let typed =
            typed.unwrap_or_else(|| Wanted { to: String::new(), note: noted(&source, now, &publication) });
        Ok(Page {
            desk: Desk::of(&publication, "sources", Some(&person)),
            id: id.to_string(),
            title: source.name(),
            state_words: words::state(source.state, source.state_since, &zone),
            copy: copy.map(|copy| (copy.path(id), words::day(copy.captured_at, &zone))),
            posts: posts.collect(),
            evidence: source.evidence,
            url: source.url,
            to: typed.to,
            note: typed.note,
            problem,
        })
    });
    page(app, "desk/replacement.html", &shown.await?)
}

/// What readers are told unless somebody says it better.
fn noted(source: &Source, now: Time, publication: &Publication) -> String {
    let day = words::day(now, &publication.time_zone());
    format!(
        "{day}: the link to “{}” leads to another address, since {} no longer answers.",
        source.name(),
        source.url
    )
}

fn citing(tx: &mut Tx, id: SourceId) -> Result<Vec<Post>> {
    let mut posts = Vec::new();
    for post in Source::cited_by(tx, id)? {
        let post = Post::find(tx, post)?;
        if post.binned_at.is_none() {
            posts.push(post);
        }
    }
    Ok(posts)
}

pub(in crate::web) async fn replace(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response> {
    let (id, person) = (id.parse::<SourceId>()?, signed_in.person);
    match relinked(&app, &person, id, &wanted).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/sources#source-{id}")).into_response()),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Forbidden(_))) => {
            let (problem, status) = (error.to_string(), error.status());
            let mut response = asking(&app, person, id, Some(wanted), problem).await?;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

async fn relinked(app: &App, person: &Person, id: SourceId, wanted: &Wanted) -> Result<()> {
    let (to, note) = (wanted.to.trim().to_owned(), wanted.note.trim().to_owned());
    if markup::url::canonical(&to).is_none() || to.contains(char::is_whitespace) {
        return Err(Error::Invalid(format!("“{to}” is no address such as https://example.org/page.")));
    }
    let (source, posts) = app.db.read(move |tx| Ok((Source::find(tx, id)?, citing(tx, id)?))).await?;
    let mine: Vec<Post> = posts.into_iter().filter(|post| post.may_edit(person)).collect();
    if mine.is_empty() {
        return Err(Error::Forbidden("No post of yours cites this source.".into()));
    }
    for post in mine {
        relink_one(app, person.clone(), &source, post, &to, &note).await?;
    }
    Ok(())
}

/// Readers see the new link at once, with a note of correction. What an author typed over the post stays theirs, with the new link in it.
async fn relink_one(
    app: &App,
    person: Person,
    source: &Source,
    post: Post,
    to: &str,
    note: &str,
) -> Result<()> {
    let seen = post.published_at.is_some();
    if seen {
        may_take_status(person.role, Status::Published)?;
    }
    let now = app.now();
    let (force, links) = relinked_draft(post.in_force(), source, to, if seen { note } else { "" });
    let rendered = Rendered::of(app, force, seen).await?;
    let (source, to, id, version) = (source.clone(), to.to_owned(), post.post_id, post.version);
    app.db
        .write(move |tx| {
            let post = Post::find(tx, id)?;
            if post.version != version {
                return Err(Error::Conflict(format!(
                    "Somebody saved “{}” just now. Please try again.",
                    post.title
                )));
            }
            let typed = post.working_copy(tx)?.map(|copy| copy.person_id);
            let over = post.draft(tx)?;
            if links > 0 {
                post.put_in_force(tx, person.person_id, &rendered, now)?;
            }
            match typed {
                Some(typed_by) => {
                    let (draft, _) = relinked_draft(over, &source, &to, "");
                    let note = rendered.draft.correction.clone();
                    Post::find(tx, id)?.type_over(tx, typed_by, &Draft { correction: note, ..draft }, now)
                }
                None => Ok(()),
            }
        })
        .await
}

fn relinked_draft(draft: Draft, source: &Source, to: &str, note: &str) -> (Draft, usize) {
    let (markdown, links) = relink(&draft.markdown, &source.url, to);
    let correction = match (draft.correction.trim(), note) {
        (there, note) if note.is_empty() || links == 0 => there.to_owned(),
        ("", note) => note.to_owned(),
        (there, note) => format!("{there}\n{note}"),
    };
    (Draft { markdown, correction, ..draft }, links)
}
