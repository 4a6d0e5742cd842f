//! What is found in a text, told one line for each thing.

use markup::{Document, Options, Part, QuotationKind, read};

fn options() -> Options {
    Options {
        own_hosts: vec!["gazette.example".into()],
        plain_hosts: vec!["plain.example".into()],
        ..Options::default()
    }
}

/// "kind|words|speaker|source" for each quotation.
fn quotations(document: &Document) -> Vec<String> {
    let line = |quotation: &markup::Quotation| {
        let kind = match quotation.kind {
            QuotationKind::Quotation => "quote",
            QuotationKind::Turn => "turn",
            QuotationKind::Reported => "reported",
        };
        let speaker = quotation.speaker.as_deref().unwrap_or("-");
        let source = quotation
            .citation
            .map_or("-", |index| document.citations[index].url.trim_start_matches("https://"));
        format!("{kind}|{}|{speaker}|{source}", quotation.text.replace('\n', "/"))
    };
    document.quotations.iter().map(line).collect()
}

#[track_caller]
fn check(markdown: &str, expected: &[&str]) {
    assert_eq!(quotations(&read(markdown, &options())), expected, "\n{markdown}");
}

#[test]
fn words_given_to_somebody_are_a_quotation() {
    check(
        "The under-secretary said that “the gate was closed within a few minutes” and [left](https://a.example/1).",
        &["quote|the gate was closed within a few minutes|under-secretary|a.example/1"],
    );
    check(
        "“The gate was closed in time,” Ida Brandt told the council.",
        &["quote|The gate was closed in time,|Ida Brandt|-"],
    );
    check(
        "“The gate was closed in time,” [said](https://a.example/1) the minister.",
        &["quote|The gate was closed in time,|minister|a.example/1"],
    );
    check(
        "According to the [night log](https://a.example/1), “the gate was closed late again”.",
        &["quote|the gate was closed late again|log|a.example/1"],
    );
    check("Moreau: “It was late, and we knew it.”", &["quote|It was late, and we knew it.|Moreau|-"]);
    check(
        "“It was late, and we knew it.” — Moreau, [log](https://a.example/1)",
        &["quote|It was late, and we knew it.|Moreau|a.example/1"],
    );
    check(
        "“It was late, and we knew it” ([night log](https://a.example/1)).",
        &["quote|It was late, and we knew it|night log|a.example/1"],
    );
    check(
        "She called it “a very long night for everybody” on Friday.",
        &["quote|a very long night for everybody|-|-"],
    );
    check(
        "“It was late. We knew it,” he said. “We closed the gate anyway.”",
        &["quote|It was late. We knew it,|-|-", "quote|We closed the gate anyway.|-|-"],
    );
    check(
        "Moreau said “the gate was closed in time” and that “the pumps ran all night” [on Friday](https://a.example/1).",
        &[
            "quote|the gate was closed in time|Moreau|a.example/1",
            "quote|the pumps ran all night|Moreau|a.example/1",
        ],
    );
    check(
        "“We closed the gate in time, as ordered.”\n\n— Moreau, [log](https://a.example/1)",
        &["quote|We closed the gate in time, as ordered.|Moreau|a.example/1"],
    );
}

#[test]
fn the_same_in_other_languages() {
    check(
        "Die Ministerin sagte: „Das Tor wurde rechtzeitig geschlossen“ ([Protokoll](https://a.example/1)).",
        &["quote|Das Tor wurde rechtzeitig geschlossen|Ministerin|a.example/1"],
    );
    check(
        "„Das Tor war längst zu“, so der Hafenmeister [im Protokoll](https://a.example/1).",
        &["quote|Das Tor war längst zu|Hafenmeister|a.example/1"],
    );
    check(
        "Le ministre a déclaré : « la porte était fermée à temps » [hier](https://a.example/1).",
        &["quote|la porte était fermée à temps|ministre|a.example/1"],
    );
    check(
        "«La compuerta se cerró a tiempo», [dijo](https://a.example/1) la ministra.",
        &["quote|La compuerta se cerró a tiempo|ministra|a.example/1"],
    );
    check(
        "Министр [заявил](https://a.example/1): «Ворота были закрыты вовремя».",
        &["quote|Ворота были закрыты вовремя|Министр|a.example/1"],
    );
    check(
        "قال الوزير: «أغلقت البوابة في الوقت المحدد» [أمس](https://a.example/1).",
        &["quote|أغلقت البوابة في الوقت المحدد|الوزير|a.example/1"],
    );
}

