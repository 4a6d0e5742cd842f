//! Who is given the words: verbs of saying and who stands beside them, "according to", a label, a line that opens with a dash.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::label::{self, is_colon};
use crate::speech::{self, List, Lists};

/// The words are given to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// Who, where the text names them; a pronoun names nobody.
    pub(crate) speaker: Option<String>,
    /// Where the verb, phrase or label stands.
    pub(crate) at: usize,
}

/// What stands between quotation marks and the ends of a sentence.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) at: Range<usize>,
    pub(crate) quote_before: bool,
    pub(crate) quote_after: bool,
}

/// To whom does this part of a sentence give the words in quotation marks beside it? A `linked` sentence names its source,
/// so that a verb alone is enough there.
pub(crate) fn of_quoted(text: &str, segment: &Segment, linked: bool) -> Option<Given> {
    let words = words(text, &segment.at);
    let reaches = |index: usize| {
        segment.quote_after && words.len() - index <= FAR_BEFORE || segment.quote_before && index < FAR_AFTER
    };
    let by_verb = (0..words.len())
        .filter(|index| {
            let infinitive = !linked && follows(&words, *index, &["to", "zu"]);
            reaches(*index)
                && !infinitive
                && (is(&words, *index, List::Says) || is(&words, *index, List::Calls))
        })
        .find_map(|index| given_by_verb(text, &words, index, linked));
    by_verb
        .or_else(|| according(text, &words, linked))
        .or_else(|| segment.quote_after.then(|| colon(text, segment, &words)).flatten())
        .or_else(|| segment.quote_before.then(|| beside(text, segment, linked)).flatten())
}

/// Whose saying does this sentence without quotation marks report? The writer's own is nobody's.
pub(crate) fn of_reported(text: &str, sentence: &Range<usize>) -> Option<Given> {
    // What ends in a colon leads to the words themselves.
    if text[sentence.clone()].trim_end().ends_with(is_colon) {
        return None;
    }
    let words = words(text, sentence);
    (0..words.len())
        .filter(|index| reports(&words, *index))
        .find_map(|index| given_by_verb(text, &words, index, true).filter(|given| given.speaker.is_some()))
        .or_else(|| according(text, &words, false).filter(|given| given.speaker.is_some()))
}

/// A verb that reports speech without quotation marks: no infinitive, nothing the writer says, no order to the reader.
fn reports(words: &[Word], index: usize) -> bool {
    const NOT_BEHIND: &[&str] = &[
        "to", "zu", "would", "can", "could", "may", "might", "should", "must", "let", "please", "we", "i",
        "you", "wir", "nous", "мы",
    ];
    let opened = || words[index + 1..].iter().take(5).any(|word| word.lists.has(List::Opens));
    let plain = || !words[index].lists.has(List::SaysAndMore);
    if !is(words, index, List::Says) {
        return false;
    }
    let behind = words[..index].iter().rev().take(FAR_SUBJECT).find(|word| !word.lists.has(List::Fillers));
    let own = behind.is_none_or(|word| NOT_BEHIND.contains(&own_word(word.text).to_lowercase().as_str()));
    let first_allowed = behind.is_none() && !words[index].text.starts_with(|c: char| c.is_ascii());
    let passive = index > 0
        && matches!(
            words[index - 1].text.to_lowercase().as_str(),
            "as" | "is" | "was" | "were" | "are" | "been" | "be" | "being"
        );
    (!own || first_allowed) && (plain() && !passive || opened())
}

/// Does this line open with a dash, as the line under a quotation does? Where its words begin.
pub(crate) fn after_dash(line: &str) -> Option<usize> {
    let start = line.trim_start();
    let words = start.trim_start_matches(['—', '–', '―', '⸺']);
    let words = match words.len() == start.len() {
        true => start.strip_prefix("--").map(|rest| rest.trim_start_matches('-'))?,
        false => words,
    };
    let at = line.len() - words.trim_start().len();
    (at < line.len()).then_some(at)
}

