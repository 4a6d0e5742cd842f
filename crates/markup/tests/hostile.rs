//! Hostile input: nothing that runs survives, nothing panics, nothing takes long.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use markup::{Options, read, read_html};
use proptest::prelude::*;
use scraper::{Html, Node};

/// Everything in the output is an element and an attribute that cannot run, load a document or leave its place.
fn assert_harmless(html: &str, input: &str) {
    const ELEMENTS: &[&str] = &[
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "button",
        "svg",
        "math",
        "link",
        "meta",
        "base",
        "textarea",
        "select",
        "template",
        "noscript",
        "frame",
        "frameset",
        "applet",
        "animate",
        "title",
        "xmp",
        "plaintext",
        "portal",
        "marquee",
        "keygen",
    ];
    for node in Html::parse_document(html).tree.nodes().skip(1) {
        let Node::Element(element) = node.value() else { continue };
        let name = element.name();
        assert!(!ELEMENTS.contains(&name), "<{name}> from {input:?} in {html:?}");
        assert!(name != "input" || element.attr("type") == Some("checkbox"), "{html:?}");
        for (key, value) in element.attrs() {
            assert!(
                !key.starts_with("on")
                    && !matches!(
                        key,
                        "style"
                            | "srcdoc"
                            | "formaction"
                            | "action"
                            | "srcset"
                            | "ping"
                            | "is"
                            | "slot"
                            | "name"
                            | "background"
                            | "xlink:href"
                            | "data-sourcepos"
                    ),
                "{key} from {input:?} in {html:?}"
            );
            if matches!(key, "href" | "src" | "cite" | "poster") {
                let bare: String = value
                    .chars()
                    .filter(|c| !c.is_control() && !c.is_whitespace())
                    .collect::<String>()
                    .to_lowercase();
                let scheme = bare
                    .split(['/', '?', '#'])
                    .next()
                    .unwrap_or("")
                    .split_once(':')
                    .map(|(scheme, _)| scheme);
                assert!(
                    scheme.is_none_or(|scheme| matches!(scheme, "http" | "https" | "mailto" | "tel")),
                    "{value} from {input:?}"
                );
                if matches!(key, "src" | "poster") {
                    assert!(
                        scheme.is_none() && !bare.starts_with("//"),
                        "{value} loads from elsewhere, from {input:?}"
                    );
                }
            }
            if key == "class" {
                let ours = |class: &str| {
                    matches!(
                        class,
                        "quote"
                            | "transcript"
                            | "turn"
                            | "via"
                            | "footnotes"
                            | "footnote-ref"
                            | "footnote-backref"
                    ) || class.starts_with("language-")
                };
                assert!(value.split_whitespace().all(ours), "class {value} from {input:?}");
            }
            if key == "id" {
                assert!(value.starts_with("t-"), "id {value} from {input:?}");
            }
        }
    }
}

fn assert_input_is_harmless(input: &str) {
    for document in [
        read(input, &Options::default()),
        read_html(input, &Options::default()),
        read(input, &Options { guest: true, ..Options::default() }),
    ] {
        let html = document.html();
        assert_harmless(&html, input);
    }
}

#[test]
fn classic_attacks_come_to_nothing() {
    for input in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\nscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<!--><img src=x onerror=alert(1)>-->",
        "<!-- --!><img src=x onerror=alert(1)>",
        "<p title='-->\"><img src=x onerror=alert(1)>'>",
        "<details open ontoggle=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form><button formaction=javascript:alert(1)>x",
        "<input type=image src=https://a.example/x>",
        "<base href=https://a.example/>",
        "<meta http-equiv=refresh content='0;url=https://a.example'>",
        "<video poster=https://a.example/x src=https://a.example/y><source src=https://a.example/z></video>",
        "<div style=position:fixed class='mark verbatim' id=discussion>x",
        "> **Q:** <script>alert(1)</script>\n> **A:** <img src=x onerror=alert(1)>\n> — [x](javascript:alert(1))",
        "<blockquote cite='javascript:alert(1)'>late</blockquote>",
        "<!-- source: javascript:alert(1) --> “a b c d” he said",
        "<!-- source: https://a.example/\"><script>alert(1)</script> -->\n\n> late",
        "[^\"><script>alert(1)</script>]\n\n[^\"><script>alert(1)</script>]: late",
        "```\"><script>alert(1)</script>\nlate\n```",
        "# <a id=x onclick=alert(1)>late</a>",
        "https://a.example/\"onmouseover=alert(1)",
        "<https://a.example/\"><script>alert(1)</script>>",
    ] {
        assert_input_is_harmless(input);
    }
}

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("IBID_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: no test data");
    }
    folder
}

/// Strings of a JSON document, wherever they stand.
fn strings(json: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut chars = json.chars();
    while let Some(c) = chars.next() {
        if c != '"' {
            continue;
        }
        let mut text = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => match chars.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('u') => {
                        let code: String = chars.by_ref().take(4).collect();
                        text.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                    }
                    Some(c) => text.push(c),
                    None => break,
                },
                c => text.push(c),
            }
        }
        found.push(text);
    }
    found
}

