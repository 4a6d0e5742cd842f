use markup::tidy::{self, What};

use crate::visible::see;

/// The Markdown that a plain paste becomes.
fn check(pasted: &str, expect: &str) {
    let tidied = tidy::text(pasted);
    assert_eq!(tidied.markdown.trim_end(), expect, "from {pasted:?}");
    let again = tidy::text(&tidied.markdown);
    assert_eq!(again.markdown.trim_end(), expect, "tidied again");
}

#[test]
fn the_link_goes_on_the_shortest_natural_phrase() {
    check("She said (https://a.example/1) so.", "She [said](https://a.example/1) so.");
    check("They met in Alaska (https://a.example/1).", "They met [in Alaska](https://a.example/1).");
    check(
        "Then the Harbour Board (https://a.example/1) met",
        "Then [the Harbour Board](https://a.example/1) met",
    );
    check(
        "it is at the Port of Aldan (https://a.example/1)",
        "it is [at the Port of Aldan](https://a.example/1)",
    );
    check("In Aldan (https://a.example/1) it rains", "[In Aldan](https://a.example/1) it rains");
    check(
        "Yesterday Ida Brandt (https://a.example/1) spoke",
        "Yesterday [Ida Brandt](https://a.example/1) spoke",
    );
    check("according to (https://a.example/1) them", "[according to](https://a.example/1) them");
    check("on 14 August (https://a.example/1)", "[on 14 August](https://a.example/1)");
    check("in 2014 (https://a.example/1)", "[in 2014](https://a.example/1)");
    check("a long old harbour (https://a.example/1)", "a long old [harbour](https://a.example/1)");
    check("the U.S. (https://a.example/1) said", "[the U.S.](https://a.example/1) said");
    check("в порту Алдан (https://a.example/1), сказала", "в порту [Алдан](https://a.example/1), сказала");
    check("сказали на Аляске (https://a.example/1).", "сказали [на Аляске](https://a.example/1).");
    check(
        "die Sitzung in der Stadt (https://a.example/1)",
        "die Sitzung [in der Stadt](https://a.example/1)",
    );
    check("ask @harbour (https://t.me/harbour)", "ask [@harbour](https://t.me/harbour)");
    check("港湾局は図書館（https://a.example/1）", "港湾局は[図書館](https://a.example/1)");
    check("قال الوزير (https://a.example/1) اليوم", "قال [الوزير](https://a.example/1) اليوم");
}

#[test]
fn every_kind_of_bracket_is_understood() {
    check("said [https://a.example/1] so", "[said](https://a.example/1) so");
    check("said <https://a.example/1> so", "[said](https://a.example/1) so");
    check("said ( https://a.example/1 ) so", "[said](https://a.example/1) so");
    check("said （https://a.example/1）。", "[said](https://a.example/1)。");
    check("said (www.a.example/1) so", "[said](https://www.a.example/1) so");
    check("said (t.me/harbour/123) so", "[said](https://t.me/harbour/123) so");
    check("said(https://a.example/1) so", "[said](https://a.example/1) so");
    check("said (https://a.example/pier_(old)) so", "[said](https://a.example/pier_(old)) so");
    check("said (https://a.example/1)that", "[said](https://a.example/1) that");
    check("said (HTTPS://A.example/1) so", "[said](HTTPS://A.example/1) so");
    check("read it (e.g. now) (README.md) (and/or)", "read it (e.g. now) (README.md) (and/or)");
    check("see (in full: https://a.example/1)", "see (in full: https://a.example/1)");
    check("said (\u{200b}https://a.example/1\u{feff}) so", "[said](https://a.example/1) so");
    check("said\u{a0}(https://a.example/1) so", "[said](https://a.example/1) so");
}

#[test]
fn without_words_before_it_the_link_is_a_numbered_note() {
    check("“It will stay.” (https://a.example/1) So.", "“It will stay.”[](https://a.example/1) So.");
    check("“stay” (https://a.example/1), he said", "“stay”[](https://a.example/1), he said");
    check("(https://a.example/1) So.", "[](https://a.example/1) So.");
    check(
        "left (https://a.example/1) (https://a.example/2)",
        "[left](https://a.example/1)[](https://a.example/2)",
    );
    check(
        "left (https://a.example/1, https://a.example/2).",
        "[left](https://a.example/1)[](https://a.example/2).",
    );
    check("wow!(https://a.example/1) So", "wow\\![](https://a.example/1) So");
    check("🎥 (https://a.example/1)", "🎥[](https://a.example/1)");
    check(
        "Die Birnen waren „gut geerntet“ (https://a.example/1). Dann kam (https://a.example/2) der Frost.",
        "Die Birnen waren „gut geerntet“[](https://a.example/1). Dann [kam](https://a.example/2) der Frost.",
    );
    let twice = "“So.”[](https://a.example/1) Then **no.** (https://a.example/2)";
    check(twice, "“So.”[](https://a.example/1) Then **no.**[](https://a.example/2)");
}

