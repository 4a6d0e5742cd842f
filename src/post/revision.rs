//! Revisions: every state of a post that somebody saved or readers saw. Only ever added to.

use super::{Draft, Post};
use crate::Result;
use crate::id::{PersonId, PostId, RevisionId};
use crate::outside::db::{Tx, record, sql, words};
use crate::time::Time;

words! {
    /// How a revision came to be.
    pub enum Why {
        /// Readers saw it.
        Published "published",
        Saved "saved",
        /// Two people saved over each other: the words that were not taken, or were written over.
        Aside "aside",
    }
}

record! {
    #[derive(Debug, Clone)]
    pub struct Revision {
        pub revision_id: RevisionId,
        pub title: String,
        pub excerpt: String,
        pub markdown: String,
        pub tags: String,
        pub correction: String,
        pub cover: String,
        pub cover_alt: String,
    }
}

record! {
    /// A revision as lists name it, without its text.
    #[derive(Debug, Clone)]
    pub struct Named {
        pub revision_id: RevisionId,
        pub why: Why,
        pub person: String,
        pub saved_at: Time,
        pub characters: i64,
    }
}

impl Revision {
    pub fn find(tx: &mut Tx, post: PostId, id: RevisionId) -> Result<Revision> {
        tx.one(
            sql!(
                "-- Revision::find
                select * from revision where revision_id = ?2 and post_id = ?1"
            ),
            (post, id),
        )
    }

    fn newest(tx: &mut Tx, post: PostId) -> Result<Option<Revision>> {
        tx.first(
            sql!(
                "-- Revision::newest
                select * from revision where post_id = ?1 order by revision_id desc limit 1"
            ),
            (post,),
        )
    }

    /// Newest first.
    pub fn list(tx: &mut Tx, post: PostId, before: Option<RevisionId>, limit: usize) -> Result<Vec<Named>> {
        tx.all(
            sql!(
                "-- Revision::list
                select revision_id, why, person.name as person, saved_at, length(markdown) as characters
                from revision join person on person.person_id = revision.person_id
                where post_id = ?1 and revision_id < ?2 order by revision_id desc limit ?3"
            ),
            (post, before.map_or(i64::MAX, |id| id.0), limit),
        )
    }

    pub fn draft(self) -> Draft {
        Draft {
            title: self.title,
            excerpt: self.excerpt,
            markdown: self.markdown,
            tags: self.tags,
            correction: self.correction,
            cover: self.cover,
            cover_alt: self.cover_alt,
            slug: String::new(),
        }
    }
}

impl Post {
    /// Writes words down for good. What is there already as the newest is not written twice, but told by its best reason.
    pub fn revise(&self, tx: &mut Tx, why: Why, draft: &Draft, person: PersonId, now: Time) -> Result<()> {
        let newest = Revision::newest(tx, self.post_id)?;
        let words = Draft { slug: String::new(), title: draft.title.trim().to_owned(), ..draft.clone() };
        if let Some(same) = newest.filter(|newest| newest.clone().draft() == words) {
            if why == Why::Published {
                tx.run(
                    sql!(
                        "-- Post::revise, seen
                        update revision set why = ?2, saved_at = ?3, person_id = ?4
                        where revision_id = ?1 and why <> ?2"
                    ),
                    (same.revision_id, why, now, person),
                )?;
            }
            return Ok(());
        }
        let _: (RevisionId,) = tx.one(
            sql!(
                "-- Post::revise
                insert into revision (post_id, why, title, excerpt, markdown, tags, correction, cover, cover_alt, person_id,
                    saved_at)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) returning revision_id"
            ),
            (
                self.post_id,
                why,
                &words.title,
                &words.excerpt,
                &words.markdown,
                &words.tags,
                &words.correction,
                &words.cover,
                &words.cover_alt,
                person,
                now,
            ),
        )?;
        Ok(())
    }
}
