//! Whatever a kept page says: what is shown of it runs nothing and asks nobody, whole, in a frame or to be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scraper::Html;
use source::read::Fetched;
use source::replay::{Held, Led, framed, live, page, readable, requisite};

#[path = "../source/mod.rs"]
mod source;

fuzz_target!(|told: (&str, &str)| {
    let (markup, words) = told;
    let at = |kind: &str| Fetched {
        url: "https://quay.example/log/7".into(),
        status: 200,
        headers: vec![("Content-Type".into(), kind.into())],
        body: markup.as_bytes().to_vec(),
    };
    let html = at("text/html; charset=utf-8");
    let mut held = Held::new([("https://quay.example/log/a".to_owned(), "/r/a".to_owned())]);
    held.insert_frame("https://quay.example/log/f", framed(&html, &held));
    harmless(&page(&html, &held, Some(words)).html);
    harmless(&readable(&html, &held, &[words.to_owned()], Some(words)).html);
    let drawing = requisite(&at("image/svg+xml"), &held);
    // What is handed over to be stored is shown by nobody.
    if drawing.is_shown() {
        harmless(&String::from_utf8_lossy(&drawing.body));
    }
    requisite(&at("text/css"), &held);
    live(&html, &Led { prefix: "/7/20260314093000/", origins: vec!["https://quay.example".into()] });
});

fn harmless(html: &str) {
    const RUNS: [&str; 13] = [
        "script", "object", "embed", "applet", "base", "form", "frame", "noscript", "template", "foreignObject",
        "animate", "set", "xmp",
    ];
    let page = Html::parse_document(html);
    for element in page.tree.root().descendants().filter_map(|node| node.value().as_element()) {
        let name = element.name();
        assert!(!RUNS.contains(&name), "<{name}> in {html}");
        for (attribute, value) in element.attrs() {
            let said = format!("<{name} {attribute}={value:?}> in {html}");
            assert!(!attribute.to_ascii_lowercase().starts_with("on"), "{said}");
            assert!(!["action", "formaction", "ping", "http-equiv", "is", "nonce"].contains(&attribute), "{said}");
            let ours = value.starts_with("/r/") || value.starts_with('#') || value.starts_with("data:");
            match attribute {
                "srcdoc" => assert_eq!(element.attr("sandbox"), Some("allow-top-navigation-by-user-activation"), "{said}"),
                "href" if name == "a" => {
                    let away = ["http://", "https://", "mailto:", "tel:", "#"].iter().any(|s| value.starts_with(s));
                    assert!(away, "{said}");
                }
                "src" | "href" | "poster" | "background" => assert!(ours, "{said}"),
                _ => {}
            }
        }
    }
}
