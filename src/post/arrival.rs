//! Posts that come from elsewhere: each is written at once as it was there, and comes once.

use super::revision::Why;
use super::{Kind, Post, Rendered, byline};
use crate::Result;
use crate::id::{PersonId, PostId};
use crate::outside::db::{Taken, Tx, record, sql};
use crate::outside::queue::{self, Job};
use crate::time::Time;
use jiff::tz::TimeZone;

/// Everything about a post that its text does not say.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub kind: Kind,
    pub slug: String,
    pub author: PersonId,
    /// Who wrote it with them, in their order.
    pub co_authors: Vec<PersonId>,
    /// None: a draft.
    pub published_at: Option<Time>,
    pub changed_at: Time,
    pub language: String,
}

record! {
    /// A post and what it was made of when it came, beside what it is now.
    #[derive(Debug, Clone)]
    pub struct Imported {
        pub tree: String,
        pub place: String,
        pub post_id: PostId,
        pub digest: Vec<u8>,
        pub version: i64,
        pub published_at: Option<Time>,
        pub version_now: i64,
        pub published_now: Option<Time>,
        pub co_authors: String,
        pub co_authors_now: String,
        pub binned_at: Option<Time>,
        pub slug: String,
    }
}

impl Arrival {
    /// The month in its address.
    pub fn month(&self, zone: &TimeZone) -> String {
        match (self.kind, self.published_at) {
            (Kind::Post, Some(at)) => at.format(zone, "%Y/%m"),
            _ => String::new(),
        }
    }
}

impl Imported {
    /// Everything that was imported from one tree, or stood in the same places of another one.
    pub fn all(tx: &mut Tx) -> Result<Vec<Imported>> {
        tx.all(
            sql!(
                "-- Imported::all
                select tree, place, post_id, digest, imported.version as version, imported.published_at as published_at,
                    post.version as version_now, post.published_at as published_now, imported.co_authors as co_authors,
                    post.co_authors as co_authors_now, binned_at, slug
                from imported join post using (post_id)"
            ),
            (),
        )
    }

    /// Whether somebody wrote in it here, put others beside its author, took it back or threw it away.
    pub fn is_edited(&self) -> bool {
        self.version != self.version_now
            || self.published_at != self.published_now
            || self.co_authors != self.co_authors_now
            || self.binned_at.is_some()
    }
}

impl Post {
    /// Every address that a post has: kind, month and slug.
    pub fn addresses(tx: &mut Tx) -> Result<Vec<(Kind, String, String, PostId)>> {
        tx.all(
            sql!(
                "-- Post::addresses
                select kind, month, slug, post_id from post"
            ),
            (),
        )
    }

    /// Writes down a post as it was elsewhere.
    pub fn arrive(
        tx: &mut Tx,
        arrival: &Arrival,
        new: &Rendered,
        zone: &TimeZone,
        now: Time,
    ) -> Result<Post> {
        let draft = &new.draft;
        let made = arrival.published_at.unwrap_or(arrival.changed_at).min(now);
        let post: Post = tx
            .one(
                sql!("-- Post::arrive
                    insert into post (kind, slug, month, author_id, title, excerpt, markdown, tags, correction, cover,
                        cover_alt, document, renderer, language, version, first_published_at, published_at, created_at,
                        updated_at, co_authors)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', ?9, ?10, ?11, ?12, ?13, 1, ?14, ?14, ?15, ?16, ?17)
                    returning *"),
                vec![
                    arrival.kind.into(),
                    arrival.slug.as_str().into(),
                    arrival.month(zone).into(),
                    arrival.author.into(),
                    draft.title.trim().into(),
                    draft.excerpt.as_str().into(),
                    draft.markdown.as_str().into(),
                    draft.tags.as_str().into(),
                    draft.cover.as_str().into(),
                    draft.cover_alt.as_str().into(),
                    new.json.as_str().into(),
                    super::rendered::READING.into(),
                    arrival.language.as_str().into(),
                    arrival.published_at.into(),
                    made.into(),
                    arrival.changed_at.into(),
                    byline::written(arrival.author, &arrival.co_authors).into(),
                ],
            )
            .taken(&format!("Another {} has the address “{}” already.", arrival.kind, arrival.slug))?;
        post.keep_words(tx, new)?;
        byline::begin(tx, post.post_id, post.author_id, &post.co_authors)?;
        super::record::begin(tx, &post, new, now)?;
        let why = if post.published_at.is_some() { Why::Published } else { Why::Saved };
        post.revise(tx, why, &post.in_force(), arrival.author, now)?;
        if let Some(at) = post.published_at.filter(|at| *at > now) {
            queue::push(tx, &Job::Publish(post.post_id), at)?;
        }
        post.told(tx, now)?;
        Ok(post)
    }

    /// Brings a post that came before in line with what it is elsewhere now.
    pub fn arrive_again(&self, tx: &mut Tx, arrival: &Arrival, new: &Rendered, now: Time) -> Result<Post> {
        self.replace(tx, arrival.author, new, now)?;
        let post = self.settle(tx, arrival.kind, &arrival.slug, now)?;
        let co_authors = byline::written(arrival.author, &arrival.co_authors);
        tx.run(
            sql!(
                "-- Post::arrive_again
                update post set author_id = ?2, co_authors = ?3, language = ?4 where post_id = ?1"
            ),
            (post.post_id, arrival.author, &co_authors, &arrival.language),
        )?;
        byline::follow(tx, post.post_id, arrival.author, &co_authors)?;
        let post = match arrival.published_at {
            None if post.published_at.is_some() => {
                post.unpublish(tx, now)?;
                post
            }
            Some(at) if post.published_at != Some(at) => {
                let author = crate::person::Person::find(tx, arrival.author)?;
                post.publish(tx, &author, at, now)?
            }
            _ => post,
        };
        tx.run(
            sql!(
                "-- Post::arrive_again, when
                update post set updated_at = ?2 where post_id = ?1"
            ),
            (post.post_id, arrival.changed_at),
        )?;
        let post = Post::find(tx, post.post_id)?;
        post.told(tx, now)?;
        Ok(post)
    }

    /// Notes where a post came from, and how it is now.
    pub fn came_from(&self, tx: &mut Tx, tree: &str, place: &str, digest: &[u8]) -> Result<()> {
        tx.run(
            sql!(
                "-- Post::came_from
                insert into imported (tree, place, post_id, digest, version, published_at, co_authors)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                on conflict (tree, place) do update set post_id = excluded.post_id, digest = excluded.digest,
                    version = excluded.version, published_at = excluded.published_at,
                    co_authors = excluded.co_authors"
            ),
            (tree, place, self.post_id, digest, self.version, self.published_at, &self.co_authors),
        )?;
        Ok(())
    }
}
