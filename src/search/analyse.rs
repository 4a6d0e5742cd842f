//! From text to terms. Words are runs of letters and digits, folded and reduced to their stems (Snowball) in the language of the text.
//! Scripts that put no spaces between words give pairs of neighbouring letters instead, which are found as phrases.

use crate::source::read::language::code;
use rust_stemmers::{Algorithm, Stemmer};
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words are cut: nobody types them.
const LONGEST: usize = 64;

/// One term's place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// In bytes.
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    /// Counts from nought: neighbours in a phrase are one apart.
    pub(super) position: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Two neighbouring letters.
    Pair,
    /// The last letter of a run of such letters, by which words of one letter are found everywhere.
    Single,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    /// Of a script without spaces.
    Unspaced,
    /// Belongs to what it follows.
    Joined,
    Between,
}

/// Every token of a text, in its order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::with_capacity(text.len() / 5);
    let (mut start, mut now) = (0, Class::Between);
    let mut flush = |range: Range<usize>, class: Class| match class {
        Class::Word if is_elided(&text[range.clone()], &text[..range.start]) => {}
        Class::Word => add(&mut out, text, range, Kind::Word),
        Class::Unspaced => add_pairs(&mut out, text, range),
        _ => {}
    };
    for (at, c) in text.char_indices() {
        let class = class(c);
        if class == now || class == Class::Joined && now != Class::Between {
            continue;
        }
        flush(start..at, now);
        (start, now) = (at, if class == Class::Joined { Class::Between } else { class });
    }
    flush(start..text.len(), now);
    out
}

fn add<'a>(out: &mut Vec<Token<'a>>, text: &'a str, range: Range<usize>, kind: Kind) {
    let position = out.len() as u32;
    out.push(Token { text: &text[range.clone()], range, kind, position });
}

fn add_pairs<'a>(out: &mut Vec<Token<'a>>, text: &'a str, range: Range<usize>) {
    let from = range.start;
    let letters: Vec<Range<usize>> =
        text[range].char_indices().map(|(at, c)| from + at..from + at + c.len_utf8()).collect();
    for pair in letters.windows(2) {
        add(out, text, pair[0].start..pair[1].end, Kind::Pair);
    }
    if let Some(last) = letters.last() {
        add(out, text, last.clone(), Kind::Single);
    }
}

/// The `s` of *harbour's* is no word; neither is the `t` of *don't*.
fn is_elided(word: &str, before: &str) -> bool {
    word.chars().count() == 1
        && before.ends_with(['\'', '’'])
        && before.trim_end_matches(['\'', '’']).ends_with(char::is_alphanumeric)
}

fn class(c: char) -> Class {
    match c {
        _ if c.is_ascii_alphanumeric() => Class::Word,
        _ if c.is_ascii() => Class::Between,
        // Soft hyphens and joiners are seen by nobody.
        '\u{ad}' | '\u{200c}' | '\u{200d}' => Class::Joined,
        _ if is_unspaced(c) => Class::Unspaced,
        _ if c.is_alphanumeric() => Class::Word,
        _ if is_combining_mark(c) => Class::Joined,
        _ => Class::Between,
    }
}

/// Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese. Korean has spaces, but puts its particles onto its words.
fn is_unspaced(c: char) -> bool {
    let in_script = matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}');
    in_script && (c.is_alphanumeric() || is_combining_mark(c))
}

/// Under which terms a token is kept and looked for: as it is written, and as it would be without its marks, since people leave
/// them out and stems differ with them.
pub(super) fn terms(token: &Token, language: &str) -> Vec<String> {
    if token.kind != Kind::Word {
        return vec![folded(token.text)];
    }
    let lower = lower_case(token.text);
    let stem = cut(folded(&stemmed(&lower, language)));
    if lower.is_ascii() {
        return vec![stem];
    }
    let plain = cut(stemmed(&folded(&lower), language).into_owned());
    match plain == stem {
        true => vec![stem],
        false => vec![stem, plain],
    }
}

/// A word's letters alone, for prefixes.
pub(super) fn folded(word: &str) -> String {
    let lower = lower_case(word);
    if lower.is_ascii() {
        return lower;
    }
    let mut out = String::with_capacity(lower.len());
    let mut base = ' ';
    for c in lower.nfd() {
        if is_combining_mark(c) {
            // й and ї are letters of their own, and so are the vowels of scripts further east.
            let letter_of_its_own = match script(base) {
                Script::Latin | Script::Greek | Script::Arabic => false,
                Script::Cyrillic => base != 'е' && matches!(c, '\u{306}' | '\u{308}'),
                Script::Other => !('\u{591}'..='\u{5c7}').contains(&c),
            };
            if letter_of_its_own {
                out.push(c);
            }
            continue;
        }
        base = c;
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            'ى' | 'ی' => out.push('ي'),
            'ک' => out.push('ك'),
            'ة' => out.push('ه'),
            '\u{640}' | '\u{ad}' | '\u{200c}' | '\u{200d}' => {}
            c => out.push(c),
        }
    }
    out.nfc().collect()
}

