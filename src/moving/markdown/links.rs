//! The addresses in a foreign text, found where they stand and written anew. Pure. What is code stays as it is.

use super::code::{closes, opens, span_length};

/// Where an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Picture,
    Link,
}

/// Writes every address of a link or picture anew that `address` has another one for.
pub fn readdress(text: &str, address: &mut dyn FnMut(Place, &str, usize) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut done, mut line, mut counted) = (0, 1, 0);
    for found in addresses(text) {
        line += text.get(counted..found.from).map_or(0, |passed| passed.matches('\n').count());
        counted = counted.max(found.from);
        if let Some(new) = address(found.place, &text[found.from..found.to], line) {
            out.push_str(&text[done..found.from]);
            let plain = !new.contains([' ', '(', ')', '<', '>', '"']);
            match plain || found.in_html {
                true => out.push_str(&new),
                false => out.push_str(&format!("<{new}>")),
            }
            done = found.to;
        }
    }
    out.push_str(&text[done..]);
    out
}

struct Found {
    from: usize,
    to: usize,
    place: Place,
    in_html: bool,
}

/// Addresses in links, pictures, definitions and HTML, outside code, in their order.
fn addresses(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    // Brackets that are open, and whether a picture's.
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if at == 0 || bytes[at - 1] == b'\n' {
            let line = text[at..].split_inclusive('\n').next().unwrap_or_default();
            let was = fence.clone();
            match &was {
                Some(mark) if closes(line, mark) => fence = None,
                Some(_) => {}
                None => fence = opens(line),
            }
            if was.is_some() || fence.is_some() {
                at += line.len();
                continue;
            }
            if line.trim().is_empty() {
                open.clear();
            }
            if let Some((from, to)) = definition(line) {
                found.push(Found { from: at + from, to: at + to, place: Place::Link, in_html: false });
                at += line.len();
                continue;
            }
        }
        match bytes[at] {
            b'\\' => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            b'`' => {
                let ticks = bytes[at..].iter().take_while(|b| **b == b'`').count();
                at += span_length(&text[at..], ticks).unwrap_or(ticks);
            }
            b'[' => {
                open.push(at > 0 && bytes[at - 1] == b'!');
                at += 1;
            }
            b']' => {
                let picture = open.pop();
                at += 1;
                if let (Some(picture), Some(b'(')) = (picture, bytes.get(at))
                    && let Some((from, to)) = destination(&text[at + 1..])
                {
                    let place = if picture { Place::Picture } else { Place::Link };
                    found.push(Found { from: at + 1 + from, to: at + 1 + to, place, in_html: false });
                    at += 1 + to;
                }
            }
            b'<' => {
                let (more, length) = html_addresses(&text[at..]);
                for (from, to, place) in more {
                    found.push(Found { from: at + from, to: at + to, place, in_html: true });
                }
                at += length;
            }
            _ => at += 1,
        }
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

/// `[label]: address`
fn definition(line: &str) -> Option<(usize, usize)> {
    let start = line.len() - line.trim_start().len();
    let rest = line[start..].strip_prefix('[')?;
    if start > 3 || rest.starts_with('^') {
        return None;
    }
    let close = rest.find("]:")?;
    if rest[..close].contains(['[', ']']) {
        return None;
    }
    let after = start + 1 + close + 2;
    let address = line[after..].trim_start();
    let from = line.len() - address.len();
    let length = address.find(char::is_whitespace).unwrap_or(address.len());
    (length > 0).then(|| inner(line, from, from + length))
}

/// Without the angle brackets around it.
fn inner(text: &str, from: usize, to: usize) -> (usize, usize) {
    match text[from..to].starts_with('<') && text[from..to].ends_with('>') && to - from >= 2 {
        true => (from + 1, to - 1),
        false => (from, to),
    }
}

/// The address of a link whose bracket was just opened.
fn destination(text: &str) -> Option<(usize, usize)> {
    let from = text.len() - text.trim_start_matches([' ', '\n']).len();
    let rest = &text[from..];
    if let Some(inside) = rest.strip_prefix('<') {
        let end = inside.find(['>', '\n'])?;
        return inside[end..].starts_with('>').then_some((from + 1, from + 1 + end));
    }
    let mut depth = 0;
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                end = at;
                break;
            }
            ')' => depth -= 1,
            c if c.is_whitespace() => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    (end > 0 && end < rest.len()).then_some((from, from + end))
}

/// `src` and `href` of one tag, each with its place; and how long the tag is.
fn html_addresses(text: &str) -> (Vec<(usize, usize, Place)>, usize) {
    let name: String = text[1..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let end = text.char_indices().scan(None, |quote, (at, c)| {
        match (*quote, c) {
            (None, '"' | '\'') => *quote = Some(c),
            (Some(open), c) if open == c => *quote = None,
            (None, '>') => return Some(Some(at)),
            _ => {}
        }
        Some(None)
    });
    let Some(end) = (!name.is_empty()).then(|| end.flatten().next()).flatten().filter(|end| *end < 4000)
    else {
        return (Vec::new(), 1);
    };
    let wanted: &[(&str, Place)] = match name.to_ascii_lowercase().as_str() {
        "img" | "source" | "video" | "audio" => &[("src", Place::Picture), ("poster", Place::Picture)],
        "a" => &[("href", Place::Link)],
        _ => &[],
    };
    let tag = &text[..end];
    let mut found = Vec::new();
    for (attribute, place) in wanted {
        for (at, _) in tag.match_indices(attribute) {
            let named = tag[..at].ends_with(char::is_whitespace);
            let after = tag[at + attribute.len()..].trim_start();
            let Some(value) = after.strip_prefix('=').map(str::trim_start).filter(|_| named) else {
                continue;
            };
            let from = tag.len() - value.len();
            let (from, length) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => (from + 1, value[1..].find(quote).unwrap_or(value.len() - 1)),
                _ => (from, value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            found.push((from, from + length, *place));
            break;
        }
    }
    (found, end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_where_they_stand() {
        let check = |text: &str, expected: &str| {
            let mut all = Vec::new();
            let same = readdress(text, &mut |place, address, line| {
                all.push(format!("{line}{}{address}", if place == Place::Picture { "!" } else { " " }));
                None
            });
            assert_eq!(same, text);
            assert_eq!(all.join(", "), expected, "{text:?}");
        };
        check("[a](b) ![c](d.png \"words\")\n[![e](f.png)](g)", "1 b, 1!d.png, 2!f.png, 2 g");
        check("[a](<b c>) [a](b(c)d) [a]( b )", "1 b c, 1 b(c)d, 1 b");
        check("`[a](b)` \\[a](b) [a] (b) [a](b", "");
        check("```\n[a](b)\n```\n[a](b)", "4 b");
        check("[one]: /one 'title'\n[^1]: a note [x](y)\n", "1 /one, 2 y");
        check("<a class=x href='/b'>c</a> <img alt=\"src\" src=\"d.png\"> <b href=x>", "1 /b, 1!d.png");
        check("[a]({{ x }})", "1 {{");
        let new = readdress("![a](b.png) <img src=b.png>", &mut |_, _, _| Some("/media/b c.png".into()));
        assert_eq!(new, "![a](</media/b c.png>) <img src=/media/b c.png>");
    }
}
