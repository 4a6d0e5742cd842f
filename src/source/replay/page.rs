//! A kept page, written anew from its tree: only what [`super::allowed`] names, every address replaced or left out, found
//! words marked.

use super::allowed::{Fate, Space, fate, is_plain, is_void};
use super::{Held, css, embedded};
use crate::source::read::text::Visible;
use crate::source::read::{base, html};
use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use html5ever::tree_builder::QuirksMode;
use scraper::node::Element;
use scraper::{Html, Node};
use std::collections::HashMap;
use std::ops::Range;
use url::Url;

/// `marked` are stretches of the page's visible text, in bytes.
pub(super) fn write(page: &Html, url: &str, held: &Held, marked: &[Range<usize>], seen: &Visible) -> String {
    let mut marks: HashMap<NodeId, Vec<Range<usize>>> = HashMap::new();
    for stretch in marked {
        for (node, part) in seen.nodes(stretch.clone()) {
            marks.entry(node).or_default().push(part);
        }
    }
    let mut printer = Printer::new(url, base(page, url), held);
    printer.marks = marks;
    if page.quirks_mode != QuirksMode::Quirks {
        printer.out.push_str("<!doctype html>");
    }
    printer.print(page.tree.root());
    printer.out
}

/// The same for a document that stands within another. Its own address is not that of the frame, so links within it lead nowhere.
pub(super) fn write_framed(page: &Html, url: &str, held: &Held) -> String {
    let mut printer = Printer::new(url, base(page, url), held);
    printer.framed = true;
    printer.out.push_str("<!doctype html>");
    printer.print(page.tree.root());
    printer.out
}

/// A drawing that stands alone, as XML. `None` if there is none.
pub(super) fn drawing(markup: &str, url: &str, held: &Held) -> Option<String> {
    let page = html::parse(markup);
    let root = page.tree.root().descendants().find(|node| {
        node.value().as_element().is_some_and(|e| e.name() == "svg" && Space::of(e) == Space::Svg)
    })?;
    let mut printer = Printer::new(url, Url::parse(url).ok(), held);
    printer.alone = true;
    printer.print(root);
    Some(printer.out)
}

struct Printer<'a> {
    out: String,
    held: &'a Held,
    /// Where the page was found; addresses of this page with a fragment stay within it.
    url: Option<Url>,
    base: Option<Url>,
    marks: HashMap<NodeId, Vec<Range<usize>>>,
    found: bool,
    /// A drawing of its own, not part of a page.
    alone: bool,
    /// Within another document.
    framed: bool,
    /// The element that goes with all it holds.
    gone: Option<NodeId>,
}

