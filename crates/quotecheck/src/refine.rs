//! Takes a stretch of changed words apart into the changes it is made of.

use crate::grade::{is_one_spelling, unlikeness};
use crate::lexicon::Lexicon;
use crate::quotation::Quotation;
use crate::source::Source;
use crate::step::Step;
use std::ops::Range;

/// Longest stretch taken apart, in words of either side.
const LONGEST: usize = 48;

/// The steps of a change, words that resemble each other side by side.
pub(crate) fn refine(
    quotation: &Quotation,
    source: &Source,
    quote: Range<usize>,
    text: Range<usize>,
    lexicon: &Lexicon,
) -> Vec<Step> {
    if quote.is_empty() || text.is_empty() || quote.len() > LONGEST || text.len() > LONGEST {
        return vec![Step::Changed { quote, source: text }];
    }
    let q: Vec<&str> = quote.clone().map(|word| quotation.words[word].folded.as_str()).collect();
    let s: Vec<&str> = text.clone().map(|word| source.folded(word)).collect();
    let moves = cheapest(&q, &s, lexicon);
    let mut steps = Vec::new();
    let (mut i, mut j) = (quote.start, text.start);
    for (down, right, alike) in moves {
        let (next_i, next_j) = (i + down, j + right);
        let step = match (down, right) {
            (1, 1) if q[i - quote.start] == s[j - text.start] => Step::Same { quote: i, source: j },
            _ => Step::Changed { quote: i..next_i, source: j..next_j },
        };
        // Words that have nothing to do with each other are shown as one change, not as a string of small ones.
        match (steps.last_mut(), &step) {
            (Some((Step::Changed { quote, source }, false)), Step::Changed { .. }) if !alike => {
                quote.end = next_i;
                source.end = next_j;
            }
            _ => steps.push((step, alike)),
        }
        (i, j) = (next_i, next_j);
    }
    steps.into_iter().map(|(step, _)| step).collect()
}

/// How far each move goes on either side, and whether the words it pairs are alike.
type Move = (usize, usize, bool);

fn cheapest(q: &[&str], s: &[&str], lexicon: &Lexicon) -> Vec<Move> {
    let mut cost = vec![vec![(f32::MAX, (0, 0, false)); s.len() + 1]; q.len() + 1];
    cost[0][0].0 = 0.0;
    for i in 0..=q.len() {
        for j in 0..=s.len() {
            let here = cost[i][j].0;
            let mut go = |down: usize, right: usize, price: f32, alike: bool| {
                if i + down <= q.len() && j + right <= s.len() && here + price < cost[i + down][j + right].0 {
                    cost[i + down][j + right] = (here + price, (down, right, alike));
                }
            };
            if i < q.len() && j < s.len() {
                let unlike = unlikeness(q[i], s[j], lexicon);
                go(1, 1, if unlike < 1.0 { unlike } else { 1.1 }, unlike < 1.0);
                for (down, right) in [(1, 2), (2, 1), (2, 2)] {
                    if i + down <= q.len()
                        && j + right <= s.len()
                        && is_one_spelling(&q[i..i + down], &s[j..j + right])
                    {
                        go(down, right, 0.1, true);
                    }
                }
            }
            go(1, 0, 1.0, false);
            go(0, 1, 0.8, false);
        }
    }
    let (mut i, mut j) = (q.len(), s.len());
    let mut moves = Vec::new();
    while (i, j) != (0, 0) {
        let step = cost[i][j].1;
        moves.push(step);
        (i, j) = (i - step.0, j - step.1);
    }
    moves.reverse();
    moves
}