/// Reads the speaker from an attribution, its dash left out: the name before the first comma, bracket or line's end.
pub(crate) fn speaker(words: &str) -> Option<String> {
    let name = words
        .split([',', '(', '[', ';', '\n', '\u{2028}', '·', '|', '，', '、'])
        .next()?
        .trim()
        .trim_end_matches(['.', ':', '—', '–'])
        .trim();
    let known = label::is_label(name) || names_somebody(name);
    (known && !name.is_empty() && name.chars().count() <= 80).then(|| crate::run::plain(name))
}

/// In the line under a block quotation whatever a comma parts from the rest is named: "Plate in the cab of car 9, log".
pub(crate) fn thing_named(words: &str) -> Option<String> {
    let (name, _) = words.split_once(',')?;
    let named = name.trim().starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
    (named && name.unicode_words().count() <= 8 && !name.contains(['.', '!', '?', '"', '“']))
        .then(|| crate::run::plain(name))
}

/// Words in capitals throughout, or a name's capitals on each longer word: a title rather than a sentence.
pub(crate) fn is_title(words: &str) -> bool {
    let longer: Vec<&str> =
        words.unicode_words().filter(|word| word.chars().count() >= 4 && starts_cased(word)).collect();
    longer.len() >= 2
        && longer.iter().all(|word| word.starts_with(char::is_uppercase))
        && words.chars().any(char::is_lowercase)
}

/// How far from the quotation a verb may stand, in words.
const FAR_BEFORE: usize = 16;
const FAR_AFTER: usize = 11;
/// How far from its verb a speaker may stand.
const FAR_SUBJECT: usize = 9;
const FAR_SUBJECT_AFTER: usize = 6;

struct Word<'a> {
    at: usize,
    text: &'a str,
    lists: Lists,
    /// A capital says nothing on the first word.
    first: bool,
    /// A comma, a bracket or a dash stands before this word.
    apart: bool,
    /// A hyphen joins it to the word before: "recently-announced".
    joined: bool,
}

fn words<'a>(text: &'a str, range: &Range<usize>) -> Vec<Word<'a>> {
    let opens =
        text[..range.start].trim_end().chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != ',');
    let mut end = range.start;
    let mut found: Vec<Word> = Vec::new();
    for (at, word) in text[range.clone()].unicode_word_indices() {
        let at = range.start + at;
        let apart = text[end..at].contains([',', ';', '(', '—', '–', '،', '，']);
        let joined = !found.is_empty() && &text[end..at] == "-";
        let first = found.is_empty() && opens;
        found.push(Word { at, text: word, lists: Lists::of(word), first, apart, joined });
        end = at + word.len();
    }
    found
}

/// Is the word in that list, and used as a verb: no noun after an article, no name in capitals?
fn is(words: &[Word], index: usize, list: List) -> bool {
    let word = &words[index];
    let before = index.checked_sub(1).filter(|_| !word.apart).map(|before| words[before].lists);
    let capital = || !word.first && word.text.starts_with(char::is_uppercase);
    word.lists.has_verb(list, before) && !word.joined && !capital()
}

fn follows(words: &[Word], index: usize, before: &[&str]) -> bool {
    index > 0 && !words[index].apart && before.contains(&words[index - 1].text.to_lowercase().as_str())
}

