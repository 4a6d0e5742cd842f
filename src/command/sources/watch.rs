//! `ibid sources watch`: looks again, and says what became of each source and of the words quoted from it.

use super::{find, print_json};
use crate::app::App;
use crate::command::Ending;
use crate::id::{PostId, SourceId};
use crate::quote::watch::{self as looking, Quoted};
use crate::source::{Capture, Fate, Health, Source, State, standing, watch};
use crate::time::Time;
use crate::{Error, Result};
use clap::Args;
use futures_util::StreamExt;
use serde::Serialize;

/// Each host still has one connection at a time.
const SIDE_BY_SIDE: usize = 8;
/// Quotations of one source that are reported.
const MOST_QUOTED: usize = 500;

#[derive(Args)]
pub(super) struct Watch {
    /// Addresses, or ids as `ibid sources list` shows them
    #[arg(value_name = "URL|ID", conflicts_with_all = ["due", "all"])]
    sources: Vec<String>,
    /// Those whose hour has come; this is meant where nothing is said
    #[arg(long, conflicts_with = "all")]
    due: bool,
    /// Every source that a post cites
    #[arg(long)]
    all: bool,
    /// Report as JSON on stdout
    #[arg(long)]
    json: bool,
}

/// What became of one source.
#[derive(Serialize)]
struct Looked {
    id: SourceId,
    url: String,
    /// Before this look.
    was: State,
    state: State,
    since: Time,
    /// Why it is in this state.
    evidence: String,
    /// Of this look; null where none could be taken.
    health: Option<Health>,
    at: Option<Time>,
    /// Part of the words first kept that are no longer there, 0 to 1; null where that cannot be said.
    changed: Option<f64>,
    /// The new copy, where one was made.
    copy: Option<String>,
    /// When it is looked at again.
    due: Option<Time>,
    quotations: Vec<Told>,
    /// Why no look could be taken, through no fault of the source's.
    problem: Option<String>,
}

#[derive(Serialize)]
struct Told {
    post: PostId,
    text: String,
    verdict: String,
    /// Whether the words are still on the page as they were when they were quoted.
    stands: bool,
    fate: Option<Fate>,
    fate_at: Option<Time>,
}

impl Watch {
    pub(super) async fn run(self, app: &App) -> Result<Ending> {
        let ids = self.wanted(app).await?;
        let json = self.json;
        let looking = ids.into_iter().map(|id| async move {
            let looked = look(app, id).await;
            if let (Ok(looked), false) = (&looked, json) {
                looked.print();
            }
            looked
        });
        let mut looks = futures_util::stream::iter(looking).buffered(SIDE_BY_SIDE);
        let mut looked = Vec::new();
        while let Some(one) = looks.next().await {
            looked.push(one?);
        }
        if json {
            print_json(&looked)?;
        } else {
            eprintln!("{} sources", looked.len());
        }
        Ok(match &looked {
            looked if looked.iter().any(|one| one.problem.is_some()) => Ending::OutsideFailed,
            looked if looked.iter().any(Looked::is_finding) => Ending::Findings,
            _ => Ending::Done,
        })
    }

    async fn wanted(&self, app: &App) -> Result<Vec<SourceId>> {
        let mut ids = Vec::new();
        if self.all {
            loop {
                let after = ids.last().copied().unwrap_or(SourceId(0));
                let more = app.db.read(move |tx| watch::all(tx, after, 1000)).await?;
                if more.is_empty() {
                    return Ok(ids);
                }
                ids.extend(more);
            }
        }
        for asked in &self.sources {
            // All of them are understood before the first is asked for.
            ids.push(find(app, asked).await?.source_id);
        }
        if self.sources.is_empty() {
            let now = app.now();
            ids = app.db.read(move |tx| watch::due(tx, now, usize::MAX >> 1)).await?;
        }
        Ok(ids)
    }
}

async fn look(app: &App, id: SourceId) -> Result<Looked> {
    let was = app.db.read(move |tx| Source::find(tx, id)).await?.state;
    let copy = match looking::look(app, id).await {
        Ok(copy) => copy,
        Err(error @ Error::Internal(_)) => return Err(error),
        Err(error) => {
            let source = app.db.read(move |tx| Source::find(tx, id)).await?;
            return Ok(Looked { problem: Some(error.to_string()), ..Looked::of(source, was) });
        }
    };
    if copy.is_some() {
        looking::compare_anew(app, id).await?;
    }
    let now = app.now();
    let (source, last, quoted) = app
        .db
        .read(move |tx| {
            let last = standing::looks(tx, id, 1)?.pop();
            Ok((Source::find(tx, id)?, last, Quoted::from(tx, id, false, now, MOST_QUOTED)?))
        })
        .await?;
    let path = |copy: Capture| app.url(&copy.path(source.source_id));
    let kept = copy.filter(|copy| !copy.warc_file.is_empty()).map(path);
    Ok(Looked {
        health: last.as_ref().map(|look| look.health),
        at: last.as_ref().map(|look| look.at),
        changed: last.and_then(|look| look.standing).map(|standing| 1.0 - standing),
        copy: kept,
        quotations: quoted.into_iter().map(Told::of).collect(),
        ..Looked::of(source, was)
    })
}

impl Looked {
    fn of(source: Source, was: State) -> Looked {
        Looked {
            id: source.source_id,
            url: source.url,
            was,
            state: source.state,
            since: source.state_since,
            evidence: source.evidence,
            health: None,
            at: None,
            changed: None,
            copy: None,
            due: source.due_at,
            quotations: Vec::new(),
            problem: None,
        }
    }

    fn is_finding(&self) -> bool {
        matches!(self.state, State::Changed | State::Blocked | State::Failing | State::Gone)
    }

    fn print(&self) {
        let why = self.problem.as_deref().unwrap_or(&self.evidence);
        println!("{:<9}  {}  {why}", self.state.as_str(), self.url);
        for told in self.quotations.iter().filter(|told| !told.stands) {
            let words: String = told.text.chars().take(70).collect();
            println!("           {}: “{words}”", told.fate.map_or("lost", Fate::as_str));
        }
    }
}

impl Told {
    fn of(quoted: Quoted) -> Told {
        let fate = quoted.fate();
        let stood = matches!(quoted.verdict.as_str(), "verbatim" | "elided" | "altered" | "spliced");
        Told {
            post: quoted.post_id,
            text: quoted.words,
            stands: stood && fate.is_none(),
            verdict: quoted.verdict,
            fate: fate.map(|(fate, _)| fate),
            fate_at: fate.map(|(_, at)| at),
        }
    }
}
