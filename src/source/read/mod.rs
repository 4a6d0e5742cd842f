//! What a fetched page says: its visible text, title, author, date, language. Pure: bytes in, facts out; hostile bytes
//! never panic and take no more time than their length warrants.
//!
//! Some sites keep their words elsewhere than on the page itself; a recipe per site ([`recipe`]) knows where. Ask
//! [`extras`] what to fetch besides, then [`more`] until it names nothing new, then [`read`].

mod about;
mod captions;
mod date;
mod decode;
pub mod feed;
pub mod html;
pub mod language;
mod pdf;
mod recipe;
pub mod text;

#[cfg(test)]
mod tests;

pub(crate) use about::base;
pub(crate) use decode::{decode, essence};

use super::{Health, TextKind};
use about::About;
use scraper::Html;
use text::Visible;

/// An answer, its transfer and content codings removed.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// After redirects.
    pub url: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An address wanted besides the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    pub url: String,
    /// `text` holds the words, `data` what is said about them.
    pub role: &'static str,
}

#[derive(Debug, Clone)]
pub struct Reading {
    /// Empty if and only if `text_kind` is `None`.
    pub text: String,
    pub text_kind: TextKind,
    /// Stretches of `text` that are not the page's own words.
    pub parts: Vec<quotecheck::Part>,
    /// What the page itself shows, where that is not the text: enough to tell a wall from a page.
    pub shown: String,
    pub title: String,
    pub site: String,
    pub author: String,
    /// ISO 8601, or empty.
    pub said_at: String,
    pub description: String,
    /// Absolute, or empty.
    pub picture: String,
    /// BCP 47, or empty.
    pub language: String,
    pub charset: String,
    /// What the page calls its own address.
    pub canonical: Option<String>,
    pub facts: Facts,
}

/// What a recipe knows beyond the words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The site says, at whatever status, that there is no such thing.
    pub deleted: bool,
    /// What stands before the thing, as the site's own data say it.
    pub wall: Option<Health>,
    /// The words by which the site says so.
    pub said: String,
    /// Moving pictures: without captions there is no text, and that is no fault.
    pub video: bool,
    /// Byte offsets of `text`, and the milliseconds at which they are spoken.
    pub times: Vec<(usize, u64)>,
}

/// What is wanted besides a page; some of it only the page itself can tell.
#[cfg(test)]
fn extras(url: &str, page: Option<&Fetched>) -> Vec<Extra> {
    more(url, page, &[])
}

/// What is still wanted after some of it was fetched: another form where the first brought nothing.
pub fn more(url: &str, page: Option<&Fetched>, got: &[Fetched]) -> Vec<Extra> {
    let Some(recipe) = recipe::of(url, page) else { return Vec::new() };
    let mut wanted = (recipe.wants)(url, page, got);
    wanted.retain(|extra| !got.iter().any(|have| have.url == extra.url));
    wanted
}

/// `url` is what was asked for; `extras` are the answers to [`extras`] and [`more`], as far as they came.
pub fn read(url: &str, page: &Fetched, extras: &[Fetched]) -> Reading {
    match page.kind() {
        Kind::Html => {
            let page = Page::of(page);
            let mut reading = page.reading();
            if let Some(recipe) = recipe::of(url, Some(page.fetched)) {
                let shown = reading.text.clone();
                (recipe.read)(url, &page, extras, &mut reading);
                // The parts were those of what the page shows.
                if reading.text != shown {
                    reading.parts.clear();
                }
            }
            settle(&mut reading, &page.about.language);
            reading
        }
        Kind::Plain => {
            let (text, encoding) = page.text();
            let mut reading = Reading::empty(encoding);
            (reading.text, reading.text_kind) = (plain(&text), TextKind::Page);
            reading.title =
                reading.text.lines().map(|l| about::line(l, 120)).find(|l| !l.is_empty()).unwrap_or_default();
            settle(&mut reading, "");
            reading
        }
        Kind::Other if page.body.starts_with(b"%PDF-") => of_pdf(&page.body),
        Kind::Other => Reading::empty(""),
    }
}

