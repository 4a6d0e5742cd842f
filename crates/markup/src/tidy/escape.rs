//! Which characters of plain words Markdown would take for marks: those get a backslash, no others.

use super::block::Glyph;

/// One flag per glyph: write a backslash before it.
pub(super) fn needed(glyphs: &[Glyph]) -> Vec<bool> {
    let chars: Vec<char> = glyphs.iter().map(|g| g.c).collect();
    let mut needed = vec![false; chars.len()];
    let facts = Facts {
        bracketed: has_pair(&chars, ']', '(') || has_pair(&chars, '[', '^') || has_pair(&chars, ']', '['),
        waves: chars.iter().filter(|c| **c == '~').count() > 1,
    };
    let mut at = 0;
    while at < chars.len() {
        let end = chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |n| at + n);
        if let Some(mark) = line_start(&chars, at, end) {
            needed[mark] = true;
        }
        at = end + 1;
    }
    for i in 0..chars.len() {
        needed[i] =
            !glyphs[i].style.raw && !glyphs[i].style.code && (needed[i] || inline(glyphs, &chars, i, &facts));
    }
    needed
}

struct Facts {
    bracketed: bool,
    waves: bool,
}

/// The character of a line's beginning that would start a heading, list, quotation, rule, table or code.
fn line_start(chars: &[char], start: usize, end: usize) -> Option<usize> {
    let first = start + chars[start..end].iter().take_while(|c| c.is_whitespace()).count();
    let line = &chars[first..end];
    let blank_after = |n: usize| line.get(n).is_none_or(|c| c.is_whitespace());
    let run = |mark: char| line.iter().take_while(|c| **c == mark).count();
    let only = |marks: &[char]| line.iter().all(|c| marks.contains(c) || c.is_whitespace());
    let starts = match *line.first()? {
        '#' => run('#') <= 6 && blank_after(run('#')),
        '>' | ':' if line[0] == '>' || blank_after(1) => true,
        '=' => only(&['=']),
        '~' => run('~') >= 3,
        '[' => has_pair(line, ']', ':') || (line.get(2) == Some(&']') && matches!(line[1], ' ' | 'x' | 'X')),
        '-' | '+' | '*' if blank_after(1) => true,
        '-' | '_' | '|' | ':' if line.contains(&'-') || line.contains(&'_') => only(&['-', '_', '|', ':']),
        '0'..='9' => {
            let digits = line.iter().take_while(|c| c.is_ascii_digit()).count();
            let marks = digits <= 9 && matches!(line.get(digits), Some('.' | ')')) && blank_after(digits + 1);
            return marks.then_some(first + digits);
        }
        _ => false,
    };
    starts.then_some(first)
}

fn inline(glyphs: &[Glyph], chars: &[char], i: usize, facts: &Facts) -> bool {
    let before = i.checked_sub(1).map_or('\n', |j| chars[j]);
    let after = chars.get(i + 1).copied().unwrap_or('\n');
    let linked = glyphs[i].style.link.is_some();
    match chars[i] {
        '\\' => after.is_ascii_punctuation() || after == '\n',
        '`' => true,
        '*' => !(before.is_whitespace() && after.is_whitespace()),
        '_' => {
            let inside = before.is_alphanumeric() && after.is_alphanumeric();
            !(inside || (before.is_whitespace() && after.is_whitespace()))
        }
        '~' => facts.waves,
        '[' | ']' => linked || facts.bracketed || touches_link(glyphs, i),
        '!' => after == '[' || next_starts_link(glyphs, i),
        '<' => after.is_ascii_alphabetic() || matches!(after, '/' | '!' | '?'),
        '&' => is_entity(&chars[i + 1..]),
        _ => false,
    }
}

fn next_starts_link(glyphs: &[Glyph], i: usize) -> bool {
    glyphs.get(i + 1).is_some_and(|g| g.style.link.is_some() && g.style.link != glyphs[i].style.link)
}

fn touches_link(glyphs: &[Glyph], i: usize) -> bool {
    next_starts_link(glyphs, i) || i.checked_sub(1).is_some_and(|j| glyphs[j].style.link.is_some())
}

/// `amp;`, `#8217;`, `#x27;` after an ampersand.
pub(super) fn is_entity(rest: &[char]) -> bool {
    let name = rest.iter().take(33).take_while(|c| c.is_ascii_alphanumeric() || **c == '#').count();
    name > 0 && rest.get(name) == Some(&';')
}

fn has_pair(chars: &[char], first: char, second: char) -> bool {
    chars.windows(2).any(|w| w == [first, second])
}
