//! Labels of turns: "Question:", "A. Moreau:". A label is a question or answer mark, an office in a conversation, or a name
//! of at most five words without a verb. What may be a name or a sentence is settled by the labels beside it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::speech::{self, List};

/// What a label calls the one who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    Question,
    Answer,
    /// An office in a conversation: "Moderator".
    Role,
    Name,
}

/// Reads a label, with or without its colon.
pub fn read(words: &str) -> Option<Label> {
    let words = trim(words);
    if words.is_empty() || words.len() > 120 {
        return None;
    }
    // "Question 3", "Q2" and "Q." are questions still.
    let bare =
        words.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | '#'));
    if speech::has(List::Question, bare) {
        return Some(Label::Question);
    }
    if speech::has(List::Answer, bare) {
        return Some(Label::Answer);
    }
    if speech::has(List::Roles, bare) {
        return Some(Label::Role);
    }
    is_name(words).then_some(Label::Name)
}

/// Is this, with or without its colon, the label of a turn?
pub fn is_label(words: &str) -> bool {
    read(words).is_some()
}

/// Splits a paragraph that opens with a label into the label, without its colon, and what is said. `None` where the words
/// before the first colon are no label or nothing follows them.
pub fn split(paragraph: &str) -> Option<(&str, &str)> {
    let start = paragraph.trim_start();
    let (at, colon) = start.char_indices().take(121).find(|(_, c)| is_colon(*c))?;
    let (words, rest) = (&start[..at], &start[at + colon.len_utf8()..]);
    // "12:30", "https://" and "a:b" are no labels.
    let apart = rest.starts_with(|c: char| c.is_whitespace() || c == '*' || c == '_' || !c.is_ascii());
    (apart && !words.contains('\n') && !rest.trim().is_empty() && is_label(words))
        .then(|| (words.trim(), rest.trim_start()))
}

/// Is this one of the colons that close a label?
pub fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：' | '︰')
}

/// What one speaker says in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub label: String,
    /// In bytes of the text, the label included.
    pub at: Range<usize>,
}

/// Longest turn, in lines: after more of them without a label somebody else may long have spoken.
const LONGEST_TURN: usize = 40;
/// Fewer turns make no conversation.
const FEWEST_TURNS: usize = 3;

/// Where a line stands, and the label it begins with.
type Line<'a> = (Range<usize>, Option<(Label, &'a str)>);

/// The turns of a conversation in a text of one paragraph a line, or none if it is no conversation. A turn runs to the next
/// label; where none follows, only the labelled paragraph is surely the speaker's.
pub fn turns(text: &str) -> Vec<Turn> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut labels: Vec<Standing> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start..start + line.trim_end().len();
        start += line.len();
        if at.is_empty() {
            continue;
        }
        let label = of_line(line.trim());
        if let Some((kind, name, said)) = label {
            let goes_on = said.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase);
            labels.push(Standing { kind, name: name.to_owned(), emoji: false, bold: false, goes_on });
        }
        lines.push((at, label.map(|(kind, name, _)| (kind, name))));
    }
    let company = Company::of(&labels);
    let mut found: Vec<(Turn, usize)> = Vec::new();
    for (at, label) in &lines {
        match (label.filter(|(kind, name)| company.believes(*kind, name)), found.last_mut()) {
            (Some((_, name)), last) => {
                if let Some((turn, count)) = last
                    && *count <= LONGEST_TURN
                {
                    turn.at.end = at.start;
                }
                found.push((Turn { label: name.to_owned(), at: at.clone() }, 1));
            }
            (None, Some((_, count))) => *count += 1,
            (None, None) => {}
        }
    }
    let speakers: HashSet<&str> = found.iter().map(|(turn, _)| turn.label.as_str()).collect();
    if found.len() < FEWEST_TURNS || speakers.len() < 2 {
        return Vec::new();
    }
    found.into_iter().map(|(turn, _)| turn).collect()
}

