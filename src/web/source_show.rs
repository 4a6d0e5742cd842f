//! `/sources/{id}`: one source, its copies, who cites it.

use super::site::{Site, topics};
use super::source_list::{id, shortened};
use super::{origin, respond, strip, words};
use crate::Result;
use crate::app::App;
use crate::bundle::is_open;
use crate::outside::db::Tx;
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use crate::quote::watch::Quoted;
use crate::source::stamp::Stamped;
use crate::source::standing::{Stood, looked_topic};
use crate::source::{Capture, Health, Kind, Source};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use quotecheck::Verdict;
use serde::Serialize;

/// Most posts that are named as citing a source.
const MOST_POSTS: usize = 200;
/// Most states that are told of.
const MOST_STATES: usize = 60;
const MOST_QUOTED: usize = 100;

#[derive(Serialize)]
struct Page {
    site: Site,
    source: Shown,
    merged: Vec<Merged>,
    captures: Vec<Copy>,
    /// All that readers may have of them as one file.
    bundle: Option<String>,
    /// When somebody looked last; empty before the first time.
    looked: String,
    history: Vec<Standing>,
    /// The same as a picture.
    strip: String,
    quoted: Vec<Words>,
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
    /// `time-stamped by clock.example on 14 March 2026, 09.30`; empty of what is not.
    stamped: String,
    /// `Taken away on 14 March 2026: a court ordered it.`; empty of what is there.
    removed: String,
}

/// A state it was in.
#[derive(Serialize)]
struct Standing {
    state: &'static str,
    words: &'static str,
    day: String,
    evidence: String,
}

/// What a post quotes from it.
#[derive(Serialize)]
struct Words {
    text: String,
    path: String,
    title: String,
    verdict: String,
    /// What became of them since.
    fate: String,
}

#[derive(Serialize)]
struct Citing {
    path: String,
    title: String,
    day: String,
}

pub(super) async fn show(State(app): State<App>, Path(asked): Path<String>) -> Result<Response> {
    let (asked, now) = (id(&asked)?, app.now());
    let source = app.db.read(move |tx| Source::led_to(tx, asked, now)).await?;
    if source.source_id != asked {
        return Ok(Redirect::to(&format!("/sources/{}", source.source_id)).into_response());
    }
    let (topic, looked) = (source.source_id.topic(), looked_topic(source.source_id));
    let page = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let captures = Capture::public(tx, source.source_id, now)?;
            let open = captures.iter().any(|copy| is_open(&source, copy, &publication));
            let bundle = open.then(|| format!("/sources/{}/bundle.wacz", source.source_id));
            let captures = captures.iter().map(|c| Copy::of(tx, c, &source, &zone)).collect::<Result<_>>()?;
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
            let mut stood = Stood::of(tx, source.source_id, MOST_STATES)?;
            stood.reverse();
            let strip = if source.kind == Kind::Source {
                strip::of_source(&stood, now, &zone)
            } else {
                String::new()
            };
            let history = stood.iter().rev().map(|stood| Standing::of(stood, &zone)).collect();
            let quoted = Quoted::from(tx, source.source_id, true, now, MOST_QUOTED)?;
            let quoted =
                quoted.into_iter().map(|quoted| Words::of(tx, quoted, &zone)).collect::<Result<_>>()?;
            let looked = source.looked_at.map(|at| words::moment(at, &zone)).unwrap_or_default();
            let shown = Shown::of(&source, &zone);
            Ok(Page {
                site: Site::of(&publication, "sources"),
                source: shown,
                merged,
                captures,
                bundle,
                looked,
                history,
                strip,
                quoted,
                posts,
                more_posts,
            })
        })
        .await?;
    let html = respond::render(&app, "source.html", &page)?;
    Ok(respond::page(html, topics([posts_topic(), topic, looked])))
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

impl Standing {
    fn of(stood: &Stood, zone: &TimeZone) -> Standing {
        Standing {
            state: stood.state.as_str(),
            words: words::state_name(stood.state),
            day: words::day(stood.since, zone),
            evidence: stood.evidence.clone(),
        }
    }
}

impl Words {
    fn of(tx: &mut Tx, quoted: Quoted, zone: &TimeZone) -> Result<Words> {
        let post = Post::find(tx, quoted.post_id)?;
        let verdict = Verdict::parse(&quoted.verdict).map(words::verdict).unwrap_or_default();
        Ok(Words {
            fate: quoted.fate().map(|(fate, at)| words::fate_since(fate, at, zone)).unwrap_or_default(),
            text: shortened(&quoted.words),
            path: post.path(),
            title: post.title,
            verdict: verdict.to_owned(),
        })
    }
}

impl Copy {
    fn of(tx: &mut Tx, capture: &Capture, source: &Source, zone: &TimeZone) -> Result<Copy> {
        let kept = !capture.warc_file.is_empty() || capture.removed_at.is_some();
        Ok(Copy {
            removed: words::removed(tx, capture, zone)?.unwrap_or_default(),
            how: origin::of(tx, capture)?,
            path: kept.then(|| capture.path(source.source_id)),
            when: words::moment(capture.captured_at, zone),
            good: capture.health == Health::Good,
            health_words: words::health(capture.health),
            stamped: words::stamped(Stamped::of(tx, capture.capture_id)?.as_ref(), zone),
            digest: capture.payload_digest.trim_start_matches("sha256:").to_owned(),
        })
    }
}
