//! Which lists a post stands in, how many posts each holds, and what they show: of everything, of a tag, of an author, of a year,
//! a month, a day.
//!
//! Counts are kept, never counted: a page that shows them costs the same however many posts there are.

use super::{Kind, Post};
use crate::app::App;
use crate::id::{PersonId, PostId, SourceId};
use crate::outside::db::{Topic, Tx, record, sql};
use crate::publication::Publication;
use crate::search::{self, Mark};
use crate::source::register;
use crate::time::Time;
use crate::{Error, Result, error::Context};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A list of public posts. Days are those of the publication's clock.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    All,
    Year(i64),
    Month(i64, i64),
    Day(i64, i64, i64),
    Author(i64),
    /// By its slug.
    Tag(String),
}

impl List {
    pub fn author(id: PersonId) -> List {
        List::Author(id.0)
    }

    /// What a page names that shows which posts are in the list, or how many.
    pub fn topic(&self) -> Topic {
        let (kind, number, name) = self.key();
        Topic(format!("list:{kind}:{number}{name}"))
    }

    /// As it is counted under.
    fn key(&self) -> (&'static str, i64, &str) {
        match self {
            List::All => ("all", 0, ""),
            List::Year(year) => ("year", *year, ""),
            List::Month(year, month) => ("month", year * 100 + month, ""),
            List::Day(year, month, day) => ("day", (year * 100 + month) * 100 + day, ""),
            List::Author(id) => ("author", *id, ""),
            List::Tag(slug) => ("tag", 0, slug),
        }
    }
}

/// What pages name that show which months have posts, to lead from one to the next.
pub fn months_topic() -> Topic {
    Topic("list:months".into())
}

record! {
    /// How many posts a list holds, and when one of them last changed, came or went.
    #[derive(Debug, Clone, Copy)]
    pub struct Tally {
        pub posts: i64,
        pub changed_at: Time,
    }
}

record! {
    /// One of several lists of a kind: a year, month or day as a number such as 20260314; a tag by its slug.
    #[derive(Debug, Clone)]
    pub struct Tallied {
        pub number: i64,
        pub name: String,
        pub posts: i64,
        pub changed_at: Time,
    }
}

record! {
    /// A post as the archive names it, without its text.
    #[derive(Debug, Clone)]
    pub struct Titled {
        pub post_id: PostId,
        pub slug: String,
        pub month: String,
        pub title: String,
        pub author_id: PersonId,
        pub co_authors: String,
        pub published_at: Time,
        pub updated_at: Time,
    }
}

impl Titled {
    pub fn path(&self) -> String {
        match self.month.as_str() {
            "" => format!("/{}", self.slug),
            month => format!("/{month}/{}", self.slug),
        }
    }
}

/// The last post of the page before: where the next one goes on.
pub type Before = (Time, PostId);

impl Tally {
    pub fn of(tx: &mut Tx, list: &List) -> Result<Option<Tally>> {
        let (kind, number, name) = list.key();
        tx.first(
            sql!(
                "-- Tally::of
                select posts, changed_at from tally where kind = ?1 and number = ?2 and name = ?3 and posts > 0"
            ),
            (kind, number, name),
        )
    }

    pub fn years(tx: &mut Tx) -> Result<Vec<Tallied>> {
        Tally::numbered(tx, "year", 0, i64::MAX)
    }

