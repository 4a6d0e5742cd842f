//! Posts as lists show them, and how one page of a list leads to the next.

use super::byline::{Author, authors};
use super::{pictures, words};
use crate::id::PostId;
use crate::outside::db::{Topic, Tx};
use crate::post::Post;
use crate::post::listing::Before;
use crate::publication::Publication;
use crate::quote::{Counts, Judged};
use crate::time::Time;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// `MICROSECONDS-ID` of the last post on the page before.
    before: Option<String>,
}

impl Asked {
    pub(super) fn before(&self) -> Result<Option<Before>> {
        self.before.as_deref().map(cursor).transpose()
    }
}

/// A tag as it is shown, and its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) path: String,
}

pub(super) fn tags(written: &str) -> Vec<Tag> {
    let tags = crate::post::record::tags(written).into_iter();
    tags.map(|(slug, name)| Tag { name, path: format!("/tag/{slug}") }).collect()
}

/// One page of a list.
#[derive(Serialize)]
pub(super) struct Leaf {
    pub(super) posts: Vec<Listed>,
    pub(super) older: Option<String>,
    #[serde(skip)]
    pub(super) topics: Vec<Topic>,
}

impl Leaf {
    /// `posts` has one more than the page shows, if there are more. The rest begins at `path?before=…`. What stands `first` stands
    /// nowhere else on the page.
    pub(super) fn of(
        tx: &mut Tx,
        first: Vec<Post>,
        mut posts: Vec<Post>,
        path: &str,
        publication: &Publication,
    ) -> Result<Leaf> {
        let more = posts.len() > publication.posts_per_page;
        posts.truncate(publication.posts_per_page);
        let older = posts.last().filter(|_| more).map(|last| older(path, last.published_at, last.post_id));
        posts.retain(|post| first.iter().all(|other| other.post_id != post.post_id));
        posts.splice(0..0, first);
        let topics = posts.iter().flat_map(Post::topics).collect();
        let posts = posts.iter().map(|post| Listed::of(tx, post, publication)).collect::<Result<_>>()?;
        Ok(Leaf { posts, older, topics })
    }
}

/// Where a list goes on after a post.
pub(super) fn older(path: &str, at: Option<Time>, id: PostId) -> String {
    format!("{path}?before={}-{id}", at.map_or(0, |at| at.0))
}

/// A page of a list under the one address that search engines shall know.
pub(super) fn canonical(path: &str, before: Option<Before>) -> String {
    before.map_or_else(|| path.to_owned(), |(at, id)| older(path, Some(at), id))
}

/// A post as lists show it.
#[derive(Serialize)]
pub(super) struct Listed {
    title: String,
    path: String,
    excerpt: String,
    authors: Vec<Author>,
    published: String,
    day: String,
    tags: Vec<Tag>,
    /// `5 quotations and 1 transcript checked`
    line: String,
    /// Shown larger, with its picture: the first post of the first page.
    pub(super) lead: bool,
    pub(super) picture: Option<pictures::Shown>,
    /// Where it is not the publication's.
    lang: String,
}

fn cursor(text: &str) -> Result<Before> {
    let (at, id) = text.split_once('-').ok_or(Error::NotFound)?;
    Ok((Time(at.parse().map_err(|_| Error::NotFound)?), id.parse()?))
}

impl Listed {
    pub(super) fn of(tx: &mut Tx, post: &Post, publication: &Publication) -> Result<Listed> {
        let at = post.published_at.unwrap_or(post.created_at);
        let document = post.document()?;
        let picture = match post.cover.as_str() {
            "" => pictures::addresses(&document).next(),
            cover => Some(cover),
        };
        let picture = picture.map(|address| pictures::Shown::of(tx, address)).transpose()?;
        let excerpt = match post.excerpt.trim() {
            "" => document.excerpt,
            written => written.to_owned(),
        };
        let judged = Judged::in_post(tx, post.post_id)?;
        Ok(Listed {
            title: post.title.clone(),
            path: post.path(),
            excerpt,
            authors: authors(tx, post)?,
            published: at.rfc3339(),
            day: words::day(at, &publication.time_zone()),
            tags: tags(&post.tags),
            line: words::checked(&Counts::in_post(&judged)),
            lead: false,
            picture,
            lang: post.foreign(tx, publication)?,
        })
    }
}
