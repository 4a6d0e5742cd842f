//! Whatever is looked for in whatever text, held or read as it comes: places lie within the text, and what stands there is said
//! of both alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quotecheck::{Options, Part, Source, Verdict, Voice, read};

fuzz_target!(|given: (&str, &str, u16)| {
    let (text, quotation, middle) = given;
    let middle = text.floor_char_boundary(usize::from(middle));
    let parts = [
        Part { start: 0, end: middle, voice: Voice::Turn("Ida Brandt".into()) },
        Part { start: middle, end: text.len(), voice: Voice::Comment },
    ];
    let options = Options { parts: &parts, speaker: Some("Anna Moreau"), ..Options::default() };
    let held = Source::new(text).find_with(quotation, &options);
    let streamed = read(text.as_bytes(), &[quotation], &options).expect("it is text").remove(0);
    for finding in [&held, &streamed] {
        for span in &finding.spans {
            assert!(text.get(span.start_byte..span.end_byte).is_some(), "{span:?}");
        }
        if finding.verdict == Verdict::Verbatim {
            assert!(!finding.spans.is_empty(), "word for word, and nowhere");
        }
        assert_eq!(finding.stands.is_some(), !finding.spans.is_empty() && !text.is_empty());
    }
    // Words that stand as quoted are found either way.
    let stands = |verdict| matches!(verdict, Verdict::Verbatim | Verdict::TooShort);
    assert_eq!(stands(held.verdict), stands(streamed.verdict), "{held:?}\n{streamed:?}");
});
