//! WACZ: written, opened, read by range, and found out when something is wrong with it.

mod common;

use std::io::{Cursor, Read, Write};

use common::{counting, moment, sample};
use proptest::prelude::*;
use wacz::package::{About, Package, PackageError, Page, Writer, validate};
use wacz::{Digest, warc};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const TIDES: &str = "https://harbour.example/tides";
const TRAMS: &str = "https://trams.example/line-4";

type InMemory = Writer<Cursor<Vec<u8>>>;

fn warc_of(pages: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = warc::Writer::new(Vec::new(), counting());
    writer
        .write(warc::Draft::warcinfo(moment(), "x.warc.gz", &[("software", "harbour 1")]).unwrap())
        .unwrap();
    for (url, text) in pages {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{text}");
        writer.write(warc::Draft::request(url, moment(), b"GET / HTTP/1.1\r\n\r\n")).unwrap();
        writer.write(warc::Draft::response(url, moment(), answer.as_bytes())).unwrap();
    }
    writer.finish().unwrap()
}

fn about() -> About {
    About {
        title: Some("Tides and trams".into()),
        software: Some("harbour 1".into()),
        created: Some(moment()),
        main_page: Some((TIDES.into(), moment())),
        ..About::default()
    }
}

fn package() -> Vec<u8> {
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    writer.add_warc("tides.warc.gz", &warc_of(&[(TIDES, "high tide at noon")])[..]).unwrap();
    writer.add_warc("trams.warc.gz", &warc_of(&[(TRAMS, "line 4 runs late")])[..]).unwrap();
    writer.add_file("notes/readme.md", &b"kept by the harbour"[..]).unwrap();
    let pages = [Page::new(TIDES, moment()).titled("Tides"), Page::new(TRAMS, moment())];
    writer.close(&about(), pages).unwrap().finish(None).unwrap().into_inner()
}

fn findings(file: &[u8]) -> Vec<String> {
    validate(Cursor::new(file)).iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_packed_is_found_and_read_by_range() {
    let file = package();
    let mut package = Package::open(Counting { inner: Cursor::new(&file), read: 0 }).unwrap();
    let entry = package.index().unwrap().nearest("http://www.trams.example/line-4", moment()).unwrap();
    let record = package.record(&entry).unwrap();
    assert_eq!(record.response().unwrap().message.body, b"line 4 runs late");
    let manifest = package.manifest().unwrap();
    assert_eq!(manifest.title.as_deref(), Some("Tides and trams"));
    let paths: Vec<&str> = manifest.resources.iter().map(|resource| resource.path.as_str()).collect();
    let expect = [
        "archive/tides.warc.gz",
        "archive/trams.warc.gz",
        "notes/readme.md",
        "pages/pages.jsonl",
        "indexes/index.cdxj",
    ];
    assert_eq!(paths, expect);
    let pages = package.pages().unwrap();
    assert_eq!((pages.len(), pages[0].title.as_deref()), (2, Some("Tides")));
}

#[test]
fn one_record_of_a_large_package_costs_a_small_read() {
    let large: String = (0..200_000).map(|number| format!("{:x} ", number * 7919)).collect();
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    writer
        .add_warc("data.warc.gz", &warc_of(&[(TRAMS, &large), (TIDES, "high tide"), (TRAMS, &large)])[..])
        .unwrap();
    let file = writer.close(&about(), []).unwrap().finish(None).unwrap().into_inner();
    let mut package = Package::open(Counting { inner: Cursor::new(&file), read: 0 }).unwrap();
    let entry = package.index().unwrap().nearest(TIDES, moment()).unwrap();
    package.record(&entry).unwrap();
    let read = package.into_inner().read;
    assert!(file.len() > 1_000_000 && read < 80_000, "{read} of {}", file.len());
}

#[test]
fn a_package_is_valid_and_the_same_each_time() {
    assert_eq!(findings(&package()), [""; 0]);
    assert_eq!(package(), package());
}

#[test]
fn the_digest_to_be_signed_is_the_manifests() {
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    writer.add_warc("data.warc.gz", &warc_of(&[(TIDES, "high")])[..]).unwrap();
    let closed = writer.close(&about(), [Page::new(TIDES, moment())]).unwrap();
    let digest = closed.digest().clone();
    let file = closed.finish(Some(serde_json::json!({"hash": digest.to_string()}))).unwrap().into_inner();
    let mut manifest = Vec::new();
    let mut zip = ZipArchive::new(Cursor::new(&file)).unwrap();
    zip.by_name("datapackage.json").unwrap().read_to_end(&mut manifest).unwrap();
    assert_eq!(Digest::sha256(&manifest), digest);
    assert_eq!(
        findings(&file),
        ["datapackage-digest.json: the signature cannot be understood: missing field `created`"]
    );
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let refused = |add: &dyn Fn(&mut InMemory) -> Result<(), PackageError>| {
        add(&mut Writer::new(Cursor::new(Vec::new()))).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&|writer| writer.add_warc("../x.warc", &b""[..])),
        "\"archive/../x.warc\" cannot name a file here: a part of it is empty or starts with a dot"
    );
    refused(&|writer| writer.add_warc("x.txt", &b""[..]));
    refused(&|writer| writer.add_warc("a\\b.warc", &b""[..]));
    for path in ["/x", "a//b", "archive/x", "pages/x", "datapackage.json", "a/../b", "", "a b", "a\nb"] {
        refused(&|writer| writer.add_file(path, &b""[..]));
    }
    assert_eq!(
        refused(&|writer| {
            writer.add_file("A.txt", &b""[..])?;
            writer.add_file("a.TXT", &b""[..])
        }),
        "\"a.TXT\" is in the package already"
    );
}

