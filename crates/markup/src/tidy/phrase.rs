//! The shortest natural phrase before a bracket: the last word with its preposition, article or full proper name.

use std::ops::Range;

use super::script::{is_han, is_hiragana, is_joined, is_kana, is_unspaced};

/// Where in `chars` the phrase stands that ends where `chars` end; none when punctuation comes first.
pub(super) fn before(chars: &[char]) -> Option<Range<usize>> {
    let words = words_before(chars);
    let last = words.first()?;
    if is_unspaced(chars[last.end - 1]) {
        return Some(unspaced(chars, last));
    }
    let texts: Vec<String> = words.iter().map(|w| chars[w.clone()].iter().collect()).collect();
    let taken = match texts[0].as_str() {
        word if leans(word) => leaning(&texts),
        word => with_companions(&texts, if is_name(word) || is_number(word) { name(&texts) } else { 1 }),
    };
    // A word that only leads on to something is no phrase.
    let says_something = texts[..taken].iter().any(|word| !leans(word));
    says_something.then(|| words[taken - 1].start..last.end)
}

/// Words from the last one backwards, as far as nothing but space stands between them.
fn words_before(chars: &[char]) -> Vec<Range<usize>> {
    const FARTHEST: usize = 12;
    let mut words = Vec::new();
    let mut end = chars.len();
    while words.len() < FARTHEST {
        while end > 0 && chars[end - 1].is_whitespace() && chars[end - 1] != '\n' {
            end -= 1;
        }
        let token = (0..end).rev().find(|i| chars[*i].is_whitespace()).map_or(0, |i| i + 1);
        let Some(word) = last_word(chars, token..end, words.is_empty()) else { break };
        let whole = word.start == token;
        end = word.start;
        words.push(word);
        if !whole || end == 0 {
            break;
        }
    }
    words
}

/// The word at the end of a token, without what opens before it; none when the token ends in punctuation.
fn last_word(chars: &[char], token: Range<usize>, is_last: bool) -> Option<Range<usize>> {
    let text: String = chars[token.clone()].iter().collect();
    let abbreviated =
        text.ends_with('.') && (is_initials(&text) || (!is_last && ABBREVIATIONS.contains(&text.as_str())));
    let mut start = token.end;
    while start > token.start {
        let i = start - 1;
        let c = chars[i];
        let inside = |j: usize| {
            j > token.start && j + 1 < token.end && is_letter(chars[j - 1]) && is_letter(chars[j + 1])
        };
        let part = is_letter(c)
            || matches!(c, '@' | '#' | '%' | '$' | '€' | '£' | '°' | '+' | '№')
            || (matches!(c, '\'' | '’' | '-' | '\u{2010}' | '\u{2011}' | '.' | '/' | '_' | '&' | '·' | ',')
                && inside(i))
            || (c == '.' && abbreviated);
        if !part {
            break;
        }
        start = i;
    }
    chars[start..token.end].iter().any(|c| c.is_alphanumeric()).then_some(start..token.end)
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_joined(c)
}

/// `U.S.`, `J.`
fn is_initials(text: &str) -> bool {
    text.len() >= 2
        && text.split_terminator('.').all(|p| p.chars().count() == 1 && p.chars().all(char::is_uppercase))
}

/// A word that cannot stand alone takes the one before it with it: `according to`, `pointed out`, `did not`.
fn leaning(texts: &[String]) -> usize {
    let further = texts.get(1).is_some_and(|w| leans(w));
    texts.len().min(if further { 3 } else { 2 })
}

/// How many words the proper name takes that ends the text.
fn name(texts: &[String]) -> usize {
    const LONGEST: usize = 7;
    let mut taken = 1;
    let mut i = 1;
    if is_number(&texts[0]) && !texts.get(1).is_some_and(|w| is_name(w)) {
        return 1;
    }
    while i < texts.len().min(LONGEST) {
        if is_name(&texts[i]) || (is_day(&texts[i]) && MONTHS.contains(&texts[i - 1].to_lowercase().as_str()))
        {
            taken = i + 1;
        } else if !CONNECTORS.contains(&texts[i].as_str()) {
            break;
        }
        i += 1;
    }
    taken
}

fn with_companions(texts: &[String], mut taken: usize) -> usize {
    let is =
        |i: usize, list: &[&str]| texts.get(i).is_some_and(|w| list.contains(&w.to_lowercase().as_str()));
    if is(taken, ARTICLES) {
        taken += 1;
    }
    if is(taken, PREPOSITIONS) {
        taken += 1;
    }
    taken
}

/// Words written without spaces: the last run of one kind of character, with the endings after it.
fn unspaced(chars: &[char], word: &Range<usize>) -> Range<usize> {
    const LONGEST: usize = 10;
    let first = word.end.saturating_sub(LONGEST).max(word.start);
    let mut start = word.end;
    let back = |start: &mut usize, kind: fn(char) -> bool| {
        while *start > first && kind(chars[*start - 1]) {
            *start -= 1;
        }
    };
    back(&mut start, is_hiragana);
    let after_endings = start;
    back(&mut start, is_han);
    if start == after_endings {
        back(&mut start, |c| is_kana(c) && !is_hiragana(c));
    }
    if start == word.end { word.clone() } else { start..word.end }
}

