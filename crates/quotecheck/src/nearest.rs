//! The passage around a place that shares words with what was reported.

use crate::finding::Span;
use crate::sentence;
use crate::source::Source;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// A passage that shares words with some others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    pub span: Span,
    /// How much of the words it holds, from 0 to 1, rare words counting for more.
    pub share: f32,
}

/// Words that a passage is widened by to be whole sentences.
const WIDEST: usize = 40;

/// The sentences around the place where `ids` are guessed to start.
pub(crate) fn passage(source: &Source, ids: &[u32], guess: i64) -> Option<Near> {
    let clamp = |at: i64| at.clamp(0, source.len() as i64) as usize;
    let (mut start, mut end) = (clamp(guess), clamp(guess.saturating_add(ids.len() as i64)));
    if start >= end {
        return None;
    }
    let (first, last) = (start.saturating_sub(WIDEST), (end + WIDEST).min(source.len()));
    while start > first && !sentence::starts_at(source, start) {
        start -= 1;
    }
    while end < last && !sentence::ends_before(source, end) {
        end += 1;
    }
    let held: HashSet<u32> = source.ids[start..end].iter().copied().collect();
    let (mut all, mut shared) = (0.0, 0.0);
    for id in ids {
        let weight = ((source.len() + 1) as f32 / source.places(*id).len().max(1) as f32).ln();
        all += weight;
        shared += if held.contains(id) { weight } else { 0.0 };
    }
    (shared > 0.0).then(|| Near { span: source.span(start..end), share: shared / all })
}