#[test]
fn a_warc_that_cannot_be_indexed_is_refused() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut plain = warc::Writer::plain(Vec::new(), counting());
    plain.write(warc::Draft::resource(TIDES, moment(), "text/plain", b"high")).unwrap();
    plain.write(warc::Draft::resource(TIDES, moment(), "text/plain", b"low")).unwrap();
    gzip.write_all(&plain.finish().unwrap()).unwrap();
    let file = gzip.finish().unwrap();
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    let error = writer.add_warc("x.warc.gz", &file[..]).unwrap_err().to_string();
    assert_eq!(error, "archive/x.warc.gz cannot be understood: the record at byte 0 cannot be indexed");
    let error =
        Writer::new(Cursor::new(Vec::new())).add_warc("x.warc", &b"tide"[..]).unwrap_err().to_string();
    assert_eq!(error, "archive/x.warc: this is not a WARC file but something in which no record starts");
}

#[test]
fn whatever_was_tampered_with_is_found() {
    let check = |path: &str, from: &str, to: &str, expect: &[&str]| {
        let file = repack(&package(), |name, bytes| {
            (name != path).then(|| bytes.to_vec()).or_else(|| Some(replace(bytes, from, to)))
        });
        let found = findings(&file);
        for part in expect {
            assert!(found.iter().any(|finding| finding.contains(part)), "{part:?} is not in {found:#?}");
        }
        assert!(!found.is_empty());
    };
    check("notes/readme.md", "harbour", "barbour", &["notes/readme.md: its digest is sha256:"]);
    check("pages/pages.jsonl", "2026", "noon", &["pages/pages.jsonl: page 1 has the moment \"noon-03-01T"]);
    check("pages/pages.jsonl", "json-pages-1.0", "x\":,\"", &["pages/pages.jsonl cannot be understood"]);
    check("indexes/index.cdxj", "\"offset\":", "\"offset\":9", &["no record can be read at byte 9"]);
    check("indexes/index.cdxj", "/tides\"", "/tidal\"", &["line 1: the record there is of another address"]);
    check("indexes/index.cdxj", "example,harbour", "z", &["its lines are not sorted"]);
    check("indexes/index.cdxj", "20260301123000", "noon", &["line 1: \"noon\" is not a moment"]);
    check(
        "datapackage.json",
        "1.1.1",
        "9.9",
        &["version \"9.9\" of WACZ is not known", "its digest of the manifest is wrong"],
    );
    check(
        "datapackage.json",
        "notes/readme.md",
        "notes/absent.md",
        &["the package holds no notes/absent.md", "notes/readme.md: the manifest does not list it"],
    );
    check("datapackage.json", "data-package", "zip", &["the profile is \"zip\", not data-package"]);
    check("datapackage-digest.json", "sha256:", "md5:", &["digests by \"md5\" cannot be checked"]);
}

