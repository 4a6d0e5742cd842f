//! `ibid doctor`: is all well? Says what is not, to whoever can mend it.

use super::Ending;
use crate::app::App;
use crate::config::{self, Config};
use crate::outside::{mail, queue};
use crate::source::{audit, room, stamp};
use crate::time::Time;
use crate::{Result, bundle, error::Context, web};
use clap::Args;
use serde::Serialize;

#[derive(Args)]
pub(super) struct Doctor {
    /// Report as JSON
    #[arg(long)]
    json: bool,
    /// Sweep away files that a crash left behind: older than a day, and named by no row
    #[arg(long)]
    repair: bool,
}

#[derive(Serialize)]
struct Health {
    database: &'static str,
    captures: usize,
    /// Rows whose file is not there: there should be none, ever.
    missing_files: Vec<String>,
    /// Files that are not as long as their rows say.
    torn_files: Vec<String>,
    /// Files older than a day that no row names: what a crash leaves behind.
    stray_files: Vec<String>,
    /// Of these, how many were swept away now.
    swept: usize,
    /// Bytes of all copies, of this month's, and those that were not kept a second time.
    kept_bytes: i64,
    kept_bytes_month: i64,
    saved_bytes: i64,
    /// Bytes; 0 is no limit.
    budget_total: u64,
    budget_month: u64,
    /// When captures will stop for want of room, at the pace of the last 30 days.
    disk_full_on: Option<Time>,
    /// Null where no authority stamps copies.
    stamps: Option<stamp::Account>,
    failed_jobs: Vec<Failed>,
    mail_waiting: i64,
    /// What pages are rendered with; null where they are not.
    browser: Option<String>,
    /// Why not.
    browserless: Option<String>,
    /// 0 to 1; null where the files are in a store of somebody else's.
    disk_free: Option<f64>,
    /// What is wrong with files of the theme folder.
    theme: Vec<web::Problem>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct Failed {
    job: String,
    problem: String,
}

impl Doctor {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        let app = App::open_existing(config).await?;
        let health = examine(&app, self.repair).await?;
        let ending = if health.problems.is_empty() { Ending::Done } else { Ending::Findings };
        if self.json {
            println!("{}", serde_json::to_string_pretty(&health).internal("writing JSON")?);
            return Ok(ending);
        }
        println!("database      {}, up to date", health.database);
        println!("captures      {}, {} files missing", health.captures, health.missing_files.len());
        let strays = health.stray_files.len() - health.swept;
        println!("left behind   {strays} files{}", swept(health.swept));
        println!(
            "copies take   {}, {} this month; {} not kept twice",
            room::size(health.kept_bytes as u64),
            room::size(health.kept_bytes_month as u64),
            room::size(health.saved_bytes as u64)
        );
        println!("time-stamps   {}", stamps(health.stamps.as_ref()));
        println!("given up      {} jobs", health.failed_jobs.len());
        println!(
            "mail          {} waiting{}",
            health.mail_waiting,
            if app.mailer.is_off() { ", off" } else { "" }
        );
        let none = || format!("none: {}", health.browserless.as_deref().unwrap_or_default());
        println!("browser       {}", health.browser.clone().unwrap_or_else(none));
        if let Some(free) = health.disk_free {
            let full = health.disk_full_on.map(|at| format!(", full about {}", &at.rfc3339()[..10]));
            println!("disk          {:.0} % free{}", free * 100.0, full.unwrap_or_default());
        }
        health.problems.iter().for_each(|problem| println!("! {problem}"));
        Ok(ending)
    }
}

/// Whether a browser can be had, found out by starting one.
async fn browser(app: &App) -> std::result::Result<String, String> {
    let told = app.browser.told()?;
    match app.browser.trial().await {
        Ok(name) => Ok(format!("{name}, {told}")),
        Err(trouble) => Err(trouble.to_string()),
    }
}

fn swept(files: usize) -> String {
    if files == 0 { String::new() } else { format!(", {files} swept away") }
}

fn stamps(account: Option<&stamp::Account>) -> String {
    match account {
        None => "off".into(),
        Some(stamp::Account { copies, waiting, last }) => {
            let last = last.map(|at| format!(", the last at {}", at.rfc3339())).unwrap_or_default();
            format!("{copies} copies{last}; {waiting} waiting")
        }
    }
}

async fn examine(app: &App, repair: bool) -> Result<Health> {
    let now = app.now();
    let (jobs, mail_waiting, account) = app
        .db
        .read(move |tx| Ok((queue::list(tx, 1000)?, mail::waiting(tx)?, room::Account::of(tx, now)?)))
        .await?;
    let stamps = match app.config.timestamps {
        Some(_) => Some(app.db.read(stamp::Account::of).await?),
        None => None,
    };
    let found = audit::audit(app).await?;
    if repair {
        audit::sweep(app, &found).await?;
    }
    let failed_jobs: Vec<Failed> = jobs
        .into_iter()
        .filter(|job| job.failed_at.is_some())
        .map(|job| Failed { job: job.work, problem: job.problem })
        .collect();
    let disk_free = app.files.free();
    let mut problems = Vec::new();
    for (files, what) in [(&found.missing, "are missing"), (&found.torn, "are not as long as they were")] {
        if !files.is_empty() {
            problems.push(format!(
                "{} kept files {what}; restore them from a backup: {}",
                files.len(),
                files.join(", ")
            ));
        }
    }
    let swept = if repair { found.strays.len() } else { 0 };
    if found.strays.len() > swept {
        problems.push(format!(
            "{} files are named by no copy: a crash left them behind. `ibid doctor --repair` sweeps them away.",
            found.strays.len()
        ));
    }
    problems.extend(account.spent());
    problems.extend(app.config.domain.as_ref().and_then(bundle::vouch::trouble));
    for failed in &failed_jobs {
        problems.push(format!("The job {} was given up: {}", failed.job, failed.problem));
    }
    web::rehearse(app).await?;
    let theme = app.templates.problems();
    problems.extend(theme.iter().map(ToString::to_string));
    if disk_free.is_some_and(|free| free < room::LEAST_FREE) {
        problems.push("Less than 5 % of the disk is free: no copies are made until there is more.".into());
    }
    let (browser, browserless) = match browser(app).await {
        Ok(told) => (Some(told), None),
        Err(why) => (None, Some(why)),
    };
    // Who names a browser wants one; whoever has none does without.
    if let (Some(why), config::BrowserPlace::At(_)) = (&browserless, &app.config.browser.place) {
        problems.push(format!("Pages cannot be looked at in the browser that IBID_BROWSER names: {why}"));
    }
    let disk_full_on = app.files.room().and_then(|room| account.full_on(room, now));
    Ok(Health {
        database: app.db.engine(),
        captures: found.captures,
        missing_files: found.missing,
        torn_files: found.torn,
        stray_files: found.strays.into_iter().map(|file| file.key).collect(),
        swept,
        kept_bytes: account.total.bytes,
        kept_bytes_month: account.month.bytes,
        saved_bytes: account.total.saved,
        budget_total: account.most_total,
        budget_month: account.most_month,
        disk_full_on,
        stamps,
        failed_jobs,
        mail_waiting,
        browser,
        browserless,
        disk_free,
        theme,
        problems,
    })
}
