//! Where sentences and clauses begin and end.

use crate::chars;
use crate::source::Source;

/// Whether a sentence starts at word `at`.
pub(crate) fn starts_at(source: &Source, at: usize) -> bool {
    at == 0 || at >= source.len() || is_boundary(source, at)
}

/// Whether a sentence ends before word `at`.
pub(crate) fn ends_before(source: &Source, at: usize) -> bool {
    starts_at(source, at)
}

/// The sentence that word `at` stands in, as far as `reach` words on either side.
pub(crate) fn around(source: &Source, at: usize, reach: usize) -> std::ops::Range<usize> {
    let (mut start, mut end) = (at, (at + 1).min(source.len()));
    while start > 0 && at - start < reach && !starts_at(source, start) {
        start -= 1;
    }
    while end - at < reach && !ends_before(source, end) {
        end += 1;
    }
    start..end
}

/// Whether some sentence ends between the words `range.start` and `range.end`.
pub(crate) fn crosses(source: &Source, mut range: std::ops::Range<usize>) -> bool {
    range.any(|at| is_boundary(source, at))
}

/// Whether word `at` is in another clause than the word before it.
pub(crate) fn starts_clause(source: &Source, at: usize) -> bool {
    starts_at(source, at) || separates_clauses(source.gap(at))
}

fn separates_clauses(gap: &str) -> bool {
    let spaced_dash = gap.chars().any(chars::is_dash) && gap.chars().any(char::is_whitespace);
    spaced_dash
        || gap.contains("--")
        || gap.chars().any(|c| {
            chars::is_comma(c)
                || matches!(
                    chars::plain_mark(c),
                    ';' | ':' | '(' | ')' | '\u{2014}' | '\u{2026}' | '.' | '!' | '?'
                )
        })
}

/// Words after which a point does not end a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "gen", "gov", "sen", "rep", "hon", "rev", "col", "capt", "lt",
    "sgt", "maj", "jr", "sr", "no", "vs", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept",
    "oct", "nov", "dec", "messrs", "fig", "vol", "art", "e.g", "i.e", "bzw", "nr", "hr", "mme", "mlle",
    "sra",
];

fn is_boundary(source: &Source, at: usize) -> bool {
    if at == 0 || at >= source.len() {
        return true;
    }
    let gap = source.gap(at);
    if is_break(gap, source.raw(at)) {
        return true;
    }
    let Some(mark) = gap.chars().rfind(|c| chars::is_terminal(*c)).map(chars::plain_mark) else {
        // Somebody speaks: what is said is a sentence of its own.
        if gap.contains(':') && begins_upper(source.raw(at)) {
            return true;
        }
        return gap.contains([':', ','])
            && gap.chars().any(chars::is_quotation_mark)
            && begins_upper(source.raw(at));
    };
    let next = source.raw(at);
    if next.chars().next().is_some_and(char::is_lowercase) {
        return false;
    }
    if mark != '.' {
        return true;
    }
    let before = source.folded(at - 1);
    let initial = before.chars().count() == 1 && begins_upper(source.raw(at - 1)) && before != "i";
    let abbreviated = initial || before.contains('.') || ABBREVIATIONS.contains(&before);
    !(abbreviated && gap.starts_with('.'))
}

/// A paragraph ends, or a line that its successor does not carry on.
fn is_break(gap: &str, next: &str) -> bool {
    match gap.bytes().filter(|b| *b == b'\n').count() {
        0 => gap.contains('\u{2029}'),
        1 => !next.chars().next().is_some_and(char::is_lowercase),
        _ => true,
    }
}

fn begins_upper(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}
