//! Lines that follow each other without a blank one → paragraphs, items, rules.

use super::block::{Block, Glyph, Item, Marker, Style, Words};
use super::script::closes;
use super::transcript;
use crate::address;
use crate::emoji;

/// One line, its white space trimmed.
pub(super) struct Line {
    /// Columns of space before it; a tab is four.
    pub(super) indent: usize,
    pub(super) glyphs: Vec<Glyph>,
}

/// Two short lines are one paragraph with a line end inside, as in an address or a verse; else each line is its own.
pub(super) fn shape(lines: Vec<Line>) -> Vec<Block> {
    const SHORT: usize = 60;
    let mut blocks: Vec<Block> = Vec::new();
    let mut before: Vec<char> = Vec::new();
    for line in lines {
        let chars: Vec<char> = line.glyphs.iter().map(|g| g.c).collect();
        if is_rule(&chars) {
            blocks.push(Block::Rule);
        } else if let Some((marker, skip)) = marker(&line.glyphs) {
            let lead = line.glyphs[..skip].to_vec();
            let words = Words { glyphs: line.glyphs[skip..].to_vec(), notes: Vec::new() };
            blocks.push(Block::Item(Item {
                indent: line.indent,
                marker,
                lead,
                blocks: vec![Block::Paragraph(words)],
            }));
        } else {
            let goes_on = chars.len() <= SHORT && before.len() <= SHORT && !ends_sentence(&before);
            let goes_on = goes_on && !stands_alone(&chars) && !is_address(&before) && !emoji::opens(&before);
            match blocks.last_mut() {
                Some(Block::Item(item)) if line.indent > item.indent => {
                    go_on(item.blocks.last_mut(), ' ', line.glyphs)
                }
                Some(Block::Paragraph(_)) if goes_on => go_on(blocks.last_mut(), '\n', line.glyphs),
                _ => blocks.push(Block::Paragraph(Words { glyphs: line.glyphs, notes: Vec::new() })),
            }
        }
        before = chars;
    }
    blocks
}

/// Whether a line begins something of its own, whatever the line before it was.
pub(super) fn stands_alone(chars: &[char]) -> bool {
    emoji::opens(chars) || is_address(chars) || is_rule(chars) || transcript::opens_turn(chars)
}

pub(super) fn ends_sentence(chars: &[char]) -> bool {
    let last = chars.iter().rev().find(|c| !matches!(c, '"' | '”' | '’' | '»' | ')' | ']'));
    last.is_none_or(|c| closes(*c) && !matches!(c, ',' | '،' | '，' | '、' | ';'))
}

/// An address and nothing else.
pub(super) fn is_address(chars: &[char]) -> bool {
    address::starts(chars) == Some(chars.len()) && !chars.is_empty()
}

/// Addresses in a bracket at the beginning: they belong to the words of the line before.
pub(super) fn opens_with_bracketed_address(chars: &[char]) -> bool {
    let Some(mate) = chars.first().and_then(|c| address::mate(*c)) else { return false };
    let close = chars.iter().position(|c| *c == mate);
    close.is_some_and(|close| address::only_addresses(&chars[1..close]).is_some())
}

/// `---`, `* * *`, `___`
pub(super) fn is_rule(chars: &[char]) -> bool {
    let marks: Vec<char> = chars.iter().copied().filter(|c| !c.is_whitespace()).collect();
    marks.len() >= 3 && matches!(marks[0], '-' | '*' | '_') && marks.iter().all(|c| *c == marks[0])
}

/// A list marker at the beginning of a line, and how many glyphs it takes with the space after it.
pub(super) fn marker(glyphs: &[Glyph]) -> Option<(Marker, usize)> {
    let chars: Vec<char> = glyphs.iter().take(8).take_while(|g| g.is_free()).map(|g| g.c).collect();
    let spaced = |n: usize| chars.get(n).is_some_and(|c| c.is_whitespace());
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let (marker, width) = match *chars.first()? {
        '•' | '▪' | '‣' | '⁃' | '●' | '◦' | '▫' | '\u{f0b7}' | '\u{f0a7}' | '\u{f0d8}'
            if spaced(1)
                || chars
                    .get(1)
                    .is_some_and(|c| c.is_alphanumeric() || matches!(c, '"' | '“' | '«' | '(')) =>
        {
            (Marker::Bullet { inner: matches!(chars[0], '◦' | '▫' | '▪' | '\u{f0a7}') }, 1)
        }
        '-' | '–' | '*' | '∙' | '·' | '○' | '□' | '■' if spaced(1) => {
            (Marker::Bullet { inner: chars[0] == '○' }, 1)
        }
        'o' if chars.get(1) == Some(&'\t') => (Marker::Bullet { inner: true }, 1),
        '0'..='9' if digits <= 3 && matches!(chars.get(digits), Some('.' | ')')) && spaced(digits + 1) => {
            let n = chars[..digits].iter().collect::<String>().parse().ok()?;
            (Marker::Number { n, delimiter: chars[digits], sure: chars[digits] == ')' }, digits + 1)
        }
        _ => return None,
    };
    let space = glyphs[width..].iter().take_while(|g| g.c.is_whitespace()).count();
    let skip = width + space;
    (skip < glyphs.len()).then_some((marker, skip))
}

fn go_on(block: Option<&mut Block>, joint: char, glyphs: Vec<Glyph>) {
    if let Some(Block::Paragraph(words)) = block {
        words.glyphs.push(Glyph { c: joint, style: Style::default() });
        words.glyphs.extend(glyphs);
    }
}
