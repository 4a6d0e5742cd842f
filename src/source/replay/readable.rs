//! What a page has to say: its main part as plain HTML, for a page of ours. Only the elements named here are written, none
//! with an attribute but the address of a link or a picture of this copy.

use super::Held;
use super::page::push_text;
use crate::source::read::base;
use crate::source::read::text::{Visible, is_hidden};
use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node};
use std::collections::HashMap;
use std::ops::Range;
use url::Url;

pub(super) fn write(
    page: &Html,
    url: &str,
    held: &Held,
    seen: &Visible,
    quoted: Vec<Range<usize>>,
    asked: &[Range<usize>],
) -> String {
    let mut writer = Writer {
        out: String::new(),
        held,
        base: base(page, url),
        marks: HashMap::new(),
        asked: HashMap::new(),
        found: false,
    };
    for (stretches, marks) in [(united(quoted).as_slice(), &mut writer.marks), (asked, &mut writer.asked)] {
        for stretch in stretches {
            for (node, part) in seen.nodes(stretch.clone()) {
                marks.entry(node).or_default().push(part);
            }
        }
    }
    let marked: Vec<NodeId> = writer.marks.keys().chain(writer.asked.keys()).copied().collect();
    let main = main_part(page, &marked);
    writer.write(main);
    writer.out
}

/// Stretches that meet become one.
fn united(mut stretches: Vec<Range<usize>>) -> Vec<Range<usize>> {
    stretches.sort_by_key(|stretch| (stretch.start, stretch.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for stretch in stretches {
        match out.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => out.push(stretch),
        }
    }
    out
}

/// Of the words of a page that are no links, the part that is read must hold this much.
const MOST_OF_IT: f64 = 0.75;

/// The smallest element with most of the page's own words, and with all that is marked.
fn main_part<'a>(page: &'a Html, marked: &[NodeId]) -> NodeRef<'a, Node> {
    let root = page.tree.root();
    let weights = weights(root);
    let weight = |node: NodeRef<Node>| weights.get(&node.id()).copied().unwrap_or(0);
    let mut main = root;
    while let Some(child) =
        main.children().filter(|child| child.value().is_element()).max_by_key(|c| weight(*c))
    {
        let holds = |id: &NodeId| {
            page.tree.get(*id).is_some_and(|node| node.ancestors().any(|above| above.id() == child.id()))
        };
        let enough = weight(child) as f64 >= MOST_OF_IT * weight(root) as f64;
        let ends =
            matches!(child.value().as_element().map(Element::name), Some("p" | "li" | "td" | "blockquote"));
        if !enough || weight(child) == 0 || ends || !marked.iter().all(holds) {
            break;
        }
        main = child;
    }
    main
}

/// Characters of text in each element that neither belong to a link nor to what stands around an article.
fn weights(root: NodeRef<Node>) -> HashMap<NodeId, usize> {
    let mut weights: HashMap<NodeId, usize> = HashMap::new();
    let mut passed = 0;
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(element) if is_beside(element) => passed += 1,
                Node::Text(words) if passed == 0 => {
                    let weight = words.split_whitespace().map(str::len).sum();
                    weights.insert(node.id(), weight);
                }
                _ => {}
            },
            Edge::Close(node) => {
                if node.value().as_element().is_some_and(is_beside) {
                    passed -= 1;
                }
                if let (Some(weight), Some(parent)) = (weights.get(&node.id()).copied(), node.parent()) {
                    *weights.entry(parent.id()).or_default() += weight;
                }
            }
        }
    }
    weights
}

fn is_beside(element: &Element) -> bool {
    is_hidden(element)
        || matches!(element.name(), "a" | "nav" | "aside" | "footer" | "form" | "button" | "dialog")
}

struct Writer<'a> {
    out: String,
    held: &'a Held,
    base: Option<Url>,
    marks: HashMap<NodeId, Vec<Range<usize>>>,
    asked: HashMap<NodeId, Vec<Range<usize>>>,
    /// The first of what was asked for is marked.
    found: bool,
}