#[test]
fn a_word_that_leads_on_is_no_phrase() {
    check("One, and <https://a.example/1>.", "One, and[](https://a.example/1).");
    check("Один, и (https://a.example/1).", "Один, и[](https://a.example/1).");
    check("Eins, oder (https://a.example/1) zwei", "Eins, oder[](https://a.example/1) zwei");
    check("one and (https://a.example/1) two", "[one and](https://a.example/1) two");
}

#[test]
fn words_that_are_the_address_make_one_link() {
    check("see a.example/1 (https://a.example/1) now", "see [a.example/1](https://a.example/1) now");
    check("see https://a.example/1 (https://a.example/1/) now", "see https://a.example/1 now");
    check(
        "see a.example/har… (https://a.example/harbour) now",
        "see [a.example/har…](https://a.example/harbour) now",
    );
    check("https://a.example/1 (https://a.example/1)", "https://a.example/1");
}

#[test]
fn a_bare_address_stays() {
    check(
        "One.\n\nhttps://a.example/?utm_source=tg&utm_medium=x\n\nTwo.",
        "One.\n\nhttps://a.example/\n\nTwo.",
    );
    check("One.\nhttps://a.example/?utm_source=tg", "One.\n\nhttps://a.example/");
    check("(https://a.example/1)", "https://a.example/1");
    check("See https://a.example/1, then go.", "See https://a.example/1, then go.");
    check("“https://a.example/1”", "“[https://a.example/1](https://a.example/1)”");
    check("@harbour\nhttps://a.example/1", "@harbour\n\nhttps://a.example/1");
    check("www.a.example/1", "https://www.a.example/1");
    check(
        "go https://a.example/x_*y_ now",
        "go [https://a.example/x\\_\\*y\\_](https://a.example/x_*y_) now",
    );
}

#[test]
fn an_address_ends_where_a_line_or_its_punctuation_does() {
    check(
        "Zeile eins https://a.example/1\nZeile zwei https://a.example/2",
        "Zeile eins <https://a.example/1>\\\nZeile zwei https://a.example/2",
    );
    let linked = |path: &str| format!("[https://a.example/{path}](https://a.example/{path})");
    for (typed, path) in [
        ("so https://a.example/z… so", "z"),
        ("so «https://a.example/q» so", "q"),
        ("so „https://a.example/r“ so", "r"),
        ("so ‚https://a.example/r‘ so", "r"),
        ("so https://a.example/t，中文 so", "t"),
        ("见https://a.example/t。中文", "t"),
        ("「https://a.example/t」中文", "t"),
        ("so https://a.example/s—dash", "s"),
        ("قال https://a.example/u، ثم", "u"),
    ] {
        check(typed, &typed.replace(&format!("https://a.example/{path}"), &linked(path)));
    }
    check("so https://a.example/x?utm_source=q&amp;b=1 so", "so https://a.example/x?b=1 so");
    check("so (https://a.example/x?a=1&amp;b=2) so", "[so](https://a.example/x?a=1&b=2) so");
}

#[test]
fn an_address_alone_on_its_line_stays_alone() {
    check(
        "Mail: orchard@a.example, tel: +1 555 0100\nhttps://home.example?utm_source=1\nhttps://b.example/birnen\n(https://paren.example/only)",
        "Mail: orchard@a.example, tel: +1 555 0100\n\nhttps://home.example\n\nhttps://b.example/birnen\n\nhttps://paren.example/only",
    );
    check(
        "Adresse: https://a.example/v\nAdresse: https://a.example/w",
        "Adresse: <https://a.example/v>\\\nAdresse: https://a.example/w",
    );
}

#[test]
fn tracking_is_dropped_and_said() {
    check("said (https://a.example/1?id=2&utm_source=tg&fbclid=3)", "[said](https://a.example/1?id=2)");
    let tidied = tidy::text("said (https://a.example/1?id=2&utm_source=tg)");
    let note = tidied.notes.iter().find(|n| n.what == What::TrackingDropped).expect("a note");
    assert_eq!(
        (note.line, note.sentence.as_str()),
        (1, "Tracking parameters of the address a.example/1 were dropped: utm_source.")
    );
    check("said (https://www.google.com/url?q=https://a.example/1&sa=D)", "[said](https://a.example/1)");
}

