//! Pages without anything to read: mostly those that scripts were to fill.

use super::page::Page;
use super::{Seen, Verdict, marks, verdict};
use crate::source::Health;

pub(super) fn empty(seen: &Seen, page: &Page) -> Option<Verdict> {
    if seen.wordless {
        return None;
    }
    let shell = (page.letters < 300).then(|| page.says(&marks::SHELL_PHRASES)).flatten();
    if let Some(words) = shell {
        let marks = vec![format!("It says “{words}”.")];
        return Some(verdict(
            Health::Empty,
            "The page is filled in by scripts; what was sent has no text.",
            marks,
        ));
    }
    (page.letters < least(page)).then(|| {
        let marks = vec![format!("Letters and digits to be read: {}.", page.letters)];
        verdict(Health::Empty, "The page has no text to be read.", marks)
    })
}

/// A title, or a word that asks for patience, where a script was to put the page.
fn least(page: &Page) -> usize {
    let mount = marks::MOUNTS.iter().any(|mark| page.markup.contains(mark));
    let waits = page.markup.contains("<script") && page.button(&marks::WAITING).is_some();
    if mount || waits { 60 } else { 20 }
}
