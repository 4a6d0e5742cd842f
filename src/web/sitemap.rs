//! `/sitemap.xml` and what it lists: one file of posts for each month, and one of everything else.

use super::site::topics;
use super::{respond, xml};
use crate::app::App;
use crate::id::PersonId;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::listing::{List, Tally};
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use crate::time::Time;
use crate::{Error, Result, error::Context};
use axum::extract::{Path, State};
use axum::response::Response;

/// More than this the format does not allow in one file.
const MOST: usize = 50_000;
const TAGS: usize = 10_000;

/// An address and when what is there last changed, where that is known.
type Place = (String, Option<Time>);

pub(super) async fn index(State(app): State<App>) -> Result<Response> {
    let months = app.db.read(|tx| Tally::months(tx, 0, i64::MAX)).await?;
    let place = |number: i64| format!("/sitemap/{:04}-{:02}.xml", number / 100, number % 100);
    let months = months.iter().rev().map(|month| (place(month.number), Some(month.changed_at)));
    let places: Vec<Place> = std::iter::once(("/sitemap/pages.xml".into(), None)).chain(months).collect();
    answer(&app, "sitemapindex", "sitemap", &places)
}

pub(super) async fn file(State(app): State<App>, Path(name): Path<String>) -> Result<Response> {
    let now = app.now();
    let name = name.strip_suffix(".xml").ok_or(Error::NotFound)?.to_owned();
    let places = app.db.read(move |tx| match name.as_str() {
        "pages" => pages(tx, now),
        name => month(tx, name, now),
    });
    answer(&app, "urlset", "url", &places.await?)
}

fn month(tx: &mut Tx, name: &str, now: Time) -> Result<Vec<Place>> {
    let first: jiff::civil::Date = format!("{name}-01").parse().map_err(|_| Error::NotFound)?;
    let list = List::Month(first.year().into(), first.month().into());
    if name.len() != 7 || Tally::of(tx, &list)?.is_none() {
        return Err(Error::NotFound);
    }
    let zone = Publication::load(tx)?.time_zone();
    let after = first.saturating_add(jiff::Span::new().months(1));
    let start = |day| super::archive::start(day, &zone);
    let posts = Post::between(tx, (start(first)?, start(after)?), None, MOST, now)?;
    Ok(posts.iter().map(|post| (post.path(), Some(post.updated_at.max(post.published_at)))).collect())
}

fn pages(tx: &mut Tx, now: Time) -> Result<Vec<Place>> {
    let fixed = ["/", "/archive", "/sources", "/about-captures"];
    let mut places: Vec<Place> = fixed.into_iter().map(|path| (path.into(), None)).collect();
    places.extend(
        Post::undated(tx, 1000, now)?.into_iter().map(|p| (format!("/{}", p.slug), Some(p.updated_at))),
    );
    for year in Tally::years(tx)? {
        places.push((format!("/archive/{:04}", year.number), Some(year.changed_at)));
    }
    for author in Tally::largest(tx, "author", 1000)? {
        let person = Person::find(tx, PersonId(author.number))?;
        places.push((format!("/author/{}", person.slug), Some(author.changed_at)));
    }
    let tags = Tally::largest(tx, "tag", TAGS)?.into_iter();
    places.extend(tags.map(|tag| (format!("/tag/{}", tag.name), Some(tag.changed_at))));
    Ok(places)
}

fn answer(app: &App, root: &str, each: &str, places: &[Place]) -> Result<Response> {
    let body = xml::document(|xml| {
        let root = xml.create_element(root);
        let root = root.with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"));
        root.write_inner_content(|xml| {
            for (path, changed) in places {
                xml.create_element(each).write_inner_content(|xml| {
                    xml::text(xml, "loc", &app.url(path))?;
                    changed.map_or(Ok(()), |at| xml::text(xml, "lastmod", &at.rfc3339()))
                })?;
            }
            Ok(())
        })?;
        Ok(())
    });
    let body = body.internal("writing a sitemap")?;
    Ok(respond::document("application/xml; charset=utf-8", body, topics([posts_topic()])))
}
