//! How much a change matters.

use crate::finding::Reason;
use crate::lexicon::{ENDINGS, FORMS, Lexicon, NEGATIVE_PREFIXES, NUMBER_WORDS, SPELLINGS, VARIANTS};
use crate::source::floor_char_boundary;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One word on either side of a change.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) folded: &'a str,
    /// Written with a capital where none is due.
    pub(crate) name: bool,
}

/// Why the words `quote` in the place of `text` matter or not. Either may be empty, not both.
pub(crate) fn grade(quote: &[Side], text: &[Side], lexicon: &Lexicon) -> Reason {
    let (q, s) = (words(quote), words(text));
    if !q.is_empty() && !s.is_empty() && is_one_spelling(&q, &s) {
        return Reason::Spelling;
    }
    if let ([q], [s]) = (&q[..], &s[..]) {
        if is_variant(q, s) {
            return Reason::Spelling;
        }
        if is_opposite(q, s) {
            return Reason::Negation;
        }
    }
    let (q, s) = (expand(&q), expand(&s));
    if let Some(reason) = decisive(&q, &s, lexicon) {
        // The month of May is no modal.
        let named = |sides: &[Side]| sides.iter().any(|side| side.name && side.folded == "may");
        return if reason == Reason::Modal && (named(quote) || named(text)) { Reason::Name } else { reason };
    }
    if q.len() == s.len() {
        let pairs = q.iter().zip(&s).map(|(q, s)| slight(q, s, lexicon));
        if let Some(reasons) = pairs.collect::<Option<Vec<Reason>>>() {
            return reasons.into_iter().max_by_key(|reason| rank(*reason)).unwrap_or(Reason::Spelling);
        }
    }
    if let Some(reason) = unimportant(&q, &s, lexicon) {
        return reason;
    }
    if quote.iter().chain(text).any(|side| side.name) { Reason::Name } else { Reason::Content }
}

/// Whether the two sides differ in nothing but whether they deny: `was` and `wasn't`, `possible` and `impossible`, nothing
/// and `not`.
pub(crate) fn turns_around(quote: &[&str], text: &[&str], lexicon: &Lexicon) -> bool {
    if let ([q], [s]) = (quote, text)
        && is_opposite(q, s)
    {
        return true;
    }
    let (q, s) = (expand(quote), expand(text));
    let said = |words: &[String]| -> Vec<String> {
        words.iter().filter(|word| !lexicon.negations.contains(&word.as_str())).cloned().collect()
    };
    q.len() != s.len() && said(&q) == said(&s)
}

/// How unlike two words are, from 0 for spellings of one word to 1.
pub(crate) fn unlikeness(quote: &str, text: &str, lexicon: &Lexicon) -> f32 {
    if quote == text {
        return 0.0;
    }
    if slight(quote, text, lexicon).is_some() {
        return 0.2;
    }
    let (q, s) = (quote.chars().count(), text.chars().count());
    let longest = q.max(s);
    if longest > LONGEST_COMPARED || q.abs_diff(s) * 5 > longest * 2 {
        return 1.0;
    }
    let distance = distance(quote, text);
    match distance as f32 / longest as f32 {
        share if share <= 0.25 && longest >= 4 => 0.4,
        share if share <= 0.4 && longest >= 5 => 0.6,
        _ => 1.0,
    }
}

/// Whether words differ only in where they are divided or contracted: `any one`, `cannot`, `it's`.
pub(crate) fn is_one_spelling(quote: &[&str], text: &[&str]) -> bool {
    let letters = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    if letters(quote).abs_diff(letters(text)) > 6 {
        return false;
    }
    let has_digit = |words: &[&str]| words.iter().any(|word| word.bytes().any(|b| b.is_ascii_digit()));
    let (q, s) = (quote.iter().flat_map(|word| word.bytes()), text.iter().flat_map(|word| word.bytes()));
    if q.eq(s) && !has_digit(quote) {
        return true;
    }
    if !quote.iter().chain(text).any(|word| is_contraction(word)) {
        return false;
    }
    let (quote, text) = (expand(quote).join(" "), expand(text).join(" "));
    quote == text || quote.replace(" is", " has") == text || text.replace(" is", " has") == quote
}

fn is_contraction(word: &str) -> bool {
    word.contains('\'') || matches!(word, "cannot" | "gonna" | "wanna")
}

/// Longest word that is compared letter by letter, in characters.
const LONGEST_COMPARED: usize = 40;

fn words<'a>(sides: &[Side<'a>]) -> Vec<&'a str> {
    sides.iter().map(|side| side.folded).collect()
}

fn rank(reason: Reason) -> u8 {
    match reason {
        Reason::Inflection => 2,
        Reason::FunctionWord => 1,
        _ => 0,
    }
}