    /// From the first to the last, both as 202603.
    pub fn months(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Tallied>> {
        Tally::numbered(tx, "month", from, to)
    }

    pub fn days(tx: &mut Tx, from: i64, to: i64) -> Result<Vec<Tallied>> {
        Tally::numbered(tx, "day", from, to)
    }

    fn numbered(tx: &mut Tx, kind: &str, from: i64, to: i64) -> Result<Vec<Tallied>> {
        tx.all(
            sql!(
                "-- Tally::numbered
                select number, name, posts, changed_at from tally
                where kind = ?1 and number >= ?2 and number <= ?3 and posts > 0 order by number"
            ),
            (kind, from, to),
        )
    }

    /// The months with posts before and after one.
    pub fn beside(tx: &mut Tx, month: i64) -> Result<(Option<i64>, Option<i64>)> {
        let earlier: Option<(i64,)> = tx.first(
            sql!(
                "-- Tally::beside, earlier
                select number from tally where kind = 'month' and number < ?1 and posts > 0
                order by number desc limit 1"
            ),
            (month,),
        )?;
        let later: Option<(i64,)> = tx.first(
            sql!(
                "-- Tally::beside, later
                select number from tally where kind = 'month' and number > ?1 and posts > 0
                order by number limit 1"
            ),
            (month,),
        )?;
        Ok((earlier.map(|(n,)| n), later.map(|(n,)| n)))
    }

    /// The tags that hold most: slugs, names as their newest posts write them, how many.
    pub fn largest_tags(tx: &mut Tx, limit: usize) -> Result<Vec<(String, String, i64)>> {
        tx.all(
            sql!(
                "-- Tally::largest_tags
                select tally.name,
                    coalesce((select post_tag.name from post_tag where slug = tally.name and listed_at is not null
                        order by listed_at desc, post_id desc limit 1), tally.name) as written, posts
                from tally where kind = 'tag' and posts > 0 order by posts desc, name limit ?1"
            ),
            (limit,),
        )
    }

    /// The lists of tags or authors that hold most.
    pub fn largest(tx: &mut Tx, kind: &str, limit: usize) -> Result<Vec<Tallied>> {
        tx.all(
            sql!(
                "-- Tally::largest
                select number, name, posts, changed_at from tally where kind = ?1 and posts > 0
                order by posts desc, name, number limit ?2"
            ),
            (kind, limit),
        )
    }
}

/// A tag's name as its newest post writes it.
pub fn tag_name(tx: &mut Tx, slug: &str) -> Result<String> {
    let named: Option<(String,)> = tx.first(
        sql!(
            "-- tag_name
            select name from post_tag where slug = ?1 and listed_at is not null
            order by listed_at desc, post_id desc limit 1"
        ),
        (slug,),
    )?;
    named.map(|(name,)| name).ok_or(Error::NotFound)
}

impl Post {
    /// Posts of a tag, newest first.
    pub fn tagged(
        tx: &mut Tx,
        slug: &str,
        before: Option<Before>,
        limit: usize,
        now: Time,
    ) -> Result<Vec<Post>> {
        let (at, id) = from(before, now);
        tx.all(
            sql!(
                "-- Post::tagged
                select post.* from post_tag join post on post.post_id = post_tag.post_id
                where post_tag.slug = ?1 and post_tag.listed_at <= ?2
                    and (post_tag.listed_at < ?2 or post_tag.post_id < ?3)
                order by post_tag.listed_at desc, post_tag.post_id desc limit ?4"
            ),
            (slug, at, id, limit),
        )
    }

    /// Posts of an author, alone or with others, newest first.
    pub fn by_author(
        tx: &mut Tx,
        author: PersonId,
        before: Option<Before>,
        limit: usize,
        now: Time,
    ) -> Result<Vec<Post>> {
        let (at, id) = from(before, now);
        let mut posts: Vec<Post> = tx.all(
            sql!(
                "-- Post::by_author
                select * from post
                where author_id = ?1 and kind = 'post' and binned_at is null
                    and published_at <= ?2 and (published_at < ?2 or post_id < ?3)
                order by published_at desc, post_id desc limit ?4"
            ),
            (author, at, id, limit),
        )?;
        let shared: Vec<Post> = tx.all(
            sql!(
                "-- Post::by_author, with others
                select post.* from co_author join post on post.post_id = co_author.post_id
                where co_author.person_id = ?1 and co_author.listed_at <= ?2
                    and (co_author.listed_at < ?2 or co_author.post_id < ?3)
                order by co_author.listed_at desc, co_author.post_id desc limit ?4"
            ),
            (author, at, id, limit),
        )?;
        if !shared.is_empty() {
            posts.extend(shared);
            posts.sort_by_key(|post| std::cmp::Reverse((post.published_at, post.post_id)));
            posts.truncate(limit);
        }
        Ok(posts)
    }

    /// Public posts from one moment to just before another, newest first.
    pub fn between(
        tx: &mut Tx,
        span: (Time, Time),
        before: Option<Before>,
        limit: usize,
        now: Time,
    ) -> Result<Vec<Titled>> {
        let end = Time(span.1.0 - 1).min(now);
        let (at, id) = from(before, end);
        tx.all(
            sql!(
                "-- Post::between
                select post_id, slug, month, title, author_id, co_authors, published_at, updated_at from post
                where kind = 'post' and binned_at is null
                    and published_at >= ?1 and published_at <= ?2 and (published_at < ?2 or post_id < ?3)
                order by published_at desc, post_id desc limit ?4"
            ),
            (span.0, at, id, limit),
        )
    }

