//! A text made ready for many quotations.

use crate::finding::Span;
use crate::language::Tongue;
use crate::scan::scan;
use crate::vocabulary::{UNKNOWN, Vocabulary};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// A text, normalised and indexed once, so that many quotations can be looked up in it.
///
/// Positions refer to the text as given. Of a text beyond four gigabytes only the first four are read.
pub struct Source {
    text: String,
    /// Byte range of each word.
    words: Vec<(u32, u32)>,
    /// The word at each position, as a number of the vocabulary.
    pub(crate) ids: Vec<u32>,
    vocabulary: Vocabulary,
    /// Where in `positions` the places of each word start; one more than there are words.
    starts: Vec<u32>,
    positions: Vec<u32>,
    /// Characters before each block of [`BLOCK`] bytes; empty when every character is one byte.
    blocks: Vec<u32>,
    pub(crate) detected: OnceLock<Option<&'static str>>,
    /// The language and script of a sample, as told from it alone.
    pub(crate) tongue: OnceLock<Tongue>,
    /// What the text was taken out of.
    whole: Option<Whole>,
}

/// A longer text that only parts are held of: how many words it has, and how often those that were asked for.
#[derive(Clone, Default)]
pub(crate) struct Whole {
    pub(crate) words: usize,
    pub(crate) times: HashMap<String, usize>,
}

const BLOCK: usize = 1024;

impl Source {
    pub fn new(text: &str) -> Source {
        Source::of(text[..floor_char_boundary(text, u32::MAX as usize - 1)].to_owned())
    }

    /// The same without copying it; it must not be longer than that.
    pub(crate) fn of(text: String) -> Source {
        let mut vocabulary = Vocabulary::new();
        let mut words = Vec::with_capacity(text.len() / 5);
        let mut ids = Vec::with_capacity(text.len() / 5);
        scan(&text, &[], |start, end, folded| {
            words.push((start as u32, end as u32));
            ids.push(vocabulary.add(folded));
        });
        let (starts, positions) = index(&vocabulary, &ids);
        let blocks = if text.is_ascii() { Vec::new() } else { count_characters(&text) };
        Source {
            text,
            words,
            ids,
            vocabulary,
            starts,
            positions,
            blocks,
            detected: OnceLock::new(),
            tongue: OnceLock::new(),
            whole: None,
        }
    }

    /// Parts of a longer text: what is rare there is rare here.
    pub(crate) fn part_of(text: String, whole: &Whole, language: Option<&'static str>) -> Source {
        let mut source = Source::of(text);
        source.whole = Some(whole.clone());
        source.detected = OnceLock::from(language);
        source
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many words the text has.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// How many characters stand before a byte of the text.
    pub fn char_offset(&self, byte: usize) -> usize {
        let byte = floor_char_boundary(&self.text, byte);
        if self.blocks.is_empty() {
            return byte;
        }
        let block = byte / BLOCK;
        self.blocks[block] as usize + count_starts(&self.text.as_bytes()[block * BLOCK..byte])
    }

    /// The place of words `range` in the text; an empty range gives the empty span before its word.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        let (start_byte, end_byte) = self.byte_range(range);
        let start = self.char_offset(start_byte);
        Span {
            start,
            end: start + count_starts(&self.text.as_bytes()[start_byte..end_byte]),
            start_byte,
            end_byte,
        }
    }

    pub(crate) fn byte_range(&self, range: Range<usize>) -> (usize, usize) {
        let start = self.words.get(range.start).map_or(self.text.len(), |word| word.0 as usize);
        if range.is_empty() {
            return (start, start);
        }
        (start, self.words[range.end - 1].1 as usize)
    }

    pub(crate) fn raw(&self, word: usize) -> &str {
        let (start, end) = self.words[word];
        &self.text[start as usize..end as usize]
    }

    pub(crate) fn raw_or_none(&self, word: usize) -> Option<&str> {
        (word < self.words.len()).then(|| self.raw(word))
    }

    /// The first word that starts at or after a character of the text.
    pub(crate) fn word_at(&self, char_offset: usize) -> usize {
        self.words.partition_point(|word| {
            (word.0 as usize) < char_offset || self.char_offset(word.0 as usize) < char_offset
        })
    }

    /// The first word that starts at or after a byte of the text.
    pub(crate) fn word_from(&self, byte: usize) -> usize {
        self.words.partition_point(|word| (word.0 as usize) < byte)
    }

    pub(crate) fn folded(&self, word: usize) -> &str {
        self.vocabulary.word(self.ids[word])
    }

    /// What stands between word `next - 1` and word `next`, either of which may not be there.
    pub(crate) fn gap(&self, next: usize) -> &str {
        let start = if next == 0 { 0 } else { self.words[next - 1].1 as usize };
        let end = self.words.get(next).map_or(self.text.len(), |word| word.0 as usize);
        &self.text[start..end]
    }

    /// The number of a word, [`UNKNOWN`] if the text does not have it.
    pub(crate) fn id(&self, folded: &[u8]) -> u32 {
        self.vocabulary.get(folded)
    }

    /// Every place of a word, in order.
    pub(crate) fn places(&self, id: u32) -> &[u32] {
        if id == UNKNOWN {
            return &[];
        }
        &self.positions[self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize]
    }

    /// How many words there are, in the whole of which this may be a part, and how often one of them stands there.
    pub(crate) fn total(&self) -> usize {
        self.whole.as_ref().map_or(self.len(), |whole| whole.words.max(self.len()))
    }

    pub(crate) fn times(&self, id: u32) -> usize {
        let here = self.places(id).len();
        match &self.whole {
            Some(whole) if id != UNKNOWN => {
                whole.times.get(self.vocabulary.word(id)).map_or(here, |times| here.max(*times))
            }
            _ => here,
        }
    }

    pub(crate) fn vocabulary_size(&self) -> usize {
        self.vocabulary.len()
    }
}

/// The places of each word, by counting.
fn index(vocabulary: &Vocabulary, ids: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = Vec::with_capacity(vocabulary.len() + 1);
    let mut total = 0;
    for count in vocabulary.counts() {
        starts.push(total);
        total += count;
    }
    let mut positions = vec![0; ids.len()];
    let mut next = starts.clone();
    starts.push(total);
    for (place, id) in ids.iter().enumerate() {
        let slot = &mut next[*id as usize];
        positions[*slot as usize] = place as u32;
        *slot += 1;
    }
    (starts, positions)
}

fn count_characters(text: &str) -> Vec<u32> {
    let mut blocks = vec![0];
    let mut total = 0;
    for block in text.as_bytes().chunks(BLOCK) {
        total += count_starts(block) as u32;
        blocks.push(total);
    }
    blocks
}

/// How many characters start in `bytes`.
pub(crate) fn count_starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

pub(crate) fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
