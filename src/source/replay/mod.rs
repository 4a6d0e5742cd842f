//! A kept page, safe to be shown: nothing runs, nothing asks anybody, and nothing is shown that another copy holds.
//!
//! Pure: bytes of one capture in, bytes to be served out. A page is written anew from its tree ([`page`](mod@page)), a stylesheet
//! from its tokens ([`css`]); whatever is not known to be harmless is not written at all.

mod allowed;
pub mod css;
mod live;
mod page;
mod readable;
mod requisite;
mod showing;

#[cfg(test)]
mod tests;

pub use live::{Led, live, live_style};
pub use requisite::{Requisite, requisite};
pub use showing::{Showing, may_show, showing};

use super::read::text::Visible;
use super::read::{Fetched, html};
use data_encoding::BASE64;
use std::collections::HashMap;
use std::ops::Range;
use url::Url;

/// Where the copy of each address that a capture holds can be asked for.
#[derive(Debug, Clone, Default)]
pub struct Held {
    places: HashMap<String, String>,
    /// Documents that stand within others, written anew.
    frames: HashMap<String, String>,
}

impl Held {
    /// Pairs of address and place.
    pub fn new(places: impl IntoIterator<Item = (String, String)>) -> Held {
        let bare = |url: &str| Url::parse(url).ok().map(without_fragment);
        let places = places.into_iter().filter_map(|(url, place)| Some((bare(&url)?, place))).collect();
        Held { places, frames: HashMap::new() }
    }

    pub fn insert(&mut self, url: &str, place: String) {
        if let Ok(url) = Url::parse(url) {
            self.places.insert(without_fragment(url), place);
        }
    }

    /// A document that may stand within others: see [`framed`].
    pub fn insert_frame(&mut self, url: &str, document: String) {
        if let Ok(url) = Url::parse(url) {
            self.frames.insert(without_fragment(url), document);
        }
    }

    fn frame(&self, base: &Url, address: &str) -> Option<&str> {
        let url = base.join(address.trim()).ok().filter(|_| !address.trim().is_empty())?;
        self.frames.get(&without_fragment(url)).map(String::as_str)
    }

    fn place(&self, base: &Url, address: &str) -> Option<String> {
        let address = address.trim();
        let url = base.join(address).ok().filter(|_| !address.is_empty() && !address.starts_with('#'))?;
        let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        Some(format!("{}{fragment}", self.places.get(&without_fragment(url))?))
    }
}

fn without_fragment(mut url: Url) -> String {
    url.set_fragment(None);
    url.into()
}

/// A page as it is shown, and whether the words asked for stand on it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub html: String,
    #[allow(dead_code, reason = "told to tests: whether the words stood there")]
    pub found: bool,
}

/// An HTML page. `words` are marked where they stand, if they stand there.
pub fn page(fetched: &Fetched, held: &Held, words: Option<&str>) -> Shown {
    let page = html::parse(&fetched.text().0);
    let seen = words.map(|_| Visible::of(page.tree.root())).unwrap_or_default();
    let marked = words.map(|words| find(&seen.text, words)).unwrap_or_default();
    let html = page::write(&page, &fetched.url, held, &marked, &seen);
    Shown { html, found: !marked.is_empty() }
}

/// An HTML page that stands in a frame of another one.
pub fn framed(fetched: &Fetched, held: &Held) -> String {
    page::write_framed(&html::parse(&fetched.text().0), &fetched.url, held)
}

/// What a page has to say, for a page of ours: its main part, without its dress. Stretches of its visible text are marked
/// where `quoted` or `asked` stand.
pub fn readable(fetched: &Fetched, held: &Held, quoted: &[String], asked: Option<&str>) -> Shown {
    let page = html::parse(&fetched.text().0);
    let seen = Visible::of(page.tree.root());
    let asked = asked.map(|words| find(&seen.text, words)).unwrap_or_default();
    let quoted = quoted.iter().flat_map(|words| find(&seen.text, words)).collect();
    let html = readable::write(&page, &fetched.url, held, &seen, quoted, &asked);
    Shown { html, found: !asked.is_empty() }
}

/// More words than this are not looked for.
const LONGEST: usize = 20_000;

/// Where words stand in a text, in bytes and in order: as a quotation of it that is word for word, else as they are written.
pub fn find(text: &str, words: &str) -> Vec<Range<usize>> {
    let words = words.trim();
    if words.is_empty() || words.len() > LONGEST {
        return Vec::new();
    }
    if let Some(at) = text.find(words) {
        let exact = at..at + words.len();
        return vec![exact];
    }
    let finding = quotecheck::Source::new(text).find(words);
    let same = matches!(finding.verdict, quotecheck::Verdict::Verbatim | quotecheck::Verdict::Elided);
    let mut spans: Vec<_> = finding.spans.iter().filter(|_| same).map(|s| s.start_byte..s.end_byte).collect();
    spans.sort_by_key(|span| span.start);
    spans
}

/// What an address holds within itself: a picture or a font. Drawings are written anew.
fn embedded(address: &str) -> Option<String> {
    let (kind, data) = address.get(5..)?.split_once(',')?;
    let essence = kind.split(';').next()?.trim().to_ascii_lowercase();
    let encoded = kind.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"));
    let data = unescaped(data);
    let bytes = match encoded {
        true => {
            let mut data: Vec<u8> =
                data.into_iter().filter(|b| !b.is_ascii_whitespace() && *b != b'=').collect();
            data.resize(data.len().next_multiple_of(4), b'=');
            BASE64.decode(&data).ok()?
        }
        false => data,
    };
    let (kind, bytes) = match essence.as_str() {
        "image/svg+xml" => {
            let drawing = page::drawing(
                &String::from_utf8_lossy(&bytes),
                "https://nowhere.invalid/",
                &Held::default(),
            )?;
            ("image/svg+xml", drawing.into_bytes())
        }
        _ => (
            requisite::told(&bytes)
                .filter(|kind| !kind.starts_with("video/") && !kind.starts_with("audio/"))?,
            bytes,
        ),
    };
    Some(format!("data:{kind};base64,{}", BASE64.encode(&bytes)))
}

fn unescaped(data: &str) -> Vec<u8> {
    let (bytes, mut out) = (data.as_bytes(), Vec::with_capacity(data.len()));
    let mut at = 0;
    while at < bytes.len() {
        let code = data
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|c| u8::from_str_radix(c, 16).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    out
}
