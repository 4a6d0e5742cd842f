//! Writes a small WARC file, packed and plain, its index, and a WACZ package of it, signed, into a folder: for trying them in other tools,
//! and as what fuzzers start from.
//!
//! ```text
//! cargo run -p wacz --example tides -- FOLDER
//! ```

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use wacz::package::{About, Page, validate};
use wacz::sign::Key;
use wacz::{Timestamp, package, warc};

const PAGE: &str = "https://harbour.example/tides";
const REQUEST: &[u8] = b"GET /tides HTTP/1.1\r\nHost: harbour.example\r\n\r\n";
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\ncontent-length: 82\r\n\r\n\
    <!doctype html><title>Tides</title><p>High tide at noon, low tide towards evening.";
const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\ncontent-length: 82\r\n\r\n";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("a folder is needed")?;
    let (warc, wacz) = (Path::new(&folder).join("tides.warc.gz"), Path::new(&folder).join("tides.wacz"));
    let at: Timestamp = "2026-03-01T12:30:00Z".parse()?;
    write_warc(&warc, at)?;
    write_wacz(&wacz, &warc, at)?;
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(File::open(&warc)?).read_to_end(&mut plain)?;
    std::fs::write(warc.with_extension(""), plain)?;
    let mut package = package::Package::open(File::open(&wacz)?)?;
    let lines: String = package.index()?.lines().map(|line| format!("{line}\n")).collect();
    std::fs::write(wacz.with_extension("cdxj"), lines)?;
    std::fs::write(wacz.with_extension("json"), serde_json::to_vec(&package.manifest_digest()?)?)?;
    for finding in validate(File::open(&wacz)?) {
        println!("{finding}");
    }
    println!("{}\n{}", warc.display(), wacz.display());
    Ok(())
}

fn write_warc(path: &Path, at: Timestamp) -> Result<(), Box<dyn Error>> {
    // Identifiers should be random; an example may count.
    let mut next = 0;
    let mut writer = warc::Writer::new(File::create(path)?, move || {
        next += 1;
        [next; 16]
    });
    let info =
        warc::Draft::warcinfo(at, "tides.warc.gz", &[("software", "wacz example"), ("format", "WARC/1.1")])?;
    let info = writer.write(info)?.id;
    let request = writer.write(warc::Draft::request(PAGE, at, REQUEST).described_by(&info))?;
    let response = warc::Draft::response(PAGE, at, ANSWER)
        .described_by(&info)
        .concurrent_to(&request.id)
        .ip("192.0.2.7".parse()?);
    let response = writer.write(response)?;
    let facts = [("fetchTimeMs", "35"), ("outlink", "https://harbour.example/ E a/@href")];
    writer.write(warc::Draft::metadata(PAGE, at, &facts)?.concurrent_to(&response.id))?;
    let same = warc::Revisit {
        payload_digest: response.payload_digest.ok_or("the page has no payload")?,
        record: &response.id,
        target_uri: PAGE,
        date: at,
    };
    let later = Timestamp::from_micros(at.micros() + 3_600_000_000);
    writer.write(warc::Draft::revisit(PAGE, later, HEAD, same).described_by(&info))?;
    writer.write(warc::Draft::resource("urn:example:note", at, "text/plain", b"kept by the harbour"))?;
    writer.finish()?;
    Ok(())
}

fn write_wacz(path: &Path, warc: &Path, at: Timestamp) -> Result<(), Box<dyn Error>> {
    let mut writer = package::Writer::new(File::create(path)?);
    writer.add_warc("tides.warc.gz", File::open(warc)?)?;
    let about = About {
        title: Some("Tides".into()),
        software: Some("wacz example".into()),
        created: Some(at),
        main_page: Some((PAGE.into(), at)),
        ..About::default()
    };
    let closed = writer.close(&about, [Page::new(PAGE, at).titled("Tides")])?;
    let key = Key::from_pkcs8(&Key::generate()?)?;
    let signed = key.sign(closed.digest(), at, "wacz example")?;
    closed.finish(Some(signed.into_json()))?;
    Ok(())
}
