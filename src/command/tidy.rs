//! `ibid tidy FILE|-`: pasted text as Markdown with citations. Needs no data folder.

use super::Ending;
use crate::{Result, error::Context};
use clap::Args;
use std::io::{Read, Write};
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Tidy {
    /// A text or HTML file; - reads standard input
    file: PathBuf,
    /// Write {"markdown", "notes", "transcripts"} instead
    #[arg(long)]
    json: bool,
}

impl Tidy {
    pub(super) fn run(self) -> Result<Ending> {
        let text = read(&self.file)?;
        let rich = looks_like_html(&text).then_some(text.as_str());
        let tidied = markup::tidy::paste(rich, if rich.is_some() { "" } else { &text });
        let mut out = std::io::stdout().lock();
        if self.json {
            let json = serde_json::to_string_pretty(&tidied).internal("writing JSON")?;
            return writeln!(out, "{json}").outside("Standard output is closed").map(|()| Ending::Done);
        }
        out.write_all(tidied.markdown.as_bytes()).outside("Standard output is closed")?;
        for note in &tidied.notes {
            eprintln!("line {}: {}", note.line, note.sentence);
        }
        Ok(Ending::Done)
    }
}

/// A file's text, or standard input's for `-`.
pub(super) fn read(file: &std::path::Path) -> Result<String> {
    let mut bytes = Vec::new();
    match file.as_os_str() == "-" {
        true => {
            std::io::stdin().read_to_end(&mut bytes).map(|_| ()).outside("Standard input cannot be read")?
        }
        false => bytes = std::fs::read(file).invalid(format!("{} cannot be read", file.display()))?,
    }
    String::from_utf8(bytes).invalid(format!("{} is not UTF-8 text", file.display()))
}

/// A clipboard's HTML, or a page saved by a browser: it says so in its first tag.
pub(super) fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let start: String = start.chars().take(64).collect::<String>().to_ascii_lowercase();
    [
        "<!doctype html",
        "<html",
        "<meta",
        "<body",
        "<div",
        "<p>",
        "<p ",
        "<span",
        "<article",
        "<!--startfragment",
    ]
    .iter()
    .any(|tag| start.starts_with(tag))
}
