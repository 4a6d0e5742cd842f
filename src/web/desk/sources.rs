//! `/desk/sources`: every source, how it stands, and what can be done about it.

use super::{Desk, page};
use crate::app::App;
use crate::id::SourceId;
use crate::outside::db::Tx;
use crate::outside::queue::{self, Job};
use crate::publication::Publication;
use crate::source::{Capture, Kind, Shown, Source, State};
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{self, Path, Query};
use axum::response::{Redirect, Response};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

const A_PAGE: usize = 100;

#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    before: Option<String>,
    /// Only those in this state.
    state: Option<String>,
}

#[derive(Serialize)]
struct Page {
    desk: Desk,
    /// `gone`, where only those are listed.
    only: Option<&'static str>,
    sources: Vec<Row>,
    may_decide: bool,
    older: Option<String>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    site: String,
    url: String,
    pointer: bool,
    state_words: String,
    /// How the state is coloured.
    class: &'static str,
    /// Whether its newest pieces can be listed.
    latest: bool,
    evidence: String,
    merged: Option<String>,
    merged_why: String,
    shown: &'static str,
    /// It cannot be kept from here, or could not.
    needs: bool,
    captures: Vec<Copy>,
}

#[derive(Serialize)]
struct Copy {
    path: String,
    when: String,
    health: &'static str,
    good: bool,
    /// Where it can be taken away or had back.
    removal: String,
    removed: bool,
}

pub(in crate::web) async fn list(
    extract::State(app): extract::State<App>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let before = asked.before.map(|id| id.parse()).transpose()?;
    let state = asked.state.map(|state| State::parse(&state).ok_or(Error::NotFound)).transpose()?;
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let mut sources = match state {
                Some(state) => Source::in_state(tx, state, before, A_PAGE + 1)?,
                None => Source::all(tx, before, A_PAGE + 1)?,
            };
            let more = sources.len() > A_PAGE;
            sources.truncate(A_PAGE);
            let only = state.map(|state| format!("&state={state}")).unwrap_or_default();
            let older = sources
                .last()
                .filter(|_| more)
                .map(|s| format!("/desk/sources?before={}{only}", s.source_id));
            let sources = sources.iter().map(|s| Row::of(tx, s, &zone)).collect::<Result<_>>()?;
            let (desk, may_decide) = (
                Desk::of(&publication, "sources", Some(&signed_in.person)),
                signed_in.person.role.may_edit_all(),
            );
            Ok(Page { desk, only: state.map(words::state_name), sources, may_decide, older })
        })
        .await?;
    page(&app, "desk/sources.html", &shown)
}

impl Row {
    fn of(tx: &mut Tx, source: &Source, zone: &TimeZone) -> Result<Row> {
        let captures = match source.merged_into {
            Some(_) => Vec::new(),
            None => Capture::of(tx, source.source_id)?,
        };
        let copy = |c: &Capture| Copy {
            path: c.path(source.source_id),
            when: words::moment(c.captured_at, zone),
            health: words::health(c.health),
            good: c.health == crate::source::Health::Good,
            removal: format!("/desk/copies/{}/removal", c.capture_id),
            removed: c.removed_at.is_some(),
        };
        Ok(Row {
            id: source.source_id.to_string(),
            title: source.name(),
            site: source.place(),
            url: source.url.clone(),
            pointer: source.kind == Kind::Pointer,
            class: match source.state {
                State::Alive => "good",
                State::Gone | State::Failing => "lost",
                State::Unchecked => "",
                State::Moved | State::Changed | State::Blocked => "need",
            },
            latest: source.kind == Kind::Pointer && crate::source::has_feed(&source.url),
            state_words: words::state(source.state, source.state_since, zone),
            evidence: source.evidence.clone(),
            merged: source.merged_into.map(|into| Source::find(tx, into)).transpose()?.map(|s| s.url),
            merged_why: source.merged_why.clone(),
            shown: source.shown.as_str(),
            needs: captures.first().is_some_and(|newest| newest.health != crate::source::Health::Good),
            captures: captures.iter().take(5).map(copy).collect(),
        })
    }
}

/// Keeps a new copy, soon.
pub(in crate::web) async fn keep(
    extract::State(app): extract::State<App>,
    _signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    soon(&app, &id, Job::Capture).await
}

/// Looks at it again, soon.
pub(in crate::web) async fn look(
    extract::State(app): extract::State<App>,
    _signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    soon(&app, &id, Job::Look).await
}

async fn soon(app: &App, id: &str, job: fn(SourceId) -> Job) -> Result<Redirect> {
    let (id, now) = (id.parse::<SourceId>()?, app.now());
    app.db
        .write(move |tx| {
            Source::find(tx, id)?;
            queue::push(tx, &job(id), now)
        })
        .await?;
    Ok(Redirect::to(&format!("/desk/sources#source-{id}")))
}

/// Takes two addresses apart again.
pub(in crate::web) async fn unmerge(
    extract::State(app): extract::State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    editors_only(&signed_in)?;
    let (id, now) = (id.parse::<SourceId>()?, app.now());
    app.db.write(move |tx| Source::unmerge(tx, id, now)).await?;
    Ok(Redirect::to(&format!("/desk/sources#source-{id}")))
}

#[derive(Deserialize)]
pub(in crate::web) struct HowMuch {
    shown: String,
}

/// Says how much of a source's copies readers are shown.
pub(in crate::web) async fn show_how_much(
    extract::State(app): extract::State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(how): Form<HowMuch>,
) -> Result<Redirect> {
    editors_only(&signed_in)?;
    let id = id.parse::<SourceId>()?;
    let shown = Shown::parse(&how.shown).ok_or_else(|| Error::Invalid("Choose how much is shown.".into()))?;
    app.db.write(move |tx| Source::show(tx, id, shown)).await?;
    Ok(Redirect::to(&format!("/desk/sources#source-{id}")))
}

/// The newest pieces of a place that keeps changing, to cite one of them instead.
pub(in crate::web) async fn latest(
    extract::State(app): extract::State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = id.parse()?;
    let (source, publication) =
        app.db.read(move |tx| Ok((Source::find(tx, id)?, Publication::load(tx)?))).await?;
    let pieces = crate::source::latest(&app, &source.url).await?;
    #[derive(Serialize)]
    struct Latest {
        desk: Desk,
        title: String,
        url: String,
        pieces: Vec<crate::source::Piece>,
    }
    let desk = Desk::of(&publication, "sources", Some(&signed_in.person));
    page(&app, "desk/latest.html", &Latest { desk, title: source.name(), url: source.url, pieces })
}

pub(super) fn editors_only(signed_in: &SignedIn) -> Result<()> {
    match signed_in.person.role.may_edit_all() {
        true => Ok(()),
        false => Err(Error::Forbidden("Editors decide about sources that others cite too.".into())),
    }
}