fn given_by_verb(text: &str, words: &[Word], verb: usize, linked: bool) -> Option<Given> {
    let at = words[verb].at;
    let beside = |word: &&Word| !word.lists.has(List::Fillers) && !word.text.ends_with("ly");
    let subject = words[..verb].iter().rev().take(FAR_SUBJECT).find(beside);
    let object = words[verb + 1..].iter().take(3).find(|word| !is_article(word.text) && beside(word));
    let silent = |word: Option<&Word>| word.is_some_and(|word| word.lists.has(List::Nobody));
    if silent(subject) || (subject.is_none() && silent(object)) || is_impersonal(words, verb) {
        return None;
    }
    let first = verb.saturating_sub(FAR_SUBJECT);
    let before = (first..verb).rev().find(|index| is_subject(words, *index, verb));
    // The writer's own words, and what a reader might say, are nobody's unless a source stands beside them.
    let own = |index: usize| {
        matches!(
            own_word(words[index].text).to_lowercase().as_str(),
            "i" | "we" | "you" | "one" | "wir" | "ich" | "nous" | "je" | "мы" | "я"
        )
    };
    if !linked && before.is_some_and(own) {
        return None;
    }
    if let Some(thing) = thing(words, verb).filter(|_| linked && before.is_none()) {
        return Some(Given { speaker: Some(thing), at });
    }
    let last = (verb + 1 + FAR_SUBJECT_AFTER).min(words.len());
    let found = before.or_else(|| (verb + 1..last).find(|index| is_somebody(words, *index)));
    match found {
        Some(index) => {
            let index = before.and_then(|noun| in_apposition(words, noun, verb, first)).unwrap_or(index);
            Some(Given { speaker: name_at(text, words, index), at })
        }
        None => linked.then_some(Given { speaker: None, at }),
    }
}

/// "Hester Lund, the librarian, writes": the name before the office.
fn in_apposition(words: &[Word], noun: usize, verb: usize, first: usize) -> Option<usize> {
    let office = words[noun].text.starts_with(char::is_lowercase) && words[verb].apart;
    let comma = (first..noun).rev().find(|index| words[*index + 1].apart)?;
    (office && is_name(&words[comma])).then_some(comma)
}

/// "The new leaflet says": what speaks is whatever noun stands before the verb.
fn thing(words: &[Word], verb: usize) -> Option<String> {
    let noun = (0..verb).rev().take(4).find(|index| !words[*index].lists.has(List::Fillers))?;
    let article = words[noun.saturating_sub(3)..noun]
        .iter()
        .any(|word| is_article(word.text) || is_possessive(word.text));
    let word = words[noun].text;
    let known = speech::has(List::Nobody, word)
        || speech::has(List::NotInNames, word)
        || word.ends_with("ly")
        || words[verb].apart;
    (article && !known).then(|| own_word(word).to_owned())
}

fn is_possessive(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "its" | "his" | "her" | "their" | "this" | "that")
}

/// "It is said that", "man sagt", "on dit": nobody in particular.
fn is_impersonal(words: &[Word], verb: usize) -> bool {
    const NOBODY: &[&[&str]] = &[
        &["it", "is"],
        &["it", "was"],
        &["it", "has", "been"],
        &["as", "they"],
        &["some"],
        &["they", "do"],
        &["man"],
        &["on"],
        &["se"],
        &["как"],
    ];
    let matches = |start: &[&str]| {
        verb >= start.len()
            && words[verb - start.len()..verb]
                .iter()
                .zip(start)
                .all(|(word, wanted)| word.text.to_lowercase() == *wanted)
    };
    NOBODY.iter().any(|start| matches(start))
}

fn according(text: &str, words: &[Word], linked: bool) -> Option<Given> {
    let (start, end) =
        speech::find_phrase_among(List::According, words, |word| (word.at, word.text, word.lists))?;
    let after = words.iter().position(|word| word.at >= end).unwrap_or(words.len());
    let before = words.iter().position(|word| word.at >= start).unwrap_or(words.len());
    let somebody = (after..(after + FAR_SUBJECT_AFTER).min(words.len()))
        .chain((before.saturating_sub(3)..before).rev())
        .find(|index| is_somebody(words, *index));
    match somebody {
        Some(index) => Some(Given { speaker: name_at(text, words, index), at: start }),
        None => linked.then_some(Given { speaker: None, at: start }),
    }
}

/// "The minister: “…”".
fn colon(text: &str, segment: &Segment, words: &[Word]) -> Option<Given> {
    let before = text[segment.at.clone()].trim_end().strip_suffix(is_colon)?;
    let clause = before.rsplit(['.', ';', '—', '–', '\n', '\u{2028}']).next()?.trim();
    let last = words.len().checked_sub(1)?;
    let named =
        label::is_label(clause) || (words.len() <= 8 && is_somebody(words, last) && !words[last].first);
    named.then(|| Given {
        speaker: speaker(clause).or_else(|| name_at(text, words, last)),
        at: words[last].at,
    })
}

