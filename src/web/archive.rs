//! `/archive`, `/archive/{yyyy}`, `/archive/{yyyy}/{mm}`: everything there is, by its day.

use super::byline::joined;
use super::heat::{self, Busy};
use super::post_list::{Asked, canonical, older};
use super::site::{Site, topics};
use super::{respond, words};
use crate::app::App;
use crate::id::PersonId;
use crate::outside::db::{Topic, Tx};
use crate::person::Person;
use crate::post::byline::Signed;
use crate::post::listing::{Before, List, Tallied, Tally, Titled, months_topic};
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use crate::time::Time;
use crate::{Error, Result};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Titles on one page of a year or month.
const A_PAGE: usize = 100;
/// Tags that the front of the archive names.
const TAGS: usize = 40;
const AUTHORS: usize = 40;

#[derive(Serialize)]
struct Whole {
    site: Site,
    canonical: String,
    count: String,
    years: Vec<Year>,
    tags: Vec<Link>,
    authors: Vec<Link>,
    /// The latest year, day by day.
    heat: String,
    heat_words: String,
}

#[derive(Serialize)]
struct Year {
    year: i64,
    path: String,
    posts: i64,
    months: Vec<Month>,
}

#[derive(Serialize)]
struct Month {
    name: String,
    path: String,
    posts: i64,
    count: String,
    level: i64,
}

#[derive(Serialize)]
struct Link {
    name: String,
    path: String,
    posts: i64,
}

/// A year or a month.
#[derive(Serialize)]
struct Stretch {
    site: Site,
    canonical: String,
    path: String,
    title: String,
    /// Of a month: its year.
    year: Option<i64>,
    count: String,
    busiest: String,
    heat: String,
    /// Of a year.
    months: Vec<Month>,
    groups: Vec<Group>,
    older: Option<String>,
    further: bool,
    earlier: Option<Month>,
    later: Option<Month>,
}

/// Titles under one heading: of a month, or of a day.
#[derive(Serialize)]
struct Group {
    heading: String,
    path: Option<String>,
    posts: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    title: String,
    path: String,
    author: String,
    published: String,
    day: String,
}

pub(super) async fn show(State(app): State<App>) -> Result<Response> {
    let canonical = app.url("/archive");
    let (whole, shown) = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let (years, months) = (Tally::years(tx)?, Tally::months(tx, 0, i64::MAX)?);
            let most = months.iter().map(|month| month.posts).max().unwrap_or(0);
            let latest = years.last().map_or(0, |year| year.number);
            let busy = days(tx, latest * 10_000, latest * 10_000 + 9_999)?;
            let total = Tally::of(tx, &List::All)?.map_or(0, |all| all.posts);
            let in_latest = years.last().map_or(0, |year| year.posts);
            let heat_words = format!("{} in {latest}. {}", count(in_latest), heat::busiest(&busy));
            let years = years.iter().rev().map(|year| Year::of(year, &months, most)).collect();
            let mut topics = vec![posts_topic()];
            let whole = Whole {
                site: Site::of(&publication, "archive"),
                canonical,
                count: count(total),
                years,
                tags: tags(tx)?,
                authors: authors(tx, &mut topics)?,
                heat: heat_of_year(latest, &busy, &heat_words),
                heat_words,
            };
            Ok((whole, topics))
        })
        .await?;
    Ok(respond::page(respond::render(&app, "archive.html", &whole)?, topics(shown)))
}

fn tags(tx: &mut Tx) -> Result<Vec<Link>> {
    let link = |(slug, name, posts)| Link { name, path: format!("/tag/{slug}"), posts };
    Ok(Tally::largest_tags(tx, TAGS)?.into_iter().map(link).collect())
}

fn authors(tx: &mut Tx, topics: &mut Vec<Topic>) -> Result<Vec<Link>> {
    let largest = Tally::largest(tx, "author", AUTHORS)?;
    let link = |author: Tallied| {
        let person = Person::find(tx, PersonId(author.number))?;
        topics.push(person.person_id.topic());
        Ok(Link { path: format!("/author/{}", person.slug), name: person.name, posts: author.posts })
    };
    largest.into_iter().map(link).collect()
}

