//! `/`: the newest posts.

use super::site::{Site, topics};
use super::{respond, words};
use crate::app::App;
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use crate::quote::{Counts, Judged};
use crate::time::Time;
use crate::{Error, Result};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// `MICROSECONDS-ID` of the last post on the page before.
    before: Option<String>,
}

#[derive(Serialize)]
struct Home {
    site: Site,
    canonical: String,
    posts: Vec<Listed>,
    older: Option<String>,
}

/// A post as lists show it.
#[derive(Serialize)]
pub(super) struct Listed {
    title: String,
    path: String,
    excerpt: String,
    author: String,
    published: String,
    day: String,
    tags: Vec<String>,
    /// `5 quotations checked`
    line: String,
    /// Shown larger, with its picture: the first post of the first page.
    lead: bool,
    picture: Option<String>,
}

pub(super) async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response> {
    let before = asked.before.as_deref().map(cursor).transpose()?;
    let (now, canonical) = (app.now(), app.url("/"));
    let (home, authors) = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let limit = publication.posts_per_page;
            let mut posts = Post::latest(tx, before, limit + 1, now)?;
            let more = posts.len() > limit;
            posts.truncate(limit);
            let older = posts
                .last()
                .filter(|_| more)
                .and_then(|last| Some(format!("/?before={}-{}", last.published_at?.0, last.post_id)));
            if before.is_none() {
                posts.retain(|post| post.pinned_at.is_none());
                posts.splice(0..0, Post::pinned(tx, limit, now)?);
            }
            let authors: Vec<_> =
                posts.iter().flat_map(|p| [p.author_id.topic(), p.post_id.topic()]).collect();
            let mut posts =
                posts.iter().map(|p| Listed::of(tx, p, &publication)).collect::<Result<Vec<_>>>()?;
            if let Some(first) = posts.first_mut() {
                first.lead = before.is_none();
            }
            posts.iter_mut().filter(|post| !post.lead).for_each(|post| post.picture = None);
            Ok((Home { site: Site::of(&publication, ""), canonical, posts, older }, authors))
        })
        .await?;
    let html = respond::render(&app, "home.html", &home)?;
    Ok(respond::page(html, topics([posts_topic()].into_iter().chain(authors))))
}

fn cursor(text: &str) -> Result<(Time, PostId)> {
    let (at, id) = text.split_once('-').ok_or(Error::NotFound)?;
    Ok((Time(at.parse().map_err(|_| Error::NotFound)?), id.parse()?))
}

impl Listed {
    pub(super) fn of(tx: &mut Tx, post: &Post, publication: &Publication) -> Result<Listed> {
        let at = post.published_at.unwrap_or(post.created_at);
        let document = post.document()?;
        let picture = match post.cover.as_str() {
            "" => first_picture(&document),
            cover => Some(cover.to_owned()),
        };
        let excerpt = match post.excerpt.trim() {
            "" => document.excerpt,
            written => written.to_owned(),
        };
        let judged = Judged::in_post(tx, post.post_id)?;
        let counts = Counts::of(judged.iter().map(|j| (j.kind, j.transcript, j.verdict.as_ref())));
        let line = match counts.quotations - counts.waiting {
            0 => String::new(),
            n => words::count(n, "quotation checked", "quotations checked"),
        };
        Ok(Listed {
            title: post.title.clone(),
            path: post.path(),
            excerpt,
            author: Person::find(tx, post.author_id)?.name,
            published: at.rfc3339(),
            day: words::day(at, &publication.time_zone()),
            tags: crate::post::record::tags(&post.tags).into_iter().map(|(_, name)| name).collect(),
            line,
            lead: false,
            picture,
        })
    }
}

/// The address of the first picture of our own in a text, escaped as the renderer wrote it.
fn first_picture(document: &markup::Document) -> Option<String> {
    let html = document.parts.iter().filter_map(|part| match part {
        markup::Part::Html(html) => Some(html.as_str()),
        _ => None,
    });
    let pictures = html.flat_map(|html| html.split("<img ").skip(1));
    let addresses = pictures.filter_map(|tag| tag.split_once("src=\"")?.1.split_once('"'));
    addresses.map(|(address, _)| address).find(|address| address.starts_with("/media/")).map(str::to_owned)
}