/// "“…” — Moreau", "“…” (Moreau, log)".
fn beside(text: &str, segment: &Segment, linked: bool) -> Option<Given> {
    let after =
        text[segment.at.clone()].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ','));
    let at = segment.at.end - after.len();
    // Behind a quotation a hyphen between spaces is a dash.
    let hyphen = after.strip_prefix("- ").map(|rest| after.len() - rest.len());
    if let Some(words) = after_dash(after).or(hyphen) {
        let speaker = speaker(&after[words..]);
        return (speaker.is_some() || linked && after.len() < 120).then_some(Given { speaker, at });
    }
    let (inside, _) = after.strip_prefix('(')?.split_once(')')?;
    let speaker = speaker(inside);
    (speaker.is_some() || linked).then_some(Given { speaker, at })
}

/// A capital at the start of a sentence makes a name only if the verb or more of the name follows.
fn is_subject(words: &[Word], index: usize, verb: usize) -> bool {
    let word = &words[index];
    let named = || {
        let next = words[index + 1..].iter().take(4).find(|word| !word.lists.has(List::Fillers));
        let at_verb = next.is_some_and(|next| next.at == words[verb].at);
        !word.first || at_verb || words[index + 1].apart || words.get(index + 1).is_some_and(is_name)
    };
    is_somebody(words, index) && (speech::has(List::Somebody, own_word(word.text)) || named())
}

/// The word without a short form behind it: "we’ll", "Moreau’s".
fn own_word(word: &str) -> &str {
    match word.rsplit_once(['\'', '’']) {
        Some((own, "s" | "ll" | "ve" | "re" | "d" | "m" | "t" | "S")) => own,
        _ => word,
    }
}

fn is_somebody(words: &[Word], index: usize) -> bool {
    let word = &words[index];
    speech::has(List::Somebody, own_word(word.text)) || is_name(word)
}

fn names_somebody(name: &str) -> bool {
    let words = words(name, &(0..name.len()));
    !words.is_empty() && words.len() <= 8 && words.last().is_some_and(|word| word.lists.has(List::Somebody))
}

/// A capital that is not there for the sentence's sake, or a word of a script without capitals.
fn is_name(word: &Word) -> bool {
    let Some(c) = word.text.chars().next() else { return false };
    let ordinary = |word: &str| {
        speech::has(List::NotInNames, word)
            || speech::has(List::Remarks, word)
            || speech::has(List::Particles, word)
            || is_article(word)
            || speech::has(List::Fillers, word)
            || speech::has(List::Nobody, word)
    };
    let capital = c.is_uppercase();
    let uncased = c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase();
    (capital || uncased) && !ordinary(word.text) && !ordinary(own_word(word.text))
}

fn is_article(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "the"
            | "a"
            | "an"
            | "der"
            | "die"
            | "das"
            | "ein"
            | "eine"
            | "le"
            | "la"
            | "les"
            | "un"
            | "une"
            | "el"
            | "los"
            | "las"
            | "una"
    )
}

