//! Citations: the outside addresses a text leans on.

use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::run::{Place, Run, plain};
use crate::tree::{Data, Id, Tree};
use crate::url::{self, Kind};
use crate::{Options, mark::Mark};

/// One place in a text that points at a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// As it was typed.
    pub url: String,
    /// As [`crate::url::canonical`] spells it.
    pub canonical: String,
    /// The linked words; empty where a mark or an attribute names the address.
    pub words: String,
    pub kind: Kind,
    /// The link stands inside quoted words: it is the speaker's own.
    pub via: bool,
    /// Whose link it is, where it is not the writer's and the speaker has a name.
    pub speaker: Option<String>,
    /// The address stands alone in its paragraph.
    pub embed: bool,
    /// The link has no words, as in `[](address)`: the output shows nothing of it but the place of its note.
    pub note: bool,
    /// It is the address of a picture that the text shows. The output links it and loads nothing.
    pub picture: bool,
    /// False where the writer marked the link so: no copy is to be made.
    pub keep: bool,
    /// Named in a writer's mark or a `cite` attribute rather than by a link.
    pub bound: bool,
    /// Line of the text, from 1.
    pub line: usize,
}

/// All citations of a text, and which node each of them is.
#[derive(Default)]
pub(crate) struct Citations {
    pub(crate) list: Vec<Citation>,
    by_node: HashMap<Id, usize>,
    /// The first use of a source by the writer, under its canonical address.
    by_source: HashMap<String, usize>,
}

/// The title that makes a link no citation: `[words](address "plain")`.
const PLAIN: &str = "plain";
/// The title that makes it one of which no copy is to be made: `[words](address "not kept")`.
const NOT_KEPT: &str = "not kept";

/// Whether a link's title is a mark of ours rather than words for readers.
pub(crate) fn is_mark(title: &str) -> bool {
    title == PLAIN || title == NOT_KEPT
}

impl Citations {
    /// Links, pictures, `cite` attributes and marks, in the order in which they stand.
    pub(crate) fn collect(
        tree: &Tree,
        runs: &[Run],
        block_marks: &[(Id, Mark)],
        options: &Options,
    ) -> Citations {
        let words: HashMap<Id, (&Run, Range<usize>)> = runs
            .iter()
            .flat_map(|run| run.links.iter().map(move |link| (link.node, (run, link.at.clone()))))
            .collect();
        let marks: HashMap<Id, &Mark> = runs
            .iter()
            .flat_map(|run| run.marks.iter().map(|(_, mark, id)| (*id, mark)))
            .chain(block_marks.iter().map(|(id, mark)| (*id, mark)))
            .collect();
        let mut found = Citations::default();
        for id in tree.ids() {
            match &tree.node(id).data {
                Data::Element { name, .. } => match name.as_str() {
                    "a" => found.link(tree, id, words.get(&id), options),
                    "img" | "video" | "audio" => found.picture(tree, id, options),
                    "blockquote" | "q" | "ins" | "del" => found.cite_attribute(tree, id, options),
                    _ => {}
                },
                Data::Comment(_) => {
                    if let Some(Mark::Source { address, .. }) = marks.get(&id) {
                        found.bind(id, address, tree.node(id).line);
                    }
                }
                Data::Text(_) => {}
            }
        }
        found
    }

    /// Which citation a node is: a link, a picture, a quotation with a `cite`, or a mark.
    pub(crate) fn of(&self, node: Id) -> Option<usize> {
        self.by_node.get(&node).copied()
    }

    /// The one source among these links; `None` for none and for several. Pointers count only where there is nothing else.
    pub(crate) fn one(&self, links: impl Iterator<Item = Id>) -> Option<usize> {
        let found: Vec<usize> = links.filter_map(|node| self.of(node)).collect();
        let only = |kind: Kind| {
            let mut of_kind = found.iter().copied().filter(|index| self.list[*index].kind == kind);
            let first = of_kind.next()?;
            of_kind.all(|other| self.list[other].canonical == self.list[first].canonical).then_some(first)
        };
        match found.iter().any(|index| self.list[*index].kind == Kind::Source) {
            true => only(Kind::Source),
            false => only(Kind::Pointer),
        }
    }

