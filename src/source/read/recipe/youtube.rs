//! YouTube. The page holds the player's data in a script: whether it plays, what is told about the video, where its
//! captions are. Title, channel and picture also come through oEmbed, which answers where the page is a wall.

use super::{Extra, Fetched, Page, Reading, Recipe, assigned, is_on, query, segments};
use crate::source::read::{about, captions, date};
use crate::source::{Health, TextKind};
use serde_json::Value;
use url::Url;

pub(super) const RECIPE: Recipe = Recipe { knows: |url, _| video(url).is_some(), wants, read };

const PLAYER: &str = "ytInitialPlayerResponse";

fn wants(url: &str, page: Option<&Fetched>, got: &[Fetched]) -> Vec<Extra> {
    let addresses = [Some(url), page.map(|page| page.url.as_str())];
    let Some(id) = addresses.into_iter().flatten().find_map(|url| video(&Url::parse(url).ok()?)) else {
        return Vec::new();
    };
    let oembed = format!(
        "https://www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{id}&format=json"
    );
    let mut wanted = vec![Extra { url: oembed, role: "data" }];
    let track = page.and_then(|page| Track::of(&assigned(&page.text().0, PLAYER)?));
    if let Some(track) = track {
        let timed = format!("{}&fmt=json3", track.url);
        // Some tracks answer in one form only.
        let barren = got.iter().any(|have| have.url == timed && captions::read(&have.text().0).is_empty());
        wanted.push(Extra { url: if barren { track.url } else { timed }, role: "text" });
    }
    wanted
}

fn read(_: &str, page: &Page, extras: &[Fetched], reading: &mut Reading) {
    reading.facts.video = true;
    reading.site = "YouTube".into();
    reading.take_text();
    let player = assigned(&page.markup, PLAYER).unwrap_or(Value::Null);
    if reading.title.trim_start_matches("- ").trim() == "YouTube" {
        reading.title.clear();
    }
    told(&player, reading);
    hindered(&player, reading);
    if page.fetched.url.contains("//consent.youtube.com/") || page.markup.contains("consent.youtube.com/save")
    {
        reading.facts.wall = Some(Health::ConsentWall);
        reading.facts.said = std::mem::take(&mut reading.title);
    }
    oembed(extras, reading);
    let Some(track) = Track::of(&player) else { return };
    let answers = extras.iter().filter(|extra| extra.url.starts_with(&track.url));
    let Some(cues) = answers.map(|extra| captions::read(&extra.text().0)).find(|cues| !cues.is_empty())
    else {
        return;
    };
    let spoken = captions::join(&cues);
    (reading.text, reading.facts.times) = (spoken.text, spoken.times);
    reading.text_kind = if track.machine { TextKind::MachineCaptions } else { TextKind::Captions };
    reading.language = track.language;
}

/// What the player's data tell about the video.
fn told(player: &Value, reading: &mut Reading) {
    let details = &player["videoDetails"];
    let more = &player["microformat"]["playerMicroformatRenderer"];
    let text = |value: &Value| about::line(value.as_str().unwrap_or_default(), 500);
    let mut set = |field: fn(&mut Reading) -> &mut String, value: String| {
        if !value.is_empty() {
            *field(reading) = value;
        }
    };
    set(|r| &mut r.title, text(&details["title"]));
    set(|r| &mut r.author, text(&details["author"]));
    set(|r| &mut r.description, about::line(details["shortDescription"].as_str().unwrap_or_default(), 2000));
    let dated = ["publishDate", "uploadDate"].iter().find_map(|key| more[key].as_str());
    set(|r| &mut r.said_at, dated.map(date::iso).unwrap_or_default());
    let pictures = details["thumbnail"]["thumbnails"].as_array();
    let widest = pictures.and_then(|all| all.iter().max_by_key(|p| p["width"].as_u64().unwrap_or(0)));
    let picture = widest.and_then(|p| p["url"].as_str()).unwrap_or_default();
    if reading.picture.is_empty() && picture.starts_with("https://") {
        reading.picture = picture.to_owned();
    }
}

fn oembed(extras: &[Fetched], reading: &mut Reading) {
    let answer = extras.iter().find(|extra| extra.url.contains("/oembed?"));
    let Some(card) = answer.and_then(|extra| serde_json::from_slice::<Value>(&extra.body).ok()) else {
        return;
    };
    let text = |key: &str| about::line(card[key].as_str().unwrap_or_default(), 500);
    if reading.title.is_empty() {
        reading.title = text("title");
    }
    if reading.author.is_empty() {
        reading.author = text("author_name");
    }
    if reading.picture.is_empty() && text("thumbnail_url").starts_with("https://") {
        reading.picture = text("thumbnail_url");
    }
}

/// Why the player does not play, if it does not.
fn hindered(player: &Value, reading: &mut Reading) {
    let status = &player["playabilityStatus"];
    let mut said = about::line(status["reason"].as_str().unwrap_or_default(), 300);
    if said.is_empty() {
        said = about::line(status["messages"][0].as_str().unwrap_or_default(), 300);
    }
    let lower = said.to_lowercase().replace('’', "'");
    let facts = &mut reading.facts;
    match status["status"].as_str() {
        Some("LOGIN_REQUIRED") if lower.contains("not a bot") => facts.wall = Some(Health::BotWall),
        Some("LOGIN_REQUIRED" | "AGE_CHECK_REQUIRED" | "AGE_VERIFICATION_REQUIRED") => {
            facts.wall = Some(Health::Login);
        }
        Some("UNPLAYABLE") if lower.contains("member") || lower.contains("payment") => {
            facts.wall = Some(Health::Paywall);
        }
        Some("ERROR") => facts.deleted = true,
        _ => return,
    }
    reading.facts.said = said;
}

/// The captions that stand nearest to what was spoken.
struct Track {
    url: String,
    language: String,
    machine: bool,
}

impl Track {
    /// A person's captions in the language that is spoken, else a person's in any, else a machine's.
    fn of(player: &Value) -> Option<Track> {
        let tracks = player["captions"]["playerCaptionsTracklistRenderer"]["captionTracks"].as_array()?;
        let machine = |track: &&Value| track["kind"] == "asr";
        let language = |track: &Value| track["languageCode"].as_str().unwrap_or_default().to_owned();
        let primary = |track: &Value| language(track).split('-').next().unwrap_or_default().to_owned();
        let spoken = tracks.iter().find(machine).map(primary);
        let mut written = tracks.iter().filter(|track| !machine(track));
        let original = written.clone().find(|track| spoken.as_ref().is_some_and(|s| *s == primary(track)));
        let track = original.or_else(|| written.next()).or_else(|| tracks.first())?;
        let url = Url::parse("https://www.youtube.com/").ok()?.join(track["baseUrl"].as_str()?).ok()?;
        let ours = url.scheme() == "https" && is_on(&url, &["youtube.com"]);
        ours.then(|| Track { url: url.into(), language: language(track), machine: machine(&track) })
    }
}

/// The id of the video at an address.
fn video(url: &Url) -> Option<String> {
    let parts = segments(url);
    let id = if is_on(url, &["youtu.be"]) {
        (*parts.first()?).to_owned()
    } else if is_on(url, &["youtube.com", "youtube-nocookie.com"]) {
        match parts[..] {
            ["watch"] => query(url, "v")?,
            ["shorts" | "live" | "embed" | "v", id, ..] => id.to_owned(),
            _ => return None,
        }
    } else {
        return None;
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (matches!(id.len(), 6..=20) && id.bytes().all(plain)).then_some(id)
}
