//! `www.youtube.com` and what belongs to it: watch pages with their player data in a script, captions, oEmbed, pictures.
//!
//! | video | what stands in the way |
//! | --- | --- |
//! | `tideTable01` | nothing: captions written by a person, in English |
//! | `machineCap2` | nothing: captions made by a machine |
//! | `quietWater3` | no captions |
//! | `consentWal4` | a consent wall, by redirect to consent.youtube.com |
//! | `consentPag5` | a consent wall in place |
//! | `botWallYou6` | "Sign in to confirm you’re not a bot" in the player data |
//! | `removedVid7` | "Video unavailable", at status 200 |

use super::{Answer, Asked, PIXEL};
use serde_json::{Value, json};

const SPOKEN: [&str; 4] = [
    "Good evening and welcome to the library on the quay.",
    "Tonight we talk about the tide table and about the people who compute it.",
    "A tide table is a promise that the moon has to keep.",
    "We print it in October so that the boats have it before the ice.",
];

pub(super) fn answer(asked: &Asked) -> Answer {
    match (asked.host.as_str(), asked.path()) {
        ("youtu.be", path) => {
            Answer::redirect(303, &format!("https://www.youtube.com/watch?v={}&feature=youtu.be", &path[1..]))
        }
        ("youtube.com", _) => Answer::redirect(301, &format!("https://www.youtube.com{}", asked.target)),
        ("consent.youtube.com", _) => consent(),
        ("i.ytimg.com", _) => Answer::new(200, "image/gif", PIXEL),
        (_, "/watch") => watch(&asked.query("v").unwrap_or_default()),
        (_, "/api/timedtext") => captions(asked),
        (_, "/oembed") => oembed(&asked.query("url").unwrap_or_default()),
        (_, path) if path.starts_with("/embed/") => Answer::page("Player", "<div id=\"player\"></div>"),
        _ => Answer::not_found(),
    }
}

fn watch(video: &str) -> Answer {
    match video {
        "tideTable01" => page(video, "OK", Some(tracks(video, ""))),
        "machineCap2" => page(video, "OK", Some(tracks(video, "asr"))),
        "quietWater3" => page(video, "OK", None),
        "consentWal4" => Answer::redirect(
            302,
            &format!(
                "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{video}&gl=DE&m=0&pc=yt"
            ),
        ),
        "consentPag5" => consent(),
        "botWallYou6" => page(video, "LOGIN_REQUIRED", None),
        _ => page(video, "ERROR", None),
    }
}

fn page(video: &str, status: &str, captions: Option<Value>) -> Answer {
    let playable = status == "OK";
    let reason = match status {
        "LOGIN_REQUIRED" => "Sign in to confirm you’re not a bot",
        "ERROR" => "Video unavailable",
        _ => "",
    };
    let mut player = json!({
        "responseContext": {"serviceTrackingParams": []},
        "playabilityStatus": {"status": status, "reason": reason, "playableInEmbed": playable},
    });
    if playable {
        player["videoDetails"] = json!({
            "videoId": video, "title": title(video), "lengthSeconds": "512", "channelId": "UCquayLibrary0000000000",
            "shortDescription": "An evening at the library.", "author": "Quay Library", "viewCount": "4096",
            "thumbnail": {"thumbnails": [{"url": format!("https://i.ytimg.com/vi/{video}/hqdefault.jpg"), "width": 480, "height": 360}]},
        });
        player["microformat"] = json!({"playerMicroformatRenderer": {
            "publishDate": "2026-02-20T18:00:00-08:00", "uploadDate": "2026-02-20T18:00:00-08:00",
            "ownerChannelName": "Quay Library", "title": {"simpleText": title(video)},
        }});
    }
    if let Some(tracks) = captions {
        player["captions"] = json!({"playerCaptionsTracklistRenderer": {"captionTracks": tracks}});
    }
    let (title, description) = match playable {
        true => (title(video), "An evening at the library."),
        false => ("", ""),
    };
    let meta = match playable {
        true => format!(
            r#"<meta property="og:title" content="{title}"><meta property="og:site_name" content="YouTube">
<meta property="og:image" content="https://i.ytimg.com/vi/{video}/hqdefault.jpg"><meta property="og:description" content="{description}">
<link rel="canonical" href="https://www.youtube.com/watch?v={video}"><meta itemprop="datePublished" content="2026-02-20T18:00:00-08:00">
<link rel="alternate" type="application/json+oembed" href="https://www.youtube.com/oembed?format=json&amp;url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D{video}">"#
        ),
        false => String::new(),
    };
    Answer::html(format!(
        r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} - YouTube</title>{meta}</head>
<body dir="ltr"><div id="watch7-content"></div><ytd-app></ytd-app>
<script nonce="x">var ytInitialPlayerResponse = {player};var meta = document.createElement('meta');</script>
<script nonce="x">var ytInitialData = {{"contents":{{}}}};</script>
<div id="footer"><a>About</a> <a>Press</a> <a>Copyright</a> <a>Contact us</a> <a>Creators</a> <a>Advertise</a> <a>Developers</a> <a>Terms</a> <a>Privacy</a> <a>Policy &amp; Safety</a> <a>How YouTube works</a></div>
</body></html>"#
    ))
}