#[test]
fn marks_of_markdown_stay_words() {
    check("5 * 3 * 2 = 30, snake_case, AT&T, 1 < 2", "5 * 3 * 2 = 30, snake_case, AT&T, 1 < 2");
    check("a *b* and _c_ and `d`", "a \\*b\\* and \\_c\\_ and \\`d\\`");
    check("# one", "\\# one");
    check("#harbour #tides", "#harbour #tides");
    check("> one", "\\> one");
    check("1945. The harbour", "1945\\. The harbour");
    check("1. The harbour", "1\\. The harbour");
    check("+ one", "\\+ one");
    check("[a](b) and [c]", "\\[a\\](b) and \\[c\\]");
    check("[c] alone", "[c] alone");
    check("&amp; and <b>", "\\&amp; and \\<b>");
    check("a ~b~ c", "a \\~b\\~ c");
    check("[x] (not)", "\\[x] (not)");
    check("one\n===", "one\\\n\\===");
}

#[test]
fn bullets_become_items() {
    check("• one\n• two", "- one\n- two");
    check("▪ one\n\n▪ two", "- one\n- two");
    check("– one\n– two", "- one\n- two");
    check("* one\n* two", "- one\n- two");
    check("• one\n  ◦ inner\n  ◦ more\n• two", "- one\n  - inner\n  - more\n- two");
    check("•\tone\no\tinner\n•\ttwo", "- one\n  - inner\n- two");
    check("1) one\n2) two", "1) one\n2) two");
    check("1. one\n2. two\n3. three", "1. one\n2. two\n3. three");
    check("•one\n•two", "- one\n- two");
    check("\u{f0b7} one", "- one");
    check("-5 degrees", "-5 degrees");
    check("— said Ida", "— said Ida");
    check("1) one\n\nand\n\n4) four", "1) one\n\nand\n\n4) four");
}

#[test]
fn an_emoji_stays_and_starts_nothing() {
    check("▪️ one\n▪️ two", "▪️ one\n\n▪️ two");
    check("❗️ Ida: one\n\n💬 Omar: two", "❗️ Ida: one\n\n💬 Omar: two");
    check("1️⃣ one\n\n2️⃣ two", "1️⃣ one\n\n2️⃣ two");
    check("☝️ They said (https://a.example/1)", "☝️ They [said](https://a.example/1)");
    check("👉 Moreau: So it is.\n\nIt is late.", "👉 Moreau: So it is.\n\nIt is late.");
    check("❗️ Last Word: so it is.\n\nQuestion: When?", "❗️ Last Word: so it is.\n\nQuestion: When?");
}

#[test]
fn lines_are_joined_where_a_program_broke_them() {
    let wrapped = "The text was broken by a mail program that ends its lines at the\r\nusual width, and it names the Harbour Board\r\n(https://a.example/1) in the middle of a sentence that comes to its end\r\nonly here.";
    check(
        wrapped,
        "The text was broken by a mail program that ends its lines at the usual width, and it names [the Harbour Board](https://a.example/1) in the middle of a sentence that comes to its end only here.",
    );
    check("Pier 4\nAldan\nNorthshire", "Pier 4\\\nAldan\\\nNorthshire");
    check("One sentence.\nAnother sentence.", "One sentence.\n\nAnother sentence.");
    check(
        "the long (https://a.example/a-very-long-\naddress/with-more) end",
        "[the long](https://a.example/a-very-long-address/with-more) end",
    );
    check("so\u{ad}me wo\u{200b}rds\u{a0}\u{a0}here \r", "some words here");
    check("one\n\n---\n\ntwo", "one\n\n* * *\n\ntwo");
}

#[test]
fn markdown_is_kept() {
    check(
        "See [the board](https://a.example/1) and **that**.",
        "See [the board](https://a.example/1) and **that**.",
    );
    check(
        "See [it](https://a.example/1?utm_source=x \"Title\").",
        "See [it](https://a.example/1 \"Title\").",
    );
    check("## Tides\n\n1. one\n2. two\n\n> so\n> it is", "## Tides\n\n1. one\n2. two\n\n> so\n> it is");
    check(
        "## Tides\n\nShe said (https://a.example/1) so.",
        "## Tides\n\nShe [said](https://a.example/1) so.",
    );
    check("```\n(https://a.example/1)\n\n# x\n```", "```\n(https://a.example/1)\n\n# x\n```");
    check("a **b** `c (https://a.example/1)` d", "a **b** `c (https://a.example/1)` d");
    check("![p](https://a.example/p.png) **b**", "![p](https://a.example/p.png) **b**");
    check(
        "“So.” [1](https://a.example/1) Then “no.” (https://a.example/2)",
        "“So.” [1](https://a.example/1) Then “no.”[](https://a.example/2)",
    );
    check("## A\n\n• one\n• two", "## A\n\n- one\n- two");
}

#[test]
fn nothing_becomes_nothing() {
    for blank in ["", "\n", " \t\r\n\u{feff}\u{200b}", "\u{a0}"] {
        assert_eq!(tidy::text(blank).markdown, "", "{blank:?}");
    }
    assert_eq!(see(&tidy::text("(((((").markdown).words, "(((((");
}
