//! `ibid check FILE`: a document's quotations against their sources. Needs no data folder; uses its copies if there is one.

mod form;
mod junit;
mod report;
mod sarif;
mod texts;
mod told;

use super::Ending;
use super::tidy::read;
use crate::config::Config;
use crate::quote::{Asked, Held, Judgement, Kind, Report, Ruling, Stands, differences, judge, places};
use crate::time::Time;
use crate::{Result, error::Context};
use clap::Args;
use quotecheck::{Finding, Verdict};
use report::Paint;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use texts::Texts;

#[derive(Args)]
pub(super) struct Check {
    /// A document in Markdown, HTML or plain text; - reads standard input
    file: PathBuf,
    /// Compare what cites URL with the file PATH (HTML or text); may be given again
    #[arg(long = "source", value_name = "URL=PATH", value_parser = source)]
    sources: Vec<(String, PathBuf)>,
    /// Fetch nothing
    #[arg(long)]
    offline: bool,
    /// Report as JSON
    #[arg(long, group = "form")]
    json: bool,
    /// Report as JUnit XML: every quotation a test
    #[arg(long, group = "form")]
    junit: bool,
    /// Report as SARIF 2.1.0: what somebody should look at, by line
    #[arg(long, group = "form")]
    sarif: bool,
}

/// One quotation of the report, and what it was made from.
struct Entry {
    report: Report,
    finding: Option<Finding>,
}

/// Addresses hold `=`, paths hardly ever: the last one divides.
fn source(typed: &str) -> Result<(String, PathBuf), String> {
    match typed.rsplit_once('=') {
        Some((url, path)) if !url.is_empty() && !path.is_empty() => Ok((url.into(), path.into())),
        _ => Err("write it as https://example.org/page=page.html".into()),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    file: String,
    quotations: Vec<&'a Report>,
    /// By verdict; reported speech is not judged and not counted.
    counts: BTreeMap<&'static str, usize>,
}

impl Check {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        let (text, now) = (read(&self.file)?, config.clock.now());
        let document = form::read(&self.file, &text);
        let mut texts = Texts::given(&self.sources)?;
        if !self.offline {
            texts.look(config, &document).await?;
        }
        let asked: Vec<Asked> = document.quotations.iter().map(Asked::of).collect();
        let only = texts.only(&document);
        let held = |i: usize| match (document.quotations[i].citation, &only) {
            (_, Some(only)) => only,
            (Some(at), None) => texts.of(&document.citations[at]),
            (None, None) => &Held::NoSource,
        };
        let judgements = judge::judge(&asked, held);
        let told = document.quotations.iter().zip(judgements).filter_map(|(quotation, judgement)| {
            let judgement = judgement.filter(|judgement| judgement.ruling != Ruling::Beyond)?;
            let cited = quotation.citation.map(|at| document.citations[at].canonical.clone());
            Some(Entry { report: report(quotation, &judgement, cited), finding: judgement.finding })
        });
        let entries: Vec<Entry> = told.collect();
        self.tell(&entries, now)?;
        Ok(self.ending(&entries))
    }

    fn tell(&self, entries: &[Entry], now: Time) -> Result<()> {
        let file = self.file.display().to_string();
        let mut out = std::io::stdout().lock();
        let written = match (self.json, self.junit, self.sarif) {
            (true, ..) => {
                let quotations: Vec<&Report> = entries.iter().map(|entry| &entry.report).collect();
                let counts = Report::counts(quotations.iter().copied());
                writeln!(out, "{}", json(&Document { file, quotations, counts })?)
            }
            (_, true, _) => junit::write(&mut out, &file, entries, now),
            (_, _, true) => writeln!(out, "{}", json(&sarif::of(&file, entries))?),
            _ => report::write(&mut out, &Paint::of_stdout(), &file, entries),
        };
        written.outside("Standard output is closed")
    }

    fn ending(&self, entries: &[Entry]) -> Ending {
        let any = |wanted: &dyn Fn(&Report) -> bool| entries.iter().any(|entry| wanted(&entry.report));
        let said = |report: &Report, verdict| report.verdict == Some(Ruling::Said(verdict));
        if any(&|r| {
            said(r, Verdict::Spliced) || said(r, Verdict::NotFound) || said(r, Verdict::Altered) && r.material
        }) {
            return Ending::Findings;
        }
        match !self.offline && any(&|r| said(r, Verdict::SourceUnavailable)) {
            true => Ending::OutsideFailed,
            false => Ending::Done,
        }
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).internal("writing JSON")
}

fn report(quotation: &markup::Quotation, judgement: &Judgement, cited: Option<String>) -> Report {
    Report {
        line: quotation.line as i64,
        text: quotation.text.clone(),
        speaker: quotation.speaker.clone(),
        kind: Kind::of(quotation),
        verdict: Some(judgement.ruling).filter(|ruling| matches!(ruling, Ruling::Said(_))),
        cut: judgement.cut().as_str().into(),
        material: judgement.material(),
        stands: judgement.stands().map(Stands::of),
        source: cited,
        capture: None,
        spans: judgement.finding.iter().flat_map(places).collect(),
        changes: judgement.finding.iter().flat_map(differences).collect(),
    }
}