#[test]
fn words_given_to_nobody_are_none() {
    check("Those eyes say: “I have seen the harbour burn”.", &[]);
    check("Diese Augen sagen: „Ich habe den Hafen brennen sehen“.", &[]);
    check("The so-called “forty minute rule of the river” was dropped.", &[]);
    check("He wrote [“The Long Night of the Harbour”](https://a.example/1) in a week.", &[]);
    check("It is said that “the river never forgets a gate”.", &[]);
    check("The minister said it was “late”.", &[]);
    check("`He said \"the gate was closed in time\"`", &[]);
}

#[test]
fn several_links_bind_by_their_side() {
    check(
        "Moreau said [on Friday](https://a.example/1) that “the gate was closed in time”, but the log says [otherwise](https://b.example/2): “the gate was closed forty minutes late”.",
        &[
            "quote|the gate was closed in time|Moreau|a.example/1",
            "quote|the gate was closed forty minutes late|log|b.example/2",
        ],
    );
    check(
        "Moreau [said](https://a.example/1) at [the port](https://b.example/2) “the gate was closed in time”.",
        &["quote|the gate was closed in time|Moreau|-"],
    );
    check(
        "Moreau [said](https://a.example/1) at [the port](https://b.example/) “the gate was closed in time”.",
        &["quote|the gate was closed in time|Moreau|a.example/1"],
    );
}

#[test]
fn a_footnote_may_carry_the_source() {
    check(
        "Moreau said “the gate was closed in time”.[^1]\n\n[^1]: [Night log](https://a.example/1), page 4.",
        &["quote|the gate was closed in time|Moreau|a.example/1"],
    );
}

#[test]
fn long_quotations_run_over_paragraphs() {
    check(
        "Moreau [said](https://a.example/1): “The gate was closed late.\n\n“We know why it was.\n\n“It will not happen again.” He left.",
        &["quote|The gate was closed late./We know why it was./It will not happen again.|Moreau|a.example/1"],
    );
}

#[test]
fn block_quotations_have_an_attribution() {
    check(
        "> The gate was closed.\n> It was late.\n>\n> — Ida Brandt, [log](https://a.example/1), 11 March",
        &["quote|The gate was closed. It was late.|Ida Brandt|a.example/1"],
    );
    check(
        "> The gate was closed.\n> — [Night log](https://a.example/1)",
        &["quote|The gate was closed.|-|a.example/1"],
    );
    check("> The gate was closed.\n>\n> -- Harbour Office", &["quote|The gate was closed.|Harbour Office|-"]);
    check(
        "> Mind the bridge.\n>\n> — Plate in the cab of car 9, [history](https://a.example/1)",
        &["quote|Mind the bridge.|Plate in the cab of car 9|a.example/1"],
    );
    check("> One.\n>\n> Two.\n>\n> – Moreau", &["quote|One./Two.|Moreau|-"]);
    check("> “The gate was closed.”\n>\n> ― Moreau", &["quote|The gate was closed.|Moreau|-"]);
    check(
        "The [log](https://a.example/1) says:\n\n> The gate was closed.",
        &["quote|The gate was closed.|log|a.example/1"],
    );
    check("> Only an aside.", &[]);
    check("Some words.\n\n> Only an aside.\n\nMore.", &[]);
    check(
        "<blockquote cite=\"https://a.example/1\"><p>The gate was closed.</p></blockquote>",
        &["quote|The gate was closed.|-|a.example/1"],
    );
    check("It was <q cite=\"https://a.example/1\">late</q> again.", &["quote|late|-|a.example/1"]);
    check(
        "> The gate was closed.\n\n— Moreau, [log](https://a.example/1)",
        &["quote|The gate was closed.|Moreau|a.example/1"],
    );
    check(
        "> See [the map](https://b.example/2).\n>\n> — Moreau, [log](https://a.example/1)",
        &["quote|See the map.|Moreau|a.example/1"],
    );
}

