//! JSON Feed 1.1.

use super::{Entry, Feed};
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

fn item(entry: &Entry) -> Value {
    let mut item = json!({
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published.rfc3339(),
        "date_modified": entry.updated.rfc3339(),
        "authors": [{"name": entry.author, "url": entry.author_url}],
    });
    if !entry.author_picture.is_empty() {
        item["authors"][0]["avatar"] = entry.author_picture.as_str().into();
    }
    if !entry.summary.is_empty() {
        item["summary"] = entry.summary.as_str().into();
    }
    if !entry.tags.is_empty() {
        item["tags"] = entry.tags.iter().map(|(_, name)| name.as_str()).collect();
    }
    item
}
