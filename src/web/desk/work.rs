//! `/desk/work`: what waits to be done, what failed and why.

use super::{Desk, page};
use crate::app::App;
use crate::id::{CaptureId, JobId, PostId, SourceId};
use crate::outside::db::Tx;
use crate::outside::mail;
use crate::outside::queue::{self, Job, Queued};
use crate::post::Post;
use crate::publication::Publication;
use crate::source::room::{Account, LEAST_FREE};
use crate::source::{Capture, Source};
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use jiff::tz::TimeZone;
use serde::Serialize;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    jobs: Vec<Row>,
    may_try: bool,
    mail_waiting: i64,
    mail_off: bool,
    disk_low: bool,
    /// How much room copies take, and for how long there is more.
    room: String,
    /// Why no copies are made, if a budget is spent.
    spent: Option<String>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    /// `Keep a copy of`
    what: &'static str,
    /// `Night log`; empty where nothing is named.
    of: String,
    /// Where the desk shows that.
    path: String,
    when: String,
    problem: String,
    attempts: i64,
    failed: bool,
}

pub(in crate::web) async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let (mail_off, disk_low) = (app.mailer.is_off(), app.files.free().is_some_and(|free| free < LEAST_FREE));
    let (disk, now) = (app.files.room(), app.now());
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let jobs = queue::list(tx, 200)?;
            let jobs = jobs.into_iter().map(|queued| Row::of(tx, queued, &zone)).collect::<Result<_>>()?;
            let desk = Desk::of(&publication, "work", Some(&signed_in.person));
            let may_try = signed_in.person.role.may_edit_all();
            let account = Account::of(tx, now)?;
            let full = disk.and_then(|disk| account.full_on(disk, now));
            let (room, spent) = (words::room(&account, full, now, &zone), account.spent());
            let mail_waiting = mail::waiting(tx)?;
            Ok(Page { desk, jobs, may_try, mail_waiting, mail_off, disk_low, room, spent })
        })
        .await?;
    page(&app, "desk/work.html", &shown)
}

/// Takes up again what was given up, or what waits for another try.
pub(in crate::web) async fn again(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    if !signed_in.person.role.may_edit_all() {
        return Err(Error::Forbidden("Editors decide what is tried again.".into()));
    }
    let (id, now) = (id.parse::<JobId>()?, app.now());
    app.db.write(move |tx| queue::again(tx, id, now)).await?;
    Ok(Redirect::to("/desk/work"))
}

impl Row {
    fn of(tx: &mut Tx, queued: Queued, zone: &TimeZone) -> Result<Row> {
        let (what, (of, path)) = match queued.job()? {
            Job::Capture(id) => ("Keep a copy of", source(tx, id)?),
            Job::Backlog(id) => ("When nobody waits, keep a copy of", source(tx, id)?),
            Job::Watch => ("See which sources are due to be looked at again", nothing()),
            Job::Look(id) => ("Look again at", source(tx, id)?),
            Job::Reread(id) => ("Read again the kept copy of", captured(tx, id)?),
            Job::CheckQuotes(id) => ("Compare every quotation with", source(tx, id)?),
            Job::CheckPost(id) => ("Compare the quotations of", post(tx, id)?),
            Job::Publish(id) => ("Publish", post(tx, id)?),
            Job::Mail(_) => ("Send a letter", nothing()),
            Job::WayBack(_) => ("Send a way back to whoever forgot a password", nothing()),
            Job::Rerender => ("Render posts again, as this version reads them", nothing()),
            Job::ListAgain => ("Sort posts into days by the publication’s clock", nothing()),
            Job::SettleSearch => ("Settle new posts into the search", nothing()),
            Job::Tidy => ("Sweep out the bin and what else is past its time", nothing()),
            Job::Stamp => ("Have copies time-stamped", nothing()),
            Job::Vouch(_) => ("Sign a bundle of copies in the domain’s name", nothing()),
        };
        Ok(Row {
            id: queued.job_id.to_string(),
            what,
            of,
            path,
            when: words::moment(queued.run_at, zone),
            problem: queued.problem,
            attempts: queued.attempts,
            failed: queued.failed_at.is_some(),
        })
    }
}

/// The name of something and where the desk shows it.
type Named = (String, String);

fn nothing() -> Named {
    (String::new(), String::new())
}

/// What was there when the work was queued may be gone since.
fn found<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn source(tx: &mut Tx, id: SourceId) -> Result<Named> {
    let source = found(Source::find(tx, id))?;
    let named = source.map(|source| (source.name(), format!("/desk/sources#source-{id}")));
    Ok(named.unwrap_or_else(|| ("a source that is no longer there".into(), String::new())))
}

fn captured(tx: &mut Tx, id: CaptureId) -> Result<Named> {
    match found(Capture::find(tx, id))? {
        Some(capture) => source(tx, capture.source_id),
        None => Ok(("a source that is no longer there".into(), String::new())),
    }
}

fn post(tx: &mut Tx, id: PostId) -> Result<Named> {
    let post = found(Post::find(tx, id))?;
    let named = post.map(|post| (post.title.clone(), format!("/desk/posts/{id}")));
    Ok(named.unwrap_or_else(|| ("a post that is no longer there".into(), String::new())))
}
