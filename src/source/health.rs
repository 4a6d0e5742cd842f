//! Whether what answered is the source at all, or a wall, an error page, a shell.
//!
//! A pure verdict over what was seen, with its evidence in words. It would rather let a strange page pass than accuse a
//! good one: wording counts only where there is little else to read.

mod marks;
mod page;

use super::Health;
use super::read::Facts;
use crate::outside::fetch::Failure;
use page::{Page, holds, holds_both, segments};
use serde::{Deserialize, Serialize};
use url::Url;

/// What one attempt brought.
pub struct Seen<'a> {
    pub asked: &'a str,
    /// After redirects.
    pub url: &'a str,
    pub outcome: &'a Result<(), Failure>,
    pub status: Option<u16>,
    pub headers: &'a [(String, String)],
    /// Without parameters, lower case.
    pub media_type: &'a str,
    /// The page, decoded to text.
    pub markup: &'a str,
    pub title: &'a str,
    /// The visible text.
    pub text: &'a str,
    /// A page that need not have words, such as a video's.
    pub wordless: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub health: Health,
    /// One sentence.
    pub why: String,
    /// What was seen that says so.
    pub marks: Vec<String>,
}

/// What a capture's health rests on, as it is kept beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    pub why: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// Every step: from, status, to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirects: Vec<String>,
    /// What is odd, and no reason for the verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What came of looking at the page in a browser, where the page was kept as it was sent all the same.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub browser: String,
    /// Of a copy that an outside archive kept: whose, and its address there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub archive: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub memento: String,
    /// Of a copy that somebody brought: what the file was called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
}

impl Evidence {
    /// Why the copy is what it is, with what a browser had to say.
    pub fn told(&self) -> String {
        [self.why.as_str(), &self.browser].join(" ").trim().to_owned()
    }
}

/// Statuses by which a server keeps us out. None of them says that the page is gone.
pub fn keeps_out(status: i64) -> bool {
    matches!(status, 401 | 402 | 403 | 407 | 412 | 428 | 429 | 440 | 449 | 451)
}

pub fn judge(seen: &Seen) -> Verdict {
    if let Err(failure) = seen.outcome {
        return failed(failure);
    }
    let page = Page::of(seen);
    let wall = bot_wall(seen, &page).or_else(|| by_status(seen, &page));
    if let Some(verdict) = wall {
        return verdict;
    }
    if !page.is_html {
        return match seen.markup.is_empty() && seen.text.is_empty() && !seen.wordless {
            true => verdict(Health::Empty, "It answered with nothing.", vec![]),
            false => good(),
        };
    }
    consent_wall(seen, &page)
        .or_else(|| login(seen, &page))
        .or_else(|| soft_404(seen, &page))
        .or_else(|| paywall(&page))
        .or_else(|| empty(seen, &page))
        .unwrap_or_else(good)
}

/// What the site's own data say, where a recipe can read them: surer than any wording.
pub fn told(facts: &Facts) -> Option<Verdict> {
    let (health, why) = match facts.wall {
        None if facts.deleted => (Health::Soft404, "The site says that there is no such thing."),
        None => return None,
        Some(Health::BotWall) => {
            (Health::BotWall, "A wall against robots answered instead. The thing itself may be well.")
        }
        Some(Health::ConsentWall) => {
            (Health::ConsentWall, "A consent page answered instead. The page itself may be well.")
        }
        Some(Health::Paywall) => {
            (Health::Paywall, "Only the beginning was shown: the rest has to be paid for.")
        }
        Some(health) => (health, "A sign-in answered instead of the page. The page itself may be well."),
    };
    let mark = Some(&facts.said).filter(|said| !said.is_empty()).map(|said| format!("It says “{said}”."));
    Some(verdict(health, why, mark.into_iter().collect()))
}

