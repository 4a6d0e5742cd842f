//! Markdown that was pasted as plain text: kept with its marks.

use super::block::{Block, Draft, Glyph, Link, NOTHING, Refs, Style, Words, glyphs};
use super::brackets;
use super::lines::{is_rule, marker};
use super::{Note, What};
use crate::address;

/// Whether somebody wrote Markdown here: links, strong words, headings of the second level on, fences, backslashes
/// before marks. Single stars, hashes and underscores prove nothing.
pub(super) fn is_markdown(text: &str) -> bool {
    has_link(text)
        || text.lines().any(|line| has_strong(line) || is_heading(line) || is_fence(line) || has_escape(line))
}

pub(super) fn read(text: &str) -> Draft {
    let mut refs = Refs::default();
    let mut blocks = Vec::new();
    let mut chunk: Vec<&str> = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        match &fence {
            Some(mark) => {
                let ends = line.trim_start().starts_with(mark.as_str())
                    && line.trim().chars().all(|c| mark.contains(c));
                chunk.push(line);
                if ends {
                    fence = None;
                    blocks.push(fixed(&std::mem::take(&mut chunk)));
                }
            }
            None if is_fence(line) => {
                blocks.extend(chunk_to_block(&std::mem::take(&mut chunk), &mut refs));
                let mark = line.trim_start().chars().next().unwrap_or('`');
                fence = Some(line.trim_start().chars().take_while(|c| *c == mark).collect());
                chunk.push(line);
            }
            None if line.trim().is_empty() => {
                blocks.extend(chunk_to_block(&std::mem::take(&mut chunk), &mut refs))
            }
            None => chunk.push(line),
        }
    }
    blocks.extend(if fence.is_some() { Some(fixed(&chunk)) } else { chunk_to_block(&chunk, &mut refs) });
    Draft { blocks, refs }
}

fn chunk_to_block(chunk: &[&str], refs: &mut Refs) -> Option<Block> {
    if chunk.is_empty() {
        return None;
    }
    let chars = |line: &str| line.trim().chars().collect::<Vec<_>>();
    if let [line] = chunk
        && is_rule(&chars(line))
    {
        return Some(Block::Rule);
    }
    if chunk[0].starts_with("    ")
        || chunk[0].starts_with('\t')
        || chunk[0].trim_start().starts_with('<') && !chunk[0].starts_with("<http")
    {
        return Some(fixed(chunk));
    }
    if chunk.iter().any(|line| is_marked(line)) {
        return Some(Block::Lines(chunk.iter().map(|line| marked_line(line, refs)).collect()));
    }
    Some(Block::Paragraph(inline(&chunk.join("\n"), refs)))
}

fn fixed(lines: &[&str]) -> Block {
    let style = Style { raw: true, fixed: true, ..Style::default() };
    Block::Lines(lines.iter().map(|line| Words { glyphs: glyphs(line, style), notes: Vec::new() }).collect())
}

/// A line that begins with a mark of Markdown's blocks, or with a bullet.
fn is_marked(line: &str) -> bool {
    let text = line.trim_start();
    line.starts_with(' ')
        || text.starts_with(['>', '|', '#'])
        || text.starts_with("[^")
        || (text.starts_with('[') && text.contains("]:"))
        || is_rule(&text.trim_end().chars().collect::<Vec<_>>())
        || text.trim_end().chars().all(|c| c == '=' || c == '-')
        || text.starts_with("+ ")
        || marker(&glyphs(text, Style::default())).is_some()
}

