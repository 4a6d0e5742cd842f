//! HTML read into a tree, whatever it is: time stays linear in its length, memory bounded.
//!
//! A parser that follows the standard takes time in proportion to the open elements for every tag, and opens unclosed
//! formatting elements again in every paragraph. So nesting is flattened beyond [`DEEPEST`], as browsers do, and
//! what still grows past [`MOST_NODES`] is cut off there.

use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::TendrilSink;
use scraper::{Html, HtmlTreeSink};
use std::borrow::Cow;

/// Chromium's limit too.
const DEEPEST: usize = 512;
/// A tag with more attributes is dropped: each is compared with all others.
const MOST_ATTRIBUTES: usize = 256;
/// No page a person reads comes near.
const MOST_NODES: usize = 1_500_000;
/// Bytes read between two looks at how the tree grows.
const BITE: usize = 4096;

pub fn parse(markup: &str) -> Html {
    let markup = flattened(markup);
    let sink = HtmlTreeSink::new(Html::new_document());
    let mut parser = driver::parse_document(sink, ParseOpts::default());
    let mut rest = markup.as_ref();
    while !rest.is_empty() {
        let (bite, after) = rest.split_at(rest.ceil_char_boundary(BITE.min(rest.len())));
        parser.process(bite.into());
        rest = after;
        if is_overgrown(&parser.tokenizer.sink.sink.0.borrow()) {
            break;
        }
    }
    let mut html = parser.finish();
    html.errors = Vec::new();
    html
}

fn is_overgrown(html: &Html) -> bool {
    let newest = html.tree.root().last_children().last();
    html.tree.values().len() > MOST_NODES || newest.is_some_and(|n| n.ancestors().nth(3 * DEEPEST).is_some())
}

/// The markup without tags that are nested too deep or carry too many attributes. Only tags go, never text.
fn flattened(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let mut open: Vec<&[u8]> = Vec::new();
    let mut out: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = bytes[at..].iter().position(|b| *b == b'<') {
        let start = at + found;
        let closing = bytes.get(start + 1) == Some(&b'/');
        let name_start = start + 1 + usize::from(closing);
        if bytes[start..].starts_with(b"<!--") {
            at = html[start + 4..].find("-->").map_or(html.len(), |end| start + 4 + end + 3);
            continue;
        }
        if !bytes.get(name_start).is_some_and(u8::is_ascii_alphabetic) {
            at = start + 1;
            continue;
        }
        let tag = Tag::read(bytes, name_start);
        at = tag.end;
        if closing {
            // Only the nearest of that name: formatting elements outlive whatever was opened after them.
            if let Some(place) = open.iter().rposition(|name| name.eq_ignore_ascii_case(tag.name)) {
                open.remove(place);
            }
            continue;
        }
        let foreign = open.iter().any(|name| is_one_of(name, &["svg", "math"]));
        if !foreign && is_one_of(tag.name, RAW) {
            at = raw_end(bytes, tag.end, tag.name);
            continue;
        }
        let void = is_one_of(tag.name, VOID) || (foreign && bytes[..tag.end].ends_with(b"/>"));
        if !void && open.last().is_some_and(|last| closes(tag.name, last)) {
            open.pop();
        }
        if tag.attributes > MOST_ATTRIBUTES || (!void && open.len() >= DEEPEST) {
            let out = out.get_or_insert_with(|| String::with_capacity(html.len()));
            out.push_str(&html[copied..start]);
            copied = tag.end;
        } else if !void {
            open.push(tag.name);
        }
    }
    match out {
        Some(mut out) => {
            out.push_str(&html[copied..]);
            Cow::Owned(out)
        }
        None => Cow::Borrowed(html),
    }
}

/// Elements whose content is no markup.
const RAW: &[&str] =
    &["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript"];
const VOID: &[&str] = &[
    "br", "hr", "img", "input", "wbr", "col", "source", "track", "area", "base", "link", "meta", "param",
    "embed",
];

struct Tag<'a> {
    name: &'a [u8],
    attributes: usize,
    end: usize,
}

impl<'a> Tag<'a> {
    fn read(bytes: &'a [u8], start: usize) -> Tag<'a> {
        let ends_name = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>');
        let name_end = bytes[start..].iter().position(ends_name).map_or(bytes.len(), |n| start + n);
        let (mut at, mut attributes, mut quote, mut before) = (name_end, 0, None, b' ');
        while let Some(&b) = bytes.get(at) {
            at += 1;
            match (quote, b) {
                (Some(open), _) if b == open => (quote, before) = (None, b' '),
                (Some(_), _) => {}
                (None, b'>') => break,
                (None, b'"' | b'\'') if before == b'=' => quote = Some(b),
                (None, _) if b.is_ascii_whitespace() => before = if before == b'=' { b'=' } else { b' ' },
                (None, _) => {
                    attributes += usize::from(matches!(before, b' ' | b'/') && !matches!(b, b'=' | b'/'));
                    before = b;
                }
            }
        }
        Tag { name: &bytes[start..name_end], attributes, end: at }
    }
}

/// Where the end tag of a raw element starts.
fn raw_end(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(found) = bytes[at..].windows(2).position(|two| two == b"</") {
        at += found + 2;
        if bytes.get(at..at + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return at - 2;
        }
    }
    bytes.len()
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// An unclosed paragraph or item is closed by the next.
fn closes(name: &[u8], open: &[u8]) -> bool {
    is_one_of(name, &["p", "li", "dt", "dd", "tr", "td", "th", "option", "rt", "rp"])
        && name.eq_ignore_ascii_case(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_flattened_and_words_stay() {
        let deep = format!("{}ebb{}", "<div>".repeat(50_000), "</div>".repeat(50_000));
        assert_eq!(flattened(&deep).matches("<div>").count(), DEEPEST);
        let words = |markup: &str| parse(markup).root_element().text().collect::<String>();
        assert_eq!(words(&deep), "ebb");
        assert_eq!(words(&"<font color=a>x".repeat(2000)).len(), 2000);
        let wide: String = (0..5000).map(|n| format!(" a{n}=\"{n}\"")).collect();
        assert_eq!(words(&format!("<b{wide}>ebb</b>")), "ebb");
    }

    #[test]
    fn ordinary_markup_is_left_alone() {
        let page =
            "<p>one<p>two<br><img src=\"a b c/d/e\" alt='it is > that'><script>if (a<b) '<div>'</script>"
                .repeat(900);
        assert!(matches!(flattened(&page), Cow::Borrowed(_)));
        assert_eq!(flattened("a < b <c"), "a < b <c");
        assert_eq!(Tag::read(b"a href=x title = 'y z' disabled/>", 0).attributes, 3);
    }

    #[test]
    fn reopened_formatting_stays_bounded() {
        let fonts: String = (0..600).map(|n| format!("<font size={n}>")).collect();
        let page = parse(&format!("{fonts}{}", "<p>x".repeat(100_000)));
        assert!(page.tree.values().len() < 2 * MOST_NODES);
    }

    #[test]
    fn what_hides_from_the_flattening_is_cut() {
        let page = format!("<svg><foreignObject></svg><svg><style>{}", "<g>".repeat(60_000));
        assert!(parse(&page).tree.root().descendants().count() < 60_000);
    }
}
