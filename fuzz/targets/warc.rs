//! Whatever bytes an archive holds: records are read or refused, and a body grows no further than it may.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wacz::warc::Reader;

const MOST: usize = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    for record in Reader::new(bytes).take(64).flatten() {
        let _ = (record.kind(), record.id(), record.date(), record.block_digest(), record.truncated());
        if let Ok(response) = record.response()
            && let Ok(content) = response.message.content(MOST)
        {
            assert!(content.bytes.len() <= MOST);
        }
    }
});
