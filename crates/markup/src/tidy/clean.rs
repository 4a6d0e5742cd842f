//! Characters that nobody sees, taken out before anything is read.

use super::script;

/// One kind of line end, no control characters, no soft hyphens, no invisible spaces where no script needs them.
/// A no-break space stays only between visible characters: French stops and units want it there, Word strews it elsewhere.
pub(super) fn text(pasted: &str) -> String {
    let lines = pasted.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{2028}', '\u{85}'], "\n");
    let lines = lines.replace(['\u{c}', '\u{2029}'], "\n\n");
    let chars: Vec<char> = lines.chars().filter(|c| !is_invisible(*c)).collect();
    let at = |i: Option<usize>| i.and_then(|i| chars.get(i)).copied().unwrap_or('\n');
    let mut out = String::with_capacity(lines.len());
    for (i, &c) in chars.iter().enumerate() {
        let (before, after) = (at(i.checked_sub(1)), at(Some(i + 1)));
        match c {
            '\u{200b}' if !(script::is_unspaced(before) && script::is_unspaced(after)) => {}
            '\u{a0}' | '\u{202f}' if before.is_whitespace() || after.is_whitespace() => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{feff}' | '\u{2060}' | '\u{fffc}') || (c.is_control() && c != '\n' && c != '\t')
}
