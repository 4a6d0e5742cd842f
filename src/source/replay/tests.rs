//! Pages shown again, kind and hostile. What comes out is parsed as a browser would, and looked through.

use super::*;
use crate::source::{Capture, State, read};
use scraper::Html;
use std::cell::RefCell;

const URL: &str = "https://quay.example/log/7";

fn fetched(url: &str, kind: &str, body: impl Into<Vec<u8>>) -> Fetched {
    Fetched {
        url: url.into(),
        status: 200,
        headers: vec![("Content-Type".into(), kind.into())],
        body: body.into(),
    }
}

fn held() -> Held {
    let names = ["a.png", "b.png", "a.css", "a.woff2", "a.mp4", "drawing.svg"];
    let mut held =
        Held::new(names.map(|name| (format!("https://quay.example/log/{name}"), format!("/r/{name}"))));
    let within = "<title>t</title><p onclick=x()>Within &amp; “quoted”<script>x()</script><a href=#p>p</a><img src=a.png><iframe src=gone width=1></iframe>";
    let document = framed(&fetched("https://quay.example/log/frame", "text/html", within), &held);
    held.insert_frame("https://quay.example/log/frame", document);
    held
}

fn replay(markup: &str) -> String {
    let html = page(&fetched(URL, "text/html; charset=utf-8", markup), &held(), None).html;
    assert_harmless(&html, markup);
    html
}

/// What stands within the body.
fn body(html: &str) -> &str {
    let start = html.find("<body").map_or(0, |at| at + html[at..].find('>').unwrap() + 1);
    html[start..].split("</body>").next().unwrap()
}

fn check(markup: &str, expected: &str) {
    assert_eq!(body(&replay(markup)), expected, "{markup}");
}

/// No element that runs or loads a document, no handler, no address but of this copy; links lead only to the web.
fn assert_harmless(html: &str, from: &str) {
    for parsed in [Html::parse_document(html), Html::parse_fragment(html)] {
        for element in parsed.tree.root().descendants().filter_map(|node| node.value().as_element()) {
            let name = element.name();
            if name == "iframe" {
                let attr = |name: &str| element.attr(name);
                assert_eq!(attr("sandbox"), Some("allow-top-navigation-by-user-activation"), "{html}");
                assert!(attr("src").is_none(), "{html}");
                assert_harmless(attr("srcdoc").expect("a document"), from);
            }
            let bad = [
                "script",
                "frame",
                "object",
                "embed",
                "applet",
                "base",
                "form",
                "noscript",
                "template",
                "portal",
                "foreignObject",
                "animate",
                "set",
                "animateMotion",
                "animateTransform",
                "param",
                "xmp",
                "plaintext",
            ];
            assert!(!bad.contains(&name), "<{name}> in\n{html}\nfrom\n{from}");
            for (attribute, value) in element.attrs() {
                let said = format!("<{name} {attribute}={value:?}> in\n{html}\nfrom\n{from}");
                assert!(!attribute.to_ascii_lowercase().starts_with("on"), "{said}");
                assert!(
                    (name == "iframe" && attribute == "srcdoc")
                        || !["srcdoc", "action", "formaction", "ping", "http-equiv", "nonce", "is"]
                            .contains(&attribute),
                    "{said}"
                );
                assert!(name != "input" || attribute != "type" || value != "password", "{said}");
                match attribute {
                    "href" if name == "a" => {
                        let fine = ["http://", "https://", "mailto:", "tel:", "#"]
                            .iter()
                            .any(|s| value.starts_with(s));
                        assert!(fine, "{said}");
                    }
                    "src" | "href" | "poster" | "background" | "data" => {
                        assert!(is_of_this_copy(value), "{said}")
                    }
                    "srcset" => assert!(value.split(", ").all(is_of_this_copy), "{said}"),
                    "style" | "fill" | "filter" | "mask" | "clip-path" | "stroke" => {
                        assert_harmless_css(value, &said)
                    }
                    _ => assert!(!is_of_elsewhere(value), "{said}"),
                }
            }
        }
        let style = scraper::Selector::parse("style").unwrap();
        for sheet in parsed.select(&style) {
            assert_harmless_css(&sheet.text().collect::<String>(), html);
        }
    }
}

