//! The visible text of a page, and for every word of it the place in the tree where it stands. Reading and highlighting
//! walk the same way, so what was found in the text is found again on the page.
//!
//! Blocks are separated by a line end, cells by a tab, white space is folded (kept in `pre`). Of ruby the base is text,
//! its reading is not. What a browser without script would not show is left out; so are pictures' descriptions, form controls
//! and whatever stands in another document's place.

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use quotecheck::{Part, Voice};
use scraper::Node;
use scraper::node::Element;
use std::ops::Range;

/// Offsets are bytes of `text`.
#[derive(Debug, Default)]
pub struct Visible {
    pub text: String,
    /// Comments under the page and captions of its pictures, as far as their markup says so.
    pub parts: Vec<Part>,
    runs: Vec<Run>,
}

/// Characters that stand in the text as they stand in a text node.
#[derive(Debug, Clone, Copy)]
struct Run {
    node: NodeId,
    /// In the visible text.
    at: usize,
    /// In the text node.
    from: usize,
    length: usize,
}

impl Visible {
    /// Of a page, or of one element and what it holds.
    pub fn of(root: NodeRef<Node>) -> Visible {
        let mut walk = Walk::default();
        for edge in root.traverse() {
            match edge {
                Edge::Open(node) => walk.open(node),
                Edge::Close(node) => walk.close(node),
            }
        }
        walk.seen.text.truncate(walk.seen.text.trim_end().len());
        let end = walk.seen.text.len();
        walk.seen.parts.iter_mut().for_each(|part| part.end = part.end.min(end));
        walk.seen.parts.retain(|part| part.start < part.end);
        walk.seen
    }

    /// Text nodes, and what of each belongs to a stretch of the visible text; in order.
    pub fn nodes(&self, stretch: Range<usize>) -> Vec<(NodeId, Range<usize>)> {
        let mut out: Vec<(NodeId, Range<usize>)> = Vec::new();
        let first = self.runs.partition_point(|run| run.at + run.length <= stretch.start);
        for run in self.runs[first..].iter().take_while(|run| run.at < stretch.end) {
            let start = run.from + stretch.start.saturating_sub(run.at);
            let end = run.from + (stretch.end - run.at).min(run.length);
            match out.last_mut() {
                Some((node, part)) if *node == run.node => part.end = end,
                _ => out.push((run.node, start..end)),
            }
        }
        out
    }
}

#[derive(Default)]
struct Walk {
    seen: Visible,
    due: Gap,
    /// The element that is passed over with all it holds.
    hidden: Option<NodeId>,
    /// The element whose words are not the page's own.
    apart: Option<(NodeId, Voice, usize)>,
    /// How many open elements keep white space.
    kept: usize,
}

/// What separates two words; the widest that is due is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Cell,
    Line,
}

