//! Ibid: a publication that keeps its sources.
//!
//! Where to start reading: [`web`] shows every address, [`worker`] every job; then the nouns, each of which owns its SQL.

mod app;
mod bundle;
mod command;
mod config;
mod error;
mod id;
mod media;
mod moving;
mod outside;
mod person;
mod post;
mod publication;
mod quote;
mod sample;
mod search;
mod slug;
mod source;
mod time;
mod views;
mod web;
mod worker;

pub(crate) use error::{Error, Result};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("nothing was installed before");
    command::run()
}