#[test]
fn transcripts_are_turns() {
    check(
        "> **Question:** Was the pump running?\n>\n> **A. Moreau:** It was, and [the load](https://b.example/2) shows it.\n>\n> We have nothing to add.\n>\n> — [Ministry channel](https://a.example/1), 14 March",
        &[
            "turn|Was the pump running?|Question|a.example/1",
            "turn|It was, and the load shows it.|A. Moreau|a.example/1",
            "turn|We have nothing to add.|A. Moreau|a.example/1",
        ],
    );
    check(
        "> **Q:** Late?\n> **A:** Yes.\n> **Q**: Why?",
        &["turn|Late?|Q|-", "turn|Yes.|A|-", "turn|Why?|Q|-"],
    );
    check(
        "The [transcript](https://a.example/1) says:\n\n> Question: Late?\n>\n> Answer: Yes, “very late indeed, he said”.",
        &["turn|Late?|Question|a.example/1", "turn|Yes, “very late indeed, he said”.|Answer|a.example/1"],
    );
    check(
        "An earlier line with [a link](https://a.example/1).\n\nThen this.\n\n> **Q:** Late?\n>\n> **A:** Yes.",
        &["turn|Late?|Q|-", "turn|Yes.|A|-"],
    );
    check(
        "The office posted [a link](https://a.example/1).\n\n> **Q:** Late?\n>\n> **A:** [Yes](https://b.example/2).",
        &["turn|Late?|Q|-", "turn|Yes.|A|-"],
    );
    check(
        "> **Q:** Late?\n>\n> **A:** Yes.\n\n<!-- source: https://a.example/1 @ 1:15 -->",
        &["turn|Late?|Q|a.example/1", "turn|Yes.|A|a.example/1"],
    );
    check(
        "> 🚢 Ships: many.\n>\n> One thing is clear: it was late.\n>\n> — Moreau",
        &["quote|🚢 Ships: many./One thing is clear: it was late.|Moreau|-"],
    );
}

#[test]
fn reported_speech_is_told_apart() {
    check(
        "The ministry [said](https://a.example/1) that the pumps had run. The tide rose.",
        &["reported|The ministry said that the pumps had run.|ministry|a.example/1"],
    );
    check("The ministry said that the pumps had run.", &[]);
    check("The [tide table](https://a.example/1) is long.", &[]);
}

#[test]
fn the_writers_marks_decide() {
    check("Moreau said “the gate was closed in time” <!-- not a quotation --> again.", &[]);
    check(
        "A “forty minute rule” <!-- source: https://a.example/1 --> held.",
        &["quote|forty minute rule|-|a.example/1"],
    );
    check("> The gate was closed.\n>\n> — Moreau\n\n<!-- not a quotation -->", &[]);
    check(
        "<!-- source: https://a.example/1 -->\n\n> The gate was closed.",
        &["quote|The gate was closed.|-|a.example/1"],
    );
    let document = read(
        "Moreau said “the gate was closed in time”. <!-- note: my translation --> <!-- source: https://a.example/1 @ 12:34 -->",
        &options(),
    );
    assert_eq!(document.quotations[0].note.as_deref(), Some("my translation"));
    assert_eq!(document.quotations[0].at, Some(754));
    assert!(document.citations[0].bound);
}