fn marked_line(line: &str, refs: &mut Refs) -> Words {
    let text = line.trim_start();
    let space = &line[..line.len() - text.len()];
    let first: Vec<char> = text.chars().collect();
    if text.starts_with('[')
        && text.contains("]:")
        && !text.starts_with("[^")
        && !leads_astray(&first, &brackets::mates(&first, None, true), 0)
    {
        let style = Style { raw: true, fixed: true, ..Style::default() };
        return Words { glyphs: glyphs(line, style), notes: Vec::new() };
    }
    match marker(&glyphs(text, Style::default())) {
        Some((super::block::Marker::Bullet { .. }, skip)) if !text.starts_with(['-', '*']) => {
            let rest: String = text.chars().skip(skip).collect();
            inline(&format!("{space}- {rest}"), refs)
        }
        _ => inline(line, refs),
    }
}

const RAW: Style = Style {
    strong: false,
    emphasis: false,
    struck: false,
    code: false,
    raw: true,
    fixed: false,
    link: None,
    picture: None,
};

/// Links keep their words and lose what tracks; code, pictures and tags stay untouched.
fn inline(text: &str, refs: &mut Refs) -> Words {
    let chars: Vec<char> = text.chars().collect();
    let mates = brackets::mates(&chars, None, true);
    let mut words = Words::default();
    let mut i = 0;
    while i < chars.len() {
        if leads_astray(&chars, &mates, i) {
            words.glyphs.extend(glyphs(&format!("\\{}", chars[i]), Style { fixed: true, ..RAW }));
            i += 1;
        } else if let Some((inner, url, title, end)) = link(&chars, &mates, i) {
            let index = refs.link(&url, false, &mut words.notes);
            refs.links[index] = Link { title, url: refs.links[index].url.clone(), bare: false };
            let style = Style { link: Some(index), ..RAW };
            let inner = if inner.is_empty() { &[NOTHING] } else { &chars[inner] };
            words.glyphs.extend(inner.iter().map(|&c| Glyph { c, style }));
            i = end;
        } else if let Some(end) = untouched(&chars, &mates, i) {
            let style = Style { fixed: true, ..RAW };
            let kept: String = chars[i..end].iter().collect();
            words.glyphs.extend(glyphs(&without_tracking(kept, &mut words.notes), style));
            i = end;
        } else {
            words.glyphs.push(Glyph { c: chars[i], style: RAW });
            i += 1;
        }
    }
    words
}

/// `[words](https://… "title")` at `i`: words, address, title with its quotation marks, where it ends.
fn link(
    chars: &[char],
    mates: &[Option<usize>],
    i: usize,
) -> Option<(std::ops::Range<usize>, String, Option<String>, usize)> {
    if chars[i] != '[' {
        return None;
    }
    let close = mates[i]?;
    if chars.get(close + 1) != Some(&'(') {
        return None;
    }
    let end = mates.get(close + 1).copied().flatten()?;
    let inside: String = chars[close + 2..end].iter().collect();
    let (url, title) = match inside.trim().split_once(char::is_whitespace) {
        Some((url, title)) => (url, Some(title.trim().to_owned())),
        None => (inside.trim(), None),
    };
    let url = url.trim_start_matches('<').trim_end_matches('>');
    let ours = address::is_valid(url) && title.as_ref().is_none_or(|t| t.starts_with(['"', '\'', '(']));
    ours.then(|| (i + 1..close, url.to_owned(), title, end + 1))
}

/// A link, picture or address in angle brackets that leads neither to a page nor to a mailbox: its marks become words.
fn leads_astray(chars: &[char], mates: &[Option<usize>], i: usize) -> bool {
    let address = match chars[i] {
        '[' => {
            let Some(close) = mates[i] else { return false };
            match chars.get(close + 1) {
                Some('(' | ':') => close + 2,
                _ => return false,
            }
        }
        '<' => i + 1,
        _ => return false,
    };
    let address: String =
        chars[address..].iter().take(80).filter(|c| !c.is_whitespace() && **c != '<').collect();
    let scheme = address.split([':', '/', '?', '#', ')', '>']).next().unwrap_or_default();
    let spelt = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let named = address[scheme.len()..].starts_with(':') && spelt;
    let encoded = address
        .split([')', '>'])
        .next()
        .is_some_and(|a| a.contains("&#") || a.to_lowercase().contains("&colon"));
    (named && !["http", "https", "mailto"].contains(&scheme.to_ascii_lowercase().as_str())) || encoded
}

