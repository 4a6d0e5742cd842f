//! What of a post is shown beside its title: the passage that holds most of what was looked for, its words marked.

use super::analyse::{self, Kind, Token, tokens};
use super::query::{Atom, Query};
use serde::Serialize;
use std::collections::HashSet;

/// Tokens of a passage; letters where a script has no words.
const LENGTH: usize = 38;
const BEFORE: usize = 10;

/// A stretch of text, which is one of the words looked for or stands between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub text: String,
    pub found: bool,
}

/// A whole text, with what was looked for marked in it.
pub fn highlighted(text: &str, query: &Query, language: &str) -> Vec<Piece> {
    let tokens = tokens(text);
    let found = found(&tokens, query, language);
    pieces(text, 0, text.len(), &found)
}

/// The best passage of a text; `None` where nothing that was looked for stands in it.
pub fn passage(text: &str, query: &Query, language: &str) -> Option<Vec<Piece>> {
    let tokens = tokens(text);
    let found = found(&tokens, query, language);
    // The window with the most different words; of several, the one with the most of them; of several, the first.
    let mut best: Option<((usize, usize), usize)> = None;
    for (n, start) in found.iter().enumerate() {
        let within: Vec<&Hit> =
            found[n..].iter().take_while(|hit| hit.token < start.token + LENGTH - BEFORE).collect();
        let different: HashSet<&str> = within.iter().map(|hit| hit.term.as_str()).collect();
        let merit = (different.len(), within.len().min(6));
        if best.is_none_or(|(known, _)| merit > known) {
            best = Some((merit, start.token));
        }
    }
    let (_, first) = best?;
    let from = first.saturating_sub(BEFORE);
    // Near the beginning, from the beginning.
    let from = if from < BEFORE / 2 { 0 } else { from };
    let to = (from + LENGTH).min(tokens.len() - 1);
    let start = if from == 0 { 0 } else { tokens[from].range.start };
    let end = if to == tokens.len() - 1 { text.trim_end().len() } else { tokens[to].range.end };
    let mut pieces = pieces(text, start, end, &found);
    if start > 0 {
        pieces.insert(0, Piece { text: "… ".into(), found: false });
    }
    if end < text.trim_end().len() {
        pieces.push(Piece { text: " …".into(), found: false });
    }
    Some(pieces)
}

struct Hit {
    /// Which of the tokens it is.
    token: usize,
    start: usize,
    end: usize,
    term: String,
}

fn found(tokens: &[Token], query: &Query, language: &str) -> Vec<Hit> {
    let terms: Vec<Vec<String>> = (0..tokens.len()).map(|n| terms(tokens, n, query, language)).collect();
    let mut out: Vec<Option<&str>> = vec![None; tokens.len()];
    for atom in &query.atoms {
        for n in 0..tokens.len() {
            match atom {
                Atom::Word(any) => out[n] = out[n].or(one_of(&terms[n], any)),
                Atom::Prefix(prefix, any) => {
                    let begins = terms[n].iter().find(|term| term.starts_with(prefix.as_str()));
                    let found = begins.map(String::as_str).or_else(|| one_of(&terms[n], any));
                    out[n] = out[n].or(found);
                }
                // Words of a phrase are found where they stand together, and nowhere else.
                Atom::Phrase(parts) => {
                    let at = |distance: &u32| n + *distance as usize;
                    let stands = |(distance, any): &(u32, Vec<String>)| {
                        terms.get(at(distance)).is_some_and(|terms| one_of(terms, any).is_some())
                    };
                    if parts.iter().all(stands) {
                        parts.iter().for_each(|(distance, any)| {
                            let term = one_of(&terms[at(distance)], any);
                            out[at(distance)] = out[at(distance)].or(term);
                        });
                    }
                }
            }
        }
    }
    let hits = out.into_iter().enumerate().filter_map(|(n, term)| Some((n, term?)));
    hits.map(|(n, term)| Hit {
        token: n,
        start: tokens[n].range.start,
        end: tokens[n].range.end,
        term: term.to_owned(),
    })
    .collect()
}

fn one_of<'a>(terms: &'a [String], any: &[String]) -> Option<&'a str> {
    terms.iter().find(|term| any.contains(term)).map(String::as_str)
}

/// Under which terms a token may be found; none for most, which need no closer look.
fn terms(tokens: &[Token], n: usize, query: &Query, language: &str) -> Vec<String> {
    let token = &tokens[n];
    // The last letter of a run belongs to the pair before it.
    if token.kind == Kind::Single && n > 0 && tokens[n - 1].kind == Kind::Pair {
        return Vec::new();
    }
    let first = token.text.chars().next().unwrap_or_default();
    if first.is_ascii() && !query.may_hold(first.to_ascii_lowercase()) {
        return Vec::new();
    }
    let mut terms = analyse::terms(token, language);
    terms.push(analyse::folded(token.text));
    terms
}

fn pieces(text: &str, start: usize, end: usize, found: &[Hit]) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut add = |from: usize, to: usize, found: bool| {
        let text = text[from..to].replace('\n', " ");
        match out.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.found == found => last.text.push_str(&text),
            _ => out.push(Piece { text, found }),
        }
    };
    let mut at = start;
    for hit in found.iter().filter(|hit| hit.start >= start && hit.end <= end) {
        if hit.start > at {
            add(at, hit.start, false);
        }
        // Pairs share a letter.
        add(at.max(hit.start), hit.end, true);
        at = hit.end;
    }
    add(at, end, false);
    out
}
