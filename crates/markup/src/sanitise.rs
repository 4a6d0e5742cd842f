//! What a text may hold. The lists below are used twice: by the sanitiser over the rendered HTML, and again when its output
//! is read into a [`crate::tree::Tree`], so that what is written in the end holds these elements and attributes only.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::{ParseError, Url};

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
    let known = match bare.find([':', '/', '?', '#']) {
        Some(at) if bare[at..].starts_with(':') => {
            SCHEMES.contains(&bare[..at].to_ascii_lowercase().as_str())
        }
        _ => true,
    };
    known && matches!(Url::parse(address), Ok(_) | Err(ParseError::RelativeUrlWithoutBase))
}

/// The HTML with only known elements left, its nesting and its attributes bounded. Text and comments stay.
pub(crate) fn bounded(html: &str) -> String {
    let bytes = html.as_bytes();
    let mut out = String::with_capacity(html.len() + html.len() / 64);
    let mut open: Vec<&[u8]> = Vec::new();
    let mut unclosed: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let start = find(bytes, at, b'<');
        push_text(&html[at..start], &mut out);
        at = match Markup::read(bytes, start) {
            Markup::Text => {
                let end = (start + 1).min(html.len());
                out.push_str(&html[start..end]);
                end
            }
            Markup::Comment(end) => {
                out.push_str(&html[start..end]);
                end
            }
            Markup::Nothing(end) => end,
            Markup::Tag(tag) => {
                let keep = match tag.closing {
                    true => is_element(tag.name) && close(&mut open, tag.name),
                    false => {
                        is_element(tag.name)
                            && tag.attributes <= MOST_ATTRIBUTES
                            && opens(&mut open, tag.name)
                    }
                };
                if keep {
                    out.push_str(&html[start..tag.end]);
                }
                match !tag.closing && is(tag.name, RAW) {
                    true => end_of_raw(bytes, &tag, &mut unclosed),
                    false => tag.end,
                }
            }
        };
    }
    out
}

/// Elements whose content is no markup; it goes with them.
const RAW: &[&str] =
    &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"];
/// An end tag reaches no element outside of these.
const SCOPES: &[&str] = &["table", "td", "th", "caption"];
/// Serialisers look at every `&` and at some letters with the whole rest of a text before them: long texts are parted by
/// empty comments, which the tree joins again.
const LONGEST_TEXT: usize = 1024;

fn push_text(text: &str, out: &mut String) {
    let mut rest = text;
    while rest.len() > LONGEST_TEXT {
        // Never inside a character reference.
        let apart = |b: &u8| b.is_ascii_whitespace() || *b == b'&' || *b >= 0xC0;
        let Some(more) = rest.as_bytes()[LONGEST_TEXT..].iter().position(apart) else { break };
        let (part, later) = rest.split_at(LONGEST_TEXT + more);
        out.push_str(part);
        out.push_str("<!---->");
        rest = later;
    }
    out.push_str(rest);
}

fn opens<'a>(open: &mut Vec<&'a [u8]>, name: &'a [u8]) -> bool {
    if is(name, VOID) {
        return true;
    }
    // An unclosed paragraph or item is closed by the next.
    if open.last().is_some_and(|last| is(last, CLOSED_BY_NEXT) && last.eq_ignore_ascii_case(name)) {
        open.pop();
    }
    let fits = open.len() < DEEPEST;
    if fits {
        open.push(name);
    }
    fits
}

/// Only the nearest of that name is closed: formatting elements outlive whatever was opened after them.
fn close(open: &mut Vec<&[u8]>, name: &[u8]) -> bool {
    let table = is(name, &["table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"]);
    for index in (0..open.len()).rev() {
        if open[index].eq_ignore_ascii_case(name) {
            open.remove(index);
            break;
        }
        let blocked =
            !table && is(open[index], SCOPES) || is(name, &["li"]) && is(open[index], &["ol", "ul"]);
        if blocked {
            break;
        }
    }
    true
}

/// Behind the end tag of an element without markup. One that is never closed swallows nothing: a browser would take all that
/// follows for its content. `unclosed` are names of which no end tag follows any more, so that each is looked for once.
fn end_of_raw<'a>(bytes: &'a [u8], tag: &Tag<'a>, unclosed: &mut Vec<&'a [u8]>) -> usize {
    if unclosed.iter().any(|name| name.eq_ignore_ascii_case(tag.name)) {
        return tag.end;
    }
    let mut at = tag.end;
    loop {
        at = find(bytes, at, b'<');
        if at >= bytes.len() {
            unclosed.push(tag.name);
            return tag.end;
        }
        match Markup::read(bytes, at) {
            Markup::Tag(end) if end.closing && end.name.eq_ignore_ascii_case(tag.name) => return end.end,
            _ => at += 1,
        }
    }
}

