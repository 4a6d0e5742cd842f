//! Readers' search: which public posts hold these words, and where.
//!
//! One analyser ([`analyse`]) reads posts and queries alike. Lists of our own, in ordinary tables, say which posts hold a term;
//! so SQLite and PostgreSQL find the same, in the same order.
//!
//! A post that readers may see has a *place*: a number of its own that grows with the minute of its publication, so that a list
//! read backwards begins with the newest. What the post holds is written beside its place in the transaction that publishes it
//! ([`index::put`]). Later a job *settles* it: its terms go into the lists, a block of posts a row ([`block`]), where a search finds
//! them without looking at each post. Until then a search looks at it alone. A changed post gets another place and its old one
//! is `gone` at once; the job then takes that out of the lists. So a search never misses what is there, and never finds what is not,
//! however far the job has come.

mod analyse;
mod block;
mod excerpt;
mod find;
pub mod index;
mod list;
mod query;
#[cfg(test)]
mod tests;
mod words;

pub use excerpt::{Piece, highlighted, passage};
pub use find::{Found, MOST, find, language_of, languages};
pub use query::Query;
pub use words::{Fields, Words};

/// Goes up whenever the same text may give other terms: everything is then analysed again.
pub const VERSION: i64 = 1;

/// A fact that searches filter by, kept among the terms; no word has a colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    Author(i64),
    /// By its slug.
    Tag(String),
    /// By the publication's clock.
    Year(i64),
    Language(String),
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Mark::Author(id) => write!(f, "author:{id}"),
            Mark::Tag(slug) => write!(f, "tag:{slug}"),
            Mark::Year(year) => write!(f, "year:{year}"),
            Mark::Language(code) => write!(f, "language:{code}"),
        }
    }
}
