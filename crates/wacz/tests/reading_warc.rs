//! Sound files, the faults of files in the wild, and hostile ones.

mod common;

use std::io::Write;

use common::{counting, moment, sample, samples};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use wacz::warc::{Draft, Options, ReadError, Reader, Writer, read_at, verify};

/// One line a record: its kind, block length, faults; or the error.
fn told(file: &[u8]) -> Vec<String> {
    told_within(file, Options::default())
}

fn told_within(file: &[u8], options: Options) -> Vec<String> {
    let line = |record: Result<wacz::warc::Record, ReadError>| match record {
        Ok(record) => {
            let kind = record.kind().map_or("?".to_owned(), |kind| kind.name().to_owned());
            let faults: String = record.faults.iter().map(|fault| format!(" [{fault}]")).collect();
            format!("{kind} {}{faults}", record.block.len())
        }
        Err(error) => error.to_string(),
    };
    Reader::with(file, options).map(line).collect()
}

fn record(kind: &str, block: &str) -> String {
    let length = block.len();
    format!("WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn records_may_be_plain_gzip_or_share_a_member() {
    let (first, second) = (record("request", "ebb"), record("response", "flow"));
    let both = first.clone() + &second;
    let expect = ["request 3", "response 4"];
    assert_eq!(told(both.as_bytes()), expect);
    assert_eq!(told(both.replace("\r\n", "\n").as_bytes()), expect);
    assert_eq!(told(&gzip(both.as_bytes())), expect);
    let members = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    assert_eq!(told(&members), expect);
    // Cut into members without regard to records.
    let (left, right) = both.as_bytes().split_at(50);
    assert_eq!(told(&[gzip(left), gzip(right)].concat()), expect);
}

#[test]
fn only_a_record_with_a_member_of_its_own_has_a_length() {
    let both = record("request", "ebb") + &record("response", "flow");
    let places = |file: &[u8]| -> Vec<_> {
        Reader::new(file)
            .map(|record| record.unwrap().place)
            .map(|place| (place.skip, place.length))
            .collect()
    };
    assert_eq!(places(&gzip(both.as_bytes())), [(0, None), (58, None)]);
    assert_eq!(places(both.as_bytes()), [(0, Some(58)), (0, Some(60))]);
    let alone = gzip(record("request", "ebb").as_bytes());
    assert_eq!(places(&alone), [(0, Some(alone.len() as u64))]);
}

#[test]
fn fields_are_read_in_any_case_with_brackets_and_folds() {
    let file = "WARC/1.0\r\nwarc-type: Response\r\nWARC-Target-URI: <http://tram.example/a b>\r\n\
        nonsense\r\nX-Long: one\r\n two\r\nWARC-Record-ID: <urn:x:1>\r\ncontent-length: 0\r\n\r\n\r\n\r\n";
    let record = Reader::new(file.as_bytes()).next().unwrap().unwrap();
    assert_eq!(record.target_uri(), Some("http://tram.example/a b"));
    assert_eq!(record.fields.get("x-long"), Some("one two"));
    assert_eq!(record.id().unwrap().as_str(), "urn:x:1");
    assert_eq!(record.kind().unwrap().name(), "response");
    assert_eq!(record.faults[0].to_string(), "the header line \"nonsense\" has no colon");
}

#[test]
fn after_a_damaged_record_the_next_is_found() {
    let good = record("request", "ebb");
    let check = |bad: &str, expect: &[&str]| {
        assert_eq!(told((good.clone() + bad + &good).as_bytes()), expect, "{bad}");
    };
    check(
        "WARC/1.0\r\nWARC-Type: metadata\r\n\r\nblock\r\n\r\n",
        &["request 3", "at byte 58: the record has no Content-Length that could be understood", "request 3"],
    );
    check(
        &record("metadata", "block").replace("h: 5", "h: -5"),
        &["request 3", "at byte 58: the record has no Content-Length that could be understood", "request 3"],
    );
    check(
        &record("metadata", "block\r\nmore").replace("h: 11", "h: 5"),
        &[
            "request 3",
            "metadata 5 [the block is not followed by two line ends]",
            "at byte 117: 6 bytes belong to no record",
            "request 3",
        ],
    );
    check("\r\n\r\n\n", &["request 3", "request 3"]);
}

#[test]
fn a_damaged_member_costs_only_itself() {
    let good = gzip(record("request", "ebb").as_bytes());
    let long: String = (0..900).map(|number| format!("line {number} ")).collect();
    let sound = gzip(record("metadata", &long).as_bytes());
    let offset = good.len();
    let check = |bad: Vec<u8>, what: &str| {
        let expect = ["request 3".to_owned(), format!("at byte {offset}: {what}"), "request 3".to_owned()];
        assert_eq!(told(&[&good[..], &bad, &good].concat()), expect);
    };
    let mut middle = sound.clone();
    middle[10] = 7; // a kind of block that deflate has not
    check(middle, "the gzip data are damaged, its compressed data make no sense");
    let mut checksum = sound.clone();
    let end = checksum.len() - 8;
    checksum[end] ^= 1;
    check(checksum, "the gzip data are damaged, its checksum is wrong");
    let half = record("metadata", &long);
    check(gzip(&half.as_bytes()[..500]), "the record breaks off after 445 of 7990 bytes");
    check(gzip(&half.as_bytes()[..30]), "the record's header breaks off");
    check(b"junk".to_vec(), "4 bytes belong to no record");
    assert_eq!(
        told(&[&good[..], &[0; 512], &good].concat()),
        ["request 3"; 2],
        "padding of zeros is no fault"
    );
}

#[test]
fn a_file_that_breaks_off_keeps_what_came_before() {
    let file = record("request", "ebb") + "WARC/1.0\r\nContent-Length: 10\r\n\r\nflow";
    let expect = ["request 3", "at byte 58: the record breaks off after 4 of 10 bytes"];
    assert_eq!(told(file.as_bytes()), expect);
    let packed = gzip(file.as_bytes());
    let last = told(&packed[..packed.len() - 12]);
    assert_eq!(last.last().unwrap(), "at byte 0: the gzip data are damaged, it breaks off");
}

#[test]
fn what_is_not_a_warc_file_is_named() {
    assert_eq!(
        told(b"filedesc://x.arc 0.0.0.0"),
        ["this is not a WARC file but an ARC file, the format before WARC, which is not read"]
    );
    assert_eq!(told(&gzip(b"filedesc://x.arc")).len(), 1);
    assert_eq!(told(b"PK\x03\x04rest"), ["this is not a WARC file but a ZIP or WACZ file"]);
    assert_eq!(told(b"tide tables\n"), ["this is not a WARC file but something in which no record starts"]);
    assert_eq!(told(b""), [""; 0]);
}

#[test]
fn lying_lengths_take_no_memory_and_large_records_are_passed_over() {
    let lie = "WARC/1.0\r\nContent-Length: 18446744073709551615\r\n\r\nx";
    assert_eq!(
        told(lie.as_bytes()),
        ["at byte 0: the record breaks off after 1 of 18446744073709551615 bytes"]
    );
    let more = "WARC/1.0\r\nContent-Length: 18446744073709551616\r\n\r\nx";
    assert_eq!(
        told(more.as_bytes())[0],
        "at byte 0: the record has no Content-Length that could be understood"
    );
    let options = Options { max_block: 100, max_header: 200 };
    let file = record("resource", &"x".repeat(101)) + &record("request", "ebb");
    assert_eq!(
        told_within(file.as_bytes(), options),
        ["at byte 0: the record holds 101 bytes, more than the 100 allowed", "request 3"]
    );
    let header = format!("WARC/1.0\r\nX: {}\r\n\r\n{}", "y".repeat(300), record("request", "ebb"));
    assert_eq!(
        told_within(header.as_bytes(), options),
        ["at byte 0: the record's header is larger than 200 bytes", "request 3"]
    );
}

#[test]
fn reading_where_no_record_starts_is_refused() {
    let file = record("request", "ebb") + &record("response", "flow");
    let at = |offset, length| {
        read_at(std::io::Cursor::new(&file), offset, length, Options::default())
            .map(|record| record.block.len())
            .map_err(|error| error.to_string())
    };
    assert_eq!(at(58, 60), Ok(4));
    assert_eq!(at(1, 117), Err("no record starts at byte 1".to_owned()));
    assert_eq!(at(500, 10), Err("no record starts at byte 500".to_owned()));
    assert_eq!(at(58, 55), Err("at byte 58: the record breaks off after 3 of 4 bytes".to_owned()));
}

/// Every sample file: records read, digests right, problems; then the first problems.
#[test]
fn files_of_the_wild_are_read_or_refused_with_a_reason() {
    let Some(folder) = samples() else { return };
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let mut told = String::new();
    for name in names {
        let file = std::fs::File::open(folder.join(&name)).unwrap();
        let report = verify(Reader::new(std::io::BufReader::new(file)));
        let name = name.to_string_lossy();
        told += &format!(
            "{name}: {} records, {} right, {} faults\n",
            report.records, report.right, report.faults
        );
        for problem in report.problems.iter().take(3) {
            told += &format!("    {problem}\n");
        }
    }
    let expect = include_str!("samples.txt");
    assert_eq!(told, expect, "\n{told}");
}

#[test]
fn a_page_of_the_wild_can_be_read_to_its_text() {
    let Some(file) = sample("warcio--example-iana.org-chunked.warc") else { return };
    let response = Reader::new(&file[..]).filter_map(Result::ok).find(|record| record.is_http()).unwrap();
    let response = response.response().unwrap();
    let content = response.message.content(1 << 20).unwrap();
    assert!(content.faults.is_empty());
    assert!(String::from_utf8_lossy(&content.bytes).trim_end().ends_with("</html>"));
}

/// Reads everything that can be read of a file, and stays within bounds.
fn exercise(file: &[u8]) {
    let options = Options { max_block: 1 << 20, max_header: 1 << 16 };
    let mut offset = 0;
    for record in Reader::with(file, options) {
        let Ok(record) = record else { continue };
        assert!(record.block.len() <= 1 << 20);
        assert!(record.place.offset >= offset && record.place.offset <= file.len() as u64);
        offset = record.place.offset;
        let _ = (record.kind(), record.id(), record.date(), record.ip(), record.target_uri());
        if let Ok(response) = record.response() {
            let _ = response.message.content(1 << 20).map(|entity| assert!(entity.bytes.len() <= 1 << 20));
        }
        let _ = record.request();
        if let Some(length) = record.place.length {
            let again = read_at(std::io::Cursor::new(file), record.place.offset, length, options).unwrap();
            assert_eq!(again.block, record.block);
        }
    }
    verify(Reader::with(file, options));
}

fn small_file(gzip: bool) -> Vec<u8> {
    let mut writer = match gzip {
        true => Writer::new(Vec::new(), counting()),
        false => Writer::plain(Vec::new(), counting()),
    };
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhigh\r\n0\r\n\r\n";
    for number in 0..4 {
        let page = format!("https://harbour.example/{number}");
        writer.write(Draft::request(&page, moment(), b"GET / HTTP/1.1\r\n\r\n")).unwrap();
        writer.write(Draft::response(&page, moment(), answer)).unwrap();
    }
    writer.finish().unwrap()
}

/// Bytes changed, a piece cut out, a piece doubled.
fn mutate(
    file: &[u8],
    changes: &[(prop::sample::Index, u8)],
    cut: &prop::sample::Index,
    length: usize,
) -> Vec<u8> {
    let mut file = file.to_vec();
    for (at, byte) in changes {
        let at = at.index(file.len());
        file[at] = *byte;
    }
    let cut = cut.index(file.len());
    let end = (cut + length).min(file.len());
    match length % 3 {
        0 => file.truncate(cut.max(1)),
        1 => drop(file.drain(cut..end)),
        _ => {
            let piece = file[cut..end].to_vec();
            file.splice(cut..cut, piece);
        }
    }
    file
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        exercise(&bytes);
        exercise(&[&[0x1f, 0x8b, 8, 0], &bytes[..]].concat());
        exercise(&[b"WARC/1.1\r\n", &bytes[..]].concat());
        exercise(&gzip(&bytes));
    }

    #[test]
    fn damaged_files_do_no_harm(
        gzip: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut: prop::sample::Index,
        length in 0usize..300,
    ) {
        exercise(&mutate(&small_file(gzip), &changes, &cut, length));
    }
}

#[test]
fn damaged_files_of_the_wild_do_no_harm() {
    let Some(folder) = samples() else { return };
    let files: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .filter(|file| file.len() < 20_000)
        .collect();
    let any_change = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20);
    let strategy = (prop::sample::select(files), any_change, any::<prop::sample::Index>(), 0usize..2000);
    proptest!(|((file, changes, cut, length) in strategy)| {
        exercise(&mutate(&file, &changes, &cut, length));
    });
}
