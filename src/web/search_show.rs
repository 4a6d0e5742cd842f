//! `/search?q=`: posts that hold what a reader looks for, the best first.

use super::byline::{Author, authors};
use super::post_list::{Tag, tags};
use super::site::Site;
use super::{respond, words};
use crate::app::App;
use crate::id::{PersonId, PostId};
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::Post;
use crate::post::listing::Tally;
use crate::publication::Publication;
use crate::search::{self, Found, Mark, Piece, Query};
use crate::time::Time;
use crate::{Error, Result};
use axum::extract::{self, State};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};

/// Tags and authors that the filters offer.
const OFFERED: usize = 40;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// Slugs; empty are any.
    author: String,
    tag: String,
    year: String,
    /// How many stand on the pages before.
    from: String,
}

#[derive(Serialize)]
struct Page {
    site: Site,
    q: String,
    /// Nothing was asked yet.
    blank: bool,
    /// How much was found.
    said: String,
    found: Vec<Hit>,
    filters: Vec<Filter>,
    earlier: Option<String>,
    further: Option<String>,
}

#[derive(Serialize)]
struct Hit {
    path: String,
    title: Vec<Piece>,
    excerpt: Vec<Piece>,
    authors: Vec<Author>,
    published: String,
    day: String,
    tags: Vec<Tag>,
    /// Pages have no day.
    dated: bool,
}

#[derive(Serialize)]
struct Filter {
    name: &'static str,
    label: &'static str,
    any: &'static str,
    options: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    extract::Query(asked): extract::Query<Asked>,
) -> Result<Response> {
    let now = app.now();
    let page = app.db.read(move |tx| page(tx, &asked, now)).await?;
    // Never kept: strangers think of more words than there is memory.
    Ok(Html(respond::render(&app, "search.html", &page)?).into_response())
}

fn page(tx: &mut Tx, asked: &Asked, now: Time) -> Result<Page> {
    let publication = Publication::load(tx)?;
    let mut languages = search::languages(tx)?;
    if !languages.contains(&publication.language) {
        languages.push(publication.language.clone());
    }
    let query = Query::read(&asked.q, &languages);
    let marks = marks(tx, asked)?;
    let blank = query.is_empty() && marks.is_empty();
    let (from, a_page) = (asked.from.parse().unwrap_or(0).min(search::MOST), publication.posts_per_page);
    let found = search::find(tx, &query, &marks, from, a_page)?;
    let hits = found.posts.iter().map(|(id, language)| Hit::of(tx, *id, language, &query, &publication, now));
    let hits = hits.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let page_from = |from: usize| Some(address(asked, from));
    Ok(Page {
        site: Site::of(&publication, "search"),
        q: asked.q.trim().to_owned(),
        blank,
        said: said(&found),
        found: hits,
        filters: filters(tx, asked)?,
        earlier: page_from(from.saturating_sub(a_page)).filter(|_| from > 0),
        further: page_from(from + a_page).filter(|_| from + a_page < found.total),
    })
}

fn said(found: &Found) -> String {
    let posts = words::count(found.total, "post", "posts");
    match (found.some_only, found.more) {
        _ if found.total == 0 => "Nothing was found.".into(),
        (true, true) => {
            "No post holds all of this. More than 5,000 hold some of it; these are the best of the newest."
                .into()
        }
        (true, false) => format!("No post holds all of this. Some of it: {posts}."),
        (false, true) => "More than 5,000 posts; these are the best of the newest.".into(),
        (false, false) => posts,
    }
}

fn marks(tx: &mut Tx, asked: &Asked) -> Result<Vec<Mark>> {
    let mut marks = Vec::new();
    if !asked.author.is_empty() {
        let person = Person::by_slug(tx, &asked.author)?;
        // Whom nobody knows, nothing is by.
        marks.push(Mark::Author(person.map_or(0, |person| person.person_id.0)));
    }
    if !asked.tag.is_empty() {
        marks.push(Mark::Tag(asked.tag.clone()));
    }
    if !asked.year.is_empty() {
        marks.push(Mark::Year(asked.year.parse().unwrap_or(0)));
    }
    Ok(marks)
}

fn address(asked: &Asked, from: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in
        [("q", &asked.q), ("author", &asked.author), ("tag", &asked.tag), ("year", &asked.year)]
    {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if from > 0 {
        query.append_pair("from", &from.to_string());
    }
    format!("/search?{}", query.finish())
}

fn filters(tx: &mut Tx, asked: &Asked) -> Result<Vec<Filter>> {
    let mut authors = Vec::new();
    for author in Tally::largest(tx, "author", OFFERED)? {
        let person = Person::find(tx, PersonId(author.number))?;
        authors.push((person.slug, person.name));
    }
    let tags = Tally::largest_tags(tx, OFFERED)?.into_iter().map(|(slug, name, _)| (slug, name)).collect();
    let years = Tally::years(tx)?.into_iter().rev();
    let years = years.map(|year| (year.number.to_string(), year.number.to_string())).collect();
    let filter = |name, label, any, chosen: &str, mut options: Vec<(String, String)>| {
        if !chosen.is_empty() && options.iter().all(|(value, _)| value != chosen) {
            options.push((chosen.to_owned(), chosen.to_owned()));
        }
        let options = options.into_iter();
        let options =
            options.map(|(value, words)| Choice { chosen: value == chosen, value, words }).collect();
        Filter { name, label, any, options }
    };
    Ok(vec![
        filter("author", "Author", "anybody", &asked.author, authors),
        filter("tag", "Subject", "anything", &asked.tag, tags),
        filter("year", "Year", "any year", &asked.year, years),
    ])
}

impl Hit {
    /// `None` for what readers may not see, whatever the index says.
    fn of(
        tx: &mut Tx,
        id: PostId,
        language: &str,
        query: &Query,
        publication: &Publication,
        now: Time,
    ) -> Result<Option<Hit>> {
        let post = match Post::find(tx, id) {
            Ok(post) if post.is_public(now) => post,
            Ok(_) | Err(Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let document = post.document()?;
        let at = post.published_at.unwrap_or(post.created_at);
        let own = match post.excerpt.trim() {
            "" => document.excerpt.as_str(),
            written => written,
        };
        let excerpt = search::passage(&document.plain_text, query, language)
            .unwrap_or_else(|| search::highlighted(own, query, language));
        Ok(Some(Hit {
            path: post.path(),
            title: search::highlighted(&post.title, query, language),
            excerpt,
            authors: authors(tx, &post)?,
            published: at.rfc3339(),
            day: words::day(at, &publication.time_zone()),
            tags: tags(&post.tags),
            dated: !post.month.is_empty(),
        }))
    }
}
