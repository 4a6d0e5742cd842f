//! CDXJ indexes: one line per capture, sorted by address and moment, saying where its record lies.
//!
//! ```text
//! org,example)/tides 20260301123000 {"url":"https://example.org/tides","mime":"text/html","status":200,…}
//! ```

mod index;
mod surt;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::time::Timestamp;

pub use index::{Index, Indexed, index};
pub(crate) use index::{entry, is_capture};
pub use surt::surt;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The address as [`surt`] writes it.
    pub key: String,
    /// To the second, as the line holds it.
    pub at: Timestamp,
    pub url: String,
    /// `warc/revisit` for a revisit.
    pub mime: Option<String>,
    pub status: Option<u16>,
    /// Of the payload, as the record declares it.
    pub digest: Option<String>,
    /// Of the WARC file, without its folder.
    pub filename: String,
    /// In bytes of the WARC file.
    pub offset: u64,
    pub length: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("a line of an index has an address, a moment and a JSON object, and this has not: {0:?}")]
    Parts(String),
    #[error("{0:?} is not a moment of 14 to 17 digits")]
    Moment(String),
    #[error("the JSON does not say {0}")]
    Missing(&'static str),
}

/// In the order of the specification. Numbers are JSON numbers, as in its example.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut json = Map::new();
        json.insert("url".into(), self.url.clone().into());
        let optional = [("digest", &self.digest), ("mime", &self.mime)];
        for (name, value) in optional {
            if let Some(value) = value {
                json.insert(name.into(), value.clone().into());
            }
        }
        json.insert("filename".into(), self.filename.clone().into());
        json.insert("offset".into(), self.offset.into());
        json.insert("length".into(), self.length.into());
        if let Some(status) = self.status {
            json.insert("status".into(), status.into());
        }
        write!(f, "{} {} {}", self.key, self.at.digits(), Value::Object(json))
    }
}

/// Takes numbers as JSON numbers and as strings: tools write both.
impl FromStr for Entry {
    type Err = EntryError;

    fn from_str(line: &str) -> Result<Entry, EntryError> {
        let parts = || EntryError::Parts(line.chars().take(80).collect());
        let (key, rest) = line.trim_end().split_once(' ').ok_or_else(parts)?;
        let (moment, json) = rest.split_once(' ').ok_or_else(parts)?;
        let at = Timestamp::from_digits(moment)
            .map_err(|_| EntryError::Moment(moment.chars().take(40).collect()))?;
        let json: Map<String, Value> = serde_json::from_str(json).map_err(|_| parts())?;
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Entry {
            key: key.to_owned(),
            at,
            url: text("url").ok_or(EntryError::Missing("url"))?,
            mime: text("mime"),
            status: number(&json, "status").and_then(|number| u16::try_from(number).ok()),
            digest: text("digest"),
            filename: text("filename").ok_or(EntryError::Missing("filename"))?,
            offset: number(&json, "offset").ok_or(EntryError::Missing("offset"))?,
            length: number(&json, "length").ok_or(EntryError::Missing("length"))?,
        })
    }
}

fn number(json: &Map<String, Value>, name: &str) -> Option<u64> {
    let value = json.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The order of the lines: bytes of the address, then the moment.
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        // The blank behind the address takes part, as it does where lines are sorted as text.
        let by_key = self.key.bytes().chain([b' ']).cmp(other.key.bytes().chain([b' ']));
        by_key.then_with(|| self.at.cmp(&other.at)).then_with(|| self.to_string().cmp(&other.to_string()))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