pub(super) async fn year(
    State(app): State<App>,
    Path(year): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (now, before, year) = (app.now(), asked.before()?, i64::from(number(&year, 4)?));
    let path = format!("/archive/{year:04}");
    let canonical = app.url(&canonical(&path, before));
    let page = app.db.read(move |tx| {
        let publication = Publication::load(tx)?;
        let list = List::Year(year);
        let tally = Tally::of(tx, &list)?.ok_or(Error::NotFound)?;
        let busy = days(tx, year * 10_000, year * 10_000 + 9_999)?;
        let months = Tally::months(tx, year * 100, year * 100 + 99)?;
        let most = months.iter().map(|month| month.posts).max().unwrap_or(0);
        let zone = publication.time_zone();
        let span = (start(first_of(year, 1)?, &zone)?, start(first_of(year + 1, 1)?, &zone)?);
        let mut leaf = Leaf::of(tx, span, before, &path, now)?;
        let heading = |at: Time| at.format(&zone, "%B");
        let link = |at: Time| Some(at.format(&zone, "/archive/%Y/%m"));
        let words = format!("{} in {year}. {}", count(tally.posts), heat::busiest(&busy));
        leaf.topics.push(list.topic());
        let page = Stretch {
            site: Site::of(&publication, "archive"),
            canonical,
            title: year.to_string(),
            year: None,
            count: count(tally.posts),
            busiest: heat::busiest(&busy),
            heat: heat_of_year(year, &busy, &words),
            months: months.iter().map(|month| Month::of(month, most)).collect(),
            groups: leaf.groups(tx, &zone, heading, link)?,
            older: leaf.older,
            further: before.is_some(),
            earlier: None,
            later: None,
            path,
        };
        Ok((page, leaf.topics))
    });
    stretch(&app, page.await?)
}

