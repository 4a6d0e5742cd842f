//! Text to words: the one scanner that reads both the text and the quotation.
//!
//! A word is a run of letters, marks and digits, with the apostrophes inside it, the points of an abbreviation
//! (`U.S.`) and the marks inside a number (`1,000`, `10:30`). In scripts written without spaces every character is one.

use crate::chars;
use unicode_normalization::{IsNormalized, UnicodeNormalization, char::is_combining_mark, is_nfkc_quick};

/// Calls `emit(start, end, folded)` for each word: byte range in `text`, and the form that is compared (NFKC, lower
/// case, formatting characters gone). `glue` lists byte positions of brackets that stand inside a word (`[t]he`).
pub(crate) fn scan(text: &str, glue: &[usize], mut emit: impl FnMut(usize, usize, &[u8])) {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), glue, folded: Vec::with_capacity(64) };
    let mut at = 0;
    while at < scanner.bytes.len() {
        match CLASS[scanner.bytes[at] as usize] {
            LETTER | DIGIT => {
                at = match scanner.plain_word(at, &mut emit) {
                    Some(end) => end,
                    None => scanner.word(at, &mut emit),
                }
            }
            OPEN => match after_note(scanner.bytes, at) {
                _ if scanner.is_glue(at) => at = scanner.word(at, &mut emit),
                Some((end, _)) => at = end,
                None => at += 1,
            },
            HIGH => at = scanner.high(at, &mut emit),
            _ => at += 1,
        }
    }
}

/// What a bracket that is not part of the words holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Note {
    Address,
    Footnote,
}

/// If a bracketed address or footnote mark opens at `at`: where it ends, and which it is.
pub(crate) fn after_note(bytes: &[u8], at: usize) -> Option<(usize, Note)> {
    let close = match bytes[at] {
        b'[' => b']',
        b'(' => b')',
        _ => return None,
    };
    let inside = &bytes[at + 1..];
    let trimmed = inside.len() - inside.iter().take_while(|b| **b == b' ').take(3).count();
    let body = &inside[inside.len() - trimmed..];
    if ADDRESS_STARTS.iter().any(|start| starts_with_ignoring_case(body, start)) {
        return after_address(bytes, at, close).map(|end| (end, Note::Address));
    }
    if close == b']' {
        let short = &inside[..inside.len().min(20)];
        let length = short.iter().position(|b| *b == b']')?;
        return is_footnote(&short[..length]).then_some((at + length + 2, Note::Footnote));
    }
    None
}

const ADDRESS_STARTS: [&[u8]; 5] = [b"http://", b"https://", b"www.", b"t.me/", b"mailto:"];

/// Longest address looked at, in bytes.
const LONGEST_ADDRESS: usize = 4096;

fn after_address(bytes: &[u8], at: usize, close: u8) -> Option<usize> {
    let open = bytes[at];
    let mut nested = false;
    for (offset, byte) in bytes[at + 1..].iter().take(LONGEST_ADDRESS).enumerate() {
        match *byte {
            b if b == close && nested => nested = false,
            b if b == close => return Some(at + 1 + offset + 1),
            b if b == open && nested => return None,
            b if b == open => nested = true,
            b'\n' => return None,
            // Words behind an address are words.
            b' ' if !is_more_address(&bytes[at + 2 + offset..], close) => return None,
            _ => {}
        }
    }
    None
}

fn is_more_address(rest: &[u8], close: u8) -> bool {
    let rest = &rest[rest.iter().take_while(|b| **b == b' ').take(3).count()..];
    rest.first() == Some(&close) || ADDRESS_STARTS.iter().any(|start| starts_with_ignoring_case(rest, start))
}

fn is_footnote(inside: &[u8]) -> bool {
    let digits = inside.iter().filter(|b| b.is_ascii_digit()).count();
    let listed = inside.iter().all(|b| b.is_ascii_digit() || matches!(b, b',' | b' ' | b'-'));
    if digits > 0 && listed {
        return inside.split(|b| !b.is_ascii_digit()).all(|number| number.len() <= 3);
    }
    let lower = inside.to_ascii_lowercase();
    (lower.starts_with(b"note ") && digits > 0) || lower == b"citation needed"
}

fn starts_with_ignoring_case(bytes: &[u8], start: &[u8]) -> bool {
    bytes.len() >= start.len() && bytes[..start.len()].eq_ignore_ascii_case(start)
}

const OTHER: u8 = 0;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const HIGH: u8 = 3;
const OPEN: u8 = 4;

const CLASS: [u8; 256] = {
    let mut class = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'[' | b'(' => OPEN,
            0x80..=0xFF => HIGH,
            _ => OTHER,
        };
        byte += 1;
    }
    class
};

