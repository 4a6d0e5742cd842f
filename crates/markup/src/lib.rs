//! Markdown for people who quote: see the README.
#![doc = include_str!("../README.md")]

pub mod label;
pub mod speech;
pub mod tidy;
pub mod url;
