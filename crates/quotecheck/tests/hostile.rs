//! Texts and quotations that nobody would write.

use proptest::prelude::*;
use quotecheck::{Finding, Source, Verdict, WordKind};
use std::time::{Duration, Instant};

/// What holds of every finding, whatever went in.
fn check(text: &str, quotation: &str) -> Finding {
    let source = Source::new(text);
    let finding = source.find(quotation);
    let characters = text.chars().count();
    for span in &finding.spans {
        assert!(span.start <= span.end && span.end <= characters, "{span:?}");
        let passage = &text[span.start_byte..span.end_byte];
        assert_eq!(passage.chars().count(), span.end - span.start, "{span:?}");
        assert_eq!(text[..span.start_byte].chars().count(), span.start, "{span:?}");
    }
    for change in &finding.changes {
        let quoted: String =
            quotation.chars().skip(change.quote_start).take(change.quote_end - change.quote_start).collect();
        let stands: String =
            text.chars().skip(change.source_start).take(change.source_end - change.source_start).collect();
        assert_eq!((&quoted, &stands), (&change.quote, &change.source), "{change:?}");
    }
    match finding.verdict {
        Verdict::Verbatim => {
            assert!(finding.changes.is_empty() && !finding.material && !finding.spans.is_empty())
        }
        Verdict::Elided => assert!(finding.changes.iter().all(|change| change.marked)),
        Verdict::Altered => assert!(finding.changes.iter().any(|change| !change.marked)),
        Verdict::Spliced => assert!(finding.spans.len() > 1),
        Verdict::NotFound | Verdict::TooShort | Verdict::OtherLanguage => assert!(finding.spans.is_empty()),
        verdict => panic!("{verdict} is not a text's to say"),
    }
    assert!(finding.matched <= finding.length);
    let json = serde_json::to_string(&finding).unwrap();
    assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), finding);
    finding
}

/// Words and marks that meet the scanner's and the judge's branches far more often than random characters do.
fn scrap() -> impl Strategy<Value = String> {
    let scraps = [
        "harbour",
        "Harbour",
        "the",
        "not",
        "no",
        "never",
        "if",
        "only",
        "5",
        "1,000",
        "3.5",
        "10:30",
        "U.S.",
        "it's",
        "can't",
        "cannot",
        "can",
        "to-day",
        "today",
        "…",
        "...",
        ". . .",
        "[...]",
        "[",
        "]",
        "(",
        ")",
        "[the port]",
        "[t]ide",
        "[1]",
        "[",
        "(https://example.org/a)",
        "[www.example.org",
        "?",
        "!",
        ".",
        ",",
        ";",
        " — ",
        "-",
        "–",
        "“",
        "”",
        "«",
        "\n",
        "\n\n",
        " ",
        " ",
        " ",
        "港",
        "口",
        "不",
        "開",
        "。",
        "ท่า",
        "เรือ",
        "гавань",
        "не",
        "ميناء",
        "لا",
        "ﬁsh",
        "fi\u{AD}sh",
        "e\u{301}",
        "é",
        "🎉",
        "1\u{FE0F}\u{20E3}",
        "¹",
        "m²",
        "\u{200B}",
        "\u{200D}",
        "\u{202E}",
        "İ",
        "ß",
        "ẞ",
        "ς",
        "½",
        "\u{0}",
        "\u{FFFD}",
        "$",
        "%",
    ];
    prop::sample::select(scraps.to_vec()).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(scrap(), 0..80).prop_map(|scraps| scraps.join(""))
}

fn spaced_text() -> impl Strategy<Value = String> {
    prop::collection::vec(scrap(), 0..80).prop_map(|scraps| scraps.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 120 } else { 2000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(text in prop::collection::vec(any::<u8>(), 0..400), quotation in prop::collection::vec(any::<u8>(), 0..120)) {
        check(&String::from_utf8_lossy(&text), &String::from_utf8_lossy(&quotation));
    }

    #[test]
    fn any_scraps_are_answered(text in text(), quotation in text()) {
        check(&text, &quotation);
    }

    #[test]
    fn any_spaced_scraps_are_answered(text in spaced_text(), quotation in spaced_text()) {
        check(&text, &quotation);
    }

    #[test]
    fn any_part_of_a_text_is_found_in_it(text in spaced_text(), from in 0.0..1.0f64, length in 1..60usize) {
        let characters: Vec<char> = text.chars().collect();
        let start = (characters.len() as f64 * from) as usize;
        let part: String = characters[start..(start + length).min(characters.len())].iter().collect();
        check(&text, &part);
    }

    #[test]
    fn a_run_of_plain_words_is_always_verbatim(words in prop::collection::vec("[a-z]{4,9}", 8..60), from in 0..40usize, length in 4..20usize) {
        let text = words.join(" ");
        let from = from.min(words.len() - 4);
        let to = (from + length).min(words.len());
        let finding = check(&text, &words[from..to].join("  "));
        prop_assert!(matches!(finding.verdict, Verdict::Verbatim | Verdict::Altered), "{finding:?}");
        // Letters thrown together may make a word that a cut must not stand beside.
        if finding.verdict == Verdict::Altered {
            prop_assert!(finding.words.iter().any(|word| word.kind == WordKind::Dropped));
        }
    }

    #[test]
    fn a_word_put_in_place_of_another_is_never_verbatim(words in prop::collection::vec("[a-z]{4,9}", 12..60), at in 0..12usize) {
        let mut quotation = words[..12].to_vec();
        quotation[at] = "Zzyzx".into();
        let finding = check(&words.join(" "), &quotation.join(" "));
        prop_assert!(finding.verdict != Verdict::Verbatim && finding.verdict != Verdict::Elided);
    }
}

/// A quadratic step anywhere would take minutes on these.
#[test]
fn repeating_texts_take_no_longer_than_others() {
    // Without optimisation a tenth of it takes as long.
    let size = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let megabyte = |unit: &str| unit.repeat(size / unit.len());
    let mut letters = megabyte("a ");
    letters.push('b');
    let texts = [
        letters,
        megabyte("a a a b "),
        megabyte("the people of the "),
        megabyte("a"),
        megabyte("[http://"),
        megabyte("(www. "),
        megabyte("... "),
        megabyte(". "),
        megabyte("1,"),
        megabyte("é\u{AD}"),
        megabyte("港"),
    ];
    let long = size / 50;
    let quotations = [
        "a ".repeat(60),
        format!("{}b", "a ".repeat(60)),
        format!("b {}", "a ".repeat(60)),
        "a b ".repeat(30),
        "a … ".repeat(40),
        "a [b] ".repeat(40),
        "the people of the port and the people of the ".repeat(6),
        "港".repeat(100),
        "港口".repeat(100),
        "a".repeat(long),
        "a ".repeat(long),
        "a c ".repeat(long / 4),
        "… [a] [".repeat(long / 4),
    ];
    for text in &texts {
        let source = Source::new(text);
        for quotation in &quotations {
            let before = Instant::now();
            source.find(quotation);
            let took = before.elapsed();
            let shown = |text: &str| text.chars().take(8).collect::<String>();
            assert!(
                took < Duration::from_secs(20),
                "{took:?} for {:?} in {:?}",
                shown(quotation),
                shown(text)
            );
        }
    }
}
