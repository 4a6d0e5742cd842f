//! Who stands above a post: the author it belongs to, then whoever wrote it with them.

use super::Post;
use super::listing::Titled;
use crate::id::{PersonId, PostId};
use crate::outside::db::{Topic, Tx, sql};
use crate::person::Person;
use crate::time::Time;
use crate::{Error, Result};

/// More names are no byline.
const MOST: usize = 20;

/// Whose names stand above something.
pub trait Signed {
    fn author_ids(&self) -> Vec<PersonId>;
}

impl Signed for Post {
    fn author_ids(&self) -> Vec<PersonId> {
        read(self.author_id, &self.co_authors)
    }
}

impl Signed for Titled {
    fn author_ids(&self) -> Vec<PersonId> {
        read(self.author_id, &self.co_authors)
    }
}

pub(super) fn read(author: PersonId, co_authors: &str) -> Vec<PersonId> {
    std::iter::once(author).chain(co_authors.split(',').filter_map(|id| id.parse().ok())).collect()
}

/// As it is stored: nobody twice, and not the author again.
pub(super) fn written(author: PersonId, others: &[PersonId]) -> String {
    let mut ids: Vec<PersonId> = Vec::new();
    for id in others {
        if *id != author && !ids.contains(id) {
            ids.push(*id);
        }
    }
    ids.iter().map(PersonId::to_string).collect::<Vec<_>>().join(",")
}

impl Post {
    /// Everybody above it, in their order.
    pub fn byline(&self, tx: &mut Tx) -> Result<Vec<Person>> {
        self.author_ids().into_iter().map(|id| Person::find(tx, id)).collect()
    }

    /// What a page depends on that shows the post and its byline.
    pub fn topics(&self) -> Vec<Topic> {
        let authors = self.author_ids().into_iter().map(|id| id.topic());
        std::iter::once(self.post_id.topic()).chain(authors).collect()
    }

    /// Puts others beside the author, who may then work on the post too. Readers see it at once.
    pub fn sign(&self, tx: &mut Tx, others: &[PersonId], now: Time) -> Result<()> {
        if others.len() >= MOST {
            return Err(Error::Invalid(format!("At most {MOST} names stand above a post.")));
        }
        let co_authors = written(self.author_id, others);
        tx.run(
            sql!(
                "-- Post::sign
                update post set co_authors = ?2 where post_id = ?1"
            ),
            (self.post_id, &co_authors),
        )?;
        follow(tx, self.post_id, self.author_id, &co_authors)?;
        self.told(tx, now)
    }
}

/// Makes co-authors findable. Whoever stood there before does not any more.
pub(super) fn follow(tx: &mut Tx, post: PostId, author: PersonId, co_authors: &str) -> Result<()> {
    tx.run(
        sql!(
            "-- byline::follow, before
            delete from co_author where post_id = ?1"
        ),
        (post,),
    )?;
    begin(tx, post, author, co_authors)
}

/// The same for a post that was only now made.
pub(super) fn begin(tx: &mut Tx, post: PostId, author: PersonId, co_authors: &str) -> Result<()> {
    for id in &read(author, co_authors)[1..] {
        tx.run(
            sql!(
                "-- byline::begin
                insert into co_author (post_id, person_id) values (?1, ?2)"
            ),
            (post, *id),
        )?;
    }
    Ok(())
}
