//! A kept page with its own scripts, for an origin on which nothing else is: every address leads to this capture, and the tree
//! stays as it was. Nothing here protects anybody; that is the policy's doing under which it is sent.

use super::css;
use super::page::candidates;
use crate::source::read::{Fetched, base, html};
use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use html5ever::tree_builder::QuirksMode;
use scraper::Node;
use scraper::node::Element;
use url::Url;

/// Where the addresses of a capture lead.
pub struct Led<'a> {
    /// `/7/20260314093000/`, behind which any address may stand.
    pub prefix: &'a str,
    /// Of everything this capture holds: `https://quay.example`.
    pub origins: Vec<String>,
}

pub fn live(fetched: &Fetched, led: &Led) -> String {
    let page = html::parse(&fetched.text().0);
    let mut writer = Writer { out: String::new(), led, base: base(&page, &fetched.url), url: &fetched.url };
    if page.quirks_mode != QuirksMode::Quirks {
        writer.out.push_str("<!doctype html>");
    }
    for edge in page.tree.root().traverse() {
        match edge {
            Edge::Open(node) => writer.open(node),
            Edge::Close(node) => writer.close(node),
        }
    }
    writer.out
}

/// A stylesheet whose addresses lead to this capture.
pub fn live_style(fetched: &Fetched, led: &Led) -> String {
    let base = Url::parse(&fetched.url).ok();
    css::rewrite(&fetched.text().0, &|address| lead(led, base.as_ref(), address))
}

fn lead(led: &Led, base: Option<&Url>, address: &str) -> Option<String> {
    let address = address.trim();
    if address.starts_with('#') {
        return Some(address.to_owned());
    }
    let url = base?.join(address).ok()?;
    match url.scheme() {
        "http" | "https" => Some(format!("{}{url}", led.prefix)),
        "data" | "blob" | "about" | "javascript" | "mailto" | "tel" => Some(address.to_owned()),
        _ => None,
    }
}

struct Writer<'a> {
    out: String,
    led: &'a Led<'a>,
    base: Option<Url>,
    url: &'a str,
}

impl Writer<'_> {
    fn open(&mut self, node: NodeRef<Node>) {
        match node.value() {
            Node::Element(element) if !is_left_out(element) => {
                self.out.push('<');
                self.out.push_str(element.name());
                for (name, value) in element.attrs() {
                    self.attribute(element, name, value);
                }
                self.out.push('>');
                if element.name() == "head" {
                    self.preface();
                }
            }
            Node::Text(words) => self.words(node, words),
            Node::Comment(words) => self.out.push_str(&format!("<!--{}-->", words.replace("--", "- -"))),
            _ => {}
        }
    }

    fn close(&mut self, node: NodeRef<Node>) {
        if let Node::Element(element) = node.value()
            && !is_left_out(element)
            && !VOID.contains(&element.name())
        {
            self.out.push_str(&format!("</{}>", element.name()));
        }
    }

    /// Ours, before any script of the page.
    fn preface(&mut self) {
        let origins = self.led.origins.iter().map(|origin| format!("{origin}/"));
        let mut imports: serde_json::Map<String, serde_json::Value> =
            origins.map(|from| (from.clone(), format!("{}{from}", self.led.prefix).into())).collect();
        if let Some(root) = Url::parse(self.url).ok().and_then(|url| url.join("/").ok()) {
            imports.insert("/".into(), format!("{}{root}", self.led.prefix).into());
        }
        imports.insert(self.led.prefix.into(), self.led.prefix.into());
        let told = |value: serde_json::Value| value.to_string().replace('<', "\\u003c");
        let map = told(serde_json::json!({ "imports": imports }));
        let (prefix, url) = (told(self.led.prefix.into()), told(self.url.into()));
        let script = include_str!("../../../static/replay.js");
        self.out.push_str(&format!(
            "<meta charset=\"utf-8\"><script type=\"importmap\">{map}</script><script>({script})({prefix},{url})</script>"
        ));
    }

    fn words(&mut self, node: NodeRef<Node>, words: &str) {
        let within = node.parent().and_then(|parent| parent.value().as_element()).map(Element::name);
        match within {
            Some("style") => {
                let base = self.base.clone();
                let sheet = css::rewrite(words, &|address| lead(self.led, base.as_ref(), address));
                self.out.push_str(&sheet);
            }
            Some("script" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" | "plaintext") => {
                self.out.push_str(words)
            }
            _ => super::page::push_text(&mut self.out, words),
        }
    }

    fn attribute(&mut self, element: &Element, name: &str, value: &str) {
        let (tag, base) = (element.name(), self.base.clone());
        let lead = |address: &str| lead(self.led, base.as_ref(), address);
        let value = match name {
            // Bytes are served as they were, but stylesheets are not; and nobody here has credentials.
            "integrity" | "nonce" | "crossorigin" | "ping" | "action" | "formaction" | "attributionsrc" => {
                return;
            }
            "src" | "poster" | "background" => lead(value),
            "href" => lead(value),
            "data" if tag == "object" => lead(value),
            "srcset" | "imagesrcset" => Some(
                candidates(value)
                    .into_iter()
                    .filter_map(|(address, size)| {
                        Some(format!("{} {size}", lead(address)?.replace(',', "%2C")))
                    })
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            "style" => Some(css::rewrite(value, &lead)),
            _ => Some(value.to_owned()),
        };
        let Some(value) = value else { return };
        let mut escaped = String::new();
        for c in value.chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '"' => escaped.push_str("&quot;"),
                '\0' => {}
                c => escaped.push(c),
            }
        }
        self.out.push_str(&format!(" {name}=\"{escaped}\""));
    }
}

const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// What speaks for the page that was (its base, its policy, where it leads by itself), reaches out before anybody asks, or asks
/// for a secret.
fn is_left_out(element: &Element) -> bool {
    let attr = |name: &str| element.attr(name).unwrap_or_default().to_ascii_lowercase();
    match element.name() {
        "base" => true,
        "meta" => element.attr("http-equiv").is_some() || element.attr("charset").is_some(),
        "input" => attr("type") == "password",
        "link" => attr("rel")
            .split_ascii_whitespace()
            .any(|rel| matches!(rel, "dns-prefetch" | "preconnect" | "prefetch" | "prerender" | "manifest")),
        _ => false,
    }
}
