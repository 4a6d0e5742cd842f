//! Sign-ins that answer instead of a page.

use super::page::{Page, holds, segments, weight};
use super::paywall::paywall;
use super::{Seen, Verdict, marks, verdict};
use crate::source::Health;
use url::Url;

pub(super) fn login(seen: &Seen, page: &Page) -> Option<Verdict> {
    if page.letters > 1500 {
        return None;
    }
    let sent = segment(seen.url).filter(|_| seen.asked != seen.url && segment(seen.asked).is_none());
    let titled = page.names().find(|name| is_title(name));
    let said = page.says(&marks::LOGIN_PHRASES).filter(|_| page.letters < 400 && paywall(page).is_none());
    let asks = page.asks_for_password();

    let mut marks: Vec<String> = sent
        .as_ref()
        .map(|segment| format!("We were sent to a page named “{segment}”."))
        .into_iter()
        .collect();
    marks.extend(asks.then(|| "It asks for a password.".into()));
    marks.extend(titled.map(|name| format!("Its title or heading is “{name}”.")));
    marks.extend(said.map(|words| format!("It says “{words}”.")));
    // The sign-in beside an article is not instead of it.
    let beside = if page.headings.is_empty() { 900 } else { 250 };
    let most = match (marks.len(), &sent) {
        (0 | 1, _) => beside,
        (_, None) => beside.max(400),
        (_, Some(_)) => usize::MAX,
    };
    if page.prose(|_| true) >= most {
        return None;
    }
    if marks.len() == 1 && (asks || page.markup.contains("<form") || page.letters < 200) {
        let labelled = page.button(&marks::LOGIN_WORDS).map(|label| format!("It offers “{label}”."));
        let little = if asks { 150 } else { 60 };
        let only = page.letters < little && sent.is_none();
        marks.extend(labelled.or_else(|| only.then(|| "It has nothing else to read.".into())));
    }
    if let Some(label) = page.button(&marks::LOGIN_WITH).filter(|_| marks.is_empty() && page.letters < 250) {
        marks = vec![format!("It offers “{label}”."), "It has little else to read.".into()];
    }
    (marks.len() >= 2).then(|| {
        verdict(Health::Login, "A sign-in answered instead of the page. The page itself may be well.", marks)
    })
}

/// What of an address is called as sign-ins are.
fn segment(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let mut found = url.path_segments()?.map(str::to_lowercase);
    found.find(|segment| marks::LOGIN_PATHS.contains(&segment.as_str()))
}

/// “Sign in”, “Quay: sign in to your account”; not what an article about it would be called.
fn is_title(name: &str) -> bool {
    // “login.gov” is a name.
    let begins = |part: &str| {
        marks::LOGIN_WORDS
            .iter()
            .any(|word| part.strip_prefix(word).is_some_and(|rest| !rest.starts_with('.')))
    };
    segments(name).any(begins) || weight(name) <= 30 && holds(name, &marks::LOGIN_WORDS)
}