impl Writer<'_> {
    fn write(&mut self, main: NodeRef<Node>) {
        let mut gone = None;
        for edge in main.traverse() {
            match edge {
                _ if gone.is_some() => {
                    if let Edge::Close(node) = edge
                        && gone == Some(node.id())
                    {
                        gone = None;
                    }
                }
                Edge::Open(node) => match node.value() {
                    Node::Element(element) if self.goes(node, element) => gone = Some(node.id()),
                    Node::Element(element) => self.open(element),
                    Node::Text(words) => self.words(node, words),
                    _ => {}
                },
                Edge::Close(node) => {
                    if let Some(name) = node.value().as_element().and_then(written) {
                        self.out.push_str(&format!("</{name}>"));
                    }
                }
            }
        }
    }

    /// What stands around an article goes, unless something in it is marked.
    fn goes(&self, node: NodeRef<Node>, element: &Element) -> bool {
        let around = matches!(
            element.name(),
            "nav" | "aside" | "footer" | "form" | "button" | "input" | "svg" | "math" | "canvas"
        );
        let marked = || {
            node.descendants().any(|n| self.marks.contains_key(&n.id()) || self.asked.contains_key(&n.id()))
        };
        is_hidden(element) || around && !marked()
    }

    fn open(&mut self, element: &Element) {
        match element.name() {
            "br" | "hr" => self.out.push_str(&format!("<{}>", element.name())),
            "img" => self.picture(element),
            _ => {
                let Some(name) = written(element) else { return };
                self.out.push_str(&format!("<{name}"));
                if name == "a"
                    && let Some(url) = self.link(element)
                {
                    self.attribute("href", &url);
                    self.out.push_str(" rel=\"noreferrer noopener nofollow\"");
                }
                self.out.push('>');
            }
        }
    }

    fn link(&self, element: &Element) -> Option<String> {
        let url = self.base.as_ref()?.join(element.attr("href")?.trim()).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| url.into())
    }

    fn picture(&mut self, element: &Element) {
        let base = self.base.clone();
        let held = |name: &str| self.held.place(base.as_ref()?, element.attr(name)?);
        let Some(place) = ["data-src", "data-lazy-src", "data-original", "src"].into_iter().find_map(held)
        else {
            return;
        };
        self.out.push_str("<img loading=\"lazy\"");
        self.attribute("src", &place);
        self.attribute("alt", element.attr("alt").unwrap_or_default());
        self.out.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push_str(&format!(" {name}=\""));
        let mut escaped = String::new();
        push_text(&mut escaped, value);
        self.out.push_str(&escaped.replace('"', "&quot;"));
        self.out.push('"');
    }

    /// Where both meet, what was asked for is marked and not what is quoted.
    fn words(&mut self, node: NodeRef<Node>, words: &str) {
        let asked = self.asked.get(&node.id()).cloned().unwrap_or_default();
        let free = |part: &Range<usize>| !asked.iter().any(|a| a.start < part.end && part.start < a.end);
        let quoted: Vec<_> =
            self.marks.get(&node.id()).into_iter().flatten().filter(|p| free(p)).cloned().collect();
        let mut parts: Vec<(Range<usize>, bool)> = quoted.into_iter().map(|part| (part, false)).collect();
        parts.extend(asked.into_iter().map(|part| (part, true)));
        parts.sort_by_key(|(part, _)| part.start);
        let mut at = 0;
        for (part, asked) in parts {
            let (Some(before), Some(found)) = (words.get(at..part.start), words.get(part.clone())) else {
                continue;
            };
            push_text(&mut self.out, before);
            self.out.push_str(match asked {
                true if !std::mem::replace(&mut self.found, true) => "<mark id=\"found\">",
                true => "<mark>",
                false => "<mark class=\"quoted\">",
            });
            push_text(&mut self.out, found);
            self.out.push_str("</mark>");
            at = part.end;
        }
        push_text(&mut self.out, words.get(at..).unwrap_or_default());
    }
}

/// The name under which an element is written; what is not named here is opened. A heading stands under ours.
fn written(element: &Element) -> Option<&'static str> {
    const SAME: [&str; 38] = [
        "p",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "code",
        "em",
        "i",
        "b",
        "strong",
        "sub",
        "sup",
        "q",
        "cite",
        "figure",
        "figcaption",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "ruby",
        "rt",
        "rp",
        "del",
        "ins",
        "s",
        "small",
        "a",
        "kbd",
        "samp",
    ];
    let name = element.name();
    SAME.into_iter().find(|same| *same == name).or(match name {
        "h1" | "h2" => Some("h2"),
        "h3" => Some("h3"),
        "h4" | "h5" | "h6" => Some("h4"),
        "div" | "section" | "article" | "main" | "header" | "address" | "center" | "details" | "summary" => {
            Some("div")
        }
        _ => None,
    })
}
