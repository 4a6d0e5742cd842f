//! Addresses in the text become links: on the words before them, as numbered notes, or as themselves.

use super::block::{Block, Draft, Glyph, NOTHING, Refs, Style, Words, glyphs};
use super::script::{closes, is_unspaced};
use super::{Note, What, brackets, phrase};
use crate::address;

pub(super) fn place(draft: &mut Draft) {
    let mut blocks = std::mem::take(&mut draft.blocks);
    in_blocks(&mut blocks, &mut draft.refs);
    draft.blocks = blocks;
}

fn in_blocks(blocks: &mut [Block], refs: &mut Refs) {
    for block in blocks {
        match block {
            Block::Paragraph(words) | Block::Heading(_, words) => in_words(words, refs),
            Block::Lines(lines) => lines.iter_mut().for_each(|line| in_words(line, refs)),
            Block::Item(item) => in_blocks(&mut item.blocks, refs),
            Block::List(list) => list.items.iter_mut().for_each(|item| in_blocks(item, refs)),
            Block::Quote(inner) => in_blocks(inner, refs),
            Block::Transcript(transcript) => in_blocks(&mut transcript.blocks, refs),
            Block::Table(rows) => rows.iter_mut().flatten().for_each(|cell| in_words(cell, refs)),
            Block::Code(_) | Block::Rule => {}
        }
    }
}

fn in_words(words: &mut Words, refs: &mut Refs) {
    let glyphs = unlinked(std::mem::take(&mut words.glyphs), refs);
    let chars: Vec<char> = glyphs.iter().map(|g| if g.is_free() { g.c } else { TAKEN }).collect();
    let mates = brackets::mates(&chars, Some(TAKEN), false);
    let mut text = Placing { out: Vec::with_capacity(glyphs.len()), notes: &mut words.notes, refs };
    let mut i = 0;
    while i < glyphs.len() {
        let next = if chars[i] == TAKEN {
            None
        } else if let Some((inner, address, end)) = written_link(&chars, &mates, i) {
            text.keep_link(&glyphs[inner], &address);
            Some(end)
        } else if let Some((addresses, end)) = in_brackets(&chars, &mates, i) {
            let alone = text.out.iter().all(|g| g.c.is_whitespace())
                && chars[end..].iter().all(|c| c.is_whitespace());
            if alone && addresses.len() == 1 {
                text.stand_alone(&addresses[0], glyphs[i].style);
            } else {
                text.bracket(&addresses, glyphs[i].style, chars.get(end).copied());
            }
            Some(end)
        } else if starts_word(&chars, i)
            && let Some(n) = address::starts(&chars[i..])
        {
            let typed: String = chars[i..i + n].iter().collect();
            text.stand_alone(&typed, glyphs[i].style);
            Some(i + n)
        } else {
            None
        };
        match next {
            Some(end) => i = end,
            None => {
                text.out.push(glyphs[i]);
                i += 1;
            }
        }
    }
    words.glyphs = text.out;
}

/// Linked addresses in a bracket become addresses in a bracket again: the same rule then places both.
fn unlinked(glyphs: Vec<Glyph>, refs: &Refs) -> Vec<Glyph> {
    if glyphs.iter().all(|g| g.style.link.is_none()) {
        return glyphs;
    }
    let chars: Vec<char> =
        glyphs.iter().map(|g| if g.style.fixed || g.style.code { TAKEN } else { g.c }).collect();
    let mates = brackets::mates(&chars, Some(TAKEN), false);
    let mut out = Vec::with_capacity(glyphs.len());
    let mut at = 0;
    while at < glyphs.len() {
        out.push(glyphs[at]);
        at += 1;
        let bracket = if glyphs[at - 1].is_free() { mates[at - 1] } else { None };
        if let Some(close) = bracket
            && let Some(inside) = typed_in(&glyphs[at..close], refs)
        {
            out.extend(inside);
            at = close;
        }
    }
    out
}

/// What stands between two brackets, its links as their addresses; none if there is anything else.
fn typed_in(inside: &[Glyph], refs: &Refs) -> Option<Vec<Glyph>> {
    const LONGEST: usize = 4000;
    let first = inside.iter().take(4).find_map(|g| g.style.link)?;
    // What is Markdown already is kept.
    if inside.len() > LONGEST || inside.iter().any(|g| g.style.picture.is_some() || g.style.raw) {
        return None;
    }
    let style = Style::default();
    let mut typed = Vec::new();
    let runs = inside.chunk_by(|a, b| a.style.link == b.style.link);
    for run in runs {
        match run[0].style.link.map(|link| &refs.links[link].url) {
            Some(url) => {
                let words: String = run.iter().map(|g| g.c).collect();
                if !address::same(words.trim(), url) {
                    return None;
                }
                typed.extend(glyphs(url, style));
            }
            None => typed.extend(run.iter().map(|g| Glyph { c: g.c, style })),
        }
    }
    let chars: Vec<char> = typed.iter().map(|g| g.c).collect();
    let mail = refs.links[first].url.starts_with("mailto:");
    (!mail && address::only_addresses(&chars).is_some()).then_some(typed)
}

/// Stands for a glyph that belongs to a link, a picture or code.
const TAKEN: char = NOTHING;

