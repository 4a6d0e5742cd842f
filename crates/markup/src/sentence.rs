//! Sentences. Words in quotation marks stay whole, so that "“It is late. Go,” she said" is one sentence.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::pairs::Quoted;
use crate::speech::{self, List};

/// A line that the writer broke on purpose ends a sentence too.
pub(crate) const LINE_BREAK: char = '\u{2028}';

/// The sentences of a paragraph, as byte offsets, white space around them left out.
pub(crate) fn split(text: &str, quoted: &[Quoted]) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut quotes = quoted.iter().peekable();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        if let Some(quote) = quotes.next_if(|quote| quote.outer.start <= at) {
            at = quote.outer.end.max(at);
            if ends_with_quotation(&text[quote.inner.clone()], &text[at..]) {
                push(text, start..at, &mut sentences);
                start = at;
            }
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        let ends = match c {
            LINE_BREAK | '。' | '！' | '？' | '؟' | '۔' | '।' => true,
            '.' | '!' | '?' | '…' => ends_sentence(c, &text[start..at - c.len_utf8()], &text[at..]),
            _ => false,
        };
        if ends {
            at += closers(&text[at..]);
            push(text, start..at, &mut sentences);
            start = at;
        }
    }
    push(text, start..text.len(), &mut sentences);
    sentences
}

fn push(text: &str, range: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let piece = &text[range.clone()];
    let trimmed = piece.trim();
    if !trimmed.is_empty() {
        let start = range.start + (piece.len() - piece.trim_start().len());
        sentences.push(start..start + trimmed.len());
    }
}

fn ends_sentence(stop: char, before: &str, after: &str) -> bool {
    let rest = &after[closers(after)..];
    let Some(next) = rest.trim_start().chars().next() else { return true };
    if !rest.starts_with(char::is_whitespace) || next.is_lowercase() || matches!(next, ',' | ';' | ':') {
        return false;
    }
    stop != '.' || !is_abbreviation(before)
}

/// "Dr", "A", "e.g": a stop behind these belongs to the word.
fn is_abbreviation(before: &str) -> bool {
    // Looking back further than the longest abbreviation would make a long sentence slow.
    let tail = before.char_indices().rev().take(12).last().map_or("", |(at, _)| &before[at..]);
    let word = tail
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '“' | '„' | '«' | '"' | '['))
        .next()
        .unwrap_or(tail);
    let mut chars = word.chars();
    let initial = matches!((chars.next(), chars.next()), (Some(c), None) if c.is_uppercase());
    initial || speech::has(List::Abbreviations, word)
}

/// A quotation that ends its own sentence ends ours, unless what follows still belongs to it ("“Is it?” Moreau asked").
fn ends_with_quotation(inner: &str, after: &str) -> bool {
    let inner = inner.trim_end_matches(|c: char| c.is_whitespace() || is_closer(c));
    let Some(stop) =
        inner.chars().next_back().filter(|c| matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟'))
    else {
        return false;
    };
    let rest = after.trim_start_matches(|c: char| c.is_whitespace() || is_closer(c));
    let Some(next) = rest.chars().next() else { return false };
    let goes_on = next.is_lowercase()
        || matches!(next, ',' | ';' | ':' | '—' | '–' | '-' | '―' | '(' | '[' | '.' | '!' | '?');
    let kana = matches!(next, '\u{3040}'..='\u{30ff}');
    let asked = matches!(stop, '!' | '?' | '…')
        && rest
            .unicode_words()
            .take(4)
            .any(|word| speech::has(List::Says, word) || speech::has(List::Calls, word));
    !goes_on && !kana && !asked
}

fn closers(text: &str) -> usize {
    text.char_indices().find(|(_, c)| !is_closer(*c)).map_or(text.len(), |(at, _)| at)
}

fn is_closer(c: char) -> bool {
    matches!(c, ')' | ']' | '”' | '’' | '»' | '"' | '」' | '』' | '›' | '！' | '？' | '!' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs;

    fn check(text: &str, expected: &[&str]) {
        let quoted = pairs::find(text, |_| true).quoted;
        let found: Vec<&str> = split(text, &quoted).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sentences_end_at_stops() {
        check("The gate shut. The river rose! Why?", &["The gate shut.", "The river rose!", "Why?"]);
        check("It cost 4.5 million. No more.", &["It cost 4.5 million.", "No more."]);
        check(
            "Dr. A. Moreau of St. Ann spoke, e.g. here. He left.",
            &["Dr. A. Moreau of St. Ann spoke, e.g. here.", "He left."],
        );
        check("門は閉じた。川は上がった。", &["門は閉じた。", "川は上がった。"]);
        check("first line\u{2028}second line", &["first line", "second line"]);
    }

    #[test]
    fn quotations_stay_whole() {
        check("“It is late. Go,” she said. He went.", &["“It is late. Go,” she said.", "He went."]);
        check("He said: “It is late.” The gate shut.", &["He said: “It is late.”", "The gate shut."]);
        check("“Is it late?” Moreau asked. It was.", &["“Is it late?” Moreau asked.", "It was."]);
        check("“It is late.” “It is not.”", &["“It is late.”", "“It is not.”"]);
    }
}
