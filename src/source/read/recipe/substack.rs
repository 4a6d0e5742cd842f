//! Substack, under its own name or another. The page holds post, navigation and comments; only the post is the text.
//! A bare home is a pointer; its newest posts are in `/feed` ([`crate::source::read::feed`]).

use super::{Fetched, Page, Reading, Recipe, is_on, select};
use crate::source::Health;
use crate::source::read::text::Visible;
use url::Url;

pub(super) const RECIPE: Recipe = Recipe { knows, wants: |_, _, _| Vec::new(), read };

fn knows(url: &Url, page: Option<&Fetched>) -> bool {
    let post = url.path().starts_with("/p/");
    // A publication under a name of its own is told by what its page was made with.
    let made = || {
        page.is_some_and(|page| {
            memmem(&page.body, b"substackcdn.com") || memmem(&page.body, b"content=\"Substack\"")
        })
    };
    post && (is_on(url, &["substack.com"]) || made())
}

fn memmem(body: &[u8], words: &[u8]) -> bool {
    body.windows(words.len()).take(400_000).any(|window| window == words)
}

fn read(_: &str, page: &Page, _: &[Fetched], reading: &mut Reading) {
    let root = page.html.root_element();
    let body = [".available-content .body", "article .body.markup", ".body.markup"]
        .iter()
        .find_map(|css| select(root, css));
    let Some(body) = body else { return };
    let heads = ["h1.post-title", ".post-header h3.subtitle"].iter().filter_map(|css| select(root, css));
    let parts = heads.chain([body]).map(|part| Visible::of(*part).text);
    reading.text = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    if let Some(wall) = select(root, ".paywall, [data-testid=paywall]") {
        reading.facts.wall = Some(Health::Paywall);
        reading.facts.said = super::words(wall);
    }
    if reading.site.is_empty() || reading.site == "Substack" {
        // `Title - by Author - Publication`
        let title = select(root, "head title").map(|t| t.text().collect::<String>()).unwrap_or_default();
        reading.site = title.rsplit_once(" - ").map(|(_, site)| site.trim().to_owned()).unwrap_or_default();
    }
}
