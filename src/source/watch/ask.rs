//! One look: the page and its words, and nothing else, through the guarded door.

use crate::app::{App, compute};
use crate::outside::fetch::{Budget, Exchange, Known, Limits, Wanted};
use crate::source::capture::{self, Also, judge, understand};
use crate::source::read::{self, Fetched};
use crate::source::state::{self, Look};
use crate::source::{Capture, Health, Kind, Provenance, Source};
use crate::{Error, Result, error::Context};
use std::collections::HashSet;
use url::Url;

/// What a look brought.
pub struct Seen {
    /// Its `standing` is not known yet.
    pub look: Look,
    pub private: bool,
    pub words: Words,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// As in the copy that is kept.
    AsKept,
    Others(String),
    /// Nothing that could be compared: another page answered, or it takes a browser to read this one.
    Unknown,
}

/// Asks for a source's page and compares it with the copy that is kept. Writes nothing.
pub async fn ask(app: &App, source: &Source, kept: Option<&Capture>) -> Result<Seen> {
    let budget = Budget::new(Limits::default());
    let asked = Url::parse(&source.url).internal("a source's address cannot be read")?;
    let page = match kept {
        Some(kept) => page_of(app, kept).await?,
        None => None,
    };
    // Where the words are not on the page itself, an unchanged page proves nothing.
    let whole = read::more(&source.url, None, &[]).is_empty();
    let known = page.as_ref().filter(|_| whole).and_then(known);
    let rendered = kept.is_some_and(|kept| kept.provenance == Provenance::Rendered);
    let by_browser = if rendered { capture::rendered_steps(app, source).await? } else { None };
    // A page as it was sent is not to be compared with one that scripts made.
    let comparable = !rendered || by_browser.is_some();
    let steps = match by_browser {
        Some(steps) => steps,
        None => app.door.follow_since(&asked, Wanted::Page, &budget, known.as_ref()).await,
    };
    let last = steps.last().expect("there is always an answer");
    let private = steps.iter().any(|step| step.private);
    if last.is_unchanged(known.as_ref()) {
        let look = look(source, last, Health::Good, "It answered that nothing has changed.".into());
        return Ok(Seen { look, private, words: Words::AsKept });
    }
    let (outcome, fetched) = match last.outcome.clone().and_then(|()| capture::content(last)) {
        Ok(fetched) => (Ok(()), Some(fetched)),
        Err(failure) => (Err(failure), None),
    };
    let same_bytes = match (&fetched, &page) {
        (Some(fetched), Some(page)) => fetched.status == page.status && fetched.body == page.body,
        _ => false,
    };
    if same_bytes && whole {
        let look = look(source, last, Health::Good, "It answered with the page.".into());
        return Ok(Seen { look, private, words: Words::AsKept });
    }
    let extras = extras(app, source, fetched.as_ref(), &budget).await;
    let url = source.url.clone();
    let understood =
        compute(move || fetched.map(|page| understand(&url, page, &extras, Also::default()))).await?;
    let verdict = judge(&source.url, &outcome, last, understood.as_ref());
    let words = match (verdict.health, understood, kept) {
        // A place that keeps changing is kept as it was seen.
        (Health::Good, ..) if source.kind == Kind::Pointer => Words::AsKept,
        (Health::Good, Some(_), Some(kept)) if kept.text_digest.is_empty() && !same_bytes => Words::Unknown,
        (Health::Good, Some(understood), Some(kept)) if comparable => {
            let text = understood.reading.text;
            match capture::text_digest(&text) == kept.text_digest {
                true => Words::AsKept,
                false => Words::Others(text),
            }
        }
        _ => Words::Unknown,
    };
    Ok(Seen { look: look(source, last, verdict.health, verdict.why), private, words })
}

fn look(source: &Source, last: &Exchange, health: Health, why: String) -> Look {
    let landed = last.url.to_string();
    let moved = !state::same_place(&source.url, &landed);
    let status = last.status().map(i64::from);
    Look { at: last.at, health, status, why, moved_to: moved.then_some(landed), standing: None }
}

/// The page as the kept copy has it; nothing where its bytes are gone.
async fn page_of(app: &App, kept: &Capture) -> Result<Option<Fetched>> {
    let id = kept.capture_id;
    let records = app.db.read(move |tx| Capture::records(tx, id)).await?;
    let page = records.iter().find(|record| record.role == "page" && record.url == kept.final_url);
    let Some(page) = page else { return Ok(None) };
    match capture::kept(app, kept, page).await {
        Ok(page) => Ok(Some(page)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// By what a server knows whether its page is still the one we have.
fn known(page: &Fetched) -> Option<Known> {
    let header = |name: &str| Some(page.header(name).to_owned()).filter(|value| !value.is_empty());
    let (etag, modified) = (header("etag"), header("last-modified"));
    (etag.is_some() || modified.is_some()).then(|| Known { url: page.url.clone(), etag, modified })
}

/// What holds the words, where the page does not.
async fn extras(app: &App, source: &Source, page: Option<&Fetched>, budget: &Budget) -> Vec<Fetched> {
    let (mut extras, mut asked) = (Vec::new(), HashSet::new());
    while page.is_some() && asked.len() < capture::MOST_EXTRAS {
        let wanted = read::more(&source.url, page, &extras);
        let Some(extra) = wanted.into_iter().find(|extra| asked.insert(extra.url.clone())) else { break };
        let Ok(url) = Url::parse(&extra.url) else { continue };
        let wanted = if extra.role == "text" { Wanted::Page } else { Wanted::Data };
        let answer = app.door.follow(&url, wanted, budget).await.pop().filter(|last| last.outcome.is_ok());
        let got = answer.and_then(|last| capture::content(&last).ok());
        extras.extend(got.map(|got| Fetched { url: extra.url, ..got }));
    }
    extras
}