fn is_of_this_copy(address: &str) -> bool {
    address.starts_with("/r/")
        || address.starts_with('#')
        || (address.starts_with("data:") && !address.starts_with("data:text"))
}

/// In attributes that load nothing: words may stand there, but none of these may have been let through on purpose.
fn is_of_elsewhere(value: &str) -> bool {
    value.trim_start().to_ascii_lowercase().starts_with("javascript:") && value.contains("expression")
}

fn assert_harmless_css(css: &str, said: &str) {
    let seen = RefCell::new(Vec::new());
    css::rewrite(css, &|address| {
        seen.borrow_mut().push(address.to_owned());
        None
    });
    for address in seen.into_inner() {
        assert!(is_of_this_copy(&address), "{address} in {css}\n{said}");
    }
}

#[test]
fn a_page_is_dressed_from_its_own_copy() {
    check("<p class=a>low <b>tide</b>", "<p class=\"a\">low <b>tide</b></p>");
    check("<img src=a.png alt=lamp onerror=x()>", "<img alt=\"lamp\" src=\"/r/a.png\">");
    check("<img src=gone.png alt=lamp width=9>", "<img alt=\"lamp\" width=\"9\">");
    check(
        "<img src=data:image/gif;base64,R0lGODlhAQABAAAAACw= data-src=b.png srcset='gone.png 1x, a.png 2x'>",
        "<img src=\"/r/b.png\" srcset=\"/r/a.png 2x\">",
    );
    check(
        "<img src='data:image/gif;base64,R0lGODlhAQA='>",
        "<img src=\"data:image/gif;base64,R0lGODlhAQA=\">",
    );
    check(
        "<picture><source srcset=gone.webp><source srcset='a.png'><img src=b.png></picture>",
        "<picture><source srcset=\"/r/a.png\"><img src=\"/r/b.png\"></picture>",
    );
    check(
        "<div style=\"background:url(a.png);color:red\">x</div>",
        "<div style=\"background:url(&quot;/r/a.png&quot;);color:red\">x</div>",
    );
    check("<video src=a.mp4 autoplay poster=x></video>", "<video controls></video>");
    let head = replay(
        "<link rel='preload stylesheet' href=a.css media=print onload=\"this.media='all'\"><link rel=stylesheet href=gone.css><base href=/x/><style>@import 'a.css';</style>",
    );
    assert!(!head.contains("/r/a.css"), "the base has moved everything: {head}");
    let head = replay(
        "<link rel=stylesheet href=a.css media=print onload=\"this.media='all'\"><style>p{background:url(a.png)}</style>",
    );
    assert!(head.contains("<link rel=\"stylesheet\" href=\"/r/a.css\">"), "{head}");
    assert!(head.contains("<style>p{background:url(\"/r/a.png\")}</style>"), "{head}");
}

#[test]
fn links_lead_to_the_living_page() {
    let away = " rel=\"noreferrer noopener nofollow\" target=\"_top\"";
    check("<a href=../b ping=/p target=x>b</a>", &format!("<a href=\"https://quay.example/b\"{away}>b</a>"));
    check("<a href='#tide'>t</a><a href='/log/7#ebb'>e</a>", "<a href=\"#tide\">t</a><a href=\"#ebb\">e</a>");
    for address in [
        "javascript:x()",
        " java\nscript:x()",
        "data:text/html,x",
        "vbscript:x",
        "blob:x",
        "file:///etc/passwd",
    ] {
        check(&format!("<a href='{address}'>b</a>"), "<a>b</a>");
    }
}

