//! The sample: a small publication that comes with the program, its sources kept, so that everything can be tried offline.
//!
//! Its pages are captured by the same code as any other, only that they come from the program instead of the web.

use crate::app::{App, compute};
use crate::id::PersonId;
use crate::media::{Made, Sent};
use crate::outside::db::{Tx, sql};
use crate::outside::fetch::{Answer, Shelf, Web};
use crate::person::{Person, Role, one_time};
use crate::post::{Draft, Kind, Post, Rendered};
use crate::publication::Publication;
use crate::source::{self, Source, capture, watch};
use crate::time::Time;
use crate::{Error, Result, error::Context};
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::collections::HashMap;

#[derive(RustEmbed)]
#[folder = "examples/gazette"]
struct Gazette;

#[derive(Deserialize)]
struct About {
    name: String,
    description: String,
    language: String,
    time_zone: String,
    posts: Vec<String>,
    authors: Vec<Author>,
    /// What each shows, in words.
    pictures: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Author {
    key: String,
    name: String,
    email: String,
    role: Role,
    bio: String,
}

#[derive(Deserialize)]
struct Front {
    title: String,
    slug: String,
    author: String,
    /// Whoever wrote it too.
    #[serde(default)]
    with: Vec<String>,
    published: toml::value::Datetime,
    excerpt: String,
    tags: Vec<String>,
    #[serde(default)]
    pinned: bool,
}

#[derive(Deserialize)]
struct Site {
    source: Vec<Listed>,
    response: Vec<Answered>,
}

#[derive(Deserialize)]
struct Listed {
    url: String,
    kind: source::Kind,
}

#[derive(Deserialize)]
struct Answered {
    url: String,
    /// Of a page: when it was kept.
    kept: Option<String>,
    /// Of a requisite: the page that needs it.
    of: Option<String>,
    status: Option<u16>,
    failed: Option<String>,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    file: String,
}

/// Fills an empty publication; gives back the address that signs its owner in once. `None`: there is something here already.
pub async fn fill(app: &App) -> Result<Option<String>> {
    if !app.db.read(is_empty).await? {
        return Ok(None);
    }
    let about: About = toml::from_str(&text("publication.toml")?).internal("the sample's description")?;
    let site: Site = toml::from_str(&text("web/site.toml")?).internal("the sample's pages")?;
    let now = app.now();
    let (posts, pictures) = (about.posts.clone(), about.pictures.clone());
    let people: HashMap<String, Person> = app.db.write(move |tx| settle(tx, about, now)).await?;
    let owner = people.values().find(|p| p.role == Role::Owner).cloned();
    let owner = owner.ok_or_else(|| Error::Internal("the sample has no owner".into()))?;
    hang_pictures(app, &pictures).await?;
    keep_sources(app, &site).await?;
    for name in posts {
        publish(app, &people, &format!("posts/{name}.md")).await?;
    }
    let token = app.db.write(move |tx| {
        watch::leave_alone(tx)?;
        one_time::make(tx, &owner, now)
    });
    let token = token.await?;
    Ok(Some(app.url(&one_time::path(&token))))
}

fn is_empty(tx: &mut Tx) -> Result<bool> {
    let count: (i64,) = tx.one(
        sql!(
            "-- sample::is_empty
            select (select count(*) from person) + (select count(*) from post) + (select count(*) from source)"
        ),
        (),
    )?;
    Ok(count.0 == 0)
}

fn settle(tx: &mut Tx, about: About, now: Time) -> Result<HashMap<String, Person>> {
    for (name, value) in [
        ("name", &about.name),
        ("description", &about.description),
        ("language", &about.language),
        ("zone", &about.time_zone),
    ] {
        Publication::set(tx, name, value, now)?;
    }
    let mut people = HashMap::new();
    for author in about.authors {
        let person = Person::add(tx, &author.email, &author.name, author.role, now)?;
        Person::introduce(tx, person.person_id, &author.name, &author.bio, now)?;
        people.insert(author.key, person);
    }
    Ok(people)
}

async fn hang_pictures(app: &App, shown: &HashMap<String, String>) -> Result<()> {
    for path in Gazette::iter().filter(|path| path.starts_with("media/")) {
        let name = path.trim_start_matches("media/").to_owned();
        let alt = shown.get(&name).cloned().unwrap_or_default();
        let sent = Sent { name, bytes: bytes(&path)?.into(), alt };
        let now = app.now();
        compute(move || Made::as_it_is(sent, now)).await??.keep(app).await?;
    }
    Ok(())
}

async fn keep_sources(app: &App, site: &Site) -> Result<()> {
    for listed in &site.source {
        let canonical = markup::url::canonical(&listed.url)
            .ok_or_else(|| Error::Internal(format!("{} is no address", listed.url)))?;
        let (kind, now) = (listed.kind, app.now());
        let id = app.db.write(move |tx| Source::of(tx, &canonical, kind, now)).await?.source_id;
        for page in site.response.iter().filter(|r| r.url == listed.url && r.kept.is_some()) {
            let shelf = page.shelf(&site.response)?;
            capture::keep_from(app, id, Web::Shelf(&shelf)).await?;
        }
    }
    Ok(())
}

impl Answered {
    /// The page with everything that belongs to it, as it was on the day it was kept.
    fn shelf(&self, all: &[Answered]) -> Result<Shelf> {
        let mut shelf = Shelf::new(Time::parse(self.kept.as_deref().unwrap_or_default())?);
        shelf.put(&self.url, self.answer()?);
        if self.status == Some(200) {
            for part in all.iter().filter(|r| r.of.as_deref() == Some(&self.url)) {
                shelf.put(&part.url, part.answer()?);
            }
        }
        Ok(shelf)
    }

