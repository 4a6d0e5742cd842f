//! Runs: the visible text of one paragraph, item, cell or heading, with what stands where in it.

use std::ops::Range;

use crate::mark::{self, Mark};
use crate::sentence::LINE_BREAK;
use crate::tree::{Data, Id, ROOT, Tree, is_inline};

pub(crate) struct Run {
    /// The element whose text this is.
    pub(crate) node: Id,
    pub(crate) place: Place,
    /// The visible text: a line break of the Markdown is `\n`, one that the writer meant is [`LINE_BREAK`].
    pub(crate) text: String,
    pub(crate) links: Vec<Span>,
    /// `<q>` elements.
    pub(crate) qs: Vec<Span>,
    pub(crate) bold: Vec<Span>,
    code: Vec<Span>,
    /// Footnote references, by the `href` they point to.
    pub(crate) footnotes: Vec<(usize, String)>,
    pub(crate) marks: Vec<(usize, Mark, Id)>,
    chunks: Vec<Chunk>,
    /// Where the lines of the original text end.
    newlines: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Paragraph,
    Heading(u8),
    Item,
    /// A cell, a caption, a term: words that stand beside others.
    Aside,
    Code,
}

#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) node: Id,
    pub(crate) at: Range<usize>,
}

/// The text of one text node, whole and unchanged, inside the run.
struct Chunk {
    at: Range<usize>,
    node: Id,
    line: usize,
}

/// All runs of a text in its order, and the marks that stand between blocks.
pub(crate) fn collect(tree: &Tree) -> (Vec<Run>, Vec<(Id, Mark)>) {
    let mut found = Collector { tree, runs: Vec::new(), marks: Vec::new() };
    found.flow(ROOT);
    found.runs.retain(|run| !run.text.trim().is_empty() || !run.links.is_empty());
    (found.runs, found.marks)
}

impl Run {
    /// Is this offset a reader's text rather than code?
    pub(crate) fn is_text(&self, at: usize) -> bool {
        self.place != Place::Code && !self.code_at(at)
    }

    fn code_at(&self, at: usize) -> bool {
        let index = self.code.partition_point(|code| code.at.end <= at);
        self.code.get(index).is_some_and(|code| code.at.start <= at)
    }

    /// The links that begin in this part of the run.
    pub(crate) fn links_in(&self, at: &Range<usize>) -> &[Span] {
        let first = self.links.partition_point(|link| link.at.start < at.start);
        let last = self.links.partition_point(|link| link.at.start < at.end.max(at.start));
        &self.links[first..last]
    }

    /// The text node and the offset in it. An offset between two nodes belongs to the earlier one.
    pub(crate) fn locate(&self, at: usize) -> Option<(Id, usize)> {
        let index = self.chunks.partition_point(|chunk| chunk.at.end < at);
        let chunk = self.chunks.get(index).filter(|chunk| chunk.at.start <= at)?;
        Some((chunk.node, at - chunk.at.start))
    }

    /// As [`Run::locate`], but an offset between two nodes belongs to the later one.
    pub(crate) fn locate_start(&self, at: usize) -> Option<(Id, usize)> {
        let index = self.chunks.partition_point(|chunk| chunk.at.end <= at);
        let chunk = self.chunks.get(index).filter(|chunk| chunk.at.start <= at)?;
        Some((chunk.node, at - chunk.at.start))
    }

    /// The line of the original text on which this offset stands.
    pub(crate) fn line(&self, at: usize) -> usize {
        let index =
            self.chunks.partition_point(|chunk| chunk.at.end <= at).min(self.chunks.len().saturating_sub(1));
        self.chunks.get(index).map_or(0, |chunk| {
            let end = at.clamp(chunk.at.start, chunk.at.end);
            let lines_before = |at: usize| self.newlines.partition_point(|newline| *newline < at);
            chunk.line + lines_before(end) - lines_before(chunk.at.start)
        })
    }

    /// Where the visible text begins.
    pub(crate) fn start(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    pub(crate) fn is_heading(&self) -> bool {
        matches!(self.place, Place::Heading(_))
    }
}

/// A piece of a run as one line of plain text.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

struct Collector<'a> {
    tree: &'a Tree,
    runs: Vec<Run>,
    marks: Vec<(Id, Mark)>,
}

