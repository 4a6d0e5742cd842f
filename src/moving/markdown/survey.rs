//! The first pass: every file of a tree, looked at and understood.

use super::entry::{self, Entry};
use super::front;
use super::tree::Tree;
use super::{BATCH, LONGEST_FILE, Progress, READING, cores, guarded};
use crate::Result;
use crate::app::{App, compute};
use crate::moving::report::Report;
use crate::publication::Publication;
use crate::time::Time;
use futures_util::{StreamExt, stream};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A file, understood.
pub struct File {
    pub place: String,
    pub entry: Entry,
    pub text_at: usize,
    /// Lines above the text.
    pub lines: usize,
    pub digest: [u8; 32],
}

pub async fn survey(
    app: &App,
    tree: &Arc<Tree>,
    report: &mut Report,
    progress: &Progress,
) -> Result<Vec<File>> {
    let zone = app.db.read(Publication::load).await?.time_zone();
    let now = app.now();
    let batches = tree.places.chunks(BATCH).map(|places| {
        let (tree, zone, places) = (tree.clone(), zone.clone(), places.to_vec());
        compute(move || {
            let look = |place: String| {
                let file = guarded(|| look_at(&tree, &place, &zone, now));
                (place, file)
            };
            places.into_iter().map(look).collect::<Vec<_>>()
        })
    });
    let mut batches = stream::iter(batches).buffered(cores());
    let mut files = Vec::with_capacity(tree.places.len());
    while let Some(batch) = batches.next().await {
        for (place, file) in batch? {
            progress.done.fetch_add(1, Ordering::Relaxed);
            match file {
                Ok(Some(file)) => files.push(file),
                Ok(None) => report.warn(&place, None, "It is no post of this site and was not taken."),
                Err(reason) => report.skip(&place, reason),
            }
        }
    }
    // Oldest first: whoever wrote first has the address.
    files.sort_by(|a, b| (a.entry.at, &a.place).cmp(&(b.entry.at, &b.place)));
    Ok(files)
}

/// `None`: the site itself does not read it as a post.
fn look_at(tree: &Tree, place: &str, zone: &TimeZone, now: Time) -> Result<Option<File>, String> {
    let (file, touched) = open(tree, place)?;
    let front = front::read(&file).map_err(|broken| format!("Line {}: {}", broken.line, broken.why))?;
    let stem = place.rsplit('/').next().unwrap_or_default();
    let is_html = is_html(place);
    if stem.starts_with("_index.")
        || tree.wants_front_matter() && !front.present && !place.contains("_posts/")
    {
        return Ok(None);
    }
    let mut customs = tree.customs(place);
    customs.zone = customs.zone.or(Some(zone.clone()));
    let text = &file[front.text_at..];
    let entry = match is_html && !front.present {
        true => {
            let (front, markdown) = page(&file);
            entry::understand(place, &front, &markdown, &customs, touched.min(now))
        }
        false => {
            entry::understand(place, &front, if is_html { "" } else { text }, &customs, touched.min(now))
        }
    }?;
    let mut digest = Sha256::new();
    digest.update([READING]);
    digest.update(&file);
    let mut add = |address: &str| {
        if let Some(picture) = tree.picture(place, address) {
            digest.update(picture.digest);
        }
    };
    super::links::readdress(text, &mut |_, address, _| {
        add(address);
        None
    });
    if let Some(cover) = &entry.cover {
        add(&cover.address);
    }
    let digest = digest.finalize().into();
    Ok(Some(File { place: place.to_owned(), entry, text_at: front.text_at, lines: front.lines, digest }))
}

pub fn is_html(place: &str) -> bool {
    let ending = place.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
    matches!(ending.as_str(), "html" | "htm")
}

/// A whole file, which is text, and when it was last written.
pub fn open(tree: &Tree, place: &str) -> Result<(String, Time), String> {
    let path = tree.path(place);
    let unread = |error: std::io::Error| format!("It cannot be read: {error}.");
    let about = std::fs::metadata(&path).map_err(unread)?;
    if about.len() > LONGEST_FILE {
        return Err(format!("It has {} KB; a post may be one megabyte of text.", about.len() / 1024));
    }
    let bytes = std::fs::read(&path).map_err(unread)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("It is written in UTF-16; save it as UTF-8.".into());
    }
    if bytes.contains(&0) {
        return Err("It is not text: it holds bytes of zero.".into());
    }
    let file = String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        format!("It is not UTF-8, which shows first in line {line}; save it as UTF-8.")
    })?;
    if file.trim_matches('\u{feff}').trim().is_empty() {
        return Err("It is empty.".into());
    }
    let touched = about.modified().ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
    let file = if file.contains('\r') { file.replace("\r\n", "\n").replace('\r', "\n") } else { file };
    Ok((file, touched.map_or(Time(0), |at| Time(at.as_microsecond().max(0)))))
}

/// A page of HTML that says of itself in its head what others say in front matter; and its text as Markdown.
pub fn page(html: &str) -> (front::Front, String) {
    let document = scraper::Html::parse_document(html);
    let one = |selector: &str| {
        let selector = scraper::Selector::parse(selector).expect("a selector of ours");
        document.select(&selector).next()
    };
    let mut fields = Vec::new();
    let mut say = |name: &str, text: Option<String>| {
        let text = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
        if !text.is_empty() {
            fields.push((name.to_owned(), front::Value::Text(text)));
        }
    };
    let meta = |name: &str| {
        let found = one(&format!("meta[name='{name}']")).or_else(|| one(&format!("meta[property='{name}']")));
        found.and_then(|meta| meta.value().attr("content").map(str::to_owned))
    };
    let root = document.root_element();
    say("title", one("title").map(|title| title.text().collect()));
    say("lang", root.value().attr("lang").or(root.value().attr("xml:lang")).map(str::to_owned));
    say("description", meta("description"));
    say("author", meta("author"));
    say("date", meta("date").or_else(|| meta("article:published_time")));
    let body = ["main", "article", "body"].iter().find_map(|name| one(name));
    let body = body.map_or_else(|| html.to_owned(), |body| body.inner_html());
    let markdown = markup::tidy::html(&body).markdown;
    (front::Front { fields, text_at: 0, lines: 0, present: true }, markdown)
}