/// The lower case of letters of two bytes that need no normalising, 0 for all others.
static PLAIN_PAIRS: [u16; 0x800] = {
    let mut pairs = [0; 0x800];
    let mut code = 0x80;
    while code < 0x800 {
        pairs[code as usize] = chars::plain_code(code) as u16;
        code += 1;
    }
    pairs
};

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    glue: &'a [usize],
    folded: Vec<u8>,
}

impl Scanner<'_> {
    /// Most words are letters of ASCII from a space to a space: reads such a one, and gives where to go on.
    fn plain_word(&mut self, start: usize, emit: &mut impl FnMut(usize, usize, &[u8])) -> Option<usize> {
        let rest = &self.bytes[start..];
        let length =
            rest.iter().position(|b| !matches!(CLASS[*b as usize], LETTER | DIGIT)).unwrap_or(rest.len());
        let end = start + length;
        let next = |at: usize| self.bytes.get(at).map_or(OTHER, |byte| CLASS[*byte as usize]);
        let goes_on = match self.bytes.get(end) {
            Some(b' ' | b'\n') | None => false,
            Some(b'.' | b',' | b':' | b'/') => length == 1 || next(end + 1) == DIGIT,
            Some(b'\'') => next(end + 1) != OTHER,
            Some(byte) => CLASS[*byte as usize] == HIGH,
        };
        if goes_on || !self.glue.is_empty() {
            return None;
        }
        self.folded.clear();
        // Digits have that bit set already.
        self.folded.extend(self.bytes[start..end].iter().map(|byte| byte | 0x20));
        emit(start, end, &self.folded);
        Some(end)
    }

    /// Reads the word that starts at `start`; gives where to go on.
    fn word(&mut self, start: usize, emit: &mut impl FnMut(usize, usize, &[u8])) -> usize {
        self.folded.clear();
        let (mut at, mut end, mut plain) = (start, start, true);
        while at < self.bytes.len() {
            let byte = self.bytes[at];
            match CLASS[byte as usize] {
                LETTER => self.folded.push(byte | 0x20),
                DIGIT => self.folded.push(byte),
                HIGH if self.take_pair(at) => {
                    at += 2;
                    end = at;
                    continue;
                }
                HIGH => match self.high_in_word(at) {
                    InWord::Letter(length) => {
                        at += length;
                        end = at;
                        continue;
                    }
                    InWord::Part(length) => {
                        plain = false;
                        at += length;
                        end = at;
                        continue;
                    }
                    InWord::Silent(length) => {
                        at += length;
                        continue;
                    }
                    InWord::Keycap(length) => return at + length,
                    InWord::Ends => break,
                },
                _ if self.is_glue(at) => {
                    at += 1;
                    if byte == b']' {
                        end = at;
                    }
                    continue;
                }
                _ if self.joins(at, byte) => self.folded.push(byte),
                _ => break,
            }
            at += 1;
            end = at;
        }
        if !plain {
            self.compose();
        }
        if !self.folded.is_empty() {
            emit(start, end, &self.folded);
        }
        at
    }

    /// Takes a letter of two bytes that needs no normalising.
    fn take_pair(&mut self, at: usize) -> bool {
        let [first @ 0xC3..=0xDF, second] = self.bytes[at..at + 2] else { return false };
        let lower = PLAIN_PAIRS[(first as usize & 0x1F) << 6 | second as usize & 0x3F];
        if lower == 0 {
            return false;
        }
        self.folded.extend([0xC0 | (lower >> 6) as u8, 0x80 | (lower & 0x3F) as u8]);
        true
    }

    /// Whether a common ideograph, of three bytes, stands here.
    fn is_ideograph(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            Some(0xE5..=0xE9) => true,
            Some(0xE4) => self.bytes[at + 1] >= 0xB8,
            _ => false,
        }
    }

    /// A character beyond ASCII between words.
    fn high(&mut self, at: usize, emit: &mut impl FnMut(usize, usize, &[u8])) -> usize {
        if self.is_ideograph(at)
            && (self.is_ideograph(at + 3) || self.bytes.get(at + 3).is_none_or(|byte| *byte < 0x80))
        {
            emit(at, at + 3, &self.bytes[at..at + 3]);
            return at + 3;
        }
        let c = self.char_at(at);
        if chars::is_unspaced(c) {
            return self.character(at, emit);
        }
        if chars::plain_letter(c).is_some() {
            return self.word(at, emit);
        }
        if is_word_char(c) && !is_combining_mark(c) {
            return self.word(at, emit).max(at + c.len_utf8());
        }
        at + c.len_utf8()
    }

    /// One character of a script without spaces, with the marks that sit on it.
    fn character(&mut self, start: usize, emit: &mut impl FnMut(usize, usize, &[u8])) -> usize {
        self.folded.clear();
        let mut end = start;
        let first = self.char_at(start);
        let next = start + first.len_utf8();
        let alone = self.bytes.get(next).is_none_or(|byte| *byte < 0x80)
            || chars::plain_letter(self.char_at(next)).is_some();
        if alone && let Some(letter) = chars::plain_letter(first) {
            push(&mut self.folded, letter);
            emit(start, next, &self.folded);
            return next;
        }
        for c in self.text[start..].chars() {
            if end > start && !is_combining_mark(c) && !matches!(c as u32, 0xFE00..=0xFE0F | 0xFF9E | 0xFF9F)
            {
                break;
            }
            if !chars::is_formatting(c) {
                push_folded(&mut self.folded, c);
            }
            end += c.len_utf8();
        }
        self.compose();
        if !self.folded.is_empty() {
            emit(start, end, &self.folded);
        }
        end
    }

    fn high_in_word(&mut self, at: usize) -> InWord {
        let c = self.char_at(at);
        let length = c.len_utf8();
        if let Some(letter) = chars::plain_letter(c) {
            if chars::is_unspaced(c) {
                return InWord::Ends;
            }
            push(&mut self.folded, letter);
            return InWord::Letter(length);
        }
        if chars::is_formatting(c) {
            return InWord::Silent(length);
        }
        if c == '\u{20E3}' {
            return if self.folded.len() == 1 { InWord::Keycap(length) } else { InWord::Ends };
        }
        if chars::is_apostrophe(c) {
            let joins = self.ends_in_letter() && self.letter_at(at + length);
            if joins {
                self.folded.push(b'\'');
            }
            return if joins { InWord::Part(length) } else { InWord::Ends };
        }
        if chars::is_superscript_digit(c) && !self.takes_power() {
            return InWord::Ends;
        }
        if chars::is_unspaced(c) || !is_word_char(c) {
            return InWord::Ends;
        }
        if chars::is_superscript_digit(c) {
            self.folded.push(b'^');
        }
        push_folded(&mut self.folded, c);
        InWord::Part(length)
    }

    /// Whether an ASCII mark stands inside the word read so far.
    fn joins(&self, at: usize, byte: u8) -> bool {
        let Some(last) = self.folded.last() else { return false };
        match byte {
            b'\'' if last.is_ascii_digit() => self.digit_at(at + 1),
            b'\'' => self.ends_in_letter() && self.letter_at(at + 1),
            b'.' if last.is_ascii_alphabetic() => {
                let single = self.folded.len() == 1 || self.folded[self.folded.len() - 2] == b'.';
                single && self.ascii_letter_at(at + 1) && !self.letter_at(at + 2)
            }
            b',' => {
                last.is_ascii_digit() && self.digit_at(at + 1) && !(2..=5).all(|n| self.digit_at(at + n - 1))
            }
            b'.' | b':' | b'/' => last.is_ascii_digit() && self.digit_at(at + 1),
            _ => false,
        }
    }

    /// After a number or a unit of length a raised digit is a power; after any other word it sends to a note.
    fn takes_power(&self) -> bool {
        self.folded.last().is_some_and(|b| b.is_ascii_digit())
            || matches!(&self.folded[..], b"m" | b"km" | b"cm" | b"mm" | b"ft" | b"mi" | b"s" | b"x")
    }

    fn ends_in_letter(&self) -> bool {
        self.folded.last().is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80)
    }

    fn is_glue(&self, at: usize) -> bool {
        !self.glue.is_empty() && self.glue.binary_search(&at).is_ok()
    }

    fn digit_at(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(u8::is_ascii_digit)
    }

    fn ascii_letter_at(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
    }

    fn letter_at(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            Some(byte) if *byte < 0x80 => byte.is_ascii_alphabetic(),
            Some(_) => self.char_at(at).is_alphabetic(),
            None => false,
        }
    }

    fn char_at(&self, at: usize) -> char {
        self.text[at..].chars().next().unwrap_or('\u{FFFD}')
    }

    fn compose(&mut self) {
        let Ok(word) = std::str::from_utf8(&self.folded) else { return };
        if is_nfkc_quick(word.chars()) != IsNormalized::Yes {
            let composed: String = word.nfkc().flat_map(char::to_lowercase).nfc().collect();
            self.folded.clear();
            self.folded.extend_from_slice(composed.as_bytes());
        }
    }
}

enum InWord {
    /// A letter that needs no normalising, this many bytes long.
    Letter(usize),
    /// Part of the word, this many bytes long.
    Part(usize),
    /// Shapes the word without being read.
    Silent(usize),
    /// Makes the digit before it a picture.
    Keycap(usize),
    Ends,
}

fn is_word_char(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && !chars::is_emoji(c)
}

fn push_folded(folded: &mut Vec<u8>, c: char) {
    for lower in c.to_lowercase() {
        push(folded, if lower == '\u{3C2}' { '\u{3C3}' } else { lower });
    }
}

fn push(folded: &mut Vec<u8>, c: char) {
    folded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
