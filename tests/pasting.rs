//! A writer pastes a channel's transcript as it came, and it becomes a post with sources.
//!
//! The paste has nine addresses in brackets and one bare home address with tracking parameters; they are of six sources in all.

mod press;

use press::{Post, Press, ibid, until};
use serde_json::{Value, json};

/// The first six paragraphs after the introduction are what `t.me/harbourmaster/418` of the stand-in web holds; the rest is the writer's.
const PASTE: &str = "\
On Friday the harbour office answered questions, and its channel has the whole of it.

⚓️ From the weekly briefing of the harbour office

Question: The fishing cooperative said (https://cooperative.example/open-letter?utm_source=channel&utm_medium=social) that the outer basin will be closed for a whole season. Is that so?

Marta Lindqvist: It is not. The basin stays open, as the release of the ministry (https://ministry.example/releases/dredging) sets out, and only the fairway is narrowed.

We have put the dates on the board at the ferry stage and they are also in the tide tables (https://ministry.example/releases/tide-tables).

Question: Will the night ferry run in May?

Marta Lindqvist: The night ferry will run. Its timetable was published (https://ferry.example/night) on Friday and nothing in it has changed since.

🌊 I would only ask small boats to keep to the western side. It is the calmer one, and the marks are lit.

What she did not mention: the cooperative asked for the dates in writing (https://cooperative.example/open-letter), and the ferry prints them at the stage (https://ferry.example/night).

One thing is certain: the dredging starts in May (https://ministry.example/releases/dredging?utm_campaign=spring), and the charts can be seen in the reading room (https://library.example/reading-room) until ten in the evening (https://library.example/reading-room?fbclid=1).

https://tidenotes.substack.com/?utm_source=share&utm_medium=web&r=1abc
";

/// Addresses as their sources are named, with how often each is linked.
const SOURCES: [(&str, usize); 6] = [
    ("https://cooperative.example/open-letter", 2),
    ("https://ferry.example/night", 2),
    ("https://library.example/reading-room", 2),
    ("https://ministry.example/releases/dredging", 2),
    ("https://ministry.example/releases/tide-tables", 1),
    ("https://tidenotes.substack.com/", 1),
];

/// Where the transcript was taken from; the paste does not say so.
const CHANNEL: &str = "https://t.me/harbourmaster/418";

/// The paste tidied, as `ibid tidy -` gives it.
async fn tidied() -> String {
    ibid(&["tidy", "-"]).typing(PASTE).run().await.succeeds().stdout
}

/// Link targets in the order they stand in Markdown.
fn links(markdown: &str) -> Vec<String> {
    let mut rest = markdown;
    let mut found = Vec::new();
    while let Some(at) = rest.find("https://") {
        let end = rest[at..].find([')', '>', ' ', '\n', ']']).map_or(rest.len(), |end| at + end);
        found.push(rest[at..end].to_owned());
        rest = &rest[end..];
    }
    found
}

#[tokio::test]
async fn ten_links_come_out_and_no_word_changes() {
    let markdown = tidied().await;
    let found = links(&markdown);
    assert_eq!(found.len(), 10, "{markdown}");
    assert!(found.iter().all(|link| !link.contains("utm_") && !link.contains("r=1abc")), "{found:?}");
    for (url, times) in SOURCES {
        assert_eq!(found.iter().filter(|link| *link == url).count(), times, "{url} in\n{markdown}");
    }
    assert_eq!(words_of_markdown(&markdown), words_of_paste(), "{markdown}");
}

/// What is left of the paste without addresses and their brackets.
fn words_of_paste() -> String {
    let mut words = PASTE.split("https://tidenotes").next().unwrap().to_owned();
    while let Some(open) = words.find("(https://") {
        let close = open + words[open..].find(')').unwrap();
        words.replace_range(open..=close, "");
    }
    folded(&words)
}

/// What a reader sees of the tidied text.
fn words_of_markdown(markdown: &str) -> String {
    let mut words =
        markdown.split("https://tidenotes").next().unwrap().replace("**", "").replace(['\\', '<'], "");
    while let Some(open) = words.find("](") {
        let close = open + words[open..].find(')').unwrap();
        words.replace_range(open..=close, "");
    }
    folded(
        &words
            .replace('[', "")
            .lines()
            .map(|line| line.trim_start_matches(['>', ' ']))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

/// White space folded; none is left before a stop where an address stood.
fn folded(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.replace(" .", ".").replace(" ,", ",")
}

#[tokio::test]
async fn links_stand_on_the_shortest_natural_words() {
    let markdown = tidied().await;
    for link in [
        "[said](https://cooperative.example/open-letter)",
        "[published](https://ferry.example/night)",
        "[in writing](https://cooperative.example/open-letter)",
        "[in May](https://ministry.example/releases/dredging)",
        "[at the stage](https://ferry.example/night)",
    ] {
        assert!(markdown.contains(link), "no {link} in\n{markdown}");
    }
    assert!(
        markdown
            .lines()
            .any(|line| line.trim().trim_matches(['<', '>']) == "https://tidenotes.substack.com/"),
        "the bare address stays alone:\n{markdown}"
    );
}

#[tokio::test]
async fn only_speakers_are_taken_for_speakers() {
    let markdown = tidied().await;
    let labels: Vec<&str> = markdown
        .lines()
        .filter_map(|line| line.strip_prefix("> **"))
        .map(|line| line.split("**").next().unwrap())
        .collect();
    assert_eq!(labels, ["Question:", "Marta Lindqvist:", "Question:", "Marta Lindqvist:"], "{markdown}");
    for ordinary in ["What she did not mention:", "One thing is certain:"] {
        assert!(markdown.contains(ordinary) && !markdown.contains(&format!("**{ordinary}")), "{markdown}");
    }
    assert!(markdown.contains("⚓") && markdown.contains("🌊"), "{markdown}");
    assert!(!markdown.contains("> — "), "no source is invented:\n{markdown}");
}

async fn published(press: &Press) -> Post {
    press.ida().publishes("The Friday briefing", &tidied().await).await
}

#[tokio::test]
async fn the_post_has_six_addresses_and_tells_them_apart() {
    let press = Press::start().await;
    let post = published(&press).await;
    let sources = post.is_kept().await;
    let by =
        |url: &str| sources.iter().find(|s| s["url"] == url).unwrap_or_else(|| panic!("{url}: {sources:#?}"));
    assert_eq!(sources.len(), 6, "{sources:#?}");
    for (url, _) in SOURCES {
        let kind = if url == "https://tidenotes.substack.com/" { "pointer" } else { "source" };
        assert_eq!(by(url)["kind"], kind, "{url}");
    }
    assert_eq!(
        by("https://ministry.example/releases/tide-tables")["via"],
        true,
        "the speaker's link, and nobody else's"
    );
}

fn verdicts(quotations: &[Value]) -> Vec<&str> {
    quotations
        .iter()
        .filter(|q| q["kind"] != "reported")
        .map(|q| q["verdict"].as_str().unwrap_or("none yet"))
        .collect()
}

#[tokio::test]
async fn without_a_source_nothing_is_accused() {
    let press = Press::start().await;
    let post = published(&press).await;
    post.is_kept().await;
    let quotations = until("the transcript to be seen as one without a source", async || {
        let quotations = post.quotations().await;
        let turns = quotations.iter().filter(|q| q["kind"] == "turn").count();
        if turns >= 5 && verdicts(&quotations).iter().all(|verdict| *verdict == "no_source") {
            Ok(quotations)
        } else {
            Err(format!("{quotations:#?}"))
        }
    })
    .await;
    assert!(quotations.iter().all(|q| q["source"].is_null() || q["kind"] == "reported"), "{quotations:#?}");
    let page = post.page().await;
    page.hides("differs").hides("not found");
}

#[tokio::test]
async fn bound_to_its_source_it_is_judged_and_ends_where_the_source_ends() {
    let press = Press::start().await;
    let post = published(&press).await;

    // The writer names the source at the close of the block, wherever the block was proposed to end.
    let markdown = tidied().await;
    let mut lines: Vec<&str> = markdown.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with('>')).expect("a transcript was proposed");
    lines.insert(last + 1, "> — Harbour Office, [briefing](https://t.me/harbourmaster/418), 13 March 2026");
    lines.insert(last + 1, ">");
    post.rewrites(json!({"markdown": lines.join("\n")})).await;

    let quotations = until("the transcript to be judged", async || {
        let quotations = post.quotations().await;
        let said = verdicts(&quotations);
        if said.len() >= 6 && said.iter().all(|verdict| *verdict == "verbatim") {
            Ok(quotations)
        } else {
            Err(format!("{quotations:#?}"))
        }
    })
    .await;
    let turns: Vec<&Value> = quotations.iter().filter(|q| q["kind"] == "turn").collect();
    assert!(turns.iter().all(|turn| turn["source"] == CHANNEL), "{turns:#?}");
    let last = turns.last().unwrap()["text"].as_str().unwrap();
    assert!(last.contains("the marks are lit"), "it ends where the channel's post ends: {last}");
    assert!(turns.iter().all(|turn| !turn["text"].as_str().unwrap().contains("What she did not mention")));

    let sources = post.sources().await;
    let via = |url: &str| {
        sources.iter().find(|s| s["url"] == url).unwrap_or_else(|| panic!("{url}: {sources:#?}"))["via"]
            .clone()
    };
    assert_eq!(sources.len(), 7, "{sources:#?}");
    for (url, _) in SOURCES {
        assert_eq!(via(url), url == "https://ministry.example/releases/tide-tables", "{url}");
    }
    assert_eq!(via(CHANNEL), false);
    post.shows(&format!("transcript, {} paragraphs: word for word", turns.len())).await;
    press.reader().opens("/").await.shows("1 transcript checked");
}

#[tokio::test]
async fn a_paste_in_another_shape_is_understood_too() {
    check("Look here (https://ferry.example/night).", "Look [here](https://ferry.example/night).").await;
    check("A bare https://ferry.example/night?utm_source=x in a line", "https://ferry.example/night").await;
    check("• one\n• two (https://ferry.example/night)", "- [two](https://ferry.example/night)").await;
    check("ferry.example (https://ferry.example/)", "[ferry.example](https://ferry.example/)").await;
    check(
        "They met in Alaska (https://ferry.example/night) and left.",
        "[in Alaska](https://ferry.example/night)",
    )
    .await;
    check("Nothing to link at all.", "Nothing to link at all.").await;
}

/// What `tidy` makes of a paste holds `expected`.
async fn check(paste: &str, expected: &str) {
    let once = ibid(&["tidy", "-"]).typing(paste).run().await.succeeds().stdout;
    assert!(once.contains(expected), "“{expected}” is not in “{once}”");
}