#[test]
fn nothing_can_be_sent_or_asked_for() {
    check(
        "<form action=/x class=f><input name=q value=v onfocus=x() autofocus><input type=password name=p><input type=hidden><button formaction=/y>Go</button></form>",
        "<div class=\"f\"><input value=\"v\" type=\"text\" disabled><button disabled>Go</button></div>",
    );
    check("<input type=image src=a.png alt=Go>", "<img alt=\"Go\" src=\"/r/a.png\">");
    let note = "<span class=\"ibid-note\">Something from outside.example is embedded here on the page; it is not part of this copy.</span>";
    check("<iframe src=https://outside.example/x width=9></iframe>", note);
    check(
        "<iframe src=https://outside.example/x width=1></iframe><iframe srcdoc='<script>x()</script>'></iframe>",
        "",
    );
    check("<object data=//outside.example/x><p>in</object><embed src=//outside.example/y>", &note.repeat(2));
    check(
        "<video src=gone.mp4 poster=a.png><p>old</video>",
        "<img alt=\"\" src=\"/r/a.png\" style=\"max-width:100%\"><span class=\"ibid-note\">A recording stands here on the page; it is not part of this copy.</span>",
    );
    check("<noscript><img src=x></noscript><template><p>x</template><script>x()</script>y", "y");
}

#[test]
fn a_document_in_a_frame_comes_with_the_page_and_has_no_rights() {
    let page = replay(
        "<p>Around<iframe src=frame#x width=300 style='color:red;background:url(//outside.example)' onload=x() allow=camera name=n></iframe>",
    );
    let frames = Html::parse_document(&page);
    let frame = scraper::Selector::parse("iframe").unwrap();
    let frame = frames.select(&frame).next().expect("a frame").value();
    assert_eq!(frame.attr("style"), Some("border:0;color:red;background:url(\"data:,\")"));
    assert_eq!((frame.attr("width"), frame.attr("allow"), frame.attr("name")), (Some("300"), None, None));
    let within = frame.attr("srcdoc").unwrap();
    assert!(within.starts_with("<!doctype html>"), "{within}");
    assert_eq!(body(within), "<p>Within &amp; “quoted”<a>p</a><img src=\"/r/a.png\"></p>");
    check("<object data=a.png type=image/png></object>", "<img alt=\"\" src=\"/r/a.png\">");
    check("<video src=a.mp4 poster=a.png></video>", "<video poster=\"/r/a.png\" controls></video>");
}

#[test]
fn what_a_page_says_is_found_without_its_dress() {
    let read = |markup: &str, quoted: &[&str], asked: Option<&str>| {
        let quoted: Vec<String> = quoted.iter().map(|&words| words.to_owned()).collect();
        let shown = readable(&fetched(URL, "text/html", markup), &held(), &quoted, asked);
        assert_harmless(&shown.html, markup);
        shown.html
    };
    let around = "<nav><a href=/>Home</a></nav><aside>Buy our lamps</aside><div><div class=x><h1>Log</h1><p>The lamps are turned low <b>at nine</b>, every evening of the year.</p><p>They are lit again at five.<img src=a.png onerror=x() alt='a \"lamp'></p></div></div><footer>All rights</footer>";
    assert_eq!(
        read(around, &[], None),
        "<div><h2>Log</h2><p>The lamps are turned low <b>at nine</b>, every evening of the year.</p><p>They are lit again at five.<img loading=\"lazy\" src=\"/r/a.png\" alt=\"a &quot;lamp\"></p></div>"
    );
    let marked = read(around, &["lamps are turned low at nine", "turned low"], Some("at five"));
    assert!(marked.contains("The <mark class=\"quoted\">lamps are turned low</mark> <b><mark class=\"quoted\">at nine</mark></b>,"), "{marked}");
    assert!(marked.contains("again <mark id=\"found\">at five</mark>."), "{marked}");
    assert!(
        read(around, &[], Some("Buy our lamps")).contains("<mark id=\"found\">Buy our lamps</mark>"),
        "what is marked is shown"
    );
    assert_eq!(read("", &[], None), "");
    assert_eq!(
        read("<p><a href='javascript:x()'>x</a><script>x()</script><a href=/y style=z>y</a>", &[], None)
            .matches("href")
            .count(),
        1
    );
}

