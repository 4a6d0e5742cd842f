//! What a page needs to look like itself: stylesheets, pictures, fonts, documents in frames. Scripts only where copies can be
//! replayed with them.

use crate::outside::fetch::Wanted;
use crate::source::registrable;
use scraper::{ElementRef, Html, Selector};
use std::collections::HashSet;
use url::Url;

/// More than this is no page's dress.
const MOST: usize = 200;
/// Wider pictures than this are for screens larger than a column of text.
const WIDTH: f64 = 1600.0;
const DENSITY: f64 = 2.0;

/// What is fetched only where somebody wants it.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::source) struct Also {
    /// Films and recordings.
    pub(in crate::source) media: bool,
    pub(in crate::source) scripts: bool,
}

/// What an HTML page asks for, in its order, each address once. `url` is where the page was found.
pub(super) fn of_page(html: &str, url: &Url, also: Also) -> Vec<(Url, Wanted)> {
    let document = crate::source::read::html::parse(html);
    let base = select(&document, "base[href]").next().and_then(|base| url.join(base.attr("href")?).ok());
    let mut found = Found::new(base.unwrap_or_else(|| url.clone()));
    for element in select(&document, "link[href], style, img, source, input, video, image, [style]") {
        of_element(element, &mut found);
    }
    if also.media {
        for element in select(&document, "video[src], audio[src], video > source[src], audio > source[src]") {
            found.add(element.attr("src").unwrap_or_default(), Wanted::Media);
        }
    }
    // What others put into a page are players and advertisements, blank without their scripts.
    let owner = |url: &Url| url.host_str().map(registrable);
    for address in select(&document, "iframe[src]").filter_map(|frame| frame.attr("src")) {
        if found.base.join(address.trim()).is_ok_and(|frame| owner(&frame) == owner(url)) {
            found.add(address, Wanted::Page);
        }
    }
    for script in select(&document, "script[src]").filter(|_| also.scripts) {
        found.add(script.attr("src").unwrap_or_default(), Wanted::Data);
    }
    found.list
}

/// What a stylesheet asks for. `url` is where the stylesheet was found.
pub(super) fn of_style(css: &str, url: &Url) -> Vec<(Url, Wanted)> {
    let mut found = Found::new(url.clone());
    add_style(css, &mut found);
    found.list
}

struct Found {
    base: Url,
    list: Vec<(Url, Wanted)>,
    seen: HashSet<Url>,
}

impl Found {
    fn new(base: Url) -> Found {
        Found { base, list: Vec::new(), seen: HashSet::new() }
    }

    fn add(&mut self, address: &str, wanted: Wanted) {
        let address = address.trim();
        if address.is_empty() || address.starts_with('#') || self.list.len() >= MOST {
            return;
        }
        let Ok(mut url) = self.base.join(address) else { return };
        url.set_fragment(None);
        if matches!(url.scheme(), "http" | "https") && self.seen.insert(url.clone()) {
            self.list.push((url, wanted));
        }
    }
}

fn of_element(element: ElementRef, found: &mut Found) {
    let attr = |name: &str| element.attr(name);
    if let Some(style) = attr("style") {
        add_style(style, found);
    }
    match element.value().name() {
        "link" => {
            let rel = attr("rel").unwrap_or_default().to_ascii_lowercase();
            let is = |name: &str| rel.split_ascii_whitespace().any(|word| word == name);
            let href = attr("href").unwrap_or_default();
            if is("stylesheet") && !is("alternate") {
                found.add(href, Wanted::Style);
            } else if is("icon") || is("apple-touch-icon") {
                found.add(href, Wanted::Picture);
            }
        }
        "style" => add_style(&element.text().collect::<String>(), found),
        "img" | "source" | "input" | "image" | "video" => {
            // Pages that load pictures late keep their addresses in attributes of their own.
            let names: &[&str] = match element.value().name() {
                "img" => &["src", "data-src", "data-lazy-src", "data-original"],
                "input" if attr("type").is_some_and(|t| t.eq_ignore_ascii_case("image")) => &["src"],
                "image" => &["href", "xlink:href"],
                "video" => &["poster"],
                _ => &[],
            };
            for address in names.iter().filter_map(|name| attr(name)) {
                found.add(address, Wanted::Picture);
            }
            for set in ["srcset", "data-srcset"].iter().filter_map(|name| attr(name)) {
                if let Some(address) = best(set) {
                    found.add(address, Wanted::Picture);
                }
            }
        }
        _ => {}
    }
}

