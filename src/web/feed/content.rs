//! A post's text as feeds carry it: every address absolute, since a reader shows it far from here.

use crate::source::read::html;
use crate::web::template::Templates;
use ego_tree::iter::Edge;
use scraper::Node;
use scraper::node::Element;
use url::Url;

/// `text` is clean HTML of our own making; `base` the address of the page it stands on.
pub(super) fn absolute(text: &str, base: &str) -> String {
    let (page, base) = (html::parse(text), Url::parse(base).ok());
    let body =
        page.tree.root().descendants().find(|n| n.value().as_element().is_some_and(|e| e.name() == "body"));
    let Some(body) = body else { return String::new() };
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for edge in body.traverse() {
        match edge {
            Edge::Open(node) | Edge::Close(node) if node.id() == body.id() => {}
            Edge::Open(node) => match node.value() {
                Node::Element(element) => open(&mut out, element, base.as_ref()),
                Node::Text(words) => {
                    out.push_str(&words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
                }
                _ => {}
            },
            Edge::Close(node) => match node.value() {
                Node::Element(element) if !is_void(element.name()) => {
                    out.push_str("</");
                    out.push_str(element.name());
                    out.push('>');
                }
                _ => {}
            },
        }
    }
    out
}

fn open(out: &mut String, element: &Element, base: Option<&Url>) {
    out.push('<');
    out.push_str(element.name());
    for (name, value) in element.attrs() {
        let joined = match (name, base) {
            ("href" | "src" | "cite" | "poster", Some(base)) => base.join(value).map(String::from).ok(),
            ("srcset", Some(base)) => Some(each_of_several(value, base)),
            _ => None,
        };
        out.push_str(&format!(" {name}=\"{}\"", Templates::escape(joined.as_deref().unwrap_or(value))));
    }
    out.push('>');
}

/// `small.png 1x, large.png 2x`
fn each_of_several(srcset: &str, base: &Url) -> String {
    let one = |candidate: &str| {
        let (address, size) = candidate.split_once(' ').unwrap_or((candidate, ""));
        let joined = base.join(address).map_or_else(|_| address.to_owned(), String::from);
        format!("{joined} {size}").trim_end().to_owned()
    };
    let candidates = srcset.split(", ").map(str::trim).filter(|c| !c.is_empty());
    candidates.map(one).collect::<Vec<_>>().join(", ")
}

fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "input" | "wbr" | "col" | "source" | "track" | "area" | "embed")
}

#[cfg(test)]
mod tests {
    use super::absolute;

    fn check(text: &str, expected: &str) {
        assert_eq!(absolute(text, "https://gazette.example/2026/03/tides"), expected, "{text}");
    }

    #[test]
    fn addresses_become_absolute_wherever_they_stand() {
        check("<a href=\"/sources\">s</a>", "<a href=\"https://gazette.example/sources\">s</a>");
        check("<a href='#fn-1'>1</a>", "<a href=\"https://gazette.example/2026/03/tides#fn-1\">1</a>");
        check("<a href=trams>t</a>", "<a href=\"https://gazette.example/2026/03/trams\">t</a>");
        check("<a href=\"//other.example/a\">o</a>", "<a href=\"https://other.example/a\">o</a>");
        check(
            "<a href=\"https://other.example/a?b=1&amp;c=2\">o</a>",
            "<a href=\"https://other.example/a?b=1&amp;c=2\">o</a>",
        );
        check("<a href=\"mailto:ida@gazette.example\">m</a>", "<a href=\"mailto:ida@gazette.example\">m</a>");
        check(
            "<img src=\"/media/a.png\" alt=\"a &quot;quay&quot;\" srcset=\"/media/a.png 1x, /media/b.png 2x\"><br>",
            "<img alt=\"a &quot;quay&quot;\" src=\"https://gazette.example/media/a.png\" \
             srcset=\"https://gazette.example/media/a.png 1x, https://gazette.example/media/b.png 2x\"><br>",
        );
        check(
            "<blockquote cite=\"/log\">a</blockquote>",
            "<blockquote cite=\"https://gazette.example/log\">a</blockquote>",
        );
    }

    #[test]
    fn words_that_look_like_addresses_stay_as_they_are() {
        check("<code>src=\"/a\" href=\"/b\"</code>", "<code>src=\"/a\" href=\"/b\"</code>");
        check("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c");
        check("<p title=\"href=&quot;/a&quot;\">x</p>", "<p title=\"href=&quot;/a&quot;\">x</p>");
    }
}
