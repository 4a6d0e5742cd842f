//! JSON Feed 1.1.

use super::{Entry, Feed, Signature};
use serde_json::{Value, json};

pub(super) fn write(feed: &Feed) -> std::io::Result<String> {
    let mut written = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.itself,
        "description": feed.description,
        "language": feed.language,
        "items": feed.entries.iter().map(item).collect::<Vec<_>>(),
    });
    if !feed.picture.is_empty() {
        written["icon"] = feed.picture.as_str().into();
    }
    Ok(written.to_string())
}

fn author(author: &Signature) -> Value {
    let mut written = json!({"name": author.name, "url": author.url});
    if !author.picture.is_empty() {
        written["avatar"] = author.picture.as_str().into();
    }
    written
}

fn item(entry: &Entry) -> Value {
    let mut item = json!({
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published.rfc3339(),
        "date_modified": entry.updated.rfc3339(),
        "authors": entry.authors.iter().map(author).collect::<Vec<_>>(),
    });
    if !entry.summary.is_empty() {
        item["summary"] = entry.summary.as_str().into();
    }
    if !entry.tags.is_empty() {
        item["tags"] = entry.tags.iter().map(|(_, name)| name.as_str()).collect();
    }
    item
}