/// The whole name around this word: "Ida van der Brandt". An office without a name is its own name ("inspector"); a pronoun
/// names nobody.
fn name_at(text: &str, words: &[Word], index: usize) -> Option<String> {
    const PRONOUNS: &[&str] = &[
        "i",
        "he",
        "she",
        "they",
        "we",
        "you",
        "who",
        "it",
        "one",
        "everyone",
        "somebody",
        "someone",
        "ich",
        "er",
        "sie",
        "wir",
        "ihr",
        "man",
        "der",
        "die",
        "je",
        "il",
        "elle",
        "on",
        "nous",
        "vous",
        "ils",
        "elles",
        "qui",
        "yo",
        "él",
        "ella",
        "nosotros",
        "ellos",
        "ellas",
        "usted",
        "ustedes",
        "quien",
        "я",
        "он",
        "она",
        "мы",
        "вы",
        "они",
        "кто",
        "который",
        "которая",
        "هو",
        "هي",
        "هم",
        "أنا",
        "نحن",
    ];
    let word = &words[index];
    if PRONOUNS.contains(&own_word(word.text).to_lowercase().as_str()) {
        return None;
    }
    if !word.text.starts_with(char::is_uppercase) {
        // "Under-secretary" is one word to a reader.
        let first = (1..=index).rev().find(|index| !words[*index].joined).unwrap_or(0);
        return Some(text[words[first].at..word.at + own_word(word.text).len()].to_owned());
    }
    let joins = |left: &Word, right: &Word| {
        let gap = &text[left.at + left.text.len()..right.at];
        gap.chars().all(|c| c == ' ' || c == '\n' || c == '.' || c == '-') && gap.len() <= 2
    };
    let belongs = |word: &Word| is_name(word) && word.text.starts_with(char::is_uppercase);
    let mut first = index;
    while first > 0 && joins(&words[first - 1], &words[first]) {
        let previous = &words[first - 1];
        match belongs(previous) {
            true => first -= 1,
            // A particle belongs to the name if the name goes on before it.
            false
                if first > 1
                    && is_particle(previous.text)
                    && belongs(&words[first - 2])
                    && joins(&words[first - 2], previous) =>
            {
                first -= 2
            }
            false => break,
        }
    }
    let mut last = index;
    while last + 1 < words.len() && joins(&words[last], &words[last + 1]) && belongs(&words[last + 1]) {
        last += 1;
    }
    let end = words[last].at + own_word(words[last].text).len();
    Some(crate::run::plain(&text[words[first].at..end]))
}

fn is_particle(word: &str) -> bool {
    word.starts_with(char::is_lowercase)
        && (speech::has(List::Particles, word)
            || matches!(word, "van" | "von" | "der" | "den" | "bin" | "al" | "di" | "da" | "do"))
}

fn starts_cased(word: &str) -> bool {
    word.chars().next().is_some_and(|c| c.is_uppercase() || c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_open_with_a_dash_name_a_speaker() {
        let check = |line: &str, expected: Option<&str>| {
            let found = after_dash(line).and_then(|at| speaker(&line[at..]));
            assert_eq!(found.as_deref(), expected, "{line}");
        };
        check("— Ida Brandt, night log, 11 March", Some("Ida Brandt"));
        check("-- Harbour Office (log)", Some("Harbour Office"));
        check("– the harbour inspector", Some("the harbour inspector"));
        check("― A. Moreau", Some("A. Moreau"));
        check("—", None);
        check("- one item", None);
        check("— and then the gate shut, which nobody saw", None);
    }

    #[test]
    fn titles_are_told_from_sentences() {
        assert!(is_title("The Long Night of the Harbour"));
        assert!(!is_title("The gate was closed within minutes"));
        assert!(!is_title("ALL HANDS TO THE GATE"));
        assert!(!is_title("門は閉じた"));
    }

    #[test]
    fn reported_speech_needs_somebody_else() {
        let check = |text: &str, expected: Option<&str>| {
            let found = of_reported(text, &(0..text.len())).and_then(|given| given.speaker);
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("The ministry said that the pumps had run.", Some("ministry"));
        check("On Friday Ida van Brandt told the council that it was late.", Some("Ida van Brandt"));
        check("According to the Harbour Office, it was late.", Some("Harbour Office"));
        check("As we said, it was late.", None);
        check("It is said that the gate was late.", None);
        check("The tide rose.", None);
        check("The recently-announced gate is long.", None);
        check("The report is long.", None);
        check("Rather than add it, the office wrote a script.", None);
        check("Please tell the council that it was late.", None);
        check("We’ll tell Ida Brandt that it was late.", None);
        check("The council reports that it was late.", Some("council"));
        check("The library has said that it was late.", Some("library"));
        check("Hester Lund, the librarian, said it was late.", Some("Hester Lund"));
        check("The council reports the tide each day.", None);
        check("Those eyes say enough.", None);
    }
}
