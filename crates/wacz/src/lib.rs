#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod cdxj;
pub mod digest;
pub mod http;
pub mod package;
#[cfg(feature = "sign")]
pub mod sign;
pub mod time;
pub mod warc;

pub use digest::Digest;
pub use time::Timestamp;
