//! Whatever bytes call themselves a package: findings, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    wacz::package::validate(Cursor::new(bytes));
});