/// The largest picture of a `srcset` that is not larger than a page needs; else the smallest.
fn best(srcset: &str) -> Option<&str> {
    let mut candidates: Vec<(&str, f64, bool)> = Vec::new();
    for (address, descriptor) in candidates_of(srcset) {
        let wide = descriptor.strip_suffix(['w', 'W']);
        let number: f64 =
            wide.or(descriptor.strip_suffix(['x', 'X'])).and_then(|n| n.parse().ok()).unwrap_or(1.0);
        candidates.push((address, number, number <= if wide.is_some() { WIDTH } else { DENSITY }));
    }
    let fitting = candidates.iter().filter(|c| c.2).max_by(|a, b| a.1.total_cmp(&b.1));
    let smallest = || candidates.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    fitting.or_else(smallest).map(|c| c.0)
}

/// Addresses with their descriptors (HTML, section 4.8.4.2.1). An address may hold commas, but not end with one.
fn candidates_of(srcset: &str) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    let mut rest = srcset;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() || out.len() > 100 {
            return out;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        if let Some(address) = address.strip_suffix(',') {
            out.push((address.trim_end_matches(','), ""));
            rest = after;
        } else {
            let end = after.find(',').unwrap_or(after.len());
            out.push((address, after[..end].trim()));
            rest = &after[end..];
        }
    }
}

fn add_style(css: &str, found: &mut Found) {
    let mut fonts: Vec<String> = Vec::new();
    for (address, imported) in addresses_in(css) {
        let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        if imported {
            found.add(&address, Wanted::Style);
        } else if [".woff2", ".woff", ".ttf", ".otf", ".eot"].iter().any(|end| path.ends_with(end)) {
            fonts.push(address);
        } else {
            found.add(&address, Wanted::Picture);
        }
    }
    // One font comes in several formats; every browser reads the best.
    let stem = |address: &str| {
        address.split(['?', '#']).next().and_then(|a| a.rsplit_once('.')).map(|(s, _)| s.to_owned())
    };
    let mut kept: HashSet<String> = HashSet::new();
    for end in [".woff2", ".woff", ".ttf", ".otf"] {
        for font in &fonts {
            let path = font.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
            if path.ends_with(end) && stem(font).is_some_and(|stem| kept.insert(stem)) {
                found.add(font, Wanted::Font);
            }
        }
    }
}

/// Every `url(…)` and `@import` of a stylesheet; true for imports.
fn addresses_in(css: &str) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    let mut rest = css;
    let mut importing = false;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
        } else if starts(rest, "@import") {
            importing = true;
            rest = &rest[7..];
        } else if starts(rest, "url(") {
            let (address, next) = unquoted_or_quoted(&rest[4..]);
            out.push((address, importing));
            (importing, rest) = (false, next);
        } else if c == '"' || c == '\'' {
            let (words, next) = quoted(after, c);
            if importing {
                out.push((words, true));
            }
            (importing, rest) = (false, next);
        } else {
            importing &= c != ';';
            rest = after;
        }
    }
    out
}

fn starts(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

fn unquoted_or_quoted(text: &str) -> (String, &str) {
    let text = text.trim_start();
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(&text[1..], quote),
        _ => {
            let end = text.find(')').unwrap_or(text.len());
            (unescaped(text[..end].trim()), &text[end..])
        }
    }
}

fn quoted(text: &str, quote: char) -> (String, &str) {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == quote && !escaped {
            return (unescaped(&text[..at]), &text[at + 1..]);
        }
        escaped = c == '\\' && !escaped;
    }
    (String::new(), "")
}

/// CSS escapes: a backslash before a character, or before up to six hexadecimal digits and one space.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let mut code = String::new();
        while code.len() < 6
            && let Some(digit) = chars.next_if(char::is_ascii_hexdigit)
        {
            code.push(digit);
        }
        if code.is_empty() {
            out.extend(chars.next().filter(|c| *c != '\n'));
        } else {
            chars.next_if(|c| c.is_ascii_whitespace());
            out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
        }
    }
    out
}

