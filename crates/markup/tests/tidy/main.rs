//! Pasted text becomes Markdown with citations.

mod plain;
mod property;
mod rich;
mod transcripts;
mod visible;
