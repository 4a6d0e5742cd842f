//! Requests for consent that stand instead of a page, rather than over it.

use super::page::{Page, holds, weight};
use super::{Seen, Verdict, marks, verdict};
use crate::source::Health;
use url::Url;

pub(super) fn consent_wall(seen: &Seen, page: &Page) -> Option<Verdict> {
    let mut marks: Vec<String> = sent_to(seen).into_iter().collect();
    if page.letters < 3000 {
        if let Some(title) = marks::CONSENT_TITLES.iter().find(|title| page.title.starts_with(**title)) {
            marks.push(format!("Its title begins with “{title}”."));
        }
        marks.extend(asked(page));
    }
    (!marks.is_empty()).then(|| {
        verdict(
            Health::ConsentWall,
            "A request for consent answered instead of the page. The page itself may be well.",
            marks,
        )
    })
}

fn sent_to(seen: &Seen) -> Option<String> {
    let host = |url: &str| {
        Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    };
    let (from, to) = (host(seen.asked), host(seen.url));
    (from != to && to.starts_with("consent.")).then(|| format!("We were sent to {to}."))
}

/// A notice about cookies stands over many a short page; the wall has nothing else to say.
fn asked(page: &Page) -> Vec<String> {
    let about = page.names().find(|name| holds(name, &marks::CONSENT_SUBJECTS));
    let demands = |line: &str| weight(line) <= 50 && holds(line, &marks::CONSENT_DEMANDS);
    let speaks = |line: &str| holds(line, &marks::CONSENT_SUBJECTS) || demands(line);
    let named = page.buttons.iter().find(|label| weight(label) <= 50 && holds(label, &marks::COOKIES));
    let Some(offered) = page.button(&marks::CONSENT_DEMANDS).or(named.map(String::as_str)) else {
        return Vec::new();
    };
    let spoken: usize = page.lines.iter().filter(|line| speaks(line)).map(|line| weight(line)).sum();
    let all = 100 * spoken >= 60 * weight(&page.text) || about.is_some();
    let wall = all && page.prose(|line| !speaks(line)) < 200 && after(page, offered) < 250;
    if !wall || !(about.is_some() || holds(&page.text, &marks::CONSENT_SUBJECTS)) {
        return Vec::new();
    }
    let titled = about.map(|name| format!("Its title or heading is “{name}”."));
    titled.into_iter().chain([format!("It asks for consent and offers “{offered}”.")]).collect()
}

/// How much there is to read below the last place where a button stands: below a notice comes the page. Where the button is no
/// part of the text, all that does not speak of cookies is taken for the page.
fn after(page: &Page, offered: &str) -> usize {
    let last = page.lines.iter().rposition(|line| line == offered || page.buttons.contains(line));
    let below = page.lines.iter().enumerate().filter(|(at, line)| match last {
        Some(last) => *at > last,
        None => !holds(line, &marks::COOKIES),
    });
    below.map(|(_, line)| weight(line)).filter(|long| *long > 60).sum()
}
