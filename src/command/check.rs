//! `ibid check FILE`: a document's quotations against their sources. Needs no data folder; uses its copies if there is one.

mod report;
mod texts;

use super::Ending;
use super::tidy::read;
use crate::config::Config;
use crate::quote::{Asked, Held, Judgement, Kind, Report, Ruling, differences, judge, places};
use crate::{Result, error::Context};
use clap::Args;
use quotecheck::Verdict;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use texts::Texts;

#[derive(Args)]
pub(super) struct Check {
    /// A Markdown document; - reads standard input
    file: PathBuf,
    /// Compare what cites URL with the file PATH (HTML or text); may be given again
    #[arg(long = "source", value_name = "URL=PATH", value_parser = source)]
    sources: Vec<(String, PathBuf)>,
    /// Fetch nothing
    #[arg(long)]
    offline: bool,
    /// Report as JSON
    #[arg(long)]
    json: bool,
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
    quotations: &'a [Report],
    /// By verdict; reported speech is not judged and not counted.
    counts: BTreeMap<&'static str, usize>,
}

impl Check {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        let text = read(&self.file)?;
        let document = markup::read(&text, &markup::Options::default());
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
            let judgement = judgement?;
            let cited = quotation.citation.map(|at| document.citations[at].canonical.clone());
            (judgement.ruling != Ruling::Beyond).then(|| report(quotation, &judgement, cited))
        });
        let reports: Vec<Report> = told.collect();
        let counts = Report::counts(&reports);
        let counted = Document { file: self.file.display().to_string(), quotations: &reports, counts };
        let mut out = std::io::stdout().lock();
        let written = match self.json {
            true => {
                let json = serde_json::to_string_pretty(&counted).internal("writing JSON")?;
                writeln!(out, "{json}")
            }
            false => report::write(&mut out, &counted.file, &reports),
        };
        written.outside("Standard output is closed")?;
        Ok(self.ending(&reports))
    }

    fn ending(&self, reports: &[Report]) -> Ending {
        let any = |wanted: &dyn Fn(&Report) -> bool| reports.iter().any(wanted);
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

fn report(quotation: &markup::Quotation, judgement: &Judgement, cited: Option<String>) -> Report {
    Report {
        line: quotation.line as i64,
        text: quotation.text.clone(),
        speaker: quotation.speaker.clone(),
        kind: Kind::of(quotation),
        verdict: Some(judgement.ruling).filter(|ruling| matches!(ruling, Ruling::Said(_))),
        cut: judgement.cut().as_str().into(),
        material: judgement.material(),
        source: cited,
        capture: None,
        spans: judgement.finding.iter().flat_map(places).collect(),
        changes: judgement.finding.iter().flat_map(differences).collect(),
    }
}
