//! Glyphs of one paragraph → a line of Markdown: links, emphasis, code, pictures.

use super::block::{Glyph, NOTHING, Refs};
use super::escape;

/// Emphasis never begins or ends with a space, and is left out where Markdown could not express it.
pub(super) fn line(glyphs: &[Glyph], refs: &Refs) -> String {
    let glyphs = tightened(folded(glyphs));
    let escapes = escape::needed(&glyphs);
    let levels = levels(&glyphs);
    let writer = Writer { glyphs: &glyphs, escapes: &escapes, refs };
    writer.emit(0..glyphs.len(), &levels, '\n', '\n')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Link,
    Strong,
    Emphasis,
    Struck,
    Code,
}

impl Level {
    /// What the level says of a glyph; 0 when nothing.
    fn of(self, glyph: &Glyph) -> usize {
        let style = &glyph.style;
        match self {
            Level::Link => style.link.map_or(0, |l| l + 1),
            Level::Strong => style.strong.into(),
            Level::Emphasis => style.emphasis.into(),
            Level::Struck => style.struck.into(),
            Level::Code => style.code.into(),
        }
    }
}

/// Emphasis stands outside of links unless it begins or ends inside one.
fn levels(glyphs: &[Glyph]) -> Vec<Level> {
    let cuts = |level: Level| {
        glyphs.windows(2).any(|w| {
            level.of(&w[0]) != level.of(&w[1])
                && w[0].style.link.is_some()
                && w[0].style.link == w[1].style.link
        })
    };
    let marks = [Level::Strong, Level::Emphasis, Level::Struck];
    let (inner, mut levels): (Vec<Level>, Vec<Level>) = marks.into_iter().partition(|l| cuts(*l));
    levels.push(Level::Link);
    levels.extend(inner);
    levels.push(Level::Code);
    levels
}

/// What ends a bare address.
enum Ending {
    Space,
    /// A backslash and the line's end: its readers would take the backslash for a part of the address.
    Break,
    Other,
}

struct Writer<'a> {
    glyphs: &'a [Glyph],
    escapes: &'a [bool],
    refs: &'a Refs,
}

impl Writer<'_> {
    /// `before` and `after`: the characters that stand around what is written.
    fn emit(&self, range: std::ops::Range<usize>, levels: &[Level], before: char, after: char) -> String {
        let mut out = String::new();
        let Some((&level, inner)) = levels.split_first() else {
            range.for_each(|i| self.glyph(i, &mut out));
            return out;
        };
        let mut start = range.start;
        while start < range.end {
            let value = level.of(&self.glyphs[start]);
            let end = (start..range.end).find(|i| level.of(&self.glyphs[*i]) != value).unwrap_or(range.end);
            let left = out.chars().last().unwrap_or(before);
            let right = if end < range.end { self.seen(end) } else { after };
            match (level, value) {
                (_, 0) => out.push_str(&self.emit(start..end, inner, left, right)),
                (Level::Link, _) => out.push_str(&self.link(start..end, value - 1, inner, (left, right))),
                (Level::Code, _) => out.push_str(&code(&self.plain(start..end))),
                (Level::Strong, _) => {
                    out.push_str(&marked("**", self.emit(start..end, inner, '*', '*'), left, right))
                }
                (Level::Emphasis, _) => {
                    out.push_str(&marked("*", self.emit(start..end, inner, '*', '*'), left, right))
                }
                (Level::Struck, _) => {
                    out.push_str(&marked("~~", self.emit(start..end, inner, '~', '~'), left, right))
                }
            }
            start = end;
        }
        out
    }

    fn link(
        &self,
        range: std::ops::Range<usize>,
        link: usize,
        inner: &[Level],
        around: (char, char),
    ) -> String {
        let link = &self.refs.links[link];
        let apart = may_precede(around.0) && (around.1.is_whitespace() || is_stop(around.1));
        if link.bare && stands_bare(&link.url) && apart {
            match self.ending(range.end) {
                Ending::Space => return link.url.clone(),
                Ending::Break => return format!("<{}>", link.url),
                Ending::Other => {}
            }
        }
        let words = if link.bare { escaped_address(&link.url) } else { self.emit(range, inner, '[', ']') };
        let title = link.title.as_deref().map_or(String::new(), |t| format!(" {t}"));
        format!("[{words}]({}{title})", destination(&link.url))
    }

    /// How the text behind a bare address goes on, stops passed over.
    fn ending(&self, from: usize) -> Ending {
        let rest = || (from..self.glyphs.len()).map(|i| (&self.glyphs[i], self.escapes[i]));
        let passed = rest().take_while(|(g, escaped)| is_stop(g.c) && !escaped && g.style.link.is_none());
        match self.glyphs.get(from + passed.count()) {
            None => Ending::Space,
            Some(next) if next.c == '\n' && !next.style.raw => Ending::Break,
            Some(next) if next.c.is_whitespace() => Ending::Space,
            Some(_) => Ending::Other,
        }
    }

    fn glyph(&self, i: usize, out: &mut String) {
        let glyph = &self.glyphs[i];
        match glyph.style.picture.and_then(|p| self.refs.pictures.get(p)) {
            Some(picture) => {
                let alt = picture
                    .alt
                    .replace('\\', "\\\\")
                    .replace('[', "\\[")
                    .replace(']', "\\]")
                    .replace('\n', " ");
                let alt = alt.replace('`', "\\`").replace('*', "\\*").replace('_', "\\_").replace('<', "\\<");
                out.push_str(&format!("![{alt}]({})", destination(&picture.src)));
            }
            None if glyph.c == '\n' && !glyph.style.raw => out.push_str("\\\n"),
            None if glyph.c == NOTHING => {}
            None => {
                if self.escapes[i] {
                    out.push('\\');
                }
                out.push(glyph.c);
            }
        }
    }

    fn plain(&self, range: std::ops::Range<usize>) -> String {
        self.glyphs[range].iter().map(|g| if g.c == '\n' { ' ' } else { g.c }).collect()
    }

    /// The first character that will be written for the glyph.
    fn seen(&self, i: usize) -> char {
        let style = &self.glyphs[i].style;
        match style {
            _ if style.link.is_some() || style.picture.is_some() => '[',
            _ if style.strong || style.emphasis => '*',
            _ if style.struck => '~',
            _ if style.code => '`',
            _ => self.glyphs[i].c,
        }
    }
}

