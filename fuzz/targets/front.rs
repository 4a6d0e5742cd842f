//! Whatever stands above a text: it is read or refused, and the text begins within the file.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/moving/markdown/front.rs"]
mod front;

fuzz_target!(|file: &str| {
    if let Ok(front) = front::read(file) {
        assert!(file.is_char_boundary(front.text_at));
    }
});
