//! `/sources/{id}`: one source, its copies, who cites it.

use super::site::{Site, topics};
use super::source_list::id;
use super::{origin, respond, words};
use crate::Result;
use crate::app::App;
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use crate::source::{Capture, Health, Kind, Source};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use serde::Serialize;

/// Most posts that are named as citing a source.
const MOST_POSTS: usize = 200;

#[derive(Serialize)]
struct Page {
    site: Site,
    source: Shown,
    merged: Vec<Merged>,
    captures: Vec<Copy>,
    posts: Vec<Citing>,
    /// There are older ones than these.
    more_posts: bool,
}

#[derive(Serialize)]
struct Shown {
    url: String,
    title: String,
    site: String,
    author: String,
    said_at: String,
    pointer: bool,
    state: &'static str,
    state_words: String,
    evidence: String,
}

#[derive(Serialize)]
struct Merged {
    url: String,
    why: String,
}

#[derive(Serialize)]
struct Copy {
    path: Option<String>,
    when: String,
    how: String,
    good: bool,
    health_words: &'static str,
    digest: String,
}

#[derive(Serialize)]
struct Citing {
    path: String,
    title: String,
    day: String,
}

pub(super) async fn show(State(app): State<App>, Path(asked): Path<String>) -> Result<Response> {
    let (asked, now) = (id(&asked)?, app.now());
    let source = app.db.read(move |tx| {
        // A merged address leads on only while it is itself public; else it is as if it never was.
        let source = Source::public(tx, asked, now)?;
        match source.merged_into {
            Some(into) => Source::public(tx, into, now),
            None => Ok(source),
        }
    });
    let source = source.await?;
    if source.source_id != asked {
        return Ok(Redirect::to(&format!("/sources/{}", source.source_id)).into_response());
    }
    let topic = source.source_id.topic();
    let page = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let captures = Capture::public(tx, source.source_id, now)?;
            let copies = captures.iter().map(|c| Ok(Copy::of(c, &source, &zone, origin::of(tx, c)?)));
            let captures = copies.collect::<Result<_>>()?;
            let mut merged = Vec::new();
            for other in Source::merged(tx, source.source_id)? {
                if Source::is_cited(tx, other.source_id, now)? {
                    merged.push(Merged { url: other.url, why: other.merged_why });
                }
            }
            let mut posts = Post::citing(tx, source.source_id, MOST_POSTS + 1, now)?;
            let more_posts = posts.len() > MOST_POSTS;
            posts.truncate(MOST_POSTS);
            let posts = posts.into_iter().map(|post| Citing {
                path: post.path(),
                day: words::day(post.published_at, &zone),
                title: post.title,
            });
            let posts = posts.collect();
            let shown = Shown::of(&source, &zone);
            Ok(Page {
                site: Site::of(&publication, "sources"),
                source: shown,
                merged,
                captures,
                posts,
                more_posts,
            })
        })
        .await?;
    let html = respond::render(&app, "source.html", &page)?;
    Ok(respond::page(html, topics([posts_topic(), topic])))
}

impl Shown {
    fn of(source: &Source, zone: &TimeZone) -> Shown {
        Shown {
            url: source.url.clone(),
            title: source.name(),
            site: source.place(),
            author: source.author.clone(),
            said_at: words::said_on(&source.said_at),
            pointer: source.kind == Kind::Pointer,
            state: source.state.as_str(),
            state_words: words::state(source.state, source.state_since, zone),
            evidence: source.evidence.clone(),
        }
    }
}

impl Copy {
    fn of(capture: &Capture, source: &Source, zone: &TimeZone, how: String) -> Copy {
        let kept = !capture.warc_file.is_empty();
        Copy {
            path: kept.then(|| capture.path(source.source_id)),
            when: words::moment(capture.captured_at, zone),
            how,
            good: capture.health == Health::Good,
            health_words: words::health(capture.health),
            digest: capture.payload_digest.clone(),
        }
    }
}
