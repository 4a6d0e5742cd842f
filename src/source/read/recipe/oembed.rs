//! oEmbed: one small answer in which a site tells of a thing what a card needs: title, author, picture. Known sites have
//! their endpoint in a table; any other page may name its own in a `<link>`, which is asked where the page itself leaves a
//! gap. Of a post that its page shows with script only, the answer holds the words.

mod providers;

use self::providers::{Provider, Thing};
use super::{Extra, Fetched, Page, Reading, Recipe, select};
use crate::source::TextKind;
use crate::source::read::text::Visible;
use crate::source::read::{Kind, about, date, html, language};
use scraper::ElementRef;
use serde_json::Value;
use url::Url;

pub(super) const RECIPE: Recipe = Recipe { knows, wants, read };

/// A card is no larger.
const LARGEST: usize = 500_000;
const TYPE: &[u8] = b"application/json+oembed";

fn knows(url: &Url, page: Option<&Fetched>) -> bool {
    providers::of(url).is_some() || page.is_some_and(names_its_own)
}

fn names_its_own(page: &Fetched) -> bool {
    page.kind() == Kind::Html && page.body.windows(TYPE.len()).take(200_000).any(|window| window == TYPE)
}

fn wants(url: &str, page: Option<&Fetched>, _: &[Fetched]) -> Vec<Extra> {
    let extra = match known(url, page) {
        Some((provider, url)) => {
            let role = if provider.thing == Thing::Post { "text" } else { "data" };
            Some(Extra { url: provider.ask(&url), role })
        }
        None => page.and_then(discovered).map(|url| Extra { url, role: "data" }),
    };
    extra.into_iter().collect()
}

/// The site of an address, as it was asked for or led to.
fn known(url: &str, page: Option<&Fetched>) -> Option<(&'static Provider, Url)> {
    let addresses = [Some(url), page.map(|page| page.url.as_str())];
    let mut addresses = addresses.into_iter().flatten().filter_map(|url| Url::parse(url).ok());
    addresses.find_map(|url| Some((providers::of(&url)?, url)))
}

/// The address that a page names, unless the page tells enough of itself.
fn discovered(page: &Fetched) -> Option<String> {
    let html = html::parse(&page.text().0);
    let about = about::about(&html, &page.url);
    if !about.author.is_empty() && !about.picture.is_empty() {
        return None;
    }
    let link = select(html.root_element(), "link[type='application/json+oembed'][href]")?;
    let url = Url::parse(&page.url).ok()?.join(link.attr("href")?.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

fn read(url: &str, page: &Page, extras: &[Fetched], reading: &mut Reading) {
    let provider = known(url, Some(page.fetched)).map(|(provider, _)| provider);
    let card = extras.iter().find_map(Card::of);
    let thing = provider.map_or(Thing::Page, |provider| provider.thing);
    match thing {
        Thing::Post => {
            reading.take_text();
            // The page is there for every number; only the answer knows of which there is a post.
            reading.facts.deleted = extras.iter().any(|extra| matches!(extra.status, 404 | 410));
        }
        Thing::Recording => {
            reading.take_text();
            reading.facts.video = true;
        }
        Thing::Page => {}
    }
    if let Some(provider) = provider {
        reading.site = provider.site.into();
    }
    let Some(card) = card else { return };
    // The title of the page of a thing is seldom the thing's alone.
    let own = thing != Thing::Page;
    for (field, told) in [
        (&mut reading.title, &card.title),
        (&mut reading.author, &card.author),
        (&mut reading.said_at, &card.said_at),
        (&mut reading.picture, &card.picture),
    ] {
        if !told.is_empty() && (own || field.is_empty()) {
            field.clone_from(told);
        }
    }
    if reading.site.is_empty() {
        reading.site = card.site;
    }
    if thing == Thing::Post && !card.words.is_empty() {
        reading.title =
            card.words.lines().map(|l| about::line(l, 90)).find(|l| !l.is_empty()).unwrap_or_default();
        reading.description = about::line(&card.words, 300);
        // The shell is made for whoever asks, in their language.
        reading.language = language::tell("", &card.words);
        (reading.text, reading.text_kind) = (card.words, TextKind::Post);
    }
    reading.facts.video |= card.moving && reading.text.is_empty();
}

struct Card {
    title: String,
    author: String,
    site: String,
    said_at: String,
    picture: String,
    words: String,
    moving: bool,
}

impl Card {
    fn of(answer: &Fetched) -> Option<Card> {
        if answer.status != 200 || answer.body.len() > LARGEST {
            return None;
        }
        let told: Value = serde_json::from_slice(&answer.body).ok()?;
        let text = |key: &str| about::line(told[key].as_str().unwrap_or_default(), 500);
        let picture = Url::parse(&text("thumbnail_url")).ok().filter(|url| url.scheme() == "https");
        let html = html::parse(told["html"].as_str().unwrap_or_default());
        let quoted = select(html.root_element(), "blockquote");
        let dated = ["upload_date", "published_date", "pubdate"].iter().map(|key| date::iso(&text(key)));
        let card = Card {
            title: text("title"),
            author: text("author_name"),
            site: text("provider_name"),
            said_at: dated.chain(quoted.map(said_at)).find(|date| !date.is_empty()).unwrap_or_default(),
            picture: picture.map(String::from).unwrap_or_default(),
            words: quoted.and_then(|q| select(q, "p")).map(|p| Visible::of(*p).text).unwrap_or_default(),
            moving: told["type"] == "video",
        };
        told.is_object().then_some(card)
    }
}

/// `<blockquote><p>…</p>— Harbour Office (@harbour) <a>March 16, 2026 at 7:40 AM</a></blockquote>`
fn said_at(quoted: ElementRef) -> String {
    let last = super::select_all(quoted, "a").into_iter().next_back().map(super::words).unwrap_or_default();
    date::iso(last.split(" at ").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_card_is_too_strange(html in "[<>/a-z\"' =&;é]{0,80}", date in ".{0,40}", url in ".{0,40}", raw in proptest::collection::vec(0u8.., 0..80)) {
            let told = serde_json::json!({"html": html, "upload_date": date, "thumbnail_url": url, "title": html});
            for body in [told.to_string().into_bytes(), raw] {
                let answer = Fetched { url: String::new(), status: 200, headers: Vec::new(), body };
                let card = Card::of(&answer);
                assert!(card.is_none_or(|card| card.picture.is_empty() || card.picture.starts_with("https://")));
            }
        }
    }
}
