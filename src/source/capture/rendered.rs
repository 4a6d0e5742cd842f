//! A copy of a page as its scripts make it, where what was sent is not the page.

use super::archive::Role;
use super::{Answers, Asked, Came, Taken, settle, take};
use crate::app::App;
use crate::outside::browser::{Rendered, Trouble};
use crate::outside::fetch::{Budget, Exchange, Limits, Web};
use crate::source::health::Evidence;
use crate::source::host::{self, Plan};
use crate::source::{Health, Provenance, Source, read};
use crate::{Result, error::Context};
use std::time::Duration;
use url::Url;

/// For what a browser did not ask for: the rest of a page's dress, and robots.txt.
const BESIDES: Limits = Limits { record: 20_000_000, capture: 50_000_000, time: Duration::from_secs(30) };

/// The page as it was sent or, where that is not the page and a browser can tell more, as scripts made it.
pub(super) async fn best(app: &App, source: &Source, web: Web<'_>, came: Came) -> Result<Taken> {
    let asks = matches!(web, Web::Door(_)) && came.provenance == Provenance::Fetched;
    let plan = if asks { plan(app, source).await? } else { Plan::Sent };
    match plan {
        Plan::Sent => take(app, source, web, came).await,
        Plan::SentFirst => {
            let sent = take(app, source, web, came).await?;
            match sent.need {
                None => Ok(sent),
                Some(need) => better(sent, need, by_browser(app, source, web).await?),
            }
        }
        Plan::Browser => match by_browser(app, source, web).await? {
            Ok(taken) if taken.draft.capture.health == Health::Good => Ok(taken),
            tried => better(
                take(app, source, web, came).await?,
                "Pages of this site are looked at in a browser.",
                tried,
            ),
        },
    }
}

/// The page by a browser, if it is the page; else the one that was sent, with what came of the browser.
fn better(mut sent: Taken, need: &str, tried: Result<Taken, Trouble>) -> Result<Taken> {
    let why = match tried {
        Ok(taken) if taken.draft.capture.health == Health::Good => {
            return Ok(Taken { browser: Asked::Needed, ..taken });
        }
        Ok(taken) => format!("In a browser: {}", taken.draft.capture.why()),
        // What this machine lacks is told to whoever runs it, not to readers.
        Err(Trouble::Unfit(_)) => return Ok(sent),
        Err(trouble) => {
            if trouble.passes() {
                sent.browser = Asked::Later;
            }
            trouble.to_string()
        }
    };
    let mut evidence: Evidence = serde_json::from_str(&sent.draft.capture.evidence).unwrap_or_default();
    evidence.browser = format!("{need} {why}");
    sent.draft.capture.evidence =
        serde_json::to_string(&evidence).internal("evidence cannot be written down")?;
    Ok(sent)
}

async fn plan(app: &App, source: &Source) -> Result<Plan> {
    // Where the words are is known better than a browser could find out.
    if !read::more(&source.url, None, &[]).is_empty() {
        return Ok(Plan::Sent);
    }
    let (host, now) = (host(source), app.now());
    app.db.read(move |tx| host::plan(tx, &host, now)).await
}

async fn by_browser(app: &App, source: &Source, web: Web<'_>) -> Result<Result<Taken, Trouble>> {
    let rendered = match render(app, source).await? {
        Ok(rendered) => rendered,
        Err(trouble) => return Ok(Err(trouble)),
    };
    let Some((page, besides)) = told(&rendered) else { return Ok(Err(Trouble::Gone)) };
    let answers = Answers { page, besides, memento: String::new(), notes: rendered.notes };
    let came = Came::by(Provenance::Rendered);
    settle(app, source, web, came, answers, &Budget::new(BESIDES)).await.map(Ok)
}

async fn render(app: &App, source: &Source) -> Result<Result<Rendered, Trouble>> {
    let url = Url::parse(&source.url).internal("a source's address cannot be read")?;
    Ok(app.browser.render(&app.door, &url).await)
}

/// A page with its redirects, and what was said besides.
type Told = (Vec<Exchange>, Vec<(Exchange, Role)>);

/// Nothing if the page never answered.
fn told(rendered: &Rendered) -> Option<Told> {
    let mut page = rendered.page.clone();
    let sent = page.pop()?;
    page.push(sent.remade(rendered.at, &rendered.markup));
    let besides = rendered.besides.iter().map(|step| (step.clone(), Role::Requisite));
    Some((page, std::iter::once((sent, Role::Sent)).chain(besides).collect()))
}

/// For a look at a page that was kept from a browser: its steps now. Nothing where the browser has nothing to say of it.
pub(in crate::source) async fn steps(app: &App, source: &Source) -> Result<Option<Vec<Exchange>>> {
    if !app.browser.is_at_hand() || plan(app, source).await? == Plan::Sent {
        return Ok(None);
    }
    match render(app, source).await? {
        Ok(rendered) => Ok(told(&rendered).map(|(page, _)| page)),
        // The page is well for all we know: nothing is learned of it today.
        Err(trouble) if trouble.passes() => Err(crate::Error::Outside(trouble.to_string())),
        Err(_) => Ok(None),
    }
}

/// By which it is known how a source's pages are asked for.
pub(super) fn host(source: &Source) -> String {
    Url::parse(&source.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
