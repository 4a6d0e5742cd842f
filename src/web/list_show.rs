//! `/tag/{slug}` and `/author/{slug}`: posts of one subject, or by one person.

use super::post_list::{Asked, Leaf, canonical};
use super::site::{Site, topics};
use super::{linked, respond, words};
use crate::app::App;
use crate::outside::db::Topic;
use crate::person::Person;
use crate::post::listing::{List, Tally};
use crate::post::{Post, record};
use crate::publication::Publication;
use crate::{Error, Result};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;

#[derive(Serialize)]
struct Page {
    site: Site,
    canonical: String,
    /// `/tag/tides`
    path: String,
    kind: &'static str,
    title: String,
    /// Of a person.
    bio: String,
    /// Of a person, `/media/…`; empty is none.
    picture: String,
    /// The same, absolute.
    picture_url: String,
    count: String,
    /// Not the first page.
    further: bool,
    /// Of a person.
    linked: String,
    #[serde(flatten)]
    leaf: Leaf,
}

pub(super) async fn tag(
    State(app): State<App>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (now, before, path) = (app.now(), asked.before()?, format!("/tag/{slug}"));
    let canonical = app.url(&canonical(&path, before));
    let page = app.db.read(move |tx| {
        let list = List::Tag(slug.clone());
        let (publication, tally) = (Publication::load(tx)?, Tally::of(tx, &list)?.ok_or(Error::NotFound)?);
        let posts = Post::tagged(tx, &slug, before, publication.posts_per_page + 1, now)?;
        let written = posts.first().map(|post| record::tags(&post.tags)).unwrap_or_default();
        let title = written.into_iter().find_map(|(known, name)| (known == slug).then_some(name));
        let page = Page {
            site: Site::of(&publication, ""),
            canonical,
            kind: "tag",
            title: title.ok_or(Error::NotFound)?,
            bio: String::new(),
            picture: String::new(),
            picture_url: String::new(),
            count: counted(&tally),
            further: before.is_some(),
            linked: String::new(),
            leaf: Leaf::of(tx, Vec::new(), posts, &path, &publication)?,
            path,
        };
        Ok((page, vec![list.topic()]))
    });
    show(&app, page.await?)
}

pub(super) async fn author(
    State(app): State<App>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (now, before, path) = (app.now(), asked.before()?, format!("/author/{slug}"));
    let canonical = app.url(&canonical(&path, before));
    let page = app.db.read(move |tx| {
        let person = Person::by_slug(tx, &slug)?.ok_or(Error::NotFound)?;
        let list = List::author(person.person_id);
        // Whoever has published nothing is nobody's business.
        let (publication, tally) = (Publication::load(tx)?, Tally::of(tx, &list)?.ok_or(Error::NotFound)?);
        let posts = Post::by_author(tx, person.person_id, before, publication.posts_per_page + 1, now)?;
        let page = Page {
            site: Site::of(&publication, ""),
            canonical,
            kind: "author",
            title: person.name,
            bio: person.bio.trim().to_owned(),
            picture: person.picture,
            picture_url: String::new(),
            count: counted(&tally),
            further: before.is_some(),
            linked: String::new(),
            leaf: Leaf::of(tx, Vec::new(), posts, &path, &publication)?,
            path,
        };
        Ok((page, vec![list.topic(), person.person_id.topic()]))
    });
    show(&app, page.await?)
}

fn counted(tally: &Tally) -> String {
    words::count(usize::try_from(tally.posts).unwrap_or(0), "post", "posts")
}

fn show(app: &App, (mut page, shown): (Page, Vec<Topic>)) -> Result<Response> {
    if page.kind == "author" {
        page.linked = linked::person(app, &page.title, &page.path, &page.bio, &page.picture);
    }
    if !page.picture.is_empty() {
        page.picture_url = app.url(&page.picture);
    }
    page.leaf.posts.iter_mut().for_each(|post| post.picture = None);
    let html = respond::render(app, "list.html", &page)?;
    Ok(respond::page(html, topics(shown.into_iter().chain(page.leaf.topics))))
}
