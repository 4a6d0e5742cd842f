//! Laying a run of quoted words beside the text, word by word, at the least cost.

use crate::step::Step;
use std::ops::Range;

const SUBSTITUTE: u32 = 6;
const ADD: u32 = 6;
/// Leaving out several words in a row is one act, so the first costs more than those after it.
const DROP: u32 = 4;
const DROP_ON: u32 = 1;

const NEVER: u32 = u32::MAX / 4;

/// Cells of the table at most, which bounds time and memory whatever the quotation's length.
const CELLS: usize = 1 << 22;

/// The cheapest way to lay `quote` (at word `offset` of the quotation) beside `text`, near the place `guess`, which may
/// lie outside it. Semi-global: it may start and end anywhere in `within`. Banded, with affine cost for what
/// is left out (Gotoh 1982). Gives its cost and its steps.
pub(crate) fn align(
    quote: &[u32],
    offset: usize,
    text: &[u32],
    within: Range<usize>,
    guess: i64,
) -> (u32, Vec<Step>) {
    let rows = quote.len();
    let reach = (rows / 2).clamp(12, 220).min((CELLS / (rows + 1)).max(8));
    align_banded(quote, offset, text, within, guess, reach)
}

/// The same over the whole of `within`, which must be short: as much may be left out of it as it holds.
pub(crate) fn align_all(
    quote: &[u32],
    offset: usize,
    text: &[u32],
    within: Range<usize>,
) -> (u32, Vec<Step>) {
    let (guess, reach) = (within.start as i64, within.len());
    align_banded(quote, offset, text, within, guess, reach)
}

fn align_banded(
    quote: &[u32],
    offset: usize,
    text: &[u32],
    within: Range<usize>,
    guess: i64,
    reach: usize,
) -> (u32, Vec<Step>) {
    let rows = quote.len();
    let width = 2 * reach + 1;
    let base = guess - reach as i64;
    // Column `k` of row `i` stands for the place `base + i + k` of the text: so many of its words lie before.
    let place = |row: usize, column: usize| base + row as i64 + column as i64;
    let (least, most) = (within.start as i64, within.end.min(text.len()) as i64);
    let mut best: Vec<u32> =
        (0..width).map(|k| if (least..=most).contains(&place(0, k)) { 0 } else { NEVER }).collect();
    let mut came = vec![0u8; (rows + 1) * width];
    let mut next = vec![NEVER; width];
    for row in 1..=rows {
        let (mut dropped, mut drop_on) = (NEVER, false);
        for column in 0..width {
            let at = place(row, column);
            if at < least || at > most {
                next[column] = NEVER;
                dropped = NEVER;
                continue;
            }
            let same = at > least && text[at as usize - 1] == quote[row - 1];
            let (mut cost, mut from) = (NEVER, FROM_DIAGONAL);
            if at > least {
                cost = best[column] + if same { 0 } else { SUBSTITUTE };
            }
            if column + 1 < width && best[column + 1] + ADD < cost {
                cost = best[column + 1] + ADD;
                from = FROM_ADD;
            }
            if dropped < cost {
                next[column] = dropped;
                from = if drop_on { FROM_DROP_ON } else { FROM_DROP };
            } else {
                next[column] = cost;
            }
            came[row * width + column] = from | if same { SAME } else { 0 };
            // Going on dropping, or starting to: what the column to the right may come from.
            drop_on = dropped + DROP_ON < cost + DROP;
            dropped = if drop_on { dropped + DROP_ON } else { cost.saturating_add(DROP).min(NEVER) };
            came[row * width + column] |= if drop_on { DROP_GOES_ON } else { 0 };
        }
        std::mem::swap(&mut best, &mut next);
    }
    let (end, cost) =
        best.iter().enumerate().min_by_key(|(_, cost)| **cost).map_or((0, NEVER), |(k, c)| (k, *c));
    if cost >= NEVER {
        return (NEVER, Vec::new());
    }
    (cost, trace(&came, width, rows, end, offset, |row, column| place(row, column) as usize))
}

const FROM_DIAGONAL: u8 = 0;
const FROM_ADD: u8 = 1;
const FROM_DROP: u8 = 2;
const FROM_DROP_ON: u8 = 3;
const FROM: u8 = 3;
const SAME: u8 = 4;
/// The run of dropped words to the right of this cell came from the left of it as well.
const DROP_GOES_ON: u8 = 8;

fn trace(
    came: &[u8],
    width: usize,
    rows: usize,
    end: usize,
    offset: usize,
    place: impl Fn(usize, usize) -> usize,
) -> Vec<Step> {
    let (mut row, mut column) = (rows, end);
    let mut steps = Vec::with_capacity(rows);
    while row > 0 {
        let cell = came[row * width + column];
        let at = place(row, column);
        let word = offset + row - 1;
        match cell & FROM {
            FROM_DIAGONAL if cell & SAME != 0 => {
                steps.push(Step::Same { quote: word, source: at - 1 });
                row -= 1;
            }
            FROM_DIAGONAL => {
                steps.push(Step::Changed { quote: word..word + 1, source: at - 1..at });
                row -= 1;
            }
            FROM_ADD => {
                steps.push(Step::Changed { quote: word..word + 1, source: at..at });
                row -= 1;
                column += 1;
            }
            _ => {
                // Walk left over the dropped words to the cell where dropping began.
                loop {
                    let at = place(row, column);
                    steps.push(Step::Changed { quote: word + 1..word + 1, source: at - 1..at });
                    column -= 1;
                    if came[row * width + column] & DROP_GOES_ON == 0 {
                        break;
                    }
                }
                // That cell is left by the way its words came, not by another drop.
                let cell = came[row * width + column];
                let at = place(row, column);
                match cell & FROM {
                    FROM_ADD => {
                        steps.push(Step::Changed { quote: word..word + 1, source: at..at });
                        column += 1;
                    }
                    _ if cell & SAME != 0 => steps.push(Step::Same { quote: word, source: at - 1 }),
                    _ => steps.push(Step::Changed { quote: word..word + 1, source: at - 1..at }),
                }
                row -= 1;
            }
        }
    }
    steps.reverse();
    join(steps)
}

/// Makes one step of neighbouring changes.
pub(crate) fn join(steps: Vec<Step>) -> Vec<Step> {
    let mut joined: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        if let (Some(Step::Changed { quote, source }), Step::Changed { quote: q, source: s }) =
            (joined.last_mut(), &step)
        {
            quote.end = q.end;
            source.end = s.end.max(source.end);
            continue;
        }
        joined.push(step);
    }
    joined
}
