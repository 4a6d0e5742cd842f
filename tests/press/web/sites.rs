//! The standing sites, by host. What is not here does not exist: its host answers 404.

mod cspan;
mod hostile;
mod ministry;
mod neighbours;
mod substack;
mod telegram;
mod trouble;
mod youtube;

use super::{Answer, Asked};

pub(super) fn answer(asked: &Asked) -> Answer {
    match asked.host.as_str() {
        "ministry.example" | "www.ministry.example" => ministry::answer(asked),
        "t.me" => telegram::answer(asked),
        "www.youtube.com" | "youtube.com" | "youtu.be" | "consent.youtube.com" | "i.ytimg.com" => {
            youtube::answer(asked)
        }
        "www.c-span.org" => cspan::answer(asked),
        "tidenotes.substack.com" => substack::answer(asked),
        "hostile.example" => hostile::answer(asked),
        "cooperative.example"
        | "ferry.example"
        | "library.example"
        | "www.library.example"
        | "tram.example" => neighbours::answer(asked),
        "outside.example" => Answer::new(200, "image/gif", PIXEL),
        _ => trouble::answer(asked),
    }
}

/// The smallest picture there is.
/// The smallest picture.
pub const PIXEL: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
