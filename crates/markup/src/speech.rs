//! How languages say that somebody said something. One table for each language, in its own file; a further language is a
//! further file and a line in [`LANGUAGES`]. Words are in lower case, in every form that is used.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod ru;

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

/// What one language uses to give words to somebody.
pub struct Language {
    /// ISO 639-1.
    pub code: &'static str,
    /// Verbs of saying: they carry words in quotation marks and words without.
    pub says: &'static [&'static str],
    /// Those of them that mean something else as well ("add", "report"): without quotation marks they report speech only
    /// together with the word that opens what is said.
    pub says_and_more: &'static [&'static str],
    /// Words that open what is said ("that").
    pub opens: &'static [&'static str],
    /// Verbs that give words to somebody only when these stand in quotation marks ("called it “a …”").
    pub calls: &'static [&'static str],
    /// Phrases that do the same without a verb ("according to").
    pub according: &'static [&'static str],
    /// Who can say something: pronouns, offices, kinds of document that speak for somebody.
    pub somebody: &'static [&'static str],
    /// What is only said to speak: eyes, silence, a face.
    pub nobody: &'static [&'static str],
    /// Labels of a question, and of an answer.
    pub question: &'static [&'static str],
    pub answer: &'static [&'static str],
    /// Labels that are an office in a conversation, though written in lower case.
    pub roles: &'static [&'static str],
    /// Words that introduce a transcript.
    pub introduces: &'static [&'static str],
    /// Words that no name holds: pronouns, question words, auxiliaries.
    pub not_in_names: &'static [&'static str],
    /// Words that open a remark ("Note:") and are nobody's name.
    pub remarks: &'static [&'static str],
    /// Words in lower case that names hold ("van", "of").
    pub particles: &'static [&'static str],
    /// Words that end with a stop inside a sentence ("Dr.").
    pub abbreviations: &'static [&'static str],
    /// Words after which the form of a verb is a noun ("the report").
    pub articles: &'static [&'static str],
    /// Words that may stand between a verb and its subject, and say nothing of it ("also", "has").
    pub fillers: &'static [&'static str],
}

pub const LANGUAGES: &[&Language] = &[&en::TABLE, &de::TABLE, &fr::TABLE, &es::TABLE, &ru::TABLE, &ar::TABLE];

/// Which list of the tables.
pub type List = fn(&Language) -> &'static [&'static str];

/// Is this word, in any case, in that list of any language?
pub fn has(list: List, word: &str) -> bool {
    let word = fold(word);
    WORDS.contains(word.as_str()) && LANGUAGES.iter().any(|language| list(language).contains(&word.as_str()))
}

/// Is this word a verb of that list in a language that does not take it for a noun after the word before it?
pub(crate) fn has_verb(list: List, word: &str, before: Option<&str>) -> bool {
    let (word, before) = (fold(word), before.map(fold));
    let noun =
        |language: &Language| before.as_deref().is_some_and(|before| language.articles.contains(&before));
    WORDS.contains(word.as_str())
        && LANGUAGES.iter().any(|language| list(language).contains(&word.as_str()) && !noun(language))
}

/// Where a verb of saying stands in the text: byte offsets of its first form.
pub fn verb_of_saying(text: &str) -> Option<(usize, usize)> {
    text.unicode_word_indices()
        .find(|(_, word)| has(|language| language.says, word))
        .map(|(at, word)| (at, at + word.len()))
}

/// Does the text hold one of the phrases of that list, as whole words?
pub fn has_phrase(list: List, text: &str) -> bool {
    find_phrase(list, text).is_some()
}

/// Where the first of the phrases stands: byte offsets in `text`.
pub fn find_phrase(list: List, text: &str) -> Option<(usize, usize)> {
    let words: Vec<(usize, String, usize)> =
        text.unicode_word_indices().map(|(at, word)| (at, fold(word), at + word.len())).collect();
    LANGUAGES.iter().flat_map(|language| list(language)).filter_map(|phrase| find_in(&words, phrase)).min()
}

fn find_in(words: &[(usize, String, usize)], phrase: &str) -> Option<(usize, usize)> {
    let wanted: Vec<&str> = phrase.unicode_words().collect();
    if wanted.is_empty() {
        return None;
    }
    let at = words
        .windows(wanted.len())
        .position(|run| run.iter().zip(&wanted).all(|((_, word, _), wanted)| word == wanted))?;
    Some((words[at].0, words[at + wanted.len() - 1].2))
}

/// Every word of every list: most words of a text are in none, and one look says so.
static WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| LANGUAGES.iter().flat_map(|language| language.lists()).flatten().copied().collect());

impl Language {
    fn lists(&self) -> [&'static [&'static str]; 17] {
        [
            self.says,
            self.calls,
            self.according,
            self.somebody,
            self.nobody,
            self.question,
            self.answer,
            self.roles,
            self.introduces,
            self.not_in_names,
            self.remarks,
            self.particles,
            self.abbreviations,
            self.fillers,
            self.articles,
            self.says_and_more,
            self.opens,
        ]
    }
}

/// Lower case, and one apostrophe for all.
fn fold(word: &str) -> String {
    word.to_lowercase().replace('’', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_of_saying_are_known_in_six_languages() {
        for text in [
            "The minister said so",
            "Die Ministerin sagte",
            "Le ministre a déclaré",
            "El ministro dijo",
            "Министр заявил",
            "قال الوزير",
        ] {
            assert!(verb_of_saying(text).is_some(), "{text}");
        }
        assert_eq!(verb_of_saying("The tide came in"), None);
    }

    #[test]
    fn phrases_are_found_as_whole_words() {
        assert_eq!(find_phrase(|l| l.according, "All was well, according to the log."), Some((14, 26)));
        assert!(has_phrase(|l| l.according, "Selon le port"));
        assert!(!has_phrase(|l| l.according, "Selonge"));
    }

    #[test]
    fn tables_are_in_the_form_they_are_compared_in() {
        for language in LANGUAGES {
            for word in language.lists().into_iter().flatten() {
                assert_eq!(*word, fold(word), "in the table {}", language.code);
            }
        }
    }
}