#[test]
fn whatever_is_missing_is_missed() {
    let check = |path: &str, expect: &str| {
        let file = repack(&package(), |name, bytes| (!name.starts_with(path)).then(|| bytes.to_vec()));
        let found = findings(&file);
        assert!(found.iter().any(|finding| finding == expect), "{expect:?} is not in {found:#?}");
    };
    check("archive/", "archive/: there is no WARC file");
    check("indexes/", "indexes/: there is no index");
    check("pages/", "pages/pages.jsonl: the package holds no pages/pages.jsonl");
    check("datapackage.json", "datapackage.json: the package holds no datapackage.json");
    check(
        "datapackage-digest.json",
        "datapackage-digest.json: there is none, so nothing vouches for the manifest",
    );
}

#[test]
fn names_that_lead_out_and_compressed_warcs_are_found() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for name in ["../out.txt", "archive/x.warc.gz"] {
        zip.start_file(name, deflated).unwrap();
    }
    let found = findings(&zip.finish().unwrap().into_inner());
    for expect in [
        "../out.txt: the name leads out of the package",
        "archive/x.warc.gz: it is compressed inside the ZIP",
    ] {
        assert!(found.iter().any(|finding| finding.starts_with(expect)), "{expect:?} is not in {found:#?}");
    }
}

#[test]
fn packages_of_other_tools_are_read() {
    let (Some(valid), Some(signed)) =
        (sample("pywb--valid_example_1.wacz"), sample("py-wacz--invalid_signed_example_1.wacz"))
    else {
        return;
    };
    let mut package = Package::open(Cursor::new(&valid)).unwrap();
    let entry = package.index().unwrap().find("http://www.example.com/").remove(0);
    assert_eq!(package.record(&entry).unwrap().response().unwrap().status, 200);
    assert_eq!(
        findings(&valid),
        ["datapackage-digest.json: there is none, so nothing vouches for the manifest"]
    );
    let nobody = "it is signed, and the certificate is not trusted: it leads to no root that is trusted";
    assert_eq!(findings(&signed), [format!("datapackage-digest.json: {nobody}")]);
}

proptest! {
    #[test]
    fn damaged_packages_do_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut: prop::sample::Index,
        whole: bool,
    ) {
        let mut file = package();
        for (at, byte) in &changes {
            let at = at.index(file.len());
            file[at] = *byte;
        }
        if !whole {
            file.truncate(cut.index(file.len()));
        }
        validate(Cursor::new(&file));
        if let Ok(mut package) = Package::open(Cursor::new(&file)) {
            let _ = (package.manifest(), package.manifest_digest(), package.pages());
            for entry in package.index().map(|index| index.find(TIDES)).unwrap_or_default() {
                let _ = package.record(&entry);
            }
        }
    }
}

/// The same package with some files changed or left out. WARC files stay as they are stored.
fn repack(file: &[u8], change: impl Fn(&str, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if let Some(bytes) = change(&name, &bytes) {
            out.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
                .unwrap();
            out.write_all(&bytes).unwrap();
        }
    }
    out.finish().unwrap().into_inner()
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains(from), "{from:?} is not in {text}");
    text.replacen(from, to, 1).into_bytes()
}

/// Counts the bytes that are read.
struct Counting<R> {
    inner: R,
    read: usize,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count;
        Ok(count)
    }
}

impl<R: std::io::Seek> std::io::Seek for Counting<R> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}
