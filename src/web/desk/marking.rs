//! Where in a text the writer's mark on a quotation goes: behind the words, or on a line of its own below their block. And where the
//! quoted words themselves stand, to give way to those of the source.

use crate::{Error, Result};
use markup::Quotation;
use std::collections::BTreeMap;
use std::ops::Range;

/// A place in a Markdown text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Byte offset.
    pub(super) at: usize,
    /// The mark stands in a paragraph of its own.
    pub(super) alone: bool,
}

impl Place {
    pub(super) fn behind(markdown: &str, quotation: &Quotation) -> Place {
        let start = start_of_line(markdown, quotation.line);
        if quotation.block {
            return Place { at: start + end_of_block(&markdown[start..]), alone: true };
        }
        let end = end_of_words(&markdown[start..], &quotation.text);
        let end = end.unwrap_or_else(|| markdown[start..].find("\n\n").unwrap_or(markdown.len() - start));
        Place { at: start + end, alone: false }
    }

    /// As a browser counts the text of a field.
    pub(super) fn utf16(self, markdown: &str) -> usize {
        markdown[..self.at].encode_utf16().count()
    }

    /// The text with a mark, such as `<!-- not a quotation -->`, put there.
    pub(super) fn mark(self, markdown: &str, mark: &str) -> String {
        let (before, after) = markdown.split_at(self.at);
        format!("{before}{}{mark}{after}", if self.alone { "\n\n" } else { " " })
    }
}

/// What a button beside a quotation does to the text.
pub(super) enum Change {
    /// A mark behind the words.
    Mark(String),
    /// The source's words in their place.
    Words(String),
}

impl Change {
    /// As the button says, `3 not` or the like, and the number of the quotation it is for; `bind-3` among the fields may hold an address.
    pub(super) fn asked(mark: &str, fields: &BTreeMap<String, String>) -> Result<(usize, Change)> {
        let refuse = || Error::Invalid("This mark is not one of ours.".into());
        let mut asked = mark.splitn(3, ' ');
        let number: usize = asked.next().and_then(|n| n.parse().ok()).ok_or_else(refuse)?;
        let change = match (asked.next(), asked.next()) {
            (Some("not"), _) => Change::Mark("<!-- not a quotation -->".to_owned()),
            (Some("note"), _) => Change::Mark("<!-- note:  -->".to_owned()),
            (Some("wording"), Some(words)) => {
                let words = wording(words);
                Change::Words(
                    words.ok_or(Error::Invalid("These words cannot stand there as they are.".into()))?,
                )
            }
            (Some("source"), address) => {
                let chosen = fields.get(&format!("bind-{number}")).map(String::as_str);
                let address = address.or(chosen).ok_or_else(refuse)?;
                Change::Mark(format!("<!-- source: {} -->", address.replace(['<', '>', ' ', '\n'], "")))
            }
            _ => return Err(refuse()),
        };
        Ok((number, change))
    }

    pub(super) fn made(self, mut markdown: String, quotation: &Quotation) -> String {
        match self {
            Change::Mark(mark) => Place::behind(&markdown, quotation).mark(&markdown, &mark),
            Change::Words(words) => {
                if let Some(range) = words_of(&markdown, quotation) {
                    markdown.replace_range(range, &words);
                }
                markdown
            }
        }
    }
}

/// Longer passages are mended by hand.
const MOST_WORDS: usize = 1000;

/// The bytes of the text that hold the quoted words, where nothing else stands among them: no link, no mark, no line's end.
pub(super) fn words_of(markdown: &str, quotation: &Quotation) -> Option<Range<usize>> {
    let start = start_of_line(markdown, quotation.line);
    let found = found(&markdown[start..], &quotation.text)?;
    let range = start + found.start..start + found.end;
    is_plain(&markdown[range.clone()]).then_some(range)
}