fn marked(mark: &str, inner: String, before: char, after: char) -> String {
    let (Some(first), Some(last)) = (inner.chars().next(), inner.chars().last()) else { return inner };
    let opens = !first.is_whitespace() && (first.is_alphanumeric() || stands_apart(before));
    let closes = !last.is_whitespace() && (last.is_alphanumeric() || stands_apart(after));
    if opens && closes { format!("{mark}{inner}{mark}") } else { inner }
}

fn stands_apart(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || matches!(c, '“' | '”' | '‘' | '’' | '«' | '»' | '…' | '–' | '—')
}

fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.trim().is_empty() { text.to_owned() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// An address as Markdown's link destination.
fn destination(url: &str) -> String {
    let (mut depth, mut balanced) = (0i32, true);
    for c in url.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        balanced &= depth >= 0;
    }
    let balanced = balanced && depth == 0;
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' if !balanced => out.push_str("%28"),
            ')' if !balanced => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            '&' => out.push('&'),
            _ if c.is_whitespace() || c.is_control() => out.push_str("%20"),
            _ => out.push(c),
        }
    }
    // `&copy;` in an address would be read as a character.
    let chars: Vec<char> = out.chars().collect();
    let mut safe = String::with_capacity(out.len());
    for (i, &c) in chars.iter().enumerate() {
        if c == '&' && escape::is_entity(&chars[i + 1..]) {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

/// Whether Markdown's readers find the whole address when it stands in the text as it is.
fn stands_bare(url: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()+,;=%".contains(c);
    let ends_well =
        url.chars().last().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '=' | '-'));
    let opens = url.matches('(').count() == url.matches(')').count();
    let chars: Vec<char> = url.chars().collect();
    let entity = chars.iter().enumerate().any(|(i, c)| *c == '&' && escape::is_entity(&chars[i + 1..]));
    let host =
        url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    url.chars().all(plain) && ends_well && opens && !entity && host.contains('.') && !host.contains('_')
}

fn may_precede(c: char) -> bool {
    c.is_whitespace() || c == '('
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')')
}

fn escaped_address(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        if matches!(c, '[' | ']' | '*' | '_' | '`' | '~' | '\\' | '<' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// One space for every run of white space; none at the edges or beside a line end. What is already Markdown keeps its own.
fn folded(glyphs: &[Glyph]) -> Vec<Glyph> {
    let mut out: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        let keep = glyph.style.raw || glyph.style.code || glyph.style.picture.is_some();
        let blank = |g: &Glyph| g.c.is_whitespace() && !g.style.code && !g.style.raw;
        if keep || !glyph.c.is_whitespace() {
            out.push(*glyph);
        } else if glyph.c == '\n' {
            while out.last().is_some_and(blank) {
                out.pop();
            }
            if !out.is_empty() {
                out.push(*glyph);
            }
        } else if out.last().is_some_and(|g| !blank(g)) {
            let c = if glyph.c == '\t' { ' ' } else { glyph.c };
            out.push(Glyph { c, ..*glyph });
        }
    }
    while out.last().is_some_and(|g| g.c.is_whitespace() && !g.style.code && !g.style.raw) {
        out.pop();
    }
    out
}

/// Links and emphasis let go of the spaces at their edges.
fn tightened(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    for level in [Level::Link, Level::Strong, Level::Emphasis, Level::Struck, Level::Code] {
        let mut start = 0;
        while start < glyphs.len() {
            let value = level.of(&glyphs[start]);
            let end = (start..glyphs.len()).find(|i| level.of(&glyphs[*i]) != value).unwrap_or(glyphs.len());
            if value != 0 {
                let blank = |g: &&mut Glyph| g.c.is_whitespace();
                glyphs[start..end].iter_mut().take_while(blank).for_each(|g| clear(g, level));
                glyphs[start..end].iter_mut().rev().take_while(blank).for_each(|g| clear(g, level));
            }
            start = end;
        }
    }
    glyphs
}

fn clear(glyph: &mut Glyph, level: Level) {
    match level {
        Level::Link => glyph.style.link = None,
        Level::Strong => glyph.style.strong = false,
        Level::Emphasis => glyph.style.emphasis = false,
        Level::Struck => glyph.style.struck = false,
        Level::Code => glyph.style.code = false,
    }
}
