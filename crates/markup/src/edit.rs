//! What is put into the HTML while it is written: at the end of an element, behind it, or inside a text. Because nothing is
//! put into the text itself before, no writer can forge a place.

use std::collections::{HashMap, HashSet};

use crate::Part;
use crate::tree::Id;

#[derive(Default)]
pub(crate) struct Edits {
    /// Inside a text node, at a byte offset.
    pub(crate) text: HashMap<Id, Vec<(usize, Rank, Piece)>>,
    /// Behind an element's end tag.
    pub(crate) after: HashMap<Id, Vec<(Rank, Part)>>,
    /// Before an element's end tag.
    pub(crate) end: HashMap<Id, Vec<(Rank, Part)>>,
    /// Instead of an element.
    pub(crate) instead: HashMap<Id, Part>,
    pub(crate) class: HashMap<Id, &'static str>,
    pub(crate) cite: HashMap<Id, String>,
    pub(crate) start_tag: HashMap<Id, &'static str>,
    pub(crate) end_tag: HashMap<Id, &'static str>,
    /// Links that are the speaker's own.
    pub(crate) via: HashSet<Id>,
}

/// What comes first where several pieces meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    QuoteClose,
    LabelEnd,
    Note,
    Mark,
    TranscriptMark,
    Split,
    LabelStart,
    QuoteOpen,
}

pub(crate) enum Piece {
    Part(Part),
    Html(&'static str),
}

impl Edits {
    pub(crate) fn at(&mut self, place: (Id, usize), rank: Rank, piece: Piece) {
        self.text.entry(place.0).or_default().push((place.1, rank, piece));
    }

    pub(crate) fn after(&mut self, node: Id, rank: Rank, part: Part) {
        self.after.entry(node).or_default().push((rank, part));
    }

    pub(crate) fn end(&mut self, node: Id, rank: Rank, part: Part) {
        self.end.entry(node).or_default().push((rank, part));
    }

    /// Puts every list into its order; afterwards the edits are only read.
    pub(crate) fn sort(&mut self) {
        for pieces in self.text.values_mut() {
            pieces.sort_by_key(|(at, rank, _)| (*at, *rank));
        }
        for parts in self.after.values_mut().chain(self.end.values_mut()) {
            parts.sort_by_key(|(rank, _)| *rank);
        }
    }
}