struct Placing<'a> {
    out: Vec<Glyph>,
    notes: &'a mut Vec<Note>,
    refs: &'a mut Refs,
}

impl Placing<'_> {
    fn stand_alone(&mut self, typed: &str, style: Style) {
        let link = self.refs.link(typed, true, self.notes);
        let url = self.refs.links[link].url.clone();
        self.out.extend(glyphs(&url, Style { link: Some(link), ..style }));
    }

    /// `[words](address)`, as people write who know Markdown.
    fn keep_link(&mut self, inner: &[Glyph], typed: &str) {
        let text: String = inner.iter().map(|g| g.c).collect();
        let bare = text == typed;
        let link = self.refs.link(typed, bare, self.notes);
        self.out.extend(inner.iter().map(|g| Glyph { c: g.c, style: Style { link: Some(link), ..g.style } }));
    }

    fn bracket(&mut self, addresses: &[String], style: Style, next: Option<char>) {
        let spaced = self.out.last().is_some_and(|g| g.c.is_whitespace());
        while self.out.last().is_some_and(|g| g.c.is_whitespace()) {
            self.out.pop();
        }
        let glued = next.is_some_and(closes);
        for (i, typed) in addresses.iter().enumerate() {
            if i == 0 && self.says_it_already(typed) {
                continue;
            }
            let link = self.refs.link(typed, false, self.notes);
            let place = if i == 0 { self.place(link) } else { None };
            match place {
                Some(range) => self.put_on(range, link),
                None => self.note(link, style),
            }
        }
        if spaced && !glued && next.is_some_and(|c| !c.is_whitespace()) && !self.out.is_empty() {
            self.out.push(Glyph { c: ' ', style: Style { raw: style.raw, ..Style::default() } });
        }
    }

    /// The link right before the bracket has the same address.
    fn says_it_already(&mut self, typed: &str) -> bool {
        let Some(link) = self.out.last().and_then(|g| g.style.link) else { return false };
        address::same(&self.refs.links[link].url, &address::with_scheme(typed))
    }

    fn place(&self, link: usize) -> Option<std::ops::Range<usize>> {
        let from = self.out.iter().rposition(|g| !g.is_free()).map_or(0, |i| i + 1);
        let chars: Vec<char> = self.out[from..].iter().map(|g| g.c).collect();
        let token = chars.iter().rposition(|c| c.is_whitespace()).map_or(0, |i| i + 1);
        let token =
            token + chars[token..].iter().take_while(|c| !(c.is_alphanumeric() || **c == '@')).count();
        let words: String = chars[token..].iter().collect();
        if address::same(&words, &self.refs.links[link].url) {
            return Some(from + token..self.out.len());
        }
        phrase::before(&chars).map(|range| from + range.start..from + range.end)
    }

    fn put_on(&mut self, range: std::ops::Range<usize>, link: usize) {
        let words: String = self.out[range.clone()].iter().map(|g| g.c).collect();
        for glyph in &mut self.out[range] {
            glyph.style.link = Some(link);
        }
        let url = address::short(&self.refs.links[link].url);
        self.notes.push(Note::new(What::LinkPlaced, format!("The link to {url} is on “{words}”.")));
    }

    /// A link without words: the page shows a note there, and its number.
    fn note(&mut self, link: usize, style: Style) {
        self.out.push(Glyph {
            c: NOTHING,
            style: Style { raw: style.raw, link: Some(link), ..Style::default() },
        });
        let url = address::short(&self.refs.links[link].url);
        self.notes.push(Note::new(
            What::LinkNumbered,
            format!("No words right before ({url}) could carry its link, so it is a numbered note."),
        ));
    }
}

/// `[words](https://…)`: the words, the address, where it ends.
fn written_link(
    chars: &[char],
    mates: &[Option<usize>],
    start: usize,
) -> Option<(std::ops::Range<usize>, String, usize)> {
    if chars[start] != '[' {
        return None;
    }
    let close = mates[start]?;
    if chars.get(close + 1) != Some(&'(') || close == start + 1 {
        return None;
    }
    let end = mates[close + 1]?;
    let address: String = chars[close + 2..end].iter().collect();
    (address::starts(&chars[close + 2..end]) == Some(end - close - 2))
        .then(|| (start + 1..close, address, end + 1))
}

/// Addresses and nothing else between a bracket and its mate, and where the bracket ends.
fn in_brackets(chars: &[char], mates: &[Option<usize>], start: usize) -> Option<(Vec<String>, usize)> {
    const LONGEST: usize = 4000;
    // In Markdown this would be the end of a link whose words are kept elsewhere.
    if start > 0 && chars[start] == '(' && chars[start - 1] == ']' {
        return None;
    }
    let close = mates[start]?;
    let inside = &chars[start + 1..close];
    // Most brackets hold words, which is seen soon.
    if inside.len() > LONGEST || !inside.iter().take(80).any(|c| matches!(c, '.' | ':')) {
        return None;
    }
    let addresses = address::only_addresses(inside)?;
    Some((addresses, close + 1))
}

fn starts_word(chars: &[char], i: usize) -> bool {
    matches!(chars[i], 'h' | 'H' | 'w' | 'W')
        && (i == 0 || !chars[i - 1].is_alphanumeric() || is_unspaced(chars[i - 1]))
}