/// The kinds of word that decide what is said: if the two sides do not have the same of them, that is the reason.
fn decisive(quote: &[String], text: &[String], lexicon: &Lexicon) -> Option<Reason> {
    if differ(quote, text, lexicon.negations) {
        return Some(Reason::Negation);
    }
    if numbers(quote) != numbers(text) {
        return Some(Reason::Number);
    }
    if differ(quote, text, lexicon.quantifiers) {
        return Some(Reason::Quantifier);
    }
    if differ(quote, text, lexicon.conditions) {
        return Some(Reason::Condition);
    }
    differ(quote, text, lexicon.modals).then_some(Reason::Modal)
}

fn differ(quote: &[String], text: &[String], list: &[&str]) -> bool {
    let of = |words: &[String]| {
        let mut found: Vec<String> =
            words.iter().filter(|word| list.contains(&word.as_str())).cloned().collect();
        found.sort();
        found
    };
    of(quote) != of(text)
}

/// The numbers among words, by value where they have one, sorted.
fn numbers(words: &[String]) -> Vec<String> {
    let mut values: Vec<String> = words.iter().filter_map(|word| number(word)).collect();
    values.sort();
    values
}

fn number(word: &str) -> Option<String> {
    if let Some((_, value)) = NUMBER_WORDS.iter().find(|(name, _)| *name == word) {
        return Some(value.to_string());
    }
    if !word.chars().any(char::is_numeric) && !"一二三四五六七八九十百千万亿億兆".contains(word)
    {
        return None;
    }
    // `1,000` and `1000` are one number; `1.000` may be another.
    let (whole, fraction) = word.split_once('.').map_or((word, ""), |(whole, fraction)| (whole, fraction));
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() > 1
        && groups[0].len() <= 3
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()))
        && groups[1..].iter().all(|group| group.len() == 3);
    // `5.00` is `5`: prices are written so.
    let plain = !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit());
    Some(match (grouped, fraction) {
        (false, "0" | "00") if plain => whole.to_owned(),
        (true, "0" | "00") => groups.concat(),
        (false, _) => word.to_owned(),
        (true, "") => groups.concat(),
        (true, fraction) => format!("{}.{fraction}", groups.concat()),
    })
}

/// Why one word may stand for another without weight, if it may.
fn slight(quote: &str, text: &str, lexicon: &Lexicon) -> Option<Reason> {
    if quote == text || is_variant(quote, text) {
        return Some(Reason::Spelling);
    }
    if number(quote).is_some() && number(quote) == number(text) {
        return Some(Reason::Spelling);
    }
    if is_inflection(quote, text, lexicon) {
        return Some(Reason::Inflection);
    }
    let neutral = |word: &str| lexicon.neutral.contains(&word);
    (neutral(quote) && neutral(text)).then_some(Reason::FunctionWord)
}

fn is_variant(quote: &str, text: &str) -> bool {
    if VARIANTS.iter().any(|(a, b)| (*a, *b) == (quote, text) || (*b, *a) == (quote, text)) {
        return true;
    }
    let common = common_start(quote, text);
    let (q, s) = (&quote[common..], &text[common..]);
    let ending = q.bytes().rev().zip(s.bytes().rev()).take_while(|(a, b)| a == b).count();
    // Spellings of one word are a letter or two apart.
    if q.len().max(s.len()) - ending > 6 && quote.is_ascii() && text.is_ascii()
        || quote.len().max(text.len()) > 80
    {
        return false;
    }
    let pointed = quote.contains('.') || text.contains('.');
    if pointed && quote.replace('.', "") == text.replace('.', "") && quote.chars().any(char::is_alphabetic) {
        return true;
    }
    if !(quote.is_ascii() && text.is_ascii()) && bare(quote) == bare(text) {
        return true;
    }
    let spelled = |a: &str, b: &str| {
        a.len() > 4
            && SPELLINGS.iter().any(|(from, to)| {
                (b.len() + from.len() == a.len() + to.len())
                    && a.match_indices(from).any(|(at, _)| replaced(a, at, from, to) == b)
            })
    };
    spelled(quote, text) || spelled(text, quote) || is_doubling(quote, text)
}

/// How many bytes two words have in common from the start, whole characters only.
fn common_start(a: &str, b: &str) -> usize {
    let common = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    floor_char_boundary(a, common).min(floor_char_boundary(b, common))
}

fn replaced(word: &str, at: usize, from: &str, to: &str) -> String {
    format!("{}{}{}", &word[..at], to, &word[at + from.len()..])
}

