//! XML as feeds and sitemaps write it.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io::Result;

pub(super) type Xml = Writer<Vec<u8>>;

/// A document, with its declaration; `root` writes the only element.
pub(super) fn document(root: impl FnOnce(&mut Xml) -> Result<()>) -> Result<String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    root(&mut xml)?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}

pub(super) fn text(xml: &mut Xml, name: &str, words: &str) -> Result<()> {
    typed(xml, name, [], words)
}

/// The same, with attributes.
pub(super) fn typed<const N: usize>(
    xml: &mut Xml,
    name: &str,
    attributes: [(&str, &str); N],
    words: &str,
) -> Result<()> {
    let element = xml.create_element(name).with_attributes(attributes);
    element.write_text_content(BytesText::new(words))?;
    Ok(())
}

pub(super) fn empty<const N: usize>(xml: &mut Xml, name: &str, attributes: [(&str, &str); N]) -> Result<()> {
    xml.create_element(name).with_attributes(attributes).write_empty()?;
    Ok(())
}

/// XML cannot carry control characters, not even escaped.
pub(super) fn clean(text: &str) -> String {
    let carried =
        |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\n' | '\t');
    text.chars().filter(carried).collect()
}