#[test]
fn known_vectors_come_to_nothing() {
    let Some(folder) = data().map(|folder| folder.join("hostile-html")) else { return };
    let mut count = 0;
    for name in ["h5sc-items.json", "dompurify-expect.json", "ammonia-inputs.json"] {
        let json = std::fs::read_to_string(folder.join(name)).expect("the vectors can be read");
        for input in strings(&json) {
            assert_input_is_harmless(
                &input.replace("%js_uri_alert%", "javascript:alert(1)").replace("%js_alert%", "alert(1)"),
            );
            count += 1;
        }
    }
    let list = std::fs::read_to_string(folder.join("h5sc-vectors.txt")).expect("the vectors can be read");
    for input in list.lines() {
        assert_input_is_harmless(input);
        count += 1;
    }
    for sub in ["bleach", "html5lib", "feedparser-sanitize"] {
        for entry in std::fs::read_dir(folder.join(sub)).expect("the folder can be read").flatten() {
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            for input in text.split("#data\n") {
                assert_input_is_harmless(input);
                count += 1;
            }
        }
    }
    println!("{count} inputs");
    assert!(count > 1000, "only {count} inputs were found");
}

#[test]
fn time_grows_with_the_text() {
    let shapes: &[(&str, &str)] = &[
        (">", ""),
        ("> ", "\n"),
        ("- ", ""),
        ("[", ""),
        ("![", ""),
        ("*a ", ""),
        ("_", ""),
        ("`", ""),
        ("<div>", ""),
        ("<b a>", ""),
        ("<p>", ""),
        ("<i x=1><p>", ""),
        ("“", ""),
        ("”", ""),
        ("\"a ", ""),
        ("‘a ", ""),
        ("«", ""),
        ("“a\n\n", ""),
        ("“a b c d” said Moreau ", ""),
        ("[“a b c d”](https://a.example/) said he “", ""),
        ("<!-- not a quotation -->", ""),
        ("<!-- note: x -->\n\n", ""),
        ("a.", ""),
        ("A. ", ""),
        ("he said ", ""),
        ("> **Q:** a\n", ""),
        ("> a\n\n", ""),
        ("<q cite=https://a.example/>", ""),
        ("<blockquote cite=https://a.example/>", ""),
        ("[^a] ", ""),
        ("[^a]: b\n\n", ""),
        ("|", ""),
        ("https://a.example ", ""),
        ("www.a.", ""),
        ("a@", ""),
        ("&", ""),
        ("<!--", ""),
        ("<a ", ""),
        ("<a/", ""),
        ("# a\n", ""),
        ("a\n", ""),
        ("<br>", ""),
        ("— a\n", ""),
        ("<https://a.example/> said he. ", ""),
        ("[a](https://a.example/", ""),
        ("~~a", ""),
        ("|a|\n|-|\n", ""),
        ("\u{2028}", ""),
        ("𝒳’", ""),
        ("according to ", ""),
        ("<table><tr><td>", ""),
        ("</p>", ""),
        ("<a href=https://a.example/>", ""),
        ("<li>", ""),
        ("<h1>", ""),
        ("\\", ""),
    ];
    for (open, close) in shapes {
        let text = |size: usize| open.repeat(size / open.len()) + close;
        let time = |size: usize| {
            let text = text(size);
            let start = Instant::now();
            read(&text, &Options::default());
            start.elapsed()
        };
        // Eight times the text may take sixteen times as long, and a little is noise; on a busy machine once is no measure.
        let measure = || (time(4_000), time(32_000));
        let grows = |(small, large): (Duration, Duration)| large < small * 16 + Duration::from_millis(300);
        assert!((0..3).any(|_| grows(measure())), "{open:?}: {:?}", measure());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        assert_input_is_harmless(&text);
    }

    #[test]
    fn any_mixture_is_read(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        assert_input_is_harmless(&text);
        let document = read(&text, &Options::default());
        for quotation in &document.quotations {
            prop_assert!(quotation.citation.is_none_or(|index| index < document.citations.len()));
            prop_assert!(!quotation.text.trim().is_empty());
        }
        let lines = text.matches('\n').count() + 1;
        for citation in &document.citations {
            prop_assert!(citation.line <= lines, "line {} of {lines}", citation.line);
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "> ",
        "\n",
        "\n\n",
        "- ",
        "# ",
        "“",
        "”",
        "„",
        "«",
        "»",
        "‘",
        "’",
        "\"",
        "(",
        ")",
        "[",
        "](https://a.example/1)",
        "](/x \"plain\")",
        "**Q:** ",
        "**A. Moreau:** ",
        "Moreau said ",
        "according to the log, ",
        "the gate was closed in time",
        ". ",
        ", ",
        ": ",
        "— Moreau, ",
        "https://a.example/2",
        "<q cite=\"https://a.example/3\">",
        "</q>",
        "<blockquote cite=\"https://a.example/4\">",
        "</blockquote>",
        "<!-- not a quotation -->",
        "<!-- source: https://a.example/5 @ 1:2 -->",
        "<!-- note: x -->",
        "[^1]",
        "\n\n[^1]: ",
        "<b>",
        "</b>",
        "<a href=\"https://a.example/6\">",
        "</a>",
        "<p>",
        "</p>",
        "<br>",
        "`",
        "```\n",
        "| a | b |\n|---|---|\n",
        "🚢 ",
        "ä",
        "門は閉じた",
        "قال الوزير: ",
        "<div id=x>",
        "</div>",
        "&lt;",
        "\u{2028}",
        "*",
        "<table><td>",
        "<script>",
        "<svg>",
        "<img src=https://a.example/7>",
        "\u{0}",
        "\r\n",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}