/// Letters without the marks on them.
fn bare(word: &str) -> String {
    word.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// `comittee`: a letter doubled or not, in a word long enough that it cannot be another.
fn is_doubling(quote: &str, text: &str) -> bool {
    let (long, short) = if quote.len() > text.len() { (quote, text) } else { (text, quote) };
    if long.len() != short.len() + 1 || short.len() < 8 || !long.is_ascii() {
        return false;
    }
    let long = long.as_bytes();
    (1..long.len())
        .any(|at| long[at] == long[at - 1] && [&long[..at], &long[at + 1..]].concat() == short.as_bytes())
}

fn is_inflection(quote: &str, text: &str, lexicon: &Lexicon) -> bool {
    if quote.len().max(text.len()) > 60 {
        return false;
    }
    if lexicon.code == "en" && FORMS.iter().any(|forms| forms.contains(&quote) && forms.contains(&text)) {
        return true;
    }
    let possessive = |word: &str| word.strip_suffix("'s").map(str::to_owned);
    let (q, s) = (possessive(quote), possessive(text));
    if q.as_deref() == Some(text) || s.as_deref() == Some(quote) {
        return true;
    }
    let common = common_start(quote, text);
    if common < 2 {
        return false;
    }
    let stem = lexicon.stem(quote);
    if stem.is_none() || stem != lexicon.stem(text) {
        return false;
    }
    if lexicon.code != "en" {
        return true;
    }
    // Stemming also joins `universe` and `university`; only what inflection adds counts.
    let ending = |word: &str| {
        let rest = &word[common..];
        let doubled =
            rest.get(1..).filter(|_| common > 0 && rest.as_bytes()[0] == word.as_bytes()[common - 1]);
        ENDINGS.contains(&rest) || doubled.is_some_and(|rest| matches!(rest, "ed" | "ing"))
    };
    ending(quote) && ending(text)
}

/// `possible` and `impossible`.
fn is_opposite(quote: &str, text: &str) -> bool {
    let opposite = |a: &str, b: &str| {
        NEGATIVE_PREFIXES
            .iter()
            .any(|prefix| a.strip_prefix(prefix).is_some_and(|rest| rest == b && b.len() > 2))
    };
    opposite(quote, text) || opposite(text, quote)
}

/// The reason if nothing but small words came, went or was swapped.
fn unimportant(quote: &[String], text: &[String], lexicon: &Lexicon) -> Option<Reason> {
    let is_filler = |words: &[String]| {
        let joined = words.join(" ");
        !words.is_empty()
            && (words.iter().all(|word| {
                lexicon.fillers.contains(&word.as_str())
                    && !matches!(word.as_str(), "you" | "know" | "i" | "mean")
            }) || matches!(joined.as_str(), "you know" | "i mean" | "o sea" | "you know i mean"))
    };
    if quote.is_empty() && is_filler(text) || text.is_empty() && is_filler(quote) {
        return Some(Reason::Filler);
    }
    let one_sided = quote.is_empty() || text.is_empty();
    let kept = |words: &[String]| -> Vec<String> {
        let unweighty = |word: &&String| {
            !(lexicon.neutral.contains(&word.as_str()) || one_sided && lexicon.loose.contains(&word.as_str()))
        };
        words.iter().filter(unweighty).cloned().collect()
    };
    let (quote, text) = (kept(quote), kept(text));
    let same =
        quote.len() == text.len() && quote.iter().zip(&text).all(|(q, s)| slight(q, s, lexicon).is_some());
    same.then_some(Reason::FunctionWord)
}

/// Words with their contractions written out.
fn expand<T: AsRef<str>>(words: &[T]) -> Vec<String> {
    words.iter().flat_map(|word| expansion(word.as_ref())).collect()
}

fn expansion(word: &str) -> Vec<String> {
    let two = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    match word {
        "cannot" | "can't" => return two("can", "not"),
        "won't" => return two("will", "not"),
        "shan't" => return two("shall", "not"),
        "gonna" => return two("going", "to"),
        "wanna" => return two("want", "to"),
        "let's" => return two("let", "us"),
        "it's" | "that's" | "he's" | "she's" | "there's" | "what's" | "who's" | "here's" | "where's"
        | "how's" => {
            return two(&word[..word.len() - 2], "is");
        }
        _ => {}
    }
    const ENDS: [(&str, &str); 6] =
        [("n't", "not"), ("'m", "am"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'d", "would")];
    for (end, full) in ENDS {
        if let Some(start) = word.strip_suffix(end).filter(|start| !start.is_empty()) {
            return two(start, full);
        }
    }
    vec![word.to_owned()]
}

/// Edit distance in characters (Levenshtein), a swap of neighbours counting as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<_>>(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows[2][0] = i;
        for j in 1..=b.len() {
            let substitute = rows[1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substitute.min(rows[1][j] + 1).min(rows[2][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[0][j - 2] + 1);
            }
            rows[2][j] = least;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}
