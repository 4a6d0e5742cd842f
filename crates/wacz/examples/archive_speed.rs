//! Reads a WARC file once and prints how long it took: `archive_speed index|verify FILE`.

use std::fs::File;
use std::io::BufReader;
use std::time::Instant;
use wacz::cdxj;
use wacz::warc::{Reader, verify};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(what), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("archive_speed index|verify FILE".into());
    };
    let began = Instant::now();
    let mut records = 0_u64;
    let reader = Reader::new(BufReader::with_capacity(1 << 16, File::open(&path)?));
    match what.as_str() {
        "index" => {
            let indexed = cdxj::index(reader, "many.warc.gz");
            let lines: String = indexed.entries.iter().map(|entry| format!("{entry}\n")).collect();
            records = indexed.records;
            assert!(!lines.is_empty());
        }
        _ => records += verify(reader).records,
    }
    println!("{{\"records\": {records}, \"seconds\": {}}}", began.elapsed().as_secs_f64());
    Ok(())
}