enum Markup<'a> {
    /// A lone `<`.
    Text,
    Comment(usize),
    /// A declaration or an instruction, which parsers read as a comment.
    Nothing(usize),
    Tag(Tag<'a>),
}

impl<'a> Markup<'a> {
    fn read(bytes: &'a [u8], start: usize) -> Markup<'a> {
        let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        match (bytes.get(start + 1), bytes.get(start + 2)) {
            (Some(b'!'), Some(b'-')) if bytes.get(start + 3) == Some(&b'-') => {
                Markup::Comment(end_of_comment(bytes, start))
            }
            (Some(b'!' | b'?'), _) => Markup::Nothing((find(bytes, start, b'>') + 1).min(bytes.len())),
            (Some(b'/'), Some(_)) if letter(start + 2) => Markup::Tag(Tag::read(bytes, start + 2, true)),
            (Some(b'/'), Some(_)) => Markup::Nothing((find(bytes, start, b'>') + 1).min(bytes.len())),
            (Some(_), _) if letter(start + 1) => Markup::Tag(Tag::read(bytes, start + 1, false)),
            _ => Markup::Text,
        }
    }
}

/// `-->` and `--!>` end a comment, and so does the `>` of `<!-->`.
fn end_of_comment(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 4;
    while at < bytes.len() {
        at = find(bytes, at, b'>');
        let inside = &bytes[(start + 2).min(at)..at];
        if inside.ends_with(b"--") || inside.len() > 4 && inside.ends_with(b"--!") {
            return (at + 1).min(bytes.len());
        }
        at += 1;
    }
    bytes.len()
}

fn find(bytes: &[u8], from: usize, wanted: u8) -> usize {
    bytes[from.min(bytes.len())..].iter().position(|b| *b == wanted).map_or(bytes.len(), |at| from + at)
}

struct Tag<'a> {
    name: &'a [u8],
    closing: bool,
    attributes: usize,
    end: usize,
}

impl<'a> Tag<'a> {
    fn read(bytes: &'a [u8], start: usize, closing: bool) -> Tag<'a> {
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
        Tag { name: &bytes[start..name_end], closing, attributes: attributes / 2, end: at }
    }
}

const VOID: &[&str] = &["br", "hr", "img", "input", "wbr", "col", "source", "track"];
const CLOSED_BY_NEXT: &[&str] = &["p", "li", "dt", "dd", "tr", "td", "th", "rt", "rp"];

fn is_element(name: &[u8]) -> bool {
    is(name, ELEMENTS)
}

fn is(name: &[u8], names: &[&str]) -> bool {
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
    fn only_known_elements_reach_the_parser() {
        let check = |html: &str, expected: &str| assert_eq!(bounded(html), expected);
        check("a<script>b</div></SCRIPT >c", "ac");
        check("a<style>b<STYLE>c<title>d", "abcd");
        check("<title>a<p onclick=\"go()\">b</p><xmp>c</xmp>", "a<p onclick=\"go()\">b</p>");
        check("<svg><b>x</b></svg>", "<b>x</b>");
        check("<!--a-->b<!-->c<!--->d<!--e--!>f<!--g", "<!--a-->b<!-->c<!--->d<!--e--!>f<!--g");
        check("<!doctype html><?x y?>a</ b>c", "ac");
        check("<p title=\"a > b\">c", "<p title=\"a > b\">c");
        let long = format!("{}&amp;", "a".repeat(LONGEST_TEXT));
        assert_eq!(bounded(&long), format!("{}<!---->&amp;", "a".repeat(LONGEST_TEXT)));
    }

    #[test]
    fn nesting_and_attributes_are_bounded() {
        let deep = format!("{}ebb{}", "<div>".repeat(5000), "</div>".repeat(5000));
        assert_eq!(bounded(&deep).matches("<div>").count(), DEEPEST);
        let wide: String = (0..5000).map(|n| format!(" a{n}")).collect();
        assert_eq!(bounded(&format!("<b{wide}>ebb")), "ebb");
        let plain = "<p>one<p>two<br><img src=\"a b c/d/e\" alt='it is > that'>";
        assert_eq!(bounded(&plain.repeat(500)), plain.repeat(500));
        assert_eq!(bounded("a < b <c>d"), "a < b d");
        assert_eq!(bounded(&"<title>".repeat(100_000)), "");
    }
}
