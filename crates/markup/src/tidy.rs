//! Pasted text becomes Markdown with citations.
//!
//! [`paste`] reads what a clipboard offers: rich text first, plain text when the rich part carries no more.
//! Addresses that stand in brackets become links on the shortest natural phrase before them, a bare address alone
//! stays alone, bullets become lists, turns of speech become a proposed transcript. No word changes: what was pasted,
//! without its addresses and their brackets, is what the Markdown shows (white space folded; list markers and rules counted
//! as marks, not words). A link that finds no words has none: `[](address)`, which a page shows as a numbered note.
//!
//! Reading makes blocks ([`plain`], [`markdown`], [`rich`]); [`addresses`] places the links; [`transcript`] proposes;
//! [`write`] turns blocks into Markdown. Every step is pure and none panics, whatever was pasted.

mod addresses;
mod block;
mod brackets;
mod clean;
mod emphasis;
mod escape;
mod lines;
mod lists;
mod markdown;
mod phrase;
mod plain;
mod rich;
mod script;
mod transcript;
mod write;

use serde::Serialize;

/// Clean Markdown, and what was decided on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tidied {
    pub markdown: String,
    pub notes: Vec<Note>,
    pub transcripts: Vec<Proposed>,
}

/// One decision, so that the writer can overrule it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Line of the Markdown, from 1.
    pub line: usize,
    pub what: What,
    /// For a person to read.
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    LinkPlaced,
    LinkNumbered,
    LinkDropped,
    TrackingDropped,
    WrapperOpened,
    PictureDropped,
    TranscriptProposed,
}

/// A block quotation that reads as a transcript: lines of the Markdown, from 1, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposed {
    pub first_line: usize,
    pub last_line: usize,
    /// In the order in which they first speak.
    pub speakers: Vec<String>,
}

/// What a clipboard offers: rich text when it carries more than words, else the plain text.
pub fn paste(rich: Option<&str>, plain: &str) -> Tidied {
    match rich.map(rich::read) {
        Some(read) if read.carries_more => finish(read.draft),
        Some(read) if plain.trim().is_empty() => text(&read.words),
        _ => text(plain),
    }
}

/// Plain text, or Markdown, which is kept as it is.
pub fn text(pasted: &str) -> Tidied {
    let clean = clean::text(pasted);
    finish(if markdown::is_markdown(&clean) { markdown::read(&clean) } else { plain::read(&clean) })
}

/// The `text/html` of a clipboard. When it carries no more than words, its words are read as plain text.
pub fn html(rich: &str) -> Tidied {
    paste(Some(rich), "")
}

fn finish(mut draft: block::Draft) -> Tidied {
    addresses::place(&mut draft);
    transcript::propose(&mut draft);
    write::write(draft)
}
