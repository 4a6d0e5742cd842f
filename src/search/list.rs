//! One term's list, read backwards.

use super::block;
use super::words::{Positions, positions};
use crate::Result;
use crate::outside::db::{Tx, record, sql};
use foldhash::HashSet;
use std::collections::VecDeque;
use std::ops::Range;

/// Most blocks that are read with one statement.
const TOGETHER: usize = 8;

pub(super) struct List {
    term: String,
    with_spots: bool,
    /// The block where the list is: its places and weights, oldest first.
    docs: Vec<(i64, u8)>,
    spots: Vec<u8>,
    ranges: Vec<Range<usize>>,
    /// How many of the block's posts are not passed yet.
    left: usize,
    /// Where the block begins.
    first: i64,
    /// The blocks before it, as far as they were read, the newest first.
    ahead: VecDeque<Block>,
    /// How many will be read next: more each time while all are wanted.
    together: usize,
    ended: bool,
}

record! {
    struct Block {
        first: i64,
        docs: Vec<u8>,
        spots: Vec<u8>,
    }
}

impl List {
    /// Phrases ask where the term stands in each post.
    pub(super) fn new(term: String, with_spots: bool) -> List {
        List {
            term,
            with_spots,
            docs: Vec::new(),
            spots: Vec::new(),
            ranges: Vec::new(),
            left: 0,
            first: i64::MAX,
            ahead: VecDeque::new(),
            together: 1,
            ended: false,
        }
    }

    /// The newest place at or before `at`, and what the term weighs there. `at` never grows.
    pub(super) fn seek(&mut self, tx: &mut Tx, hidden: &HashSet<i64>, at: i64) -> Result<Option<(i64, u8)>> {
        loop {
            // Mostly it is the next one, or near.
            let near = self.left.saturating_sub(8);
            while self.left > near && self.docs[self.left - 1].0 > at {
                self.left -= 1;
            }
            if self.left > 0 && self.docs[self.left - 1].0 > at {
                self.left = self.docs[..self.left].partition_point(|(place, _)| *place <= at);
            }
            while self.left > 0 {
                let (place, weight) = self.docs[self.left - 1];
                if !hidden.contains(&place) {
                    return Ok(Some((place, weight)));
                }
                self.left -= 1;
            }
            if self.ended {
                return Ok(None);
            }
            self.open(tx, at.min(self.first.saturating_sub(1)))?;
        }
    }

    /// Where the term stands in the post where this list is, if it is there; in order.
    pub(super) fn spots_at(&self, place: i64) -> Positions<'_> {
        let here = self.left.checked_sub(1).filter(|n| self.docs[*n].0 == place);
        let range = here.and_then(|n| self.ranges.get(n)).cloned();
        positions(range.map_or(&[], |range| &self.spots[range]))
    }

    /// Goes to the block that holds the newest place at or before this one.
    fn open(&mut self, tx: &mut Tx, at: i64) -> Result<()> {
        while self.ahead.front().is_some_and(|block| block.first > at) {
            self.ahead.pop_front();
            self.together = 1;
        }
        if self.ahead.is_empty() {
            self.ahead = self.read(tx, at)?.into();
            self.together = TOGETHER.min(self.together * 2);
        }
        self.docs.clear();
        match self.ahead.pop_front() {
            Some(block) => {
                block::docs(block.first, &block.docs, |place, weight| self.docs.push((place, weight)));
                block::ranges(&block.spots, &mut self.ranges);
                (self.first, self.spots) = (block.first, block.spots);
            }
            None => self.ended = true,
        }
        self.left = self.docs.len();
        Ok(())
    }

    /// The block of a place and those before it.
    fn read(&self, tx: &mut Tx, at: i64) -> Result<Vec<Block>> {
        if self.with_spots {
            return tx.all(
                sql!(
                    "-- search::list, spots
                    select first, docs, spots from posting where term = ?1 and first <= ?2
                    order by first desc limit ?3"
                ),
                (&self.term, at, self.together),
            );
        }
        let blocks: Vec<(i64, Vec<u8>)> = tx.all(
            sql!(
                "-- search::list
                select first, docs from posting where term = ?1 and first <= ?2
                order by first desc limit ?3"
            ),
            (&self.term, at, self.together),
        )?;
        let without = |(first, docs)| Block { first, docs, spots: Vec::new() };
        Ok(blocks.into_iter().map(without).collect())
    }
}
