//! A quotation as it is written: its words, and the marks with which it says what it left out or put in.

use crate::scan::{Note, after_note, scan};
use crate::source::{Source, count_starts};
use crate::{chars, vocabulary::UNKNOWN};
use std::ops::Range;

pub(crate) struct Quotation<'a> {
    pub(crate) text: &'a str,
    pub(crate) words: Vec<QuotedWord>,
    /// The word at each position as a number of the source's vocabulary.
    pub(crate) ids: Vec<u32>,
    /// Ellipses and brackets, in order.
    pub(crate) marks: Vec<Mark>,
}

pub(crate) struct QuotedWord {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) folded: String,
    /// Some of its letters stand in brackets.
    pub(crate) bracketed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) kind: MarkKind,
    /// In bytes of the quotation.
    pub(crate) range: Range<usize>,
    /// For an ellipsis: the empty range before the word that follows. For a bracket: the words in it.
    pub(crate) words: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkKind {
    Ellipsis,
    Bracket,
}

impl<'a> Quotation<'a> {
    pub(crate) fn read(text: &'a str, source: &Source) -> Quotation<'a> {
        let (mut marks, glue) = marks(text);
        let (mut words, mut ids) = (Vec::new(), Vec::new());
        scan(text, &glue, |start, end, folded| {
            ids.push(source.id(folded));
            let folded = String::from_utf8_lossy(folded).into_owned();
            let bracketed = glue.get(glue.partition_point(|at| *at < start)).is_some_and(|at| *at < end);
            words.push(QuotedWord { start, end, folded, bracketed });
        });
        for mark in &mut marks {
            let first = words.partition_point(|word| word.start < mark.range.start);
            let after = words.partition_point(|word| word.start < mark.range.end);
            mark.words = first..after;
        }
        // What stands in a bracket that holds no words (a picture, a mark) puts nothing in.
        marks.retain(|mark| mark.kind == MarkKind::Ellipsis || !mark.words.is_empty());
        Quotation { text, words, ids, marks }
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    pub(crate) fn raw(&self, word: usize) -> &'a str {
        &self.text[self.words[word].start..self.words[word].end]
    }

    /// What stands between word `next - 1` and word `next`.
    pub(crate) fn gap(&self, next: usize) -> &'a str {
        let start = if next == 0 { 0 } else { self.words[next - 1].end };
        let end = self.words.get(next).map_or(self.text.len(), |word| word.start);
        &self.text[start..end]
    }

    /// Words as a reader would count them: characters of scripts without spaces count for less than one.
    pub(crate) fn weight(&self) -> f32 {
        let weigh = |word: &QuotedWord| match word.folded.chars().next() {
            Some(c) if chars::is_unspaced(c) => 1.0 / chars::unspaced_per_word(c),
            _ => 1.0,
        };
        self.words.iter().map(weigh).sum()
    }

    /// Too short to be known again, unless the text has it exactly once.
    pub(crate) fn is_short(&self) -> bool {
        self.words.is_empty() || self.weight() < SHORTEST
    }

    pub(crate) fn byte_range(&self, words: Range<usize>) -> (usize, usize) {
        if words.is_empty() {
            let at = self.words.get(words.start).map_or(self.text.len(), |word| word.start);
            return (at, at);
        }
        (self.words[words.start].start, self.words[words.end - 1].end)
    }

    pub(crate) fn char_offset(&self, byte: usize) -> usize {
        count_starts(&self.text.as_bytes()[..byte])
    }

    pub(crate) fn has_ellipsis(&self) -> bool {
        self.marks.iter().any(|mark| mark.kind == MarkKind::Ellipsis)
    }

    /// How many words the source does not have at all.
    pub(crate) fn unknown(&self) -> usize {
        self.ids.iter().filter(|id| **id == UNKNOWN).count()
    }
}

/// Fewer words than this are a quotation only if they stand in the text exactly once.
const SHORTEST: f32 = 4.0;

/// The ellipses and bracketed words of a quotation, and the brackets that stand inside a word.
fn marks(text: &str) -> (Vec<Mark>, Vec<usize>) {
    let (mut marks, mut glue) = (Vec::new(), Vec::new());
    let mut mark = |kind, range| marks.push(Mark { kind, range, words: 0..0 });
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'[' | b'(' | b'<' => {
                if let Some(end) = after_bracketed_ellipsis(text, at) {
                    mark(MarkKind::Ellipsis, at..end);
                    at = end;
                } else if let Some((end, Note::Address | Note::Footnote)) = after_note(bytes, at) {
                    at = end;
                } else if bytes[at] == b'[' {
                    match closing(bytes, at) {
                        Some(close) if is_inside_word(text, at, close) => {
                            glue.extend([at, close]);
                            at = close + 1;
                        }
                        Some(close) => {
                            mark(MarkKind::Bracket, at..close + 1);
                            at = close + 1;
                        }
                        None => at += 1,
                    }
                } else {
                    at += 1;
                }
            }
            b'.' | 0xE2 => match after_ellipsis(text, at) {
                Some(end) => {
                    mark(MarkKind::Ellipsis, at..end);
                    at = end;
                }
                None => at += 1,
            },
            _ => at += 1,
        }
    }
    (marks, glue)
}

/// Three points or more, written close or apart, or the sign for them.
fn after_ellipsis(text: &str, at: usize) -> Option<usize> {
    if !text.is_char_boundary(at) {
        return None;
    }
    let (mut points, mut end) = (0, at);
    for (offset, c) in text[at..].char_indices() {
        match c {
            '.' => points += 1,
            '\u{2026}' | '\u{22EF}' => points += 3,
            ' ' | '\u{A0}' | '\u{202F}' | '\u{2009}' if points > 0 => continue,
            _ => break,
        }
        end = at + offset + c.len_utf8();
    }
    (points >= 3).then_some(end)
}

fn after_bracketed_ellipsis(text: &str, at: usize) -> Option<usize> {
    let close = match text.as_bytes()[at] {
        b'[' => b']',
        b'(' => b')',
        _ => b'>',
    };
    let inside = at + 1 + text[at + 1..].bytes().take_while(|b| *b == b' ').take(2).count();
    let end =
        after_ellipsis(text, inside).or_else(|| text[inside..].starts_with("..").then_some(inside + 2))?;
    let end = end + text[end..].bytes().take_while(|b| *b == b' ').take(2).count();
    (text.as_bytes().get(end) == Some(&close)).then_some(end + 1)
}

/// Longest insertion looked at, in bytes.
const LONGEST_BRACKET: usize = 600;

fn closing(bytes: &[u8], at: usize) -> Option<usize> {
    let found = bytes[at + 1..].iter().take(LONGEST_BRACKET).position(|b| matches!(b, b']' | b'['))?;
    (bytes[at + 1 + found] == b']').then_some(at + 1 + found)
}

/// `[T]he`, `minister[s]`: the bracket holds part of a word.
fn is_inside_word(text: &str, open: usize, close: usize) -> bool {
    let inside = &text[open + 1..close];
    let touches = text[..open].chars().next_back().is_some_and(char::is_alphabetic)
        || text[close + 1..].chars().next().is_some_and(char::is_alphabetic);
    touches && !inside.is_empty() && inside.chars().all(char::is_alphabetic)
}
