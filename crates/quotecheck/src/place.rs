//! Finding the passage, or passages, that a quotation was taken from.

use crate::align::{align, align_all, join};
use crate::grade::{turns_around, unlikeness};
use crate::lexicon::Lexicon;
use crate::locate::{exact, near};
use crate::quotation::{MarkKind, Quotation};
use crate::refine::refine;
use crate::sentence;
use crate::source::Source;
use crate::splice::{self, Piece};
use crate::step::{Step, beside, extent, same};
use std::ops::Range;

/// Places of one run of words that are looked at.
const PLACES: usize = 512;
/// Words that a bracket may stand for.
const LONGEST_REPLACED: usize = 12;
/// Words that may be left out before a few words that could stand anywhere.
const SHORT_REACH: usize = 80;
/// Words that may be left out before a longer run.
const LONG_REACH: usize = 1500;

/// Quotations, in words, and sentences in which long omissions are looked for.
const LEFT_OUT_OF_LEAST: usize = 5;
const LEFT_OUT_OF_MOST: usize = 400;
const LONGEST_SENTENCE: usize = 150;

/// Every way worth judging of laying the quotation beside the text; empty if it is not there.
pub(crate) fn places(
    quotation: &Quotation,
    source: &Source,
    lexicon: &Lexicon,
    from: usize,
) -> Vec<Vec<Step>> {
    if !quotation.has_ellipsis() {
        let mut whole = exact(source, &quotation.ids, PLACES);
        if !whole.is_empty() {
            // The place asked for first, then the order of the text.
            whole.sort_by_key(|start| (*start as usize) < from);
            return whole
                .into_iter()
                .take(64)
                .map(|at| same(0..quotation.len(), at as usize).collect())
                .collect();
        }
    }
    let finder = Finder { quotation, source, lexicon, from };
    if !quotation.marks.is_empty()
        && let Some(steps) = finder.marked()
    {
        return vec![steps];
    }
    finder.unmarked().into_iter().collect()
}

struct Finder<'a> {
    quotation: &'a Quotation<'a>,
    source: &'a Source,
    lexicon: &'a Lexicon,
    from: usize,
}

/// A run of quoted words between marks, and the marks before it.
struct Segment {
    words: Range<usize>,
    marks: Range<usize>,
}

/// A place of a segment in the text, and what being there costs.
#[derive(Clone)]
struct Place {
    source: Range<usize>,
    cost: i64,
    steps: Option<Vec<Step>>,
}

