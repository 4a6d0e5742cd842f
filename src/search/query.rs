//! What a reader typed: words, all of which a post must hold; phrases in quotation marks; beginnings of words with an asterisk.

use super::analyse::{self, Kind, Token, tokens};
use std::collections::HashSet;

/// What is typed behind these is not looked for.
const LETTERS: usize = 300;
const ATOMS: usize = 16;
const PREFIXES: usize = 3;
/// Shorter beginnings are taken for whole words: half the dictionary begins with two letters.
const SHORTEST_PREFIX: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Atom {
    /// Any of these terms.
    Word(Vec<String>),
    /// At each distance from the first, any of these terms.
    Phrase(Vec<(u32, Vec<String>)>),
    /// Any term that begins so, or one of these.
    Prefix(String, Vec<String>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub(super) atoms: Vec<Atom>,
    languages: Vec<String>,
}

impl Query {
    /// Each word stands for its stems in every language of the publication: three words do not tell which one they are in.
    pub fn read(typed: &str, languages: &[String]) -> Query {
        let typed = &typed[..typed.char_indices().nth(LETTERS).map_or(typed.len(), |(at, _)| at)];
        let mut query = Query { atoms: Vec::new(), languages: languages.to_vec() };
        for (n, part) in typed.split(['"', '“', '”', '„', '«', '»']).enumerate() {
            match n % 2 {
                0 => part.split_whitespace().for_each(|chunk| query.add_chunk(chunk)),
                _ => query.add(&tokens(part)),
            }
        }
        query.atoms.truncate(ATOMS);
        query
    }

    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    fn add_chunk(&mut self, chunk: &str) {
        let tokens = tokens(chunk);
        match tokens.as_slice() {
            [word] if chunk.ends_with('*') && word.kind == Kind::Word => self.add_prefix(word),
            tokens => self.add(tokens),
        }
    }

    fn add_prefix(&mut self, word: &Token) {
        let prefix = analyse::folded(word.text);
        let known = self.atoms.iter().filter(|atom| matches!(atom, Atom::Prefix(..))).count();
        match prefix.chars().count() < SHORTEST_PREFIX || known >= PREFIXES {
            true => self.add(std::slice::from_ref(word)),
            // Lists hold stems: who types a whole word and an asterisk means that word too.
            false => self.atoms.push(Atom::Prefix(prefix, self.terms(word))),
        }
    }

    /// Words that stand side by side in the query stand side by side in the post.
    fn add(&mut self, tokens: &[Token]) {
        // The last letter of a run is in the pair before it.
        let wanted = |n: usize, token: &Token| {
            token.kind != Kind::Single || n == 0 || tokens[n - 1].kind != Kind::Pair
        };
        let wanted: Vec<&Token> = tokens
            .iter()
            .enumerate()
            .filter(|(n, token)| wanted(*n, token))
            .map(|(_, token)| token)
            .collect();
        match wanted.as_slice() {
            [] => {}
            [letter] if letter.kind == Kind::Single => {
                self.atoms.push(Atom::Prefix(analyse::folded(letter.text), Vec::new()));
            }
            [word] => self.atoms.push(Atom::Word(self.terms(word))),
            words => {
                let from = words[0].position;
                let parts = words.iter().map(|word| (word.position - from, self.terms(word)));
                self.atoms.push(Atom::Phrase(parts.take(ATOMS).collect()));
            }
        }
    }

    fn terms(&self, word: &Token) -> Vec<String> {
        let languages = self.languages.iter().map(String::as_str);
        let mut terms: Vec<String> = languages.flat_map(|language| analyse::terms(word, language)).collect();
        if self.languages.is_empty() {
            terms = analyse::terms(word, "");
        }
        let mut seen = HashSet::new();
        terms.retain(|term| seen.insert(term.clone()));
        terms
    }

    /// Whether a word that begins so may be one: stems keep the first letter, and most words of a text need no closer look.
    pub(super) fn may_hold(&self, first: char) -> bool {
        let any = |terms: &[String]| terms.iter().any(|term| term.starts_with(first));
        self.atoms.iter().any(|atom| match atom {
            Atom::Word(terms) => any(terms),
            Atom::Phrase(parts) => parts.iter().any(|(_, terms)| any(terms)),
            Atom::Prefix(prefix, terms) => prefix.starts_with(first) || any(terms),
        })
    }
}