#[test]
fn outside_links_are_citations() {
    let citations = |markdown: &str| -> Vec<String> {
        let document = read(markdown, &options());
        let flags = |c: &markup::Citation| {
            let flag = |on: bool, name: &str| if on { format!(" {name}") } else { String::new() };
            flag(c.via, "via")
                + &flag(c.embed, "embed")
                + &flag(c.kind == markup::url::Kind::Pointer, "pointer")
                + &flag(c.picture, "picture")
        };
        document
            .citations
            .iter()
            .map(|c| format!("{}:{}|{}{}", c.line, c.words, c.canonical, flags(c)))
            .collect()
    };
    let check = |markdown: &str, expected: &[&str]| assert_eq!(citations(markdown), expected, "\n{markdown}");
    check("One.\n\nTwo\nand [three](https://A.example/1?utm_source=x).", &["4:three|https://a.example/1"]);
    check("https://a.example/1", &["1:https://a.example/1|https://a.example/1 embed"]);
    check("<https://a.example/1>", &["1:https://a.example/1|https://a.example/1 embed"]);
    check("See https://a.example/1", &["1:https://a.example/1|https://a.example/1"]);
    check("- https://a.example/1", &["1:https://a.example/1|https://a.example/1"]);
    check("[the channel](https://t.me/harbour)", &["1:the channel|https://t.me/harbour pointer"]);
    check(
        "[a](/2026/03/x) [b](https://gazette.example/x) [c](mailto:a@b.example) [d](https://plain.example/x) [e](https://a.example/1 \"plain\") [f](#x)",
        &[],
    );
    check("> **Q:** [Late](https://a.example/1)?\n>\n> **A:** Yes.", &["1:Late|https://a.example/1 via"]);
    check(
        "He said “the gate was [closed](https://a.example/1) in time”.",
        &["1:closed|https://a.example/1 via"],
    );
    check(
        "He said “[the gate was closed in time](https://a.example/1)”.",
        &["1:the gate was closed in time|https://a.example/1"],
    );
    check("![the gate](https://a.example/1.png)", &["1:the gate|https://a.example/1.png picture"]);
    check("![the gate](/media/1.png)", &[]);
}

/// Parts in short: HTML as it is, places in braces.
fn parts(document: &Document) -> String {
    let short = |part: &Part| match part {
        Part::Html(html) => html.clone(),
        Part::Note { citation } => format!("{{note {citation}}}"),
        Part::QuoteOpen { quotation } => format!("{{open {quotation}}}"),
        Part::QuoteClose { quotation } => format!("{{close {quotation}}}"),
        Part::Mark { quotation } => format!("{{mark {quotation}}}"),
        Part::TranscriptMark { transcript } => format!("{{transcript {transcript}}}"),
        Part::Embed { citation } => format!("{{embed {citation}}}"),
        Part::AfterBlock { quotations } => format!("{{after {quotations:?}}}"),
    };
    document.parts.iter().map(short).collect::<String>().replace('\n', "")
}

#[track_caller]
fn check_parts(markdown: &str, expected: &str) {
    assert_eq!(parts(&read(markdown, &options())), expected, "\n{markdown}");
}

#[test]
fn places_stand_where_a_page_needs_them() {
    check_parts(
        "He said “the gate was closed in time” in [the log](https://a.example/1), today.",
        "<p>He said {open 0}“the gate was closed in time”{close 0}{mark 0} in <a href=\"https://a.example/1\" rel=\"noopener\">the log</a>,{note 0} today.</p>{after [0]}",
    );
    check_parts(
        "He said [“the gate was closed in time”](https://a.example/1).",
        "<p>He said <a href=\"https://a.example/1\" rel=\"noopener\">{open 0}“the gate was closed in time”{close 0}</a>{mark 0}.{note 0}</p>{after [0]}",
    );
    check_parts(
        "> The gate was closed.\n> — Moreau, [log](https://a.example/1)",
        "<blockquote cite=\"https://a.example/1\" class=\"quote\"><p>The gate was closed.</p><footer>— Moreau, <a href=\"https://a.example/1\" rel=\"noopener\">log</a>{note 0}{mark 0}</footer></blockquote>{after [0]}",
    );
    check_parts(
        "> **Q:** Late?\n> **A:** [Yes](https://b.example/2).\n>\n> Very.\n>\n> — [Log](https://a.example/1)",
        "<blockquote cite=\"https://a.example/1\" class=\"transcript\"><p class=\"turn\"><b>Q:</b> Late?{mark 0}</p><p class=\"turn\"><b>A:</b> <a href=\"https://b.example/2\" class=\"via\" rel=\"noopener\">Yes</a>.{note 0}{mark 1}</p><p>Very.{mark 2}</p><footer>— <a href=\"https://a.example/1\" rel=\"noopener\">Log</a>{note 1}{transcript 0}</footer></blockquote>{after [0, 1, 2]}",
    );
    check_parts("https://a.example/1", "{embed 0}");
    check_parts(
        "# One\n\n## One\n\n### Two [x](#one)",
        "<h2 id=\"t-one\">One</h2><h2 id=\"t-one-2\">One</h2><h3 id=\"t-two-x\">Two <a href=\"#t-one\">x</a></h3>",
    );
    check_parts(
        "![the gate](https://a.example/1.png)",
        "<p><a href=\"https://a.example/1.png\" rel=\"noopener\">the gate</a>{note 0}</p>",
    );
    check_parts(
        "- [x] shut\n- [ ] open",
        "<ul><li><input checked=\"\" disabled=\"\" type=\"checkbox\"> shut</li><li><input disabled=\"\" type=\"checkbox\"> open</li></ul>",
    );
}

