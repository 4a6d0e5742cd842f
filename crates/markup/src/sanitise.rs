//! What a text may hold. The lists below are used twice: by the sanitiser over the rendered HTML, and again when its output
//! is read into a [`crate::tree::Tree`], so that what is written in the end holds these elements and attributes only.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Elements that stay. None of them runs, loads another document or takes its content as anything but text and elements.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
];

/// Attributes that stay on every element. `class` is thinned out further in [`class`]; `data-sourcepos` carries lines from the
/// renderer to the tree and is never written.
const EVERYWHERE: &[&str] = &["lang", "dir", "title", "id", "class", "data-sourcepos"];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "hreflang", "aria-label"]),
    ("audio", &["src", "controls"]),
    ("blockquote", &["cite"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("data", &["value"]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("img", &["src", "alt", "width", "height"]),
    ("input", &["type", "checked", "disabled"]),
    ("ins", &["cite", "datetime"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("q", &["cite"]),
    ("source", &["src", "type"]),
    ("table", &["align"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("th", &["align", "colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("video", &["src", "controls", "poster", "width", "height"]),
];

/// Attributes that hold an address.
const ADDRESSES: &[&str] = &["href", "src", "cite", "poster"];

/// Schemes an address may have; one without a scheme stays too.
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel"];

/// Elements whose content goes with them.
const EMPTIED: &[&str] = &[
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "noscript",
    "noembed",
    "noframes",
    "template",
    "textarea",
    "title",
    "xmp",
    "svg",
    "math",
    "select",
    "plaintext",
    "frameset",
];

/// Deeper than this, tags are dropped and their content stays: HTML parsers take quadratic time over open elements.
const DEEPEST: usize = 96;
/// A tag with more attributes is dropped, for the same reason.
const MOST_ATTRIBUTES: usize = 48;

/// Safe HTML. Comments stay in, for the writer's marks; whoever writes the result out leaves them away.
pub(crate) fn clean(html: &str) -> String {
    CLEANER.clean(&bounded(html)).to_string()
}

/// Second look, at the tree: may this element be written?
pub(crate) fn allows_element(name: &str) -> bool {
    ELEMENTS.contains(&name)
}

/// Second look, at the tree: may this attribute be written on that element?
pub(crate) fn allows_attribute(element: &str, name: &str, value: &str) -> bool {
    let known = EVERYWHERE.contains(&name)
        || ATTRIBUTES.iter().any(|(on, names)| *on == element && names.contains(&name));
    known && (!ADDRESSES.contains(&name) || is_safe_address(value))
}

/// The classes that may be written as the text has them: an author's own could dress words up as the page's. What is left
/// names a programming language or belongs to footnotes.
pub(crate) fn class(classes: &str) -> Option<String> {
    let kept: Vec<&str> = classes
        .split_ascii_whitespace()
        .filter(|class| {
            matches!(*class, "footnotes" | "footnote-ref" | "footnote-backref")
                || class.strip_prefix("language-").is_some_and(|rest| rest.len() < 40)
        })
        .collect();
    (!kept.is_empty()).then(|| kept.join(" "))
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    let attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES.iter().map(|(element, names)| (*element, names.iter().copied().collect())).collect();
    builder
        .tags(ELEMENTS.iter().copied().collect())
        .clean_content_tags(EMPTIED.iter().copied().collect())
        .generic_attributes(EVERYWHERE.iter().copied().collect())
        .tag_attributes(attributes)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(false);
    builder
});

fn is_safe_address(address: &str) -> bool {
    // Browsers drop these before they read a scheme.
    let bare: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(64).collect();
    match bare.find([':', '/', '?', '#']) {
        Some(at) if bare[at..].starts_with(':') => {
            SCHEMES.contains(&bare[..at].to_ascii_lowercase().as_str())
        }
        _ => true,
    }
}

/// The HTML with its nesting and its attributes bounded. Only tags go, never text.
fn bounded(html: &str) -> Cow<'_, str> {
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
        let keep = match closing {
            true => {
                // Only the nearest of that name: formatting elements outlive whatever was opened after them.
                if let Some(place) = open.iter().rposition(|name| name.eq_ignore_ascii_case(tag.name)) {
                    open.remove(place);
                }
                true
            }
            false if tag.attributes > MOST_ATTRIBUTES => false,
            false if is_void(tag.name) => true,
            false => {
                // An unclosed paragraph or item is closed by the next.
                if open.last().is_some_and(|last| closes_itself(last) && last.eq_ignore_ascii_case(tag.name))
                {
                    open.pop();
                }
                let fits = open.len() < DEEPEST;
                if fits {
                    open.push(tag.name);
                }
                fits
            }
        };
        if !keep {
            let out = out.get_or_insert_with(|| String::with_capacity(html.len()));
            out.push_str(&html[copied..start]);
            copied = tag.end;
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

struct Tag<'a> {
    name: &'a [u8],
    attributes: usize,
    end: usize,
}

impl<'a> Tag<'a> {
    fn read(bytes: &'a [u8], start: usize) -> Tag<'a> {
        let ends_name = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>');
        let name_end = bytes[start..].iter().position(ends_name).map_or(bytes.len(), |n| start + n);
        let (mut at, mut attributes, mut quote, mut after_equals) = (name_end, 0, None, false);
        while let Some(&b) = bytes.get(at) {
            at += 1;
            match (quote, b) {
                (Some(open), _) if b == open => {
                    quote = None;
                    attributes += 1;
                }
                (Some(_), _) => {}
                (None, b'>') => break,
                (None, b'"' | b'\'') if after_equals => quote = Some(b),
                (None, b'=') => {}
                (None, b'/') => attributes += 1,
                (None, b) if b.is_ascii_whitespace() => {
                    if !after_equals
                        && !bytes.get(at).is_some_and(|next| next.is_ascii_whitespace() || *next == b'=')
                    {
                        attributes += 1;
                    }
                    continue;
                }
                _ => {}
            }
            after_equals = b == b'=';
        }
        // Each quoted value is counted with the space before its name.
        Tag { name: &bytes[start..name_end], attributes: attributes / 2, end: at }
    }
}

fn is_void(name: &[u8]) -> bool {
    let voids = [
        "br", "hr", "img", "input", "wbr", "col", "source", "track", "area", "base", "link", "meta", "param",
        "embed",
    ];
    voids.iter().any(|void| name.eq_ignore_ascii_case(void.as_bytes()))
}

fn closes_itself(name: &[u8]) -> bool {
    let names = ["p", "li", "dt", "dd", "tr", "td", "th", "option", "rt", "rp"];
    names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_goes_and_what_reads_stays() {
        let check = |html: &str, expected: &str| assert_eq!(clean(html), expected);
        check("<p onclick=\"go()\">low <b>tide</b></p>", "<p>low <b>tide</b></p>");
        check("<script>go()</script>tide", "tide");
        check("<a href=\"javascript:go()\">tide</a>", "<a>tide</a>");
        check("<img src=\"data:image/svg+xml,<svg onload=go()>\">", "<img>");
        check(
            "<blockquote cite=\"https://harbour.example/\">ebb</blockquote>",
            "<blockquote cite=\"https://harbour.example/\">ebb</blockquote>",
        );
        check(
            "<details open><summary>log</summary>21.12</details>",
            "<details open=\"\"><summary>log</summary>21.12</details>",
        );
    }

    #[test]
    fn schemes_hidden_from_a_quick_look_are_seen() {
        for address in [
            "javascript:x",
            "JAVASCRIPT:x",
            "java\nscript:x",
            " \u{1}javascript:x",
            "vbscript:x",
            "data:text/html,x",
        ] {
            assert!(!is_safe_address(address), "{address:?}");
        }
        for address in [
            "https://harbour.example/a:b",
            "/a:b",
            "#a:b",
            "?a:b",
            "log.html",
            "mailto:ida@harbour.example",
            "//harbour.example",
        ] {
            assert!(is_safe_address(address), "{address:?}");
        }
    }

    #[test]
    fn nesting_and_attributes_are_bounded() {
        let deep = format!("{}ebb{}", "<div>".repeat(5000), "</div>".repeat(5000));
        assert_eq!(bounded(&deep).matches("<div>").count(), DEEPEST);
        let wide: String = (0..5000).map(|n| format!(" a{n}")).collect();
        assert_eq!(bounded(&format!("<b{wide}>ebb")), "ebb");
        let plain = "<p>one<p>two<br><img src=\"a b c/d/e\" alt='it is > that'>";
        assert_eq!(bounded(&plain.repeat(500)), plain.repeat(500));
        assert_eq!(bounded("a < b <c"), "a < b <c");
    }
}
