//! What is typed over a post and not in force: its author's alone.

use super::{Draft, Post};
use crate::Result;
use crate::id::PersonId;
use crate::outside::db::{Tx, record, sql};
use crate::time::Time;

record! {
    /// What an author typed or saved over a post.
    #[derive(Debug, Clone)]
    pub struct WorkingCopy {
        pub title: String,
        pub excerpt: String,
        pub markdown: String,
        pub tags: String,
        pub correction: String,
        pub cover: String,
        pub cover_alt: String,
        pub slug: String,
        pub person_id: PersonId,
        pub saved_at: Time,
    }
}

impl Post {
    /// Keeps what was typed in the working copy, which readers never see. What is as readers have it needs no copy.
    pub fn type_over(&self, tx: &mut Tx, person: PersonId, draft: &Draft, now: Time) -> Result<()> {
        if draft.says_the_same(&self.in_force()) && (draft.slug.is_empty() || draft.slug == self.slug) {
            self.drop_working_copy(tx)?;
        } else {
            tx.run(
                sql!("-- Post::type_over
                    insert into working_copy (post_id, title, excerpt, markdown, tags, correction, cover, cover_alt, slug,
                        person_id, saved_at)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                    on conflict (post_id) do update set title = excluded.title, excerpt = excluded.excerpt,
                        markdown = excluded.markdown, tags = excluded.tags, correction = excluded.correction,
                        cover = excluded.cover, cover_alt = excluded.cover_alt, slug = excluded.slug,
                        person_id = excluded.person_id, saved_at = excluded.saved_at"),
                (
                    self.post_id,
                    draft.title.trim(),
                    &draft.excerpt,
                    &draft.markdown,
                    &draft.tags,
                    &draft.correction,
                    &draft.cover,
                    &draft.cover_alt,
                    &draft.slug,
                    person,
                    now,
                ),
            )?;
        }
        tx.run(
            sql!(
                "-- Post::type_over, the post
                update post set version = version + 1,
                    updated_at = case when published_at is null then ?2 else updated_at end
                where post_id = ?1"
            ),
            (self.post_id, now),
        )?;
        Ok(())
    }

    pub(super) fn drop_working_copy(&self, tx: &mut Tx) -> Result<()> {
        tx.run(
            sql!(
                "-- Post::drop_working_copy
                delete from working_copy where post_id = ?1"
            ),
            (self.post_id,),
        )?;
        Ok(())
    }

    pub fn working_copy(&self, tx: &mut Tx) -> Result<Option<WorkingCopy>> {
        tx.first(
            sql!(
                "-- Post::working_copy
            select * from working_copy where post_id = ?1"
            ),
            (self.post_id,),
        )
    }

    /// What the editor opens with: the working copy, else what readers see.
    pub fn draft(&self, tx: &mut Tx) -> Result<Draft> {
        Ok(match self.working_copy(tx)? {
            Some(copy) => Draft {
                title: copy.title,
                excerpt: copy.excerpt,
                markdown: copy.markdown,
                tags: copy.tags,
                correction: copy.correction,
                cover: copy.cover,
                cover_alt: copy.cover_alt,
                slug: copy.slug,
            },
            None => self.in_force(),
        })
    }
}
