//! What the writer puts into a file, and that it comes out again.

mod common;

use std::io::{Cursor, Read};

use common::{counting, moment};
use flate2::read::GzDecoder;
use proptest::prelude::*;
use wacz::Digest;
use wacz::warc::{
    Draft, Kind, Options, Reader, Record, RecordId, Revisit, Truncated, WriteError, Writer, read_at, verify,
};

const PAGE: &str = "https://harbour.example/tides";
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nServer: x\r\nTRANSFER-encoding: chunked\r\n\r\n4\r\nhigh\r\n5\r\n tide\r\n0\r\n\r\n";

#[test]
fn a_record_is_written_as_the_standard_says() {
    let mut writer = Writer::plain(Vec::new(), counting());
    let request = writer.new_id();
    let draft =
        Draft::response(PAGE, moment(), ANSWER).ip("192.0.2.7".parse().unwrap()).concurrent_to(&request);
    let written = writer.write(draft).unwrap();
    let file = String::from_utf8(writer.finish().unwrap()).unwrap();
    let expect = "WARC/1.1\r\n\
        WARC-Type: response\r\n\
        WARC-Record-ID: <urn:uuid:01010101-0101-4101-8101-010101010101>\r\n\
        WARC-Date: 2026-03-01T12:30:00.000250Z\r\n\
        WARC-Target-URI: https://harbour.example/tides\r\n\
        WARC-IP-Address: 192.0.2.7\r\n\
        WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n\
        WARC-Block-Digest: BLOCK\r\n\
        Content-Type: application/http;msgtype=response\r\n\
        Content-Length: 82\r\n\
        \r\n"
        .replace("BLOCK", &Digest::sha256(ANSWER).to_string());
    assert_eq!(file, expect + std::str::from_utf8(ANSWER).unwrap() + "\r\n\r\n");
    assert_eq!((written.offset, written.length), (0, file.len() as u64));
    assert_eq!(written.payload_digest, Some(Digest::sha256(b"high tide")));
}

/// Tools disagree whether chunks are payload, and then say that what is right is wrong.
#[test]
fn the_payloads_digest_is_said_of_what_every_tool_takes_for_it() {
    let payload = Some(Digest::sha256(b"high tide"));
    for (answer, said) in [(ANSWER, false), (&b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nhigh tide"[..], true)] {
        let mut writer = Writer::new(Vec::new(), counting());
        let written = writer.write(Draft::response(PAGE, moment(), answer)).unwrap();
        let file = writer.finish().unwrap();
        let record = Reader::new(&file[..]).next().unwrap().unwrap();
        assert_eq!(written.payload_digest, payload);
        assert_eq!(record.payload_digest().map(Result::unwrap), payload.clone().filter(|_| said));
        let entry = &wacz::cdxj::index(Reader::new(&file[..]), "x.warc.gz").entries[0];
        assert_eq!(entry.digest, payload.as_ref().map(ToString::to_string), "the index has it");
    }
}

#[test]
fn every_record_is_a_gzip_member_of_its_own_and_lies_where_the_writer_said() {
    let mut writer = Writer::new(Vec::new(), counting());
    let info = Draft::warcinfo(moment(), "tides.warc.gz", &[("software", "harbour 1")]).unwrap();
    let info = writer.write(info).unwrap();
    let answer = writer.write(Draft::response(PAGE, moment(), ANSWER).described_by(&info.id)).unwrap();
    let picture = writer.write(Draft::resource("urn:x:1", moment(), "image/png", &[0, 255])).unwrap();
    let file = writer.finish().unwrap();

    let mut inflated = Vec::new();
    GzDecoder::new(&file[answer.offset as usize..]).read_to_end(&mut inflated).unwrap();
    assert!(inflated.starts_with(b"WARC/1.1\r\nWARC-Type: response\r\n") && inflated.ends_with(b"\r\n\r\n"));

    let records: Vec<Record> = Reader::new(&file[..]).collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), 3);
    for (written, record) in [info, answer, picture].iter().zip(&records) {
        assert_eq!((record.place.offset, record.place.length), (written.offset, Some(written.length)));
        let alone = read_at(Cursor::new(&file), written.offset, written.length, Options::default()).unwrap();
        assert_eq!(&alone, record);
    }
    assert_eq!(records[2].block, [0, 255]);
}

#[test]
fn a_revisit_names_the_record_that_holds_the_payload() {
    let mut writer = Writer::new(Vec::new(), counting());
    let first = writer.write(Draft::response(PAGE, moment(), ANSWER)).unwrap();
    let same = Revisit {
        payload_digest: first.payload_digest.clone().unwrap(),
        record: &first.id,
        target_uri: PAGE,
        date: moment(),
    };
    let head = b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n";
    writer.write(Draft::revisit("https://harbour.example/", moment(), head, same)).unwrap();
    let file = writer.finish().unwrap();
    let revisit = Reader::new(&file[..]).nth(1).unwrap().unwrap();
    assert_eq!(revisit.kind(), Some(Kind::Revisit));
    assert_eq!(revisit.refers_to(), Some(first.id));
    assert_eq!(revisit.payload_digest().unwrap().ok(), first.payload_digest);
    assert_eq!(revisit.response().unwrap().status, 200);
    let report = verify(Reader::new(&file[..]));
    assert!(report.is_sound() && report.problems.is_empty(), "{:?}", report.problems);
}

