//! A text that is too large to be held: read once, a window at a time, for many quotations.
//!
//! What is kept of it are the passages that a quotation could rest on, a few for each; in the end each quotation is looked up
//! in its own passages as in a text that is held, rare being what is rare in the whole.

use crate::finding::{Finding, Span};
use crate::lexicon::Lexicon;
use crate::locate::{exact, near};
use crate::quotation::Quotation;
use crate::source::{Source, Whole, floor_char_boundary};
use crate::step::{Step, same};
use crate::{Options, Verdict, judge, language, part, splice};
use std::collections::HashMap;
use std::io::{self, Read};
use std::ops::Range;

/// What a text says of each of some quotations, read as it comes. Memory is bounded by the quotations, not by the text; places
/// refer to the whole of it. Fails where reading does, or where the text is not UTF-8.
pub fn read(text: impl Read, quotations: &[&str], options: &Options) -> io::Result<Vec<Finding>> {
    let longest = quotations.iter().map(|quotation| quotation.len()).max().unwrap_or(0);
    let carry = CARRY.max(4 * longest);
    in_windows(text, quotations, options, WINDOW.max(4 * carry), carry)
}

/// Bytes looked at together, and how many of them again in the next window, so that whatever stands at an edge of one stands
/// well inside another.
const WINDOW: usize = 1 << 20;
const CARRY: usize = 1 << 17;

/// Words kept on either side of a place: sentences for judging cuts, and what an ellipsis may leave out.
const AROUND: usize = 300;
const AROUND_ELLIPSIS: usize = 1700;
/// Nearer to an edge of the window than this, a place is better looked at in the window beside.
const EDGE: usize = 200;
/// Passages kept of each quotation by what they hold of the whole of it, and parts of it that keep one of their own.
const PASSAGES: usize = 8;
const SLOTS: usize = 8;
/// Longest passage that overlapping ones are joined to, in bytes.
const LONGEST_PASSAGE: usize = 96 << 10;
/// Fewer words say nothing of a text's language.
const ENOUGH_WORDS: usize = 200;

fn in_windows(
    mut text: impl Read,
    quotations: &[&str],
    options: &Options,
    size: usize,
    carry: usize,
) -> io::Result<Vec<Finding>> {
    let mut watches: Vec<Watch> = quotations.iter().map(|quotation| Watch::new(quotation)).collect();
    let mut whole = Whole::default();
    let mut detected: Option<Option<&'static str>> = None;
    let mut bytes = Vec::with_capacity(size);
    let (mut start, mut start_char, mut seen) = (0, 0, 0);
    loop {
        let room = (size - bytes.len()) as u64;
        let last = (text.by_ref().take(room).read_to_end(&mut bytes)? as u64) < room;
        let end = if last { bytes.len() } else { cut(&bytes) };
        let read = std::str::from_utf8(&bytes[..end]).map_err(|error| {
            let at = start + error.valid_up_to();
            io::Error::new(io::ErrorKind::InvalidData, format!("the text is not UTF-8 at byte {at}"))
        })?;
        let source = Source::of(read.to_owned());
        let language = *detected.get_or_insert_with(|| source.language());
        let _ = source.detected.set(language);
        let fresh = source.word_from(seen);
        let window = Window { source: &source, start, start_char, fresh, first: start == 0, last };
        whole.words += source.len() - fresh;
        watches.iter_mut().for_each(|watch| watch.look(&window, options));
        if last {
            break;
        }
        let kept = floor_char_boundary(source.text(), end.saturating_sub(carry));
        start_char += source.char_offset(kept);
        start += kept;
        seen = end - kept;
        bytes.drain(..kept);
    }
    Ok(watches.into_iter().map(|watch| watch.answer(whole.words, detected.flatten(), options)).collect())
}

/// Where to end a window: behind a space, or at least between characters. What is no UTF-8 at all is left to be met.
fn cut(bytes: &[u8]) -> usize {
    const NEAR: usize = 4096;
    let space = bytes[bytes.len().saturating_sub(NEAR)..].iter().rposition(|b| b.is_ascii_whitespace());
    if let Some(space) = space {
        return bytes.len().saturating_sub(NEAR) + space + 1;
    }
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}

struct Window<'a> {
    source: &'a Source,
    /// Where it starts in the whole.
    start: usize,
    start_char: usize,
    /// Its first word that the window before did not have.
    fresh: usize,
    first: bool,
    last: bool,
}

