//! A page that somebody brings: as their browser saved it, as a PDF, or in a web archive. It is kept like a page that was fetched,
//! with who brought it and when, and is believed as far as a person is.

use super::capture::{self, Came};
use super::{Capture, Provenance, Source, state};
use crate::app::{App, compute};
use crate::id::{PersonId, SourceId};
use crate::outside::fetch::{Answer, Shelf, Web};
use crate::time::Time;
use crate::{Error, Result};
use bytes::Bytes;
use std::io::Cursor;
use url::Url;
use wacz::warc::{Kind, Reader, Record};

/// What a web archive may unpack to.
const MOST_UNPACKED: usize = 200_000_000;
const MOST_RECORDS: usize = 5_000;

/// Keeps what somebody brought as a copy of a source, good or not.
pub async fn keep(app: &App, id: SourceId, by: PersonId, name: String, file: Bytes) -> Result<Capture> {
    let source = app.db.read(move |tx| Source::find(tx, id)).await?;
    let now = app.now();
    let (url, called) = (source.url, name.clone());
    let shelf = compute(move || shelf(&url, &called, &file, now)).await??;
    let came = Came { by: Some(by), at: Some(now), file: name, ..Came::by(Provenance::Supplied) };
    capture::keep_as(app, id, Web::Shelf(&shelf), came).await
}

/// The answers that a file holds, the page of `url` among them.
fn shelf(url: &str, name: &str, file: &[u8], now: Time) -> Result<Shelf> {
    let mut shelf = Shelf::new(now);
    if file.starts_with(b"PK\x03\x04") {
        let mut recorded = Recorded::default();
        let unreadable = |e: wacz::package::PackageError| {
            Error::Invalid(format!("“{name}” is a ZIP, but no WACZ that can be read: {e}."))
        };
        let mut package = wacz::package::Package::open(Cursor::new(file)).map_err(unreadable)?;
        for path in package.paths().into_iter().filter(|path| is_warc(path)) {
            recorded.take(package.records(&path).map_err(unreadable)?);
        }
        return recorded.onto(shelf, url, name);
    }
    if file.starts_with(&[0x1f, 0x8b]) || file.starts_with(b"WARC/") {
        let mut recorded = Recorded::default();
        recorded.take(Reader::new(Cursor::new(file)));
        return recorded.onto(shelf, url, name);
    }
    let media_type = kind(file).ok_or_else(|| {
        Error::Invalid(format!(
            "“{name}” is no page that can be kept: bring HTML, PDF, plain text, WARC or WACZ."
        ))
    })?;
    shelf.put(url, Answer::Brought { media_type: media_type.into(), body: file.to_vec() });
    Ok(shelf)
}

fn is_warc(path: &str) -> bool {
    path.starts_with("archive/") && (path.ends_with(".warc") || path.ends_with(".warc.gz"))
}

/// By what it begins with: what a browser calls a file says little.
fn kind(file: &[u8]) -> Option<&'static str> {
    let start = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii_start();
    let start = &start[..start.len().min(2000)];
    if start.starts_with(b"%PDF-") {
        return Some("application/pdf");
    }
    if start.contains(&0) {
        // UTF-16, as some browsers save.
        return matches!(file, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]).then_some("text/html");
    }
    let lower = start.to_ascii_lowercase();
    let has = |tag: &[u8]| lower.windows(tag.len()).any(|window| window == tag);
    match [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<title"].iter().any(|tag| has(tag)) {
        true => Some("text/html"),
        false => {
            (!file.is_empty() && std::str::from_utf8(file).is_ok()).then_some("text/plain; charset=utf-8")
        }
    }
}

/// The answers of a web archive, each with its address.
#[derive(Default)]
struct Recorded {
    answers: Vec<(String, Answer)>,
    bytes: usize,
}

impl Recorded {
    /// What cannot be read is passed over: half an archive may hold the page.
    fn take<R: std::io::Read>(&mut self, reader: Reader<R>) {
        for record in reader.take(MOST_RECORDS).filter_map(Result::ok) {
            self.bytes += record.block.len();
            if self.bytes > MOST_UNPACKED || self.answers.len() >= MOST_RECORDS {
                return;
            }
            self.answers.extend(answer(record));
        }
    }

    fn onto(self, mut shelf: Shelf, url: &str, name: &str) -> Result<Shelf> {
        let page = self.answers.iter().position(|(at, _)| at == url);
        let page = page.or_else(|| self.answers.iter().position(|(at, _)| state::same_place(at, url)));
        let Some(page) = page else {
            let held: Vec<&str> = self.answers.iter().take(3).map(|(at, _)| at.as_str()).collect();
            return Err(Error::Invalid(match held.is_empty() {
                true => format!("“{name}” holds no answer of any site that could be read."),
                false => format!("“{name}” does not hold {url}; it holds {}.", held.join(", ")),
            }));
        };
        for (at, (address, answer)) in self.answers.into_iter().enumerate() {
            // The last answer of an address stands; the page goes by the name of its source.
            let address = Url::parse(&address).map_or(address, String::from);
            shelf.put(if at == page { url } else { &address }, answer);
        }
        Ok(shelf)
    }
}

fn answer(record: Record) -> Option<(String, Answer)> {
    let url = record.target_uri()?.to_owned();
    let at = Time(record.date().ok()?.micros());
    match record.kind()? {
        Kind::Response if record.response().is_ok() => {
            Some((url, Answer::Recorded { at, response: record.block }))
        }
        Kind::Resource => {
            let media_type = record.content_type().unwrap_or("application/octet-stream").to_owned();
            Some((url, Answer::Brought { media_type, body: record.block }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_brought_is_known_by_how_it_begins() {
        for (file, expected) in [
            (&b"%PDF-1.7\n"[..], Some("application/pdf")),
            (b"<!DOCTYPE html> <html><!--\n Page saved with SingleFile", Some("text/html")),
            (b"\xef\xbb\xbf\n<HTML>", Some("text/html")),
            (b"Only words.", Some("text/plain; charset=utf-8")),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
            (b"", None),
        ] {
            assert_eq!(kind(file), expected, "{:?}", String::from_utf8_lossy(file));
        }
    }

    #[test]
    fn a_file_that_holds_another_page_is_refused_in_words() {
        let warc = b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Date: 2026-03-14T09:30:00Z\r\n\
            WARC-Target-URI: https://quay.example/other\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nBoat\r\n\r\n";
        let say = |file: &[u8]| {
            shelf("https://quay.example/lamps", "night.warc", file, Time(0)).err().unwrap().to_string()
        };
        assert_eq!(
            say(warc),
            "“night.warc” does not hold https://quay.example/lamps; it holds https://quay.example/other."
        );
        assert!(say(b"PK\x03\x04").starts_with("“night.warc” is a ZIP, but no WACZ that can be read"));
        assert!(shelf("https://quay.example/other/", "night.warc", warc, Time(0)).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn no_file_is_too_strange(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), zip: bool) {
            let start: &[u8] = if zip { b"PK\x03\x04" } else { b"WARC/1.1\r\n" };
            drop(shelf("https://quay.example/", "x", &bytes, Time(0)));
            drop(shelf("https://quay.example/", "x", &[start, &bytes].concat(), Time(0)));
        }
    }
}