#[test]
fn a_page_with_its_scripts_asks_its_own_copy_alone() {
    let led = Led { prefix: "/7/20260314093000/", origins: vec!["https://quay.example".into()] };
    let markup = "<!doctype html><base href=/log/><meta http-equiv=refresh content='0;url=x'><link rel='preconnect' href=//outside.example><script src=a.js integrity=x></script><style>p{background:url(a.png)}</style><body onload='a<b'><a href='../x?a=1&b=2'>x</a><a href=#y>y</a><img srcset='a.png 1x, //other.example/b,c.png 2x'><script>if (a < b && c) '\u{e9}'</script><form action=/x><input type=password></form><iframe src='javascript:1'></iframe><!-- a -- b --><p>1 &lt; 2";
    let html = live(&fetched(URL, "text/html; charset=utf-8", markup), &led);
    let at = "/7/20260314093000/https://quay.example";
    for part in [
        &format!("<script src=\"{at}/log/a.js\"></script>"),
        &format!("<style>p{{background:url(\"{at}/log/a.png\")}}</style>"),
        "<body onload=\"a<b\">",
        &format!("<a href=\"{at}/x?a=1&amp;b=2\">x</a><a href=\"#y\">y</a>"),
        &format!("<img srcset=\"{at}/log/a.png 1x, /7/20260314093000/https://other.example/b%2Cc.png 2x\">"),
        "<script>if (a < b && c) '\u{e9}'</script>",
        "<form></form>",
        "<p>1 &lt; 2",
        &format!("\"/\":\"{at}/\""),
    ] {
        assert!(html.contains(part), "{part} in\n{html}");
    }
    for gone in ["refresh", "preconnect", "password", "integrity", "<base", "-- b"] {
        assert!(!html.contains(gone), "{gone} in\n{html}");
    }
    let prefix = Led { prefix: "/7/</script>/", origins: Vec::new() };
    let hostile = live(&fetched("https://quay.example/</script><script>x()", "text/html", "<p>x"), &prefix);
    assert_eq!(hostile.matches("<script").count(), 2, "{hostile}");
    let sheet = live_style(
        &fetched(
            "https://quay.example/log/a.css",
            "text/css",
            "@import 'b.css';p{background:url(//outside.example)}",
        ),
        &led,
    );
    assert_eq!(
        sheet,
        format!(
            "@import url(\"{at}/log/b.css\");p{{background:url(\"/7/20260314093000/https://outside.example/\")}}"
        )
    );
}