impl Finder<'_> {
    /// Follows the quotation's own marks: each run between them, in order.
    fn marked(&self) -> Option<Vec<Step>> {
        let (segments, trailing) = self.segments();
        if segments.is_empty() {
            return None;
        }
        let found: Vec<Vec<Place>> = segments.iter().map(|segment| self.segment_places(segment)).collect();
        if found.iter().all(Vec::is_empty) {
            return None;
        }
        let Some(chain) =
            self.chain(&segments, &found, true).or_else(|| self.chain(&segments, &found, false))
        else {
            let solid = segments.iter().zip(&found).all(|(segment, places)| {
                !places.is_empty()
                    && splice::is_solid(self.source, &self.quotation.ids[segment.words.clone()])
            });
            return solid.then(|| self.out_of_order(&segments, &found));
        };
        let steps = self.steps(&segments, &chain, trailing);
        let far = steps.contains(&Step::Jump);
        (far || self.accepts(&steps)).then_some(steps)
    }

    /// The runs of words between marks; and the marks after the last.
    fn segments(&self) -> (Vec<Segment>, Range<usize>) {
        let (mut segments, mut word, mut mark) = (Vec::new(), 0, 0);
        for (index, next) in self.quotation.marks.iter().enumerate() {
            if next.words.start > word {
                segments.push(Segment { words: word..next.words.start, marks: mark..index });
                mark = index;
            }
            word = word.max(next.words.end);
        }
        if word < self.quotation.len() {
            segments
                .push(Segment { words: word..self.quotation.len(), marks: mark..self.quotation.marks.len() });
            mark = self.quotation.marks.len();
        }
        (segments, mark..self.quotation.marks.len())
    }

    fn segment_places(&self, segment: &Segment) -> Vec<Place> {
        let ids = &self.quotation.ids[segment.words.clone()];
        let exact = exact(self.source, ids, PLACES * 16);
        if !exact.is_empty() || ids.len() < 5 {
            let place =
                |at: u32| Place { source: at as usize..at as usize + ids.len(), cost: 0, steps: None };
            return exact.into_iter().map(place).collect();
        }
        let mut places: Vec<Place> = near(self.source, ids)
            .into_iter()
            .filter_map(|guess| self.near_to(segment.words.clone(), guess))
            .filter(|place| place.steps.as_ref().is_some_and(|steps| self.accepts_run(steps, &segment.words)))
            .collect();
        places.sort_by_key(|place| place.source.start);
        places
    }

    /// Where too few words are the same, the passage is another: it need not be taken apart letter by letter.
    fn near_to(&self, words: Range<usize>, guess: i64) -> Option<Place> {
        if words.len() >= LONG_ENOUGH && !self.could_stand(&words, guess) {
            return None;
        }
        let (cost, steps) = self.laid(&words, 0..self.source.len(), guess);
        (!is_hopeless(&steps, words.len())).then(|| self.place(cost, steps)).flatten()
    }

    /// Whether enough of the words stand anywhere near the place.
    fn could_stand(&self, words: &Range<usize>, guess: i64) -> bool {
        let reach = words.len() as i64;
        self.held(words, guess - reach..guess + 2 * reach) * 10 >= words.len() * 3
    }

    /// How many of the words stand somewhere in a stretch of the text.
    fn held(&self, words: &Range<usize>, stretch: Range<i64>) -> usize {
        let clamp = |at: i64| at.clamp(0, self.source.len() as i64) as u32;
        let (start, end) = (clamp(stretch.start), clamp(stretch.end));
        let near = |id: &&u32| {
            let places = self.source.places(**id);
            places.get(places.partition_point(|place| *place < start)).is_some_and(|place| *place < end)
        };
        self.quotation.ids[words.clone()].iter().filter(near).count()
    }

    fn aligned(&self, words: Range<usize>, within: Range<usize>, guess: i64) -> Option<Place> {
        let (cost, steps) = self.laid(&words, within, guess);
        self.place(cost, steps)
    }

    fn laid(&self, words: &Range<usize>, within: Range<usize>, guess: i64) -> (u32, Vec<Step>) {
        align(&self.quotation.ids[words.clone()], words.start, &self.source.ids, within, guess)
    }

    fn place(&self, cost: u32, steps: Vec<Step>) -> Option<Place> {
        let steps = self.refined(steps);
        let source = extent(&steps)?;
        Some(Place { source, cost: i64::from(cost), steps: Some(steps) })
    }

    fn refined(&self, steps: Vec<Step>) -> Vec<Step> {
        let steps = self.settle_ends(steps);
        let mut refined = Vec::with_capacity(steps.len());
        for step in steps {
            match step {
                Step::Changed { quote, source } => {
                    refined.extend(refine(self.quotation, self.source, quote, source, self.lexicon));
                }
                step => refined.push(step),
            }
        }
        // Words of the text that only stand beside the passage are not left out.
        let beside =
            |step: Option<&Step>| matches!(step, Some(Step::Changed { quote, .. }) if quote.is_empty());
        if beside(refined.last()) {
            refined.pop();
        }
        if beside(refined.first()) {
            refined.remove(0);
        }
        refined
    }

    /// Changed words at either end stand for the words beside the passage as far as these are of the same sentence.
    fn settle_ends(&self, mut steps: Vec<Step>) -> Vec<Step> {
        if let Some(Step::Changed { quote, source }) = steps.first_mut() {
            source.start = source.end;
            while source.len() < quote.len()
                && source.start > 0
                && !sentence::starts_at(self.source, source.start)
            {
                source.start -= 1;
            }
        }
        if let Some(Step::Changed { quote, source }) = steps.last_mut() {
            source.end = source.start;
            while source.len() < quote.len()
                && source.end < self.source.len()
                && !sentence::ends_before(self.source, source.end)
            {
                source.end += 1;
            }
        }
        steps
    }

    /// One place for each segment that has any, in the text's order, leaving out as little as can be.
    fn chain(&self, segments: &[Segment], found: &[Vec<Place>], strict: bool) -> Option<Vec<Option<Place>>> {
        let placed: Vec<usize> = (0..segments.len()).filter(|at| !found[*at].is_empty()).collect();
        // For each place of the segments so far: least cost, and which place before it that came from.
        let mut table: Vec<Vec<(i64, usize)>> = Vec::new();
        for (order, at) in placed.iter().enumerate() {
            let column: Vec<(i64, usize)> = match order {
                0 => found[*at].iter().map(|p| (p.cost * 50 + self.late(p.source.start), 0)).collect(),
                _ => {
                    let before = placed[order - 1];
                    let bracket = strict && before + 1 == *at && !self.leaves_out(&segments[*at]);
                    follow(&found[before], &table[order - 1], &found[*at], bracket)
                }
            };
            table.push(column);
        }
        let last = table.last()?;
        let (mut at, (cost, _)) = last.iter().enumerate().min_by_key(|(_, (cost, _))| *cost)?;
        if *cost >= NEVER {
            return None;
        }
        let mut chain = vec![None; segments.len()];
        for (order, segment) in placed.iter().enumerate().rev() {
            chain[*segment] = Some(found[*segment][at].clone());
            at = table[order][at].1;
        }
        Some(chain)
    }

    /// Places before the one asked for come second.
    fn late(&self, start: usize) -> i64 {
        i64::from(start < self.from)
    }

    /// Whether an ellipsis stands before the segment.
    fn leaves_out(&self, segment: &Segment) -> bool {
        self.quotation.marks[segment.marks.clone()].iter().any(|mark| mark.kind == MarkKind::Ellipsis)
    }

    fn steps(&self, segments: &[Segment], chain: &[Option<Place>], trailing: Range<usize>) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut end: Option<usize> = None;
        for (at, segment) in segments.iter().enumerate() {
            let next = chain[at..].iter().flatten().next().map(|place| place.source.start);
            let place = chain[at].clone().or_else(|| self.squeezed(segment, end, next));
            let Some(place) = place else {
                let here = end.or(next).unwrap_or(0);
                self.mark_steps(&segment.marks, here..here, end.is_some(), &mut steps);
                steps.push(Step::Changed { quote: segment.words.clone(), source: here..here });
                continue;
            };
            let gap = end.map_or(place.source.start..place.source.start, |end| end..place.source.start);
            if self.is_far(segment, &gap, place.cost == 0) {
                steps.push(Step::Jump);
            }
            self.mark_steps(&segment.marks, gap, end.is_some(), &mut steps);
            match place.steps {
                Some(inner) => steps.extend(inner),
                None => steps.extend(same(segment.words.clone(), place.source.start)),
            }
            end = Some(place.source.end);
        }
        let here = end.unwrap_or(0);
        self.mark_steps(&trailing, here..here, false, &mut steps);
        steps
    }

    /// A run that stands nowhere as quoted, laid into the room between its neighbours.
    fn squeezed(&self, segment: &Segment, end: Option<usize>, next: Option<usize>) -> Option<Place> {
        let words = segment.words.len();
        let room = match (end, next) {
            (Some(end), Some(next)) => end..next.min(end + SHORT_REACH),
            (Some(end), None) => end..(end + words + SHORT_REACH / 4).min(self.source.len()),
            (None, Some(next)) => next.saturating_sub(words + SHORT_REACH / 4)..next,
            (None, None) => return None,
        };
        if room.is_empty() {
            return None;
        }
        let guess = if end.is_some() { room.start } else { room.end.saturating_sub(words) };
        let place = self.aligned(segment.words.clone(), room, guess as i64)?;
        let steps = place.steps.as_deref().unwrap_or_default();
        (error(steps, self.quotation, self.source, self.lexicon) <= words as f32 * 0.5).then_some(place)
    }

    fn is_far(&self, segment: &Segment, gap: &Range<usize>, exact: bool) -> bool {
        let short = !splice::is_solid(self.source, &self.quotation.ids[segment.words.clone()]);
        let reach = match (self.leaves_out(segment), short && exact) {
            (true, true) => SHORT_REACH,
            (true, false) => LONG_REACH,
            (false, _) => 2 * LONGEST_REPLACED,
        };
        gap.len() > reach
    }

    /// What the marks before a run say of the words between it and the run before.
    fn mark_steps(&self, marks: &Range<usize>, gap: Range<usize>, inner: bool, steps: &mut Vec<Step>) {
        let elides = self.quotation.marks[marks.clone()].iter().any(|mark| mark.kind == MarkKind::Ellipsis);
        let mut left = gap;
        for index in marks.clone() {
            let mark = &self.quotation.marks[index];
            match mark.kind {
                MarkKind::Ellipsis => {
                    steps.push(Step::Elided { mark: index, source: left.clone() });
                    left.start = left.end;
                }
                MarkKind::Bracket => {
                    let replaced = if elides || left.len() > LONGEST_REPLACED {
                        left.start..left.start
                    } else {
                        left.clone()
                    };
                    left.start = replaced.end;
                    steps.push(Step::Inserted { quote: mark.words.clone(), source: replaced });
                }
            }
        }
        if inner && !left.is_empty() {
            steps.push(Step::Changed { quote: 0..0, source: left });
        }
    }

    /// Every run is in the text, but not in this order.
    fn out_of_order(&self, segments: &[Segment], found: &[Vec<Place>]) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for (segment, places) in segments.iter().zip(found) {
            if !steps.is_empty() {
                steps.push(Step::Jump);
            }
            match &places[0].steps {
                Some(inner) => steps.extend(inner.iter().cloned()),
                None => steps.extend(same(segment.words.clone(), places[0].source.start)),
            }
        }
        steps
    }

    /// As if it had no marks: near some passage, or put together from several.
    fn unmarked(&self) -> Option<Vec<Step>> {
        let words = 0..self.quotation.len();
        let mut nearest: Option<(f32, Vec<Step>)> = None;
        let guesses = near(self.source, &self.quotation.ids);
        for &guess in &guesses {
            let Some(place) = self.near_to(words.clone(), guess) else { continue };
            let steps = self.with_brackets(place.steps.unwrap_or_default());
            let error = error(&steps, self.quotation, self.source, self.lexicon);
            let late = if place.source.start < self.from { 0.01 } else { 0.0 };
            if nearest.as_ref().is_none_or(|(least, _)| error + late < *least) {
                nearest = Some((error + late, steps));
            }
            if error < words.len() as f32 * 0.1 && self.from == 0 {
                break;
            }
        }
        let nearest = nearest.filter(|(_, steps)| self.accepts(steps));
        if let Some(steps) = self.spliced(nearest.as_ref().map(|(error, _)| *error)) {
            return Some(steps);
        }
        nearest.map(|(_, steps)| steps).or_else(|| self.left_out(&guesses))
    }

    /// One sentence with long stretches of it silently left out.
    fn left_out(&self, guesses: &[i64]) -> Option<Vec<Step>> {
        let length = self.quotation.len();
        if !(LEFT_OUT_OF_LEAST..=LEFT_OUT_OF_MOST).contains(&length) || self.source.is_empty() {
            return None;
        }
        let mut tried: Vec<Range<usize>> = Vec::new();
        let ends = guesses.iter().flat_map(|guess| [*guess, *guess + length as i64 - 1]);
        for at in ends.map(|at| at.clamp(0, self.source.len() as i64 - 1) as usize) {
            // A sentence that has not half the words, in whatever order, need not be looked for.
            let reach = LONGEST_SENTENCE as i64;
            if self.held(&(0..length), at as i64 - reach..at as i64 + reach + 1) * 2 < length {
                continue;
            }
            let sentence = sentence::around(self.source, at, LONGEST_SENTENCE);
            if tried.contains(&sentence) {
                continue;
            }
            let (_, steps) = align_all(&self.quotation.ids, 0, &self.source.ids, sentence.clone());
            let steps = self.with_brackets(self.refined(steps));
            if self.accepts_left_out(&steps, sentence.len()) {
                return Some(steps);
            }
            tried.push(sentence);
        }
        None
    }

    /// Whether what stays, little changed, is too much to stand in this order in one sentence by chance.
    fn accepts_left_out(&self, steps: &[Step], sentence: usize) -> bool {
        let is_drop = |step: &Step| matches!(step, Step::Changed { quote, source } if quote.is_empty() && source.len() > 3);
        let drops = steps.iter().filter(|step| is_drop(step)).count();
        let stays: Vec<Step> = steps.iter().filter(|step| !is_drop(step)).cloned().collect();
        let same = |step: &Step| match step {
            Step::Same { source, .. } => Some(self.source.ids[*source]),
            _ => None,
        };
        let length = self.quotation.len();
        let whole = steps.split(is_drop).all(|part| part.iter().filter_map(same).count() >= 2);
        let matched: Vec<u32> = stays.iter().filter_map(same).collect();
        let chance = (self.source.total() as f32).ln() + 100f32.ln() + drops as f32 * (sentence as f32).ln();
        whole
            && drops <= 1 + length / 12
            && error(&stays, self.quotation, self.source, self.lexicon) <= allowed(length) / 2.0
            && splice::rarity(self.source, &matched) > chance
    }

    /// Changed words that stand in brackets are insertions.
    fn with_brackets(&self, steps: Vec<Step>) -> Vec<Step> {
        let brackets = || self.quotation.marks.iter().filter(|mark| mark.kind == MarkKind::Bracket);
        let inserted = |step: Step| match step {
            Step::Changed { quote, source }
                if !quote.is_empty()
                    && source.len() <= LONGEST_REPLACED
                    && brackets()
                        .any(|mark| mark.words.start <= quote.start && quote.end <= mark.words.end) =>
            {
                Step::Inserted { quote, source }
            }
            step => step,
        };
        steps.into_iter().map(inserted).collect()
    }

    /// Put together from parts of the text that do not stand together, if that explains it better than `error` changes.
    fn spliced(&self, error: Option<f32>) -> Option<Vec<Step>> {
        let pieces = splice::pieces(self.source, &self.quotation.ids);
        let mut solid: Vec<&Piece> = pieces.iter().filter(|piece| piece.solid).collect();
        // Between two parts of one passage, words that also stand elsewhere are an addition.
        let mut at = 1;
        while at + 1 < solid.len() {
            let between =
                self.is_jump(solid[at - 1], solid[at]) && !self.is_jump(solid[at - 1], solid[at + 1]);
            if between {
                solid.remove(at);
            } else {
                at += 1;
            }
        }
        let length = self.quotation.len();
        let covered: usize = solid.iter().map(|piece| piece.words.len()).sum();
        let jumps = solid.windows(2).filter(|pair| self.is_jump(pair[0], pair[1])).count();
        if jumps == 0 || solid.len() > 2 + length / 12 || covered * 5 < length * 4 {
            return None;
        }
        let cost = 2.5 * jumps as f32 + (length - covered) as f32;
        if error.is_some_and(|error| error <= cost) {
            return None;
        }
        let mut steps = Vec::new();
        let (mut word, mut end) = (0, solid[0].source);
        for (at, piece) in solid.iter().enumerate() {
            if piece.words.start > word {
                steps.push(Step::Changed { quote: word..piece.words.start, source: end..end });
            }
            if at > 0 && self.is_jump(solid[at - 1], piece) {
                steps.push(Step::Jump);
            } else if piece.source > end {
                steps.push(Step::Changed {
                    quote: piece.words.start..piece.words.start,
                    source: end..piece.source,
                });
            }
            steps.extend(same(piece.words.clone(), piece.source));
            word = piece.words.end;
            end = piece.source + piece.words.len();
        }
        if word < length {
            steps.push(Step::Changed { quote: word..length, source: end..end });
        }
        Some(join(steps))
    }

    /// Whether the second piece stands elsewhere than after the first in its sentence.
    fn is_jump(&self, first: &Piece, second: &Piece) -> bool {
        let end = first.source + first.words.len();
        second.source < end
            || second.source > end + 3 && sentence::crosses(self.source, end..second.source + 1)
            || second.source > end + 60
    }

    fn accepts(&self, steps: &[Step]) -> bool {
        self.accepts_run(steps, &(0..self.quotation.len()))
    }

    fn accepts_run(&self, steps: &[Step], words: &Range<usize>) -> bool {
        let matched: Vec<u32> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Same { source, .. } => Some(self.source.ids[*source]),
                _ => None,
            })
            .collect();
        let longest_dropped = steps
            .iter()
            .filter_map(|step| match step {
                Step::Changed { source, quote } => Some(source.len().saturating_sub(quote.len())),
                _ => None,
            })
            .max();
        let length = words.len();
        if longest_dropped.is_some_and(|dropped| dropped > (length * 2 / 5).max(3)) {
            return false;
        }
        let error = error(steps, self.quotation, self.source, self.lexicon) - self.moved(steps);
        let differs_little =
            error <= allowed(length) || length == FEWEST_TURNED && self.is_turned_around(steps);
        differs_little && (length >= 8 || splice::is_solid(self.source, &matched))
    }

    /// What `error` counts too much of: words that stand in another place of the sentence were moved, which is one act.
    fn moved(&self, steps: &[Step]) -> f32 {
        let added = steps.iter().filter_map(|step| match step {
            Step::Changed { quote, source } if source.is_empty() => Some(quote.clone()),
            _ => None,
        });
        let mut less = 0.0;
        for quote in added {
            let ids = &self.quotation.ids[quote.clone()];
            let same = |place: &Range<usize>| self.source.ids.get(place.clone()) == Some(ids);
            let dropped = steps.iter().any(|step| match step {
                Step::Changed { quote, source } => quote.is_empty() && same(source),
                _ => false,
            });
            if dropped {
                less += left_out(ids.len());
            }
            if dropped || beside(steps, ids.len()).iter().any(same) {
                less += ids.len() as f32 - 1.0;
            }
        }
        less
    }

    /// All words are those of the text but for one that says the opposite.
    fn is_turned_around(&self, steps: &[Step]) -> bool {
        let mut changes = steps.iter().filter_map(|step| match step {
            Step::Changed { quote, source } => Some((quote, source)),
            _ => None,
        });
        let (Some((quote, source)), None) = (changes.next(), changes.next()) else { return false };
        let quote: Vec<&str> = quote.clone().map(|word| &*self.quotation.words[word].folded).collect();
        let source: Vec<&str> = source.clone().map(|word| self.source.folded(word)).collect();
        quote.len() <= 1 && source.len() <= 1 && turns_around(&quote, &source, self.lexicon)
    }
}