/// The label that opens a line, and what is said behind it; a label may have the line to itself.
fn of_line(line: &str) -> Option<(Label, &str, &str)> {
    let line = line.trim_start_matches(['>', '*', '-', '–', '—', ' ']);
    if let Some((name, said)) = split(line) {
        return Some((read(name)?, name, said));
    }
    let alone = line.strip_suffix(is_colon)?.trim();
    Some((read(alone)?, alone, ""))
}

/// A label as it stands in its text.
pub(crate) struct Standing {
    pub(crate) kind: Label,
    pub(crate) name: String,
    /// Behind an emoji.
    pub(crate) emoji: bool,
    pub(crate) bold: bool,
    /// What follows goes on in lower case, as a sentence does behind a colon.
    pub(crate) goes_on: bool,
}

/// The names in a text that are speakers': a doubtful one is believed when others bear it out.
pub(crate) struct Company(HashSet<String>);

impl Company {
    /// Labels in the order in which they stand.
    pub(crate) fn of(labels: &[Standing]) -> Company {
        let is_name = |label: &&Standing| label.kind == Label::Name;
        let mut times: HashMap<&str, usize> = HashMap::new();
        for label in labels.iter().filter(is_name) {
            *times.entry(&label.name).or_default() += 1;
        }
        let again = |label: &Standing| times.get(label.name.as_str()).is_some_and(|times| *times > 1);
        let questions = labels.iter().any(|label| label.kind != Label::Name);
        let bold = labels.iter().filter(is_name).filter(|label| label.bold).count();
        // Where every speaker has an emoji, whoever speaks once between two others has one too.
        let last = labels.iter().rposition(|label| label.emoji && label.kind == Label::Name && again(label));
        let believed = |place: usize, label: &Standing| {
            let full = label.name.contains(' ');
            let set_apart = label.bold || bold < 2 || full || is_shouted(&label.name);
            let borne_out = !label.emoji || questions && full || last.is_some_and(|last| place < last);
            again(label) || !label.goes_on && set_apart && borne_out
        };
        let names =
            labels.iter().enumerate().filter(|(place, label)| is_name(label) && believed(*place, label));
        Company(names.map(|(_, label)| label.name.clone()).collect())
    }

    pub(crate) fn believes(&self, kind: Label, name: &str) -> bool {
        kind != Label::Name || self.0.contains(name)
    }
}

fn is_shouted(name: &str) -> bool {
    name.chars().count() > 1 && !name.chars().any(char::is_lowercase) && name.chars().any(char::is_uppercase)
}

/// Does a paragraph open as a notice does: a word such as "Tickets" and a colon?
pub(crate) fn opens_notice(paragraph: &str) -> bool {
    let words = paragraph.split(is_colon).next().unwrap_or_default();
    words.len() < paragraph.len() && words.len() <= 120 && speech::has(List::Notices, words.trim())
}

fn trim(words: &str) -> &str {
    words.trim().trim_end_matches(is_colon).trim()
}

/// Words of a name, without particles and titles; and with them.
const MOST_WORDS: usize = 5;
const LONGEST_NAME: usize = 10;

/// A name of at most five words: each in capitals or a particle, none of them a verb, a pronoun or a remark. What stands
/// in brackets after it, or behind a comma, is the name's office and does not count.
fn is_name(words: &str) -> bool {
    let name = words.split(['(', '[', ',']).next().unwrap_or(words).trim();
    let name = match name.is_empty() {
        true => return false,
        false => name,
    };
    let bare = name.trim_end_matches('.');
    if speech::has(List::Remarks, bare) || speech::has(List::Notices, bare) {
        return false;
    }
    let parts: Vec<&str> = name.split_whitespace().collect();
    let counts = |part: &&&str| !is_particle(part) && !speech::has(List::Titles, part.trim_end_matches('.'));
    if parts.len() > LONGEST_NAME
        || parts.iter().filter(counts).count() > MOST_WORDS
        || !parts.iter().all(|part| is_part_of_name(part))
    {
        return false;
    }
    let first_is_remark = parts.len() > 1 && speech::has(List::Remarks, parts[0].trim_end_matches('.'));
    let holds_verb = parts.iter().any(|part| is_never_in_name(part, parts.len()));
    let named = parts.iter().any(|part| !speech::has(List::Particles, part));
    let holds_letters = name.chars().any(char::is_alphabetic);
    holds_letters && named && !first_is_remark && !holds_verb && is_short_enough(name)
}

