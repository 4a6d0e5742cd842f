//! Bare addresses in Markdown. Its readers take everything up to the next space for the address; ours ends where an
//! [`address`] ends, and what follows is the writer's text again.

use comrak::nodes::{Node, NodeValue, Sourcepos};

use crate::address;

/// A bare address in the text, and how much of it is one.
struct Bare {
    line: usize,
    column: usize,
    written: String,
    /// How many bytes of `written` are the address.
    end: usize,
}

/// The text with angle brackets around every bare address that would be read too long, if there is one.
pub(crate) fn bounded(markdown: &str, root: Node<'_>) -> Option<String> {
    let mut found: Vec<Bare> = root.descendants().filter_map(too_long).collect();
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|bare| (bare.line, bare.column));
    let mut found = found.into_iter().peekable();
    let mut out = String::with_capacity(markdown.len() + 64);
    for (index, line) in lines(markdown).enumerate() {
        let mut done = 0;
        while let Some(bare) = found.next_if(|bare| bare.line <= index + 1) {
            let Some(start) = place(line, done, &bare) else { continue };
            out.push_str(&line[done..start]);
            let address = &bare.written[..bare.end];
            match address.contains("://") {
                true => out.extend(["<", address, ">"]),
                false => out.extend(["[", address, "](http://", address, ")"]),
            }
            done = start + bare.end;
        }
        out.push_str(&line[done..]);
    }
    (out != markdown).then_some(out)
}

fn too_long(node: Node<'_>) -> Option<Bare> {
    let (url, Sourcepos { start, .. }) = match &node.data().value {
        NodeValue::Link(link) if link.title.is_empty() => (link.url.clone(), node.data().sourcepos),
        _ => return None,
    };
    let written = match &node.first_child()?.data().value {
        NodeValue::Text(text) => text.to_string(),
        _ => return None,
    };
    if written != url && url.strip_prefix("http://") != Some(&written) {
        return None;
    }
    let chars: Vec<char> = written.chars().collect();
    let end: usize = chars[..address::starts(&chars)?].iter().map(|c| c.len_utf8()).sum();
    // An address out of HTML is read as it was meant inside angle brackets.
    let out_of_html = written.contains("&amp;");
    (end < written.len() || out_of_html).then_some(Bare {
        line: start.line,
        column: start.column,
        written,
        end,
    })
}

/// Where in its line the address stands bare. Columns of nested blocks are not always to be relied on.
fn place(line: &str, from: usize, bare: &Bare) -> Option<usize> {
    let stands = |at: usize| {
        at >= from
            && line.get(at..).is_some_and(|rest| rest.starts_with(&bare.written))
            && !line[..at].ends_with(['<', '[', '`', '"', '\''])
    };
    bare.column
        .checked_sub(1)
        .filter(|at| stands(*at))
        .or_else(|| line.match_indices(&bare.written).map(|(at, _)| at).find(|at| stands(*at)))
}

/// As Markdown counts lines.
fn lines(markdown: &str) -> impl Iterator<Item = &str> {
    let mut rest = markdown;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(['\n', '\r'])
            .map_or(rest.len(), |at| at + if rest[at..].starts_with("\r\n") { 2 } else { 1 });
        let (line, after) = rest.split_at(end);
        rest = after;
        Some(line)
    })
}