impl<'a> Printer<'a> {
    fn new(url: &str, base: Option<Url>, held: &'a Held) -> Printer<'a> {
        Printer {
            out: String::new(),
            held,
            url: Url::parse(url).ok(),
            base,
            marks: HashMap::new(),
            found: false,
            alone: false,
            framed: false,
            gone: None,
        }
    }

    fn print(&mut self, root: NodeRef<Node>) {
        for edge in root.traverse() {
            match edge {
                Edge::Open(node) if self.gone.is_none() => match node.value() {
                    Node::Element(element) => self.open(node, element),
                    Node::Text(words) => self.words(node, words),
                    _ => {}
                },
                Edge::Close(node) if self.gone == Some(node.id()) => self.gone = None,
                Edge::Close(node) if self.gone.is_none() => {
                    if let Node::Element(element) = node.value() {
                        self.close(element);
                    }
                }
                _ => {}
            }
        }
    }

    fn open(&mut self, node: NodeRef<Node>, element: &Element) {
        let (space, name) = (Space::of(element), element.name());
        match fate(space, name) {
            Fate::Goes => {
                if matches!(name, "iframe" | "object" | "embed" | "frame") && !self.stands_in(element) {
                    self.left_out(element);
                }
                self.gone = Some(node.id());
            }
            Fate::Opened => {
                // A form becomes a block: nothing can be sent.
                if name == "form" {
                    self.tag("div", space, element);
                }
            }
            Fate::Stays => match (space, name) {
                (Space::Html, "link") => self.link(element),
                (Space::Html, "input") => self.input(element),
                (Space::Html, "source") => self.source(element),
                (_, "style") => {
                    self.style(node, element, space);
                    self.gone = Some(node.id());
                }
                (Space::Html, "video" | "audio") if !self.plays(node, element) => {
                    self.poster(element);
                    self.gone = Some(node.id());
                }
                _ => {
                    self.tag(name, space, element);
                    self.first_words(node, name);
                }
            },
        }
    }

    fn close(&mut self, element: &Element) {
        let (space, name) = (Space::of(element), element.name());
        match fate(space, name) {
            Fate::Stays if space == Space::Html && is_void(name) => {}
            Fate::Stays => self.out.push_str(&format!("</{name}>")),
            Fate::Opened if name == "form" => self.out.push_str("</div>"),
            _ => {}
        }
    }

    /// What belongs right behind a start tag.
    fn first_words(&mut self, node: NodeRef<Node>, name: &str) {
        if name == "head" {
            self.out.push_str(HEAD);
        }
        // A parser takes the first line end after these for part of the tag.
        let begins =
            node.first_child().and_then(|child| child.value().as_text().map(|t| t.starts_with('\n')));
        if matches!(name, "pre" | "textarea" | "listing") && begins == Some(true) {
            self.out.push('\n');
        }
    }

    fn words(&mut self, node: NodeRef<Node>, words: &str) {
        let Some(parts) = self.marks.remove(&node.id()) else { return push_text(&mut self.out, words) };
        let mut at = 0;
        for part in parts {
            let (Some(before), Some(found)) = (words.get(at..part.start), words.get(part.clone())) else {
                continue;
            };
            push_text(&mut self.out, before);
            let id = if std::mem::replace(&mut self.found, true) { "" } else { " id=\"found\"" };
            self.out.push_str(&format!("<mark class=\"ibid-found\"{id}>"));
            push_text(&mut self.out, found);
            self.out.push_str("</mark>");
            at = part.end;
        }
        push_text(&mut self.out, words.get(at..).unwrap_or_default());
    }

    fn tag(&mut self, name: &str, space: Space, element: &Element) {
        self.out.push('<');
        self.out.push_str(name);
        if self.alone && name == "svg" {
            self.attribute("xmlns", "http://www.w3.org/2000/svg");
        }
        let mut written = Vec::new();
        for (attribute, value) in element.attrs() {
            // Two of one name are no XML; a prefix aside they may be the same.
            if written.contains(&attribute) {
                continue;
            }
            written.push(attribute);
            match space {
                Space::Html => self.html_attribute(name, attribute, value),
                _ => self.foreign_attribute(attribute, value),
            }
        }
        match (space, name) {
            (Space::Html, "img") => self.picture(element),
            (Space::Html, "a") => self.link_away(element),
            (Space::Html, "video" | "audio") => {
                if let Some(address) = element.attr("poster").and_then(|poster| self.place(poster)) {
                    self.attribute("poster", &address);
                }
                self.out.push_str(" controls");
            }
            (Space::Html, "button" | "select" | "textarea") => self.out.push_str(" disabled"),
            _ => {}
        }
        if let (Space::Html, Some(address)) = (space, element.attr("background").and_then(|a| self.place(a)))
        {
            self.attribute("background", &address);
        }
        self.out.push('>');
    }

    fn html_attribute(&mut self, element: &str, name: &str, value: &str) {
        match name {
            "style" => {
                let style = self.css(value);
                self.attribute(name, &style);
            }
            // Ours.
            "id" | "name" if value == "found" => {}
            "class" => {
                let classes: Vec<&str> =
                    value.split_ascii_whitespace().filter(|c| !c.starts_with("ibid-")).collect();
                self.attribute(name, &classes.join(" "));
            }
            _ if is_plain(element, name) => self.attribute(name, value),
            // Style rules ask for them. Addresses in them are for scripts.
            _ if is_extra(name) && !is_address(value) => self.attribute(name, value),
            _ => {}
        }
    }

    fn foreign_attribute(&mut self, name: &str, value: &str) {
        let plain =
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !name.starts_with("xmlns");
        match name {
            "href" => {
                let inside = value.trim().strip_prefix('#');
                let address = match inside {
                    Some(_) => Some(value.trim().to_owned()),
                    None => self.place(value),
                };
                if let Some(address) = address {
                    self.attribute("href", &address);
                }
            }
            "id" if value == "found" => {}
            _ if !plain
                || name.to_ascii_lowercase().starts_with("on")
                || matches!(name, "src" | "action" | "base") => {}
            "style" => {
                let style = self.css(value);
                self.attribute(name, &style);
            }
            _ if value.contains('(') || value.contains('\\') => {
                // Fill, mask, filter and others refer to parts of the drawing with `url(#…)`.
                let value = self.css(value);
                self.attribute(name, &value);
            }
            _ if !is_address(value) => self.attribute(name, value),
            _ => {}
        }
    }

    /// The picture itself: pages that load late keep its address elsewhere.
    fn picture(&mut self, element: &Element) {
        let names = ["data-src", "data-lazy-src", "data-original", "src"];
        let sets = ["srcset", "data-srcset"];
        let held = names.iter().find_map(|name| self.place(element.attr(name)?));
        let set = sets.iter().find_map(|name| self.set(element.attr(name)?));
        if let Some(address) = held.or_else(|| set.as_ref().map(|(first, _)| first.clone())) {
            self.attribute("src", &address);
        }
        if let Some((_, set)) = set {
            self.attribute("srcset", &set);
            if let Some(sizes) = element.attr("sizes").filter(|sizes| !is_address(sizes)) {
                self.attribute("sizes", sizes);
            }
        }
    }

    /// Those of a `srcset` that are held: the first, and all.
    fn set(&self, srcset: &str) -> Option<(String, String)> {
        let mut held = Vec::new();
        for (address, descriptor) in candidates(srcset) {
            let plain = descriptor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
            // A comma or a space in an address would end it.
            let place = self.place(address).filter(|p| plain && !p.contains([',', ' ']));
            held.extend(place.map(|place| (place, descriptor)));
        }
        let first = held.first()?.0.clone();
        let all: Vec<String> =
            held.iter().map(|(place, d)| format!("{place} {d}").trim_end().to_owned()).collect();
        Some((first, all.join(", ")))
    }

    /// A link leads to the living page, and says nothing of where it was followed.
    fn link_away(&mut self, element: &Element) {
        let Some(href) = element.attr("href") else { return };
        let Some(url) = self.base.as_ref().and_then(|base| base.join(href.trim()).ok()) else { return };
        let here = self.url.as_ref().is_some_and(|page| {
            let (mut page, mut url) = (page.clone(), url.clone());
            (page.set_fragment(None), url.set_fragment(None)) == ((), ()) && page == url
        });
        match url.fragment() {
            Some(_) if here && self.framed => {}
            Some(fragment) if here => {
                let fragment = format!("#{fragment}");
                self.attribute("href", &fragment);
            }
            _ if matches!(url.scheme(), "http" | "https" | "mailto" | "tel") => {
                self.attribute("href", url.as_str());
                self.out.push_str(" rel=\"noreferrer noopener nofollow\" target=\"_top\"");
            }
            _ => {}
        }
    }

    fn link(&mut self, element: &Element) {
        let attr = |name: &str| element.attr(name).unwrap_or_default();
        let rel = attr("rel").to_ascii_lowercase();
        let is = |name: &str| rel.split_ascii_whitespace().any(|word| word == name);
        // Some sheets are switched on by a script once they came.
        let late = is("preload")
            && attr("as").eq_ignore_ascii_case("style")
            && attr("onload").contains("stylesheet");
        if !(is("stylesheet") && !is("alternate") || late) {
            return;
        }
        let Some(address) = self.place(attr("href")) else { return };
        self.out.push_str("<link rel=\"stylesheet\"");
        self.attribute("href", &address);
        if !attr("media").is_empty() && !attr("onload").contains("media") && !is_address(attr("media")) {
            self.attribute("media", attr("media"));
        }
        self.out.push('>');
    }

    fn input(&mut self, element: &Element) {
        let kind = element.attr("type").unwrap_or("text").to_ascii_lowercase();
        match kind.as_str() {
            // Nothing here may ask for a secret.
            "password" | "hidden" | "file" => {}
            "image" => {
                self.out.push_str("<img");
                self.attribute("alt", element.attr("alt").unwrap_or_default());
                self.picture(element);
                self.out.push('>');
            }
            _ => {
                self.tag("input", Space::Html, element);
                self.out.pop();
                let known =
                    ["checkbox", "radio", "submit", "button", "reset", "search", "range", "date", "number"];
                let kind = known.into_iter().find(|known| *known == kind).unwrap_or("text");
                self.out.push_str(&format!(" type=\"{kind}\" disabled>"));
            }
        }
    }

    /// One of several pictures, or of several recordings.
    fn source(&mut self, element: &Element) {
        let sets = ["srcset", "data-srcset"];
        let set = sets.iter().find_map(|name| self.set(element.attr(name)?)).map(|(_, set)| set);
        let recorded = element.attr("src").and_then(|src| self.place(src));
        if set.is_none() && recorded.is_none() {
            return;
        }
        self.out.push_str("<source");
        for (name, value) in [("srcset", set), ("src", recorded)] {
            if let Some(value) = value {
                self.attribute(name, &value);
            }
        }
        for name in ["media", "sizes", "type"] {
            if let Some(value) = element.attr(name).filter(|value| !is_address(value)) {
                self.attribute(name, value);
            }
        }
        self.out.push('>');
    }

    fn plays(&self, node: NodeRef<Node>, element: &Element) -> bool {
        let held = |element: &Element| element.attr("src").is_some_and(|src| self.place(src).is_some());
        held(element) || node.children().filter_map(|child| child.value().as_element()).any(held)
    }

    /// What stands for a recording that was not kept.
    fn poster(&mut self, element: &Element) {
        if let Some(address) = element.attr("poster").and_then(|poster| self.place(poster)) {
            self.out.push_str("<img alt=\"\"");
            self.attribute("src", &address);
            self.out.push_str(" style=\"max-width:100%\">");
        }
        self.note("A recording stands here on the page; it is not part of this copy.");
    }

    /// A document or a picture of this copy that the page embeds. The document comes with the page, has no rights, and no
    /// address that could be asked for.
    fn stands_in(&mut self, element: &Element) -> bool {
        let address = element.attr("src").or(element.attr("data")).unwrap_or_default();
        let document = self.base.as_ref().and_then(|base| self.held.frame(base, address));
        if let (Some(document), "iframe" | "frame") = (document, element.name()) {
            self.out.push_str(FRAME);
            for name in ["width", "height", "title", "class", "id", "align"] {
                if let Some(value) = element.attr(name) {
                    self.html_attribute("iframe", name, value);
                }
            }
            let style =
                format!("border:0;{}", element.attr("style").map(|s| self.css(s)).unwrap_or_default());
            self.attribute("style", &style);
            self.out.push_str(" srcdoc=\"");
            self.out.push_str(&document.replace('&', "&amp;").replace('"', "&quot;"));
            self.out.push_str("\"></iframe>");
            return true;
        }
        let drawn = element.attr("type").is_some_and(|kind| kind.trim().starts_with("image/"));
        let picture = self.place(address).filter(|_| drawn && element.name() != "iframe");
        if let Some(picture) = &picture {
            self.out.push_str("<img alt=\"\"");
            self.attribute("src", picture);
            self.out.push('>');
        }
        picture.is_some()
    }

    fn left_out(&mut self, element: &Element) {
        let address = element.attr("src").or(element.attr("data")).unwrap_or_default();
        let url = self.base.as_ref().and_then(|base| base.join(address.trim()).ok());
        let tiny = ["width", "height"].iter().any(|side| matches!(element.attr(side), Some("0" | "1")));
        if let Some(host) =
            url.as_ref().and_then(Url::host_str).filter(|_| !tiny && !address.trim().is_empty())
        {
            self.note(&format!(
                "Something from {host} is embedded here on the page; it is not part of this copy."
            ));
        }
    }

    fn note(&mut self, words: &str) {
        self.out.push_str("<span class=\"ibid-note\">");
        push_text(&mut self.out, words);
        self.out.push_str("</span>");
    }

    fn style(&mut self, node: NodeRef<Node>, element: &Element, space: Space) {
        let sheet: String =
            node.children().filter_map(|child| child.value().as_text()).map(|t| &**t).collect();
        let sheet = self.css(&sheet);
        self.out.push_str("<style");
        if let Some(media) = element.attr("media").filter(|media| !is_address(media)) {
            self.attribute("media", media);
        }
        self.out.push('>');
        match space {
            Space::Html => self.out.push_str(&sheet),
            // In a drawing a style sheet is text like other text.
            _ => push_text(&mut self.out, &sheet),
        }
        self.out.push_str("</style>");
    }

    fn css(&self, css: &str) -> String {
        css::rewrite(css, &|address| match address.trim().starts_with('#') {
            true => Some(address.trim().to_owned()),
            false => self.place(address),
        })
    }

    fn place(&self, address: &str) -> Option<String> {
        let address = address.trim();
        if address.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
            return embedded(address);
        }
        self.held.place(self.base.as_ref()?, address)
    }

