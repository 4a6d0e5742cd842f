//! What a reader of the Markdown sees.

use comrak::nodes::{AstNode, ListDelimType, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};

pub(crate) struct Seen {
    /// Words with one space between them; list markers as `•` or as numbers, no addresses.
    pub(crate) words: String,
    pub(crate) links: Vec<String>,
}

pub(crate) fn see(markdown: &str) -> Seen {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let mut seen = Seen { words: String::new(), links: Vec::new() };
    walk(root, &mut seen);
    seen.words = folded(&seen.words);
    seen
}

pub(crate) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.footnotes = true;
    options.extension.tasklist = true;
    options
}

fn walk<'a>(node: &'a AstNode<'a>, seen: &mut Seen) {
    let value = node.data.borrow().value.clone();
    match &value {
        NodeValue::Text(text) => seen.words.push_str(text),
        NodeValue::Code(code) => seen.words.push_str(&code.literal),
        NodeValue::CodeBlock(block) => seen.words.push_str(&block.literal),
        NodeValue::HtmlInline(html) => seen.words.push_str(html),
        NodeValue::HtmlBlock(block) if block.literal.trim() != "<!-- -->" => {
            seen.words.push_str(&block.literal)
        }
        NodeValue::SoftBreak | NodeValue::LineBreak => seen.words.push(' '),
        NodeValue::Image(image) => seen.links.push(format!("picture {}", image.url)),
        NodeValue::Item(list) => match (list.list_type, list.delimiter) {
            (ListType::Bullet, _) => seen.words.push_str("• "),
            (_, ListDelimType::Period) => seen.words.push_str(&format!("{}. ", list.start)),
            (_, ListDelimType::Paren) => seen.words.push_str(&format!("{}) ", list.start)),
        },
        NodeValue::Link(link) => {
            let before = seen.words.len();
            node.children().for_each(|child| walk(child, seen));
            if seen.words[before..] == link.url {
                seen.words.truncate(before);
            }
            seen.links.push(link.url.clone());
            return;
        }
        _ => {}
    }
    node.children().for_each(|child| walk(child, seen));
    if value.block() {
        seen.words.push(' ');
    }
}
