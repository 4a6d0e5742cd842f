//! How languages say that somebody said something. One table for each language, in its own file; a further language is a
//! further file and a line in [`LANGUAGES`]. Words are in lower case, in every form that is used.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod ru;

use std::borrow::Cow;
use std::collections::HashMap;
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
    /// What stands before the colon of a notice ("Tickets:", "More on this:"): nobody's name, and no part of what was said.
    pub notices: &'static [&'static str],
    /// How invitations and credits open that a channel or a newsletter puts under its text ("subscribe", "read more").
    pub invites: &'static [&'static str],
    /// Words of address and office that stand before a name and do not count as its words ("Dr", "Mrs").
    pub titles: &'static [&'static str],
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Says,
    SaysAndMore,
    Opens,
    Calls,
    According,
    Somebody,
    Nobody,
    Question,
    Answer,
    Roles,
    Introduces,
    NotInNames,
    Remarks,
    Notices,
    Titles,
    Particles,
    Abbreviations,
    Articles,
    Fillers,
}

impl List {
    const ALL: &[List] = &[
        List::Says,
        List::SaysAndMore,
        List::Opens,
        List::Calls,
        List::According,
        List::Somebody,
        List::Nobody,
        List::Question,
        List::Answer,
        List::Roles,
        List::Introduces,
        List::NotInNames,
        List::Remarks,
        List::Notices,
        List::Titles,
        List::Particles,
        List::Abbreviations,
        List::Articles,
        List::Fillers,
    ];

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl Language {
    pub fn list(&self, list: List) -> &'static [&'static str] {
        match list {
            List::Says => self.says,
            List::SaysAndMore => self.says_and_more,
            List::Opens => self.opens,
            List::Calls => self.calls,
            List::According => self.according,
            List::Somebody => self.somebody,
            List::Nobody => self.nobody,
            List::Question => self.question,
            List::Answer => self.answer,
            List::Roles => self.roles,
            List::Introduces => self.introduces,
            List::NotInNames => self.not_in_names,
            List::Remarks => self.remarks,
            List::Notices => self.notices,
            List::Titles => self.titles,
            List::Particles => self.particles,
            List::Abbreviations => self.abbreviations,
            List::Articles => self.articles,
            List::Fillers => self.fillers,
        }
    }
}

/// The lists that a word is in, in each language: looked up once, asked often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lists(Option<&'static [u32; LANGUAGES.len()]>);

impl Lists {
    /// Of a word in any case.
    pub(crate) fn of(word: &str) -> Lists {
        Lists(WORDS.get(fold(word).as_ref()))
    }

    pub(crate) fn has(self, list: List) -> bool {
        self.0.is_some_and(|lists| lists.iter().any(|language| language & list.bit() != 0))
    }

    /// Is the word a verb of that list in a language that does not take it for a noun after the word before it?
    pub(crate) fn has_verb(self, list: List, before: Option<Lists>) -> bool {
        let Some(lists) = self.0 else { return false };
        let articles = before.and_then(|before| before.0);
        let noun =
            |language: usize| articles.is_some_and(|lists| lists[language] & List::Articles.bit() != 0);
        (0..LANGUAGES.len()).any(|language| lists[language] & list.bit() != 0 && !noun(language))
    }
}

/// Is this word, in any case, in that list of any language?
pub fn has(list: List, word: &str) -> bool {
    Lists::of(word).has(list)
}

/// Does the text, in lower case, open as an invitation or a credit does?
pub fn invites(text: &str) -> bool {
    LANGUAGES.iter().flat_map(|language| language.invites).any(|opening| text.starts_with(opening))
}

/// Where a verb of saying stands in the text: byte offsets of its first form.
pub fn verb_of_saying(text: &str) -> Option<(usize, usize)> {
    text.unicode_word_indices()
        .find(|(_, word)| has(List::Says, word))
        .map(|(at, word)| (at, at + word.len()))
}

/// Does the text hold one of the phrases of that list, as whole words?
pub fn has_phrase(list: List, text: &str) -> bool {
    find_phrase(list, text).is_some()
}

/// Where the first of the phrases stands: byte offsets in `text`.
pub fn find_phrase(list: List, text: &str) -> Option<(usize, usize)> {
    let words: Vec<_> = text.unicode_word_indices().map(|(at, word)| (at, word, Lists::of(word))).collect();
    find_phrase_among(list, &words, |word| *word)
}

/// The same in words that are parted and looked up already, each with its place.
pub(crate) fn find_phrase_among<'a, T>(
    list: List,
    words: &'a [T],
    of: impl Fn(&'a T) -> (usize, &'a str, Lists),
) -> Option<(usize, usize)> {
    let stands = |run: &'a [T], phrase: &[&str]| {
        let run = run.get(..phrase.len())?;
        let same = run.iter().zip(phrase).all(|(word, wanted)| fold(of(word).1) == *wanted);
        let (at, last, _) = of(run.last()?);
        same.then_some(at + last.len())
    };
    (0..words.len()).find_map(|index| {
        let (at, first, lists) = of(&words[index]);
        if !lists.has(list) {
            return None;
        }
        let phrases = PHRASES.get(fold(first).as_ref())?.iter().filter(|(of, _)| *of == list);
        let end = phrases.filter_map(|(_, phrase)| stands(&words[index..], phrase)).max()?;
        Some((at, end))
    })
}

/// Words of our own, looked up for each word of a text: nobody can choose them, so the hash may be a quick one.
type Table<T> = HashMap<&'static str, T, foldhash::fast::FixedState>;

/// Its list and its words.
type Phrase = (List, Vec<&'static str>);

/// The lists that hold phrases; a word is in one of them if it begins a phrase.
const PHRASED: [List; 2] = [List::According, List::Introduces];

/// The phrases, by their first word.
static PHRASES: LazyLock<Table<Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: Table<Vec<Phrase>> = Table::default();
    for list in PHRASED {
        for phrase in LANGUAGES.iter().flat_map(|language| language.list(list)) {
            let words: Vec<&str> = phrase.unicode_words().collect();
            if let Some(first) = words.first() {
                phrases.entry(first).or_default().push((list, words));
            }
        }
    }
    phrases
});

/// For each word of the tables the lists it is in, one number of bits for each language: most words of a text are in none,
/// and one look says so.
static WORDS: LazyLock<Table<[u32; LANGUAGES.len()]>> = LazyLock::new(|| {
    let mut words: Table<[u32; LANGUAGES.len()]> = Table::default();
    for (index, language) in LANGUAGES.iter().enumerate() {
        for list in List::ALL {
            for phrase in language.list(*list) {
                let word = if PHRASED.contains(list) { phrase.unicode_words().next() } else { Some(*phrase) };
                let Some(word) = word else { continue };
                words.entry(word).or_insert([0; LANGUAGES.len()])[index] |= list.bit();
            }
        }
    }
    words
});

/// Lower case, and one apostrophe for all.
fn fold(word: &str) -> Cow<'_, str> {
    match word.bytes().all(|b| b.is_ascii_lowercase()) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(word.to_lowercase().replace('’', "'")),
    }
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
        assert_eq!(find_phrase(List::According, "All was well, according to the log."), Some((14, 26)));
        assert!(has_phrase(List::According, "Selon le port"));
        assert!(!has_phrase(List::According, "Selonge"));
    }

    #[test]
    fn tables_are_in_the_form_they_are_compared_in() {
        for language in LANGUAGES {
            for word in List::ALL.iter().flat_map(|list| language.list(*list)) {
                assert_eq!(*word, fold(word), "in the table {}", language.code);
            }
        }
    }
}
