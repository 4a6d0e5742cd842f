//! `ibid sources verify`: what a bundle proves, to somebody who trusts nobody in particular. Needs no publication.

use super::super::Ending;
use crate::bundle::check::{self, Checked, Signature};
use crate::{Result, error::Context};
use clap::Args;
use std::path::PathBuf;
use wacz::sign::Roots;

#[derive(Args)]
pub(super) struct Verify {
    /// A WACZ or WARC file
    file: PathBuf,
    /// PEM of authorities to be trusted besides those that browsers trust
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Report as JSON on stdout
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self) -> Result<Ending> {
        let mut roots = Roots::default();
        for file in &self.trust {
            let pem = std::fs::read_to_string(file).invalid(format!("{} cannot be read", file.display()))?;
            let more = Roots::from_pem(&pem).invalid(format!("{} holds no certificates", file.display()))?;
            roots = roots.and(more);
        }
        let checked = check::check(&self.file, &check::trust(roots))?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&checked).internal("the report cannot be written")?);
        } else {
            tell(&checked);
        }
        Ok(if checked.is_sound() { Ending::Done } else { Ending::Findings })
    }
}

fn tell(checked: &Checked) {
    let line = |label: &str, words: String| println!("{label:<13}{words}");
    if !checked.title.is_empty() {
        line("title", checked.title.clone());
    }
    match checked.form {
        "wacz" => line("holds", format!("{} pages, {} answers in the index", checked.pages, checked.records)),
        _ => line("holds", format!("{} records, {} digests are right", checked.records, checked.digests)),
    }
    match checked.faults.len() {
        0 => line("sound", "yes: whatever has a digest has it still".into()),
        count => line("sound", format!("no: {count} faults")),
    }
    if checked.form == "wacz" {
        line("signed", checked.signature.as_ref().map_or_else(|| "no".into(), signed));
        stamps(checked);
    }
    checked.notes.iter().for_each(|note| line("note", note.clone()));
    checked.faults.iter().for_each(|fault| println!("! {fault}"));
}

fn signed(signature: &Signature) -> String {
    let Signature { by, created, .. } = signature;
    let stamped = match &signature.stamped {
        Some(at) => format!("; an authority saw the signature at {at}"),
        None => String::new(),
    };
    match (signature.domain, signature.trusted) {
        (true, true) => format!("by the domain {by}, at {created}{stamped}"),
        (true, false) => format!("in the name of {by}, at {created}, but {}", signature.why),
        (false, true) => format!("at {created} by whoever holds the key {by}{stamped}"),
        (false, false) => format!("with the key {by}, but {}", signature.why),
    }
}

fn stamps(checked: &Checked) {
    for stamp in &checked.stamps {
        let whom = match stamp.trusted {
            true => "says an authority that is trusted here".to_owned(),
            false => {
                format!("says an authority that is not trusted here ({}); --trust FILE names one", stamp.why)
            }
        };
        let copies = if stamp.copies == 1 { "copy was" } else { "copies were" };
        println!("{:<13}{} {copies} there at {}, {whom}", "time-stamped", stamp.copies, stamp.at);
    }
    if checked.stamps.is_empty() {
        println!("{:<13}no", "time-stamped");
    } else if checked.unstamped > 0 {
        println!("{:<13}{} copies without a stamp", "", checked.unstamped);
    }
}
