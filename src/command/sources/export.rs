//! `ibid sources export`: kept copies as one file that other people's tools open.

use super::super::Ending;
use crate::app::App;
use crate::bundle::{self, For, Form, Plan, Subject, pack::Packed};
use crate::config::Config;
use crate::id::{PostId, SourceId};
use crate::{Error, Result, error::Context};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct Export {
    /// Where to; - is standard output
    file: PathBuf,
    /// Only what this post cites
    #[arg(long, value_name = "ID", conflicts_with = "source")]
    post: Option<String>,
    /// Only this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// wacz or warc [default: by the file's ending]
    #[arg(long)]
    format: Option<Format>,
    /// Report as JSON on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Wacz,
    Warc,
}

#[derive(Serialize)]
struct Report {
    file: PathBuf,
    format: &'static str,
    #[serde(flatten)]
    packed: Packed,
}

impl Export {
    pub(super) async fn run(self, config: Config) -> Result<Ending> {
        let (form, format) = self.form()?;
        let subject = self.subject()?;
        let to_stdout = self.file == Path::new("-");
        if to_stdout && self.json {
            return Err(Error::Invalid("The report and the file cannot both go to standard output.".into()));
        }
        let app = App::open_existing(config).await?;
        let now = app.now();
        let plan = match app.db.read(move |tx| Plan::of(tx, subject, For::Desk, now)).await {
            Err(Error::NotFound) => return Err(Error::Invalid(self.nothing_there())),
            plan => plan?,
        };
        if plan.captures.is_empty() {
            return Err(Error::Invalid("No copy is kept of that, so there is nothing to export.".into()));
        }
        let file = self.file.clone();
        let packed = tokio::task::spawn_blocking(move || match to_stdout {
            true => write(&app, &plan, form, BufWriter::new(std::io::stdout().lock())),
            false => beside(&file, |out| write(&app, &plan, form, out)),
        });
        let packed = packed.await.internal("the export panicked")??;
        eprintln!("{} copies, {} with a time-stamp", packed.copies, packed.stamped);
        if self.json {
            let report = Report { file: self.file, format, packed };
            println!("{}", serde_json::to_string_pretty(&report).internal("the report cannot be written")?);
        }
        Ok(Ending::Done)
    }

    fn form(&self) -> Result<(Form, &'static str)> {
        let name = self.file.to_string_lossy().to_ascii_lowercase();
        Ok(match self.format {
            Some(Format::Wacz) => (Form::Wacz, "wacz"),
            Some(Format::Warc) => (Form::Warc, "warc"),
            None if name == "-" || name.ends_with(".wacz") => (Form::Wacz, "wacz"),
            None if name.ends_with(".warc.gz") => (Form::Warc, "warc"),
            None => {
                return Err(Error::Invalid(format!(
                    "{} ends neither in .wacz nor in .warc.gz: say which with --format wacz or --format warc.",
                    self.file.display()
                )));
            }
        })
    }

    fn subject(&self) -> Result<Subject> {
        let bad =
            |what: &str, id: &str| Error::Invalid(format!("“{id}” is no {what}'s id, which is a number."));
        Ok(match (&self.post, &self.source) {
            (Some(id), _) => Subject::Post(id.parse::<PostId>().map_err(|_| bad("post", id))?),
            (_, Some(id)) => Subject::Source(id.parse::<SourceId>().map_err(|_| bad("source", id))?),
            (None, None) => Subject::Everything,
        })
    }

    fn nothing_there(&self) -> String {
        match (&self.post, &self.source) {
            (Some(id), _) => format!("There is no post {id}."),
            (_, Some(id)) => format!("There is no source {id}; see `ibid sources list`."),
            (None, None) => "There is nothing to export.".into(),
        }
    }
}

fn write(app: &App, plan: &Plan, form: Form, out: impl Write) -> Result<Packed> {
    let (all, shown) = (plan.captures.len(), std::io::stderr().is_terminal());
    bundle::pack(app, plan, form, out, &mut |copies| match shown {
        true => eprint!("\r{copies} of {all} copies{}", if copies == all { "\n" } else { "" }),
        false if copies % 1000 == 0 => eprintln!("{copies} of {all} copies"),
        false => {}
    })
}

/// Under another name until it is whole: a file of this name is one that can be relied on.
fn beside(file: &Path, write: impl FnOnce(BufWriter<&std::fs::File>) -> Result<Packed>) -> Result<Packed> {
    let cannot = || format!("{} cannot be written", file.display());
    let name = file.file_name().ok_or_else(|| Error::Invalid(cannot()))?.to_string_lossy();
    let begun = file.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let out = std::fs::File::create(&begun).invalid(cannot())?;
    let written = write(BufWriter::new(&out)).and_then(|packed| {
        out.sync_all().outside(cannot())?;
        std::fs::rename(&begun, file).outside(cannot())?;
        Ok(packed)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&begun);
    }
    written
}
