//! Feeds: the newest posts, whole, as Atom, RSS and JSON Feed; of everything, of a tag, of an author.

mod atom;
mod content;
mod json;
mod rss;

use super::byline::{Author, authors};
use super::site::topics;
use super::{respond, xml};
use crate::app::{App, compute};
use crate::outside::db::{Topic, Tx};
use crate::person::Person;
use crate::post::listing::{self, List, Tally};
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use crate::time::Time;
use crate::{Error, Result, error::Context};
use axum::extract::{Path, State};
use axum::response::Response;

const NEWEST: usize = 20;

#[derive(Debug, Clone, Copy)]
enum Format {
    Atom,
    Rss,
    Json,
}

/// Whose posts.
enum Of {
    All,
    Tag(String),
    Author(String),
}

/// What all three formats tell. Every address is absolute.
struct Feed {
    title: String,
    description: String,
    /// A square one, of whose posts these are; empty where there is none.
    picture: String,
    language: String,
    home: String,
    itself: String,
    updated: Time,
    entries: Vec<Entry>,
}

/// Somebody above an entry.
struct Signature {
    name: String,
    url: String,
    /// Empty where there is none.
    picture: String,
}

struct Entry {
    /// Stays the same whatever becomes of the address.
    id: String,
    url: String,
    title: String,
    authors: Vec<Signature>,
    published: Time,
    updated: Time,
    tags: Vec<(String, String)>,
    /// The author's own; empty where there is none.
    summary: String,
    html: String,
}

pub(super) async fn atom(State(app): State<App>) -> Result<Response> {
    answer(app, Of::All, Format::Atom).await
}

pub(super) async fn rss(State(app): State<App>) -> Result<Response> {
    answer(app, Of::All, Format::Rss).await
}

pub(super) async fn json(State(app): State<App>) -> Result<Response> {
    answer(app, Of::All, Format::Json).await
}

pub(super) async fn of_tag(
    State(app): State<App>,
    Path((slug, feed)): Path<(String, String)>,
) -> Result<Response> {
    answer(app, Of::Tag(slug), Format::of(&feed)?).await
}

pub(super) async fn of_author(
    State(app): State<App>,
    Path((slug, feed)): Path<(String, String)>,
) -> Result<Response> {
    answer(app, Of::Author(slug), Format::of(&feed)?).await
}

impl Format {
    fn of(name: &str) -> Result<Format> {
        let all = [Format::Atom, Format::Rss, Format::Json];
        all.into_iter().find(|format| format.name() == name).ok_or(Error::NotFound)
    }

    fn name(self) -> &'static str {
        match self {
            Format::Atom => "feed.atom",
            Format::Rss => "feed.rss",
            Format::Json => "feed.json",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Format::Atom => "application/atom+xml; charset=utf-8",
            Format::Rss => "application/rss+xml; charset=utf-8",
            Format::Json => "application/feed+json; charset=utf-8",
        }
    }
}

/// What the database holds of one feed, read at one moment.
struct Facts {
    publication: Publication,
    /// What the title says beside the publication's name.
    about: String,
    /// Of an author.
    bio: String,
    picture: String,
    /// Where the same posts stand as a page.
    path: String,
    posts: Vec<(Post, Vec<Author>)>,
    changed_at: Time,
    topics: Vec<Topic>,
}

async fn answer(app: App, of: Of, format: Format) -> Result<Response> {
    let now = app.now();
    let facts = app.db.read(move |tx| Facts::of(tx, &of, now)).await?;
    let topics = facts.topics.clone();
    let (body, updated) = compute(move || {
        let feed = Feed::of(&app, facts, format);
        let written = match format {
            Format::Atom => atom::write(&feed),
            Format::Rss => rss::write(&feed),
            Format::Json => json::write(&feed),
        };
        written.internal("writing a feed").map(|body| (body, feed.updated))
    })
    .await??;
    Ok(respond::dated(format.media_type(), body, topics, updated))
}