fn lower_case(word: &str) -> String {
    match word.is_ascii() {
        true => word.to_ascii_lowercase(),
        false => word.nfkc().filter(|c| *c != '\u{ad}').flat_map(char::to_lowercase).collect(),
    }
}

fn cut(mut term: String) -> String {
    term.truncate(term.floor_char_boundary(LONGEST));
    term
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Arabic,
    Other,
}

fn script(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Script::Arabic,
        _ => Script::Other,
    }
}

fn stemmed<'a>(word: &'a str, language: &str) -> std::borrow::Cow<'a, str> {
    let long_enough = word.chars().nth(2).is_some() && word.len() <= 4 * LONGEST;
    match algorithm(word, language) {
        Some(algorithm) if long_enough => Stemmer::create(algorithm).stem(word),
        _ => word.into(),
    }
}

/// A word in another script than its text's is stemmed as the largest language of its script.
fn algorithm(word: &str, language: &str) -> Option<Algorithm> {
    let language = language.split('-').next().unwrap_or_default();
    let first = word.chars().find(|c| c.is_alphabetic())?;
    match script(first) {
        Script::Latin => Some(match language {
            "en" => Algorithm::English,
            "de" => Algorithm::German,
            "fr" => Algorithm::French,
            "es" => Algorithm::Spanish,
            "it" => Algorithm::Italian,
            "pt" => Algorithm::Portuguese,
            "nl" => Algorithm::Dutch,
            "sv" => Algorithm::Swedish,
            "da" => Algorithm::Danish,
            "nb" | "no" | "nn" => Algorithm::Norwegian,
            "fi" => Algorithm::Finnish,
            "hu" => Algorithm::Hungarian,
            "ro" => Algorithm::Romanian,
            "tr" => Algorithm::Turkish,
            _ => return None,
        }),
        Script::Cyrillic => {
            let other = ["uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "mn", "tt", "ba", "cv"];
            (!other.contains(&language)).then_some(Algorithm::Russian)
        }
        Script::Arabic => {
            (!["fa", "ur", "ps", "ug", "ku", "sd"].contains(&language)).then_some(Algorithm::Arabic)
        }
        Script::Greek => Some(Algorithm::Greek),
        Script::Other if ('\u{b80}'..='\u{bff}').contains(&first) => Some(Algorithm::Tamil),
        Script::Other => None,
    }
}

/// The smallest words of languages, without those that a neighbour has too.
pub(super) const SMALLEST: [(&str, &[&str]); 9] = [
    (
        "en",
        &[
            "the", "of", "and", "to", "is", "that", "for", "it", "was", "with", "on", "by", "are", "this",
            "from",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "und", "das", "den", "ist", "mit", "sich", "auf", "für", "dem", "nicht", "ein",
            "eine", "zu",
        ],
    ),
    (
        "fr",
        &[
            "le", "les", "et", "des", "est", "du", "une", "dans", "pour", "qui", "sur", "pas", "au", "ce",
            "aux",
        ],
    ),
    (
        "es",
        &["el", "los", "y", "las", "en", "del", "una", "por", "con", "para", "su", "al", "lo", "es", "se"],
    ),
    (
        "it",
        &[
            "il", "di", "che", "della", "per", "è", "del", "non", "gli", "una", "dei", "sono", "nel", "alla",
            "con",
        ],
    ),
    (
        "pt",
        &["os", "do", "da", "em", "um", "uma", "não", "no", "na", "dos", "com", "ao", "são", "mais", "pela"],
    ),
    (
        "nl",
        &[
            "het", "een", "van", "en", "is", "dat", "op", "te", "zijn", "met", "voor", "niet", "aan", "er",
            "ook",
        ],
    ),
    ("ru", &["и", "в", "не", "на", "что", "с", "по", "как", "это", "из", "к", "от", "за", "его", "для"]),
    ("uk", &["і", "та", "що", "у", "з", "не", "на", "до", "як", "від", "за", "це", "про", "його", "їх"]),
];

/// Whether the smallest words of a language, of which any text of it is full, are at least a sixth of these.
pub(super) fn is_plainly(text: &str, language: &str) -> bool {
    let language = language.split('-').next().unwrap_or_default();
    let Some((_, smallest)) = SMALLEST.iter().find(|(code, _)| *code == language) else { return false };
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(200);
    let (mut all, mut small) = (0, 0);
    for word in words {
        all += 1;
        small += usize::from(smallest.contains(&word));
    }
    small * 6 >= all
}

/// The language of a text, where its words tell; else the one its publication is written in.
pub(super) fn language(text: &str, otherwise: &str) -> String {
    let sample = &text[..text.floor_char_boundary(2000)];
    // A few words do not tell; and asking costs as much as all the rest of saving a post.
    let enough = sample.chars().count() > 100;
    if enough && is_plainly(sample, otherwise) {
        return otherwise.to_owned();
    }
    let told = enough.then(|| whatlang::detect(sample)).flatten().filter(whatlang::Info::is_reliable);
    told.map_or_else(|| otherwise.to_owned(), |told| code(told.lang()).to_owned())
}
