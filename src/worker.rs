//! Every background job, on one page.

use crate::app::App;
use crate::outside::queue::{self, Class, Job, Queued};
use crate::outside::{db, mail};
use crate::person::Person;
use crate::publication::Publication;
use crate::time::DAY;
use crate::{Result, bundle, person, post, quote, search, source, views};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Views of so long are lost when a server is killed.
const WRITE_VIEWS: Duration = Duration::from_secs(5);
/// A database that takes nothing, on a full disk for instance, is not asked again before this: it would be asked without end.
const OUT_OF_ORDER: Duration = Duration::from_secs(5);
/// Notes of changes that one unit forgets: others write in between.
const PRUNED: usize = 2000;

async fn perform(app: &App, job: Job) -> Result<()> {
    match job {
        Job::Capture(id) => source::capture::run(app, id).await,
        Job::Backlog(id) => source::capture::run_if_none(app, id).await,
        Job::Watch => source::watch::run(app).await,
        Job::Look(id) => quote::watch::look(app, id).await.map(drop),
        Job::Reread(id) => source::capture::reread(app, id).await,
        Job::CheckQuotes(id) => quote::check_source(app, id).await,
        Job::CheckPost(id) => quote::check_post(app, id).await,
        Job::Publish(id) => post::publish_scheduled(app, id).await,
        Job::Mail(id) => send_mail(app, id).await,
        Job::WayBack(email) => send_way_back(app, email).await,
        Job::Rerender => post::rerender(app).await,
        Job::ListAgain => post::listing::list_again(app).await,
        Job::SettleSearch => search::index::settle(&app.db, app.now()).await,
        Job::Tidy => tidy(app).await,
        Job::Stamp => source::stamp::run(app).await,
        Job::Vouch(subject) => bundle::vouch_for(app, &subject).await,
    }
}

/// What a server queues for itself when it starts.
async fn at_start(app: &App) -> Result<()> {
    let now = app.now();
    let mail_on = !app.mailer.is_off();
    let alone = app.db.engine() == "sqlite";
    let stamps = app.config.timestamps.is_some();
    app.db
        .write(move |tx| {
            // An SQLite file has one server: whatever is taken was taken by one that is gone.
            if alone {
                queue::take_back(tx)?;
            }
            if mail_on {
                mail::take_up(tx, now)?;
            }
            if stamps {
                queue::push(tx, &Job::Stamp, now)?;
            }
            queue::push(tx, &Job::Rerender, now)?;
            queue::push(tx, &Job::Watch, now)?;
            queue::push(tx, &Job::Tidy, now)
        })
        .await
}

async fn send_mail(app: &App, id: crate::id::MailId) -> Result<()> {
    let letter = app.db.read(move |tx| mail::find(tx, id)).await?;
    if letter.sent_at.is_some() || letter.failed_at.is_some() {
        return Ok(());
    }
    let (fate, now) = (app.mailer.send(&letter).await?, app.now());
    app.db
        .write(move |tx| match fate {
            mail::Fate::Sent => mail::sent(tx, id, now),
            mail::Fate::Refused(problem) => mail::given_up(tx, id, &problem, now),
            mail::Fate::Waits => Ok(()),
        })
        .await
}

async fn send_way_back(app: &App, email: String) -> Result<()> {
    let asked = app.db.read(move |tx| Ok((Publication::load(tx)?, Person::by_email(tx, &email)?))).await?;
    match asked {
        (publication, Some(person)) => person::letter::way_back(app, &publication.name, &person).await,
        (_, None) => Ok(()),
    }
}

async fn tidy(app: &App) -> Result<()> {
    post::empty_bin(app).await?;
    source::removal::sweep(app).await?;
    let now = app.now();
    while app.db.write(move |tx| db::prune_changes(tx, now.plus(-DAY), PRUNED)).await? > 0 {}
    app.db
        .write(move |tx| {
            person::sweep(tx, now)?;
            queue::push(tx, &Job::Tidy, now.plus(DAY))
        })
        .await
}