impl Collector<'_> {
    /// Splits what an element holds into lines of text and blocks. The tree's depth is bounded, so this may recurse.
    fn flow(&mut self, container: Id) {
        let mut line: Vec<Id> = Vec::new();
        let mut blank = true;
        for child in self.tree.children(container) {
            match &self.tree.node(*child).data {
                Data::Element { name, .. } if !is_inline(name) => {
                    self.run(container, &line);
                    line.clear();
                    blank = true;
                    self.flow(*child);
                }
                // A mark alone between blocks belongs to a block; one in a line to its place there.
                Data::Comment(comment) if blank && self.stands_alone(*child) => {
                    self.marks.extend(mark::read(comment).map(|mark| (*child, mark)));
                }
                _ => {
                    blank &= self.is_blank(*child);
                    line.push(*child);
                }
            }
        }
        self.run(container, &line);
    }

    fn is_blank(&self, id: Id) -> bool {
        matches!(&self.tree.node(id).data, Data::Text(text) if text.trim().is_empty())
    }

    /// Does a comment stand where blocks stand: is there no text beside it?
    fn stands_alone(&self, id: Id) -> bool {
        let siblings = self.tree.children(self.tree.node(id).parent);
        let at = siblings.partition_point(|sibling| *sibling <= id);
        let next = siblings[at..].iter().find(|sibling| !self.is_blank(**sibling));
        next.is_none_or(|next| match &self.tree.node(*next).data {
            Data::Element { name, .. } => !is_inline(name),
            Data::Text(_) => false,
            Data::Comment(_) => true,
        })
    }

    fn run(&mut self, container: Id, line: &[Id]) {
        if line.iter().all(|id| self.is_blank(*id)) {
            return;
        }
        let mut run = Run {
            node: container,
            place: place(self.tree, container),
            text: String::new(),
            links: Vec::new(),
            qs: Vec::new(),
            bold: Vec::new(),
            code: Vec::new(),
            footnotes: Vec::new(),
            marks: Vec::new(),
            chunks: Vec::new(),
            newlines: Vec::new(),
        };
        for id in line {
            self.inline(*id, &mut run);
        }
        run.newlines = run.text.match_indices('\n').map(|(at, _)| at).collect();
        self.runs.push(run);
    }

    fn inline(&self, id: Id, run: &mut Run) {
        let node = self.tree.node(id);
        match &node.data {
            Data::Text(text) => {
                let start = run.text.len();
                run.text.push_str(text);
                run.chunks.push(Chunk { at: start..run.text.len(), node: id, line: node.line });
            }
            Data::Comment(comment) => {
                run.marks.extend(mark::read(comment).map(|mark| (run.text.len(), mark, id)))
            }
            Data::Element { name, .. } => match name.as_str() {
                "br" => run.text.push(LINE_BREAK),
                "img" | "input" | "wbr" => {}
                "sup" if is_footnote(self.tree, id) => {
                    let target = node.children.iter().find_map(|child| self.tree.attribute(*child, "href"));
                    run.footnotes.extend(target.map(|target| (run.text.len(), target.to_owned())));
                }
                "a" if self
                    .tree
                    .attribute(id, "class")
                    .is_some_and(|class| class.contains("footnote-backref")) => {}
                name => {
                    let start = run.text.len();
                    for child in &node.children {
                        self.inline(*child, run);
                    }
                    let span = Span { node: id, at: start..run.text.len() };
                    match name {
                        "a" => run.links.push(span),
                        "q" => run.qs.push(span),
                        "b" | "strong" => run.bold.push(span),
                        "code" | "kbd" | "samp" => run.code.push(span),
                        _ => {}
                    }
                }
            },
        }
    }
}

fn is_footnote(tree: &Tree, id: Id) -> bool {
    tree.attribute(id, "class").is_some_and(|class| class.contains("footnote-ref"))
}

fn place(tree: &Tree, container: Id) -> Place {
    match tree.name(container) {
        "h1" | "h2" => Place::Heading(2),
        "h3" => Place::Heading(3),
        "h4" => Place::Heading(4),
        "h5" => Place::Heading(5),
        "h6" => Place::Heading(6),
        "li" | "dd" => Place::Item,
        "td" | "th" | "figcaption" | "caption" | "summary" | "dt" => Place::Aside,
        "pre" => Place::Code,
        _ => Place::Paragraph,
    }
}
