//! Articles that break off where they have to be paid for.

use super::page::{self, Page, holds, holds_both, weight};
use super::{Verdict, marks, verdict};
use crate::source::Health;

pub(super) fn paywall(page: &Page) -> Option<Verdict> {
    let declared = declared_paid(&page.markup);
    if page.letters > 6000 && !declared {
        return None;
    }
    let found = page.lines.iter().enumerate().find_map(|(at, line)| {
        let said = page::sentences(line).find(|said| says(said))?;
        (declared || offers_near(page, at) || is_the_end(page, at, said)).then_some(said)
    });
    let found = found.or_else(|| labelled(page));
    let mut marks: Vec<String> =
        found.map(|said| format!("It says “{}”.", shortened(said))).into_iter().collect();
    // What is declared paid may still have been sent whole.
    if declared && !marks.is_empty() {
        marks.push("It declares itself not accessible for free (schema.org).".into());
    }
    (!marks.is_empty()).then(|| {
        verdict(Health::Paywall, "Only the beginning was shown: the rest has to be paid for.", marks)
    })
}

fn says(said: &str) -> bool {
    marks::PAYWALL_PHRASES.iter().any(|phrase| said.contains(phrase))
        || reserves(said)
        || holds_both(said, &marks::SUBSCRIBE, &marks::READ_ON)
}

/// “This post is for subscribers only.”
fn reserves(said: &str) -> bool {
    holds_both(said, &marks::SUBSCRIBERS, &marks::RESERVED) && holds(said, &marks::THINGS)
}

/// A label, “Members only”, below the beginning of an article, with a way in beside it.
fn labelled(page: &Page) -> Option<&str> {
    let label = |line: &str| weight(line) <= 24 && holds_both(line, &marks::SUBSCRIBERS, &marks::RESERVED);
    let mut lines = page.lines.iter().enumerate().skip(page.lines.len() / 2);
    let (_, found) = lines.find(|(at, line)| label(line) && offers_near(page, *at))?;
    Some(found)
}

/// Where it breaks off there is a way in, and little after it.
fn offers_near(page: &Page, at: usize) -> bool {
    let from = at.saturating_sub(2);
    // Who says that subscribers alone are let in has not yet offered anything.
    let told = |line: &&String| **line != page.lines[at] || !holds(line, &marks::SUBSCRIBERS);
    let mut around = page.lines[from..].iter().take(12).filter(told).chain(&page.buttons);
    below(page, at) < 900 && around.any(|line| offers(line, &marks::PAYWALL_OFFERS))
}

/// Whether the article ends with a line that says nothing but for whom the rest is.
fn is_the_end(page: &Page, at: usize, said: &str) -> bool {
    let line = weight(&page.lines[at]);
    reserves(said) && line <= 90 && below(page, at) < line + 150
}

/// How much there is to read from a line on.
fn below(page: &Page, at: usize) -> usize {
    page.lines[at..].iter().map(|line| weight(line)).sum()
}

/// Whether a line is as short as a button or a question beside one, and offers this.
fn offers(line: &str, words: &[&str]) -> bool {
    weight(line) <= 70 && holds(line, words)
}

fn shortened(said: &str) -> String {
    said.chars().take(160).collect()
}

/// `"isAccessibleForFree": false`, in whatever spelling publishers give it.
fn declared_paid(markup: &str) -> bool {
    markup.match_indices("isaccessibleforfree").any(|(at, name)| {
        let rest = markup[at + name.len()..].trim_start_matches(['"', '\'', ' ', ':', '\n', '\t', '\\']);
        rest.starts_with("false")
    })
}