impl Facts {
    fn of(tx: &mut Tx, of: &Of, now: Time) -> Result<Facts> {
        let publication = Publication::load(tx)?;
        let (mut bio, mut picture) = (String::new(), String::new());
        let (list, about, path, posts, mut shown) = match of {
            Of::All => {
                let posts = Post::latest(tx, None, NEWEST, now)?;
                (List::All, String::new(), "/".to_owned(), posts, vec![posts_topic()])
            }
            Of::Tag(slug) => {
                let (list, name) = (List::Tag(slug.clone()), listing::tag_name(tx, slug)?);
                let topic = list.topic();
                (list, name, format!("/tag/{slug}"), Post::tagged(tx, slug, None, NEWEST, now)?, vec![topic])
            }
            Of::Author(slug) => {
                let person = Person::by_slug(tx, slug)?.ok_or(Error::NotFound)?;
                let list = List::author(person.person_id);
                let posts = Post::by_author(tx, person.person_id, None, NEWEST, now)?;
                let shown = vec![list.topic(), person.person_id.topic()];
                (bio, picture) = (person.bio.trim().to_owned(), person.picture);
                (list, person.name, format!("/author/{slug}"), posts, shown)
            }
        };
        let tally = Tally::of(tx, &list)?;
        // Whoever has published nothing is nobody's business.
        if tally.is_none() && !matches!(of, Of::All) {
            return Err(Error::NotFound);
        }
        shown.extend(posts.iter().flat_map(Post::topics));
        let signed = |post: Post| authors(tx, &post).map(|authors| (post, authors));
        let posts = posts.into_iter().map(signed).collect::<Result<Vec<_>>>()?;
        let introduced =
            posts.iter().flat_map(|(_, authors)| authors).map(|author| author.introduced_at).max();
        let changed_at = tally.map(|t| t.changed_at).max(Publication::changed_at(tx)?).max(introduced);
        let changed_at = changed_at.unwrap_or(Time(0));
        Ok(Facts { publication, about, bio, picture, path, posts, changed_at, topics: topics(shown) })
    }
}

impl Feed {
    fn of(app: &App, facts: Facts, format: Format) -> Feed {
        let publication = facts.publication;
        let title = match facts.about.as_str() {
            "" => publication.name.clone(),
            about => format!("{about} · {}", publication.name),
        };
        let said = [facts.bio, publication.description];
        let description = said.into_iter().find(|said| !said.is_empty()).unwrap_or_else(|| title.clone());
        let home = app.url(&facts.path);
        Feed {
            itself: format!("{}/{}", home.trim_end_matches('/'), format.name()),
            home,
            title: xml::clean(&title),
            description: xml::clean(&description),
            picture: ours(app, &facts.picture),
            language: publication.language,
            updated: facts.changed_at,
            entries: facts.posts.iter().map(|(post, authors)| Entry::of(app, post, authors)).collect(),
        }
    }
}

impl Signature {
    fn of(app: &App, author: &Author) -> Signature {
        Signature {
            name: xml::clean(&author.name),
            url: app.url(&author.path),
            picture: ours(app, &author.picture),
        }
    }
}

impl Entry {
    fn of(app: &App, post: &Post, authors: &[Author]) -> Entry {
        let url = app.url(&post.path());
        let published = post.published_at.unwrap_or(post.created_at);
        let text = post.document().map(|document| document.html()).unwrap_or_default();
        let title = xml::clean(&post.title);
        Entry {
            id: lasting_name(app, post),
            title: if title.trim().is_empty() { post.slug.clone() } else { title },
            authors: authors.iter().map(|author| Signature::of(app, author)).collect(),
            published,
            updated: post.updated_at.max(published),
            tags: crate::post::record::tags(&post.tags),
            summary: xml::clean(post.excerpt.trim()),
            html: xml::clean(&content::absolute(&text, &url)),
            url,
        }
    }
}

/// The absolute address of one of our own; nothing of nothing.
fn ours(app: &App, path: &str) -> String {
    if path.is_empty() { String::new() } else { app.url(path) }
}

/// A tag URI (RFC 4151), such as `tag:gazette.example,2026-03-14:post/12`: an address may change, and readers would see everything
/// twice.
fn lasting_name(app: &App, post: &Post) -> String {
    let base = url::Url::parse(&app.base_url).ok();
    let host = base.as_ref().and_then(|base| base.host_str()).unwrap_or("localhost");
    let first = post.first_published_at.unwrap_or(post.created_at);
    let day = first.format(&jiff::tz::TimeZone::UTC, "%Y-%m-%d");
    format!("tag:{},{day}:{}/{}", host.trim_matches(['[', ']']), post.kind, post.post_id)
}