#[test]
fn a_truncated_answer_says_so_and_has_no_payload_digest() {
    let mut writer = Writer::new(Vec::new(), counting());
    let draft = Draft::response(PAGE, moment(), &ANSWER[..70]).truncated(Truncated::Length);
    assert_eq!(writer.write(draft).unwrap().payload_digest, None);
    let file = writer.finish().unwrap();
    assert_eq!(Reader::new(&file[..]).next().unwrap().unwrap().truncated(), Some(Truncated::Length));
}

#[test]
fn nobody_can_write_fields_of_their_own() {
    let refused = |draft: Result<Draft<'_>, WriteError>| {
        let mut writer = Writer::new(Vec::new(), counting());
        let error = draft.and_then(|draft| writer.write(draft)).unwrap_err().to_string();
        assert_eq!(writer.finish().unwrap(), b"", "nothing is written");
        error
    };
    let at = moment();
    assert_eq!(
        refused(Ok(Draft::request("https://x.example/\r\nWARC-Type: response", at, b""))),
        "the field \"WARC-Target-URI\" cannot hold \"https://x.example/\\r\\nWARC-Type: response\": \
         it holds a line end or another control character"
    );
    for uri in
        ["https://x.example/\n", "https://x.example/\rx", "https://x.example/\0", "https://x.example/\u{85}"]
    {
        refused(Ok(Draft::resource(uri, at, "text/plain", b"")));
    }
    refused(Ok(Draft::resource("https://x.example/a b", at, "text/plain", b"")));
    refused(Ok(Draft::resource("https://x.example/a>", at, "text/plain", b"")));
    refused(Ok(Draft::resource("https://x.example/", at, "text/plain\r\n\r\nx", b"")));
    refused(Ok(Draft::resource("https://x.example/", at, "text/plain", b"").with("X\r\nY", "z")));
    refused(Ok(Draft::resource("https://x.example/", at, "text/plain", b"").id(RecordId::read("a\r\nb: c"))));
    refused(Draft::warcinfo(at, "a\nb.warc", &[]));
    refused(Draft::warcinfo(at, "a.warc", &[("software", "x\r\nformat: y")]));
    refused(Draft::metadata("https://x.example/", at, &[("title", "a\nb")]));
    refused(Draft::metadata("https://x.example/", at, &[("ti:tle", "a")]));
}

#[test]
fn after_a_failed_write_nothing_follows_in_that_file() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = Writer::new(Full, counting());
    let draft = || Draft::request(PAGE, moment(), b"GET / HTTP/1.1\r\n\r\n");
    assert!(matches!(writer.write(draft()), Err(WriteError::Io(_))));
    assert!(matches!(writer.write(draft()), Err(WriteError::Broken)));
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_back(
        blocks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..5),
        gzip: bool,
    ) {
        let mut writer = match gzip {
            true => Writer::new(Vec::new(), counting()),
            false => Writer::plain(Vec::new(), counting()),
        };
        let mut written = Vec::new();
        for (index, block) in blocks.iter().enumerate() {
            written.push(writer.write(match index % 3 {
                0 => Draft::response(PAGE, moment(), block),
                1 => Draft::request(PAGE, moment(), block),
                _ => Draft::resource(PAGE, moment(), "application/octet-stream", block),
            }).unwrap());
        }
        let file = writer.finish().unwrap();
        let records: Vec<Record> = Reader::new(&file[..]).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(records.len(), blocks.len());
        for ((record, block), written) in records.iter().zip(&blocks).zip(&written) {
            prop_assert_eq!(&record.block, block);
            prop_assert_eq!((record.place.offset, record.place.length), (written.offset, Some(written.length)));
            prop_assert_eq!(record.id().unwrap(), written.id.clone());
            prop_assert!(record.faults.is_empty());
        }
        prop_assert!(verify(Reader::new(&file[..])).problems.is_empty());
    }

    #[test]
    fn a_field_is_refused_or_read_back_as_it_was(value in "\\PC{0,20}|[\\x00-\\x7f\u{85}]{0,20}") {
        let mut writer = Writer::plain(Vec::new(), counting());
        let draft = Draft::resource(PAGE, moment(), "text/plain", b"ebb").with("X-Note", value.as_str());
        if writer.write(draft).is_ok() {
            let file = writer.finish().unwrap();
            let records: Vec<Record> = Reader::new(&file[..]).collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(records.len(), 1);
            prop_assert_eq!(records[0].fields.get("X-Note"), Some(value.as_str()));
            prop_assert_eq!(records[0].fields.iter().count(), 9);
            prop_assert_eq!(&records[0].block, b"ebb");
        }
    }
}
