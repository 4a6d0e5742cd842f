//! Error pages that answer as if all were well.

use super::page::{Page, holds_both, segments};
use super::{Seen, Verdict, marks, verdict};
use crate::source::{Health, registrable};
use url::Url;

pub(super) fn soft_404(seen: &Seen, page: &Page) -> Option<Verdict> {
    let mut marks: Vec<String> = Vec::new();
    marks.extend(sent_away(seen));
    let named = page.names().enumerate().find_map(|(at, name)| {
        let most = if at == 0 { 2000 } else { 1500 };
        segments(name).filter(|_| page.letters < most).find_map(|part| error_words(part, name))
    });
    marks.extend(named.map(|words| format!("Its title or heading says “{words}”.")));
    if page.letters < 500 {
        let said = page
            .says(&marks::ERROR_PHRASES)
            .or_else(|| page.sentence(&marks::THINGS, &marks::MISSING).filter(|_| page.letters < 350));
        marks.extend(said.map(|words| format!("It says “{words}”.")));
        if is_deep(seen.asked) {
            let parked = page.says(&marks::PARKED_PHRASES);
            marks.extend(parked.map(|words| format!("It is a placeholder: “{words}”.")));
        }
    }
    if page.letters < 40 && !seen.wordless {
        marks.extend(
            names_an_error(&page.markup).map(|name| format!("It has no words, and a part named “{name}”.")),
        );
    }
    (!marks.is_empty())
        .then(|| verdict(Health::Soft404, "It answered as if all were well, but with an error page.", marks))
}

/// Where servers send those who ask for what they have not got: to their root, or to a page named for it.
fn sent_away(seen: &Seen) -> Option<String> {
    let (asked, url) = (Url::parse(seen.asked).ok()?, Url::parse(seen.url).ok()?);
    if asked == url || registrable(asked.host_str()?) != registrable(url.host_str()?) {
        return None;
    }
    let error =
        url.path_segments()?.map(str::to_lowercase).find(|s| marks::ERROR_PATHS.contains(&s.as_str()));
    if let Some(name) = error.filter(|name| !asked.path().to_lowercase().contains(name.as_str())) {
        return Some(format!("We were sent to a page named “{name}”."));
    }
    let root =
        matches!(url.path(), "" | "/" | "/index.html" | "/index.php" | "/home") && url.query().is_none();
    (root && is_deep(seen.asked)).then(|| format!("We were sent from a page to the front door, {url}."))
}

/// Whether an address names more than a site or one of its languages.
fn is_deep(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let segments: Vec<&str> = url.path_segments().into_iter().flatten().filter(|s| !s.is_empty()).collect();
    match segments[..] {
        [] => false,
        [one] => one.len() > 5 && !one.starts_with("index.") && one != "default.aspx",
        _ => true,
    }
}

/// The words of an error in one part of a title; a part that goes on for long speaks of something else.
fn error_words(part: &str, whole: &str) -> Option<String> {
    let part = part.trim_matches(|c: char| !c.is_alphanumeric());
    let segment = marks::ERROR_SEGMENTS.contains(&part) && whole.chars().count() < 100;
    let length = part.chars().count();
    let phrase = marks::ERROR_PHRASES
        .iter()
        .any(|phrase| part.contains(phrase) && length <= phrase.chars().count() + 25);
    let missing = length <= 60 && holds_both(part, &marks::THINGS, &marks::MISSING);
    (segment || phrase || missing).then(|| part.to_owned())
}

/// A picture or box called `error` or `404`.
fn names_an_error(markup: &str) -> Option<String> {
    for attribute in ["id=\"", "class=\"", "src=\"", "alt=\""] {
        for (at, _) in markup.match_indices(attribute) {
            let value = markup[at + attribute.len()..].split('"').next().unwrap_or_default();
            let mut words = value.split(|c: char| !c.is_alphanumeric());
            if let Some(word) = words.find(|word| matches!(*word, "error" | "404" | "notfound" | "error404"))
            {
                return Some(word.to_owned());
            }
        }
    }
    None
}