/// A capital, a script without capitals, an initial, or a particle.
fn is_part_of_name(part: &str) -> bool {
    let stop = |c: char| {
        matches!(
            c,
            '.' | '!'
                | '?'
                | '…'
                | ';'
                | '"'
                | '“'
                | '”'
                | '«'
                | '»'
                | '/'
                | '='
                | '<'
                | '>'
                | '@'
                | '#'
                | '*'
                | '_'
                | '。'
                | '、'
                | '，'
        )
    };
    let title = || speech::has(List::Titles, part.trim_end_matches('.'));
    let end_is_stop = part.ends_with('.') && !is_abbreviation(part) && !title();
    let inside = part.trim_end_matches('.');
    if end_is_stop || inside.chars().any(|c| stop(c) && c != '.') || inside.contains("..") {
        return false;
    }
    match inside.trim_start_matches(['\'', '’', '‘', '-', '–']).chars().next() {
        Some(c) if c.is_uppercase() => true,
        Some(c) if c.is_lowercase() => is_particle(inside),
        Some('&') => inside.len() == 1,
        // A number belongs to a name ("Speaker 2") but makes none alone: the caller asks for letters.
        Some(c) if c.is_ascii_digit() => inside.len() <= 2 && inside.bytes().all(|b| b.is_ascii_digit()),
        Some(c) => c.is_alphabetic(),
        None => false,
    }
}

/// "al-Rashid", "d'Arc" and "O'Neill" carry their capital behind the particle.
fn is_particle(part: &str) -> bool {
    const MORE: &[&str] = &[
        "van", "von", "der", "den", "ter", "ten", "da", "das", "do", "dos", "di", "della", "lo", "bin",
        "ibn", "bint", "al", "el", "ben", "abu", "ap", "y", "zu", "av", "af", "af", "op", "het", "'t",
    ];
    let known = |part: &str| MORE.contains(&part) || speech::has(List::Particles, part);
    known(part)
        || part.split_once(['-', '\'', '’']).is_some_and(|(particle, rest)| {
            known(particle) && rest.chars().next().is_some_and(char::is_uppercase)
        })
}

fn is_abbreviation(part: &str) -> bool {
    let bare = part.trim_end_matches('.');
    bare.chars().count() <= 2 || bare.contains('.') || speech::has(List::Abbreviations, bare)
}

fn is_never_in_name(part: &str, parts: usize) -> bool {
    let bare = part.trim_end_matches('.');
    // An initial may be spelt like a pronoun ("I:", "A. Moreau"), and capitals may be a name's ("WHO").
    let initial = bare.chars().count() == 1;
    // Will Reed, May Brandt and Can Yıldız are people.
    let given =
        parts > 1 && bare.starts_with(char::is_uppercase) && GIVEN_NAMES.contains(&&*bare.to_lowercase());
    let acronym = parts == 1 && bare.len() > 1 && bare.chars().all(char::is_uppercase);
    !initial
        && !acronym
        && !given
        && !is_particle(bare)
        && (speech::has(List::NotInNames, bare) || is_verb(bare))
}

/// Names that are spelt like words no name holds.
const GIVEN_NAMES: &[&str] = &["will", "may", "can"];

/// Only verbs of saying that are no noun too could stand in a name's place ("Moreau Said").
fn is_verb(part: &str) -> bool {
    const NAMES_TOO: &[&str] =
        &["states", "state", "report", "reports", "claim", "stress", "note", "post", "رد", "بين", "وعد"];
    let lower = part.to_lowercase();
    !NAMES_TOO.contains(&lower.as_str()) && speech::has(List::Says, &lower)
}

