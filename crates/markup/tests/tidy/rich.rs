use std::path::{Path, PathBuf};

use markup::tidy;

use crate::visible::see;

/// The Markdown that a rich paste becomes.
fn check(rich: &str, expect: &str) {
    assert_eq!(tidy::html(rich).markdown.trim_end(), expect, "from {rich:?}");
}

#[test]
fn links_emphasis_lists_pictures_headings_and_quotations_are_kept() {
    check(
        r#"<p>They <a href="https://a.example/1?utm_source=x">met there</a> <b>twice</b>.</p>"#,
        "They [met there](https://a.example/1) **twice**.",
    );
    check(
        "<h2><b>Tides</b></h2><p>a <i>b </i>c <s>d</s> <code>e`f</code></p>",
        "## Tides\n\na *b* c ~~d~~ ``e`f``",
    );
    check("<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>", "- one\n  - inner\n- two");
    check("<ol start=3><li><p>one</p></li><li>two</li></ol>", "3. one\n4. two");
    check(
        r#"<p><img src="https://a.example/p.png" alt="A [pier]"></p>"#,
        "![A \\[pier\\]](https://a.example/p.png)",
    );
    check("<blockquote><p>one</p><p>two</p></blockquote><p>three</p>", "> one\n>\n> two\n\nthree");
    check("<p>a<br>b</p><p><b>x</b></p>", "a\\\nb\n\n**x**");
    check(
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td><b>3</b></td></tr></table>",
        "| a | b |\n| --- | --- |\n| 1\\|2 | **3** |",
    );
    check("<table><tr><td><p>laid</p><ul><li>out</li></ul></td></tr></table>", "laid\n\n- out");
    check("<pre><code>let a = 1;\n\n# b</code></pre>", "```\nlet a = 1;\n\n# b\n```");
    check("<pre>co  de\n  x</pre>", "```\nco  de\n  x\n```");
    check("<pre>See <a href='https://a.example/1'>the log</a>.</pre>", "See [the log](https://a.example/1).");
    check(
        "<table><caption>Tides</caption><tr><td><p>low</p></td><td>6</td></tr><tr><td>high</td></tr></table>",
        "Tides\n\n| low | 6 |\n| --- | --- |\n| high |  |",
    );
    check("<p>w<b>“x”</b>y <b>z</b></p>", "w“x”y **z**");
    check(r#"<p><iframe src="https://v.example/embed/1"></iframe></p>"#, "https://v.example/embed/1");
    check("<p><b># a</b> *b* 1. c</p>", "**\\# a** \\*b\\* 1. c");
}

#[test]
fn brackets_and_turns_are_read_in_rich_text_too() {
    check("<p>They <i>said</i> (https://a.example/1) so</p>", "They *[said](https://a.example/1)* so");
    check(
        "<p><b>Question:</b> Why?</p><p><b>Ida Brandt: </b>So, <a href='https://a.example/1'>there</a>.</p>",
        "> **Question:** Why?\n>\n> **Ida Brandt:** So, [there](https://a.example/1).",
    );
    check("<p><b>Question: Why?</b></p><p>Ida: So.</p>", "> **Question:** Why?\n>\n> **Ida:** So.");
    check("<p><b>Question</b>: Why?<br>Ida: So.</p>", "> **Question:** Why?\n>\n> **Ida:** So.");
    check(
        "<p><a href='https://a.example/1'>said</a> (https://a.example/1)</p>",
        "[said](https://a.example/1)",
    );
    check(
        "<p>Home:</p><p><a href='https://a.example/?utm_source=x'>https://a.example/?utm_source=x</a></p>",
        "Home:\n\nhttps://a.example/",
    );
    check(
        "<p>He said in <b>May</b> [<a href='https://a.example/1?utm_source=q'>https://a.example/1?utm_source=q</a>] so (<a href='https://a.example/2'>a.example/2</a>, <a href='https://a.example/3'>https://a.example/3</a>).</p>",
        "He said [in **May**](https://a.example/1) [so](https://a.example/2)[](https://a.example/3).",
    );
    check("<p>(<a href='https://a.example/1'>https://a.example/1</a>)</p>", "https://a.example/1");
    check("<p>see (<a href='https://a.example/1'>the log</a>)</p>", "see ([the log](https://a.example/1))");
}

#[test]
fn clipboards_have_their_ways() {
    // Google Docs
    check(
        r#"<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:400">a </span><span style="font-weight:700;">b</span> <a href="https://www.google.com/url?q=https://a.example/1&amp;sa=D">c</a></p><ul><li><p>one</p></li><ul><li><p>inner</p></li></ul></ul></b>"#,
        "a **b** [c](https://a.example/1)\n\n- one\n  - inner",
    );
    // Word
    check(
        "<html xmlns:o='x'><head><style>p{}</style></head><body><!--StartFragment--><p class=MsoNormal>a\n<b>b</b><o:p></o:p></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>one</p><p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o </span>inner</p><p class=MsoNormal>&nbsp;</p><!--EndFragment--></body></html>",
        "a **b**\n\n- one\n  - inner",
    );
    // Telegram
    check(
        r#"<img class="emoji" alt="🎙" src="data:image/png;base64,x"> <a href="https://t.me/x/1">Ida</a><br><br>two"#,
        "🎙 [Ida](https://t.me/x/1)\n\ntwo",
    );
    // Substack
    check(
        r#"<div class="captioned-image-container"><figure><a class="image-link" href="https://cdn.example/p.jpeg"><div><picture><source srcset="x"><img src="https://cdn.example/q/p.jpeg" alt="Pier"></picture><button>x</button></div></a><figcaption>A pier</figcaption></figure></div><p>Text<a href="footnote-1">1</a></p>"#,
        "![Pier](https://cdn.example/q/p.jpeg)\n\nA pier\n\nText1",
    );
}

#[test]
fn rich_text_that_carries_no_more_gives_way_to_plain() {
    let plain = "She said (https://a.example/1) *so*.\n\n• one";
    let tidied = tidy::paste(Some("<div><span style='color:red'>She said so. one</span></div>"), plain);
    assert_eq!(tidied, tidy::text(plain));
    let painted = "<div style='font-family: monospace; white-space: pre;'><span style='font-weight: bold'>## A</span></div>";
    assert_eq!(tidy::paste(Some(painted), "## A").markdown, "## A\n");
    check("<p>one *two*</p><p>• three</p>", "one \\*two\\*\n\n- three");
}

#[test]
fn what_is_no_word_and_no_address_is_left_out() {
    check(
        "<p>a<script>b</script><style>c</style><span style='display: none'>d</span> <b>e</b><img src='data:x' alt='f'></p>",
        "a **e**",
    );
    check("<p><b>x</b> <a href='javascript:alert(1)'>y</a> <a href='#z'>z</a></p>", "**x** y z");
    let deep = format!("{}<b>x</b>", "<div><blockquote><ul><li>".repeat(3000));
    assert!(tidy::html(&deep).markdown.contains('x'));
}

#[test]
fn hostile_pages_yield_no_script() {
    let Some(data) = std::env::var_os("IBID_TEST_DATA") else {
        println!("skipped: no test data");
        return;
    };
    let mut read = 0;
    for file in files(&Path::new(&data).join("hostile-html")) {
        let bytes = std::fs::read(&file).expect("a readable file");
        let text = String::from_utf8_lossy(&bytes);
        // A collection of vectors is read whole, and vector by vector.
        for one in std::iter::once(&*text).chain(text.lines()) {
            let unquoted = one.replace("\\\"", "\"").replace("\\n", "\n").replace("\\u003c", "<");
            for tidied in [tidy::html(&unquoted), tidy::text(one)] {
                for link in see(&tidied.markdown).links {
                    let address = link.trim_start_matches("picture ").to_ascii_lowercase();
                    let fine = ["http://", "https://", "mailto:"].iter().any(|s| address.starts_with(s));
                    assert!(fine, "{link} from {:.300} in {}", one, file.display());
                }
            }
            read += 1;
        }
    }
    assert!(read > 100, "only {read} vectors were found");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder of hostile pages").flatten().map(|e| e.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
