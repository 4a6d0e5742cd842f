//! Whatever is written: it is read, nothing that could run comes out, and the places it names are there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use markup::Options;

fuzz_target!(|text: &str| {
    let options = Options { own_hosts: vec!["gazette.example".into()], ..Options::default() };
    for document in [markup::read(text, &options), markup::read_html(text, &options)] {
        let html = document.html().to_ascii_lowercase();
        assert!(!html.contains("<script") && !html.contains("<iframe") && !html.contains("<style"), "{html}");
        for quotation in &document.quotations {
            assert!(quotation.citation.is_none_or(|at| at < document.citations.len()));
        }
    }
});
