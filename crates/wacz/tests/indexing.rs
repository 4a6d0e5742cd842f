//! From WARC to CDXJ, and from an address to its record.

mod common;

use std::io::Cursor;

use common::{counting, moment, sample};
use proptest::prelude::*;
use wacz::Timestamp;
use wacz::cdxj::{Entry, Index, index};
use wacz::warc::{Draft, Options, Reader, Writer, read_at};

const PAGE: &str = "https://www.harbour.example/Tides";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/HTML; charset=utf-8\r\n\r\nhigh tide";

#[test]
fn a_line_is_written_as_the_specification_says() {
    let mut writer = Writer::plain(Vec::new(), counting());
    writer.write(Draft::request(PAGE, moment(), b"GET /Tides HTTP/1.1\r\n\r\n")).unwrap();
    let written = writer.write(Draft::response(PAGE, moment(), ANSWER)).unwrap();
    let file = writer.finish().unwrap();
    let indexed = index(Reader::new(&file[..]), "tides.warc");
    let lines: Vec<String> = indexed.entries.iter().map(Entry::to_string).collect();
    let expect = format!(
        "example,harbour)/tides 20260301123000 {{\"url\":\"{PAGE}\",\"digest\":\"{}\",\"mime\":\"text/html\",\
         \"filename\":\"tides.warc\",\"offset\":{},\"length\":{},\"status\":200}}",
        written.payload_digest.unwrap(),
        written.offset,
        written.length
    );
    assert_eq!(lines, [expect]);
}

#[test]
fn the_nearest_capture_is_found_and_read() {
    let mut writer = Writer::new(Vec::new(), counting());
    let day = |number: i64| Timestamp::from_micros(moment().micros() + number * 86_400_000_000);
    for number in [0, 2, 10] {
        let answer = format!("HTTP/1.1 200 OK\r\n\r\ntide of day {number}");
        writer.write(Draft::response(PAGE, day(number), answer.as_bytes())).unwrap();
        writer.write(Draft::response("https://harbour.example/tides-of-old", day(number), ANSWER)).unwrap();
    }
    let file = writer.finish().unwrap();
    let index = Index::new(index(Reader::new(&file[..]), "tides.warc.gz").entries);
    let check = |asked: i64, expect: &str| {
        let entry = index.nearest("http://harbour.example/tides/", day(asked)).unwrap();
        let record = read_at(Cursor::new(&file), entry.offset, entry.length, Options::default()).unwrap();
        assert_eq!(record.response().unwrap().message.body, expect.as_bytes());
    };
    check(-50, "tide of day 0");
    check(1, "tide of day 0");
    check(5, "tide of day 2");
    check(50, "tide of day 10");
    assert_eq!(index.find(PAGE).len(), 3);
    assert_eq!(index.find("https://harbour.example/").len(), 0);
}

#[test]
fn records_that_share_a_member_are_left_out_and_counted() {
    let mut plain = Writer::plain(Vec::new(), counting());
    for _ in 0..3 {
        plain.write(Draft::response(PAGE, moment(), ANSWER)).unwrap();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, &plain.finish().unwrap()).unwrap();
    let indexed = index(Reader::new(&gzip.finish().unwrap()[..]), "tides.warc.gz");
    assert_eq!((indexed.entries.len(), indexed.left_out), (0, 3));
}

#[test]
fn lines_that_are_none_say_why() {
    let check = |line: &str, says: &str| {
        assert_eq!(line.parse::<Entry>().unwrap_err().to_string(), says);
    };
    check("a b", "a line of an index has an address, a moment and a JSON object, and this has not: \"a b\"");
    check("a 2026 {}", "\"2026\" is not a moment of 14 to 17 digits");
    check("a 20260301123000 {}", "the JSON does not say url");
    check(
        "a 20260301123000 {\"url\":\"u\",\"filename\":\"f\",\"offset\":-1,\"length\":2}",
        "the JSON does not say offset",
    );
}

/// The index that pywb made of the same file: same keys, moments, places, statuses and media types.
#[test]
fn our_index_of_a_real_site_agrees_with_another_tools() {
    let (Some(warc), Some(theirs)) = (sample("pywb--iana.warc.gz"), sample("pywb--iana.cdxj")) else {
        return;
    };
    let theirs = Index::read(String::from_utf8(theirs).unwrap());
    let theirs: Vec<Entry> = theirs.lines().map(|line| line.parse().unwrap()).collect();
    let ours = index(Reader::new(&warc[..]), "iana.warc.gz").entries;
    assert_eq!(ours.len(), theirs.len());
    let place = |entry: &Entry| {
        let mime = entry.mime.clone();
        (entry.key.clone(), entry.at, entry.url.clone(), mime, entry.offset, entry.length)
    };
    let mut ours: Vec<_> = ours.iter().map(place).collect();
    let mut theirs: Vec<_> = theirs.iter().map(place).collect();
    ours.sort();
    theirs.sort();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
}

proptest! {
    #[test]
    fn any_text_can_be_looked_up_in(text in "([a-z,)/]{0,6} [0-9]{14} \\{\\PC{0,10}\n|\\PC{0,10}\n){0,8}", url in "\\PC{0,10}") {
        let index = Index::read(text);
        let _ = index.find(&url);
        let _ = index.nearest(&url, moment());
    }

    #[test]
    fn every_entry_is_found_again(paths in prop::collection::vec("[a-c/?&=.%,)( ]{0,6}", 1..12)) {
        let entry = |path: &String| {
            let url = format!("https://harbour.example/{path}");
            let line = serde_json::json!({"url": url, "filename": "f", "offset": 1, "length": 2});
            format!("{} 20260301123000 {line}", wacz::cdxj::surt(&url)).parse::<Entry>().unwrap()
        };
        let entries: Vec<Entry> = paths.iter().map(entry).collect();
        let index = Index::new(entries.clone());
        for entry in entries {
            prop_assert!(index.find(&entry.url).contains(&entry));
        }
        let lines: Vec<&str> = index.lines().collect();
        prop_assert!(lines.is_sorted());
    }
}
