//! The labelled quotations that `IBID_TEST_DATA` points at, and what is said of each.

#[path = "edits.rs"]
mod edits;
#[path = "goals.rs"]
pub(crate) mod goals;

use quotecheck::{Finding, Source};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One quotation with its label and what was found.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) quote: String,
    pub(crate) finding: Finding,
}

/// The folder of labelled quotations, if there is one.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("IBID_TEST_DATA")?).join("quotes");
    folder.is_dir().then_some(folder)
}

/// Every set by its name, `each` of every kind that is made here.
pub(crate) fn sets(folder: &Path, each: usize) -> [(&'static str, Vec<Case>); 5] {
    [
        ("constructed", constructed(folder)),
        ("real", mined(folder, "pairs-real-presidential.jsonl")),
        ("look-alikes", mined(folder, "lookalikes-real-presidential.jsonl")),
        ("sayings", sayings(folder)),
        ("edited", edited(folder, each)),
    ]
}

/// Quotations made from the sources by known edits.
fn constructed(folder: &Path) -> Vec<Case> {
    let mut sources = Sources::new(folder);
    rows(folder, "constructed-labelled.jsonl")
        .into_iter()
        .filter_map(|row| {
            let label = text(&row, "label");
            let finding = sources.get(&text(&row, "attributed_doc"))?.find(&text(&row, "quote"));
            Some(Case { id: text(&row, "id"), label, quote: text(&row, "quote"), finding })
        })
        .collect()
}

/// Quotations that people really made of earlier texts, `label` being how near they are; or, from the file of
/// look-alikes, passages that only resemble one.
fn mined(folder: &Path, file: &str) -> Vec<Case> {
    let mut sources = Sources::new(folder);
    rows(folder, file)
        .into_iter()
        .filter_map(|row| {
            let found = &row["match"];
            let finding = sources.get(&text(found, "doc"))?.find(&text(&row, "quote"));
            Some(Case {
                id: text(&row, "id"),
                label: text(found, "kind"),
                quote: text(&row, "quote"),
                finding,
            })
        })
        .collect()
}

/// Popular sayings under a name, against every text of somebody of that name.
fn sayings(folder: &Path) -> Vec<Case> {
    let mut sources = Sources::new(folder);
    let mut names: Vec<String> = std::fs::read_dir(folder.join("sources/presidential"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    let mut cases = Vec::new();
    for row in rows(folder, "fortunes-attributed-to-presidents.jsonl") {
        let attributed = text(&row, "attributed_to").to_lowercase();
        let family = attributed.rsplit(' ').next().unwrap_or("").to_owned();
        for name in names.iter().filter(|name| name.to_lowercase().contains(&family)) {
            let Some(source) = sources.get(name) else { continue };
            let finding = source.find(&text(&row, "quote"));
            let label = if row["match"]["doc"] == name.as_str() { "matched" } else { "unmatched" };
            cases.push(Case { id: name.clone(), label: label.into(), quote: text(&row, "quote"), finding });
        }
    }
    cases
}

/// Quotations made here from the same sources, with other random choices: enough of each kind to see one in a
/// thousand go wrong.
fn edited(folder: &Path, each: usize) -> Vec<Case> {
    edits::cases(folder, each)
}

struct Sources {
    folder: PathBuf,
    read: HashMap<String, Option<Source>>,
}

impl Sources {
    fn new(folder: &Path) -> Sources {
        Sources { folder: folder.join("sources/presidential"), read: HashMap::new() }
    }

    fn get(&mut self, name: &str) -> Option<&Source> {
        let file = self.folder.join(format!("{name}.txt"));
        let read = || std::fs::read(file).ok().map(|bytes| Source::new(&String::from_utf8_lossy(&bytes)));
        self.read.entry(name.to_owned()).or_insert_with(read).as_ref()
    }
}

fn rows(folder: &Path, file: &str) -> Vec<Value> {
    let read = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
    read.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}