impl Window<'_> {
    fn is_at_edge(&self, words: &Range<usize>) -> bool {
        !self.first && words.start < EDGE || !self.last && words.end + EDGE > self.source.len()
    }

    fn passage(&self, words: Range<usize>, around: usize, worth: Worth) -> Passage {
        let words = words.start.saturating_sub(around)..(words.end + around).min(self.source.len());
        // With the marks around them: they may close a sentence.
        let gaps = (self.source.gap(words.start).len(), self.source.gap(words.end).len());
        let (from, to) = self.source.byte_range(words);
        let (from, to) = (from - gaps.0, to + gaps.1);
        Passage {
            start: self.start + from,
            start_char: self.start_char + self.source.char_offset(from),
            text: self.source.text()[from..to].to_owned(),
            worth,
        }
    }
}

/// How much of the quotation a passage holds; and of each part of the quotation how long a run.
#[derive(Clone, Copy)]
struct Worth {
    all: f32,
    runs: [u16; SLOTS],
}

/// Words of the whole text that a quotation could rest on.
struct Passage {
    start: usize,
    start_char: usize,
    text: String,
    worth: Worth,
}

impl Passage {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// One quotation, and what was seen of it so far.
struct Watch<'a> {
    quotation: &'a str,
    passages: Vec<Passage>,
    /// How often each of its words stands in the text.
    times: HashMap<String, usize>,
    /// How often it stands there as a whole, if it is short.
    whole: usize,
    /// Whether every window so far was in another language.
    foreign: Option<bool>,
    /// Nothing better can come.
    settled: bool,
}

