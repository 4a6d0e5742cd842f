//! Which bracket closes which, found for a whole text at once.

use crate::address;

/// For each opening bracket the place of its mate. Kinds of brackets do not see each other; nothing is closed across
/// `wall`; with `escapes`, a character behind a backslash is no bracket.
pub(super) fn mates(chars: &[char], wall: Option<char>, escapes: bool) -> Vec<Option<usize>> {
    let mut mates = vec![None; chars.len()];
    let mut open: Vec<(char, Vec<usize>)> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if escapes && c == '\\' {
            i += 2;
            continue;
        }
        if Some(c) == wall {
            open.clear();
        } else if let Some(close) = address::mate(c) {
            match open.iter_mut().find(|(kind, _)| *kind == close) {
                Some((_, places)) => places.push(i),
                None => open.push((close, vec![i])),
            }
        } else if let Some((_, places)) = open.iter_mut().find(|(kind, _)| *kind == c)
            && let Some(place) = places.pop()
        {
            mates[place] = Some(i);
        }
        i += 1;
    }
    mates
}