#[test]
fn drawings_keep_their_lines_and_lose_the_rest() {
    check(
        "<svg viewBox='0 0 9 9' onload=x()><script>x()</script><use xlink:href='#a'/><use href='//outside.example/x#a'/><image href=a.png /><path d='M0 0' fill='url(#g)'/><animate attributeName=href values=x /><foreignObject><p>x</foreignObject><a href='javascript:x()'><text>t</text></a></svg>",
        "<svg viewBox=\"0 0 9 9\"><use href=\"#a\"></use><use></use><image href=\"/r/a.png\"></image><path d=\"M0 0\" fill=\"url(&quot;#g&quot;)\"></path></svg>",
    );
    let alone = requisite(
        &fetched(
            "https://quay.example/x.svg",
            "image/svg+xml",
            "<?xml version='1.0'?><!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg' onload='x()'><script>fetch('https://outside.example')</script><style>p{fill:url(https://outside.example)}</style><rect width='9'/></svg>",
        ),
        &held(),
    );
    assert_eq!(alone.media_type, "image/svg+xml");
    assert_eq!(
        String::from_utf8(alone.body).unwrap(),
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><style>p{fill:url(\"data:,\")}</style><rect width=\"9\"></rect></svg>"
    );
}

#[test]
fn a_requisite_is_what_it_is_and_not_what_it_is_called() {
    let kind = |said: &str, body: &[u8]| {
        requisite(&fetched("https://quay.example/log/x", said, body), &held()).media_type
    };
    assert_eq!(kind("text/html", b"GIF89a\x01"), "image/gif");
    assert_eq!(kind("font/woff2", b"wOF2\0"), "font/woff2");
    for script in
        ["text/javascript", "text/plain", "text/html", "application/json", "image/png", "image/svg+xml", ""]
    {
        assert_eq!(kind(script, b"document.title='x'"), OTHER, "{script}");
    }
    assert_eq!(kind("image/png", b"<html><script>x()</script>"), OTHER);
    let sheet = fetched(
        "https://quay.example/log/x",
        "text/css; charset=iso-8859-1",
        &b"@import 'a.css';p{background:url(a.png),url(//outside.example);content:'\xe9'}"[..],
    );
    assert_eq!(
        String::from_utf8(requisite(&sheet, &held()).body).unwrap(),
        "@import url(\"/r/a.css\");p{background:url(\"/r/a.png\"),url(\"data:,\");content:\"é\"}"
    );
}

const OTHER: &str = "application/octet-stream";

#[test]
fn words_are_marked_where_they_stand_and_only_there() {
    let marked = |markup: &str, words: &str| {
        let shown = page(&fetched(URL, "text/html", markup), &held(), Some(words));
        assert_harmless(&shown.html, markup);
        assert_eq!(shown.found, shown.html.contains("<mark class=\"ibid-found\" id=\"found\">"));
        body(&shown.html).replace(" class=\"ibid-found\"", "").to_owned()
    };
    let lamps = "<p>Each night  the <b>lamps</b>\nare turned low at nine.</p><p id=found>They are lit.</p>";
    assert_eq!(
        marked(lamps, "the lamps are turned low"),
        "<p>Each night  <mark id=\"found\">the</mark> <b><mark>lamps</mark></b>\n<mark>are turned low</mark> at nine.</p><p>They are lit.</p>"
    );
    assert_eq!(marked(lamps, "“The lamps are turned low, at nine”").matches("<mark").count(), 3);
    for words in [
        "the lamps are <b>never</b> turned low",
        "the lamps were turned low at nine",
        "</mark><script>x()</script>",
        "",
        "  ",
    ] {
        assert!(!marked(lamps, words).contains("<mark"), "{words}");
    }
    assert!(
        marked("<p hidden>the lamps are turned low</p>", "the lamps are turned low").matches("<mark").count()
            == 0
    );
}

#[test]
fn hostile_markup_does_no_harm() {
    let Ok(data) = std::env::var("IBID_TEST_DATA") else { return println!("skipped: no test data") };
    let folder = std::path::Path::new(&data).join("hostile-html");
    let mut vectors = Vec::new();
    for name in ["h5sc-items.json", "dompurify-expect.json", "ammonia-inputs.json"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("the file");
        strings(&serde_json::from_str(&text).expect("JSON"), &mut vectors);
    }
    vectors.extend(
        std::fs::read_to_string(folder.join("h5sc-vectors.txt"))
            .expect("the file")
            .lines()
            .map(str::to_owned),
    );
    for folder in ["html5lib", "bleach", "feedparser-sanitize"].map(|name| folder.join(name)) {
        for file in std::fs::read_dir(folder).expect("a folder").flatten() {
            let text = String::from_utf8_lossy(&std::fs::read(file.path()).expect("a file")).into_owned();
            vectors.extend(text.split("\n#data\n").map(str::to_owned));
        }
    }
    println!("{} vectors", vectors.len());
    assert!(vectors.len() > 1500);
    for vector in &vectors {
        replay(vector);
        replay(&format!("<svg>{vector}"));
        replay(&format!("<math><mtext>{vector}"));
        let css = css::rewrite(vector, &|_| None);
        assert_harmless_css(&css, vector);
    }
}

fn strings(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => out.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|v| strings(v, out)),
        serde_json::Value::Object(values) => values.values().for_each(|v| strings(v, out)),
        _ => {}
    }
}

#[test]
fn real_pages_come_out_with_their_words() {
    let Ok(data) = std::env::var("IBID_TEST_DATA") else { return println!("skipped: no test data") };
    let folder = std::path::Path::new(&data).join("languages/debian-handbook");
    for language in std::fs::read_dir(folder).expect("a folder").flatten() {
        for file in std::fs::read_dir(language.path()).expect("a folder").flatten() {
            let bytes = std::fs::read(file.path()).expect("a file");
            let was = fetched(URL, "text/html; charset=utf-8", bytes);
            let shown = page(&was, &held(), None).html;
            assert_harmless(&shown, "");
            let again = fetched(URL, "text/html; charset=utf-8", shown);
            assert_eq!(
                read::read(URL, &again, &[]).text,
                read::read(URL, &was, &[]).text,
                "{:?}",
                file.path()
            );
        }
    }
}

