//! RSS 2.0, with the elements that today's readers know: `content:encoded` for the whole text, `dc:creator` for the byline (RSS's own
//! `author` is a mail address), `atom:link` for the feed's own address.

use super::{Entry, Feed};
use crate::web::template::Templates;
use crate::web::xml::{self, Xml};
use quick_xml::events::BytesText;
use std::io::Result;

pub(super) fn write(feed: &Feed) -> Result<String> {
    xml::document(|xml| {
        let rss = xml.create_element("rss").with_attributes([
            ("version", "2.0"),
            ("xmlns:atom", "http://www.w3.org/2005/Atom"),
            ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ]);
        rss.write_inner_content(|xml| {
            xml.create_element("channel").write_inner_content(|xml| {
                plain(xml, "title", &feed.title)?;
                xml::text(xml, "link", &feed.home)?;
                let itself =
                    [("rel", "self"), ("type", "application/rss+xml"), ("href", feed.itself.as_str())];
                xml::empty(xml, "atom:link", itself)?;
                xml::text(xml, "description", &Templates::escape(&feed.description))?;
                xml::text(xml, "language", &feed.language)?;
                xml::text(xml, "lastBuildDate", &feed.updated.http_date())?;
                xml::text(xml, "generator", "Ibid")?;
                if !feed.picture.is_empty() {
                    image(xml, feed)?;
                }
                feed.entries.iter().try_for_each(|entry| write_item(xml, entry))
            })?;
            Ok(())
        })?;
        Ok(())
    })
}

/// Title and link are the channel's own, as the RSS Advisory Board asks.
fn image(xml: &mut Xml, feed: &Feed) -> Result<()> {
    xml.create_element("image").write_inner_content(|xml| {
        xml::text(xml, "url", &feed.picture)?;
        plain(xml, "title", &feed.title)?;
        xml::text(xml, "link", &feed.home)
    })?;
    Ok(())
}

fn write_item(xml: &mut Xml, entry: &Entry) -> Result<()> {
    xml.create_element("item").write_inner_content(|xml| {
        plain(xml, "title", &entry.title)?;
        xml::text(xml, "link", &entry.url)?;
        xml::typed(xml, "guid", [("isPermaLink", "false")], &entry.id)?;
        xml::text(xml, "pubDate", &entry.published.http_date())?;
        for author in &entry.authors {
            plain(xml, "dc:creator", &author.name)?;
        }
        for (_, name) in &entry.tags {
            plain(xml, "category", &xml::clean(name))?;
        }
        if !entry.summary.is_empty() {
            xml::text(xml, "description", &Templates::escape(&entry.summary))?;
        }
        xml::text(xml, "content:encoded", &entry.html)
    })?;
    Ok(())
}

/// RSS does not say whether titles are markup. Numbers in base sixteen are what the RSS Advisory Board found to be read rightly by
/// most; what could still be taken for a tag gets other brackets, so that no reader loses a word.
fn plain(xml: &mut Xml, name: &str, words: &str) -> Result<()> {
    let words = match words.match_indices('<').any(|(at, _)| opens_tag(&words[at + 1..])) {
        true => words.replace('<', "‹").replace('>', "›"),
        false => words.to_owned(),
    };
    let escaped = words.replace('&', "&#x26;").replace('<', "&#x3C;").replace('>', "&#x3E;");
    xml.create_element(name).write_text_content(BytesText::from_escaped(escaped))?;
    Ok(())
}

fn opens_tag(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'))
}