fn title(video: &str) -> &'static str {
    match video {
        "quietWater3" => "An hour of quiet water",
        _ => "An evening on the tide table",
    }
}

fn tracks(video: &str, kind: &str) -> Value {
    let mut track = json!({
        "baseUrl": format!("https://www.youtube.com/api/timedtext?v={video}&caps=asr&kind={kind}&lang=en&signature=00AA"),
        "name": {"simpleText": "English"}, "vssId": ".en", "languageCode": "en", "isTranslatable": true,
    });
    if !kind.is_empty() {
        track["kind"] = json!(kind);
        track["vssId"] = json!("a.en");
    }
    json!([track])
}

/// As XML, or as events of segments with `fmt=json3`. A machine's captions have no capitals and no stops.
fn captions(asked: &Asked) -> Answer {
    if !matches!(asked.query("v").as_deref(), Some("tideTable01" | "machineCap2")) {
        return Answer::new(200, "text/html", "");
    }
    let machine = asked.query("kind").as_deref() == Some("asr");
    let lines =
        SPOKEN.map(|line| if machine { line.to_lowercase().replace('.', "") } else { line.to_owned() });
    if asked.query("fmt").as_deref() == Some("json3") {
        let events: Vec<Value> = lines
            .iter()
            .enumerate()
            .map(|(n, line)| json!({"tStartMs": n * 4000, "dDurationMs": 4000, "segs": [{"utf8": line}]}))
            .collect();
        return Answer::json(&json!({"wireMagic": "pb3", "events": events}));
    }
    let lines: String = lines
        .iter()
        .enumerate()
        .map(|(n, line)| format!("<text start=\"{}\" dur=\"4\">{line}</text>", n * 4))
        .collect();
    let xml = format!("<?xml version=\"1.0\" encoding=\"utf-8\" ?><transcript>{lines}</transcript>");
    Answer::new(200, "text/xml; charset=UTF-8", xml)
}

fn oembed(of: &str) -> Answer {
    let video = of.rsplit(['=', '/']).next().unwrap_or_default();
    match video {
        "botWallYou6" | "consentWal4" | "consentPag5" | "tideTable01" | "machineCap2" | "quietWater3" => {
            Answer::json(&json!({
                "title": title(video), "author_name": "Quay Library", "author_url": "https://www.youtube.com/@quaylibrary",
                "type": "video", "height": 113, "width": 200, "version": "1.0", "provider_name": "YouTube",
                "provider_url": "https://www.youtube.com/", "thumbnail_height": 360, "thumbnail_width": 480,
                "thumbnail_url": format!("https://i.ytimg.com/vi/{video}/hqdefault.jpg"),
                "html": format!("<iframe src=\"https://www.youtube.com/embed/{video}?feature=oembed\"></iframe>"),
            }))
        }
        _ => Answer::new(404, "text/plain", "Not Found"),
    }
}

fn consent() -> Answer {
    Answer::html(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Before you continue to YouTube</title></head>
<body><h1>Before you continue to YouTube</h1>
<p>We use cookies and data to deliver and maintain services, track outages and measure audience engagement.
If you choose to “Accept all”, we will also use cookies and data to develop and improve new services.</p>
<form action="https://consent.youtube.com/save" method="POST"><input type="hidden" name="gl" value="DE"><button>Reject all</button></form>
<form action="https://consent.youtube.com/save" method="POST"><button>Accept all</button></form></body></html>"#,
    )
}
