//! Rows that follow a post's words: its tags, its citations with their sources, its quotations.

use super::{Post, Rendered};
use crate::id::{PostId, QuotationId, SourceId};
use crate::outside::db::{Tx, sql};
use crate::outside::queue::{self, Job};
use crate::source::{self, Source, register};
use crate::time::Time;
use crate::{Result, quote};
use std::collections::HashMap;

/// When copies are made of what a text cites and nobody has kept yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    Soon,
    /// After everything that somebody waits for.
    Last,
    Never,
}

/// Brings tags, citations and quotations in line with a document, asks for copies of sources that have none, and has the
/// quotations judged.
pub fn follow(tx: &mut Tx, post: &Post, new: &Rendered, now: Time) -> Result<()> {
    untag(tx, post.post_id)?;
    uncite(tx, post.post_id, now)?;
    let old = quoted(tx, post.post_id)?;
    write(tx, post, new, old, now)
}

/// The same for a post that was only now made, and has no such rows.
pub fn begin(tx: &mut Tx, post: &Post, new: &Rendered, now: Time) -> Result<()> {
    write(tx, post, new, Vec::new(), now)
}

fn write(tx: &mut Tx, post: &Post, new: &Rendered, old: Vec<Quoted>, now: Time) -> Result<()> {
    let document = &new.document;
    tag(tx, post)?;
    let sources = cite(tx, post.post_id, document, now)?;
    quote(tx, post.post_id, document, &sources, old)?;
    keep_wanted(tx, new, &sources, now)?;
    match document.quotations.is_empty() {
        true => Ok(()),
        false => queue::push(tx, &Job::CheckPost(post.post_id), now),
    }
}

/// Asks for copies of what a text cites, before anybody reads it.
pub fn keep_sources(tx: &mut Tx, new: &Rendered, now: Time) -> Result<()> {
    let sources = sources_of(tx, &new.document, now)?;
    keep_wanted(tx, new, &sources, now)
}

/// The tags of a post: name as written, slug as in its address.
pub fn tags(written: &str) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for name in written.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let slug = crate::slug::slugify(name);
        if !tags.iter().any(|(known, _)| *known == slug) {
            tags.push((slug, name.to_owned()));
        }
    }
    tags
}

fn untag(tx: &mut Tx, post: PostId) -> Result<()> {
    tx.run(
        sql!(
            "-- untag
            delete from post_tag where post_id = ?1"
        ),
        (post,),
    )?;
    Ok(())
}

fn tag(tx: &mut Tx, post: &Post) -> Result<()> {
    for (slug, name) in tags(&post.tags) {
        tx.run(
            sql!(
                "-- tag
            insert into post_tag (post_id, slug, name) values (?1, ?2, ?3)"
            ),
            (post.post_id, slug, name),
        )?;
    }
    Ok(())
}

fn sources_of(tx: &mut Tx, document: &markup::Document, now: Time) -> Result<Vec<SourceId>> {
    // In one order everywhere, so that two posts citing the same new pages do not wait for each other.
    let mut ordered: Vec<&markup::Citation> = document.citations.iter().collect();
    ordered.sort_by(|a, b| a.canonical.cmp(&b.canonical));
    for citation in ordered {
        Source::of(tx, &citation.canonical, kind(citation), now)?;
    }
    document
        .citations
        .iter()
        .map(|citation| Ok(Source::of(tx, &citation.canonical, kind(citation), now)?.source_id))
        .collect()
}

fn kind(citation: &markup::Citation) -> source::Kind {
    match citation.kind {
        markup::url::Kind::Source => source::Kind::Source,
        markup::url::Kind::Pointer => source::Kind::Pointer,
    }
}

fn uncite(tx: &mut Tx, post: PostId, now: Time) -> Result<()> {
    let cited = register::cited_in(tx, post)?;
    tx.run(
        sql!(
            "-- uncite
            delete from citation where post_id = ?1"
        ),
        (post,),
    )?;
    register::list(tx, &cited, now)
}

