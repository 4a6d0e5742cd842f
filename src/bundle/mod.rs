//! Bundles: kept copies as files that open in other people's tools. A WACZ package holds the copies' WARC files as they are, an index,
//! a list of pages, proofs since when each copy has been there, and a signature; the other form is their WARC files one after the other.
//!
//! [`plan`] says what belongs in one, [`pack`] writes it and never holds more than a record, [`vouch`] signs it, [`check`] reads one
//! and tells what it proves.

pub mod check;
pub mod pack;
mod page;
pub mod plan;
pub mod vouch;

pub use pack::{Form, pack, vouch_for};
pub use plan::{For, Plan, Subject, is_open};
