//! What stands between the words: which marks count, and which are listed normalisations.

use crate::chars;
use crate::finding::{Normalisation, Reason};
use crate::scan::{Note, after_note};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// The marks between two words.
#[derive(Default, PartialEq)]
pub(crate) struct Marks {
    /// Those that count, in order, in their common form.
    pub(crate) counting: Vec<char>,
    quotation_marks: Vec<char>,
    dashes: Vec<char>,
    commas: usize,
    emoji: usize,
    soft: usize,
    footnotes: usize,
    addresses: usize,
    brackets: usize,
    spaces: usize,
    odd_spaces: usize,
}

impl Marks {
    /// Reads what stands before (`left`) and after (`right`) which characters; either may be an end of the text.
    pub(crate) fn read(gap: &str, left: Option<char>, right: Option<char>) -> Marks {
        let mut marks = Marks::default();
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let mut previous = left;
        let mut at = 0;
        while let Some(c) = gap[at..].chars().next() {
            let length = c.len_utf8();
            if let Some((end, note)) = after_note(gap.as_bytes(), at) {
                match note {
                    Note::Address => marks.addresses += 1,
                    Note::Footnote => marks.footnotes += 1,
                }
                at = end;
                previous = Some(' ');
                continue;
            }
            at += length;
            let next = if at == gap.len() { right } else { gap[at..].chars().next() };
            marks.take(c, previous, next, is_digit(previous) && is_digit(next));
            previous = Some(c);
        }
        marks
    }

    fn take(&mut self, c: char, previous: Option<char>, next: Option<char>, between_digits: bool) {
        let mark = chars::plain_mark(c);
        if c.is_whitespace() || matches!(c as u32, 0x200B | 0x2022 | 0x2023 | 0x25E6 | 0xB7 | 0x5F) {
            self.spaces += 1;
            self.odd_spaces += usize::from(!matches!(c, ' ' | '\n' | '\r' | '\t'));
        } else if chars::is_dash(c) {
            let opens = previous.is_none_or(|p| p.is_whitespace() || matches!(p, '(' | '$'));
            if between_digits {
                self.counting.push(chars::RANGE);
            } else if opens && next.is_some_and(|n| n.is_ascii_digit()) && c != '\u{2014}' {
                self.counting.push(chars::MINUS);
            } else {
                self.dashes.push(c);
            }
        } else if chars::is_quotation_mark(c) {
            self.quotation_marks.push(c);
        } else if chars::is_comma(c) {
            self.commas += 1;
        } else if chars::is_footnote_mark(c) {
            self.footnotes += 1;
        } else if chars::is_formatting(c) {
            self.soft += 1;
        } else if chars::is_emoji(c) || c.is_alphanumeric() {
            self.emoji += 1;
        } else if matches!(c, '[' | ']') {
            self.brackets += 1;
        } else if matches!(mark, '\u{BF}' | '\u{A1}') {
            // The marks that open a question or a cry in Spanish say nothing that the closing ones do not.
        } else if mark == '.' && matches!(self.counting.last(), Some('.' | '\u{2026}')) {
            self.counting.pop();
            self.counting.push('\u{2026}');
        } else if !(mark == '\u{2026}' && self.counting.last() == Some(&'\u{2026}')) {
            self.counting.push(mark);
        }
    }

    /// Adds what had to be looked past for `self` to be `other`, marks that count aside.
    pub(crate) fn note_normalisations(&self, other: &Marks, into: &mut BTreeSet<Normalisation>) {
        let mut note = |differs: bool, normalisation| {
            if differs {
                into.insert(normalisation);
            }
        };
        note(self.quotation_marks != other.quotation_marks, Normalisation::QuotationMarks);
        note(self.dashes != other.dashes, Normalisation::Dashes);
        note(self.commas != other.commas, Normalisation::Commas);
        note(self.emoji != other.emoji, Normalisation::Emoji);
        note(self.soft != other.soft, Normalisation::SoftHyphens);
        note(self.footnotes != other.footnotes, Normalisation::FootnoteMarks);
        note(self.addresses != other.addresses, Normalisation::BracketedAddresses);
        note(self.brackets != other.brackets, Normalisation::Brackets);
        let spaced = (self.spaces > 0) != (other.spaces > 0) || self.odd_spaces != other.odd_spaces;
        note(spaced, Normalisation::Spaces);
    }

    pub(crate) fn has(&self, mark: char) -> bool {
        self.counting.contains(&mark)
    }
}

/// Why the marks that count differ, if they do.
pub(crate) fn differ(quote: &Marks, text: &Marks) -> Option<Reason> {
    if quote.counting == text.counting {
        return None;
    }
    let count = |marks: &Marks, of: fn(char) -> bool| marks.counting.iter().filter(|c| of(**c)).count();
    if count(quote, |c| c == '?') != count(text, |c| c == '?') {
        return Some(Reason::Question);
    }
    let signs = |marks: &Marks| -> Vec<char> {
        marks.counting.iter().copied().filter(|c| chars::is_number_sign(*c)).collect()
    };
    if signs(quote) != signs(text) {
        return Some(Reason::Number);
    }
    Some(Reason::Punctuation)
}

/// Compares one word as written on either side, its folded forms being equal. Gives `false` if more than the
/// case of its first letter differs.
pub(crate) fn same_word(quote: &str, text: &str, into: &mut BTreeSet<Normalisation>) -> bool {
    if quote == text {
        return true;
    }
    let plain = |word: &str| -> String {
        let unbracketed = word.chars().filter(|c| !matches!(c, '[' | ']'));
        unbracketed.map(|c| if chars::is_apostrophe(c) { '\'' } else { c }).collect()
    };
    let formed =
        |word: &str| -> String { word.chars().filter(|c| !chars::is_formatting(*c)).nfkc().collect() };
    if quote.contains('[') != text.contains('[') {
        into.insert(Normalisation::Brackets);
    }
    if quote.chars().any(chars::is_apostrophe) && plain(quote) != quote.replace(['[', ']'], "")
        || plain(text) != text.replace(['[', ']'], "")
    {
        into.insert(Normalisation::QuotationMarks);
    }
    let (q, s) = (plain(quote), plain(text));
    if q.chars().any(chars::is_formatting) != s.chars().any(chars::is_formatting) {
        into.insert(Normalisation::SoftHyphens);
    }
    let unshaped = |word: &str| -> String { word.chars().filter(|c| !chars::is_formatting(*c)).collect() };
    let (fq, fs) = (formed(&q), formed(&s));
    if (fq == fs || fq.to_lowercase() == fs.to_lowercase())
        && unshaped(&q).to_lowercase() != unshaped(&s).to_lowercase()
    {
        into.insert(Normalisation::CompatibilityForms);
    }
    if fq == fs {
        return true;
    }
    let rest = |word: &str| word.chars().skip(1).collect::<String>();
    if rest(&fq) == rest(&fs) {
        into.insert(Normalisation::FirstLetterCase);
        return true;
    }
    // A letter whose two cases have different lengths, or a lone sigma at the end: still the same letter.
    fq.to_uppercase() == fq && fs.to_uppercase() == fs
}