    fn attribute(&mut self, name: &str, value: &str) {
        // Escaped it is harmless, and has come to harm wherever markup is read twice.
        let is_markup =
            |(at, _)| value[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if value.match_indices('<').any(is_markup) {
            return;
        }
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '"' => self.out.push_str("&quot;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                c if c.is_control() && !matches!(c, '\n' | '\t') => {}
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

const FRAME: &str = "<iframe sandbox=\"allow-top-navigation-by-user-activation\"";

/// Ours, before anything of the page's.
const HEAD: &str = "<meta charset=\"utf-8\"><style>mark.ibid-found{background:#ffe27a!important;color:#16191d!important;\
    box-shadow:0 0 0 .15em #ffe27a!important;scroll-margin:35vh!important}\
    .ibid-note{display:inline-block!important;padding:.5em .8em!important;border:1px dashed #888!important;\
    font:.8125rem/1.4 system-ui,sans-serif!important;color:#555!important;background:#f4f6f8!important}</style>";

fn is_extra(name: &str) -> bool {
    let rest = name.strip_prefix("data-").or(name.strip_prefix("aria-"));
    let plain = |rest: &str| rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    rest.is_some_and(|rest| !rest.is_empty() && plain(rest) && !rest.contains("src"))
}

fn is_address(value: &str) -> bool {
    let bare: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let bare = bare.to_ascii_lowercase();
    bare.contains("//")
        || ["javascript:", "data:", "vbscript:", "blob:", "file:"].iter().any(|s| bare.contains(s))
}

pub(super) fn push_text(out: &mut String, words: &str) {
    let mut rest = words;
    while let Some(at) = rest.bytes().position(|byte| SPECIAL[usize::from(byte)]) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let Some(c) = from.chars().next() else { break };
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() && !c.is_whitespace() => {}
            c => out.push(c),
        }
        rest = &from[c.len_utf8()..];
    }
    out.push_str(rest);
}

/// Bytes that may begin a character that is not written as it is: marks and controls, of which the later ones begin with `C2`.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    special[b'\n' as usize] = false;
    special[b'\t' as usize] = false;
    special[b'&' as usize] = true;
    special[b'<' as usize] = true;
    special[b'>' as usize] = true;
    special[0x7f] = true;
    special[0xc2] = true;
    special
};

/// Addresses of a `srcset` with their descriptors (HTML, 4.8.4.2.1).
pub(super) fn candidates(srcset: &str) -> Vec<(&str, &str)> {
    let (mut out, mut rest) = (Vec::new(), srcset);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() || out.len() > 100 {
            return out;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        if address.ends_with(',') {
            out.push((address.trim_end_matches(','), ""));
            rest = after;
        } else {
            let end = after.find(',').unwrap_or(after.len());
            out.push((address, after[..end].trim()));
            rest = &after[end..];
        }
    }
}
