//! What one post holds: each of its terms, how much it says about the post, and where it stands.

use super::analyse::{self, tokens};
use foldhash::{HashMap, HashMapExt};

/// Between two fields, so that no phrase reaches from one into the other.
const GAP: u32 = 16;

/// What of a post is searched.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub excerpt: &'a str,
    /// As written, separated by commas.
    pub tags: &'a str,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    pub language: String,
    /// In the order of terms.
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) term: String,
    pub(super) weight: u8,
    /// Positions, packed.
    pub(super) spots: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    times: u32,
    in_title: bool,
    in_tags: bool,
    last: u32,
    spots: Vec<u8>,
}

impl Words {
    /// The slow part of indexing: done outside any transaction where that can be.
    pub fn of(fields: &Fields, language: &str) -> Words {
        let language = analyse::language(fields.text, language);
        let mut seen: HashMap<String, Seen> = HashMap::new();
        let mut known: HashMap<&str, Vec<String>> = HashMap::new();
        let (mut from, mut length) = (0, 0);
        for (n, text) in [fields.title, fields.text, fields.excerpt, fields.tags].into_iter().enumerate() {
            let tokens = tokens(text);
            length += tokens.len();
            for token in &tokens {
                let terms = known.entry(token.text).or_insert_with(|| analyse::terms(token, &language));
                for term in terms.iter() {
                    let seen = match seen.get_mut(term) {
                        Some(seen) => seen,
                        None => seen.entry(term.clone()).or_default(),
                    };
                    seen.add(from + token.position, n);
                }
            }
            from += tokens.len() as u32 + GAP;
        }
        let mut entries: Vec<Entry> = seen
            .into_iter()
            .map(|(term, seen)| Entry { term, weight: seen.weight(length), spots: seen.spots })
            .collect();
        entries.sort_unstable_by(|a, b| a.term.cmp(&b.term));
        Words { language, entries }
    }

    pub(super) fn get(&self, term: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|entry| entry.term.as_str().cmp(term)).ok()?;
        Some(&self.entries[at])
    }

    pub(super) fn beginning(&self, prefix: &str) -> impl Iterator<Item = &Entry> {
        let from = self.entries.partition_point(|entry| entry.term.as_str() < prefix);
        self.entries[from..].iter().take_while(move |entry| entry.term.starts_with(prefix))
    }

    /// Everything; or, of what stands in the lists already, only which terms those are.
    pub(super) fn written(&self, whole: bool) -> Vec<u8> {
        let mut out = vec![u8::from(whole)];
        write_text(&mut out, &self.language);
        write_number(&mut out, self.entries.len() as u64);
        let mut before = "";
        for entry in &self.entries {
            let same = before.bytes().zip(entry.term.bytes()).take_while(|(a, b)| a == b).count();
            let same = entry.term.floor_char_boundary(same);
            write_number(&mut out, same as u64);
            write_text(&mut out, &entry.term[same..]);
            if whole {
                out.push(entry.weight);
                write_number(&mut out, entry.spots.len() as u64);
                out.extend(&entry.spots);
            }
            before = &entry.term;
        }
        out
    }

    /// `None` if these are no written words.
    pub(super) fn read(bytes: &[u8]) -> Option<Words> {
        let mut rest = bytes;
        let whole = take(&mut rest, 1)?[0] == 1;
        let language = read_text(&mut rest)?;
        let count = read_number(&mut rest)?;
        let mut entries: Vec<Entry> = Vec::with_capacity((count as usize).min(bytes.len()));
        for _ in 0..count {
            let same = read_number(&mut rest)? as usize;
            let before = entries.last().map_or("", |entry| entry.term.as_str());
            let term = format!("{}{}", before.get(..same)?, read_text(&mut rest)?);
            let (mut weight, mut spots) = (0, Vec::new());
            if whole {
                weight = take(&mut rest, 1)?[0];
                let length = read_number(&mut rest)? as usize;
                spots = take(&mut rest, length)?.to_vec();
            }
            entries.push(Entry { term, weight, spots });
        }
        Some(Words { language, entries })
    }
}

impl Seen {
    fn add(&mut self, position: u32, field: usize) {
        match field {
            0 => self.in_title = true,
            3 => self.in_tags = true,
            _ => self.times += 1,
        }
        write_number(&mut self.spots, u64::from(position - self.last));
        self.last = position;
    }

    /// How much a term says about its post: how often it stands there for the post's length (Okapi BM25, with 400 words as the usual
    /// length), and whether title or tags name it.
    fn weight(&self, length: usize) -> u8 {
        let (times, length) = (f64::from(self.times), length as f64);
        let often = times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / 400.0));
        let named = f64::from(u8::from(self.in_title)) * 120.0 + f64::from(u8::from(self.in_tags)) * 25.0;
        (often * 50.0 + named).clamp(1.0, 255.0) as u8
    }
}

/// Positions, in order, from how they are packed.
pub(super) struct Positions<'a> {
    rest: &'a [u8],
    last: u32,
}

pub(super) fn positions(spots: &[u8]) -> Positions<'_> {
    Positions { rest: spots, last: 0 }
}

impl Iterator for Positions<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.last += read_number(&mut self.rest)? as u32;
        Some(self.last)
    }
}

/// Seven bits a byte, the lowest first.
pub(super) fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
pub(super) fn read_number(rest: &mut &[u8]) -> Option<u64> {
    // Distances between words are one byte or two; searching for phrases reads little else.
    match **rest {
        [first, ref after @ ..] if first < 0x80 => {
            *rest = after;
            Some(u64::from(first))
        }
        [first, second, ref after @ ..] if second < 0x80 => {
            *rest = after;
            Some(u64::from(first & 0x7f) | u64::from(second) << 7)
        }
        _ => read_long_number(rest),
    }
}

fn read_long_number(rest: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0u64, 0);
    loop {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

pub(super) fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    write_number(out, text.len() as u64);
    out.extend(text.as_bytes());
}

fn read_text(rest: &mut &[u8]) -> Option<String> {
    let length = read_number(rest)? as usize;
    String::from_utf8(take(rest, length)?.to_vec()).ok()
}