/// Of passages that were quoted with changes, however many, a good part of the words stayed; of others of the same language
/// fewer. Short ones are taken apart whatever they are.
fn is_hopeless(steps: &[Step], length: usize) -> bool {
    let same = steps.iter().filter(|step| matches!(step, Step::Same { .. })).count();
    length >= LONG_ENOUGH && same * 10 < length * 3
}

/// Words in a run that may be judged by how many of them are the same.
const LONG_ENOUGH: usize = 12;

/// Four words are too few to know a passage by when one of them differs, unless that turns the sense around.
const FEWEST_TURNED: usize = 4;

const NEVER: i64 = i64::MAX / 4;

/// For each place of a run: the cheapest place before it that the run before may have.
fn follow(before: &[Place], costs: &[(i64, usize)], places: &[Place], bracket: bool) -> Vec<(i64, usize)> {
    let weight = if bracket { 10 } else { 1 };
    let mut order: Vec<usize> = (0..before.len()).collect();
    order.sort_by_key(|at| before[*at].source.end);
    let (mut next, mut least, mut from) = (0, NEVER, 0);
    let mut column = Vec::with_capacity(places.len());
    for place in places {
        while next < order.len() && before[order[next]].source.end <= place.source.start {
            let at = order[next];
            let cost = costs[at].0 - before[at].source.end as i64 * weight;
            if costs[at].0 < NEVER && cost <= least {
                (least, from) = (cost, at);
            }
            next += 1;
        }
        let reachable =
            least < NEVER && (!bracket || place.source.start - before[from].source.end <= LONGEST_REPLACED);
        let cost =
            if reachable { least + place.source.start as i64 * weight + place.cost * 50 } else { NEVER };
        column.push((cost, from));
    }
    column
}

