//! Atom, RFC 4287.

use super::{Entry, Feed};
use crate::web::template::Templates;
use crate::web::xml::{self, Xml};
use std::io::Result;

pub(super) fn write(feed: &Feed) -> Result<String> {
    xml::document(|xml| {
        let root = xml.create_element("feed");
        let root = root.with_attributes([
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xml:lang", feed.language.as_str()),
        ]);
        root.write_inner_content(|xml| {
            words(xml, "title", &feed.title)?;
            words(xml, "subtitle", &feed.description)?;
            xml::text(xml, "id", &feed.home)?;
            link(xml, "alternate", "text/html", &feed.home)?;
            link(xml, "self", "application/atom+xml", &feed.itself)?;
            xml::text(xml, "updated", &feed.updated.rfc3339())?;
            if !feed.picture.is_empty() {
                // Of the two that RFC 4287 knows, the square one.
                xml::text(xml, "icon", &feed.picture)?;
            }
            xml::text(xml, "generator", "Ibid")?;
            feed.entries.iter().try_for_each(|entry| write_entry(xml, entry))
        })?;
        Ok(())
    })
}

fn write_entry(xml: &mut Xml, entry: &Entry) -> Result<()> {
    xml.create_element("entry").write_inner_content(|xml| {
        words(xml, "title", &entry.title)?;
        xml::text(xml, "id", &entry.id)?;
        link(xml, "alternate", "text/html", &entry.url)?;
        xml::text(xml, "published", &entry.published.rfc3339())?;
        // To the microsecond: two posts of one second are told apart.
        xml::text(xml, "updated", &entry.updated.timestamp().to_string())?;
        for author in &entry.authors {
            xml.create_element("author").write_inner_content(|xml| {
                xml::text(xml, "name", &author.name)?;
                xml::text(xml, "uri", &author.url)
            })?;
        }
        for (slug, name) in &entry.tags {
            let label = xml::clean(name);
            xml::empty(xml, "category", [("term", slug.as_str()), ("label", label.as_str())])?;
        }
        if !entry.summary.is_empty() {
            words(xml, "summary", &entry.summary)?;
        }
        xml::typed(xml, "content", [("type", "html")], &entry.html)
    })?;
    Ok(())
}

/// Plain words; those that could be taken for markup are sent as markup that says so.
fn words(xml: &mut Xml, name: &str, words: &str) -> Result<()> {
    match words.contains(['<', '&']) {
        true => xml::typed(xml, name, [("type", "html")], &Templates::escape(words)),
        false => xml::text(xml, name, words),
    }
}

fn link(xml: &mut Xml, rel: &str, media_type: &str, href: &str) -> Result<()> {
    xml::empty(xml, "link", [("rel", rel), ("type", media_type), ("href", href)])
}
