//! What a page says of itself: Open Graph, Twitter cards, JSON-LD, plain HTML, in this order of trust, except that for
//! author and date the structured data come first.

use super::date;
use scraper::node::Element;
use scraper::{ElementRef, Html, Node};
use serde_json::Value;
use url::Url;

#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) title: String,
    pub(super) site: String,
    pub(super) author: String,
    pub(super) said_at: String,
    pub(super) description: String,
    /// Absolute.
    pub(super) picture: String,
    pub(super) canonical: Option<String>,
    /// As declared on `<html>`.
    pub(super) language: String,
}

pub(super) fn about(html: &Html, url: &str) -> About {
    let said = Said::of(html);
    let linked = Linked::of(&said.data);
    let base = base(html, url);
    let address = |found: &str| {
        let url = base.as_ref()?.join(found.trim()).ok().filter(|_| !found.trim().is_empty())?;
        matches!(url.scheme(), "http" | "https").then(|| url.to_string())
    };
    let meta = |names: &[&str]| said.meta(names);
    let first =
        |found: &[&str]| found.iter().map(|f| line(f, 500)).find(|f| !f.is_empty()).unwrap_or_default();
    let named = meta(&["article:author", "twitter:creator"]);
    let named = if named.contains("://") { "" } else { named };
    let dated = [
        linked.dated.as_str(),
        meta(&[
            "article:published_time",
            "og:published_time",
            "datepublished",
            "parsely-pub-date",
            "citation_publication_date",
        ]),
        meta(&[
            "dc.date",
            "dcterms.date",
            "dc.date.issued",
            "dcterms.created",
            "date",
            "pubdate",
            "publishdate",
            "sailthru.date",
        ]),
        &said.time,
    ];
    let pictured = [
        meta(&["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"]),
        &linked.picture,
    ];
    let described = [meta(&["og:description", "description", "twitter:description"]), &linked.description];
    About {
        title: first(&[
            meta(&["og:title"]),
            &linked.title,
            meta(&["twitter:title"]),
            &said.title,
            &said.heading,
        ]),
        site: first(&[meta(&["og:site_name"]), &linked.site, meta(&["application-name"])]),
        author: first(&[
            &linked.author,
            meta(&["author", "parsely-author", "dc.creator", "citation_author"]),
            named,
        ]),
        said_at: dated.iter().map(|d| date::iso(d)).find(|d| !d.is_empty()).unwrap_or_default(),
        description: described.iter().map(|d| line(d, 2000)).find(|d| !d.is_empty()).unwrap_or_default(),
        picture: pictured.iter().find_map(|p| address(p)).unwrap_or_default(),
        canonical: address(&said.canonical),
        language: said.language.clone(),
    }
}

/// What relative addresses of a page are relative to.
pub(crate) fn base(html: &Html, url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    let base = elements(html).find(|e| e.name() == "base" && e.attr("href").is_some());
    let named = base.and_then(|base| url.join(base.attr("href")?.trim()).ok());
    Some(named.filter(|base| matches!(base.scheme(), "http" | "https")).unwrap_or(url))
}

/// One line of at most so many characters.
pub(super) fn line(words: &str, most: usize) -> String {
    let folded: Vec<&str> =
        words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let folded = folded.join(" ");
    match folded.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", folded[..cut].trim_end()),
        None => folded,
    }
}

pub(super) fn elements(html: &Html) -> impl Iterator<Item = &Element> {
    html.tree.root().descendants().filter_map(|node| node.value().as_element())
}

/// Collected in one walk over the page.
#[derive(Default)]
struct Said {
    metas: Vec<(String, String)>,
    title: String,
    heading: String,
    canonical: String,
    language: String,
    time: String,
    data: Vec<String>,
}

impl Said {
    fn of(html: &Html) -> Said {
        let mut said = Said::default();
        for node in html.tree.root().descendants() {
            let Node::Element(element) = node.value() else { continue };
            let words = || ElementRef::wrap(node).map(|e| e.text().collect::<String>()).unwrap_or_default();
            let attr = |name: &str| element.attr(name).unwrap_or_default();
            match element.name() {
                "html" if said.language.is_empty() => {
                    said.language =
                        attr(if attr("lang").is_empty() { "xml:lang" } else { "lang" }).to_owned();
                }
                "meta" => {
                    let name = [attr("property"), attr("name"), attr("itemprop")]
                        .into_iter()
                        .find(|n| !n.is_empty());
                    if let Some(name) = name {
                        said.metas.push((name.trim().to_ascii_lowercase(), attr("content").to_owned()));
                    }
                }
                "title" if said.title.is_empty() && !is_drawing(node) => said.title = words(),
                "h1" if said.heading.trim().is_empty() => said.heading = words(),
                "link"
                    if said.canonical.is_empty()
                        && attr("rel")
                            .split_ascii_whitespace()
                            .any(|rel| rel.eq_ignore_ascii_case("canonical")) =>
                {
                    said.canonical = attr("href").to_owned();
                }
                "time" if said.time.is_empty() => said.time = attr("datetime").to_owned(),
                "script"
                    if attr("type").trim().eq_ignore_ascii_case("application/ld+json")
                        && said.data.len() < 20 =>
                {
                    said.data.push(words());
                }
                _ => {}
            }
        }
        said
    }

