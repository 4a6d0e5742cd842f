//! A post is a dated piece, a page an undated one; both are written in Markdown, rendered when saved, and never when read.
//!
//! What readers see is the post's own row. Whatever is saved over a published post waits in its working copy until
//! the author says *update*. Citations and quotations follow the row: [`record`].

mod address;
mod arrival;
mod bin;
pub mod byline;
pub mod compare;
pub mod listing;
pub mod pile;
pub mod record;
pub mod redirect;
pub mod relink;
mod rendered;
pub mod revision;
mod working_copy;

pub use address::checked_slug;
pub use arrival::{Arrival, Imported};
pub use bin::{BIN_KEEPS, empty_bin};
pub use rendered::{Rendered, rerender};

use crate::app::App;
use crate::id::{PersonId, PostId, SourceId};
use crate::media::Media;
use crate::outside::db::{Taken, Topic, Tx, record, sql, words};
use crate::outside::queue::{self, Job};
use crate::person::{Person, Role};
use crate::publication::Publication;
use crate::search::{self, Fields, Words};
use crate::time::Time;
use crate::{Error, Result, error::Context};
use address::{free_slug, not_taken_this_month};
use byline::Signed;
use redirect::Redirect;
use rendered::READING;
use revision::Why;

words! {
    pub enum Kind {
        Post "post",
        Page "page",
    }
}

words! {
    pub enum Status {
        Draft "draft",
        Scheduled "scheduled",
        Published "published",
        Binned "binned",
    }
}

record! {
    #[derive(Debug, Clone)]
    pub struct Post {
        pub post_id: PostId,
        pub kind: Kind,
        pub slug: String,
        pub month: String,
        pub author_id: PersonId,
        pub co_authors: String,
        pub title: String,
        pub excerpt: String,
        pub markdown: String,
        pub tags: String,
        pub correction: String,
        pub cover: String,
        pub cover_alt: String,
        pub document: String,
        pub language: String,
        pub version: i64,
        pub preview_hash: Option<Vec<u8>>,
        pub pinned_at: Option<Time>,
        pub first_published_at: Option<Time>,
        pub published_at: Option<Time>,
        pub binned_at: Option<Time>,
        pub created_at: Time,
        pub updated_at: Time,
    }
}

/// What a person wrote, as a form or the API hands it over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    pub title: String,
    pub excerpt: String,
    pub markdown: String,
    pub tags: String,
    pub correction: String,
    /// `/media/…`; empty is none.
    pub cover: String,
    pub cover_alt: String,
    /// The last part of the address; empty is the one there is, or the one that the title makes.
    pub slug: String,
}

/// Bytes of a text.
const LONGEST: usize = 1 << 20;
/// Characters of what stands beside it. Lists show titles whole: a browser asked to lay out a hundred thousand letters stops.
pub const LONGEST_TITLE: usize = 1000;
const LONGEST_NOTE: usize = 10_000;
const MOST_TAGS: usize = 100;

impl Draft {
    /// Whether the words are the same, wherever they are to stand.
    pub fn says_the_same(&self, other: &Draft) -> bool {
        let words = |draft: &Draft| Draft { slug: String::new(), ..draft.clone() };
        words(self) == words(other)
    }

    fn searched<'a>(&'a self, document: &'a markup::Document) -> Fields<'a> {
        Fields { title: &self.title, text: &document.plain_text, excerpt: &self.excerpt, tags: &self.tags }
    }

    pub fn check_length(&self) -> Result<()> {
        let longer = |text: &str, most: usize| text.len() > most && text.chars().count() > most;
        if self.markdown.len() > LONGEST {
            return Err(Error::TooLarge("A post may be one megabyte of text.".into()));
        }
        if longer(&self.title, LONGEST_TITLE) {
            return Err(Error::Invalid("A title may have 1,000 characters.".into()));
        }
        for (text, what) in [
            (&self.excerpt, "An excerpt"),
            (&self.correction, "A correction"),
            (&self.cover_alt, "A description"),
            (&self.tags, "All tags together"),
        ] {
            if longer(text, LONGEST_NOTE) {
                return Err(Error::Invalid(format!("{what} may have 10,000 characters.")));
            }
        }
        match record::tags(&self.tags).len() > MOST_TAGS {
            true => Err(Error::Invalid("A post may have 100 tags.".into())),
            false => Ok(()),
        }
    }