    /// Public posts and pages that cite a source, itself or through a merged address, newest first.
    pub fn citing(tx: &mut Tx, source: SourceId, limit: usize, now: Time) -> Result<Vec<Titled>> {
        tx.all(
            sql!(
                "-- Post::citing
                select post_id, slug, month, title, author_id, co_authors, published_at, updated_at from post
                where published_at <= ?2 and binned_at is null and post_id in (
                    select post_id from citation
                    where source_id in (select source_id from source where source_id = ?1 or merged_into = ?1))
                order by published_at desc, post_id desc limit ?3"
            ),
            (source, now, limit),
        )
    }

    /// Public pages, for the sitemap.
    pub fn undated(tx: &mut Tx, limit: usize, now: Time) -> Result<Vec<Titled>> {
        tx.all(
            sql!(
                "-- Post::undated
                select post_id, slug, month, title, author_id, co_authors, published_at, updated_at from post
                where kind = 'page' and month = '' and published_at <= ?1 and binned_at is null
                order by slug limit ?2"
            ),
            (now, limit),
        )
    }

    /// Public posts and pages whose slugs stand between two in the order of letters.
    pub fn with_slugs_like(
        tx: &mut Tx,
        from: &str,
        to: &str,
        limit: usize,
        now: Time,
    ) -> Result<Vec<(String, String, String)>> {
        tx.all(
            sql!(
                "-- Post::with_slugs_like
                select month, slug, title from post
                where slug >= ?1 and slug < ?2 and published_at <= ?3 and binned_at is null
                order by slug limit ?4"
            ),
            (from, to, now, limit),
        )
    }
}

/// With what a list's first row is compared: before it in time, or at the same time and before it in order of making.
fn from(before: Option<Before>, latest: Time) -> Before {
    before.filter(|(at, _)| *at <= latest).unwrap_or((latest, PostId(i64::MAX)))
}

/// Brings lists, counts and readers' search in line with a post that has changed in any way that readers could see.
pub(super) fn follow(tx: &mut Tx, id: PostId, now: Time) -> Result<()> {
    let post: Standing = tx.one(
        sql!(
            "-- listing::follow
            select kind, author_id, co_authors, tags, published_at, binned_at, listed from post where post_id = ?1"
        ),
        (id,),
    )?;
    let old: BTreeSet<List> = match post.listed.as_str() {
        "" => BTreeSet::new(),
        listed => serde_json::from_str(listed).internal("a post's lists cannot be read")?,
    };
    let new = lists(tx, &post, now)?;
    for list in old.union(&new) {
        let change = i64::from(new.contains(list)) - i64::from(old.contains(list));
        count(tx, list, change, now)?;
    }
    let listed =
        if new.is_empty() { String::new() } else { serde_json::to_string(&new).internal("lists")? };
    tx.run(
        sql!(
            "-- listing::follow, the post
            update post set listed = ?2 where post_id = ?1"
        ),
        (id, listed),
    )?;
    tx.run(
        sql!(
            "-- listing::follow, its tags
            update post_tag set listed_at = cast(?2 as bigint) where post_id = ?1"
        ),
        (id, post.published_at.filter(|_| !new.is_empty())),
    )?;
    if !post.co_authors.is_empty() {
        tx.run(
            sql!(
                "-- listing::follow, its co-authors
                update co_author set listed_at = cast(?2 as bigint) where post_id = ?1"
            ),
            (id, post.published_at.filter(|_| !new.is_empty())),
        )?;
    }
    register::list_cited(tx, id, post.public_since(now).is_some(), now)?;
    match post.public_since(now) {
        Some(at) => {
            let words = |tx: &mut Tx| Post::find(tx, id)?.words(tx);
            search::index::put(tx, id, at, &marks(&post, &new), now, words)
        }
        None => search::index::take_out(tx, id, now),
    }
}

record! {
    /// What of a post decides where it is listed.
    struct Standing {
        kind: Kind,
        author_id: PersonId,
        co_authors: String,
        tags: String,
        published_at: Option<Time>,
        binned_at: Option<Time>,
        listed: String,
    }
}

impl Standing {
    fn public_since(&self, now: Time) -> Option<Time> {
        self.published_at.filter(|at| *at <= now && self.binned_at.is_none())
    }

