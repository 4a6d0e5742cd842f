//! `ibid import`: publications made with other tools.

use super::Ending;
use crate::app::App;
use crate::config::Config;
use crate::moving::markdown::{self, Asked, Progress};
use crate::moving::report::Report;
use crate::{Result, error::Context};
use clap::{Args, Subcommand};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

#[derive(Subcommand)]
pub(super) enum Import {
    /// A folder of Markdown: Jekyll, Hugo, or plain files
    Markdown(Markdown),
}

#[derive(Args)]
pub(super) struct Markdown {
    /// The site's folder, or one within it
    folder: PathBuf,
    /// Tell everything, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Make no copies of what the posts cite
    #[arg(long)]
    no_capture: bool,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        match self {
            Import::Markdown(markdown) => markdown.run(config).await,
        }
    }
}

impl Markdown {
    async fn run(self, config: Config) -> Result<Ending> {
        let app = App::open(config).await?;
        let asked = Asked { folder: self.folder, dry_run: self.dry_run, capture: !self.no_capture };
        let progress = Progress::default();
        let began = Instant::now();
        let work = markdown::import(&app, asked, &progress);
        let report = match std::io::stderr().is_terminal() {
            true => shown(work, &progress, began).await?,
            false => work.await?,
        };
        tell(&report, self.json, self.dry_run)?;
        Ok(if report.skipped.is_empty() { Ending::Done } else { Ending::Findings })
    }
}

/// The same, with a line on the terminal that says how far it is.
async fn shown<T>(work: impl Future<Output = T>, progress: &Progress, began: Instant) -> T {
    let mut work = std::pin::pin!(work);
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = tick.tick() => {
                let (done, all) = (progress.done.load(Ordering::Relaxed), progress.all.load(Ordering::Relaxed));
                // A terminal that is gone needs no progress.
                let _ = write!(std::io::stderr(), "\r{}\x1b[K", line(done, all, began.elapsed()));
            }
        }
    };
    let _ = write!(std::io::stderr(), "\r\x1b[K");
    done
}

/// `[########------------]  40 %  812 files a second, 0:07 left`
fn line(done: usize, all: usize, took: Duration) -> String {
    const WIDTH: usize = 24;
    if all == 0 {
        return "Looking at the folder …".into();
    }
    let (done, full) = (done.min(all), done.min(all) * WIDTH / all);
    // Every file is looked at twice: once to understand it, once to take it.
    let rate = done as f64 / 2.0 / took.as_secs_f64().max(0.001);
    let left =
        if done == 0 { 0 } else { (took.as_secs_f64() * (all - done) as f64 / done as f64).ceil() as u64 };
    format!(
        "[{}{}] {:>3} %  {rate:.0} files a second, {}:{:02} left",
        "#".repeat(full),
        "-".repeat(WIDTH - full),
        done * 100 / all,
        left / 60,
        left % 60
    )
}

fn tell(report: &Report, json: bool, dry_run: bool) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = match json {
        true => {
            let json = serde_json::to_string_pretty(report).internal("writing JSON")?;
            writeln!(out, "{json}")
        }
        false => {
            let dry = if dry_run {
                writeln!(out, "Nothing was written; without --dry-run this would happen:")
            } else {
                Ok(())
            };
            dry.and_then(|()| report.write(&mut out))
        }
    };
    written.and_then(|()| out.flush()).outside("Standard output is closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let check = |done, all, seconds, expected| {
            assert_eq!(line(done, all, Duration::from_secs(seconds)), expected)
        };
        check(0, 0, 1, "Looking at the folder …");
        check(0, 200, 1, "[------------------------]   0 %  0 files a second, 0:00 left");
        check(50, 200, 5, "[######------------------]  25 %  5 files a second, 0:15 left");
        check(200, 200, 90, "[########################] 100 %  1 files a second, 0:00 left");
    }
}
