#![allow(dead_code, reason = "each test file uses its part")]

use std::path::PathBuf;

use wacz::Timestamp;

pub(crate) fn moment() -> Timestamp {
    "2026-03-01T12:30:00.00025Z".parse().unwrap()
}

/// Not random: sixteen zeros, then sixteen ones, and so on.
pub(crate) fn counting() -> impl FnMut() -> [u8; 16] + Send + 'static {
    let mut next = 0;
    move || {
        next += 1;
        [next - 1; 16]
    }
}

/// The folder of sample files, or a note that there is none.
pub(crate) fn samples() -> Option<PathBuf> {
    let Some(data) = std::env::var_os("IBID_TEST_DATA") else {
        eprintln!("skipped: no test data");
        return None;
    };
    Some(PathBuf::from(data).join("warc"))
}

pub(crate) fn sample(name: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(samples()?.join(name)).unwrap_or_else(|error| panic!("{name}: {error}")))
}