    fn authors(&self) -> Vec<PersonId> {
        super::byline::read(self.author_id, &self.co_authors)
    }
}

/// By what searches are narrowed to the post.
fn marks(post: &Standing, lists: &BTreeSet<List>) -> Vec<Mark> {
    let others = lists.iter().filter_map(|list| match list {
        List::Year(year) => Some(Mark::Year(*year)),
        List::Tag(slug) => Some(Mark::Tag(slug.clone())),
        _ => None,
    });
    post.authors().into_iter().map(|id| Mark::Author(id.0)).chain(others).collect()
}

/// The lists that a post stands in now, in an order that is the same for every post.
fn lists(tx: &mut Tx, post: &Standing, now: Time) -> Result<BTreeSet<List>> {
    let Some(at) = post.public_since(now).filter(|_| post.kind == Kind::Post) else {
        return Ok(BTreeSet::new());
    };
    let day = at.timestamp().to_zoned(Publication::load(tx)?.time_zone()).date();
    let (year, month) = (i64::from(day.year()), i64::from(day.month()));
    let tags = super::record::tags(&post.tags).into_iter().map(|(slug, _)| List::Tag(slug));
    let lists =
        [List::All, List::Year(year), List::Month(year, month), List::Day(year, month, i64::from(day.day()))];
    let authors = post.authors().into_iter().map(List::author);
    Ok(lists.into_iter().chain(authors).chain(tags).collect())
}

fn count(tx: &mut Tx, list: &List, change: i64, now: Time) -> Result<()> {
    let (kind, number, name) = list.key();
    tx.run(
        sql!(
            "-- listing::count
            insert into tally (kind, number, name, posts, changed_at) values (?1, ?2, ?3, ?4, ?5)
            on conflict (kind, number, name) do update set posts = tally.posts + excluded.posts,
                changed_at = excluded.changed_at"
        ),
        (kind, number, name, change, now),
    )?;
    if change == 0 {
        return Ok(());
    }
    tx.changed(list.topic())?;
    if matches!(list, List::Month(..)) {
        let (posts,): (i64,) = tx.one(
            sql!(
                "-- listing::count, a month's
                select posts from tally where kind = ?1 and number = ?2 and name = ?3"
            ),
            (kind, number, name),
        )?;
        if posts == change.max(0) {
            tx.changed(months_topic())?;
        }
    }
    Ok(())
}

/// Days begin elsewhere, since the publication's clock was set to another zone: every post is listed anew, a few at a time.
pub async fn list_again(app: &App) -> Result<()> {
    let mut after = PostId(0);
    loop {
        let now = app.now();
        let last = app.db.write(move |tx| {
            let ids: Vec<(PostId,)> = tx.all(
                sql!(
                    "-- list_again
                    select post_id from post where post_id > ?1 order by post_id limit 50"
                ),
                (after,),
            )?;
            ids.iter().try_for_each(|(id,)| follow(tx, *id, now))?;
            Ok(ids.last().map(|(id,)| *id))
        });
        match last.await? {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::outside::clock::Clock;
    use crate::outside::db::{Db, Place, Statement, scratch};

    /// What pages of lists ask, and the index that gives it in order: nothing is sorted, and nothing read that is not shown.
    const ASKED: [(&str, &str); 10] = [
        ("-- Post::latest\n", "post_published (kind=? AND published_at<?)"),
        ("-- Post::between\n", "post_published (kind=? AND published_at>? AND published_at<?)"),
        ("-- Post::by_author\n", "post_author (kind=? AND author_id=? AND published_at<?)"),
        ("-- Post::by_author, with others\n", "co_author_person (person_id=? AND listed_at<?)"),
        ("-- Post::pinned\n", "post_pinned (kind=? AND pinned_at>?)"),
        ("-- Post::tagged\n", "post_tag_slug (slug=? AND listed_at<?)"),
        ("-- tag_name\n", "post_tag_slug (slug=? AND listed_at>?)"),
        ("-- Post::with_slugs_like\n", "post_slug (slug>? AND slug<?)"),
        ("-- Tally::of\n", "(kind=? AND number=? AND name=?)"),
        ("-- Tally::numbered\n", "(kind=? AND number>? AND number<?)"),
    ];

    #[tokio::test]
    async fn lists_are_read_in_the_order_of_an_index() {
        let (place, _folder) = scratch::sqlite();
        drop(Db::open(&place, Clock::default()).await.unwrap());
        let Place::Sqlite(path) = place else { unreachable!() };
        let connection = rusqlite::Connection::open(path).unwrap();
        for (name, index) in ASKED {
            let statement = inventory::iter::<Statement>.into_iter().find(|s| s.text.starts_with(name));
            let statement = statement.unwrap_or_else(|| panic!("no statement {name}"));
            let mut plan = connection.prepare(&format!("explain query plan {}", statement.text)).unwrap();
            let steps: Result<Vec<String>, _> = plan.raw_query().mapped(|row| row.get("detail")).collect();
            let steps = steps.unwrap().join("; ");
            assert!(steps.contains(index) && !steps.contains("TEMP B-TREE"), "{name}{steps}");
        }
    }
}
