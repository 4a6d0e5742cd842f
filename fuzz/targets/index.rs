//! Whatever calls itself an index: lines are read or left out, stay in their order, and mean the same when they are written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wacz::cdxj::{Entry, Index, surt};

fuzz_target!(|text: &str| {
    let index = Index::read(text.to_owned());
    let lines: Vec<&str> = index.lines().collect();
    assert!(lines.is_sorted());
    for line in lines.iter().take(32) {
        let Ok(entry) = line.parse::<Entry>() else { continue };
        let written = entry.to_string();
        // A key of several words is one that no tool writes.
        if !entry.key.contains(char::is_whitespace) {
            assert_eq!(written.parse::<Entry>().as_ref(), Ok(&entry), "{line:?}");
        }
        let key = surt(&entry.url);
        assert!(!key.contains(char::is_whitespace), "{key:?}");
        index.nearest(&entry.url, entry.at);
    }
});
