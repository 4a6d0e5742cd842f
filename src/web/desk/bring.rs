//! Copies that come another way, for a source that cannot be kept from here: from somebody's own browser, or from an outside
//! archive. docs/sources.md tells how the bookmark works, and why nobody else can use it.

use super::{Desk, page};
use crate::app::App;
use crate::id::SourceId;
use crate::publication::Publication;
use crate::source::{Capture, Health, Source, brought, elsewhere};
use crate::time::Time;
use crate::web::signed_in::SignedIn;
use crate::web::{uploaded, words};
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::response::{Redirect, Response};
use bytes::Bytes;
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use url::Url;

/// So many days of one archive are offered.
const MOST_DAYS: usize = 12;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    id: String,
    title: String,
    url: String,
    /// How the last look at it ended, if not well.
    trouble: Option<String>,
    bookmark: String,
    /// Hosts of the archives that can be asked.
    archives: Vec<String>,
    /// What they answered, once they were.
    found: Option<Vec<Archive>>,
    megabytes: usize,
}

#[derive(Serialize)]
struct Archive {
    address: String,
    host: String,
    days: Vec<Day>,
    more: usize,
    trouble: Option<String>,
}

#[derive(Serialize)]
struct Day {
    stamp: String,
    words: String,
}

/// The ways there are.
pub(in crate::web) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    ways(&app, &signed_in, &id, None).await
}

/// The same, and what outside archives have of it. Asks them, and changes nothing.
pub(in crate::web) async fn look_outside(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let source = id.parse()?;
    let (url, zone) = app
        .db
        .read(move |tx| Ok((Source::resolved(tx, source)?.url, Publication::load(tx)?.time_zone())))
        .await?;
    let found = elsewhere::find(&app, &url).await?;
    let found = found.into_iter().map(|found| {
        let host = elsewhere::host(&found.archive);
        let (days, trouble) = match found.days {
            Ok(days) => (days, None),
            Err(trouble) => (Vec::new(), Some(trouble)),
        };
        let offered = days
            .iter()
            .take(MOST_DAYS)
            .map(|day| Day { stamp: day.stamp(), words: words::moment(*day, &zone) });
        Archive {
            address: found.archive.into(),
            host,
            days: offered.collect(),
            more: days.len().saturating_sub(MOST_DAYS),
            trouble,
        }
    });
    let found = found.collect();
    ways(&app, &signed_in, &id, Some(found)).await
}

async fn ways(app: &App, signed_in: &SignedIn, id: &str, found: Option<Vec<Archive>>) -> Result<Response> {
    let id: SourceId = id.parse()?;
    let (source, newest, publication) = app
        .db
        .read(move |tx| {
            let source = Source::resolved(tx, id)?;
            let newest = Capture::of(tx, source.source_id)?.into_iter().next();
            Ok((source, newest, Publication::load(tx)?))
        })
        .await?;
    let shown = Page {
        desk: Desk::of(&publication, "sources", Some(&signed_in.person)),
        id: source.source_id.to_string(),
        title: source.name(),
        url: source.url.clone(),
        trouble: newest.filter(|copy| copy.health != Health::Good).map(|copy| copy.why()),
        bookmark: bookmark(&app.base_url),
        archives: publication.wishes.archives.iter().map(elsewhere::host).collect(),
        found,
        megabytes: app.config.upload_max >> 20,
    };
    page(app, "desk/bring.html", &shown)
}

/// Opens a page of ours and hands it the page it was used on, when ours says that it listens.
fn bookmark(base_url: &str) -> String {
    let origin = Url::parse(base_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    format!(
        "javascript:(()=>{{const o='{origin}',w=open('{base_url}/desk/bring');addEventListener('message',e=>{{if(e.source===w&&e.origin===o)\
         w.postMessage({{url:location.href,title:document.title,html:'<!doctype html>'+document.documentElement.outerHTML}},o)}})}})()"
    )
}

/// Keeps the file that was chosen.
pub(in crate::web) async fn keep(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Redirect> {
    let id: SourceId = id.parse()?;
    let id = app.db.read(move |tx| Ok(Source::resolved(tx, id)?.source_id)).await?;
    let sent = uploaded::sent(&app, form).await?;
    let copy = brought::keep(&app, id, signed_in.person.person_id, sent.name, sent.bytes).await?;
    Ok(Redirect::to(&copy.path(id)))
}

/// Where the bookmark leads: shows what came, and asks whether it is to be kept.
pub(in crate::web) async fn receive(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    #[derive(Serialize)]
    struct Receiving {
        desk: Desk,
    }
    let publication = app.db.read(Publication::load).await?;
    let desk = Desk::of(&publication, "sources", Some(&signed_in.person));
    let mut response = page(&app, "desk/brought.html", &Receiving { desk })?;
    // Else the page that opened it could not hand it anything.
    let open = HeaderValue::from_static("unsafe-none");
    response.headers_mut().insert("cross-origin-opener-policy", open);
    Ok(response)
}

/// Keeps what the bookmark brought, as a copy of the source with that address.
pub(in crate::web) async fn keep_received(
    State(app): State<App>,
    signed_in: SignedIn,
    form: Multipart,
) -> Result<Redirect> {
    let received = uploaded::received(&app, form).await?;
    let canonical = markup::url::canonical(&received.url);
    let known = match canonical {
        Some(canonical) => app.db.read(move |tx| Source::by_url(tx, &canonical)).await?,
        None => None,
    };
    let Some(source) = known else {
        return Err(Error::Invalid(format!(
            "No post cites {} yet. Cite it in a draft, save that, and bring the page again.",
            received.url
        )));
    };
    let id = app.db.read(move |tx| Ok(Source::resolved(tx, source.source_id)?.source_id)).await?;
    let (by, html) = (signed_in.person.person_id, Bytes::from(received.html));
    let copy = brought::keep(&app, id, by, "the page as the browser showed it".into(), html).await?;
    Ok(Redirect::to(&copy.path(id)))
}

#[derive(Deserialize)]
pub(in crate::web) struct Chosen {
    archive: String,
    day: String,
}

/// Keeps an outside archive's copy.
pub(in crate::web) async fn keep_outside(
    State(app): State<App>,
    _signed_in: SignedIn,
    Path(id): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect> {
    let id: SourceId = id.parse()?;
    let id = app.db.read(move |tx| Ok(Source::resolved(tx, id)?.source_id)).await?;
    let day = Time::from_stamp(&chosen.day)
        .ok_or_else(|| Error::Invalid("Choose one of the days that the archive names.".into()))?;
    let copy = elsewhere::keep(&app, id, &chosen.archive, day).await?;
    Ok(Redirect::to(&copy.path(id)))
}
