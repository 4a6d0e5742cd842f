//! The longest runs of a quotation that stand somewhere in the text.

use crate::source::Source;
use crate::vocabulary::UNKNOWN;
use std::ops::Range;

pub(crate) struct Piece {
    /// Which words of the quotation.
    pub(crate) words: Range<usize>,
    /// The word of the text where they start.
    pub(crate) source: usize,
    pub(crate) solid: bool,
}

/// Shortest run that makes a piece, in words.
const SHORTEST: usize = 3;
/// Comparisons of words made at most, which bounds the time a text that repeats itself can take.
const COMPARISONS: usize = 1 << 20;

/// The quotation from its start in the longest runs that the text has, words that are in none left over.
pub(crate) fn pieces(source: &Source, ids: &[u32]) -> Vec<Piece> {
    let (mut pieces, mut at, mut budget) = (Vec::<Piece>::new(), 0, COMPARISONS);
    while at < ids.len() {
        let after = pieces.last().map_or(0, |piece| piece.source + piece.words.len());
        let (length, place) = longest(source, &ids[at..], after, &mut budget);
        if length < SHORTEST {
            at += 1;
            continue;
        }
        let solid = is_solid(source, &ids[at..at + length]);
        pieces.push(Piece { words: at..at + length, source: place, solid });
        at += length;
    }
    pieces
}

/// Whether so many words, or such rare ones, stand together that it is no coincidence: as independent
/// words they would be expected to meet less than once in a hundred texts like this one.
pub(crate) fn is_solid(source: &Source, ids: &[u32]) -> bool {
    if ids.len() < SHORTEST {
        return false;
    }
    rarity(source, ids) > (source.total() as f32).ln() + 100f32.ln()
}

/// How unlikely independent words are to meet at one place of the text, as a logarithm.
pub(crate) fn rarity(source: &Source, ids: &[u32]) -> f32 {
    let total = source.total() as f32;
    ids.iter().map(|id| (total / source.times(*id).max(1) as f32).ln()).sum()
}

/// The longest run from the first word on, and where; of equals the first one after `after`.
fn longest(source: &Source, ids: &[u32], after: usize, budget: &mut usize) -> (usize, usize) {
    if ids.len() < SHORTEST || ids[..SHORTEST].contains(&UNKNOWN) {
        return (0, 0);
    }
    let rarest = (0..SHORTEST).min_by_key(|at| source.places(ids[*at]).len()).unwrap_or(0);
    let (mut best, mut place) = (0, 0);
    for start in source.places(ids[rarest]).iter().filter_map(|at| (*at as usize).checked_sub(rarest)) {
        let length = ids.iter().zip(&source.ids[start..]).take_while(|(a, b)| a == b).count();
        let nearer = place < after && start >= after;
        if length > best || length == best && nearer {
            (best, place) = (length, start);
        }
        *budget = budget.saturating_sub(length + 1);
        if *budget == 0 {
            break;
        }
    }
    (best, place)
}