/// How much may differ, in words, for a passage to be the one that was quoted and not another.
///
/// Of real quotations that differ, those of 12 to 20 words reach 17 % and longer ones 28 %; passages that merely
/// resemble a quotation begin at 22 %.
fn allowed(length: usize) -> f32 {
    let share = match length {
        0..=4 => return 0.0,
        5..=7 => return 1.0,
        8..=20 => 0.18,
        21..=40 => 0.18 + (length - 20) as f32 * 0.004,
        _ => 0.26,
    };
    length as f32 * share
}

/// How much differs, in words. Spellings count little, and words left out in a row less than as many changed ones.
pub(crate) fn error(steps: &[Step], quotation: &Quotation, source: &Source, lexicon: &Lexicon) -> f32 {
    let of = |step: &Step| match step {
        Step::Changed { quote, source: text } if quote.len() == 1 && text.len() == 1 => {
            unlikeness(&quotation.words[quote.start].folded, source.folded(text.start), lexicon)
        }
        Step::Changed { quote, source: text }
            if quote.len() + text.len() == 3 && !quote.is_empty() && !text.is_empty() =>
        {
            let q: String = quote.clone().map(|word| quotation.words[word].folded.as_str()).collect();
            let s: String = text.clone().map(|word| source.folded(word)).collect();
            if unlikeness(&q, &s, lexicon) < 1.0 { 0.4 } else { 2.0 }
        }
        Step::Changed { quote, source: text } => {
            quote.len() as f32 + left_out(text.len().saturating_sub(quote.len()))
        }
        _ => 0.0,
    };
    steps.iter().map(of).sum()
}

fn left_out(words: usize) -> f32 {
    if words <= 2 { words as f32 } else { 2.0 + (words - 2) as f32 * 0.4 }
}