#[test]
fn how_much_is_shown_is_the_publications_and_the_sources_to_say() {
    use crate::id::{CaptureId, SourceId};
    use crate::source::{Health, Kind, Provenance, Shown, Source, TextKind};
    let at = crate::time::Time(0);
    let text = String::new;
    let source = |shown, state| Source {
        source_id: SourceId(1),
        url: text(),
        kind: Kind::Source,
        merged_into: None,
        merged_why: text(),
        title: text(),
        site: text(),
        author: text(),
        said_at: text(),
        state,
        state_since: at,
        evidence: text(),
        shown,
        looked_at: None,
        host: String::new(),
        due_at: None,
        quiet: 0,
        lost: String::new(),
        lost_at: None,
    };
    let capture = |private| Capture {
        capture_id: CaptureId(1),
        source_id: SourceId(1),
        captured_at: at,
        provenance: Provenance::Fetched,
        supplied_by: None,
        health: Health::Good,
        evidence: text(),
        private,
        url: text(),
        final_url: text(),
        canonical: text(),
        status: None,
        media_type: text(),
        charset: text(),
        language: text(),
        title: text(),
        site: text(),
        author: text(),
        said_at: text(),
        description: text(),
        picture: text(),
        text_kind: TextKind::None,
        text_file: text(),
        text_chars: 0,
        text_digest: text(),
        text_parts: text(),
        warc_file: text(),
        warc_bytes: 0,
        payload_digest: text(),
        removed_at: None,
    };
    let check = |own, state, setting, expected| {
        assert_eq!(
            may_show(&source(own, state), &capture(false), setting),
            expected,
            "{own:?} {state:?} {setting:?}"
        );
        assert_eq!(may_show(&source(own, state), &capture(true), setting), Showing::Desk);
    };
    for state in [State::Gone, State::Changed, State::Blocked, State::Failing] {
        check(Shown::Setting, state, Shown::Failed, Showing::Whole);
    }
    check(Shown::Setting, State::Alive, Shown::Failed, Showing::Passages);
    check(Shown::Setting, State::Alive, Shown::Always, Showing::Whole);
    check(Shown::Always, State::Alive, Shown::Desk, Showing::Whole);
    check(Shown::Passages, State::Gone, Shown::Always, Showing::Passages);
    check(Shown::Setting, State::Gone, Shown::Desk, Showing::Desk);
    check(Shown::Failed, State::Moved, Shown::Always, Showing::Passages);
}

proptest::proptest! {
    #[test]
    fn no_page_gets_out_alive(
        parts in proptest::collection::vec(proptest::sample::select(PARTS.to_vec()), 0..24),
        noise in ".{0,20}",
        words in "[a-z ]{0,9}",
    ) {
        let markup = parts.concat() + &noise;
        let shown = page(&fetched(URL, "text/html", markup.clone()), &held(), Some(&words));
        assert_harmless(&shown.html, &markup);
        requisite(&fetched(URL, "image/svg+xml", markup.clone()), &held());
        let read = readable(&fetched(URL, "text/html", markup.clone()), &held(), std::slice::from_ref(&words), Some(&noise));
        assert_harmless(&read.html, &markup);
        let led = Led { prefix: "/7/20260314093000/", origins: Vec::new() };
        live(&fetched(URL, "text/html", markup.clone()), &led);
        requisite(&fetched(URL, "text/css", markup), &held());
    }
}

const PARTS: &[&str] = &[
    "<svg>",
    "</svg>",
    "<math>",
    "<mtext>",
    "<mglyph>",
    "<malignmark>",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<table>",
    "<tr>",
    "<td>",
    "<select>",
    "<option>",
    "<textarea>",
    "</textarea>",
    "<form>",
    "<p>",
    "</p>",
    "<a href=javascript:x>",
    "<img src=x onerror=x()>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<noscript>",
    "<foreignObject>",
    "<desc>",
    "<annotation-xml encoding=text/html>",
    "<template>",
    "<iframe srcdoc=x>",
    "<iframe src=frame>",
    "<b>",
    "low tide",
    "&lt;script&gt;",
    "<xmp>",
    "<plaintext>",
    "<base href=//outside.example>",
    "<use href=//outside.example>",
    "<body onload=x()>",
    "<html is=x>",
    "<div style='background:u\\72l(//outside.example)'>",
    "<frameset>",
    "<image href=x>",
    "<input type=password>",
    "\"'>",
];
