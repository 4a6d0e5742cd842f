//! Whatever is looked for in whatever text: places lie within the text, and the quotation can be put together again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quotecheck::{Source, Verdict};

fuzz_target!(|given: (&str, &str)| {
    let (text, quotation) = given;
    let finding = Source::new(text).find(quotation);
    for span in &finding.spans {
        assert!(text.get(span.start_byte..span.end_byte).is_some(), "{span:?}");
    }
    if finding.verdict == Verdict::Verbatim {
        assert!(!finding.spans.is_empty(), "word for word, and nowhere");
    }
});
