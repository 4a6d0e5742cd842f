//! The bin: what was thrown away can be had back for thirty days. Then it is gone; sources stay, others may cite them.

use super::Post;
use crate::Result;
use crate::app::App;
use crate::id::PostId;
use crate::outside::db::{Tx, sql};
use crate::outside::queue::{self, Job};
use crate::time::{DAY, Time};

/// How long the bin keeps a post.
pub const BIN_KEEPS: i64 = 30 * DAY;

impl Post {
    pub fn bin(&self, tx: &mut Tx, now: Time) -> Result<()> {
        tx.run(
            sql!(
                "-- Post::bin
                update post set binned_at = ?2, updated_at = ?2, version = version + 1 where post_id = ?1"
            ),
            (self.post_id, now),
        )?;
        self.told(tx, now)
    }

    /// Takes the post out of the bin, as it was; one whose hour passed there is a draft, since nobody saw it go out.
    pub fn restore(&self, tx: &mut Tx, now: Time) -> Result<()> {
        let missed = match (self.published_at, self.binned_at) {
            (Some(at), Some(binned)) => at > binned && at <= now,
            _ => false,
        };
        tx.run(
            sql!(
                "-- Post::restore
                update post set binned_at = null, updated_at = ?2, version = version + 1,
                    published_at = case when ?3 then null else published_at end
                where post_id = ?1"
            ),
            (self.post_id, now, missed),
        )?;
        if let Some(at) = self.published_at.filter(|at| *at > now) {
            queue::push(tx, &Job::Publish(self.post_id), at)?;
        }
        self.told(tx, now)
    }
}

/// Empties the bin of what has been in it for thirty days.
pub async fn empty_bin(app: &App) -> Result<()> {
    let until = app.now().plus(-BIN_KEEPS);
    loop {
        let emptied = app.db.write(move |tx| empty_some(tx, until)).await?;
        if emptied == 0 {
            return Ok(());
        }
    }
}

/// A few at a time: others write meanwhile.
fn empty_some(tx: &mut Tx, until: Time) -> Result<usize> {
    let old: Vec<(PostId,)> = tx.all(
        sql!(
            "-- empty_bin
            select post_id from post where binned_at < ?1 order by binned_at, post_id limit 10"
        ),
        (until,),
    )?;
    for (id,) in &old {
        erase(tx, *id)?;
    }
    Ok(old.len())
}

fn erase(tx: &mut Tx, id: PostId) -> Result<()> {
    let rows = [
        sql!(
            "-- erase, verdicts
            delete from verdict where quotation_id in (select quotation_id from quotation where post_id = ?1)"
        ),
        sql!(
            "-- erase, quotations
            delete from quotation where post_id = ?1"
        ),
        sql!(
            "-- erase, citations
            delete from citation where post_id = ?1"
        ),
        sql!(
            "-- erase, views
            delete from viewed where post_id = ?1"
        ),
        sql!(
            "-- erase, referring sites
            delete from referred where post_id = ?1"
        ),
        sql!(
            "-- erase, words
            delete from analysed where post_id = ?1"
        ),
        sql!(
            "-- erase, co-authors
            delete from co_author where post_id = ?1"
        ),
        sql!(
            "-- erase, tags
            delete from post_tag where post_id = ?1"
        ),
        sql!(
            "-- erase, revisions
            delete from revision where post_id = ?1"
        ),
        sql!(
            "-- erase, working copy
            delete from working_copy where post_id = ?1"
        ),
        sql!(
            "-- erase, redirects
            delete from redirect where post_id = ?1"
        ),
        sql!(
            "-- erase, where it came from
            delete from imported where post_id = ?1"
        ),
        sql!(
            "-- erase
            delete from post where post_id = ?1"
        ),
    ];
    for statement in rows {
        tx.run(statement, (id,))?;
    }
    Ok(())
}
