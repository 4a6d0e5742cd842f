//! `/desk/work`: what waits to be done, what failed and why.

use super::{Desk, page};
use crate::Result;
use crate::app::App;
use crate::outside::{mail, queue};
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    jobs: Vec<Job>,
    mail_waiting: i64,
    mail_off: bool,
    disk_low: bool,
}

#[derive(Serialize)]
struct Job {
    what: String,
    when: String,
    problem: String,
    attempts: i64,
    failed: bool,
}

pub(in crate::web) async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let (mail_off, disk_low) = (app.mailer.is_off(), app.files.free().is_some_and(|free| free < 0.05));
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let told = |queued: queue::Queued| Job {
                what: queued.work,
                when: words::moment(queued.run_at, &zone),
                problem: queued.problem,
                attempts: queued.attempts,
                failed: queued.failed_at.is_some(),
            };
            let jobs = queue::list(tx, 200)?.into_iter().map(told).collect();
            let desk = Desk::of(&publication, "work", Some(&signed_in.person));
            Ok(Page { desk, jobs, mail_waiting: mail::waiting(tx)?, mail_off, disk_low })
        })
        .await?;
    page(&app, "desk/work.html", &shown)
}