impl<'a> Watch<'a> {
    fn new(quotation: &'a str) -> Watch<'a> {
        Watch {
            quotation,
            passages: Vec::new(),
            times: HashMap::new(),
            whole: 0,
            foreign: None,
            settled: false,
        }
    }

    fn look(&mut self, window: &Window, options: &Options) {
        let source = window.source;
        let quotation = Quotation::read(self.quotation, source);
        let mut ids = quotation.ids.clone();
        ids.sort_unstable();
        ids.dedup();
        for places in ids.iter().map(|id| source.places(*id)).filter(|places| !places.is_empty()) {
            let fresh = places.len() - places.partition_point(|place| (*place as usize) < window.fresh);
            let word = source.folded(places[0] as usize);
            match self.times.get_mut(word) {
                Some(times) => *times += fresh,
                None => drop(self.times.insert(word.to_owned(), fresh)),
            }
        }
        if quotation.is_short() {
            let places = exact(source, &quotation.ids, 512);
            let new = |place: &&u32| **place as usize + quotation.len() > window.fresh;
            self.whole += places.iter().filter(new).count();
        }
        if self.foreign != Some(false) && (window.first || source.len() >= ENOUGH_WORDS) {
            let told = (options.quotation_language, options.source_language);
            self.foreign = Some(language::differs(&quotation, source, told));
        }
        if !self.settled {
            self.keep_places(&quotation, window, options);
        }
    }

    fn keep_places(&mut self, quotation: &Quotation, window: &Window, options: &Options) {
        let source = window.source;
        let around = if quotation.has_ellipsis() { AROUND_ELLIPSIS } else { AROUND };
        let length = quotation.len();
        if !quotation.has_ellipsis() {
            let whole = exact(source, &quotation.ids, 64);
            let lexicon = Lexicon::of(options.source_language.or_else(|| source.language()));
            for place in whole.iter().map(|place| *place as usize) {
                let steps: Vec<Step> = same(0..length, place).collect();
                let finding = judge::judge(quotation, source, &steps, lexicon);
                let late = window.start_char + source.span(place..place).start < options.from;
                let edge = window.is_at_edge(&(place..place + length));
                let all = WHOLE
                    - finding.blame() as f32
                    - if late { 0.5 } else { 0.0 }
                    - if edge { 50.0 } else { 0.0 };
                self.settled |= all >= WHOLE;
                self.keep(window.passage(place..place + length, around, Worth { all, runs: [0; SLOTS] }));
            }
            if !whole.is_empty() {
                return;
            }
        }
        let within = |start: i64| {
            let clamp = |at: i64| at.clamp(0, source.len() as i64) as usize;
            clamp(start)..clamp(start + length as i64)
        };
        for guess in near(source, &quotation.ids) {
            let place = within(guess);
            let all = share(source, &quotation.ids, &place);
            self.keep(window.passage(place, around, Worth { all, runs: [0; SLOTS] }));
        }
        for piece in splice::pieces(source, &quotation.ids) {
            let place = within(piece.source as i64 - piece.words.start as i64);
            let mut worth = Worth { all: share(source, &quotation.ids, &place), runs: [0; SLOTS] };
            for slot in piece.words.start * SLOTS / length..=(piece.words.end - 1) * SLOTS / length {
                worth.runs[slot] = piece.words.len().min(u16::MAX as usize) as u16;
            }
            let words = piece.source..piece.source + piece.words.len();
            self.keep(window.passage(words, around + length, worth));
        }
    }

    /// Keeps a passage, joined with those it overlaps, if it is among the best.
    fn keep(&mut self, mut new: Passage) {
        let overlaps = |old: &Passage| old.start <= new.end() && new.start <= old.end();
        if let Some(at) = self.passages.iter().position(overlaps) {
            let old = self.passages.swap_remove(at);
            new = join(old, new);
            // What is joined may reach the next.
            return self.keep(new);
        }
        self.passages.push(new);
        if self.passages.len() > PASSAGES {
            self.drop_least();
        }
    }

    fn drop_least(&mut self) {
        self.passages.sort_by(|a, b| b.worth.all.total_cmp(&a.worth.all).then(a.start.cmp(&b.start)));
        let mut longest: [usize; SLOTS] = [0; SLOTS];
        for (at, passage) in self.passages.iter().enumerate() {
            for (slot, longest) in longest.iter_mut().enumerate() {
                if passage.worth.runs[slot] > self.passages[*longest].worth.runs[slot] {
                    *longest = at;
                }
            }
        }
        let mut at = 0;
        self.passages.retain(|_| {
            at += 1;
            at <= PASSAGES || longest.contains(&(at - 1))
        });
    }

    fn answer(mut self, words: usize, language: Option<&'static str>, options: &Options) -> Finding {
        self.passages.sort_by_key(|passage| passage.start);
        let whole = Whole { words, times: std::mem::take(&mut self.times) };
        let (text, places) = self.together();
        let source = Source::part_of(text, &whole, language);
        let quotation = Quotation::read(self.quotation, &source);
        if quotation.is_short() && self.whole != 1 {
            return Finding::bare(Verdict::TooShort, quotation.len());
        }
        let from = places.iter().find(|place| place.start_char + place.chars > options.from);
        let from = from.map_or(0, |place| place.here_char + options.from.saturating_sub(place.start_char));
        let here = Options { from, parts: &[], ..*options };
        let Some(mut finding) = source.found(&quotation, &here) else {
            let foreign = self.foreign == Some(true);
            let verdict = if foreign { Verdict::OtherLanguage } else { Verdict::NotFound };
            return Finding::bare(verdict, quotation.len());
        };
        for span in &mut finding.spans {
            *span = there(&places, *span);
        }
        for change in &mut finding.changes {
            let length = change.source_end - change.source_start;
            change.source_start = there_char(&places, change.source_start);
            change.source_end = change.source_start + length;
        }
        finding.stands = part::standing(&finding.spans, options.parts, options.speaker);
        finding
    }

    /// The passages as one text, each a paragraph of its own, and where each comes from.
    fn together(&self) -> (String, Vec<Origin>) {
        let (mut text, mut places, mut here_char) = (String::new(), Vec::new(), 0);
        for passage in &self.passages {
            if !text.is_empty() {
                text.push_str("\n\n");
                here_char += 2;
            }
            let chars = passage.text.chars().count();
            places.push(Origin {
                here: text.len(),
                here_char,
                start: passage.start,
                start_char: passage.start_char,
                chars,
            });
            text.push_str(&passage.text);
            here_char += chars;
        }
        (text, places)
    }
}

/// More than any share.
const WHOLE: f32 = 1000.0;

/// Where a passage stands among those kept, and in the whole text.
struct Origin {
    here: usize,
    here_char: usize,
    start: usize,
    start_char: usize,
    chars: usize,
}

fn there(places: &[Origin], span: Span) -> Span {
    let Some(origin) = places.iter().rev().find(|origin| origin.here <= span.start_byte) else { return span };
    let byte = |at: usize| at - origin.here + origin.start;
    let char = |at: usize| at - origin.here_char + origin.start_char;
    Span {
        start: char(span.start),
        end: char(span.end),
        start_byte: byte(span.start_byte),
        end_byte: byte(span.end_byte),
    }
}

fn there_char(places: &[Origin], at: usize) -> usize {
    let origin = places.iter().rev().find(|origin| origin.here_char <= at);
    origin.map_or(at, |origin| at - origin.here_char + origin.start_char)
}

/// Two passages that overlap or touch as one; of what would grow too long, the better one.
fn join(old: Passage, new: Passage) -> Passage {
    let worth = Worth {
        all: old.worth.all.max(new.worth.all),
        runs: std::array::from_fn(|slot| old.worth.runs[slot].max(new.worth.runs[slot])),
    };
    let length = old.end().max(new.end()) - old.start.min(new.start);
    if length > LONGEST_PASSAGE.max(old.text.len()).max(new.text.len()) {
        return if new.worth.all > old.worth.all { new } else { old };
    }
    let (mut first, second) = if old.start <= new.start { (old, new) } else { (new, old) };
    if second.end() > first.end() {
        let known = first.end() - second.start;
        first.text.push_str(&second.text[known..]);
    }
    Passage { worth, ..first }
}

/// How much of the quotation's words, rare ones counting for more, stand in a place; in percent.
fn share(source: &Source, ids: &[u32], place: &Range<usize>) -> f32 {
    let held: std::collections::HashSet<u32> = source.ids[place.clone()].iter().copied().collect();
    let (mut all, mut shared) = (0.0, 0.0);
    for id in ids {
        let weight = ((source.len() + 1) as f32 / source.places(*id).len().max(1) as f32).ln();
        all += weight;
        shared += if held.contains(id) { weight } else { 0.0 };
    }
    if all > 0.0 { shared / all * 100.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of numbered sentences, so that every passage is its own.
    fn text(sentences: usize) -> String {
        let place = |n: usize| {
            format!("The pilot of ferry {n} saw lamp {} go out before the {}th bell. ", n * 7 % 1001, n * 3)
        };
        (0..sentences).map(place).collect()
    }

    /// The same as of a text that is held, wherever the windows end.
    fn check(text: &str, quotation: &str) -> Finding {
        let held = Source::new(text).find(quotation);
        for (size, carry) in [(40_000, 9_000), (65_536, 20_000), (1 << 20, 1 << 17)] {
            let read = in_windows(text.as_bytes(), &[quotation], &Options::default(), size, carry).unwrap();
            assert_eq!(read[0], held, "{quotation} in windows of {size}");
        }
        held
    }

    #[test]
    fn a_text_in_windows_says_what_it_says_as_a_whole() {
        let text = text(6000);
        for n in (3..6000).step_by(1493) {
            let lamp = n * 7 % 1001;
            let found = check(
                &text,
                &format!("The pilot of ferry {n} saw lamp {lamp} go out before the {}th bell.", n * 3),
            );
            assert_eq!(found.verdict, Verdict::Verbatim);
            let found = check(
                &text,
                &format!(
                    "The pilot of ferry {n} saw lamp {} go out before the {}th bell.",
                    lamp + 5000,
                    n * 3
                ),
            );
            assert_eq!(found.verdict, Verdict::Altered);
            let found =
                check(&text, &format!("The pilot of ferry {n} … go out before the {}th bell.", n * 3));
            assert_eq!(found.verdict, Verdict::Elided);
        }
        assert_eq!(check(&text, "the harbour froze over and nobody crossed it").verdict, Verdict::NotFound);
        assert_eq!(check(&text, "lamp 497").verdict, Verdict::TooShort);
        assert_eq!(
            check(&text, "Der Hafen fror zu und niemand kam mehr hinüber").verdict,
            Verdict::OtherLanguage
        );
    }

    #[test]
    fn parts_that_stand_far_apart_are_found_together() {
        let mut text = text(3000);
        text.insert_str(
            0,
            "Nobody had ever seen so many herons on the northern breakwater as that morning. ",
        );
        text.push_str("The council voted to leave its old clock where the flood had stopped it.");
        let found = check(
            &text,
            "Nobody had ever seen so many herons on the northern breakwater; to leave its old clock where the flood had stopped it.",
        );
        assert_eq!(found.verdict, Verdict::Spliced);
    }

    #[test]
    fn what_stands_twice_is_counted_once_in_each_place() {
        let mut text = text(3000);
        assert_eq!(check(&text, "blue otter").verdict, Verdict::TooShort);
        text.push_str("A blue otter watched. ");
        text.push_str(&self::text(1500));
        assert_eq!(check(&text, "blue otter").verdict, Verdict::Verbatim);
        text.push_str("The blue otter left.");
        assert_eq!(check(&text, "blue otter").verdict, Verdict::TooShort);
    }

    #[test]
    fn places_are_those_of_the_whole_text_in_any_script() {
        let line = "港口委员会星期二开会，码头不会收费。Übrigens läutete die Glocke dreimal. ";
        let mut text = line.repeat(2000);
        text.push_str("图书馆秋天重新开放给所有的居民。 ");
        text.push_str(&line.repeat(2000));
        let found = check(&text, "图书馆秋天重新开放给所有的居民");
        let span = found.spans[0];
        assert_eq!(&text[span.start_byte..span.end_byte], "图书馆秋天重新开放给所有的居民");
        assert_eq!(text[..span.start_byte].chars().count(), span.start);
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        let error =
            read(&b"The lamps \xff are lit"[..], &["the lamps are lit"], &Options::default()).unwrap_err();
        assert_eq!(error.to_string(), "the text is not UTF-8 at byte 10");
        assert_eq!(
            read(&b""[..], &["the lamps are lit"], &Options::default()).unwrap()[0].verdict,
            Verdict::NotFound
        );
        assert!(read(&b"words"[..], &[], &Options::default()).unwrap().is_empty());
    }
}
