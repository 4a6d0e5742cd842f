//! Whatever a kept stylesheet says: no address stays in it, and what was written anew needs no writing anew.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/source/replay/css.rs"]
mod css;

fuzz_target!(|text: &str| {
    let none = |_: &str| None;
    let once = css::rewrite(text, &none);
    assert!(!once.contains('<'), "{once}");
    assert_eq!(css::rewrite(&once, &none), once);
});
