//! Sites that keep their words elsewhere than on the page. One entry, one file.

mod cspan;
mod oembed;
mod substack;
mod telegram;
mod youtube;

use super::{Extra, Fetched, Page, Reading};
use scraper::{ElementRef, Selector};
use url::Url;

pub(super) struct Recipe {
    /// By the address that was asked for, or that was led to, or by the page itself.
    knows: fn(&Url, Option<&Fetched>) -> bool,
    pub(super) wants: fn(&str, Option<&Fetched>, &[Fetched]) -> Vec<Extra>,
    /// Betters what was read as from any page.
    pub(super) read: fn(&str, &Page, &[Fetched], &mut Reading),
}

const RECIPES: &[Recipe] =
    &[telegram::RECIPE, youtube::RECIPE, cspan::RECIPE, substack::RECIPE, oembed::RECIPE];

pub(super) fn of(url: &str, page: Option<&Fetched>) -> Option<&'static Recipe> {
    let addresses = [page.map(|page| page.url.as_str()), Some(url)];
    let addresses: Vec<Url> = addresses.into_iter().flatten().filter_map(|a| Url::parse(a).ok()).collect();
    RECIPES.iter().find(|recipe| addresses.iter().any(|url| (recipe.knows)(url, page)))
}

/// Whether an address is on a host or below it.
fn is_on(url: &Url, hosts: &[&str]) -> bool {
    let host = url.host_str().unwrap_or_default();
    hosts.iter().any(|on| host.strip_suffix(on).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')))
}

fn segments(url: &Url) -> Vec<&str> {
    url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect()
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn select<'a>(within: ElementRef<'a>, css: &str) -> Option<ElementRef<'a>> {
    select_all(within, css).into_iter().next()
}

fn select_all<'a>(within: ElementRef<'a>, css: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(css).expect("a selector written here");
    within.select(&selector).collect()
}

/// The words of an element on one line.
fn words(element: ElementRef) -> String {
    super::about::line(&super::text::Visible::of(*element).text, 500)
}

/// The first JSON value that is assigned to a name in a page's scripts: `var name = {…};`
fn assigned(markup: &str, name: &str) -> Option<serde_json::Value> {
    markup.match_indices(name).take(20).find_map(|(at, _)| {
        let after = markup[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let value = serde_json::Deserializer::from_str(after).into_iter().next()?;
        value.ok().filter(serde_json::Value::is_object)
    })
}