/// Escapes, code, pictures, other links, tags: where what starts at `i` ends.
fn untouched(chars: &[char], mates: &[Option<usize>], i: usize) -> Option<usize> {
    match chars[i] {
        '\\' => chars.get(i + 1).is_some_and(char::is_ascii_punctuation).then_some(i + 2),
        '`' => {
            let run = chars[i..].iter().take_while(|c| **c == '`').count();
            let mut at = i + run;
            while at < chars.len() {
                let here = chars[at..].iter().take_while(|c| **c == '`').count();
                if here == run {
                    return Some(at + run);
                }
                at += here.max(1);
            }
            Some(i + run)
        }
        '!' if chars.get(i + 1) == Some(&'[') => {
            let close = mates.get(i + 1).copied().flatten()?;
            (chars.get(close + 1) == Some(&'('))
                .then(|| mates.get(close + 1).copied().flatten().map(|e| e + 1))?
        }
        '[' => {
            let close = mates[i]?;
            (chars.get(close + 1) == Some(&'('))
                .then(|| mates.get(close + 1).copied().flatten().map(|e| e + 1))?
        }
        '<' => {
            let tag = chars.get(i + 1).is_some_and(|c| c.is_ascii_alphabetic() || *c == '/' || *c == '!');
            let end = chars[i..].iter().take(2000).position(|c| *c == '>')?;
            tag.then_some(i + end + 1)
        }
        _ => None,
    }
}

fn without_tracking(kept: String, notes: &mut Vec<Note>) -> String {
    let Some(url) = kept.strip_prefix('<').and_then(|k| k.strip_suffix('>')).filter(|u| address::is_valid(u))
    else {
        return kept;
    };
    let clean = crate::url::strip_tracking(url);
    if clean != url {
        let (short, gone) = (address::short(&clean), address::dropped(url, &clean));
        notes.push(Note::new(
            What::TrackingDropped,
            format!("Tracking parameters of the address {short} were dropped: {gone}."),
        ));
    }
    format!("<{clean}>")
}

fn has_link(text: &str) -> bool {
    text.match_indices("](").any(|(i, _)| {
        let address = text[i + 2..].trim_start_matches('<');
        let leads = address.starts_with("http://") || address.starts_with("https://");
        leads && text[..i].rfind('[').is_some_and(|open| !text[open..i].contains("\n\n"))
    })
}

fn has_strong(line: &str) -> bool {
    let Some(open) = line.find("**") else { return false };
    let rest = &line[open + 2..];
    rest.find("**").is_some_and(|close| {
        let inner = &rest[..close];
        !inner.trim().is_empty() && inner.trim() == inner && !inner.starts_with('*')
    })
}

fn is_heading(line: &str) -> bool {
    let hashes = line.chars().take_while(|c| *c == '#').count();
    (2..=6).contains(&hashes) && line[hashes..].starts_with(' ') && !line[hashes..].trim().is_empty()
}

fn is_fence(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with("```") || text.starts_with("~~~")
}

fn has_escape(line: &str) -> bool {
    let chars: Vec<char> = line.chars().collect();
    // `C:\_old` and `\\server` are paths.
    let drive = |i: usize| {
        i >= 2 && chars[i - 1] == ':' && chars[i - 2].is_ascii_alphabetic() && (i == 2 || chars[i - 3] == ' ')
    };
    let server = |i: usize| chars[i + 1] == '\\' && chars.get(i + 2).is_some_and(|c| c.is_alphanumeric());
    (0..chars.len().saturating_sub(1))
        .any(|i| chars[i] == '\\' && "*_#[]`>.-+~<&!|)=:\\".contains(chars[i + 1]) && !drive(i) && !server(i))
        || line.ends_with('\\')
}