impl Walk {
    fn open(&mut self, node: NodeRef<Node>) {
        match node.value() {
            _ if self.hidden.is_some() => {}
            Node::Text(words) => self.words(node.id(), words),
            Node::Element(element) if is_hidden(element) => self.hidden = Some(node.id()),
            Node::Element(element) => {
                self.due = self.due.max(gap(element));
                self.kept += usize::from(keeps_space(element));
                if self.apart.is_none()
                    && let Some(voice) = voice(element)
                {
                    self.apart = Some((node.id(), voice, self.seen.text.len()));
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, node: NodeRef<Node>) {
        if self.hidden == Some(node.id()) {
            self.hidden = None;
            return;
        }
        if let Some((_, voice, start)) = self.apart.take_if(|(id, ..)| *id == node.id()) {
            self.seen.parts.push(Part { start, end: self.seen.text.len(), voice });
        }
        if let (None, Node::Element(element)) = (self.hidden, node.value()) {
            self.due = self.due.max(gap(element));
            self.kept -= usize::from(keeps_space(element));
        }
    }

    fn words(&mut self, node: NodeId, text: &str) {
        if self.kept > 0 {
            let text = text.trim_end_matches('\n');
            if !text.is_empty() {
                self.push(node, 0, text);
            }
            self.due = self.due.max(if text.is_empty() { Gap::Line } else { Gap::None });
            return;
        }
        let mut from = 0;
        // Only these fold; a space that does not break is a character like others.
        for part in text.split_inclusive([' ', '\t', '\n', '\r', '\x0c']) {
            let word = part.trim_end_matches([' ', '\t', '\n', '\r', '\x0c']);
            if !word.is_empty() {
                self.push(node, from, word);
            }
            if word.len() < part.len() {
                self.due = self.due.max(Gap::Space);
            }
            from += part.len();
        }
    }

    fn push(&mut self, node: NodeId, from: usize, words: &str) {
        let text = &mut self.seen.text;
        let due = std::mem::take(&mut self.due);
        if !text.is_empty() && !text.ends_with('\n') {
            match due {
                Gap::None => {}
                Gap::Space => text.push(' '),
                Gap::Cell => text.push('\t'),
                Gap::Line => text.push('\n'),
            }
        }
        self.seen.runs.push(Run { node, at: text.len(), from, length: words.len() });
        text.push_str(words);
    }
}

/// Whether a browser without script would not show it, or it stands in another document's place.
pub fn is_hidden(element: &Element) -> bool {
    let attr = |name: &str| element.attr(name);
    HIDDEN.contains(&element.name())
        || attr("hidden").is_some_and(|how| !how.eq_ignore_ascii_case("until-found"))
        || (element.name() == "dialog" && attr("open").is_none())
        || attr("style").is_some_and(|style| {
            let style: String = style.chars().filter(|c| !c.is_whitespace()).take(2000).collect();
            let style = style.to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
}

const HIDDEN: &[&str] = &[
    "head",
    "script",
    "style",
    "template",
    "noscript",
    "noframes",
    "noembed",
    "iframe",
    "object",
    "embed",
    "applet",
    "audio",
    "video",
    "canvas",
    "select",
    "datalist",
    "textarea",
    "input",
    "progress",
    "meter",
    "rp",
    "rt",
    "rtc",
    // inside drawings and formulas
    "title",
    "desc",
    "metadata",
    "defs",
    "symbol",
    "annotation",
    "annotation-xml",
];

/// Whose words an element holds, if not the page's own.
fn voice(element: &Element) -> Option<Voice> {
    if matches!(element.name(), "html" | "body" | "main" | "a" | "span") {
        return None;
    }
    let typed = element.attr("itemtype").is_some_and(|kind| {
        let kind = kind.rsplit('/').next().unwrap_or_default();
        matches!(kind, "Comment" | "UserComments")
    });
    let named = |names: &[&str]| {
        let has = |name: &str| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        element.attr("id").is_some_and(has) || element.classes().any(has)
    };
    if typed || named(COMMENTS) {
        return Some(Voice::Comment);
    }
    let caption = matches!(element.name(), "figcaption" | "caption") || named(CAPTIONS);
    caption.then_some(Voice::Caption)
}

/// What the programs met most call the place under a text where readers write.
const COMMENTS: &[&str] = &[
    "comments",
    "comments-area",
    "comments-list",
    "comments-section",
    "comments-wrapper",
    "comment-list",
    "commentlist",
    "comment-section",
    "comment-body",
    "comment-content",
    "comment-text",
    "comment-thread",
    "comment-tree",
    "usercomments",
    "reader-comments",
    "discussion-thread",
    "disqus_thread",
    "isso-thread",
    "remark42",
];

const CAPTIONS: &[&str] = &[
    "wp-caption-text",
    "image-caption",
    "photo-caption",
    "picture-caption",
    "figure-caption",
    "caption-text",
];

fn gap(element: &Element) -> Gap {
    match element.name() {
        "td" | "th" => Gap::Cell,
        "br" => Gap::Line,
        name if BLOCKS.contains(&name) => Gap::Line,
        _ => Gap::None,
    }
}

const BLOCKS: &[&str] = &[
    "html",
    "body",
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "plaintext",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "xmp",
];

fn keeps_space(element: &Element) -> bool {
    matches!(element.name(), "pre" | "listing" | "xmp" | "plaintext")
}

#[cfg(test)]
mod tests {
    use super::super::html::parse;
    use super::*;

    fn check(markup: &str, expected: &str) {
        let page = parse(markup);
        assert_eq!(Visible::of(page.tree.root()).text, expected, "{markup}");
    }

    #[test]
    fn a_page_reads_as_it_is_seen() {
        check("<title>No</title><p>Low  <b>tide</b>,\n they said<p>High", "Low tide, they said\nHigh");
        check("<p>a<br>b<br><br>c</p> <span>d</span><span>e</span>", "a\nb\nc\nde");
        check("<ul><li>one<li>two</ul>three", "one\ntwo\nthree");
        check("<table><tr><td>09.15<td>low<tr><td>15.40<td>high</table>", "09.15\tlow\n15.40\thigh");
        check("<pre>a  b\n  c\n</pre>d", "a  b\n  c\nd");
        check("<ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>の", "港の");
        check("a&nbsp; b <i> c </i> d", "a\u{a0} b c d");
        check(
            "<h1>Quay</h1><img alt='a lamp'><details><summary>Log</summary>21.12</details>",
            "Quay\nLog\n21.12",
        );
        check("e<wbr>bb <span aria-hidden=true>flow</span>", "ebb flow");
    }

    #[test]
    fn what_is_not_shown_is_not_read() {
        check("<script>no</script><style>no</style><noscript>no</noscript><template>no</template>yes", "yes");
        check("<p hidden>no<p style='DISPLAY : none'>no<p style='visibility:hidden'>no<p>yes", "yes");
        check("<p hidden='until-found'>yes<dialog>no</dialog><dialog open>yes</dialog>", "yes\nyes");
        check(
            "<select><option>no</select><textarea>no</textarea><button>yes</button><iframe>no</iframe>",
            "yes",
        );
        check(
            "<svg><title>no</title><text>yes</text></svg><math><mi>x</mi><annotation>no</annotation></math>",
            "yesx",
        );
    }

    #[test]
    fn words_are_found_again_where_they_stand() {
        let page = parse("<p>The  lamps <b>along\n the</b> quay</p><p>are lit</p>");
        let seen = Visible::of(page.tree.root());
        let start = seen.text.find("amps").unwrap();
        let end = seen.text.find("re lit").unwrap();
        let parts: Vec<&str> = seen
            .nodes(start..end)
            .into_iter()
            .map(|(node, part)| &page.tree.get(node).unwrap().value().as_text().unwrap()[part])
            .collect();
        assert_eq!(parts, ["amps", "along\n the", "quay", "a"]);
        assert!(seen.nodes(4..4).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn every_stretch_names_the_words_it_holds(words in "(<(p|b|pre|td|br|svg|/p|/b)>|[a-zé \n\u{a0}]{0,5}){0,30}", a in 0usize..60, b in 0usize..60) {
            let page = parse(&words);
            let seen = Visible::of(page.tree.root());
            let text = &seen.text;
            let (a, b) = (text.floor_char_boundary(a.min(b)), text.floor_char_boundary(a.max(b)));
            let fold = |text: &str| text.split([' ', '\t', '\n']).collect::<String>();
            let found: String = seen.nodes(a..b).into_iter()
                .map(|(node, part)| page.tree.get(node).unwrap().value().as_text().unwrap()[part].to_owned())
                .collect();
            proptest::prop_assert_eq!(fold(&found), fold(&text[a..b]));
        }
    }
}
