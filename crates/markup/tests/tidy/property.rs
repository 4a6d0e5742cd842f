use markup::tidy;
use proptest::prelude::*;

use crate::visible::{folded, see};

/// Words of a paste, and an address in brackets after some of them.
type Paste = Vec<Vec<(String, Option<usize>)>>;

const BRACKETED: &[&str] = &[
    "(https://a.example/1)",
    "[https://b.example/x_y/*z]",
    "<http://c.example/?q=1&utm_source=x>",
    "(t.me/harbour/5)",
    "(https://d.example/pier_(old))",
    "(www.e.example)",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-zA-Z]{1,8}",
        2 => "[A-Z][a-z]{2,6}[.,;:!?]",
        1 => "[“«(][a-z]{1,6}[”»).]",
        3 => r"[-*_#>+=~`|&<\[\]()!:.a-z]{1,4}",
        1 => "(the|in|of|said|Question:|Ida Brandt:|❗️|💬|港湾|привет|مرحبا|é|1\\.|2\\.|3\\)|&amp;|<b>|</div>|\\*\\*|#|##|```|www|e\\.g\\.)",
    ]
    // A bracket's brackets could not be told from its own.
    .prop_filter("a bracket", |word| {
        let tail = word.trim_start_matches(|c: char| c.is_alphanumeric());
        let tail = tail.rsplit(char::is_alphanumeric).next().unwrap_or(tail);
        !tail.contains(['(', '[', '<'])
    })
}

fn paste() -> impl Strategy<Value = Paste> {
    let address = prop::option::weighted(0.2, 0..BRACKETED.len());
    prop::collection::vec(prop::collection::vec((word(), address), 1..14), 1..6)
}

fn pasted(paste: &Paste, joint: &str) -> String {
    let word = |(word, address): &(String, Option<usize>)| match address {
        Some(i) => format!("{word} {}", BRACKETED[*i]),
        None => word.clone(),
    };
    let paragraph = |words: &Vec<_>| words.iter().map(word).collect::<Vec<_>>().join(" ");
    paste.iter().map(paragraph).collect::<Vec<_>>().join(joint)
}

fn without_addresses(paste: &Paste) -> String {
    paste.iter().flatten().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
}

/// How an address may stand in a text, and what ends it there.
const STANDING: &[(&str, &str)] = &[
    ("", ""),
    ("", "."),
    ("", ","),
    ("", "…"),
    ("", "—"),
    ("", "，"),
    ("(", ")"),
    ("[", "]"),
    ("<", ">"),
    ("“", "”"),
    ("„", "“"),
    ("«", "»"),
    ("「", "」"),
    ("(", ")!"),
];

/// Words and numbered addresses, and where lines end.
fn addressed() -> impl Strategy<Value = Vec<(String, Option<usize>, bool)>> {
    let word = "([a-z]{1,9}|[A-Z][a-z]{1,6}|[a-z]{1,5}[.,:!?]|“[a-z]{1,5}”|Ida:|💬|港湾|и|—)";
    let address = prop::option::weighted(0.4, 0..STANDING.len());
    prop::collection::vec((word, address, prop::bool::weighted(0.2)), 1..24)
}

/// Bullets, dashes, stars and low lines may be the marks of a list or a rule.
fn without_marks(text: &str) -> String {
    folded(&text.replace(['•', '-', '*', '_'], " ").replace(' ', ""))
}

/// Markdown that was pasted keeps its marks, which are words of no text.
fn is_plain(text: &str) -> bool {
    let marks = ["](", "**", "```", "## ", "~~~"];
    marks.iter().all(|m| !text.contains(m))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn no_word_changes(paste in paste(), joint in prop::sample::select(vec!["\n\n", "\n", "\r\n"])) {
        let pasted = pasted(&paste, joint);
        prop_assume!(is_plain(&pasted));
        let tidied = tidy::text(&pasted);
        let seen = see(&tidied.markdown);
        let expected = paste.iter().flatten().filter(|(_, a)| a.is_some()).count();
        prop_assert_eq!(
            without_marks(&seen.words), without_marks(&without_addresses(&paste)),
            "{:?} became {:?}", pasted, tidied.markdown
        );
        prop_assert_eq!(seen.links.len(), expected, "{:?} became {:?}", pasted, tidied.markdown);
    }

    #[test]
    fn white_space_folds_and_nothing_else(words in prop::collection::vec(("[a-zA-Z]{1,9}[.,”]?", prop::option::weighted(0.3, 0usize..2)), 1..30)) {
        let paste: Paste = vec![words];
        let tidied = tidy::text(&pasted(&paste, "\n\n"));
        prop_assert_eq!(see(&tidied.markdown).words, folded(&without_addresses(&paste)), "{:?}", tidied.markdown);
    }

    #[test]
    fn tidy_text_stays_as_it_is(paste in paste(), joint in prop::sample::select(vec!["\n\n", "\n"])) {
        let pasted = pasted(&paste, joint);
        prop_assume!(is_plain(&pasted));
        let once = tidy::text(&pasted).markdown;
        let twice = tidy::text(&once).markdown;
        prop_assert_eq!(&see(&twice).words, &see(&once).words, "{:?} became {:?}", once, twice);
    }

    #[test]
    fn every_address_is_a_citation_of_what_is_written(pieces in addressed(), joint in prop::sample::select(vec!["\n", "\n\n"])) {
        let (mut pasted, mut addresses) = (String::new(), Vec::new());
        for (word, standing, ends_line) in &pieces {
            pasted.push_str(word);
            if let Some(standing) = standing {
                let (before, after) = STANDING[*standing];
                addresses.push(format!("https://a.example/{}", addresses.len()));
                pasted.push_str(&format!(" {before}{}{after}", addresses[addresses.len() - 1]));
            }
            pasted.push_str(if *ends_line { joint } else { " " });
        }
        let tidied = tidy::text(&pasted).markdown;
        let citations = |markdown: &str| -> Vec<String> {
            let document = markup::read(markdown, &markup::Options::default());
            document.citations.into_iter().map(|citation| citation.canonical).collect()
        };
        prop_assert_eq!(&citations(&tidied), &addresses, "{:?} became {:?}", pasted, tidied);
        prop_assert_eq!(&citations(&tidy::text(&tidied).markdown), &addresses, "{:?}", tidied);
        prop_assert_eq!(&see(&tidied).links, &addresses, "{:?} became {:?}", pasted, tidied);
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,200}", rich in "[<>/a-z =\"':;.!\\-\n(){}\\[\\]*_`]{0,200}") {
        tidy::text(&text);
        tidy::html(&rich);
        tidy::paste(Some(&text), &rich);
    }
}
