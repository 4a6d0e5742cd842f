//! Whatever is pasted becomes Markdown, and tidying that once more takes no longer than the first time.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|pasted: (&str, &str)| {
    let (rich, plain) = pasted;
    let tidied = markup::tidy::paste(Some(rich), plain);
    markup::tidy::text(&tidied.markdown);
});