fn failed(failure: &Failure) -> Verdict {
    let health = match failure {
        Failure::Refused(_) => Health::Refused,
        Failure::TooLarge => Health::TooLarge,
        Failure::Garbage(_) | Failure::Redirects(_) => Health::Error,
        Failure::NoName(_)
        | Failure::NoConnection(_)
        | Failure::Certificate(_)
        | Failure::Tls(_)
        | Failure::Slow(_)
        | Failure::Broken(_) => Health::Unreachable,
    };
    verdict(health, &failure.to_string(), vec![])
}

fn bot_wall(seen: &Seen, page: &Page) -> Option<Verdict> {
    let header =
        |name: &str| seen.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    let mut marks = Vec::new();
    if header("cf-mitigated") == Some("challenge") {
        marks
            .push("The header “cf-mitigated: challenge”, which Cloudflare sends with its challenges.".into());
    }
    if header("x-amzn-waf-action").is_some_and(|action| matches!(action, "challenge" | "captcha")) {
        marks.push("The header “x-amzn-waf-action”, which AWS WAF sends with its challenges.".into());
    }
    let refused = seen.status.is_some_and(|status| status >= 400);
    if page.letters < 2000 && page.is_html {
        let built = marks::BOT_MARKUP.iter().find(|(mark, _)| page.markup.contains(mark));
        let titled = page.names().find(|name| {
            marks::BOT_TITLES.iter().any(|title| name.starts_with(title))
                || holds_both(name, marks::BOTS, marks::BOT_CHECKS)
        });
        let said = page
            .says(marks::BOT_PHRASES)
            .or_else(|| page.sentence(marks::BOTS, marks::BOT_CHECKS).filter(|_| page.letters < 500));
        let bare = page.letters < 600;
        let captcha = built.is_some_and(|(_, what)| *what == "a captcha");
        // A comment form may carry a captcha and a footer may mention robots; a challenge does two of these, or is refused too.
        let several =
            [built.is_some(), titled.is_some(), said.is_some(), refused].into_iter().filter(|m| *m).count();
        let sure =
            bare && ((built.is_some() && !captcha) || (titled.is_some() && page.prose(|_| true) < 300));
        // With nothing to read but a check, the check is all there is.
        let alone = page.letters < 60
            && (said.is_some() || (page.markup.contains("captcha") && page.markup.len() < 4000));
        if (several >= 2 && (page.letters < 1500 || built.is_some_and(|_| !captcha))) || sure || alone {
            marks.extend(built.map(|(_, what)| format!("The page is built as {what}.")));
            marks.extend(titled.map(|title| format!("Its title or heading is “{title}”.")));
            marks.extend(said.map(|words| format!("It says “{words}”.")));
            if marks.is_empty() {
                marks.push("It has nothing to read, and a captcha.".into());
            }
        }
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

fn by_status(seen: &Seen, page: &Page) -> Option<Verdict> {
    let status = seen.status?;
    let named = name_of(status);
    let mark = vec![format!("The status {status}{named}.")];
    let answered = format!("It answered {status}{named}");
    match status {
        200..=299 => None,
        401 | 407 | 440 => Some(verdict(Health::Login, &format!("{answered}: it wants a sign-in."), mark)),
        402 => Some(verdict(Health::Paywall, &format!("{answered}: it wants to be paid."), mark)),
        _ if keeps_out(status.into()) => login(seen, page).or_else(|| {
            let why = format!("{answered}: it does not let us in. That does not mean the page is gone.");
            Some(verdict(Health::Error, &why, mark))
        }),
        300..=399 => Some(verdict(Health::Error, &format!("{answered} and did not say where to go."), mark)),
        _ => Some(verdict(Health::Error, &format!("{answered}."), mark)),
    }
}

fn consent_wall(seen: &Seen, page: &Page) -> Option<Verdict> {
    let mut marks = Vec::new();
    let (asked, url) = (Url::parse(seen.asked).ok(), Url::parse(seen.url).ok());
    let host = |url: &Option<Url>| url.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned();
    if host(&url) != host(&asked) && host(&url).starts_with("consent.") {
        marks.push(format!("We were sent to {}.", host(&url)));
    }
    if page.letters < 3000 {
        if let Some(title) = marks::CONSENT_TITLES.iter().find(|title| page.title.starts_with(**title)) {
            marks.push(format!("Its title begins with “{title}”."));
        }
        let about = page.names().find(|name| holds(name, marks::CONSENT_SUBJECTS));
        let offered = page.button(marks::CONSENT_DEMANDS);
        let speaks = |line: &str| holds(line, marks::CONSENT_SUBJECTS) || holds(line, marks::CONSENT_DEMANDS);
        let spoken: usize =
            page.lines.iter().filter(|line| speaks(line)).map(|line| page::weight(line)).sum();
        // A notice about cookies stands over many a short page; the wall has nothing else to say.
        let all = 100 * spoken >= 60 * page::weight(&page.text) || about.is_some();
        let wall = all && page.prose(|line| !speaks(line)) < 200;
        if let Some(offered) =
            offered.filter(|_| wall && (about.is_some() || holds(&page.text, marks::CONSENT_SUBJECTS)))
        {
            marks.extend(about.map(|name| format!("Its title or heading is “{name}”.")));
            marks.push(format!("It asks for consent and offers “{offered}”."));
        }
    }
    (!marks.is_empty()).then(|| {
        verdict(
            Health::ConsentWall,
            "A request for consent answered instead of the page. The page itself may be well.",
            marks,
        )
    })
}

fn login(seen: &Seen, page: &Page) -> Option<Verdict> {
    if page.letters > 1500 {
        return None;
    }
    let mut marks = Vec::new();
    let segment = |url: &str| {
        let url = Url::parse(url).ok()?;
        let mut found = url.path_segments()?.map(str::to_lowercase);
        found.find(|segment| marks::LOGIN_PATHS.contains(&segment.as_str()))
    };
    let sent = segment(seen.url).filter(|_| seen.asked != seen.url && segment(seen.asked).is_none());
    marks.extend(sent.map(|segment| format!("We were sent to a page named “{segment}”.")));
    let says = |text: &str| marks::LOGIN_WORDS.iter().any(|word| text.starts_with(word));
    let titled = page.names().find(|name| segments(name).any(says));
    let asks = page.asks_for_password();
    if asks {
        marks.push("It asks for a password.".into());
    }
    marks.extend(titled.map(|name| format!("Its title or heading is “{name}”.")));
    // The sign-in beside an article is not instead of it.
    let most = if page.headings.is_empty() { 900 } else { 250 };
    if marks.len() == 1 && page.prose(|_| true) < most && (asks || page.markup.contains("<form")) {
        let labelled = page.button(marks::LOGIN_WORDS).map(|label| format!("It offers “{label}”."));
        let only = asks && page.letters < 60;
        marks.extend(labelled.or_else(|| only.then(|| "It has nothing else to read.".into())));
    }
    (marks.len() >= 2).then(|| {
        verdict(Health::Login, "A sign-in answered instead of the page. The page itself may be well.", marks)
    })
}

fn paywall(page: &Page) -> Option<Verdict> {
    let declared = declared_paid(&page.markup);
    if page.letters > 6000 && !declared {
        return None;
    }
    // Where it breaks off there is a way in, and little after it.
    let near = |at: usize| {
        let from = at.saturating_sub(2);
        let rest: usize = page.lines[at..].iter().map(|line| page::weight(line)).sum();
        // Who says that subscribers alone are let in has not yet offered anything.
        let told = |line: &&String| **line != page.lines[at] || !holds(line, marks::SUBSCRIBERS);
        let mut around = page.lines[from..].iter().take(12).filter(told).chain(&page.buttons);
        rest < 900 && around.any(|line| offers(line, marks::PAYWALL_OFFERS))
    };
    let found = page.lines.iter().enumerate().find_map(|(at, line)| {
        let said = page::sentences(line).find(|said| {
            marks::PAYWALL_PHRASES.iter().any(|phrase| said.contains(phrase))
                || (holds_both(said, marks::SUBSCRIBERS, marks::RESERVED) && holds(said, marks::THINGS))
                || holds_both(said, marks::SUBSCRIBE, marks::READ_ON)
        })?;
        (declared || near(at)).then_some(said)
    });
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

/// Whether a line is as short as a button or a question beside one, and offers this.
fn offers(line: &str, words: &[&str]) -> bool {
    page::weight(line) <= 70 && holds(line, words)
}

fn shortened(said: &str) -> String {
    said.chars().take(160).collect()
}

fn soft_404(seen: &Seen, page: &Page) -> Option<Verdict> {
    let mut marks: Vec<String> = Vec::new();
    marks.extend(sent_away(seen));
    let named = page.names().enumerate().find_map(|(at, name)| {
        let most = if at == 0 { 2000 } else { 1500 };
        segments(name).filter(|_| page.letters < most).find_map(|part| error_words(part, name))
    });
    marks.extend(named.map(|words| format!("Its title or heading says “{words}”.")));
    if page.letters < 500 {
        let said = page
            .says(marks::ERROR_PHRASES)
            .or_else(|| page.sentence(marks::THINGS, marks::MISSING).filter(|_| page.letters < 350));
        marks.extend(said.map(|words| format!("It says “{words}”.")));
        if is_deep(seen.asked) {
            let parked = page.says(marks::PARKED_PHRASES);
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
    if asked == url || super::registrable(asked.host_str()?) != super::registrable(url.host_str()?) {
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

fn empty(seen: &Seen, page: &Page) -> Option<Verdict> {
    if seen.wordless {
        return None;
    }
    let shell = (page.letters < 300).then(|| page.says(marks::SHELL_PHRASES)).flatten();
    if let Some(words) = shell {
        let marks = vec![format!("It says “{words}”.")];
        return Some(verdict(
            Health::Empty,
            "The page is filled in by scripts; what was sent has no text.",
            marks,
        ));
    }
    // A title, or a word that asks for patience, where a script was to put the page.
    let mount = marks::MOUNTS.iter().any(|mark| page.markup.contains(mark));
    (page.letters < if mount { 60 } else { 20 }).then(|| {
        let marks = vec![format!("Letters and digits to be read: {}.", page.letters)];
        verdict(Health::Empty, "The page has no text to be read.", marks)
    })
}

fn good() -> Verdict {
    verdict(Health::Good, "It answered with the page.", vec![])
}

fn verdict(health: Health, why: &str, marks: Vec<String>) -> Verdict {
    Verdict { health, why: why.to_owned(), marks }
}

/// The words of an error in one part of a title; a part that goes on for long speaks of something else.
fn error_words(part: &str, whole: &str) -> Option<String> {
    let part = part.trim_matches(|c: char| !c.is_alphanumeric());
    let segment = marks::ERROR_SEGMENTS.contains(&part) && whole.chars().count() < 100;
    let length = part.chars().count();
    let phrase = marks::ERROR_PHRASES
        .iter()
        .any(|phrase| part.contains(phrase) && length <= phrase.chars().count() + 25);
    let missing = length <= 60 && holds_both(part, marks::THINGS, marks::MISSING);
    (segment || phrase || missing).then(|| part.to_owned())
}

/// `"isAccessibleForFree": false`, in whatever spelling publishers give it.
fn declared_paid(markup: &str) -> bool {
    markup.match_indices("isaccessibleforfree").any(|(at, name)| {
        let rest = markup[at + name.len()..].trim_start_matches(['"', '\'', ' ', ':', '\n', '\t', '\\']);
        rest.starts_with("false")
    })
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

fn name_of(status: u16) -> String {
    let name = http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    name.map_or_else(String::new, |name| format!(" ({name})"))
}

#[cfg(test)]
mod tests;
