//! What belongs in a bundle. For readers: what they may open one by one, and no more.

use crate::Result;
use crate::id::{CaptureId, PostId, SourceId};
use crate::outside::db::{Tx, sql};
use crate::post::Post;
use crate::publication::Publication;
use crate::source::replay::{Showing, may_show};
use crate::source::{Capture, Citation, Health, Source};
use crate::time::Time;
use std::collections::BTreeSet;
use std::fmt;
use wacz::Digest;

/// Whose copies.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    Everything,
    Source(SourceId),
    /// What a post cites.
    Post(PostId),
}

impl Subject {
    /// As [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Subject> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "source" => id.parse().ok().map(Subject::Source),
            "post" => id.parse().ok().map(Subject::Post),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Everything => f.write_str("everything"),
            Subject::Source(id) => write!(f, "source:{id}"),
            Subject::Post(id) => write!(f, "post:{id}"),
        }
    }
}

/// Who gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    Readers,
    /// Whoever may see everything.
    Desk,
}

#[derive(Debug)]
pub struct Plan {
    pub subject: Subject,
    pub audience: For,
    /// Of the publication.
    pub publication: String,
    pub title: String,
    /// Path of what it is about.
    pub about: String,
    /// Of the file, without its ending.
    pub name: String,
    /// In the order of their making.
    pub captures: Vec<CaptureId>,
    /// Shown first: the newest good one.
    pub main: Option<CaptureId>,
}

impl Plan {
    /// `NotFound` where there is no such thing, or none that its audience may know of.
    pub fn of(tx: &mut Tx, subject: Subject, audience: For, now: Time) -> Result<Plan> {
        let publication = Publication::load(tx)?;
        let mut plan = Plan {
            subject,
            audience,
            title: format!("All sources of {}", publication.name),
            publication: publication.name.clone(),
            about: "/sources".into(),
            name: "sources".into(),
            captures: Vec::new(),
            main: None,
        };
        match subject {
            Subject::Everything => plan.captures = everything(tx)?,
            Subject::Source(id) => {
                let source = match audience {
                    For::Desk => Source::resolved(tx, id)?,
                    For::Readers => Source::led_to(tx, id, now)?,
                };
                plan.title = source.name();
                plan.about = format!("/sources/{}", source.source_id);
                plan.name = format!("source-{}", source.source_id);
                let copies = copies(tx, &source, audience, &publication, now)?;
                plan.take(copies);
            }
            Subject::Post(id) => {
                let post = Post::find(tx, id)?;
                plan.title = format!("Sources of “{}”", post.title);
                plan.about = post.path();
                plan.name = format!("{}-sources", post.slug);
                let mut seen = BTreeSet::new();
                let mut all = Vec::new();
                for citation in Citation::of_post(tx, id)?.into_iter().filter(|citation| citation.keep) {
                    let source = Source::resolved(tx, citation.source_id)?;
                    if seen.insert(source.source_id) {
                        all.extend(copies(tx, &source, audience, &publication, now)?);
                    }
                }
                plan.take(all);
            }
        }
        Ok(plan)
    }

    /// What is in it, as far as it is known before it is written.
    pub fn state(&self) -> String {
        let copies: Vec<String> = self.captures.iter().map(CaptureId::to_string).collect();
        Digest::sha256(format!("{}\n{}", self.title, copies.join(" ")).as_bytes()).to_string()
    }

    fn take(&mut self, mut copies: Vec<Capture>) {
        copies.sort_by_key(|copy| (copy.captured_at, copy.capture_id));
        self.main = copies.iter().rfind(|copy| copy.health == Health::Good).map(|copy| copy.capture_id);
        self.captures = copies.into_iter().map(|copy| copy.capture_id).collect();
    }
}

/// The copies of a source that its audience may have whole.
fn copies(
    tx: &mut Tx,
    source: &Source,
    audience: For,
    publication: &Publication,
    now: Time,
) -> Result<Vec<Capture>> {
    let mut copies = match audience {
        For::Desk => Capture::of(tx, source.source_id)?,
        For::Readers => Capture::public(tx, source.source_id, now)?,
    };
    copies.retain(|copy| {
        let open = audience == For::Desk || may_show(source, copy, publication.shown) == Showing::Whole;
        open && is_there(copy)
    });
    Ok(copies)
}

/// Kept, and not taken away since.
pub(super) fn is_there(copy: &Capture) -> bool {
    !copy.warc_file.is_empty() && copy.removed_at.is_none()
}

/// Whether readers can have a bundle of it.
pub fn is_open(source: &Source, copy: &Capture, publication: &Publication) -> bool {
    is_there(copy) && may_show(source, copy, publication.shown) == Showing::Whole
}

fn everything(tx: &mut Tx) -> Result<Vec<CaptureId>> {
    let all: Vec<(CaptureId,)> = tx.all(
        sql!(
            "-- bundle::everything
            select capture_id from capture where warc_file <> '' and removed_at is null
            order by captured_at, capture_id"
        ),
        (),
    )?;
    Ok(all.into_iter().map(|(id,)| id).collect())
}