    fn meta(&self, names: &[&str]) -> &str {
        let value = |name: &&str| self.metas.iter().find(|(n, v)| n == name && !v.trim().is_empty());
        names.iter().find_map(value).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

fn is_drawing(node: ego_tree::NodeRef<Node>) -> bool {
    node.parent().and_then(|up| up.value().as_element()).is_some_and(|up| up.name() == "svg")
}

/// What JSON-LD says of the page's main thing.
#[derive(Default)]
struct Linked {
    title: String,
    site: String,
    author: String,
    dated: String,
    description: String,
    picture: String,
}

impl Linked {
    fn of(data: &[String]) -> Linked {
        let mut things = Vec::new();
        for text in data {
            if let Ok(value) = serde_json::from_str::<Value>(text.trim()) {
                gather(value, &mut things);
            }
        }
        let best = things
            .iter()
            .filter(|t| weight(t) > 0)
            .max_by_key(|t| (weight(t), t.get("datePublished").is_some()));
        let Some(thing) = best else { return Linked::default() };
        let dates = ["datePublished", "uploadDate", "dateCreated", "startDate"];
        Linked {
            title: name(thing.get("headline").or(thing.get("name"))),
            site: name(thing.get("publisher")),
            author: name(thing.get("author").or(thing.get("creator"))),
            dated: dates.iter().find_map(|key| thing.get(key)?.as_str()).unwrap_or_default().to_owned(),
            description: name(thing.get("description")),
            picture: picture(thing.get("image").or(thing.get("thumbnailUrl"))),
        }
    }
}

fn gather(value: Value, things: &mut Vec<Value>) {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(values) => waiting.extend(values.into_iter().rev()),
            Value::Object(mut thing) if things.len() < 200 => {
                waiting.extend(
                    ["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|key| thing.remove(*key)),
                );
                things.push(Value::Object(thing));
            }
            _ => {}
        }
    }
}

/// An article outweighs the page it stands on; whoever published it is no page at all.
fn weight(thing: &Value) -> usize {
    let kinds = match thing.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(kind)) => vec![kind.as_str()],
        _ => Vec::new(),
    };
    let weigh = |kind: &str| match kind.rsplit('/').next().unwrap_or_default() {
        kind if kind.ends_with("Article") || kind.ends_with("Posting") => 3,
        "VideoObject"
        | "AudioObject"
        | "PodcastEpisode"
        | "Report"
        | "Book"
        | "Event"
        | "SpecialAnnouncement" => 3,
        "WebPage" | "ItemPage" | "AboutPage" | "CreativeWork" | "Dataset" => 1,
        _ => 0,
    };
    kinds.into_iter().map(weigh).max().unwrap_or(0)
}

fn name(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(words)) if !words.contains("://") => unescaped(words),
        Some(Value::Object(thing)) => name(thing.get("name").filter(|n| n.is_string())),
        Some(Value::Array(several)) => {
            let one = |value: &Value| if value.is_array() { String::new() } else { name(Some(value)) };
            several.iter().take(10).map(one).filter(|n| !n.is_empty()).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}

fn picture(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(address)) => address.clone(),
        Some(Value::Object(thing)) => thing.get("url").and_then(Value::as_str).unwrap_or_default().to_owned(),
        Some(Value::Array(several)) => {
            several.iter().find(|v| !v.is_array()).map(|v| picture(Some(v))).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Character references that some sites leave in their data.
pub(super) fn unescaped(words: &str) -> String {
    if !words.contains('&') {
        return words.to_owned();
    }
    super::html::parse(&words.replace('<', "&lt;")).root_element().text().collect()
}

#[cfg(test)]
mod tests {
    use super::super::html::parse;
    use super::*;

    fn check(markup: &str, expected: &[&str]) {
        let about = about(&parse(markup), "https://quay.example/log/7");
        let said = [about.title, about.site, about.author, about.said_at, about.description, about.picture];
        assert_eq!(said, expected, "{markup}");
    }

    #[test]
    fn a_page_says_what_it_is_in_many_ways() {
        check(
            "<title>Night log | Quay</title><meta property='og:title' content=' The  night log '><meta property=og:site_name content=Quay>\
             <meta name=author content='Ida Brandt'><meta property='article:published_time' content='2026-03-12T09:00:00+01:00'>\
             <meta name=description content='What was seen.'><base href=/a/><meta property='og:image' content='b.png'>",
            &[
                "The night log",
                "Quay",
                "Ida Brandt",
                "2026-03-12T09:00:00+01:00",
                "What was seen.",
                "https://quay.example/a/b.png",
            ],
        );
        check(
            r#"<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Organization","name":"Quay"},
            {"@type":["NewsArticle"],"headline":"Ebb &amp; flow","author":[{"name":"Ida"},{"name":"Jonas"}],"publisher":{"name":"Quay"},
            "datePublished":"2026-03-12","image":{"url":"/c.png"},"description":"Seen."}]}</script><title>No</title>"#,
            &["Ebb & flow", "Quay", "Ida, Jonas", "2026-03-12", "Seen.", "https://quay.example/c.png"],
        );
        check(
            "<h1>Quay</h1><time datetime=2026-03-12>12 March</time>",
            &["Quay", "", "", "2026-03-12", "", ""],
        );
        check("<script type='application/ld+json'>{broken</script><svg><title>No</title></svg>", &[""; 6]);
    }

    #[test]
    fn only_a_web_address_is_canonical() {
        let canonical = |href: &str| {
            about(&parse(&format!("<link rel='Canonical' href='{href}'>")), "https://quay.example/").canonical
        };
        assert_eq!(canonical("/log"), Some("https://quay.example/log".into()));
        assert_eq!(canonical("javascript:1"), None);
        assert_eq!(canonical(""), None);
    }
}
