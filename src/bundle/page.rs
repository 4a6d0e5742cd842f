//! What a bundle tells of each copy: a line of `pages/pages.jsonl`, with more in it than the specification asks for.

use crate::Result;
use crate::app::App;
use crate::id::CaptureId;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::source::health::Evidence;
use crate::source::{Capture, Health, Provenance, Source};
use crate::time::Time;
use serde_json::{Map, Value, json};

/// What a page's line tells.
pub(super) struct Facts {
    pub(super) copy: Capture,
    source: Source,
    supplied_by: Option<String>,
    /// Address and moment of the page's own record.
    pub(super) page: Option<(String, Time)>,
}

impl Facts {
    pub(super) fn of(tx: &mut Tx, id: CaptureId) -> Result<Facts> {
        let copy = Capture::find(tx, id)?;
        let source = Source::resolved(tx, copy.source_id)?;
        let supplied_by =
            copy.supplied_by.map(|by| Person::find(tx, by)).transpose()?.map(|person| person.name);
        let records = Capture::records(tx, id)?;
        let pages = || records.iter().filter(|record| record.role == "page");
        let page = pages().find(|record| record.url == copy.final_url).or_else(|| pages().next_back());
        let page = page.map(|record| (record.url.clone(), record.recorded_at));
        Ok(Facts { copy, source, supplied_by, page })
    }

    pub(super) fn title(&self) -> String {
        match self.copy.health {
            Health::Good if !self.copy.title.is_empty() => self.copy.title.clone(),
            Health::Good => self.source.name(),
            health => {
                format!("{} (no copy of it: {})", self.source.name(), health.as_str().replace('_', " "))
            }
        }
    }

    pub(super) fn provenance(&self, app: &App) -> Map<String, Value> {
        let copy = &self.copy;
        let evidence: Evidence = serde_json::from_str(&copy.evidence).unwrap_or_default();
        let mut told = Map::new();
        let mut tell = |name: &str, value: String| {
            if !value.is_empty() {
                told.insert(name.to_owned(), Value::String(value));
            }
        };
        tell("asked", copy.url.clone());
        tell("health", copy.health.as_str().to_owned());
        tell("why", evidence.why);
        tell("provenance", copy.provenance.as_str().to_owned());
        if copy.provenance == Provenance::Supplied {
            tell("suppliedBy", self.supplied_by.clone().unwrap_or_default());
        }
        tell("archive", evidence.archive);
        tell("memento", evidence.memento);
        tell("payload", copy.payload_digest.clone());
        tell("file", file_name(copy));
        tell("keptAt", app.url(&copy.path(self.source.source_id)));
        if copy.private {
            told.insert("private".into(), json!(true));
        }
        told
    }
}

/// `12-20260314093000.warc.gz`: as the file is called among our own, in one folder.
pub(super) fn file_name(copy: &Capture) -> String {
    copy.warc_file.trim_start_matches("captures/").replace('/', "-")
}
