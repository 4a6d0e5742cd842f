//! The quoted passage with its surroundings, as a reader sees it beside the quotation.

use quotecheck::Span;
use serde::{Deserialize, Serialize};

/// Words of the source around what was quoted. `before` and `after` are whole words, at most [`AROUND`] characters each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub before: String,
    pub quoted: String,
    pub after: String,
    /// Whether the source goes on beyond what is shown.
    pub more_before: bool,
    pub more_after: bool,
}

const AROUND: usize = 280;
const QUOTED: usize = 2400;

impl Passage {
    /// From the first to the last of the places where the words were found.
    pub fn around(text: &str, spans: &[Span]) -> Option<Passage> {
        let start = spans.iter().map(|s| s.start_byte).min()?;
        let end = spans.iter().map(|s| s.end_byte).max()?;
        let (before, rest) = text.split_at_checked(start)?;
        let (quoted, after) = rest.split_at_checked(end.checked_sub(start)?)?;
        let (shown_before, shown_after) = (tail(before), head(after));
        Some(Passage {
            more_before: shown_before.len() < before.trim_start().len(),
            more_after: shown_after.len() < after.trim_end().len(),
            before: shown_before.to_owned(),
            quoted: middle(quoted),
            after: shown_after.to_owned(),
        })
    }
}

fn tail(text: &str) -> &str {
    let Some((cut, _)) = text.char_indices().rev().nth(AROUND) else { return text.trim_start() };
    let cut_text = &text[cut..];
    cut_text.find(char::is_whitespace).map_or(cut_text, |at| cut_text[at..].trim_start())
}

fn head(text: &str) -> &str {
    let Some((cut, _)) = text.char_indices().nth(AROUND) else { return text.trim_end() };
    let cut_text = &text[..cut];
    cut_text.rfind(char::is_whitespace).map_or(cut_text, |at| cut_text[..at].trim_end())
}

/// Places far apart in a long source: both ends are shown, not all that lies between.
fn middle(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        return text.to_owned();
    }
    let half = QUOTED / 2;
    let first = text.char_indices().nth(half).map_or(text, |(at, _)| &text[..at]);
    let last = text.char_indices().rev().nth(half).map_or(text, |(at, _)| &text[at..]);
    format!("{} […] {}", first.trim_end(), last.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, words: &str) -> Span {
        let start_byte = text.find(words).unwrap();
        let start = text[..start_byte].chars().count();
        Span { start, end: start + words.chars().count(), start_byte, end_byte: start_byte + words.len() }
    }

    #[test]
    fn a_passage_keeps_whole_words_around_it() {
        let text = format!("{} the gate – was closed at nine {}", "früh ".repeat(200), "spät ".repeat(200));
        let passage = Passage::around(&text, &[span(&text, "was closed")]).unwrap();
        assert_eq!(passage.quoted, "was closed");
        assert!(passage.before.starts_with("früh ") && passage.before.ends_with("the gate – "));
        assert!(passage.after.starts_with(" at nine spät") && passage.after.ends_with("spät"));
        assert!(passage.more_before && passage.more_after);
    }

    #[test]
    fn a_short_source_is_shown_whole() {
        let passage = Passage::around("It was closed.", &[span("It was closed.", "was")]).unwrap();
        assert_eq!((passage.before.as_str(), passage.after.as_str()), ("It ", " closed."));
        assert!(!passage.more_before && !passage.more_after);
        assert_eq!(Passage::around("words", &[]), None);
    }
}
