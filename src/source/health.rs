//! Whether what answered is the source at all, or a wall, an error page, a shell.
//!
//! A pure verdict over what was seen, with its evidence in words. It would rather let a strange page pass than accuse a
//! good one: wording counts only where there is little else to read.

mod bot_wall;
mod consent_wall;
mod empty;
mod login;
mod marks;
mod page;
mod paywall;
mod soft_404;

use super::Health;
use super::read::Facts;
use crate::outside::fetch::Failure;
use bot_wall::bot_wall;
use consent_wall::consent_wall;
use empty::empty;
use login::login;
use page::Page;
use paywall::paywall;
use serde::{Deserialize, Serialize};
use soft_404::soft_404;

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

fn good() -> Verdict {
    verdict(Health::Good, "It answered with the page.", vec![])
}

fn verdict(health: Health, why: &str, marks: Vec<String>) -> Verdict {
    Verdict { health, why: why.to_owned(), marks }
}

fn name_of(status: u16) -> String {
    let name = http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    name.map_or_else(String::new, |name| format!(" ({name})"))
}

#[cfg(test)]
mod tests;
