//! Pictures of our own on pages: with their sizes, so that no line moves when they arrive, and with a narrower one for phones.

use super::template::Templates;
use crate::media::Media;
use crate::outside::db::Tx;
use crate::{Error, Result};
use markup::{Document, Part};
use serde::Serialize;
use std::collections::HashMap;

/// How wide the column of a text is shown: the measure, or the window where that is narrower.
const SIZES: &str = "(min-width: 37rem) 35rem, 100vw";

/// A picture as a template shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Shown {
    pub(super) src: String,
    /// In pixels; 0 where nobody measured.
    pub(super) width: i64,
    pub(super) height: i64,
    /// Empty where there is no choice.
    pub(super) srcset: String,
}

/// By address.
#[derive(Debug, Default)]
pub(super) struct Pictures(HashMap<String, Shown>);

impl Shown {
    /// What nobody keeps is shown as it was named.
    pub(super) fn of(tx: &mut Tx, address: &str) -> Result<Shown> {
        let plain = Shown { src: address.to_owned(), ..Shown::default() };
        let Some(name) = address.strip_prefix("/media/") else { return Ok(plain) };
        match Media::find(tx, name) {
            Ok(media) => {
                let narrow = media.narrow_path();
                let srcset =
                    narrow.map(|narrow| format!("{narrow} {}w, {address} {}w", Media::NARROW, media.width));
                let (width, height) = (media.width, media.height);
                Ok(Shown { width, height, srcset: srcset.unwrap_or_default(), ..plain })
            }
            Err(Error::NotFound) => Ok(plain),
            Err(error) => Err(error),
        }
    }

    fn attributes(&self) -> String {
        let mut out = match self.width {
            0 => String::new(),
            width => format!("width=\"{width}\" height=\"{}\" ", self.height),
        };
        if !self.srcset.is_empty() {
            out.push_str(&format!("srcset=\"{}\" sizes=\"{SIZES}\" ", Templates::escape(&self.srcset)));
        }
        out
    }
}

impl Pictures {
    pub(super) fn of(tx: &mut Tx, document: &Document) -> Result<Pictures> {
        let mut pictures = HashMap::new();
        for address in addresses(document) {
            if !pictures.contains_key(address) {
                pictures.insert(address.to_owned(), Shown::of(tx, address)?);
            }
        }
        Ok(Pictures(pictures))
    }

    /// HTML as the renderer wrote it, what is known of its pictures added. A size that the writer gave stays.
    pub(super) fn dress(&self, html: &str) -> String {
        let mut out = String::with_capacity(html.len() + 200 * self.0.len());
        let mut tags = html.split(TAG);
        out.push_str(tags.next().unwrap_or_default());
        for rest in tags {
            out.push_str(TAG);
            let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
            let sized = tag.contains(" width=\"") || tag.contains(" height=\"");
            if let Some(shown) = address(tag).and_then(|address| self.0.get(address)).filter(|_| !sized) {
                out.push_str(&shown.attributes());
            }
            out.push_str(rest);
        }
        out
    }
}

const TAG: &str = "<img ";

/// Of the pictures of our own in a text, as the renderer wrote them.
pub(super) fn addresses(document: &Document) -> impl Iterator<Item = &str> {
    let html = document.parts.iter().filter_map(|part| match part {
        Part::Html(html) => Some(html.as_str()),
        _ => None,
    });
    let tags = html.flat_map(|html| html.split(TAG).skip(1));
    tags.filter_map(address).filter(|address| address.starts_with("/media/"))
}

/// `rest` begins within a tag.
fn address(rest: &str) -> Option<&str> {
    let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
    Some(tag.split_once("src=\"")?.1.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        let shown = Shown {
            src: "/media/quay.jpg".into(),
            width: 1920,
            height: 1080,
            srcset: "/media/narrow/quay.jpg 960w, /media/quay.jpg 1920w".into(),
        };
        let bare = Shown { src: "/media/old.png".into(), ..Shown::default() };
        let pictures = [shown, bare].map(|one| (one.src.clone(), one)).into();
        assert_eq!(Pictures(pictures).dress(html), expected, "{html}");
    }

    #[test]
    fn what_is_known_of_a_picture_is_added() {
        check("<p>none</p>", "<p>none</p>");
        check(
            "<p><img src=\"/media/quay.jpg\" alt=\"a &gt; b\">",
            "<p><img width=\"1920\" height=\"1080\" srcset=\"/media/narrow/quay.jpg 960w, /media/quay.jpg 1920w\" \
             sizes=\"(min-width: 37rem) 35rem, 100vw\" src=\"/media/quay.jpg\" alt=\"a &gt; b\">",
        );
        for as_it_was in [
            "<img src=\"/media/old.png\" alt=\"\">",
            "<img src=\"/media/quay.jpg\" width=\"90\">",
            "<img alt=\"none\">",
            "<img ",
            "<img src=\"/media/quay.jpg",
        ] {
            check(as_it_was, as_it_was);
        }
    }
}
