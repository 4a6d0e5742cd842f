//! Making an index of a WARC file, and looking addresses up in one.

use std::io::Read;
use std::ops::Range;

use super::{Entry, surt};
use crate::digest::Digest;
use crate::time::Timestamp;
use crate::warc::{Kind, ReadError, Reader, Record};

/// Lines in their order. Takes the memory of their text and 16 bytes each; lines are read only when asked for.
#[derive(Clone, Debug, Default)]
pub struct Index {
    text: String,
    lines: Vec<Range<usize>>,
}

/// The index of one WARC file.
#[derive(Debug, Default)]
pub struct Indexed {
    /// In their order.
    pub entries: Vec<Entry>,
    /// Records that could not be read.
    pub unreadable: Vec<ReadError>,
    /// Records that were read, captures or not.
    pub records: u64,
    /// Captures that cannot be read alone because they share a gzip member, or whose moment is unknown.
    pub left_out: u64,
}

/// One entry for each response, resource and revisit. `filename` is the WARC file's, without its folder.
pub fn index<R: Read>(reader: Reader<R>, filename: &str) -> Indexed {
    let mut indexed = Indexed::default();
    for record in reader {
        indexed.records += u64::from(record.is_ok());
        match record {
            Ok(record) if is_capture(&record) => match entry(&record, filename) {
                Some(entry) => indexed.entries.push(entry),
                None => indexed.left_out += 1,
            },
            Ok(_) => {}
            Err(error) => indexed.unreadable.push(error),
        }
    }
    indexed.entries.sort();
    indexed
}

/// The entry of a capture; `None` if the record is none, or cannot be read alone, or lacks address or moment.
pub(crate) fn entry(record: &Record, filename: &str) -> Option<Entry> {
    let length = record.place.length.filter(|_| is_capture(record))?;
    let url = record.target_uri()?.to_owned();
    let (status, mime) = described(record);
    let digest = record.payload_digest().map(|digest| match digest {
        Ok(digest) => digest.to_string(),
        Err(_) => record.fields.get("WARC-Payload-Digest").unwrap_or("").to_owned(),
    });
    Some(Entry {
        key: surt(&url),
        at: record.date().ok()?.whole_seconds(),
        mime,
        status,
        digest: digest.or_else(|| payload_digest(record)),
        filename: filename.to_owned(),
        offset: record.place.offset,
        length,
        url,
    })
}

pub(crate) fn is_capture(record: &Record) -> bool {
    // Fields about the crawl are no capture of a page, whatever record they come in.
    let about = record.content_type().is_some_and(|kind| kind.starts_with("application/warc-fields"));
    matches!(record.kind(), Some(Kind::Response | Kind::Resource | Kind::Revisit)) && !about
}

/// Status and media type. A resource came without a status and counts as 200, for the specification wants one.
fn described(record: &Record) -> (Option<u16>, Option<String>) {
    let response = record.is_http().then(|| record.response().ok()).flatten();
    let media_type = |value: &str| {
        let essence = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        (!essence.is_empty()).then_some(essence)
    };
    match (record.kind(), response) {
        (Some(Kind::Revisit), response) => {
            (response.map(|response| response.status), Some("warc/revisit".to_owned()))
        }
        (_, Some(response)) => {
            (Some(response.status), response.message.headers.get("Content-Type").and_then(media_type))
        }
        _ => (Some(200), record.content_type().and_then(media_type)),
    }
}

fn payload_digest(record: &Record) -> Option<String> {
    if record.kind() == Some(Kind::Revisit) {
        return None;
    }
    let response = record.is_http().then(|| record.response().ok()).flatten();
    let digest = match response {
        Some(response) => Digest::sha256(&response.message.entity().bytes),
        None => Digest::sha256(&record.block),
    };
    Some(digest.to_string())
}

impl Index {
    pub fn new(mut entries: Vec<Entry>) -> Index {
        entries.sort();
        entries.dedup();
        let text: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
        Index::read(text)
    }

    /// Lines in any order. Blank ones and those that describe the file (`!meta`, ` CDX`) are left out; what the
    /// others hold shows when they are asked for.
    pub fn read(text: String) -> Index {
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end().len();
            if end > start && !line.starts_with([' ', '!']) {
                lines.push(start..end);
            }
            start += line.len();
        }
        let sorted = lines.is_sorted_by(|one, two| text[one.clone()] <= text[two.clone()]);
        if !sorted {
            lines.sort_by(|one, two| text[one.clone()].cmp(&text[two.clone()]));
        }
        Index { text, lines }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| &self.text[line.clone()])
    }

    /// Every capture of the address, oldest first. Lines that cannot be read are left out.
    pub fn find(&self, url: &str) -> Vec<Entry> {
        let prefix = surt(url) + " ";
        let from = self.lines.partition_point(|line| self.text[line.clone()] < *prefix);
        let found = self.lines[from..].iter().map(|line| &self.text[line.clone()]);
        found.take_while(|line| line.starts_with(&prefix)).filter_map(|line| line.parse().ok()).collect()
    }

    /// The capture nearest in time; of two as near, the older.
    pub fn nearest(&self, url: &str, at: Timestamp) -> Option<Entry> {
        let at = at.whole_seconds();
        self.find(url).into_iter().min_by_key(|entry| entry.at.micros().abs_diff(at.micros()))
    }
}
