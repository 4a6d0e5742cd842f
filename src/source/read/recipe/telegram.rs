//! `t.me/CHANNEL/ID`. The page is a shell with the channel's card; the post is in its embed form, `?embed=1&mode=tme`. A
//! post that is gone says so there, at status 200. Views and reactions are counted anew at each look: they are no words
//! of the post.

use super::{Extra, Fetched, Page, Reading, Recipe, is_on, query, segments, select, select_all, words};
use crate::source::TextKind;
use crate::source::read::text::Visible;
use crate::source::read::{about, date, html};
use scraper::ElementRef;
use url::Url;

pub(super) const RECIPE: Recipe = Recipe { knows: |url, _| post(url).is_some(), wants, read };

fn wants(url: &str, page: Option<&Fetched>, _: &[Fetched]) -> Vec<Extra> {
    let addresses = [Some(url), page.map(|page| page.url.as_str())];
    let found = addresses.into_iter().flatten().filter_map(|url| Url::parse(url).ok()).find_map(|url| {
        let (channel, id) = post(&url)?;
        // Asked for in that form, the page is it.
        let is_form =
            query(&url, "embed").is_some_and(|v| v == "1") && query(&url, "mode").is_some_and(|v| v == "tme");
        (!is_form).then(|| format!("https://t.me/{channel}/{id}?embed=1&mode=tme"))
    });
    found.map(|url| Extra { url, role: "text" }).into_iter().collect()
}

fn read(_: &str, page: &Page, extras: &[Fetched], reading: &mut Reading) {
    let extras: Vec<_> = extras.iter().map(|extra| html::parse(&extra.text().0)).collect();
    let mut forms = extras.iter().chain([&page.html]).map(|html| html.root_element());
    reading.site = "Telegram".into();
    reading.author = reading.title.clone();
    reading.take_text();
    let Some(message) = forms.find_map(|form| select(form, ".tgme_widget_message")) else { return };
    let error = select(message, ".tgme_widget_message_error");
    let error = error.or_else(|| message.value().classes().any(|c| c == "err_message").then_some(message));
    if let Some(error) = error {
        reading.facts.said = words(error);
        reading.facts.deleted = reading.facts.said.to_lowercase().contains("not found");
        reading.description.clear();
        return;
    }
    write(message, reading);
}

fn write(message: ElementRef, reading: &mut Reading) {
    let one = |css: &str| select(message, css).map(words).unwrap_or_default();
    let own = |found: &ElementRef| !within(*found, "tgme_widget_message_reply");
    // The words of the post replied to have a class of their own, but older forms share one.
    let parts = select_all(
        message,
        ".js-message_text, .tgme_widget_message_poll_question, .tgme_widget_message_poll_option_text",
    );
    let mut parts: Vec<ElementRef> = parts.into_iter().filter(own).collect();
    if parts.is_empty() {
        parts = select_all(message, ".tgme_widget_message_text").into_iter().filter(own).collect();
    }
    // One message text may hold another: only the outer is taken.
    let inner: Vec<_> =
        parts.iter().flat_map(|part| part.descendants().skip(1).map(|node| node.id())).collect();
    let inner: std::collections::HashSet<_> = inner.into_iter().collect();
    let texts = parts.iter().filter(|part| !inner.contains(&part.id())).map(|part| Visible::of(**part).text);
    let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    let name = one(".tgme_widget_message_owner_name");
    let name = if name.is_empty() { one(".tgme_widget_message_author_name") } else { name };
    if !name.is_empty() {
        reading.author = name;
    }
    let signed = one(".tgme_widget_message_from_author");
    if !signed.is_empty() {
        reading.author = format!("{signed}, {}", reading.author);
    }
    let dated = select_all(message, "time[datetime]").into_iter().rfind(own);
    reading.said_at = dated.and_then(|time| time.attr("datetime")).map(date::iso).unwrap_or_default();
    let opening =
        text.lines().map(|line| about::line(line, 90)).find(|line| line.chars().any(char::is_alphanumeric));
    reading.title = opening.unwrap_or_else(|| reading.author.clone());
    reading.description = about::line(&text, 300);
    let pictured = ".tgme_widget_message_photo_wrap, .tgme_widget_message_video_thumb, .tgme_widget_message_roundvideo_thumb";
    let picture = select_all(message, pictured).into_iter().filter(own).find_map(background);
    reading.picture = picture.unwrap_or_else(|| std::mem::take(&mut reading.picture));
    reading.facts.video = select(message, "video").is_some();
    (reading.text, reading.text_kind) = (text, TextKind::Post);
    // The shell is made for whoever asks, in their language.
    reading.language = crate::source::read::language::tell("", &reading.text);
}

fn within(element: ElementRef, class: &str) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|up| up.value().classes().any(|c| c == class))
}

/// `background-image:url('https://…')`
fn background(element: ElementRef) -> Option<String> {
    let style = element.attr("style")?;
    let address = style.split_once("url(")?.1.split(')').next()?.trim_matches(['\'', '"', ' ']);
    Url::parse("https://t.me/")
        .ok()?
        .join(address)
        .ok()
        .filter(|url| url.scheme() == "https")
        .map(String::from)
}

/// Channel and number of a post.
fn post(url: &Url) -> Option<(String, u64)> {
    if !is_on(url, &["t.me", "telegram.me", "telegram.dog"]) {
        return None;
    }
    let parts = segments(url);
    let parts = if parts.first() == Some(&"s") { &parts[1..] } else { &parts[..] };
    let (channel, id) = match parts {
        [channel, id] => (*channel, *id),
        // A topic of a group stands in between.
        [channel, _, id] if *channel != "c" => (*channel, *id),
        _ => return None,
    };
    let named = channel.len() > 2 && channel.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let kept = ["joinchat", "addstickers", "addemoji", "addlist", "share", "proxy", "socks", "iv", "login"];
    (named && !kept.contains(&channel)).then_some((channel.to_owned(), id.parse().ok()?))
}