    fn link(&mut self, tree: &Tree, id: Id, words: Option<&(&Run, Range<usize>)>, options: &Options) {
        let Some(address) = tree.attribute(id, "href").filter(|address| is_cited(address, options)) else {
            return;
        };
        let title = tree.attribute(id, "title");
        if title == Some(PLAIN) {
            return;
        }
        let keep = title != Some(NOT_KEPT);
        let (words, line, embed) = match words {
            Some((run, at)) => {
                let words = plain(&run.text[at.clone()]);
                let alone = run.links.len() == 1
                    && is_address(&words, address)
                    && plain(&run.text) == words
                    && stands_free(tree, run);
                (words, run.line(at.start), alone)
            }
            None => (String::new(), tree.node(id).line, false),
        };
        // Inside a block quotation most links are the speaker's own.
        let own = tree.within(id, "blockquote").is_none();
        let note = is_note(tree, id) && !options.guest;
        self.push(id, Citation { embed, note, words, keep, ..citation(address, line) }, own);
    }

    fn picture(&mut self, tree: &Tree, id: Id, options: &Options) {
        // A picture inside a link is the link's words.
        if tree.within(id, "a").is_some() {
            return;
        }
        let Some(address) =
            tree.attribute(id, "src").filter(|address| url::is_outside(address, &options.own_hosts))
        else {
            return;
        };
        let words = plain(tree.attribute(id, "alt").unwrap_or_default());
        self.push(id, Citation { picture: true, words, ..citation(address, tree.node(id).line) }, false);
    }

    fn cite_attribute(&mut self, tree: &Tree, id: Id, options: &Options) {
        if let Some(address) = tree.attribute(id, "cite").filter(|address| is_cited(address, options)) {
            self.bind(id, address, tree.node(id).line);
        }
    }

    fn bind(&mut self, id: Id, address: &str, line: usize) {
        // A mark that names a source which a link names already is about that link.
        let known = url::canonical(address).and_then(|canonical| self.by_source.get(&canonical).copied());
        match known {
            Some(index) => {
                self.by_node.insert(id, index);
            }
            None => self.push(id, Citation { bound: true, ..citation(address, line) }, true),
        }
    }

    fn push(&mut self, id: Id, citation: Citation, writers_own: bool) {
        if citation.canonical.is_empty() {
            return;
        }
        self.by_node.insert(id, self.list.len());
        if writers_own {
            self.by_source.entry(citation.canonical.clone()).or_insert(self.list.len());
        }
        self.list.push(citation);
    }
}

fn citation(address: &str, line: usize) -> Citation {
    Citation {
        url: address.to_owned(),
        canonical: url::canonical(address).unwrap_or_default(),
        words: String::new(),
        kind: url::kind(address),
        via: false,
        speaker: None,
        embed: false,
        note: false,
        picture: false,
        keep: true,
        bound: false,
        line,
    }
}

/// A link in which nothing stands.
pub(crate) fn is_wordless(tree: &Tree, id: Id) -> bool {
    tree.name(id) == "a" && tree.attribute(id, "href").is_some() && tree.children(id).is_empty()
}

/// One that is shown as its note alone. Links that the writer marked have no note to be shown as.
pub(crate) fn is_note(tree: &Tree, id: Id) -> bool {
    is_wordless(tree, id) && !tree.attribute(id, "title").is_some_and(is_mark)
}

fn is_cited(address: &str, options: &Options) -> bool {
    url::is_outside(address, &options.own_hosts) && !url::is_on_host(address, &options.plain_hosts)
}

/// Are these words the address itself, as a reader would write it?
fn is_address(words: &str, address: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim();
        let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        text.trim_end_matches('/').to_lowercase()
    };
    !words.is_empty()
        && (bare(words) == bare(address)
            || url::canonical(words) == url::canonical(address) && url::canonical(words).is_some())
}

/// A paragraph of the text itself: not of a quotation, a list or a table.
fn stands_free(tree: &Tree, run: &Run) -> bool {
    run.place == Place::Paragraph
        && tree.name(run.node) == "p"
        && tree
            .ancestors(run.node)
            .all(|id| !matches!(tree.name(id), "blockquote" | "li" | "td" | "th" | "dd" | "figure"))
}
