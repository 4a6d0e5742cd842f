//! C-SPAN. The words are closed captions, uncorrected, which the page loads for itself: `/common/services/transcript/` answers
//! with `parts`, each with its speaker's label, time and text. Its network throttles with an empty answer.

use super::{Extra, Fetched, Page, Reading, Recipe, is_on, query, segments, select, select_all};
use crate::source::TextKind;
use crate::source::read::about;
use serde_json::Value;
use url::Url;

pub(super) const RECIPE: Recipe = Recipe { knows: |url, _| program(url).is_some(), wants, read };

fn wants(url: &str, page: Option<&Fetched>, _: &[Fetched]) -> Vec<Extra> {
    let addresses = [page.map(|page| page.url.as_str()), Some(url)];
    let found = addresses.into_iter().flatten().find_map(|url| program(&Url::parse(url).ok()?));
    let Some((kind, id)) = found else { return Vec::new() };
    let url = format!(
        "https://www.c-span.org/common/services/transcript/?videoId={id}&videoType={kind}&mentionId=&transcriptType=cc&transcriptQuery="
    );
    vec![Extra { url, role: "text" }]
}

fn read(_: &str, page: &Page, extras: &[Fetched], reading: &mut Reading) {
    reading.facts.video = true;
    reading.take_text();
    reading.site = "C-SPAN".into();
    let named =
        reading.title.rsplit_once(" | ").filter(|(_, site)| site.to_lowercase().starts_with("c-span"));
    if let Some((title, _)) = named {
        reading.title = title.to_owned();
    }
    let loaded = extras.iter().filter_map(|extra| serde_json::from_slice::<Value>(&extra.body).ok());
    let written = select_all(page.html.root_element(), "script[type='application/json']");
    let written = written
        .into_iter()
        .filter_map(|script| serde_json::from_str(&script.text().collect::<String>()).ok());
    let told = loaded.chain(written).find_map(|data: Value| {
        let parts = ["parts", "transcript"].iter().find_map(|key| data[key].as_array());
        parts.map(|parts| tell(parts)).filter(|told| !told.0.is_empty())
    });
    if let Some((text, times)) = told {
        (reading.text, reading.facts.times) = (text, times);
        reading.text_kind = TextKind::MachineCaptions;
    } else if let Some(time) = select(page.html.root_element(), "time[datetime]")
        && reading.said_at.is_empty()
    {
        reading.said_at = crate::source::read::date::iso(time.attr("datetime").unwrap_or_default());
    }
}

/// The parts in order; a label where another speaker begins.
fn tell(parts: &[Value]) -> (String, Vec<(usize, u64)>) {
    let (mut text, mut times, mut speaking) = (String::new(), Vec::new(), String::new());
    for part in parts {
        let words = about::line(part["text"].as_str().unwrap_or_default(), usize::MAX);
        if words.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let speaker = ["speakername", "cc_name"].iter().filter_map(|key| part[key].as_str());
        let speaker =
            speaker.map(|name| about::line(name, 120)).find(|name| !name.is_empty()).unwrap_or_default();
        if !speaker.is_empty() && speaker != speaking {
            text.push_str(&speaker);
            text.push_str(": ");
            speaking = speaker;
        }
        times.push((text.len(), offset(part["offset"].as_str().unwrap_or_default())));
        text.push_str(&words);
    }
    (text, times)
}

/// `00:12:30` → milliseconds. The clock of the captions may begin before the video: then it is its start.
fn offset(written: &str) -> u64 {
    let parts: Vec<u64> = written.split(':').filter_map(|part| part.parse().ok()).collect();
    match parts[..] {
        [hours, minutes, seconds] if hours < 10_000 && minutes < 60 && seconds < 60 => {
            (hours * 3600 + minutes * 60 + seconds) * 1000
        }
        _ => 0,
    }
}

/// Kind and number of what stands at an address: `/program/…/ID`, `/clip/…/ID`, or the older `/video/?ID-1/…`.
fn program(url: &Url) -> Option<(&'static str, u64)> {
    if !is_on(url, &["c-span.org"]) {
        return None;
    }
    let parts = segments(url);
    match parts[..] {
        ["program", .., id] => Some(("program", id.parse().ok()?)),
        ["clip", .., id] => Some(("clip", id.parse().ok()?)),
        ["video", ..] => {
            let named = query(url, "id");
            let asked = named.as_deref().or(url.query()).unwrap_or_default();
            let digits: String =
                asked.trim_start_matches('c').chars().take_while(char::is_ascii_digit).collect();
            let kind = if asked.starts_with('c') { "clip" } else { "program" };
            Some((kind, digits.parse().ok()?))
        }
        _ => None,
    }
}