fn select<'a>(document: &'a Html, css: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<_> = Selector::parse(css).map(|s| document.select(&s).collect()).unwrap_or_default();
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(found: Vec<(Url, Wanted)>) -> String {
        let line = |(url, wanted): (Url, Wanted)| format!("{wanted:?} {url}");
        found.into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_page_asks_for_its_dress_and_for_no_script() {
        let html = r##"<base href="/a/"><link rel=Stylesheet href=style.css><link rel="alternate stylesheet" href=no.css>
            <link rel="shortcut icon" href="/icon.png"><script src=no.js></script><style>p{background:url(p.gif)}</style>
            <img src="one.jpg#x" srcset="one-800.jpg 800w, one-1600.jpg 1600w, one-3200.jpg 3200w"><img src="one.jpg">
            <picture><source srcset="two.webp 1x, two@2.webp 2x, two@3.webp 3x"><img data-src="two.jpg" src="data:image/gif;base64,R0"></picture>
            <video poster=v.jpg src=no.mp4></video><div style="background:url('d.png')"></div><input type=image src=i.gif><input src=no.gif>
            <svg><image href="s.svg"></image></svg><img src="javascript:alert(1)"><img src="file:///etc/passwd"><iframe src=f.html></iframe>
            <iframe src=https://www.quay.example/g></iframe><iframe src=//no.example/h></iframe><iframe></iframe>"##;
        let at = Url::parse("https://quay.example/b/page").unwrap();
        let scripts = of_page(html, &at, Also { scripts: true, media: false });
        let scripts = scripts.into_iter().filter(|(_, wanted)| *wanted == Wanted::Data);
        assert_eq!(addresses(scripts.collect()), "Data https://quay.example/a/no.js");
        let found = of_page(html, &at, Also::default());
        assert_eq!(
            addresses(found).replace("https://quay.example/", ""),
            "Style a/style.css\nPicture icon.png\nPicture a/p.gif\nPicture a/one.jpg\nPicture a/one-1600.jpg\nPicture a/two@2.webp\n\
             Picture a/two.jpg\nPicture a/v.jpg\nPicture a/d.png\nPicture a/i.gif\nPicture a/s.svg\n\
             Page a/f.html\nPage https://www.quay.example/g"
        );
    }

    #[test]
    fn films_are_asked_for_when_they_are_wanted() {
        let html = "<video poster=v.jpg><source src=v.webm><source src=v.mp4></video><audio src=a.ogg></audio>\
            <picture><source src=no.webp srcset=p.webp></picture>";
        let url = Url::parse("https://quay.example/").unwrap();
        assert_eq!(
            addresses(of_page(html, &url, Also { media: true, scripts: false }))
                .replace("https://quay.example/", ""),
            "Picture v.jpg\nPicture p.webp\nMedia v.webm\nMedia v.mp4\nMedia a.ogg"
        );
        assert!(!addresses(of_page(html, &url, Also::default())).contains("Media"));
    }

    #[test]
    fn a_stylesheet_asks_for_more() {
        let css = r#"@charset "utf-8"; @import "a.css"; @IMPORT url( 'b.css' ) screen; /* url(no.gif) @import "no.css"; */
            p { content: "url(no.gif)"; background: URL(c.gif), url("d\"e.gif") } q { background: url(\66.gif) }
            @font-face { src: url(x.eot); src: url(x.eot?#iefix), url(x.woff) format("woff"), url(x.woff2?v=1) format("woff2"), url(x.ttf) }
            i { background: url(data:image/gif;base64,R0lG) } b { background: url(//other.example/g.gif) } u { background: url(#local) }
            s { background: url("broken"#;
        let found = of_style(css, &Url::parse("https://quay.example/s/x.css").unwrap());
        assert_eq!(
            addresses(found).replace("https://quay.example/s/", ""),
            "Style a.css\nStyle b.css\nPicture c.gif\nPicture d%22e.gif\nPicture f.gif\nPicture https://other.example/g.gif\n\
             Font x.woff2?v=1"
        );
    }

    #[test]
    fn the_best_picture_is_not_the_largest() {
        for (srcset, expect) in [
            ("a.jpg", Some("a.jpg")),
            ("a.jpg, b.jpg 2x", Some("b.jpg")),
            ("a.jpg 3200w, b.jpg 2400w", Some("b.jpg")),
            ("a,b.jpg 1x,c.jpg 2x", Some("c.jpg")),
            ("a.jpg,", Some("a.jpg")),
            (" , ", None),
            ("a.jpg 潮", Some("a.jpg")),
        ] {
            assert_eq!(best(srcset), expect, "{srcset}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_stylesheet_is_too_strange(css in ".{0,80}", wild in r#"[@importul("'\\;)/* é]{0,40}"#) {
            let url = Url::parse("https://quay.example/").unwrap();
            of_style(&css, &url);
            of_style(&wild, &url);
            best(&css);
        }
    }
}
