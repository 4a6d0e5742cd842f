//! Walls against robots: challenges, captchas, refusals by a firewall.

use super::page::{Page, holds, holds_both};
use super::{Seen, Verdict, marks, verdict};
use crate::source::Health;

pub(super) fn bot_wall(seen: &Seen, page: &Page) -> Option<Verdict> {
    let mut marks = headers(seen);
    if page.is_html && page.letters < 2000 {
        marks.extend(Shown::on(seen, page).marks(page));
    }
    if marks.is_empty() && seen.status == Some(429) {
        marks.push("It answered 429 (Too Many Requests).".into());
    }
    (!marks.is_empty()).then(|| {
        verdict(
            Health::BotWall,
            "A wall against robots answered instead of the page. The page itself may be well.",
            marks,
        )
    })
}

/// What walls say of themselves to programs.
const HEADERS: &[(&str, &[&str], &str)] = &[
    (
        "cf-mitigated",
        &["challenge"],
        "The header “cf-mitigated: challenge”, which Cloudflare sends with its challenges.",
    ),
    (
        "x-amzn-waf-action",
        &["challenge", "captcha"],
        "The header “x-amzn-waf-action”, which AWS WAF sends with its challenges.",
    ),
    (
        "x-vercel-mitigated",
        &["challenge", "deny"],
        "The header “x-vercel-mitigated”, which Vercel sends with its challenges.",
    ),
];

fn headers(seen: &Seen) -> Vec<String> {
    let sent = |name: &str, values: &[&str]| {
        seen.headers.iter().any(|(n, v)| n.eq_ignore_ascii_case(name) && values.contains(&v.as_str()))
    };
    HEADERS.iter().filter(|(name, values, _)| sent(name, values)).map(|(_, _, what)| (*what).into()).collect()
}

/// What on a page speaks of a wall.
struct Shown<'a> {
    built: Option<&'static str>,
    titled: Option<&'a str>,
    said: Option<&'a str>,
    /// A firewall's refusal, in one sentence.
    turned_away: Option<&'a str>,
    refused: bool,
}

impl<'a> Shown<'a> {
    fn on(seen: &Seen, page: &'a Page) -> Shown<'a> {
        let refused = seen.status.is_some_and(|status| status >= 400);
        let said = page
            .says(&marks::BOT_PHRASES)
            .or_else(|| page.sentence(&marks::BOTS, &marks::BOT_CHECKS).filter(|_| page.letters < 500))
            .or_else(|| page.sentence(&marks::CHECKED, &marks::CHECKING).filter(|_| page.letters < 400));
        Shown {
            built: marks::BOT_MARKUP
                .iter()
                .find(|(mark, _)| page.markup.contains(mark))
                .map(|(_, what)| *what),
            titled: page.names().find(|name| is_title(name, page)),
            said,
            turned_away: turned_away(page).filter(|_| refused && !holds(&page.text, &marks::PROXIES)),
            refused,
        }
    }

    fn marks(&self, page: &Page) -> Vec<String> {
        if !(self.several(page)
            || self.is_sure(page)
            || self.turned_away.is_some()
            || self.is_all_there_is(page))
        {
            return Vec::new();
        }
        let said = self.said.or(self.turned_away);
        let mut marks: Vec<String> =
            self.built.map(|what| format!("The page is built as {what}.")).into_iter().collect();
        marks.extend(self.titled.map(|title| format!("Its title or heading is “{title}”.")));
        marks.extend(said.map(|words| format!("It says “{words}”.")));
        if marks.is_empty() {
            marks.push("It has nothing to read, and a captcha.".into());
        }
        marks
    }

    /// A comment form may carry a captcha and a footer may mention robots; a challenge does two of these, or is refused too.
    fn several(&self, page: &Page) -> bool {
        let seen = [self.built.is_some(), self.titled.is_some(), self.said.is_some(), self.refused];
        let several = seen.into_iter().filter(|mark| *mark).count() >= 2;
        // An error page that is refused and built with a captcha may still be an error page with a form.
        several && (page.letters < 1500 || self.is_challenge())
    }

    fn is_challenge(&self) -> bool {
        self.built.is_some_and(|what| what != marks::CAPTCHA)
    }

    fn is_sure(&self, page: &Page) -> bool {
        let prose = page.prose(|_| true);
        page.letters < 600 && (self.is_challenge() || (self.titled.is_some() && prose < 300))
    }

    /// With nothing to read but a check, the check is all there is.
    fn is_all_there_is(&self, page: &Page) -> bool {
        let named = page.markup.contains("captcha") && page.markup.len() < 4000;
        let captcha = self.built == Some(marks::CAPTCHA) || named;
        let alone = page.letters < 300 && page.prose(|_| true) < 200;
        let checked = page.sentence(&marks::CHECKED, &marks::CHECKING).is_some();
        page.letters < 60 && (self.said.is_some() || named)
            || alone && checked
            || page.letters < 300
                && captcha
                && page.prose(|_| true) == 0
                && page.fields() <= 1
                && !page.asks_for_password()
    }
}

/// One sentence that says so; of a page that hardly says more, all of it.
fn turned_away(page: &Page) -> Option<&str> {
    let said = page.sentence(&marks::REFUSALS, &marks::GUARDS).filter(|_| page.letters < 1500);
    let all = || page.letters < 200 && holds_both(&page.text, &marks::REFUSALS, &marks::GUARDS);
    said.or_else(|| all().then_some(page.text.as_str()))
}

fn is_title(name: &str, page: &Page) -> bool {
    marks::BOT_TITLES.iter().any(|title| name.starts_with(title))
        || holds_both(name, &marks::BOTS, &marks::BOT_CHECKS)
        || holds_both(name, &marks::CHECKED, &marks::CHECKING)
        || page.letters < 250 && holds(name, &marks::CAPTCHAS)
        || page.prose(|_| true) == 0 && marks::PATIENCE.iter().any(|title| name.starts_with(title))
}