pub(super) async fn month(
    State(app): State<App>,
    Path((year, month)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (now, before) = (app.now(), asked.before()?);
    let (year, month) = (i64::from(number(&year, 4)?), i64::from(number(&month, 2)?));
    let path = format!("/archive/{year:04}/{month:02}");
    let canonical = app.url(&canonical(&path, before));
    let page = app.db.read(move |tx| {
        let publication = Publication::load(tx)?;
        let (list, named) = (List::Month(year, month), year * 100 + month);
        let tally = Tally::of(tx, &list)?.ok_or(Error::NotFound)?;
        let busy = days(tx, named * 100, named * 100 + 99)?;
        let zone = publication.time_zone();
        let first = first_of(year, month)?;
        let span = (start(first, &zone)?, start(first.saturating_add(jiff::Span::new().months(1)), &zone)?);
        let mut leaf = Leaf::of(tx, span, before, &path, now)?;
        let (earlier, later) = Tally::beside(tx, named)?;
        let title = first.strftime("%B %Y").to_string();
        let words = format!("{} in {title}. {}", count(tally.posts), heat::busiest(&busy));
        leaf.topics.extend([list.topic(), months_topic()]);
        let page = Stretch {
            site: Site::of(&publication, "archive"),
            canonical,
            year: Some(year),
            count: count(tally.posts),
            busiest: heat::busiest(&busy),
            heat: heat::month(first.year(), first.month(), &busy, &words),
            months: Vec::new(),
            groups: leaf.groups(tx, &zone, |at| words::day(at, &zone), |_| None)?,
            older: leaf.older,
            further: before.is_some(),
            earlier: earlier.map(|number| Month::named(number, 0, 0)),
            later: later.map(|number| Month::named(number, 0, 0)),
            title,
            path,
        };
        Ok((page, leaf.topics))
    });
    stretch(&app, page.await?)
}

/// `/2026/03`: what is left when somebody cuts a post's address short.
pub(super) async fn cut_short(
    Path((year, month)): Path<(String, String)>,
) -> Result<axum::response::Redirect> {
    number(&year, 4)?;
    number(&month, 2)?;
    Ok(axum::response::Redirect::permanent(&format!("/archive/{year}/{month}")))
}

fn stretch(app: &App, (page, shown): (Stretch, Vec<Topic>)) -> Result<Response> {
    Ok(respond::page(respond::render(app, "archive_stretch.html", &page)?, topics(shown)))
}

/// One page of titles.
struct Leaf {
    posts: Vec<Titled>,
    older: Option<String>,
    topics: Vec<Topic>,
}

impl Leaf {
    fn of(tx: &mut Tx, span: (Time, Time), before: Option<Before>, path: &str, now: Time) -> Result<Leaf> {
        let mut posts = Post::between(tx, span, before, A_PAGE + 1, now)?;
        let more = posts.len() > A_PAGE;
        posts.truncate(A_PAGE);
        let older = posts.last().filter(|_| more).map(|p| older(path, Some(p.published_at), p.post_id));
        let topics = posts.iter().map(|post| post.post_id.topic()).collect();
        Ok(Leaf { posts, older, topics })
    }

    fn groups(
        &mut self,
        tx: &mut Tx,
        zone: &TimeZone,
        heading: impl Fn(Time) -> String,
        link: impl Fn(Time) -> Option<String>,
    ) -> Result<Vec<Group>> {
        let mut groups: Vec<Group> = Vec::new();
        let mut names: HashMap<PersonId, String> = HashMap::new();
        for post in &self.posts {
            for id in post.author_ids() {
                if let Entry::Vacant(new) = names.entry(id) {
                    self.topics.push(id.topic());
                    new.insert(Person::find(tx, id)?.name);
                }
            }
            let authors: Vec<&str> = post.author_ids().iter().map(|id| names[id].as_str()).collect();
            let row = Row {
                title: post.title.clone(),
                path: post.path(),
                author: joined(&authors),
                published: post.published_at.rfc3339(),
                day: post.published_at.format(zone, "%-d %b"),
            };
            let words = heading(post.published_at);
            match groups.last_mut() {
                Some(group) if group.heading == words => group.posts.push(row),
                _ => groups.push(Group { heading: words, path: link(post.published_at), posts: vec![row] }),
            }
        }
        Ok(groups)
    }
}

impl Year {
    fn of(year: &Tallied, months: &[Tallied], most: i64) -> Year {
        let found = |month: i64| months.iter().find(|m| m.number == month).map_or(0, |m| m.posts);
        let month = |n| {
            let number = year.number * 100 + n;
            Month::named(number, found(number), heat::level(found(number), most))
        };
        Year {
            year: year.number,
            path: format!("/archive/{:04}", year.number),
            posts: year.posts,
            months: (1..=12).map(month).collect(),
        }
    }
}

impl Month {
    fn of(month: &Tallied, most: i64) -> Month {
        Month::named(month.number, month.posts, heat::level(month.posts, most))
    }

    /// From a number such as 202603.
    fn named(number: i64, posts: i64, level: i64) -> Month {
        let (year, month) = (number / 100, number % 100);
        let first = first_of(year, month).unwrap_or(Date::ZERO);
        Month {
            name: first.strftime("%B %Y").to_string(),
            path: format!("/archive/{year:04}/{month:02}"),
            count: count(posts),
            posts,
            level,
        }
    }
}

fn heat_of_year(year: i64, busy: &[Busy], words: &str) -> String {
    i16::try_from(year)
        .ok()
        .filter(|year| (1..=9999).contains(year))
        .map_or(String::new(), |year| heat::year(year, busy, words))
}

fn days(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Busy>> {
    let day = |day: Tallied| {
        let (year, month) = (day.number / 10_000, day.number / 100 % 100);
        let first = first_of(year, month).ok()?;
        Some((date(first.year(), first.month(), i8::try_from(day.number % 100).ok()?), day.posts))
    };
    Ok(Tally::days(tx, from, to)?.into_iter().filter_map(day).collect())
}

fn first_of(year: i64, month: i64) -> Result<Date> {
    let (year, month) = (i16::try_from(year), i8::try_from(month));
    match (year, month) {
        (Ok(year), Ok(month)) => Date::new(year, month, 1).map_err(|_| Error::NotFound),
        _ => Err(Error::NotFound),
    }
}

/// When a day begins where the publication is.
pub(super) fn start(day: Date, zone: &TimeZone) -> Result<Time> {
    let at = day.to_zoned(zone.clone()).map_err(|_| Error::NotFound)?;
    Ok(Time(at.timestamp().as_microsecond()))
}

/// Digits, as many as there should be.
fn number(text: &str, digits: usize) -> Result<u16> {
    match text.parse() {
        Ok(number) if text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()) => Ok(number),
        _ => Err(Error::NotFound),
    }
}

fn count(posts: i64) -> String {
    words::count(usize::try_from(posts).unwrap_or(0), "post", "posts")
}