/// What an HTML page calls itself.
pub fn title(page: &Fetched) -> String {
    Page::of(page).about.title
}

/// A scan has no words; nor, to us, has what needs a password.
fn of_pdf(body: &[u8]) -> Reading {
    // It is written so that nothing panics; should something do so all the same, the file is kept without its words.
    let pdf = std::panic::catch_unwind(|| pdf::read(body)).unwrap_or_default();
    let mut reading = Reading::empty("");
    (reading.text, reading.text_kind) = (pdf.text, TextKind::Page);
    let first = || reading.text.lines().map(|l| about::line(l, 120)).find(|l| !l.is_empty());
    reading.title = if pdf.title.is_empty() { first().unwrap_or_default() } else { pdf.title };
    (reading.author, reading.said_at) = (pdf.author, pdf.said_at);
    settle(&mut reading, &pdf.language);
    reading
}

/// An HTML page, taken apart.
struct Page<'a> {
    fetched: &'a Fetched,
    markup: String,
    charset: &'static str,
    html: Html,
    about: About,
}

impl<'a> Page<'a> {
    fn of(fetched: &'a Fetched) -> Page<'a> {
        let (markup, charset) = fetched.text();
        let html = html::parse(&markup);
        let about = about::about(&html, &fetched.url);
        Page { fetched, markup, charset, html, about }
    }

    fn reading(&self) -> Reading {
        let about = &self.about;
        let seen = Visible::of(self.html.tree.root());
        Reading {
            text: seen.text,
            parts: seen.parts,
            text_kind: TextKind::Page,
            title: about.title.clone(),
            site: about.site.clone(),
            author: about.author.clone(),
            said_at: about.said_at.clone(),
            description: about.description.clone(),
            picture: about.picture.clone(),
            canonical: about.canonical.clone(),
            ..Reading::empty(self.charset)
        }
    }
}

impl Reading {
    fn empty(charset: &str) -> Reading {
        Reading {
            text: String::new(),
            text_kind: TextKind::None,
            parts: Vec::new(),
            shown: String::new(),
            title: String::new(),
            site: String::new(),
            author: String::new(),
            said_at: String::new(),
            description: String::new(),
            picture: String::new(),
            language: String::new(),
            charset: charset.to_owned(),
            canonical: None,
            facts: Facts::default(),
        }
    }

    /// What the page shows is not what it says.
    fn take_text(&mut self) {
        self.shown = std::mem::take(&mut self.text);
        self.text_kind = TextKind::None;
    }
}

/// How a body is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Html,
    Plain,
    Other,
}

impl Fetched {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> Kind {
        match essence(self.header("content-type")).as_str() {
            "text/html" | "application/xhtml+xml" => Kind::Html,
            "text/css" | "text/javascript" | "text/ecmascript" | "text/xml" => Kind::Other,
            "" | "application/octet-stream" | "application/xml" if looks_like_html(&self.body) => Kind::Html,
            "" if is_text(&self.body) => Kind::Plain,
            other if other.starts_with("text/") => Kind::Plain,
            _ => Kind::Other,
        }
    }

    pub(crate) fn text(&self) -> (String, &'static str) {
        let (text, encoding) = decode(&self.body, self.header("content-type"));
        (text, encoding.name())
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let starts =
        |with: &str| body.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()));
    starts("<!doctype html") || starts("<html") || starts("<head") || starts("<body")
}

fn is_text(body: &[u8]) -> bool {
    !body.is_empty() && !body[..body.len().min(1024)].iter().any(|b| *b < 9 || (14..27).contains(b))
}

/// Lines as they stand, without what no reader sees.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn settle(reading: &mut Reading, declared: &str) {
    if reading.text.trim().is_empty() {
        (reading.text, reading.text_kind) = (String::new(), TextKind::None);
    }
    if reading.language.is_empty() {
        let words = if reading.text.is_empty() { &reading.title } else { &reading.text };
        reading.language = language::tell(declared, words);
    }
}