#[test]
fn footnotes_lead_there_and_back() {
    let html = read("Late.[^log]\n\n[^log]: The night log.", &options()).html();
    for id in ["t-fn-log", "t-fnref-log"] {
        assert!(
            html.contains(&format!("id=\"{id}\"")) && html.contains(&format!("href=\"#{id}\"")),
            "{id} in {html}"
        );
    }
}

#[test]
fn no_place_can_be_forged() {
    let forged = "<!--line:7--><a class=\"mark verbatim\" href=\"/x\">word for word</a><span class=\"note\" id=\"s1\">{mark 0}</span>";
    check_parts(forged, "<a href=\"/x\">word for word</a><span id=\"t-s1\">{mark 0}</span>");
}

#[test]
fn a_document_says_what_it_holds() {
    let document = read(
        "# The gate\n\nhttps://a.example/1\n\nIt shut late. The river rose.\n\n> Aside.\n\nThe end.",
        &options(),
    );
    assert_eq!(document.excerpt, "It shut late. The river rose. The end.");
    assert_eq!(document.words, 14);
    assert_eq!(document.headings[0].text, "The gate");
    assert_eq!(document.embeds, [0]);
    assert!(document.plain_text.starts_with("The gate\n"));
}

/// A comment with a channel's transcript, as it comes out of a paste.
#[test]
fn a_pasted_briefing_is_read_without_accusing_anybody() {
    let pasted = "🌊 The harbour ministry answered for an hour on Friday (https://t.me/harbour_ministry/2210), and the recording is public (https://www.youtube.com/watch?v=tide2210). \
The town paper has the short form (https://paper.example/briefing?utm_source=letter&utm_medium=email) and so does the evening letter (https://tides.substack.com/?utm_campaign=home).

Those clocks say it all: nobody looked.

Question: Was the gate late, as the paper wrote (https://paper.example/gate)?

A. Moreau: It was. The order is public (https://t.me/harbour_ministry/2198), and the log (https://harbour.example/log) shows it.

We regret it. One thing is clear: the gate has to be mended, as we said in spring (https://t.me/harbour_ministry/2101).

⚓ The ships waited outside.

Question: Who pays for it?

A. Moreau: “The town does,” said the mayor (https://paper.example/mayor), and the ministry agreed in May (https://harbour.example/may).
";
    let tidied = markup::tidy::text(pasted);
    let document = read(&tidied.markdown, &Options::default());
    assert_eq!(document.citations.len(), 10, "{}", tidied.markdown);
    let pointers: Vec<&str> = document
        .citations
        .iter()
        .filter(|c| c.kind == markup::url::Kind::Pointer)
        .map(|c| c.canonical.as_str())
        .collect();
    assert_eq!(pointers, ["https://tides.substack.com/"]);
    assert_eq!(document.citations.iter().filter(|c| c.via).count(), 6, "{}", tidied.markdown);
    let turns: Vec<_> = document.quotations.iter().filter(|q| q.kind == QuotationKind::Turn).collect();
    assert_eq!(turns.len(), 6, "{}", tidied.markdown);
    assert!(turns.iter().all(|turn| turn.citation.is_none() && turn.transcript == Some(0)));
    assert!(turns.iter().all(|turn| matches!(turn.speaker.as_deref(), Some("Question" | "A. Moreau"))));
    assert!(
        document.quotations.iter().all(|q| q.kind != QuotationKind::Quotation),
        "{:?}",
        quotations(&document)
    );

    let bound =
        format!("{}\n\n<!-- source: https://t.me/harbour_ministry/2210 -->\n", tidied.markdown.trim_end());
    let document = read(&bound, &Options::default());
    assert_eq!(document.citations.len(), 10);
    assert!(
        document
            .quotations
            .iter()
            .filter(|q| q.kind == QuotationKind::Turn)
            .all(|turn| turn.citation == Some(0))
    );
}

#[test]
fn a_picture_alone_with_a_title_is_a_figure() {
    let html = |markdown: &str| read(markdown, &options()).html();
    assert_eq!(
        html("![The gate](/media/gate.jpg \"Seen from the towpath.\")").trim(),
        "<figure><img alt=\"The gate\" src=\"/media/gate.jpg\" loading=\"lazy\"><figcaption>Seen from the towpath.</figcaption></figure>"
    );
    for plain in ["![The gate](/media/gate.jpg)", "Here ![the gate](/media/gate.jpg \"x\")"] {
        assert!(!html(plain).contains("<figure>"), "{plain}");
    }
}

#[test]
fn a_bare_address_ends_where_a_writer_ends_it() {
    let check = |markdown: &str, expected: &[&str], text: &str| {
        let document = read(markdown, &options());
        let found: Vec<&str> = document.citations.iter().map(|citation| citation.url.as_str()).collect();
        assert_eq!((found.as_slice(), document.plain_text.as_str()), (expected, text), "{markdown}");
    };
    let a = "https://a.example/1";
    for (before, after) in [
        ("", "…"),
        ("«", "»"),
        ("„", "“"),
        ("‘", "’"),
        ("见", "，中文"),
        ("「", "」中文"),
        ("", "—dash"),
        ("(", ")。"),
        ("", "؛ ثم"),
    ] {
        let text = format!("So {before}{a}{after} so.");
        check(&text, &[a], &text);
        check(&format!("> - {text}\n>   {text}"), &[a, a], &format!("{text} {text}"));
    }
    check(
        "So https://a.example/1\\\nthen https://b.example/2",
        &[a, "https://b.example/2"],
        "So https://a.example/1 then https://b.example/2",
    );
    check(
        "见https://a.example/1，又见[这里](https://b.example/2)。**好**",
        &[a, "https://b.example/2"],
        "见https://a.example/1，又见这里。好",
    );
    check(
        "So https://a.example/1?x=1&amp;y=2 so",
        &["https://a.example/1?x=1&y=2"],
        "So https://a.example/1?x=1&y=2 so",
    );
    check("So www.a.example/1… so", &["http://www.a.example/1"], "So www.a.example/1… so");
    check(
        "`https://a.example/1…` and [https://a.example/1…](https://a.example/1)",
        &[a],
        "https://a.example/1… and https://a.example/1…",
    );
    check(&format!("| {a}… |\n| --- |\n| {a}… |"), &[a, a], &format!("{a}…\n{a}…"));
}

#[test]
fn a_link_without_words_is_a_note_and_nothing_else() {
    let document = read("The pears were “picked by hand”[](https://a.example/1). So it was.", &options());
    assert_eq!(document.excerpt, "The pears were “picked by hand”. So it was.");
    assert_eq!(document.plain_text, document.excerpt);
    assert_eq!((document.citations[0].note, document.citations[0].words.as_str()), (true, ""));
    assert_eq!(document.parts.iter().filter(|part| matches!(part, Part::Note { citation: 0 })).count(), 1);
    let shown: String = document
        .parts
        .iter()
        .filter_map(|part| if let Part::Html(html) = part { Some(html.as_str()) } else { None })
        .collect();
    assert_eq!(shown.trim(), "<p>The pears were “picked by hand”. So it was.</p>");
    assert!(document.html().contains("<sup><a href=\"https://a.example/1\" rel=\"noopener\">1</a></sup>"));
    check(
        "“The gate was closed in time”[](https://a.example/1), said Moreau.",
        &["quote|The gate was closed in time|Moreau|a.example/1"],
    );
    let marked = read("So [](https://a.example/1 \"not kept\").", &options()).html();
    assert_eq!(
        marked.trim(),
        "<p>So <a href=\"https://a.example/1\" rel=\"noopener\">https://a.example/1</a>.</p>"
    );
    let guest = read("So[](https://a.example/1).", &Options { guest: true, ..options() }).html();
    assert_eq!(
        guest.trim(),
        "<p>So<a href=\"https://a.example/1\" rel=\"nofollow ugc noopener\">https://a.example/1</a>.</p>"
    );
}
