//! Plain text → blocks.

use super::block::{Block, Draft, Style, glyphs};
use super::lines::{
    Line, ends_sentence, is_address, is_rule, marker, opens_with_bracketed_address, shape, stands_alone,
};
use super::lists;
use crate::address;

/// Every character is a word's: nothing in the text is taken for Markdown.
pub(super) fn read(text: &str) -> Draft {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let whole = wrap_width(&lines);
    let mut blocks: Vec<Block> = Vec::new();
    for chunk in lines.split(|line| line.trim().is_empty()).filter(|chunk| !chunk.is_empty()) {
        let mut joined: Vec<(usize, String)> = Vec::new();
        let mut last = "";
        let width = wrap_width(chunk).or(whole);
        for line in chunk {
            let text = line.trim();
            match joined.last_mut() {
                Some((_, before)) if address_goes_on(before, text) => before.push_str(text),
                Some((_, before)) if goes_on(last, line, width) => {
                    before.push(' ');
                    before.push_str(text);
                }
                _ => joined.push((indent(line), text.to_owned())),
            }
            last = line;
        }
        let line = |(indent, text): (usize, String)| Line { indent, glyphs: glyphs(&text, Style::default()) };
        blocks.extend(shape(joined.into_iter().map(line).collect()));
    }
    Draft { blocks: lists::gather(blocks), ..Draft::default() }
}

/// The width at which lines were broken, in characters; none when they end where they were meant to.
fn wrap_width(lines: &[&str]) -> Option<usize> {
    const NARROWEST: usize = 40;
    const WIDEST: usize = 100;
    let length = |line: &&str| line.chars().count();
    let words = || lines.iter().filter(|l| !l.contains("://"));
    let width = words().map(length).max().unwrap_or(0);
    let followed = lines.windows(2).filter(|w| !w[0].trim().is_empty() && !w[1].trim().is_empty());
    let full = followed
        .filter(|w| length(&w[0]) * 4 > width * 3 && !ends_sentence(&w[0].chars().collect::<Vec<_>>()));
    ((NARROWEST..=WIDEST).contains(&width) && full.count() >= 1).then_some(width)
}

/// Whether `next` is the same paragraph as `last`, broken only because its first word did not fit.
fn goes_on(last: &str, next: &str, width: Option<usize>) -> bool {
    let text: Vec<char> = next.trim().chars().collect();
    let before: Vec<char> = last.trim().chars().collect();
    if opens_with_bracketed_address(&text) {
        return !is_address(&before);
    }
    let own = stands_alone(&text) || marker(&glyphs(next.trim(), Style::default())).is_some();
    let first_word = text.iter().take_while(|c| !c.is_whitespace()).count();
    let length = last.chars().count();
    // A long address fits on no line, so the line before it says nothing unless it is fairly full itself.
    let full = width.is_some_and(|w| length + 1 + first_word > w && length * 2 > w);
    full && !own && !is_rule(&before) && !is_address(&before)
}

/// An address in a bracket that the line end broke in two.
fn address_goes_on(before: &str, next: &str) -> bool {
    let Some(open) = before.rfind(|c| address::mate(c).is_some()) else { return false };
    let tail: Vec<char> = before[open..].chars().skip(1).collect();
    let Some(close) = before[open..].chars().next().and_then(address::mate) else { return false };
    let head: Vec<char> = next.chars().take_while(|c| !c.is_whitespace() && *c != close).collect();
    let closed = next.chars().nth(head.len()) == Some(close);
    let whole: Vec<char> = tail.iter().chain(&head).copied().collect();
    closed
        && !head.is_empty()
        && !tail.contains(&close)
        && tail.len() > 12
        && !is_address(&head)
        && address::starts(&tail).is_some()
        && address::starts(&whole) == Some(whole.len())
}

fn indent(line: &str) -> usize {
    let space = line.chars().take_while(|c| c.is_whitespace());
    space.map(|c| if c == '\t' { 4 } else { 1 }).sum()
}