/// Scripts without spaces have no words to count: a name is short there.
fn is_short_enough(name: &str) -> bool {
    let spaceless = name
        .chars()
        .filter(|c| matches!(*c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}'))
        .count();
    spaceless <= 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_turns_is_told_from_a_page_with_colons() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found = turns(text);
            let found: Vec<(&str, &str)> =
                found.iter().map(|turn| (turn.label.as_str(), text[turn.at.clone()].trim())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "The hearing began at nine.\nBRANDT: Was it late?\nMOREAU: It was.\nBy an hour.\nBRANDT: Who knew?\nThe hearing ended.",
            &[
                ("BRANDT", "BRANDT: Was it late?"),
                ("MOREAU", "MOREAU: It was.\nBy an hour."),
                ("BRANDT", "BRANDT: Who knew?"),
            ],
        );
        check(
            "Question:\nWas it late?\nAnswer:\nIt was.\nQuestion:\nWho knew?",
            &[
                ("Question", "Question:\nWas it late?"),
                ("Answer", "Answer:\nIt was."),
                ("Question", "Question:"),
            ],
        );
        check("Tickets: at the door.\nDoors: eight.\nWhen: Friday.\nNote: bring a lamp.", &[]);
        check("One thing is clear: it was late.\nMoreau: she knew.", &[]);
        check("", &[]);
    }

    #[test]
    fn labels_are_questions_answers_roles_and_names() {
        let check = |words: &str, expected: Label| assert_eq!(read(words), Some(expected), "{words}");
        check("Question:", Label::Question);
        check("Q", Label::Question);
        check("Q.", Label::Question);
        check("Question 3", Label::Question);
        check("Frage", Label::Question);
        check("Вопрос:", Label::Question);
        check("سؤال", Label::Question);
        check("Answer", Label::Answer);
        check("A:", Label::Answer);
        check("Réponse :", Label::Answer);
        check("Respuesta", Label::Answer);
        check("moderator", Label::Role);
        check("THE PRESIDENT", Label::Role);
        check("Moreau", Label::Name);
        check("A. Moreau", Label::Name);
        check("Dr. Ida van der Brandt", Label::Name);
        check("Omar al-Rashid", Label::Name);
        check("Jean d’Ormes", Label::Name);
        check("MOREAU", Label::Name);
        check("Moreau (through an interpreter)", Label::Name);
        check("Moreau, Minister of Waterways and of all the canals", Label::Name);
        check("Minister of Waterways", Label::Name);
        check("Speaker 2", Label::Role);
        check("Brandt and Moreau", Label::Name);
        check("Анна Петрова", Label::Name);
        check("محمد بن سالم", Label::Name);
        check("田中", Label::Name);
        check("I", Label::Name);
        check("Will Reed", Label::Name);
        check("May Brandt", Label::Name);
        check("Can Yıldız", Label::Name);
    }

    #[test]
    fn ordinary_words_before_a_colon_are_no_label() {
        for words in [
            "",
            ":",
            "Note",
            "Remember this",
            "One thing is clear",
            "He said",
            "What He Said Then",
            "Moreau Said",
            "🚢",
            "🚢 Moreau",
            "the gate",
            "12",
            "12.30",
            "https",
            "Update",
            "Источник",
            "This is what the Minister told us",
            "It was late. Moreau",
            "A name of far too many Words",
            "Monday",
            "Wichtig",
            "Attention",
            "The",
            "of the",
            "“Moreau”",
            "P.S. Dr. Moreau",
            "Напомню",
        ] {
            assert_eq!(read(words), None, "{words}");
        }
    }

    #[test]
    fn a_paragraph_is_split_at_its_label() {
        assert_eq!(split("Question: Was it late?"), Some(("Question", "Was it late?")));
        assert_eq!(split("A. Moreau : It was."), Some(("A. Moreau", "It was.")));
        assert_eq!(split("田中：こんにちは"), Some(("田中", "こんにちは")));
        assert_eq!(split("Question:"), None);
        assert_eq!(split("The gate closed at 21:12: late."), None);
        assert_eq!(split("Moreau:late"), None);
        assert_eq!(split("https://harbour.example"), None);
        assert_eq!(split("It was late"), None);
    }
}
