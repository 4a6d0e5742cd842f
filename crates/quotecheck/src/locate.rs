//! Where in the text a run of words could stand: exactly, or nearly.

use crate::source::Source;
use crate::vocabulary::UNKNOWN;

/// Every place where `ids` stand as they are, in order, at most `limit`.
///
/// Looks at the places of the rarest word. Where that could take longer than reading the whole text (a text that
/// repeats itself), it reads the whole text once instead (Knuth, Morris, Pratt).
pub(crate) fn exact(source: &Source, ids: &[u32], limit: usize) -> Vec<u32> {
    if ids.is_empty() || ids.len() > source.ids.len() || ids.contains(&UNKNOWN) {
        return Vec::new();
    }
    let rarest = (0..ids.len()).min_by_key(|at| source.places(ids[*at]).len()).unwrap_or(0);
    let places = source.places(ids[rarest]);
    if places.len() * ids.len() > 8 * source.ids.len() + 4096 {
        return exact_by_reading(&source.ids, ids, limit);
    }
    let starts = places.iter().filter_map(|place| place.checked_sub(rarest as u32));
    starts.filter(|start| source.ids[*start as usize..].starts_with(ids)).take(limit).collect()
}

/// Where `ids` could nearly stand, likeliest first: guesses at the place of their first word.
///
/// The places of the rare words vote for the start they imply; starts that lie close together vote together.
pub(crate) fn near(source: &Source, ids: &[u32]) -> Vec<i64> {
    let mut rare: Vec<usize> = (0..ids.len()).filter(|at| !source.places(ids[*at]).is_empty()).collect();
    rare.sort_by_key(|at| source.places(ids[*at]).len());
    let mut votes: Vec<(i64, f32)> = Vec::new();
    let mut voters = 0;
    for at in &rare {
        let places = source.places(ids[*at]);
        if votes.len() + places.len() > VOTES {
            break;
        }
        voters += 1;
        let weight = (source.ids.len() as f32 / places.len() as f32).ln() + 0.1;
        votes.extend(places.iter().map(|place| (i64::from(*place) - *at as i64, weight)));
    }
    // A handful of rare words in a quotation of common ones would decide too much.
    if voters * 4 < rare.len() && voters < ENOUGH_VOTERS {
        return near_by_reading(source, ids);
    }
    count(votes, (ids.len() as i64 / 3).clamp(3, 200))
}

/// Most votes counted, places looked at, and voters that settle it however many words were not asked.
const VOTES: usize = 8192;
const GUESSES: usize = 6;
const ENOUGH_VOTERS: usize = 12;

fn count(mut votes: Vec<(i64, f32)>, width: i64) -> Vec<i64> {
    votes.sort_unstable_by_key(|vote| vote.0);
    let mut tally: Vec<(f32, i64)> = Vec::with_capacity(votes.len());
    let (mut last, mut sum) = (0, 0.0);
    for first in 0..votes.len() {
        while last < votes.len() && votes[last].0 <= votes[first].0 + width {
            sum += votes[last].1;
            last += 1;
        }
        let middle = votes[first + (last - first) / 2].0;
        tally.push((sum, middle));
        sum -= votes[first].1;
    }
    best_apart(tally, width)
}

/// The best guesses that do not stand for the same place.
fn best_apart(mut tally: Vec<(f32, i64)>, apart: i64) -> Vec<i64> {
    let mut guesses: Vec<i64> = Vec::new();
    let mut least = 0.0;
    tally.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    for (sum, start) in tally {
        if guesses.is_empty() {
            least = sum * 0.4;
        }
        if guesses.len() == GUESSES || sum < least {
            break;
        }
        if guesses.iter().all(|guess| (guess - start).abs() > apart) {
            guesses.push(start);
        }
    }
    guesses
}

/// For quotations of common words only: slides a window over the whole text and counts the words it shares.
fn near_by_reading(source: &Source, ids: &[u32]) -> Vec<i64> {
    let mut wanted = vec![0i32; source.vocabulary_size()];
    let mut weight = vec![0f32; source.vocabulary_size()];
    for id in ids.iter().filter(|id| **id != UNKNOWN) {
        wanted[*id as usize] += 1;
        weight[*id as usize] = (source.ids.len() as f32 / source.places(*id).len() as f32).ln() + 0.1;
    }
    let window = ids.len() + ids.len() / 8;
    let apart = (window / 2).max(1);
    let mut tally: Vec<(f32, i64)> = Vec::new();
    let mut shared = 0.0;
    for (end, id) in source.ids.iter().enumerate() {
        let left = &mut wanted[*id as usize];
        shared += if *left > 0 { weight[*id as usize] } else { 0.0 };
        *left -= 1;
        if end >= window {
            let id = source.ids[end - window] as usize;
            wanted[id] += 1;
            shared -= if wanted[id] > 0 { weight[id] } else { 0.0 };
        }
        let start = end as i64 + 1 - window as i64;
        match tally.last_mut() {
            Some(last) if start - last.1 < apart as i64 => {
                if shared > last.0 {
                    *last = (shared, start);
                }
            }
            _ => tally.push((shared, start)),
        }
    }
    best_apart(tally, apart as i64)
}

fn exact_by_reading(text: &[u32], ids: &[u32], limit: usize) -> Vec<u32> {
    let mut fallback = vec![0; ids.len()];
    let mut matched = 0;
    for at in 1..ids.len() {
        while matched > 0 && ids[at] != ids[matched] {
            matched = fallback[matched - 1];
        }
        matched += usize::from(ids[at] == ids[matched]);
        fallback[at] = matched;
    }
    let (mut found, mut matched) = (Vec::new(), 0);
    for (at, id) in text.iter().enumerate() {
        while matched > 0 && *id != ids[matched] {
            matched = fallback[matched - 1];
        }
        matched += usize::from(*id == ids[matched]);
        if matched == ids.len() {
            found.push((at + 1 - ids.len()) as u32);
            if found.len() == limit {
                break;
            }
            matched = fallback[matched - 1];
        }
    }
    found
}
