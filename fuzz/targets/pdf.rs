//! Whatever bytes call themselves a PDF: they are read to an end, and what is read is text.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/source/read/pdf/mod.rs"]
mod pdf;

fuzz_target!(|bytes: &[u8]| {
    let read = pdf::read(bytes);
    assert!(!read.text.chars().any(|c| c.is_control() && c != '\n'), "{:?}", read.text);
});
