//! `/api/v1/posts`

use super::{Answer, Body, List, Paging, Query};
use crate::app::App;
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::{Draft, Kind, Post, Rendered, Status, may_take_status};
use crate::time::Time;
use crate::web::signed_in::Bearer;
use crate::{Error, Result};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct New {
    title: String,
    markdown: String,
    #[serde(default = "draft")]
    status: Status,
    published_at: Option<String>,
    slug: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    excerpt: String,
}

fn draft() -> Status {
    Status::Draft
}

/// What is to change; whatever is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Change {
    title: Option<String>,
    markdown: Option<String>,
    status: Option<Status>,
    published_at: Option<String>,
    slug: Option<String>,
    tags: Option<Vec<String>>,
    excerpt: Option<String>,
    correction: Option<String>,
}

/// A post as scripts read it.
#[derive(Serialize)]
pub(in crate::web) struct Shown {
    id: PostId,
    url: String,
    status: Status,
    title: String,
    slug: String,
    excerpt: String,
    markdown: String,
    tags: Vec<String>,
    /// All of them; the first is also `author`.
    authors: Vec<String>,
    author: String,
    correction: Option<String>,
    published_at: Option<Time>,
    updated_at: Time,
}

impl Shown {
    fn of(tx: &mut Tx, post: &Post, base_url: &str, now: Time) -> Result<Shown> {
        let authors: Vec<String> = post.byline(tx)?.into_iter().map(|person| person.name).collect();
        Ok(Shown {
            id: post.post_id,
            url: format!("{base_url}{}", post.path()),
            status: post.status(now),
            title: post.title.clone(),
            slug: post.slug.clone(),
            excerpt: post.excerpt.clone(),
            markdown: post.markdown.clone(),
            tags: crate::post::record::tags(&post.tags).into_iter().map(|(_, name)| name).collect(),
            author: authors.first().cloned().unwrap_or_default(),
            authors,
            correction: Some(post.correction.clone()).filter(|c| !c.is_empty()),
            published_at: post.published_at,
            updated_at: post.updated_at,
        })
    }
}

/// The post of an id, if this asker may know of it.
pub(super) fn known(tx: &mut Tx, id: PostId, who: Option<&Person>, now: Time) -> Result<Post> {
    let post = Post::find(tx, id)?;
    let known = post.is_public(now) || post.binned_at.is_none() && who.is_some_and(|p| post.may_edit(p));
    if known { Ok(post) } else { Err(Error::NotFound) }
}

pub(in crate::web) async fn list(
    State(app): State<App>,
    Bearer(who): Bearer,
    Query(paging): Query<Paging>,
) -> Answer<Json<List<Shown>>> {
    let (limit, before, now, base) = (paging.limit(), paging.before()?, app.now(), app.base_url.clone());
    let shown = app.db.read(move |tx| {
        let posts = match who {
            Some(person) if person.role.may_edit_all() => Post::before_id(tx, before, limit + 1)?,
            who => {
                let own = who.map(|person| person.person_id);
                Post::known_before_id(tx, own, before, limit + 1, now)?
            }
        };
        posts.iter().map(|post| Shown::of(tx, post, &base, now)).collect::<Result<Vec<_>>>()
    });
    Ok(Json(List::page(shown.await?, limit, |post| post.id.to_string())))
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    Bearer(who): Bearer,
    Path(id): Path<String>,
) -> Answer<Json<Shown>> {
    let (id, now, base) = (id.parse()?, app.now(), app.base_url.clone());
    let shown = app.db.read(move |tx| {
        let post = known(tx, id, who.as_ref(), now)?;
        Shown::of(tx, &post, &base, now)
    });
    Ok(Json(shown.await?))
}

pub(in crate::web) async fn create(
    State(app): State<App>,
    Bearer(who): Bearer,
    Body(new): Body<New>,
) -> Answer {
    let (person, now, base) = (who.ok_or(Error::SignIn)?, app.now(), app.base_url.clone());
    may_take_status(person.role, new.status)?;
    let at = moment(new.status, new.published_at.as_deref(), now)?;
    let draft = Draft {
        title: new.title,
        excerpt: new.excerpt,
        markdown: new.markdown,
        tags: new.tags.join(", "),
        ..Draft::default()
    };
    let rendered = Rendered::of(&app, draft, at.is_some()).await?;
    let shown = app
        .db
        .write(move |tx| {
            let mut post =
                Post::create(tx, person.person_id, Kind::Post, new.slug.as_deref(), &rendered, now)?;
            if let Some(at) = at {
                post = post.publish(tx, &person, at, now)?;
            }
            Shown::of(tx, &post, &base, now)
        })
        .await?;
    let location = format!("{}/api/v1/posts/{}", app.base_url, shown.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(shown)).into_response())
}

