//! What is read from a paste: blocks of glyphs. A glyph is one character and how it is set.

use super::{Note, What};
use crate::address;

/// A paste on its way to Markdown.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) blocks: Vec<Block>,
    pub(super) refs: Refs,
}

pub(super) enum Block {
    Paragraph(Words),
    Heading(usize, Words),
    /// One item of a list not yet put together: see [`super::lists::gather`].
    Item(Item),
    List(List),
    Quote(Vec<Block>),
    Transcript(Transcript),
    Code(String),
    Table(Vec<Vec<Words>>),
    Rule,
    /// Lines of Markdown kept with their marks; only addresses in brackets are placed.
    Lines(Vec<Words>),
}

pub(super) struct Item {
    pub(super) indent: usize,
    pub(super) marker: Marker,
    /// The marker as it was pasted, in case it turns out to be words.
    pub(super) lead: Vec<Glyph>,
    pub(super) blocks: Vec<Block>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// A bullet, and whether its form is one used for inner lists.
    Bullet { inner: bool },
    /// `sure` when the form is a list's whatever stands around it.
    Number { n: u32, delimiter: char, sure: bool },
}

pub(super) struct List {
    /// First number and its delimiter.
    pub(super) number: Option<(u32, char)>,
    pub(super) items: Vec<Vec<Block>>,
}

pub(super) struct Transcript {
    pub(super) blocks: Vec<Block>,
    pub(super) turns: usize,
    pub(super) speakers: Vec<String>,
    /// Why it ends where it does, to stand after "It ends".
    pub(super) ending: &'static str,
}

/// A paragraph's glyphs and what was decided about them; the notes' lines are set on writing.
#[derive(Default, Clone)]
pub(super) struct Words {
    pub(super) glyphs: Vec<Glyph>,
    pub(super) notes: Vec<Note>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Glyph {
    pub(super) c: char,
    pub(super) style: Style,
}

/// Stands where a picture does, or a link that is a note and has no words.
pub(super) const NOTHING: char = '\u{fffc}';

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Style {
    pub(super) strong: bool,
    pub(super) emphasis: bool,
    pub(super) struck: bool,
    pub(super) code: bool,
    /// Already Markdown: written as it is.
    pub(super) raw: bool,
    /// Part of a mark or link that must not be touched.
    pub(super) fixed: bool,
    /// Index into [`Refs::links`].
    pub(super) link: Option<usize>,
    /// Index into [`Refs::pictures`]; the glyph is [`NOTHING`].
    pub(super) picture: Option<usize>,
}

/// The links and pictures that glyphs point at.
#[derive(Default)]
pub(super) struct Refs {
    pub(super) links: Vec<Link>,
    pub(super) pictures: Vec<Picture>,
}

pub(super) struct Link {
    pub(super) url: String,
    pub(super) title: Option<String>,
    /// The address stands in the text as itself.
    pub(super) bare: bool,
}

pub(super) struct Picture {
    pub(super) src: String,
    pub(super) alt: String,
}

impl Refs {
    /// A link to an address as it was typed, without what only tracks.
    pub(super) fn link(&mut self, typed: &str, bare: bool, notes: &mut Vec<Note>) -> usize {
        let whole = address::with_scheme(typed);
        let opened = address::opened(&whole);
        if let Some(inner) = &opened {
            notes.push(Note::new(
                What::WrapperOpened,
                format!(
                    "The link to {} went through a redirecting address, which was left out.",
                    address::short(inner)
                ),
            ));
        }
        let whole = opened.unwrap_or(whole);
        let url = crate::url::strip_tracking(&whole);
        if url != whole {
            notes.push(Note::new(
                What::TrackingDropped,
                format!(
                    "Tracking parameters of the address {} were dropped: {}.",
                    address::short(&url),
                    address::dropped(&whole, &url)
                ),
            ));
        }
        self.links.push(Link { url, title: None, bare });
        self.links.len() - 1
    }
}

impl Note {
    pub(super) fn new(what: What, sentence: String) -> Note {
        Note { line: 0, what, sentence }
    }
}

impl Words {
    pub(super) fn plain(text: &str) -> Words {
        Words { glyphs: glyphs(text, Style::default()), notes: Vec::new() }
    }

    pub(super) fn text(&self) -> String {
        self.glyphs.iter().map(|g| g.c).collect()
    }

    pub(super) fn trimmed(&self) -> &[Glyph] {
        let blank = |g: &Glyph| g.c.is_whitespace();
        let Some(first) = self.glyphs.iter().position(|g| !blank(g)) else { return &[] };
        let last = self.glyphs.iter().rposition(|g| !blank(g)).unwrap_or(first);
        &self.glyphs[first..=last]
    }

    /// The one address that is all of this paragraph.
    pub(super) fn address_alone(&self, refs: &Refs) -> Option<usize> {
        let glyphs = self.trimmed();
        let link = glyphs.first()?.style.link?;
        (refs.links[link].bare && glyphs.iter().all(|g| g.style.link == Some(link))).then_some(link)
    }
}

impl Glyph {
    /// Whether a link may be placed on it or an address read from it.
    pub(super) fn is_free(&self) -> bool {
        !self.style.fixed && !self.style.code && self.style.link.is_none() && self.style.picture.is_none()
    }
}

pub(super) fn glyphs(text: &str, style: Style) -> Vec<Glyph> {
    text.chars().map(|c| Glyph { c, style }).collect()
}
