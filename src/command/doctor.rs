//! `ibid doctor`: is all well? Says what is not, to whoever can mend it.

use super::Ending;
use crate::app::App;
use crate::config::Config;
use crate::outside::{mail, queue};
use crate::source::Capture;
use crate::{Error, Result, error::Context, web};
use clap::Args;
use serde::Serialize;

#[derive(Args)]
pub(super) struct Doctor {
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Health {
    database: &'static str,
    captures: usize,
    /// Rows whose file is not there: there should be none, ever.
    missing_files: Vec<String>,
    failed_jobs: Vec<Failed>,
    mail_waiting: i64,
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
        let health = examine(&app).await?;
        let ending = if health.problems.is_empty() { Ending::Done } else { Ending::Findings };
        if self.json {
            println!("{}", serde_json::to_string_pretty(&health).internal("writing JSON")?);
            return Ok(ending);
        }
        println!("database      {}, up to date", health.database);
        println!("captures      {}, {} files missing", health.captures, health.missing_files.len());
        println!("given up      {} jobs", health.failed_jobs.len());
        println!(
            "mail          {} waiting{}",
            health.mail_waiting,
            if app.mailer.is_off() { ", off" } else { "" }
        );
        if let Some(free) = health.disk_free {
            println!("disk          {:.0} % free", free * 100.0);
        }
        health.problems.iter().for_each(|problem| println!("! {problem}"));
        Ok(ending)
    }
}

async fn examine(app: &App) -> Result<Health> {
    let (captures, jobs, mail_waiting) =
        app.db.read(|tx| Ok((Capture::files(tx)?, queue::list(tx, 1000)?, mail::waiting(tx)?))).await?;
    let mut missing = Vec::new();
    for file in captures.iter().flat_map(|(warc, text)| [warc, text]).filter(|file| !file.is_empty()) {
        match app.files.exists(file).await {
            Ok(true) => {}
            Ok(false) => missing.push(file.clone()),
            Err(Error::Outside(e)) => return Err(Error::Outside(e)),
            Err(e) => return Err(e),
        }
    }
    let failed_jobs: Vec<Failed> = jobs
        .into_iter()
        .filter(|job| job.failed_at.is_some())
        .map(|job| Failed { job: job.work, problem: job.problem })
        .collect();
    let disk_free = app.files.free();
    let mut problems = Vec::new();
    if !missing.is_empty() {
        problems.push(format!(
            "{} kept files are missing; restore them from a backup: {}",
            missing.len(),
            missing.join(", ")
        ));
    }
    for failed in &failed_jobs {
        problems.push(format!("The job {} was given up: {}", failed.job, failed.problem));
    }
    web::rehearse(app).await?;
    let theme = app.templates.problems();
    problems.extend(theme.iter().map(ToString::to_string));
    if disk_free.is_some_and(|free| free < 0.05) {
        problems.push("Less than 5 % of the disk is free: no copies are made until there is more.".into());
    }
    let captures = captures.len();
    Ok(Health {
        database: app.db.engine(),
        captures,
        missing_files: missing,
        failed_jobs,
        mail_waiting,
        disk_free,
        theme,
        problems,
    })
}