fn cite(tx: &mut Tx, post: PostId, document: &markup::Document, now: Time) -> Result<Vec<SourceId>> {
    let sources = sources_of(tx, document, now)?;
    for (position, (citation, source)) in document.citations.iter().zip(&sources).enumerate() {
        tx.run(
            sql!(
                "-- cite
                insert into citation (post_id, position, source_id, url, words, via, embed, keep)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            ),
            (
                post,
                position,
                *source,
                &citation.url,
                &citation.words,
                citation.via,
                citation.embed,
                citation.keep,
            ),
        )?;
    }
    Ok(sources)
}

fn keep_wanted(tx: &mut Tx, new: &Rendered, sources: &[SourceId], now: Time) -> Result<()> {
    let keep = match new.keeping {
        Keeping::Soon => Source::keep,
        Keeping::Last => Source::keep_last,
        Keeping::Never => return Ok(()),
    };
    for (citation, &id) in new.document.citations.iter().zip(sources) {
        if citation.keep && Source::find(tx, id)?.looked_at.is_none() {
            keep(tx, id, now)?;
        }
    }
    Ok(())
}

/// A quotation's row, the digest of its words, its source.
type Quoted = (QuotationId, String, Option<SourceId>);

fn quoted(tx: &mut Tx, post: PostId) -> Result<Vec<Quoted>> {
    tx.all(
        sql!(
            "-- quoted
            select quotation_id, words_digest, source_id from quotation where post_id = ?1 order by position"
        ),
        (post,),
    )
}

/// Quotations that stay keep their row, and so their verdicts; a verdict belongs to exact words and one source.
fn quote(
    tx: &mut Tx,
    post: PostId,
    document: &markup::Document,
    sources: &[SourceId],
    old: Vec<Quoted>,
) -> Result<()> {
    // Places are unique within a post, so they are all cleared before any is taken.
    if !old.is_empty() {
        tx.run(
            sql!(
                "-- quote, clear places
                update quotation set position = -1 - quotation_id where post_id = ?1"
            ),
            (post,),
        )?;
    }
    let mut free: HashMap<(String, Option<SourceId>), Vec<QuotationId>> = HashMap::new();
    for (id, digest, source) in old.into_iter().rev() {
        free.entry((digest, source)).or_default().push(id);
    }
    for (position, quotation) in document.quotations.iter().enumerate() {
        // What is not kept cannot be compared: to a verdict it is no source.
        let source = quotation.citation.filter(|&at| document.citations[at].keep).map(|at| sources[at]);
        let digest = quote::words_digest(&quotation.text);
        match free.get_mut(&(digest.clone(), source)).and_then(Vec::pop) {
            Some(id) => tx.run(
                sql!("-- quote, again
                    update quotation set position = ?2, line = ?3, kind = ?4, speaker = ?5, transcript = ?6, note = ?7
                    where quotation_id = ?1"),
                (
                    id,
                    position,
                    quotation.line,
                    quote::Kind::of(quotation),
                    quotation.speaker.clone(),
                    quotation.transcript,
                    quotation.note.clone().unwrap_or_default(),
                ),
            )?,
            None => tx.run(
                sql!("-- quote, new
                    insert into quotation (post_id, position, line, kind, words, words_digest, speaker, transcript,
                        source_id, note)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
                (
                    post,
                    position,
                    quotation.line,
                    quote::Kind::of(quotation),
                    &quotation.text,
                    digest,
                    quotation.speaker.clone(),
                    quotation.transcript,
                    source,
                    quotation.note.clone().unwrap_or_default(),
                ),
            )?,
        };
    }
    for gone in free.into_values().flatten() {
        tx.run(
            sql!(
                "-- quote, gone verdicts
            delete from verdict where quotation_id = ?1"
            ),
            (gone,),
        )?;
        tx.run(
            sql!(
                "-- quote, gone
            delete from quotation where quotation_id = ?1"
            ),
            (gone,),
        )?;
    }
    Ok(())
}