pub(in crate::web) async fn change(
    State(app): State<App>,
    Bearer(who): Bearer,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Answer<Json<Shown>> {
    let person = who.ok_or(Error::SignIn)?;
    let (id, now, base): (PostId, _, _) = (id.parse()?, app.now(), app.base_url.clone());
    let asker = person.clone();
    let (post, old) = app
        .db
        .read(move |tx| {
            let post = known(tx, id, Some(&asker), now)?;
            if !post.may_edit(&asker) {
                return Err(Error::Forbidden("This is somebody else’s post.".into()));
            }
            // What an author saved over a published post is theirs to publish; nothing else puts it in force.
            let old = if post.published_at.is_some() { post.in_force() } else { post.draft(tx)? };
            Ok((post, old))
        })
        .await?;
    let status = change.status.unwrap_or(post.status(now));
    if change.status.is_some() {
        may_take_status(person.role, status)?;
    }
    if post.published_at.is_some() {
        may_take_status(person.role, Status::Published)?;
    }
    let words = change.title.is_some()
        || change.markdown.is_some()
        || change.tags.is_some()
        || change.excerpt.is_some()
        || change.correction.is_some();
    let at = match change.status.is_some() || change.published_at.is_some() {
        true => moment(status, change.published_at.as_deref(), now)?,
        false => None,
    };
    let draft = Draft {
        title: change.title.unwrap_or(old.title),
        excerpt: change.excerpt.unwrap_or(old.excerpt),
        markdown: change.markdown.unwrap_or(old.markdown),
        tags: change.tags.map_or(old.tags, |tags| tags.join(", ")),
        correction: change.correction.unwrap_or(old.correction),
        ..old
    };
    let rendered = Rendered::of(&app, draft, at.is_some() || post.published_at.is_some()).await?;
    let shown = app.db.write(move |tx| {
        let current = Post::find(tx, id)?;
        if current.updated_at != post.updated_at || current.published_at != post.published_at {
            return Err(Error::Conflict("Somebody changed this post meanwhile; read it again.".into()));
        }
        if let Some(slug) = &change.slug {
            post.rename(tx, slug, now)?;
        }
        if words {
            match post.published_at {
                Some(_) => post.put_in_force(tx, person.person_id, &rendered, now)?,
                None => post.replace(tx, person.person_id, &rendered, now)?,
            }
        }
        let post = Post::find(tx, id)?;
        let post = match (change.status, at) {
            (Some(Status::Draft), _) => {
                post.unpublish(tx, now)?;
                Post::find(tx, id)?
            }
            // Said again of what is published already: its date stays unless another is named.
            (Some(Status::Published), _) if post.is_public(now) && change.published_at.is_none() => post,
            (_, Some(at)) => post.publish(tx, &person, at, now)?,
            _ => post,
        };
        Shown::of(tx, &post, &base, now)
    });
    Ok(Json(shown.await?))
}

pub(in crate::web) async fn bin(
    State(app): State<App>,
    Bearer(who): Bearer,
    Path(id): Path<String>,
) -> Answer<Response> {
    let person = who.ok_or(Error::SignIn)?;
    let (id, now) = (id.parse()?, app.now());
    app.db
        .write(move |tx| {
            let post = known(tx, id, Some(&person), now)?;
            if !post.may_edit(&person) || post.published_at.is_some() && !person.role.may_publish() {
                return Err(Error::Forbidden("This post is not yours to take away.".into()));
            }
            post.bin(tx, now)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// From when on readers see it: none for a draft.
fn moment(status: Status, asked: Option<&str>, now: Time) -> Result<Option<Time>> {
    let asked = asked.map(Time::parse).transpose()?;
    if asked.is_some_and(|at| !at.is_datable()) {
        return Err(Error::Invalid("published_at: dates here run from 1970 to 9999.".into()));
    }
    match (status, asked) {
        (Status::Draft, _) => Ok(None),
        (Status::Published, Some(at)) if at > now => {
            Err(Error::Invalid("published_at is in the future; say scheduled.".into()))
        }
        (Status::Published, at) => Ok(Some(at.unwrap_or(now))),
        (Status::Scheduled, Some(at)) if at > now => Ok(Some(at)),
        (Status::Scheduled, _) => Err(Error::Invalid("scheduled needs a published_at in the future.".into())),
        (Status::Binned, _) => Err(Error::Invalid("To put a post into the bin, DELETE it.".into())),
    }
}