    /// The title without what nobody sees: a title of nothing else is none, and one that turns the writing round takes its list along.
    fn legible_title(&self) -> String {
        let unseen = |c: char| {
            c.is_control()
                || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        self.title.replace(unseen, "").trim().to_owned()
    }
}

impl Post {
    pub fn find(tx: &mut Tx, id: PostId) -> Result<Post> {
        tx.one(
            sql!(
                "-- Post::find
            select * from post where post_id = ?1"
            ),
            (id,),
        )
    }

    /// The public post at an address.
    pub fn public(tx: &mut Tx, month: &str, slug: &str, now: Time) -> Result<Post> {
        tx.one(
            sql!("-- Post::public
                select * from post
                where kind = 'post' and month = ?1 and slug = ?2 and published_at <= ?3 and binned_at is null"),
            (month, slug, now),
        )
    }

    /// The public page at an address.
    pub fn public_page(tx: &mut Tx, slug: &str, now: Time) -> Result<Post> {
        tx.one(
            sql!("-- Post::public_page
                select * from post where kind = 'page' and slug = ?1 and published_at <= ?2 and binned_at is null"),
            (slug, now),
        )
    }

    pub fn is_public(&self, now: Time) -> bool {
        self.binned_at.is_none() && self.published_at.is_some_and(|at| at <= now)
    }

    pub fn status(&self, now: Time) -> Status {
        match self.published_at {
            _ if self.binned_at.is_some() => Status::Binned,
            None => Status::Draft,
            Some(at) if at > now => Status::Scheduled,
            Some(_) => Status::Published,
        }
    }

    /// `/2026/03/the-barrier`, or `/about` for a page. A draft has the address it would get in the month of its making.
    pub fn path(&self) -> String {
        match self.kind {
            Kind::Page => format!("/{}", self.slug),
            Kind::Post if self.month.is_empty() => {
                format!("/{}/{}", self.created_at.format(&jiff::tz::TimeZone::UTC, "%Y/%m"), self.slug)
            }
            Kind::Post => format!("/{}/{}", self.month, self.slug),
        }
    }

    /// The rendered document as it was saved.
    pub fn document(&self) -> Result<markup::Document> {
        serde_json::from_str(&self.document).internal("a rendered post cannot be read")
    }

    /// The language it is written in, as its author or its words say; empty where that is the publication's.
    pub fn foreign(&self, tx: &mut Tx, publication: &Publication) -> Result<String> {
        if !self.language.is_empty() {
            return Ok(self.language.clone());
        }
        let said = search::language_of(tx, self.post_id)?.unwrap_or_default();
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        Ok(if primary(&said) == primary(&publication.language) { String::new() } else { said })
    }

    /// What readers' search finds it by.
    fn words(&self, tx: &mut Tx) -> Result<Words> {
        let language = match self.language.as_str() {
            "" => Publication::load(tx)?.language,
            language => language.to_owned(),
        };
        let document = self.document()?;
        Ok(Words::of(&self.in_force().searched(&document), &language))
    }

    /// Public posts, newest first.
    pub fn latest(tx: &mut Tx, before: Option<(Time, PostId)>, limit: usize, now: Time) -> Result<Vec<Post>> {
        let (at, id) = before.filter(|(at, _)| *at <= now).unwrap_or((now, PostId(i64::MAX)));
        tx.all(
            sql!(
                "-- Post::latest
                select * from post
                where kind = 'post' and binned_at is null
                    and published_at <= ?1 and (published_at < ?1 or post_id < ?2)
                order by published_at desc, post_id desc limit ?3"
            ),
            (at, id, limit),
        )
    }

    pub fn before_id(tx: &mut Tx, before: Option<PostId>, limit: usize) -> Result<Vec<Post>> {
        tx.all(
            sql!(
                "-- Post::before_id
                select * from post where binned_at is null and post_id < ?1 order by post_id desc limit ?2"
            ),
            (before.map_or(i64::MAX, |id| id.0), limit),
        )
    }

    /// Public posts, and those of one person.
    pub fn known_before_id(
        tx: &mut Tx,
        own: Option<PersonId>,
        before: Option<PostId>,
        limit: usize,
        now: Time,
    ) -> Result<Vec<Post>> {
        tx.all(
            sql!("-- Post::known_before_id
                select * from post
                where binned_at is null and post_id < ?1 and (published_at <= ?3 or author_id = cast(?4 as bigint)
                    or post_id in (select post_id from co_author where person_id = cast(?4 as bigint)))
                order by post_id desc limit ?2"),
            (before.map_or(i64::MAX, |id| id.0), limit, now, own),
        )
    }

    /// Whether this person may open and change this post in the desk.
    pub fn may_edit(&self, person: &Person) -> bool {
        person.role.may_edit_all() || self.author_ids().contains(&person.person_id)
    }

    /// Makes a draft. A slug that was asked for must be free; one made from the title finds itself a free form.
    pub fn create(
        tx: &mut Tx,
        author: PersonId,
        kind: Kind,
        asked: Option<&str>,
        new: &Rendered,
        now: Time,
    ) -> Result<Post> {
        let title = new.draft.legible_title();
        if title.is_empty() {
            return Err(Error::Invalid("A post needs a title.".into()));
        }
        let slug = match asked.filter(|s| !s.is_empty()) {
            Some(asked) => {
                let slug = checked_slug(asked, kind)?;
                not_taken_this_month(tx, &slug, kind, now)?;
                slug
            }
            None => free_slug(tx, &crate::slug::slugify(&new.draft.title), kind)?,
        };
        let draft = &new.draft;
        let post: Post = tx
            .one(
                sql!("-- Post::create
                    insert into post (kind, slug, month, author_id, title, excerpt, markdown, tags, correction, cover,
                        cover_alt, document, renderer, language, version, created_at, updated_at)
                    values (?1, ?2, '', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', 1, ?13, ?13) returning *"),
                (
                    kind,
                    &slug,
                    author,
                    &title,
                    &draft.excerpt,
                    &draft.markdown,
                    &draft.tags,
                    &draft.correction,
                    &draft.cover,
                    &draft.cover_alt,
                    &new.json,
                    READING,
                    now,
                ),
            )
            .taken(&format!("Another {kind} has the address “{slug}” already; choose another."))?;
        if new.words.is_some() {
            post.keep_words(tx, new)?;
        }
        record::begin(tx, &post, new, now)?;
        Ok(post)
    }

    /// Keeps what was written. Readers of a published post see nothing of it until [`Post::update`].
    pub fn save(&self, tx: &mut Tx, person: PersonId, new: &Rendered, now: Time) -> Result<()> {
        if self.published_at.is_none() {
            return self.replace(tx, person, new, now);
        }
        self.type_over(tx, person, &new.draft, now)?;
        self.revise(tx, Why::Saved, &new.draft, person, now)?;
        // Sources are kept while writing, before anybody reads.
        record::keep_sources(tx, new, now)
    }

    /// Puts new words in force, at once what readers see if the post is published, and ends its working copy.
    pub fn replace(&self, tx: &mut Tx, person: PersonId, new: &Rendered, now: Time) -> Result<()> {
        self.drop_working_copy(tx)?;
        self.put_in_force(tx, person, new, now)
    }

    /// Puts new words in force and leaves the working copy to its author.
    pub fn put_in_force(&self, tx: &mut Tx, person: PersonId, new: &Rendered, now: Time) -> Result<()> {
        let draft = &new.draft;
        let title = draft.legible_title();
        if title.is_empty() {
            return Err(Error::Invalid("A post needs a title.".into()));
        }
        tx.run(
            sql!("-- Post::replace
                update post set title = ?2, excerpt = ?3, markdown = ?4, tags = ?5, correction = ?6, cover = ?7,
                    cover_alt = ?8, document = ?9, renderer = ?10, updated_at = ?11, version = version + 1
                where post_id = ?1"),
            (
                self.post_id,
                &title,
                &draft.excerpt,
                &draft.markdown,
                &draft.tags,
                &draft.correction,
                &draft.cover,
                &draft.cover_alt,
                &new.json,
                READING,
                now,
            ),
        )?;
        let post = Post::find(tx, self.post_id)?;
        let why = if post.published_at.is_some() { Why::Published } else { Why::Saved };
        post.revise(tx, why, &post.in_force(), person, now)?;
        post.keep_words(tx, new)?;
        record::follow(tx, &post, new, now)?;
        post.told(tx, now)
    }

    /// Lets readers see the post: at once, from a past moment on, or when a coming moment is here.
    pub fn publish(&self, tx: &mut Tx, person: &Person, at: Time, now: Time) -> Result<Post> {
        if !person.role.may_publish() {
            return Err(Error::Forbidden("A contributor writes; an author or editor publishes.".into()));
        }
        // Until readers have seen it, a new hour is a new first publication.
        let seen = self.first_published_at.filter(|first| *first <= now);
        let first = seen.unwrap_or(at);
        let month = match self.kind {
            Kind::Page => String::new(),
            Kind::Post if seen.is_some() && !self.month.is_empty() => self.month.clone(),
            Kind::Post => first.format(&Publication::load(tx)?.time_zone(), "%Y/%m"),
        };
        let post: Post = tx
            .one(
                sql!(
                    "-- Post::publish
                    update post set published_at = ?2, first_published_at = ?3, month = ?4, updated_at = ?5
                    where post_id = ?1 returning *"
                ),
                (self.post_id, at, first, month, if self.first_published_at.is_none() { at } else { now }),
            )
            .taken("Another post of that month has this address; choose another slug.")?;
        post.revise(tx, Why::Published, &post.in_force(), person.person_id, now)?;
        match at > now {
            true => queue::push(tx, &Job::Publish(post.post_id), at)?,
            false => Redirect::remove(tx, &post.path())?,
        }
        queue::push(tx, &Job::CheckPost(post.post_id), now)?;
        post.told(tx, now)?;
        Ok(post)
    }

    /// Takes the post back: readers find nothing, the desk keeps everything.
    pub fn unpublish(&self, tx: &mut Tx, now: Time) -> Result<()> {
        tx.run(
            sql!(
                "-- Post::unpublish
                update post set published_at = null, updated_at = ?2 where post_id = ?1"
            ),
            (self.post_id, now),
        )?;
        self.told(tx, now)
    }

    /// Readers could have linked to it.
    pub fn was_seen(&self, now: Time) -> bool {
        self.first_published_at.is_some_and(|first| first <= now)
    }

    /// Public posts that stand before all others, the one pinned last first.
    pub fn pinned(tx: &mut Tx, limit: usize, now: Time) -> Result<Vec<Post>> {
        tx.all(
            sql!(
                "-- Post::pinned
                select * from post
                where pinned_at > 0 and kind = 'post' and published_at <= ?1 and binned_at is null
                order by pinned_at desc, post_id desc limit ?2"
            ),
            (now, limit),
        )
    }

    /// Makes a secret by which anybody may read what is not published yet; one made before ends with it. It is told once.
    pub fn share(&self, tx: &mut Tx) -> Result<String> {
        let secret = crate::person::secret();
        self.set_preview(tx, Some(crate::person::digest(&secret)))?;
        Ok(secret)
    }

    pub fn end_share(&self, tx: &mut Tx) -> Result<()> {
        self.set_preview(tx, None)
    }

    fn set_preview(&self, tx: &mut Tx, digest: Option<Vec<u8>>) -> Result<()> {
        tx.run(
            sql!(
                "-- Post::set_preview
                update post set preview_hash = ?2 where post_id = ?1"
            ),
            (self.post_id, digest),
        )?;
        Ok(())
    }

    /// The post that a secret opens.
    pub fn shared(tx: &mut Tx, secret: &str) -> Result<Post> {
        tx.one(
            sql!(
                "-- Post::shared
                select * from post where preview_hash = ?1 and binned_at is null"
            ),
            (crate::person::digest(secret),),
        )
    }

    pub fn pin(&self, tx: &mut Tx, at: Option<Time>, now: Time) -> Result<()> {
        tx.run(
            sql!(
                "-- Post::pin
            update post set pinned_at = ?2 where post_id = ?1"
            ),
            (self.post_id, at),
        )?;
        self.told(tx, now)
    }

    /// The words of the post's own row.
    pub fn in_force(&self) -> Draft {
        Draft {
            title: self.title.clone(),
            excerpt: self.excerpt.clone(),
            markdown: self.markdown.clone(),
            tags: self.tags.clone(),
            correction: self.correction.clone(),
            cover: self.cover.clone(),
            cover_alt: self.cover_alt.clone(),
            slug: self.slug.clone(),
        }
    }

    /// The post's own page and every list that may show it are forgotten.
    fn told(&self, tx: &mut Tx, now: Time) -> Result<()> {
        listing::follow(tx, self.post_id, now)?;
        tx.changed(self.post_id.topic())?;
        tx.changed(posts_topic())?;
        for source in cited_sources(tx, self.post_id)? {
            tx.changed(source.topic())?;
        }
        Ok(())
    }
}

/// What lists of posts show.
pub fn posts_topic() -> Topic {
    Topic("posts".into())
}

fn cited_sources(tx: &mut Tx, post: PostId) -> Result<Vec<SourceId>> {
    let ids: Vec<(SourceId,)> = tx.all(
        sql!(
            "-- cited_sources
            select distinct coalesce(merged_into, source_id) from citation join source using (source_id)
            where post_id = ?1"
        ),
        (post,),
    )?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// A cover is a picture of ours, whose readers who cannot see it are told what it shows.
pub fn check_cover(tx: &mut Tx, draft: &Draft) -> Result<()> {
    if draft.cover.is_empty() {
        return Ok(());
    }
    let name = draft.cover.strip_prefix("/media/").unwrap_or_default();
    match Media::find(tx, name) {
        Ok(media) if media.is_picture() => {}
        Ok(_) | Err(Error::NotFound) => {
            return Err(Error::Invalid(format!(
                "“{}” is no picture of this publication; a cover is one such as /media/quay.jpg.",
                draft.cover
            )));
        }
        Err(error) => return Err(error),
    }
    match draft.cover_alt.is_empty() {
        true => Err(Error::Invalid("Say what the cover shows, for readers who cannot see it.".into())),
        false => Ok(()),
    }
}

/// A scheduled post's hour has come: whatever lists posts must be made anew.
pub async fn publish_scheduled(app: &App, id: PostId) -> Result<()> {
    let now = app.now();
    app.db
        .write(move |tx| {
            let post = Post::find(tx, id)?;
            match post.published_at.filter(|_| post.binned_at.is_none()) {
                Some(at) if at <= now => {
                    Redirect::remove(tx, &post.path())?;
                    post.told(tx, now)
                }
                // Put off meanwhile: the new hour has a job too.
                Some(at) => queue::push(tx, &Job::Publish(id), at),
                None => Ok(()),
            }
        })
        .await
}

/// Whether a role may do what a status asks for, said to its person.
pub fn may_take_status(role: Role, status: Status) -> Result<()> {
    match status {
        Status::Published | Status::Scheduled if !role.may_publish() => {
            Err(Error::Forbidden("A contributor writes; an author or editor publishes.".into()))
        }
        _ => Ok(()),
    }
}
