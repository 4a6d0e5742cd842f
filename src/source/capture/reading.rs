//! What a fetched page says: title, visible text, canonical address.

use crate::source::TextKind;
use scraper::{Html, Node, Selector};
use url::Url;

/// An answer with its codings removed.
#[derive(Debug, Clone)]
pub struct Fetched {
    pub url: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An address wanted besides the page.
#[derive(Debug, Clone)]
pub struct Extra {
    pub url: String,
    pub role: &'static str,
}

#[derive(Debug, Clone)]
pub struct Reading {
    pub text: String,
    pub text_kind: TextKind,
    pub title: String,
    pub site: String,
    pub author: String,
    pub said_at: String,
    pub description: String,
    pub picture: String,
    pub language: String,
    pub charset: String,
    pub canonical: Option<String>,
}

pub fn extras(_url: &str, _page: Option<&Fetched>) -> Vec<Extra> {
    Vec::new()
}

pub fn read(_url: &str, page: &Fetched, _extras: &[Fetched]) -> Reading {
    let content_type =
        page.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("content-type")).map(|(_, v)| v.as_str());
    let label = content_type.and_then(|v| v.split("charset=").nth(1)).map(|l| l.trim_matches(['"', ' ']));
    let encoding =
        label.and_then(|l| encoding_rs::Encoding::for_label(l.as_bytes())).unwrap_or(encoding_rs::UTF_8);
    let (markup, encoding, _) = encoding.decode(&page.body);
    let html = super::archive::media_type(content_type) == "text/html";
    let document = Html::parse_document(&markup);
    let meta = |css: &str, attr: &str| {
        let selector = Selector::parse(css).ok()?;
        document.select(&selector).next()?.attr(attr).map(str::to_owned)
    };
    let title = Selector::parse("title")
        .ok()
        .and_then(|s| document.select(&s).next().map(|t| t.text().collect::<String>()));
    let text = if html { visible(&document) } else { markup.clone().into_owned() };
    Reading {
        text_kind: if text.is_empty() { TextKind::None } else { TextKind::Page },
        text,
        title: meta("meta[property='og:title']", "content").or(title).unwrap_or_default().trim().to_owned(),
        site: meta("meta[property='og:site_name']", "content").unwrap_or_default(),
        author: meta("meta[name='author']", "content").unwrap_or_default(),
        said_at: meta("meta[property='article:published_time']", "content").unwrap_or_default(),
        description: meta("meta[name='description']", "content").unwrap_or_default(),
        picture: meta("meta[property='og:image']", "content").unwrap_or_default(),
        language: meta("html[lang]", "lang").unwrap_or_default(),
        charset: encoding.name().to_owned(),
        canonical: meta("link[rel='canonical']", "href")
            .and_then(|href| Some(Url::parse(&page.url).ok()?.join(&href).ok()?.to_string())),
    }
}

fn visible(document: &Html) -> String {
    let hidden = |n: &Node| {
        n.as_element()
            .is_some_and(|e| matches!(e.name(), "script" | "style" | "title" | "noscript" | "template"))
    };
    let mut words = String::new();
    for node in document.tree.nodes() {
        if let Some(text) = node.value().as_text()
            && !node.ancestors().any(|up| hidden(up.value()))
        {
            words.push_str(text);
        }
    }
    words.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
