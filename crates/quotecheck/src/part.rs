//! Whose words a stretch of the text is: a turn of somebody, a reader's comment, the caption of a picture. The caller marks
//! them; what is found there is said to stand there.

use crate::finding::Span;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A stretch of the text that is not the text's own voice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// In bytes of the text.
    pub start: usize,
    pub end: usize,
    pub voice: Voice,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// A turn of a conversation, with the label it stands under.
    Turn(String),
    /// What somebody left under the text.
    Comment,
    /// What stands beside a picture.
    Caption,
}

/// Where the words of a quotation were found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Standing {
    pub voice: Voice,
    /// Not where the words of whom they are given to would stand: a comment, or a turn under another name.
    pub elsewhere: bool,
}

/// Of the parts that the passages touch, the one that tells most against the quotation; `parts` in the order of the text.
pub(crate) fn standing(spans: &[Span], parts: &[Part], speaker: Option<&str>) -> Option<Standing> {
    let touched = spans.iter().flat_map(|span| {
        let first = parts.partition_point(|part| part.end <= span.start_byte);
        parts[first..].iter().take_while(|part| part.start < span.end_byte)
    });
    let mut found: Option<Standing> = None;
    for part in touched {
        let elsewhere = match &part.voice {
            Voice::Comment => true,
            Voice::Caption => false,
            Voice::Turn(label) => speaker.is_some_and(|speaker| is_another(label, speaker)),
        };
        if found.as_ref().is_none_or(|found| elsewhere && !found.elsewhere) {
            found = Some(Standing { voice: part.voice.clone(), elsewhere });
        }
    }
    found
}

/// Whether a label surely names another than `speaker`: both are names, and no part of one is in the other. An office may be
/// anybody's, and so may a name in another script.
fn is_another(label: &str, speaker: &str) -> bool {
    let (label, speaker) = (Name::read(label), Name::read(speaker));
    if speaker.parts.is_empty() || label.parts.is_empty() {
        return label.asks && !speaker.parts.is_empty() && !speaker.asks;
    }
    label.latin == speaker.latin && !label.parts.iter().any(|part| speaker.parts.contains(part))
}

struct Name {
    parts: Vec<String>,
    /// An office whose holder puts the questions.
    asks: bool,
    latin: bool,
}

impl Name {
    /// The words written with a capital (or in a script that has none) that are no title, without accents.
    fn read(name: &str) -> Name {
        let name = name.split(['(', '[', ',']).next().unwrap_or(name);
        let (mut parts, mut asks) = (Vec::new(), false);
        for word in
            name.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|w| !w.is_empty())
        {
            let bare: String = word.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)).collect();
            asks |= ASKS.contains(&bare.as_str());
            let named = word.chars().next().is_some_and(|c| !c.is_lowercase()) && bare.chars().count() > 1;
            if named && !ASKS.contains(&bare.as_str()) && !OFFICES.contains(&bare.as_str()) {
                parts.push(bare);
            }
        }
        let latin = parts.iter().all(|part| part.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()));
        Name { parts, asks, latin }
    }
}

/// Who puts questions; `q` and its like are too short to be a name.
const ASKS: &[&str] = &[
    "q",
    "question",
    "questioner",
    "reporter",
    "journalist",
    "interviewer",
    "moderator",
    "host",
    "frage",
    "reporterin",
    "journalistin",
    "moderatorin",
    "pregunta",
    "periodista",
    "entrevistador",
    "entrevistadora",
    "journaliste",
    "вопрос",
    "журналист",
    "журналистка",
    "ведущии",
    "ведущая",
    "корреспондент",
    "سؤال",
    "الصحفي",
    "المذيع",
];

/// Words of a label that say what somebody is and not who.
const OFFICES: &[&str] = &[
    "a",
    "answer",
    "the",
    "of",
    "and",
    "for",
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "professor",
    "sir",
    "madam",
    "lord",
    "lady",
    "president",
    "vice",
    "prime",
    "minister",
    "ministry",
    "secretary",
    "chancellor",
    "chairman",
    "chairwoman",
    "chair",
    "senator",
    "representative",
    "congressman",
    "congresswoman",
    "governor",
    "mayor",
    "judge",
    "justice",
    "general",
    "admiral",
    "colonel",
    "captain",
    "director",
    "spokesman",
    "spokeswoman",
    "spokesperson",
    "speaker",
    "witness",
    "court",
    "interpreter",
    "translator",
    "operator",
    "clerk",
    "office",
    "department",
    "council",
    "committee",
    "commission",
    "government",
    "antwort",
    "herr",
    "frau",
    "der",
    "die",
    "das",
    "praesident",
    "prasident",
    "prasidentin",
    "kanzler",
    "kanzlerin",
    "bundeskanzler",
    "ministerin",
    "reponse",
    "monsieur",
    "madame",
    "le",
    "la",
    "les",
    "ministre",
    "presidente",
    "respuesta",
    "senor",
    "senora",
    "el",
    "los",
    "las",
    "ministro",
    "ministra",
    "ответ",
    "президент",
    "министр",
    "председатель",
    "господин",
    "госпожа",
    "جواب",
    "الرئيس",
    "الوزير",
    "السيد",
    "السيدة",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_and_offices_are_not() {
        let check = |label: &str, speaker: &str, expected: bool| {
            assert_eq!(is_another(label, speaker), expected, "{label} / {speaker}");
        };
        check("BRANDT", "Ida Brandt", false);
        check("Ms. Brandt", "Ida Brandt", false);
        check("Anna Moreau", "Ida Brandt", true);
        check("MR. O'NEILL", "O’Neill", false);
        check("Müller", "Muller", false);
        check("THE PRESIDENT", "Ida Brandt", false);
        check("Moreau", "the minister", false);
        check("Question", "Anna Moreau", true);
        check("Question", "a reporter", false);
        check("Q", "Anna Moreau", true);
        check("A", "Anna Moreau", false);
        check("Петрова", "Anna Petrova", false);
        check("Петрова", "Анна Иванова", true);
        check("", "", false);
    }
}
