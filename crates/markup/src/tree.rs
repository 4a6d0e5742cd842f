//! The safe HTML of a text as a small tree: read once, looked at by everything that finds citations and quotations, and
//! written out at last.

use scraper::{Html, Node as Parsed};

use crate::sanitise;

pub(crate) type Id = usize;

pub(crate) struct Tree {
    nodes: Vec<Node>,
}

pub(crate) struct Node {
    pub(crate) data: Data,
    pub(crate) parent: Id,
    pub(crate) children: Vec<Id>,
    /// Line of the original text, from 1, where this begins; 0 where nobody knows.
    pub(crate) line: usize,
}

pub(crate) enum Data {
    Element { name: String, attributes: Vec<(String, String)> },
    Text(String),
    Comment(String),
}

pub(crate) const ROOT: Id = 0;

/// Before each block of raw HTML the renderer writes a comment of this beginning, for such blocks carry no line.
pub(crate) const LINE: &str = "line:";

impl Tree {
    /// Reads sanitised HTML. An element that is not on the lists gives way to its children.
    pub(crate) fn read(html: &str) -> Tree {
        let parsed = Html::parse_fragment(html);
        let mut tree = Tree { nodes: Vec::new() };
        tree.push(ROOT, Data::Element { name: "#root".into(), attributes: Vec::new() }, 1);
        let mut line = 1;
        let mut stack: Vec<_> = parsed.tree.root().children().rev().map(|node| (node, ROOT)).collect();
        while let Some((node, parent)) = stack.pop() {
            let mut into = parent;
            match node.value() {
                Parsed::Text(text) => {
                    let text = text.to_string();
                    let lines = text.matches('\n').count();
                    tree.push_text(parent, text, line);
                    line += lines;
                }
                Parsed::Comment(comment) if comment.is_empty() => {}
                Parsed::Comment(comment) => match comment.strip_prefix(LINE).and_then(|n| n.parse().ok()) {
                    Some(n) => line = n,
                    None => {
                        tree.push(parent, Data::Comment(comment.to_string()), line);
                    }
                },
                Parsed::Element(element) if sanitise::allows_element(element.name()) => {
                    if let Some(n) = element.attr("data-sourcepos").and_then(first_line)
                        && !is_inline(element.name())
                    {
                        line = n;
                    }
                    let attributes = element
                        .attrs()
                        .filter(|(name, value)| sanitise::allows_attribute(element.name(), name, value))
                        .map(|(name, value)| (name.to_owned(), value.to_owned()))
                        .collect();
                    into = tree.push(
                        parent,
                        Data::Element { name: element.name().to_owned(), attributes },
                        line,
                    );
                }
                _ => {}
            }
            stack.extend(node.children().rev().map(|child| (child, into)));
        }
        tree
    }

    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    /// Every node in the order of the text.
    pub(crate) fn ids(&self) -> std::ops::Range<Id> {
        ROOT + 1..self.nodes.len()
    }

    pub(crate) fn name(&self, id: Id) -> &str {
        match &self.nodes[id].data {
            Data::Element { name, .. } => name,
            _ => "",
        }
    }

    pub(crate) fn attribute(&self, id: Id, wanted: &str) -> Option<&str> {
        match &self.nodes[id].data {
            Data::Element { attributes, .. } => {
                attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
            }
            _ => None,
        }
    }

    pub(crate) fn children(&self, id: Id) -> &[Id] {
        &self.nodes[id].children
    }

    /// The node's parent, its parent, and so on; without the root.
    pub(crate) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(Some(self.nodes[id].parent), |id| Some(self.nodes[*id].parent))
            .take_while(|id| *id != ROOT)
    }

    /// Does the node stand under that one?
    pub(crate) fn is_within(&self, id: Id, under: Id) -> bool {
        self.ancestors(id).any(|ancestor| ancestor == under)
    }

    /// The nearest ancestor of that name.
    pub(crate) fn within(&self, id: Id, name: &str) -> Option<Id> {
        self.ancestors(id).find(|ancestor| self.name(*ancestor) == name)
    }

    /// The outermost ancestor of that name, the node itself included.
    pub(crate) fn outermost(&self, id: Id, name: &str) -> Option<Id> {
        std::iter::once(id).chain(self.ancestors(id)).filter(|ancestor| self.name(*ancestor) == name).last()
    }

    /// The element before or after this one under the same parent, comments and white space passed over.
    pub(crate) fn element_before(&self, id: Id) -> Option<Id> {
        let siblings = self.children(self.nodes[id].parent);
        // Children come in the order of their ids.
        let at = siblings.partition_point(|sibling| *sibling < id);
        self.first_element(siblings[..at].iter().rev())
    }

    pub(crate) fn element_after(&self, id: Id) -> Option<Id> {
        let siblings = self.children(self.nodes[id].parent);
        let at = siblings.partition_point(|sibling| *sibling <= id);
        self.first_element(siblings[at..].iter())
    }

    fn first_element<'a>(&self, siblings: impl Iterator<Item = &'a Id>) -> Option<Id> {
        // A long row of comments between two blocks parts them.
        for sibling in siblings.take(64) {
            match &self.nodes[*sibling].data {
                Data::Element { .. } => return Some(*sibling),
                Data::Text(text) if !text.trim().is_empty() => return None,
                _ => {}
            }
        }
        None
    }

    /// Text beside text is one.
    fn push_text(&mut self, parent: Id, text: String, line: usize) {
        let last = self.nodes[parent].children.last().copied();
        match last.map(|last| &mut self.nodes[last].data) {
            Some(Data::Text(before)) => before.push_str(&text),
            _ => {
                self.push(parent, Data::Text(text), line);
            }
        }
    }

    fn push(&mut self, parent: Id, data: Data, line: usize) -> Id {
        let id = self.nodes.len();
        self.nodes.push(Node { data, parent, children: Vec::new(), line });
        if id != ROOT {
            self.nodes[parent].children.push(id);
        }
        id
    }
}

/// Elements that stand in a line of text.
pub(crate) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "br"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "i"
            | "img"
            | "input"
            | "ins"
            | "kbd"
            | "mark"
            | "picture"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "source"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "var"
            | "wbr"
    )
}

/// `12:1-14:7` begins on line 12.
fn first_line(sourcepos: &str) -> Option<usize> {
    sourcepos.split(':').next()?.parse().ok().filter(|line| *line > 0)
}
