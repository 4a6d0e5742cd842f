//! Blocks of a term's list: some hundred posts that hold it, oldest first. One column has places and weights, another, which only
//! phrases ask for, where in each post the term stands.

use super::words::{read_number, take, write_number};
use std::ops::Range;

/// Most posts in one block. A common word's list is two hundred blocks for a hundred thousand posts.
const POSTS: usize = 512;
/// A block with more bytes of positions is divided, unless it holds one post.
const BYTES: usize = 1 << 14;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Posting {
    pub(super) place: i64,
    pub(super) weight: u8,
    pub(super) spots: Vec<u8>,
}

/// One row, written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) posts: usize,
    pub(super) docs: Vec<u8>,
    pub(super) spots: Vec<u8>,
}

/// Divides postings, in the order of their places, into blocks.
pub(super) fn blocks(postings: &[Posting]) -> Vec<Block> {
    let mut out = Vec::new();
    let mut rest = postings;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest.iter().take(POSTS).take_while(|posting| {
            bytes += posting.spots.len() + 2;
            bytes <= BYTES
        });
        let mut count = fit.count().max(1);
        // Halves leave room in both for what comes between.
        if count < rest.len() && rest.len() < 2 * count {
            count = rest.len().div_ceil(2).min(count);
        }
        let (these, others) = rest.split_at(count);
        out.push(Block::of(these));
        rest = others;
    }
    out
}

impl Block {
    fn of(postings: &[Posting]) -> Block {
        let (mut docs, mut spots) = (Vec::new(), Vec::new());
        let mut before = postings[0].place;
        for posting in postings {
            write_number(&mut docs, (posting.place - before) as u64);
            docs.push(posting.weight);
            write_number(&mut spots, posting.spots.len() as u64);
            spots.extend(&posting.spots);
            before = posting.place;
        }
        Block { first: postings[0].place, last: before, posts: postings.len(), docs, spots }
    }
}

/// Places and weights, oldest first.
pub(super) fn docs(first: i64, mut docs: &[u8], mut each: impl FnMut(i64, u8)) {
    let mut place = first;
    while let Some(step) = read_number(&mut docs) {
        let Some((&weight, rest)) = docs.split_first() else { return };
        docs = rest;
        place += step as i64;
        each(place, weight);
    }
}

/// Where in the column each post's positions stand.
pub(super) fn ranges(spots: &[u8], out: &mut Vec<Range<usize>>) {
    out.clear();
    let mut rest = spots;
    while let Some(length) = read_number(&mut rest) {
        let from = spots.len() - rest.len();
        if take(&mut rest, length as usize).is_none() {
            break;
        }
        out.push(from..from + length as usize);
    }
}

pub(super) fn postings(first: i64, written: &[u8], spots: &[u8]) -> Vec<Posting> {
    let (mut places, mut out) = (Vec::new(), Vec::new());
    ranges(spots, &mut places);
    let mut ranges = places.into_iter();
    docs(first, written, |place, weight| {
        let spots = ranges.next().map(|range| spots[range].to_vec()).unwrap_or_default();
        out.push(Posting { place, weight, spots });
    });
    out
}