/// The source's words as they can stand in Markdown in the place of others; none where they would need marks.
pub(super) fn wording(passage: &str) -> Option<String> {
    let words = passage.trim();
    let fits = !words.is_empty() && words.len() <= MOST_WORDS && is_plain(words);
    fits.then(|| words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether words begin with a capital is the writer's affair, who puts them into a sentence.
pub(super) fn as_begun(words: String, before: &str) -> String {
    let (Some(new), Some(old)) = (words.chars().next(), before.chars().next()) else { return words };
    match new != old && new.to_lowercase().eq(old.to_lowercase()) {
        true => format!("{old}{}", &words[new.len_utf8()..]),
        false => words,
    }
}

fn is_plain(words: &str) -> bool {
    !words.contains(['\n', '[', ']', '<', '>', '`', '*', '_', '~', '\\', '|', '&'])
}

fn start_of_line(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}

/// The end of a block quotation's last line, in bytes.
fn end_of_block(text: &str) -> usize {
    let quoted = text.trim_start().starts_with('>');
    let of_block = |line: &&str| match quoted {
        true => line.trim_start().starts_with('>'),
        false => !line.trim().is_empty(),
    };
    let length: usize = text.split_inclusive('\n').take_while(of_block).map(str::len).sum();
    text[..length].trim_end().len()
}

/// Behind the words as they stand in the Markdown, with the stops, marks and link targets that close them.
fn end_of_words(text: &str, words: &str) -> Option<usize> {
    let mut end = found(text, words)?.end;
    loop {
        let rest = &text[end..];
        if let Some(target) = rest.strip_prefix("](") {
            end += 2 + target.find(')').map_or(target.len(), |close| close + 1);
        } else if let Some(c) = rest.chars().next().filter(|c| CLOSING.contains(*c)) {
            end += c.len_utf8();
        } else {
            return Some(end);
        }
    }
}

/// From the first of the words to the last, as they stand in the Markdown.
fn found(text: &str, words: &str) -> Option<Range<usize>> {
    let wanted: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let found = visible_words(text, wanted.len() * 3 + 2000);
    let at = found
        .windows(wanted.len().max(1))
        .position(|w| w.iter().map(|(_, word)| *word).eq(wanted.iter().copied()))?;
    let ((first, _), (last, word)) = (found.get(at)?, found.get(at + wanted.len().checked_sub(1)?)?);
    Some(*first..last + word.len())
}

const CLOSING: &str = ".,;:!?…”’»“\"'*_";

/// Words with the offsets of their beginnings, those of link targets, comments and tags left out; at most so many.
fn visible_words(text: &str, most: usize) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut at = 0;
    while let (Some(c), true) = (text[at..].chars().next(), words.len() < most) {
        let rest = &text[at..];
        let hidden = [("](", ")"), ("<!--", "-->"), ("</", ">")];
        let passed = hidden.iter().find(|(open, _)| rest.starts_with(open));
        if let Some(length) = passed.and_then(|(_, close)| rest.find(close).map(|end| end + close.len())) {
            at += length;
        } else if c.is_alphanumeric() {
            let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            words.push((at, &rest[..length]));
            at += length;
        } else {
            at += c.len_utf8();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use markup::{Options, read};

    const MARK: &str = "<!-- source: https://harbour.example/log -->";

    /// Marks the quotation with this index; the text then, and where its words are bound.
    #[track_caller]
    fn check(markdown: &str, index: usize, expected: &str) {
        let document = read(markdown, &Options::default());
        let place = Place::behind(markdown, &document.quotations[index]);
        let marked = place.mark(markdown, MARK);
        assert_eq!(marked, expected);
        let again = read(&marked, &Options::default());
        let bound = again.quotations[index].citation.map(|at| again.citations[at].canonical.as_str());
        assert_eq!(bound, Some("https://harbour.example/log"), "{marked}");
        assert_eq!(
            markdown.encode_utf16().take(place.utf16(markdown)).collect::<Vec<_>>(),
            markdown[..place.at].encode_utf16().collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_mark_goes_behind_the_words_it_is_about() {
        check(
            "Früh. Moreau said “the gate was closed *in time* tonight,” and then “the pumps ran all evening long.”",
            0,
            &format!(
                "Früh. Moreau said “the gate was closed *in time* tonight,” {MARK} and then “the pumps ran all evening long.”"
            ),
        );
        check(
            "A line.\n\nMoreau said “the gate was closed in time” [here](https://a.example/the-gate-was-closed).\n\nMore.",
            0,
            &format!(
                "A line.\n\nMoreau said “the gate was closed in time” {MARK} [here](https://a.example/the-gate-was-closed).\n\nMore."
            ),
        );
    }

    #[test]
    fn a_block_has_its_mark_below() {
        check(
            "So:\n\n> **Question:** Was the pump running at nine?\n>\n> **Ada Moreau:** It was running all evening.\n\nMore.",
            1,
            &format!(
                "So:\n\n> **Question:** Was the pump running at nine?\n>\n> **Ada Moreau:** It was running all evening.\n\n{MARK}\n\nMore."
            ),
        );
    }

    #[test]
    fn words_give_way_to_those_of_the_source() {
        let check = |markdown: &str, expected: Option<&str>| {
            let document = read(markdown, &Options::default());
            let range = words_of(markdown, &document.quotations[0]);
            let mended = range.map(|range| {
                let words = wording("the gate was\u{a0}closed  at nine").unwrap();
                format!("{}{words}{}", &markdown[..range.start], &markdown[range.end..])
            });
            assert_eq!(mended.as_deref(), expected);
        };
        check(
            "Früh. Moreau said “the gate was closed in time,” and left.",
            Some("Früh. Moreau said “the gate was closed at nine,” and left."),
        );
        check(
            "> The gate was closed in time.\n>\n> — Ada Moreau, [log](https://a.example/)",
            Some("> the gate was closed at nine.\n>\n> — Ada Moreau, [log](https://a.example/)"),
        );
        check("Moreau said “the gate was *closed* in time.”", None);
        check("Moreau said “the gate was [closed](https://a.example/) in time.”", None);
        assert_eq!(as_begun("The gate".into(), "the gates"), "the gate");
        assert_eq!(as_begun("A gate".into(), "the gates"), "A gate");
        for passage in ["", "two\nparagraphs", "a *star*", &"long ".repeat(300)] {
            assert_eq!(wording(passage), None);
        }
    }

    #[test]
    fn a_mark_never_falls_outside_the_text() {
        for markdown in ["", "é", "Moreau said “", "Moreau said “so it was then", "> x"] {
            for block in [true, false] {
                let quotation = Quotation {
                    kind: markup::QuotationKind::Quotation,
                    text: "so it was".into(),
                    speaker: None,
                    citation: None,
                    transcript: None,
                    note: None,
                    at: None,
                    block,
                    line: 7,
                };
                Place::behind(markdown, &quotation).mark(markdown, MARK);
                Place::behind(markdown, &Quotation { text: String::new(), line: 0, ..quotation })
                    .mark(markdown, MARK);
            }
        }
    }
}
