//! The command line: what is typed, and which file answers it.
//!
//! Exit status: 0 done, 1 done with findings or losses, 2 bad usage or input, 3 an outside thing failed.
//! Reports go to stdout; logs and progress to stderr.

mod check;
mod doctor;
mod import;
mod serve;
mod sources;
mod tidy;
mod token;
mod user;

use crate::config::{Config, RawConfig};
use crate::{Error, Result};
use clap::{Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;

/// A publication that keeps its sources.
#[derive(Parser)]
#[command(name = "ibid", version, max_term_width = 100, propagate_version = true)]
struct Ibid {
    #[command(flatten)]
    settings: RawConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the publication
    Serve(serve::Serve),
    /// Add people
    #[command(subcommand)]
    User(user::User),
    /// Make keys for the JSON API
    #[command(subcommand)]
    Token(token::Token),
    /// Bring in a publication that was made with another tool
    #[command(subcommand)]
    Import(import::Import),
    /// Turn pasted text into Markdown with citations, on stdout; notes on stderr
    Tidy(tidy::Tidy),
    /// Check a document's quotations against their sources
    Check(check::Check),
    /// List, capture, export sources
    Sources(sources::Sources),
    /// Say whether all is well: database, files, queue, disk
    Doctor(doctor::Doctor),
}

pub fn run() -> ExitCode {
    let typed = Ibid::parse();
    log_to_stderr();
    let outcome = Config::read(typed.settings).and_then(|config| {
        let runtime = runtime()?;
        let outcome = runtime.block_on(async {
            match typed.command {
                Command::Serve(serve) => serve.run(config).await,
                Command::User(user) => user.run(config).await,
                Command::Token(token) => token.run(config).await,
                Command::Import(import) => import.run(config).await,
                Command::Tidy(tidy) => tidy.run(),
                Command::Check(check) => check.run(config).await,
                Command::Sources(sources) => sources.run(config).await,
                Command::Doctor(doctor) => doctor.run(config).await,
            }
        });
        // What still computes is not waited for: it either was not promised to anybody or is done again.
        runtime.shutdown_timeout(std::time::Duration::from_millis(500));
        outcome
    });
    match outcome {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Findings) => ExitCode::from(1),
        Ok(Ending::OutsideFailed) => ExitCode::from(3),
        Err(error) => {
            eprintln!("ibid: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

/// How a command that did its work ended.
pub enum Ending {
    Done,
    /// Exit status 1.
    Findings,
    /// Exit status 3: done, but something outside could not be asked.
    OutsideFailed,
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::Outside(format!("The system gives no threads: {e}")))
}

fn log_to_stderr() {
    use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};
    let asked = std::env::var("IBID_LOG").ok().and_then(|levels| levels.parse::<Targets>().ok());
    let levels = asked.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let coloured =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(coloured);
    tracing_subscriber::registry().with(lines).with(levels).init();
}
