//! What a post cites is kept; what could not be kept is said, with the reason.

mod press;

use press::web::Answer;
use press::{Post, Press, until, until_within};
use serde_json::{Value, json};
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A post that cites these pages, each in a paragraph of its own.
async fn citing(press: &Press, urls: &[&str]) -> Post {
    let markdown: Vec<String> =
        urls.iter().enumerate().map(|(n, url)| format!("Number {n} is [a page]({url}) somewhere.")).collect();
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let title = format!("Citing {}", NUMBER.fetch_add(1, Ordering::Relaxed));
    press.ida().publishes(&title, &markdown.join("\n\n")).await
}

fn health(source: &Value) -> &str {
    source["captures"][0]["health"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_cited_page_is_kept_with_what_it_needs() {
    let press = Press::start().await;
    let post = citing(&press, &["https://ministry.example/releases/dredging"]).await;
    let source = &post.is_kept().await[0];

    assert_eq!(source["kind"], "source");
    assert_eq!(source["via"], false);
    assert_eq!(source["state"], "alive");
    assert_eq!(health(source), "good");
    assert_eq!(source["captures"][0]["provenance"], "fetched");
    let page = post.shows("Dredging of the outer basin").await;
    page.shows("Ministry of Waterways");

    press.ida().settles("shown", "always").await;
    let copy = press.reader().opens(&press::path_of(source["captures"][0]["url"].as_str().unwrap())).await;
    copy.is(200).shows("The fairway will be narrowed to forty metres").hides("A script ran");
    let copy = press.reader().looks_into(&copy).await;
    copy.is(200).shows("The fairway will be narrowed to forty metres").hides("A script ran");
    for asked in ["/style.css", "/print.css", "/basin.gif", "/crest.gif"] {
        assert_eq!(press.web.times_asked(&format!("https://ministry.example{asked}")), 1, "{asked}");
    }
    for (css, attribute) in [("img", "src"), ("link[rel=stylesheet]", "href")] {
        for address in copy.attributes(css, attribute) {
            let requisite = press.reader().opens(copy.url.join(&address).unwrap().as_str()).await;
            requisite.is(200);
            assert_eq!(requisite.header("x-content-type-options"), "nosniff");
        }
    }
}

#[tokio::test]
async fn the_record_holds_the_bytes_as_they_were_sent() {
    let press = Press::start().await;
    let post = citing(
        &press,
        &["https://ministry.example/releases/dredging", "https://trouble.example/good-chunks"],
    )
    .await;
    for source in post.is_kept().await {
        assert_eq!(health(&source), "good", "{source}");
    }
    let records = all_records(&press.data());
    for exactly in [
        "WARC/1.1\r\n",
        "WARC-Type: request\r\n",
        "WARC-Type: response\r\n",
        "WARC-Target-URI: https://ministry.example/releases/dredging\r\n",
        "WARC-Payload-Digest: sha256:",
        "GET /releases/dredging HTTP/1.1\r\n",
        "\r\nX-Served-By: quay-3\r\n",
        "\r\neTag: \"7-dredging\"\r\n",
        "\r\ntransfer-ENCODING: chunked\r\n",
        "28;note=tide\r\n<title>Chunks</title>",
    ] {
        assert!(records.contains(exactly), "no record holds {exactly:?}");
    }
}

/// Every WARC file below a folder, unpacked and put together.
fn all_records(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            text.push_str(&all_records(&path));
        } else if path.to_string_lossy().ends_with(".warc.gz") {
            let mut bytes = Vec::new();
            flate2::read::MultiGzDecoder::new(std::fs::File::open(&path).unwrap())
                .read_to_end(&mut bytes)
                .expect("gzip");
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}

/// Address, healths that are fair, states that are fair.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

/// One post cites them all, so they are captured side by side.
async fn check(press: &Press, cases: &[Case]) {
    let urls: Vec<&str> = cases.iter().map(|case| case.0).collect();
    let post = citing(press, &urls).await;
    let sources = until_within(Duration::from_secs(120), "every source to be tried", async || {
        let sources = post.sources().await;
        let waiting: Vec<&Value> =
            sources.iter().filter(|s| s["captures"][0].is_null()).map(|s| &s["url"]).collect();
        if waiting.is_empty() { Ok(sources) } else { Err(format!("{waiting:?}")) }
    })
    .await;
    let mut unfair = Vec::new();
    for (url, healths, states) in cases {
        let Some(source) = sources.iter().find(|source| source["url"] == *url) else {
            unfair.push(format!("{url} is no source"));
            continue;
        };
        let state = source["state"].as_str().unwrap_or_default();
        if !healths.contains(&health(source)) || !states.contains(&state) {
            unfair.push(format!("{url}: {} and {state}, not {healths:?} and {states:?}", health(source)));
        }
    }
    assert!(unfair.is_empty(), "{unfair:#?}");
}

#[tokio::test]
async fn a_wall_is_a_wall_and_a_missing_page_is_missing() {
    check(
        &Press::start().await,
        &[
            ("https://library.example/reading-room", &["good"], &["alive"]),
            ("http://ministry.example/notice.txt", &["good"], &["alive"]),
            ("https://trouble.example/404", &["error"], &["gone", "failing"]),
            ("https://trouble.example/410", &["error"], &["gone", "failing"]),
            ("https://trouble.example/soft-404", &["soft_404"], &["gone", "failing"]),
            ("https://trouble.example/401", &["login", "error"], &["blocked"]),
            ("https://trouble.example/403", &["error", "bot_wall", "login"], &["blocked"]),
            ("https://trouble.example/429", &["error", "bot_wall"], &["blocked", "failing"]),
            ("https://trouble.example/500", &["error"], &["failing"]),
            ("https://trouble.example/503", &["error"], &["failing"]),
            ("https://trouble.example/bot-wall", &["bot_wall"], &["blocked"]),
            ("https://trouble.example/bot-wall-200", &["bot_wall"], &["blocked"]),
            ("https://trouble.example/cookie-wall", &["consent_wall"], &["blocked"]),
            ("https://trouble.example/paywall", &["paywall"], &["blocked"]),
            ("https://trouble.example/login", &["login"], &["blocked"]),
            ("https://trouble.example/empty", &["empty"], &["failing", "blocked"]),
            ("https://trouble.example/shell", &["empty"], &["failing", "blocked"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_broken_or_lying_server_never_counts_as_success() {
    let press = Press::start().await;
    const BROKEN: &[&str] = &["error", "unreachable", "empty", "too_large"];
    const DOWN: &[&str] = &["failing", "blocked"];
    check(
        &press,
        &[
            ("http://trouble.example/cut", BROKEN, DOWN),
            ("http://trouble.example/bad-chunks", BROKEN, DOWN),
            ("http://trouble.example/garbage", BROKEN, DOWN),
            ("http://trouble.example/nothing", BROKEN, DOWN),
            ("http://trouble.example/huge-headers", BROKEN, DOWN),
            ("http://trouble.example/no-location", BROKEN, DOWN),
            ("http://trouble.example/loop", BROKEN, DOWN),
            ("http://trouble.example/itself", BROKEN, DOWN),
            ("http://trouble.example/far", BROKEN, DOWN),
            ("http://trouble.example/too-large", &["too_large"], DOWN),
            ("http://trouble.example/bomb", &["too_large"], DOWN),
            ("https://unknown-authority.example/404", &["unreachable"], DOWN),
            ("https://wrong-name.example/404", &["unreachable"], DOWN),
            ("https://expired.example/404", &["unreachable"], DOWN),
            ("http://trouble.example/good-chunks", &["good"], &["alive"]),
            (
                "http://trouble.example/longer-than-said",
                &["good", "empty", "error"],
                &["alive", "failing", "blocked"],
            ),
            ("http://trouble.example/old-charset", &["good"], &["alive"]),
            (
                "http://trouble.example/wrong-type",
                &["good", "empty", "error"],
                &["alive", "failing", "blocked"],
            ),
            ("http://trouble.example/split-header", &["good"], &["alive"]),
        ],
    )
    .await;
    press.reader().opens("/health").await.is(200);
}

/// Sixty seconds are the limit, so this story lasts about as long; its three captures wait side by side.
#[tokio::test]
async fn a_slow_or_endless_server_is_left_in_time() {
    let press = Press::start().await;
    const LEFT: &[&str] = &["unreachable", "error", "too_large"];
    check(
        &press,
        &[
            ("http://trouble.example/slow", LEFT, &["failing", "blocked"]),
            ("http://trouble.example/silent", LEFT, &["failing", "blocked"]),
            ("http://trouble.example/endless", &["too_large"], &["failing", "blocked"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_guarded_door_opens_to_the_open_web_only() {
    let press = Press::start().await;
    const REFUSED: &[&str] = &["refused"];
    const STATES: &[&str] = &["failing", "blocked"];
    check(
        &press,
        &[
            ("http://trouble.example/to-loopback", REFUSED, STATES),
            ("http://trouble.example/to-metadata", REFUSED, STATES),
            ("http://trouble.example/to-ipv6", REFUSED, STATES),
            ("http://trouble.example/to-mapped", REFUSED, STATES),
            ("http://trouble.example/to-decimal", REFUSED, STATES),
            ("http://trouble.example/to-private", REFUSED, STATES),
            ("http://trouble.example/to-file", REFUSED, STATES),
            ("http://trouble.example/to-script", REFUSED, STATES),
            ("http://trouble.example/to-port", REFUSED, STATES),
            ("http://trouble.example/to-password", REFUSED, STATES),
            ("http://[::1]/", REFUSED, STATES),
            ("http://169.254.169.254/latest/meta-data/", REFUSED, STATES),
            ("http://192.168.1.1/", REFUSED, STATES),
            ("http://[fd00::1]/", REFUSED, STATES),
        ],
    )
    .await;
    let reached: Vec<String> = press.web.asked().into_iter().map(|asked| asked.host).collect();
    let forbidden = |host: &&String| host.starts_with(|c: char| c.is_ascii_digit() || c == '[');
    assert_eq!(reached.iter().find(forbidden), None, "the guard let it through");
}

#[tokio::test]
async fn a_page_cited_twice_is_one_source() {
    let press = Press::start().await;
    let one = citing(&press, &["https://library.example/reading-room"]).await;
    one.is_kept().await;
    let two =
        citing(&press, &["HTTPS://Library.Example:443/reading-room?utm_source=post&fbclid=abc#lamps"]).await;
    let (one, two) = (one.is_kept().await, two.is_kept().await);
    assert_eq!(one[0]["id"], two[0]["id"], "{one:?} {two:?}");
    assert_eq!(two[0]["url"], "https://library.example/reading-room");
    let register = press.api().get("/api/v1/sources").await.is(200).items();
    assert_eq!(register.len(), 1, "{register:?}");
}

#[tokio::test]
async fn sources_merge_on_what_was_seen_and_on_nothing_else() {
    let press = Press::start().await;
    let post = citing(
        &press,
        &[
            "https://ministry.example/go/dredging",
            "https://ministry.example/press/2026/dredging.html",
            "https://ministry.example/releases/dredging",
            "https://library.example/room",
            "https://www.library.example/room",
            "https://library.example/claims",
            "https://ferry.example/night",
        ],
    )
    .await;
    // The redirect, the two canonical links that name each other; not the one that names a stranger.
    let urls = until("seven links to become four sources", async || {
        let mut urls: Vec<String> =
            post.sources().await.iter().map(|s| s["url"].as_str().unwrap().to_owned()).collect();
        urls.sort();
        urls.dedup();
        if urls.len() == 4 { Ok(urls) } else { Err(format!("{urls:#?}")) }
    })
    .await;
    assert!(urls.contains(&"https://ministry.example/releases/dredging".to_owned()), "{urls:?}");
    assert!(urls.contains(&"https://library.example/claims".to_owned()), "{urls:?}");
    assert!(urls.contains(&"https://ferry.example/night".to_owned()), "{urls:?}");
}

#[tokio::test]
async fn a_channel_post_is_read_where_its_text_is() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "Ice",
            "The office wrote that “the pilot boat goes out again from tomorrow morning” [on its channel](https://t.me/harbourmaster/421).\n\n\
             Another post [is gone](https://t.me/harbourmaster/419).\n\nAll of it is [on the channel](https://t.me/harbourmaster).",
        )
        .await;
    post.is_judged(&["verbatim"]).await;
    let sources = post.is_kept().await;
    let by =
        |url: &str| sources.iter().find(|s| s["url"] == url).unwrap_or_else(|| panic!("{url}: {sources:#?}"));
    assert_eq!(
        (health(by("https://t.me/harbourmaster/421")), &by("https://t.me/harbourmaster/421")["state"]),
        ("good", &json!("alive"))
    );
    let deleted = by("https://t.me/harbourmaster/419");
    assert!(matches!(health(deleted), "soft_404" | "error"), "{deleted}");
    assert!(matches!(deleted["state"].as_str(), Some("failing" | "gone")), "{deleted}");
    assert_eq!(by("https://t.me/harbourmaster")["kind"], "pointer");
    assert!(press.web.asked().iter().any(|asked| asked.target == "/harbourmaster/421?embed=1&mode=tme"));

    // Each look is counted on the page; that is no change of the source.
    let id = by("https://t.me/harbourmaster/421")["id"].as_str().unwrap().to_owned();
    press.command(&["sources", "capture", &id]).run().await.succeeds();
    until("a second copy", async || {
        let source = post.sources().await.into_iter().find(|s| s["id"] == id.as_str()).unwrap();
        let (copies, state) = (source["captures"].as_array().unwrap().len(), source["state"].clone());
        if copies == 2 && state == "alive" { Ok(()) } else { Err(source.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn a_video_is_read_by_its_captions_or_not_at_all() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "An evening",
            "She said that “a tide table is a promise that the moon has to keep” [in the library](https://www.youtube.com/watch?v=tideTable01).\n\n\
             He said that “the water was quiet for an hour” [in his film](https://youtu.be/quietWater3).\n\n\
             They said that “nothing of this was recorded there” [elsewhere](https://www.youtube.com/watch?v=consentWal4).\n\n\
             https://www.youtube.com/watch?v=tideTable01",
        )
        .await;
    post.is_judged(&["verbatim", "no_text", "source_unavailable"]).await;
    post.shows("An evening on the tide table").await.shows("Quay Library");

    check(
        &press,
        &[
            ("https://www.youtube.com/watch?v=tideTable01", &["good"], &["alive"]),
            ("https://www.youtube.com/watch?v=consentWal4", &["consent_wall"], &["blocked"]),
            ("https://www.youtube.com/watch?v=consentPag5", &["consent_wall"], &["blocked"]),
            ("https://www.youtube.com/watch?v=botWallYou6", &["bot_wall"], &["blocked"]),
            ("https://www.youtube.com/watch?v=removedVid7", &["soft_404", "error"], &["gone", "failing"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_machines_captions_never_accuse() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "An evening",
            "She said that “a tide table is the promise which the moon has to keep” [in the library](https://www.youtube.com/watch?v=machineCap2).",
        )
        .await;
    let quotation = &post.is_judged(&["altered"]).await[0];
    assert_eq!(quotation["material"], false, "{quotation}");
}

#[tokio::test]
async fn a_programme_is_read_by_the_captions_in_its_own_data() {
    let press = Press::start().await;
    const OPEN: &str =
        "https://www.c-span.org/program/public-affairs-event/harbour-commission-hearing/660118";
    const WALLED: &str =
        "https://www.c-span.org/program/public-affairs-event/harbour-commission-hearing/660119";
    const MUTE: &str =
        "https://www.c-span.org/program/public-affairs-event/harbour-commission-hearing/660120";
    let post = press
        .ida()
        .publishes(
            "The hearing",
            &format!(
                "Moreau said that “the fairway stays open through the whole of the work” [at the hearing]({OPEN}).\n\n\
                 Reed said that “then I have no further questions” [behind a wall]({WALLED}).\n\n\
                 Reed said that “the ferries carry nine hundred people a day” [without captions]({MUTE})."
            ),
        )
        .await;
    let quotations = until("verdicts", async || {
        let quotations = post.quotations().await;
        let said: Vec<String> =
            quotations.iter().map(|q| q["verdict"].as_str().unwrap_or_default().to_owned()).collect();
        if said.len() == 3
            && said[1] == "source_unavailable"
            && said[2] == "no_text"
            && matches!(said[0].as_str(), "verbatim" | "altered")
        {
            Ok(quotations)
        } else {
            Err(format!("{quotations:#?}"))
        }
    })
    .await;
    assert!(matches!(quotations[0]["verdict"].as_str(), Some("verbatim" | "altered")), "{}", quotations[0]);
    assert_eq!(quotations[0]["material"], false);
    check(
        &press,
        &[
            (OPEN, &["good"], &["alive"]),
            (WALLED, &["bot_wall"], &["blocked"]),
            (MUTE, &["good"], &["alive"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_newsletters_post_is_a_source_and_its_home_a_pointer() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "Slack water",
            "The keeper said “You learn to hear it” and more [in her letter](https://tidenotes.substack.com/p/the-slack-hour).\n\n\
             She writes that “the river does nothing at all” [there](https://tidenotes.substack.com/p/the-slack-hour).\n\n\
             More is [at her letters](https://tidenotes.substack.com/?utm_source=share) and [for subscribers](https://tidenotes.substack.com/p/for-subscribers).",
        )
        .await;
    let sources = post.is_kept().await;
    let by =
        |url: &str| sources.iter().find(|s| s["url"] == url).unwrap_or_else(|| panic!("{url}: {sources:#?}"));
    assert_eq!(health(by("https://tidenotes.substack.com/p/the-slack-hour")), "good");
    assert_eq!(by("https://tidenotes.substack.com/")["kind"], "pointer");
    let walled = by("https://tidenotes.substack.com/p/for-subscribers");
    assert_eq!((health(walled), &walled["state"]), ("paywall", &json!("blocked")));
}

#[tokio::test]
async fn a_source_that_changes_or_dies_is_noticed_at_the_next_look() {
    let press = Press::start().await;
    const URL: &str = "https://library.example/reading-room";
    let post = citing(&press, &[URL]).await;
    post.is_kept().await;
    let state = async |wanted: &str| {
        until(&format!("the state {wanted}"), async || {
            let source = post.sources().await.remove(0);
            if source["state"] == wanted { Ok(()) } else { Err(source.to_string()) }
        })
        .await;
    };
    state("alive").await;

    press.web.serves(
        URL,
        Answer::page(
            "The reading room",
            "<p>The reading room is closed for the summer, and the umbrellas are lent by the ferry.</p>",
        ),
    );
    press.command(&["sources", "capture", URL]).run().await.succeeds();
    state("changed").await;

    // One failure may be an accident; three of them, days apart, are none.
    press.web.serves(URL, Answer::not_found().status(410));
    press.command(&["sources", "capture", URL]).run().await;
    state("failing").await;
    for days in [4, 8] {
        let later = (days * 24 * 3600).to_string();
        press.command(&["sources", "capture", URL]).with("IBID_CLOCK", &format!("+{later}")).run().await;
    }
    state("gone").await;
    post.shows("gone").await;
    let captures = post.sources().await[0]["captures"].as_array().unwrap().clone();
    assert_eq!(captures.iter().filter(|c| c["health"] == "good").count(), 2, "what was kept stays kept");
}

#[tokio::test]
async fn a_kept_copy_is_harmless() {
    let press = Press::start().await;
    let post = citing(&press, &["https://hostile.example/page"]).await;
    let source = &post.is_kept().await[0];
    assert_eq!(health(source), "good", "{source}");
    let path = press::path_of(source["captures"][0]["url"].as_str().unwrap());
    let asked_before = press.web.asked().len();
    press.ida().settles("shown", "always").await;

    let ours = press.reader().opens(&path).await;
    assert_eq!(ours.attributes("iframe", "sandbox"), ["allow-top-navigation-by-user-activation"]);
    assert_eq!(ours.pick("script"), [""; 0]);
    let copy = press.reader().looks_into(&ours).await;
    copy.is(200).shows("The lamps along the quay are lit by hand");
    let html = copy.html();
    for harm in [
        "alert(1)",
        "A script ran",
        "onload",
        "onclick",
        "onerror",
        "<script",
        "javascript:",
        "http-equiv=\"refresh\"",
        "srcdoc",
        "outside.example/leak",
    ] {
        assert!(!html.contains(harm), "the copy holds {harm}:\n{html}");
    }
    let policy = copy.header("content-security-policy");
    assert!(
        policy.contains("sandbox")
            && !policy.contains("allow-scripts")
            && !policy.contains("allow-same-origin"),
        "{policy}"
    );
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("ws:") && !policy.contains("https:"),
        "{policy}"
    );
    assert_eq!(copy.header("set-cookie"), "");
    let pictures = copy.attributes("img", "src");
    assert_eq!(pictures.len(), 3, "picture, drawing and what stood for the film are held: {pictures:?}");

    for address in [copy.attributes("img", "src"), copy.attributes("link[rel=stylesheet]", "href")].concat() {
        let url = copy.url.join(&address).unwrap();
        assert_eq!(url.host_str(), copy.url.host_str(), "{address}");
        let requisite = press.reader().opens(url.as_str()).await;
        assert!(!requisite.header("content-type").contains("script"), "{address}");
        assert!(!requisite.html().contains("outside.example"), "{address}: {}", requisite.html());
    }
    assert_eq!(press.web.asked().len(), asked_before, "a kept copy asks nobody anything");
}

#[tokio::test]
async fn a_kept_copy_highlights_only_what_it_holds() {
    let press = Press::start().await;
    let post = citing(&press, &["https://library.example/reading-room"]).await;
    let source = &post.is_kept().await[0];
    let path = press::path_of(source["captures"][0]["url"].as_str().unwrap());
    press.ida().settles("shown", "always").await;

    let found =
        press.reader().opens(&format!("{path}?text=The+lamps+are+turned+low+at+half+past+nine")).await;
    assert_eq!(found.pick("mark").join(" "), "The lamps are turned low at half past nine");
    let framed = press.reader().looks_into(&found).await;
    assert_eq!(framed.pick("mark#found").join(" "), "The lamps are turned low at half past nine");
    let invented = press
        .reader()
        .opens(&format!("{path}?text=The+lamps+are+%3Cb%3Enever%3C/b%3E+turned+low+again"))
        .await;
    assert_eq!(invented.is(200).pick("mark"), [""; 0]);
    invented.hides("never");
    let framed = press.reader().looks_into(&invented).await;
    assert_eq!(framed.is(200).pick("mark"), [""; 0]);
}

#[tokio::test]
async fn readers_see_as_much_of_a_copy_as_the_publication_says() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "Lamps",
            "The rules say that “the lamps are turned low at half past nine” [there](https://library.example/reading-room).",
        )
        .await;
    post.is_judged(&["verbatim"]).await;
    let source = post.is_kept().await.remove(0);
    let path = press::path_of(source["captures"][0]["url"].as_str().unwrap());

    // The original is alive: what is quoted, and what stands around it.
    let passages = press.reader().opens(&format!("{path}?text=lamps+are+turned+low+at+half+past+nine")).await;
    passages.is(200).shows("The lamps are turned low at half past nine");
    assert_eq!(passages.attributes("iframe", "src"), [""; 0]);
    assert_eq!(passages.pick("mark").len(), 1, "{}", passages.html());
    press.reader().opens(&format!("{path}/page")).await.is(404);
    let desk = press.ida().signs_in().await;
    let whole = desk.opens(&path).await;
    whole.is(200).shows("Readers see only the quoted passages");
    desk.looks_into(&whole).await.is(200);

    press.web.serves("https://library.example/reading-room", Answer::not_found().status(410));
    press.command(&["sources", "capture", "https://library.example/reading-room"]).run().await;
    until("the whole copy to be shown", async || {
        let page = press.reader().opens(&path).await;
        if page.attributes("iframe", "src").is_empty() { Err(page.text()) } else { Ok(()) }
    })
    .await;
    press.ida().settles("shown", "desk").await;
    press.reader().opens(&path).await.is(404);
    press.reader().opens(&format!("{path}/page")).await.is(404);
    desk.opens(&path).await.is(200);
}

#[tokio::test]
async fn what_no_published_post_cites_is_not_shown() {
    let press = Press::start().await;
    let draft = press.ida().drafts("Not yet", "See [the room](https://library.example/reading-room).").await;
    let source = draft.is_kept().await.remove(0);
    let id = source["id"].as_str().unwrap();
    let copy = press::path_of(source["captures"][0]["url"].as_str().unwrap());

    for path in [format!("/sources/{id}"), copy.clone()] {
        press.reader().opens(&path).await.is(404);
    }
    press.api().get(&format!("/api/v1/sources/{id}")).await.problem(404);
    press.api().get(&format!("/api/v1/posts/{}/sources", draft.id)).await.problem(404);
    assert!(press.api().get("/api/v1/sources").await.is(200).items().is_empty());
    press.reader().opens("/sources").await.is(200).hides("library.example");

    draft.rewrites(json!({"status": "published"})).await;
    until("the source to be shown", async || {
        let page = press.reader().opens(&format!("/sources/{id}")).await;
        if page.status == 200 { Ok(()) } else { Err(page.text()) }
    })
    .await;
    press.reader().opens(&copy).await.is(200);
    press.reader().opens("/sources").await.shows("The reading room");
}

#[tokio::test]
async fn a_copy_from_a_private_network_stays_in_the_desk() {
    let press = Press::start().await;
    let address = format!("http://{}/notice", press.web.address);
    press.web.serves(
        &address,
        Answer::page(
            "Notice on the wall",
            "<p>The meeting of the harbour board is on Thursday, in the net loft.</p>",
        ),
    );
    let post = citing(&press, &[&address]).await;
    let source = post.is_kept().await.remove(0);
    assert_eq!(health(&source), "good", "{source}");
    let copy = press::path_of(source["captures"][0]["url"].as_str().unwrap());
    press.reader().opens(&copy).await.is(404);
    let desk = press.ida().signs_in().await;
    let page = desk.opens(&copy).await;
    page.is(200).shows("in the net loft");
    desk.looks_into(&page).await.is(200).shows("in the net loft");
}

/// One page, one font, and these words on two lines.
fn pdf(one: &str, two: &str) -> Vec<u8> {
    let contents = format!("BT /F1 12 Tf 14 TL 72 720 Td ({one}) Tj T* ({two}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{contents}\nendstream", contents.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Title (Notice to mariners) /Author (Harbour Office) >>".to_owned(),
    ];
    let objects =
        objects.iter().enumerate().map(|(n, object)| format!("{} 0 obj\n{object}\nendobj\n", n + 1));
    let objects: String = objects.collect();
    format!("%PDF-1.4\n{objects}trailer << /Root 1 0 R /Info 6 0 R >>\n%%EOF\n").into_bytes()
}

#[tokio::test]
async fn a_pdf_is_read_and_handed_over_inert() {
    let press = Press::start().await;
    let url = "https://notices.example/14-26.pdf";
    let bytes = pdf("The light on the north mole shows two", "white flashes every ten seconds.");
    press.web.serves(url, Answer::new(200, "application/pdf", bytes.clone()));
    let words = "The light on the north mole shows two white flashes every ten seconds";
    let post = press.ida().publishes("The light", &format!("The notice [says]({url}): “{words}.”")).await;
    post.is_judged(&["verbatim"]).await;
    let source = post.sources().await.remove(0);
    assert_eq!((health(&source), source["state"].as_str()), ("good", Some("alive")));
    post.shows("Notice to mariners").await;
    press.ida().settles("shown", "always").await;
    let reader = press.reader();
    let path = press::path_of(source["captures"][0]["url"].as_str().unwrap());
    let copy = reader.opens(&format!("{path}?text=two+white+flashes")).await;
    copy.is(200).shows("Notice to mariners").shows("Harbour Office").shows(words);
    assert_eq!(copy.pick("mark"), ["two white flashes"]);
    let file = reader.opens(&copy.attributes(".file a", "href").remove(0)).await;
    file.is(200);
    assert_eq!(file.body, bytes);
    assert_eq!(file.header("content-disposition"), "attachment");
    assert!(file.header("content-security-policy").starts_with("sandbox"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_server_that_is_overrun_is_asked_again_within_the_hour() {
    const PAGE: &str = "https://overrun.example/minutes";
    let mut press = Press::start().await;
    press.web.serves(PAGE, Answer::page("Busy", "<p>Come back later.</p>").status(503));
    let post = citing(&press, &[PAGE]).await;
    assert_eq!(health(&post.is_kept().await[0]), "error");
    let work = press.ida().signs_in().await.opens("/desk/work").await;
    work.is(200).shows("Keep a copy of");

    press.web.serves(
        PAGE,
        Answer::page("Minutes", "<p>The bridge is to be painted before the summer, said the clerk.</p>"),
    );
    press.is_stopped().await;
    press.set("IBID_CLOCK", "+90");
    press.starts().await;
    let (api, sources) = (press.ida().api(), format!("/api/v1/posts/{}/sources", post.id));
    until("the second try", async || {
        let told = api.get(&sources).await.is(200).json();
        if health(&told["items"][0]) == "good" { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
    until("nothing more to be tried", async || {
        let work = press.ida().signs_in().await.opens("/desk/work").await.text();
        if work.contains("Keep a copy of") { Err(work) } else { Ok(()) }
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_stops_copies_and_nothing_else() {
    let mut press = Press::prepare().await.with("IBID_DISK_FREE", "3").start().await;
    let post = citing(&press, &["https://ministry.example/releases/dredging"]).await;
    post.page().await.is(200).shows("somewhere.");
    until("the desk to say what is wanting", async || {
        let work = press.ida().signs_in().await.opens("/desk/work").await.text();
        if work.contains("only 3.0 % of the disk") { Ok(()) } else { Err(work) }
    })
    .await;
    let doctor = press.command(&["doctor"]).run().await;
    assert_eq!(doctor.status, Some(1), "{doctor:?}");
    assert!(doctor.stdout.contains("Less than 5 % of the disk is free"), "{doctor:?}");

    // Once there is room again, nothing has to be asked for twice.
    press.is_stopped().await;
    press.set("IBID_DISK_FREE", "50");
    press.set("IBID_CLOCK", "+7200");
    press.starts().await;
    let (api, sources) = (press.ida().api(), format!("/api/v1/posts/{}/sources", post.id));
    until("a copy", async || {
        let told = api.get(&sources).await.is(200).json();
        if health(&told["items"][0]) == "good" { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
}