    fn answer(&self) -> Result<Answer> {
        match (self.status, &self.failed) {
            (Some(status), _) => {
                let mut headers: Vec<_> = self.headers.clone().into_iter().collect();
                headers.sort();
                let body = match self.file.as_str() {
                    "" => Vec::new(),
                    file => bytes(&format!("web/{file}"))?,
                };
                Ok(Answer::Given { status, headers, body })
            }
            (None, why) => Ok(Answer::Failed(why.clone().unwrap_or_default())),
        }
    }
}

async fn publish(app: &App, people: &HashMap<String, Person>, path: &str) -> Result<()> {
    let text = text(path)?;
    let (front, markdown) = text
        .strip_prefix("+++\n")
        .and_then(|text| text.split_once("\n+++\n"))
        .ok_or_else(|| Error::Internal(format!("{path} has no front matter")))?;
    let front: Front = toml::from_str(front).internal(format!("the front matter of {path}"))?;
    let person = |key: &String| {
        let known = people.get(key).cloned();
        known.ok_or_else(|| Error::Internal(format!("{path} names “{key}”, who is no author of the sample")))
    };
    let author = person(&front.author)?;
    let others = front.with.iter().map(|key| Ok(person(key)?.person_id)).collect::<Result<Vec<_>>>()?;
    let draft = Draft {
        title: front.title.clone(),
        excerpt: front.excerpt.clone(),
        markdown: markdown.trim().replace("](media/", "](/media/"),
        tags: front.tags.join(", "),
        ..Draft::default()
    };
    let rendered = Rendered::of(app, draft, true).await?;
    let at = Time::parse(&front.published.to_string())?;
    app.db
        .write(move |tx| {
            let id: PersonId = author.person_id;
            let post = Post::create(tx, id, Kind::Post, Some(&front.slug), &rendered, at)?;
            post.sign(tx, &others, at)?;
            let post = Post::find(tx, post.post_id)?.publish(tx, &author, at, at)?;
            if front.pinned { post.pin(tx, Some(at), at) } else { Ok(()) }
        })
        .await
}

fn text(path: &str) -> Result<String> {
    String::from_utf8(bytes(path)?).internal(format!("the sample's {path}"))
}

fn bytes(path: &str) -> Result<Vec<u8>> {
    let file = Gazette::get(path).ok_or_else(|| Error::Internal(format!("the sample lacks {path}")))?;
    Ok(file.data.into_owned())
}