fn is_name(word: &str) -> bool {
    let lower = word.to_lowercase();
    let capital = word.chars().any(char::is_uppercase);
    capital
        && word != "I"
        && !OPENERS.contains(&lower.as_str())
        && !leans(word)
        && !ARTICLES.contains(&lower.as_str())
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_numeric())
        && word.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '/' | '-'))
}

fn is_day(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    (1..=2).contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_digit())
        && word.len() - digits.len() <= 2
}

fn leans(word: &str) -> bool {
    let lower = word.to_lowercase();
    let is = |list: &[&str]| list.contains(&lower.as_str());
    // `US` and `May` are names, whatever their small letters say.
    let shouted = word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    !shouted && (is(PREPOSITIONS) || is(ARTICLES) || is(PARTICLES))
}

#[rustfmt::skip]
const PREPOSITIONS: &[&str] = &[
    // English
    "in", "at", "on", "by", "from", "to", "for", "of", "with", "about", "into", "onto", "over", "under", "after", "before",
    "during", "since", "until", "near", "between", "among", "against", "through", "across", "via", "per", "within",
    "without", "upon", "toward", "towards", "around", "behind", "beyond", "inside", "outside", "as",
    // German
    "im", "am", "vom", "zum", "zur", "beim", "ins", "ans", "von", "mit", "bei", "nach", "aus", "auf", "für", "über",
    "unter", "vor", "zu", "um", "durch", "gegen", "ohne", "seit", "bis",
    // French, Spanish, Italian, Portuguese
    "à", "au", "aux", "du", "en", "dans", "sur", "sous", "par", "pour", "avec", "chez", "vers", "entre", "sans", "de", "del",
    "al", "con", "para", "sin", "sobre", "desde", "hasta", "hacia", "di", "da", "dal", "dalla", "nel", "nella", "sul", "sulla",
    "alla", "em", "na", "nos", "nas", "dos", "ao", "pelo", "pela", "com",
    // Dutch, Swedish, Danish, Norwegian
    "van", "met", "naar", "uit", "op", "voor", "door", "te", "på", "av", "från", "till", "för", "hos", "til", "fra", "af",
    // Polish
    "w", "we", "z", "ze", "od", "dla", "przy", "przez", "nad", "pod",
    // Russian, Ukrainian, Bulgarian
    "в", "во", "на", "с", "со", "к", "ко", "от", "из", "у", "о", "об", "обо", "по", "для", "за", "над", "под", "при", "про",
    "через", "между", "до", "без", "после", "перед", "з", "із", "зі", "від", "від", "у", "към", "от",
];

#[rustfmt::skip]
const ARTICLES: &[&str] = &[
    "the", "a", "an", "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "le", "la", "les",
    "un", "une", "el", "los", "las", "una", "unos", "il", "lo", "gli", "os", "um", "uma", "het",
];

#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "out", "up", "down", "off", "away", "back", "not", "and", "or", "but", "nor", "that", "which", "than", "не", "и", "или",
    "но", "что", "und", "oder", "aber", "sowie", "dass", "et", "ou", "mais", "que", "y", "o", "e", "pero", "en", "och",
];

/// Small words inside a proper name, when a capitalised word stands before them.
#[rustfmt::skip]
const CONNECTORS: &[&str] = &[
    "of", "the", "de", "du", "des", "da", "do", "dos", "del", "della", "di", "la", "le", "les", "el", "al", "bin", "ibn", "ben",
    "von", "van", "der", "den", "zu", "zur", "für", "for", "and", "&", "und", "y", "e",
];

/// Words that are capitalised because a sentence starts, not because they name anything.
#[rustfmt::skip]
const OPENERS: &[&str] = &[
    "he", "she", "it", "they", "we", "you", "this", "that", "these", "those", "there", "here", "so", "yet", "then", "now",
    "when", "while", "if", "because", "although", "however", "today", "yesterday", "tomorrow", "later", "earlier",
    "meanwhile", "also", "still", "once", "what", "who", "why", "how", "where", "his", "her", "its", "their", "our", "my",
    "your", "some", "many", "most", "all", "both", "each", "no", "yes", "well", "just", "only", "even", "another", "other",
    "one", "said", "says", "он", "она", "они", "мы", "вы", "я", "это", "как", "когда", "если", "но", "а", "er", "sie", "es", "wir",
    "wie", "wenn", "aber", "il", "elle", "nous", "mais",
];

#[rustfmt::skip]
const MONTHS: &[&str] = &[
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
];

#[rustfmt::skip]
const ABBREVIATIONS: &[&str] = &[
    "St.", "Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "Gen.", "Sen.", "Rep.", "Gov.", "Capt.", "Col.", "Lt.", "Sgt.", "Mt.", "Ft.",
];
