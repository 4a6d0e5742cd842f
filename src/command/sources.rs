//! `ibid sources list`, `capture`, `watch`, `export`, `verify`

mod export;
mod verify;
mod watch;

use super::Ending;
use crate::app::App;
use crate::config::Config;
use crate::id::SourceId;
use crate::source::health::Evidence;
use crate::source::{Capture, Health, Kind, Source, State, capture};
use crate::time::Time;
use crate::{Error, Result, error::Context};
use clap::{Args, Subcommand};
use futures_util::StreamExt;
use serde::Serialize;

/// Copies made at a time; each host still answers one request after the other.
const SIDE_BY_SIDE: usize = 16;

#[derive(Args)]
pub(super) struct Sources {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List every source and its state
    List(List),
    /// Make a copy of each of these now; exit status 1 if any is not good
    Capture(Take),
    /// Look again at sources; exit status 1 if any is changed, blocked, failing or gone
    Watch(watch::Watch),
    /// Write kept copies into one file, WACZ or WARC
    Export(export::Export),
    /// Say what a WACZ or WARC file proves; exit status 1 if something in it is not as it should be
    Verify(verify::Verify),
}

#[derive(Args)]
struct List {
    /// Report as JSON on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Take {
    /// Addresses, or ids as `ibid sources list` shows them
    #[arg(required = true, value_name = "URL|ID")]
    sources: Vec<String>,
    /// Report as JSON on stdout
    #[arg(long)]
    json: bool,
}

impl Sources {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        match self.what {
            What::List(list) => list.run(&App::open_existing(config).await?).await,
            What::Capture(take) => take.run(&App::open_existing(config).await?).await,
            What::Watch(watch) => watch.run(&App::open_existing(config).await?).await,
            What::Export(export) => export.run(config).await,
            What::Verify(verify) => verify.run(),
        }
    }
}

/// A source, as reported.
#[derive(Serialize)]
struct Listed {
    id: SourceId,
    url: String,
    kind: Kind,
    title: String,
    state: State,
    since: Time,
    evidence: String,
    looked_at: Option<Time>,
    merged_into: Option<SourceId>,
}

impl List {
    async fn run(self, app: &App) -> Result<Ending> {
        let mut items = Vec::new();
        let mut before = None;
        loop {
            let page = app.db.read(move |tx| Source::all(tx, before, 500)).await?;
            before = page.last().map(|last| last.source_id);
            items.extend(page.into_iter().map(Listed::of));
            if before.is_none() {
                break;
            }
        }
        if self.json {
            return print_json(&items).map(|()| Ending::Done);
        }
        for item in &items {
            let title = if item.title.is_empty() { String::new() } else { format!("  {}", item.title) };
            println!("{:>6}  {:<9}  {}{title}", item.id.to_string(), item.state.as_str(), item.url);
        }
        eprintln!("{} sources", items.len());
        Ok(Ending::Done)
    }
}

impl Listed {
    fn of(source: Source) -> Listed {
        Listed {
            id: source.source_id,
            url: source.url,
            kind: source.kind,
            title: source.title,
            state: source.state,
            since: source.state_since,
            evidence: source.evidence,
            looked_at: source.looked_at,
            merged_into: source.merged_into,
        }
    }
}

/// What came of one copy, as reported. Without `health`, no copy could be made, through no fault of the source's.
#[derive(Serialize)]
struct Taken {
    asked: String,
    id: Option<SourceId>,
    url: String,
    health: Option<Health>,
    why: String,
    at: Option<Time>,
    title: String,
    /// Where the copy is read, if there is one.
    copy: Option<String>,
}

impl Take {
    async fn run(self, app: &App) -> Result<Ending> {
        let mut sources = Vec::new();
        for asked in self.sources {
            // All of them are understood before the first is fetched.
            sources.push((find(app, &asked).await?, asked));
        }
        let taking = sources.into_iter().map(async |(source, asked)| {
            match capture::keep(app, source.source_id).await {
                Ok(copy) => Taken::of(app, asked, &source, &copy),
                Err(error) => Taken::failed(asked, &source, &error),
            }
        });
        let mut answers = futures_util::stream::iter(taking).buffered(SIDE_BY_SIDE);
        let mut taken = Vec::new();
        while let Some(one) = answers.next().await {
            if !self.json {
                let health = one.health.map_or("failed", Health::as_str);
                println!(
                    "{health:<12}  {}  {}",
                    one.url,
                    if one.title.is_empty() { &one.why } else { &one.title }
                );
            }
            taken.push(one);
        }
        if self.json {
            print_json(&taken)?;
        }
        Ok(match &taken {
            taken if taken.iter().any(|one| one.health.is_none()) => Ending::OutsideFailed,
            taken if taken.iter().any(|one| one.health != Some(Health::Good)) => Ending::Findings,
            _ => Ending::Done,
        })
    }
}

impl Taken {
    fn of(app: &App, asked: String, source: &Source, copy: &Capture) -> Taken {
        let evidence: Evidence = serde_json::from_str(&copy.evidence).unwrap_or_default();
        let good = copy.health == Health::Good;
        Taken {
            asked,
            id: Some(source.source_id),
            url: source.url.clone(),
            health: Some(copy.health),
            why: evidence.told(),
            at: Some(copy.captured_at),
            title: if good { copy.title.clone() } else { String::new() },
            copy: (!copy.warc_file.is_empty()).then(|| app.url(&copy.path(source.source_id))),
        }
    }

    fn failed(asked: String, source: &Source, error: &Error) -> Taken {
        Taken {
            asked,
            id: Some(source.source_id),
            url: source.url.clone(),
            health: None,
            why: error.to_string(),
            at: None,
            title: String::new(),
            copy: None,
        }
    }
}

/// The source of an id, or of an address, known or new.
async fn find(app: &App, asked: &str) -> Result<Source> {
    if let Ok(id) = asked.parse::<SourceId>() {
        return match app.db.read(move |tx| Source::find(tx, id)).await {
            Err(Error::NotFound) => {
                Err(Error::Invalid(format!("There is no source {id}; see `ibid sources list`.")))
            }
            found => found,
        };
    }
    let canonical = markup::url::canonical(asked).ok_or_else(|| {
        Error::Invalid(format!("“{asked}” is neither a source's id nor an http or https address."))
    })?;
    let kind = match markup::url::kind(&canonical) {
        markup::url::Kind::Source => Kind::Source,
        markup::url::Kind::Pointer => Kind::Pointer,
    };
    let now = app.now();
    app.db.write(move |tx| Source::of(tx, &canonical, kind, now)).await
}

fn print_json(items: &impl Serialize) -> Result<()> {
    let report = serde_json::json!({ "items": items, "next": null });
    println!("{}", serde_json::to_string_pretty(&report).internal("the report cannot be written")?);
    Ok(())
}