/// Works until told to stop; then finishes what it holds.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    if let Err(error) = at_start(&app).await {
        tracing::error!(%error, "the first jobs could not be queued");
    }
    let mut classes = JoinSet::new();
    for &class in Class::ALL {
        classes.spawn(work(app.clone(), class, stop.clone()));
    }
    classes.spawn(write_views(app.clone(), stop.clone()));
    let _ = stop.wait_for(|stopped| *stopped).await;
    classes.join_all().await;
}

/// Not a job: what was counted is in this process alone.
async fn write_views(app: App, mut stop: watch::Receiver<bool>) {
    let mut stopped = false;
    while !stopped {
        stopped = tokio::time::timeout(WRITE_VIEWS, stop.wait_for(|stopped| *stopped)).await.is_ok();
        if let Err(error) = views::write(&app).await {
            tracing::warn!(%error, "views could not be written");
        }
    }
}

async fn work(app: App, class: Class, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(class.concurrency()));
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        // Heard from before the look, so that a job queued in between is not missed.
        let bell = app.bell.notified();
        let taken = match take(&app, class, places.available_permits()).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::error!(%error, class = class.as_str(), "jobs could not be taken");
                let _ = tokio::time::timeout(OUT_OF_ORDER, stop.changed()).await;
                continue;
            }
        };
        for job in taken {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            let app = app.clone();
            running.spawn(async move {
                finish(&app, class, job).await;
                drop(place);
            });
        }
        tokio::select! {
            _ = bell => {}
            _ = running.join_next(), if !running.is_empty() => {}
            _ = tokio::time::sleep(until_due(&app, class).await), if places.available_permits() > 0 => {}
            _ = stop.changed() => {}
        }
    }
    running.join_all().await;
}

async fn take(app: &App, class: Class, places: usize) -> Result<Vec<Queued>> {
    if places == 0 {
        return Ok(Vec::new());
    }
    let now = app.now();
    match app.db.read(move |tx| queue::next_due(tx, class)).await? {
        Some(due) if due <= now => app.db.write(move |tx| queue::claim(tx, class, now, places)).await,
        _ => Ok(Vec::new()),
    }
}

/// Other servers queue jobs too, so nobody sleeps longer than a second.
async fn until_due(app: &App, class: Class) -> Duration {
    let most = Duration::from_secs(1);
    match app.db.read(move |tx| queue::next_due(tx, class)).await {
        Ok(Some(due)) => Duration::from_micros((due.0 - app.now().0).max(1000) as u64).min(most),
        _ => most,
    }
}

async fn finish(app: &App, class: Class, queued: Queued) {
    let outcome = match queued.job() {
        Ok(_) if queued.is_deadly(class) => {
            Err(crate::Error::Internal("The server ended each time while it worked on this.".into()))
        }
        Ok(job) => {
            // A job that panics fails like any other; it takes nobody with it.
            let (inner, doing) = (app.clone(), job.clone());
            let running = tokio::spawn(async move { perform(&inner, doing).await });
            running.await.unwrap_or_else(|_| Err(crate::Error::Internal(format!("{job:?} panicked"))))
        }
        Err(error) => Err(error),
    };
    if let Err(error) = &outcome {
        tracing::warn!(job = queued.work, attempt = queued.attempts, %error, "a job failed");
    }
    let now = app.now();
    let noted = app.db.write(move |tx| match outcome {
        Ok(()) => queue::done(tx, &queued),
        Err(error @ crate::Error::NoRoom(_)) => queue::postponed(tx, &queued, &error.to_string(), now),
        Err(error) => queue::failed(tx, &queued, class, &error.to_string(), now),
    });
    if let Err(error) = noted.await {
        tracing::error!(%error, "the end of a job could not be noted; it will run again");
    }
}
