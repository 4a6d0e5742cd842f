//! Where a post stands: the last part of its address, asked for or made from its title, and what becomes of its former ones.

use super::redirect::{self, Redirect};
use super::{Draft, Kind, Post};
use crate::outside::db::{Taken, Tx, sql};
use crate::publication::Publication;
use crate::time::Time;
use crate::{Error, Result};

/// First segments of addresses that are taken by the program itself.
const RESERVED: &[&str] = &[
    "about-captures",
    "api",
    "archive",
    "author",
    "comments",
    "comments.atom",
    "comments.json",
    "comments.rss",
    "desk",
    "favicon.ico",
    "feed.atom",
    "feed.json",
    "feed.rss",
    "health",
    "media",
    "metrics",
    "oembed",
    "page",
    "preview",
    "robots.txt",
    "search",
    "sitemap.xml",
    "sources",
    "speakers",
    "statements",
    "static",
    "subscribe",
    "subscription",
    "tag",
    "timegate",
    "timemap",
];

impl Post {
    /// Gives a post another address. One that readers knew leads to it from then on, for ever.
    pub fn rename(&self, tx: &mut Tx, asked: &str, now: Time) -> Result<Post> {
        let slug = checked_slug(asked, self.kind)?;
        if slug != self.slug && self.month.is_empty() {
            not_taken_this_month(tx, &slug, self.kind, now)?;
        }
        self.settle(tx, self.kind, &slug, now)
    }

    /// Brings kind and address in line with what was asked for. Until readers have seen it, a post may become a page, and an
    /// address that was made from the title follows the title.
    pub fn readdress(&self, tx: &mut Tx, kind: Kind, draft: &Draft, now: Time) -> Result<Post> {
        let asked = draft.slug.trim();
        let seen = self.was_seen(now);
        let kind = if seen { self.kind } else { kind };
        let slug = match asked {
            "" if seen => self.slug.clone(),
            asked if asked.is_empty() || !seen && asked == self.slug && is_made_of(asked, &self.title) => {
                let wanted = crate::slug::slugify(&draft.title);
                match kind == self.kind && is_made_of(&self.slug, &draft.title) {
                    true => self.slug.clone(),
                    false => free_slug(tx, &wanted, kind)?,
                }
            }
            asked => checked_slug(asked, kind)?,
        };
        self.settle(tx, kind, &slug, now)
    }

    pub(super) fn settle(&self, tx: &mut Tx, kind: Kind, slug: &str, now: Time) -> Result<Post> {
        if slug == self.slug && kind == self.kind {
            return Ok(self.clone());
        }
        let post: Post = tx
            .one(
                sql!(
                    "-- Post::settle
                    update post set slug = ?2, kind = ?3, version = version + 1 where post_id = ?1 returning *"
                ),
                (self.post_id, slug, kind),
            )
            .taken(&format!("Another {kind} has the address “{slug}” already; choose another."))?;
        if self.was_seen(now) {
            redirect::follow(tx, &self.path(), self.post_id, now)?;
            Redirect::remove(tx, &post.path())?;
        }
        post.told(tx, now)?;
        Ok(post)
    }
}

pub fn checked_slug(asked: &str, kind: Kind) -> Result<String> {
    let slug = crate::slug::slugify(asked);
    if kind == Kind::Page && RESERVED.contains(&slug.as_str()) || slug.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::Conflict(format!(
            "The address “{slug}” is taken by the program itself; choose another."
        )));
    }
    Ok(slug)
}

/// A draft gets its month when it is published. Who asks for an address is told now that it would not be free then.
pub(super) fn not_taken_this_month(tx: &mut Tx, slug: &str, kind: Kind, now: Time) -> Result<()> {
    let month = now.format(&Publication::load(tx)?.time_zone(), "%Y/%m");
    let taken: Option<(i64,)> = tx.first(
        sql!(
            "-- not_taken_this_month
            select 1 from post where kind = ?1 and month = ?2 and slug = ?3"
        ),
        (kind, month, slug),
    )?;
    match taken {
        Some(_) => {
            Err(Error::Conflict(format!("Another {kind} has the address “{slug}” already; choose another.")))
        }
        None => Ok(()),
    }
}

/// Whether an address is one that a title makes: `the-boat`, or `the-boat-2` where the first was taken.
fn is_made_of(slug: &str, title: &str) -> bool {
    crate::slug::is_numbered(slug, &crate::slug::slugify(title))
}

pub(super) fn free_slug(tx: &mut Tx, wanted: &str, kind: Kind) -> Result<String> {
    for n in 1.. {
        let slug = if n == 1 { wanted.to_owned() } else { format!("{wanted}-{n}") };
        let taken: (i64,) = tx.one(
            sql!(
                "-- free_slug
            select count(*) from post where kind = ?1 and slug = ?2"
            ),
            (kind, &slug),
        )?;
        if taken.0 == 0 && checked_slug(&slug, kind).is_ok() {
            return Ok(slug);
        }
    }
    unreachable!("numbers do not end")
}
