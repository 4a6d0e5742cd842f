//! What each character is to a comparison of words.

/// Written without spaces: each character (with its marks) stands for a word.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c as u32,
        0x0E00..=0x0EFF          // Thai, Lao
        | 0x1000..=0x109F        // Myanmar
        | 0x1780..=0x17FF        // Khmer
        | 0x3005..=0x3007        // ideographic iteration mark and zero
        | 0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF // kana
        | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF // Han
        | 0xFF66..=0xFF9F        // half-width kana
        | 0x20000..=0x3FFFF)
        && c.is_alphanumeric()
}

/// The lower case of a letter of the scripts met most, if it is its own compatibility form and composed already:
/// a word of such letters alone needs no normalising.
pub(crate) fn plain_letter(c: char) -> Option<char> {
    match plain_code(c as u32) {
        0 => None,
        lower => char::from_u32(lower),
    }
}

/// The same by code points; 0 is none.
pub(crate) const fn plain_code(code: u32) -> u32 {
    match code {
        code @ (0xC0..=0xD6 | 0xD8..=0xDE | 0x410..=0x42F) => code + 0x20,
        code @ 0x400..=0x40F => code + 0x50,
        code @ (0xDF..=0xF6 | 0xF8..=0xFF | 0x430..=0x45F) => code,
        0x3C2 => 0x3C3,
        code @ (0x3AC..=0x3CE | 0x5D0..=0x5EA | 0x620..=0x63A | 0x641..=0x64A | 0x671..=0x674) => code,
        code @ (0xE01..=0xE30 | 0xE32 | 0xE40..=0xE45 | 0x3041..=0x3096 | 0x30A1..=0x30FA | 0x30FC) => code,
        code @ (0x4E00..=0x9FFF | 0xAC00..=0xD7A3) => code,
        _ => 0,
    }
}

/// How many such characters make about one word.
pub(crate) fn unspaced_per_word(c: char) -> f32 {
    match c as u32 {
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF => 4.0,
        _ => 2.0,
    }
}

/// Characters that shape text without being read: soft hyphen, joiners, direction marks, variation selectors, tatweel.
pub(crate) fn is_formatting(c: char) -> bool {
    matches!(c as u32,
        0x00AD | 0x034F | 0x061C | 0x0640 | 0x180B..=0x180E | 0x200C..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x2064 | 0x2066..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xE0000..=0xE0FFF)
}

pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c as u32,
        0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B05..=0x2B07 | 0x2B1B | 0x2B1C | 0x2B50 | 0x2B55
        | 0x231A | 0x231B | 0x2328 | 0x23CF | 0x23E9..=0x23FA | 0x25AA | 0x25AB | 0x25B6 | 0x25C0
        | 0x25FB..=0x25FE | 0x2934 | 0x2935 | 0x20E3 | 0x2122 | 0x00A9 | 0x00AE)
}

/// Apostrophes, in every dress they come in.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}' | '\u{02BC}' | '\u{FF07}' | '\u{2018}' | '\u{00B4}' | '\u{02B9}' | '\u{201B}'
    )
}

pub(crate) fn is_quotation_mark(c: char) -> bool {
    matches!(c as u32,
        0x22 | 0x27 | 0x60 | 0xAB | 0xBB | 0xB4 | 0x2018..=0x201F | 0x2032..=0x2037 | 0x2039 | 0x203A
        | 0x2E42 | 0x300C..=0x300F | 0x301D..=0x301F | 0xFE41..=0xFE44 | 0xFF02 | 0xFF07 | 0xFF62 | 0xFF63
        | 0x02BC | 0x02B9 | 0x275B..=0x275E | 0x300A | 0x300B)
}

pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c as u32,
        0x2D | 0x058A | 0x05BE | 0x2010
            ..=0x2015 | 0x2212 | 0x2043 | 0x2E3A | 0x2E3B | 0xFE58 | 0xFE63 | 0xFF0D
    )
}

pub(crate) fn is_comma(c: char) -> bool {
    matches!(c, ',' | '\u{060C}' | '\u{3001}' | '\u{FF0C}' | '\u{FF64}' | '\u{1363}' | '\u{FE50}')
}

pub(crate) fn is_superscript_digit(c: char) -> bool {
    matches!(c, '\u{B9}' | '\u{B2}' | '\u{B3}' | '\u{2070}' | '\u{2074}'..='\u{2079}')
}

/// Asterisks and daggers that send the reader to a note.
pub(crate) fn is_footnote_mark(c: char) -> bool {
    matches!(c, '*' | '\u{2020}' | '\u{2021}' | '\u{2217}' | '\u{FF0A}') || is_superscript_digit(c)
}

/// A mark that ends a sentence.
pub(crate) fn is_terminal(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '\u{2026}') || matches!(plain_mark(c), '.' | '!' | '?')
}

/// The common form of a punctuation mark that several scripts write their own way.
pub(crate) fn plain_mark(c: char) -> char {
    match c {
        '\u{3002}' | '\u{FF0E}' | '\u{FF61}' | '\u{06D4}' | '\u{0964}' | '\u{0965}' | '\u{0589}'
        | '\u{1362}' => '.',
        '\u{FF1F}' | '\u{061F}' | '\u{037E}' | '\u{2047}' | '\u{1367}' => '?',
        '\u{FF01}' | '\u{203C}' => '!',
        '\u{FF1B}' | '\u{061B}' | '\u{1364}' => ';',
        '\u{FF1A}' | '\u{1365}' => ':',
        '\u{FF08}' => '(',
        '\u{FF09}' => ')',
        '\u{FF05}' | '\u{066A}' => '%',
        '\u{FF04}' => '$',
        '\u{22EF}' => '\u{2026}',
        c => c,
    }
}

/// A sign that belongs to the number beside it.
pub(crate) fn is_number_sign(c: char) -> bool {
    matches!(c, '%' | '$' | '+' | '=' | '<' | '>' | '#' | '\u{2030}' | '\u{B0}' | '\u{B1}' | '\u{A2}'..='\u{A5}' | '\u{20A0}'..='\u{20CF}' | '\u{2264}' | '\u{2265}' | '\u{2248}')
        || c == RANGE
        || c == MINUS
}

/// What a dash between two numbers is read as.
pub(crate) const RANGE: char = '\u{2013}';
/// What a dash before a number is read as.
pub(crate) const MINUS: char = '\u{2212}';
