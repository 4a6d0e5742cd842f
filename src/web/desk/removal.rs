//! `/desk/copies/{id}/removal`: taking a kept copy away, and having it back. What goes with it is listed first.

use super::sources::editors_only;
use super::{Desk, page};
use crate::app::App;
use crate::id::CaptureId;
use crate::outside::db::Tx;
use crate::publication::Publication;
use crate::source::removal::{self, Removal, UNDONE_WITHIN};
use crate::source::{Capture, Source};
use crate::time::DAY;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    id: String,
    title: String,
    copies: Vec<Listed>,
    /// Their ids, so that nothing goes that was not listed.
    seen: String,
    reason: String,
    problem: String,
    /// Taken away already.
    removed: Option<String>,
    /// Until when it can be had back.
    until: Option<String>,
    days: i64,
}

#[derive(Serialize)]
struct Listed {
    path: String,
    when: String,
    title: String,
    url: String,
    digest: String,
}

#[derive(Deserialize)]
pub(in crate::web) struct Wanted {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    seen: String,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    asking(&app, signed_in, id.parse()?, String::new(), String::new()).await
}

async fn asking(
    app: &App,
    signed_in: SignedIn,
    id: CaptureId,
    reason: String,
    problem: String,
) -> Result<Response> {
    editors_only(&signed_in)?;
    let now = app.now();
    let shown = app.db.read(move |tx| {
        let (capture, publication) = (Capture::find(tx, id)?, Publication::load(tx)?);
        let zone = publication.time_zone();
        let all = removal::sharing(tx, &capture)?;
        let seen: Vec<String> = all.iter().map(|copy| copy.capture_id.to_string()).collect();
        let removal = Removal::of(tx, id)?;
        let until = removal.filter(|removal| removal.can_be_undone(now));
        let until = until.map(|removal| words::day(removal.removed_at.plus(UNDONE_WITHIN), &zone));
        Ok(Page {
            desk: Desk::of(&publication, "sources", Some(&signed_in.person)),
            id: id.to_string(),
            title: Source::find(tx, capture.source_id)?.name(),
            removed: words::removed(tx, &capture, &zone)?,
            copies: all.iter().map(|copy| Listed::of(tx, copy, &zone)).collect::<Result<_>>()?,
            seen: seen.join(" "),
            days: UNDONE_WITHIN / DAY,
            until,
            reason,
            problem,
        })
    });
    page(app, "desk/removal.html", &shown.await?)
}

impl Listed {
    fn of(tx: &mut Tx, copy: &Capture, zone: &TimeZone) -> Result<Listed> {
        let source = Source::find(tx, copy.source_id)?;
        Ok(Listed {
            path: copy.path(copy.source_id),
            when: words::moment(copy.captured_at, zone),
            title: source.name(),
            url: source.url,
            digest: copy.payload_digest.trim_start_matches("sha256:").to_owned(),
        })
    }
}

pub(in crate::web) async fn remove(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response> {
    editors_only(&signed_in)?;
    let (id, now, person) = (id.parse::<CaptureId>()?, app.now(), signed_in.person.person_id);
    let seen: BTreeSet<CaptureId> = wanted.seen.split(' ').filter_map(|id| id.parse().ok()).collect();
    let reason = wanted.reason.clone();
    let removed = app.db.write(move |tx| removal::remove(tx, id, &seen, &reason, person, now)).await;
    match removed {
        Ok(()) => Ok(Redirect::to(&format!("/desk/copies/{id}/removal")).into_response()),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let (problem, status) = (error.to_string(), error.status());
            let mut response = asking(&app, signed_in, id, wanted.reason, problem).await?;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

pub(in crate::web) async fn undo(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    editors_only(&signed_in)?;
    let (id, now) = (id.parse::<CaptureId>()?, app.now());
    app.db.write(move |tx| removal::undo(tx, id, now)).await?;
    Ok(Redirect::to(&format!("/desk/copies/{id}/removal")))
}
