//! Pasted text becomes Markdown with citations.

mod channels;
mod plain;
mod property;
mod rich;
mod transcripts;
mod visible;
