//! Pages of known sites and unknown, as they come over the wire, and what is read from them.

use super::*;

fn page(url: &str, body: &str) -> Fetched {
    let headers = vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())];
    Fetched { url: url.into(), status: 200, headers, body: body.into() }
}

fn json(url: &str, body: &str) -> Fetched {
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    Fetched { url: url.into(), status: 200, headers, body: body.into() }
}

fn addresses(extras: &[Extra]) -> Vec<&str> {
    extras.iter().map(|extra| extra.url.as_str()).collect()
}

/// Title, author, date, text.
fn check(reading: &Reading, kind: TextKind, expected: [&str; 4]) {
    let said = [&reading.title, &reading.author, &reading.said_at, &reading.text];
    assert_eq!((reading.text_kind, said.map(String::as_str)), (kind, expected));
}

#[test]
fn any_page_is_read() {
    let page = page(
        "https://quay.example/log?x=1",
        "<html lang=en-GB><title>Night log</title><link rel=canonical href=/log><nav><a>Home</a></nav><p>The gate was <b>closed</b> at nine.",
    );
    let reading = read(&page.url, &page, &[]);
    check(&reading, TextKind::Page, ["Night log", "", "", "Home\nThe gate was closed at nine."]);
    assert_eq!((reading.language.as_str(), reading.charset.as_str()), ("en-GB", "UTF-8"));
    assert_eq!(reading.canonical.as_deref(), Some("https://quay.example/log"));
    assert_eq!(extras(&page.url, Some(&page)), []);
}

#[test]
fn plain_text_is_read_and_pictures_are_not() {
    let mut text = page(
        "https://quay.example/notice.txt",
        "\u{feff}NOTICE 14/26\r\n\r\nThe light  shows\ttwo flashes. \r\n",
    );
    text.headers[0].1 = "Text/Plain".into();
    check(
        &read(&text.url, &text, &[]),
        TextKind::Page,
        ["NOTICE 14/26", "", "", "NOTICE 14/26\n\nThe light  shows\ttwo flashes."],
    );
    for kind in ["image/png", "application/pdf", "text/javascript", "text/css", "application/json"] {
        text.headers[0].1 = kind.into();
        check(&read(&text.url, &text, &[]), TextKind::None, [""; 4]);
    }
    let empty = page("https://quay.example/", "<title>Quay</title><script>write()</script>");
    check(&read(&empty.url, &empty, &[]), TextKind::None, ["Quay", "", "", ""]);
}

const POST: &str = r#"<div class="tgme_widget_message js-widget_message" data-post="harbour/7">
<div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name" href="https://t.me/harbour"><span dir="auto">Harbour Office</span></a></div>
<a class="tgme_widget_message_reply" href="https://t.me/harbour/6"><div class="tgme_widget_message_text js-message_reply_text">The older post</div><time datetime="2020-01-01T00:00:00+00:00"></time></a>
<a class="tgme_widget_message_photo_wrap" style="width:800px;background-image:url('https://cdn4.telesco.pe/file/ice.jpg')"></a>
<div class="tgme_widget_message_text js-message_text" dir="auto"><i class="emoji" style="background:url('//telegram.org/img/e.png')"><b>⚓️</b></i> The ice has <b>left</b>.<br/><br/>Boats &amp; ferries go out.<div class="js-message_text">Inner.</div></div>
<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">1.2K</span> views <a class="tgme_widget_message_date" href="https://t.me/harbour/7"><time datetime="2026-03-16T07:40:00+00:00">07:40</time></a></div></div>"#;

#[test]
fn a_channel_post_is_read_from_its_embed_form() {
    let shell = page(
        "https://t.me/harbour/7",
        "<title>Telegram: View @harbour</title><meta property=og:title content='Harbour'><meta property=og:description content='The ice…'>2 413 subscribers",
    );
    let wanted = extras(&shell.url, None);
    assert_eq!(addresses(&wanted), ["https://t.me/harbour/7?embed=1&mode=tme"]);
    let form = page(&wanted[0].url, POST);
    assert_eq!(more(&shell.url, Some(&shell), std::slice::from_ref(&form)), []);
    let reading = read(&shell.url, &shell, std::slice::from_ref(&form));
    check(
        &reading,
        TextKind::Post,
        [
            "⚓️ The ice has left.",
            "Harbour Office",
            "2026-03-16T07:40:00+00:00",
            "⚓️ The ice has left.\nBoats & ferries go out.\nInner.",
        ],
    );
    assert_eq!(
        (reading.site.as_str(), reading.picture.as_str()),
        ("Telegram", "https://cdn4.telesco.pe/file/ice.jpg")
    );
    assert!(reading.shown.contains("subscribers") && !reading.facts.deleted);
    // Without its form a post has no text: the shell's words are not it.
    check(&read(&shell.url, &shell, &[]), TextKind::None, ["Harbour", "Harbour", "", ""]);
}

#[test]
fn a_deleted_post_says_so() {
    let shell = page("https://t.me/harbour/7", "<title>Telegram: View @harbour</title>");
    for gone in [
        "<div class='tgme_widget_message'><div class=tgme_widget_message_error>Post not found</div></div>",
        "<div class='tgme_widget_message err_message'>Post not found</div>",
    ] {
        let form = page("https://t.me/harbour/7?embed=1&mode=tme", gone);
        let facts = read(&shell.url, &shell, &[form]).facts;
        assert_eq!((facts.deleted, facts.said.as_str()), (true, "Post not found"));
    }
}

#[test]
fn only_posts_of_channels_are_taken_for_such() {
    for (url, post) in [
        ("https://t.me/s/harbour/7?before=9", true),
        ("https://telegram.me/harbour/12/7", true),
        ("https://t.me/harbour", false),
        ("https://t.me/c/1234/7", false),
        ("https://t.me/joinchat/7", false),
        ("https://nott.me/harbour/7", false),
        ("https://t.me/harbour/7?embed=1&mode=tme", false),
    ] {
        assert_eq!(extras(url, None).len(), usize::from(post), "{url}");
    }
}

fn watch(player: &str) -> Fetched {
    let body = format!(
        "<html lang=en><title>Evening - YouTube</title><meta property=og:title content=Evening><meta property=og:image content=https://i.ytimg.com/a.jpg>\
         <script>var ytInitialPlayerResponse = {player};var x = 'ytInitialPlayerResponse = {{';</script><div id=footer>About Press</div>"
    );
    page("https://www.youtube.com/watch?v=tideTable01", &body)
}

const TRACKS: &str = r#"{"playabilityStatus":{"status":"OK"},"videoDetails":{"title":"An evening","author":"Quay Library"},
"microformat":{"playerMicroformatRenderer":{"publishDate":"2026-02-20T18:00:00-08:00"}},
"captions":{"playerCaptionsTracklistRenderer":{"captionTracks":[
{"baseUrl":"/api/timedtext?v=x\u0026lang=de","languageCode":"de"},
{"baseUrl":"/api/timedtext?v=x\u0026kind=asr\u0026lang=en","languageCode":"en","kind":"asr"},
{"baseUrl":"/api/timedtext?v=x\u0026lang=en-GB","languageCode":"en-GB"}]}}}"#;

#[test]
fn a_video_is_read_by_the_captions_a_person_wrote() {
    let page = watch(TRACKS);
    let wanted = extras("https://youtu.be/tideTable01", Some(&page));
    assert_eq!(
        addresses(&wanted),
        [
            "https://www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DtideTable01&format=json",
            "https://www.youtube.com/api/timedtext?v=x&lang=en-GB&fmt=json3",
        ]
    );
    let captions = json(
        &wanted[1].url,
        r#"{"events":[{"tStartMs":1200,"dDurationMs":900,"segs":[{"utf8":"The moon has to keep it."}]}]}"#,
    );
    let reading = read("https://youtu.be/tideTable01", &page, &[captions]);
    check(
        &reading,
        TextKind::Captions,
        ["An evening", "Quay Library", "2026-02-20T18:00:00-08:00", "The moon has to keep it."],
    );
    assert_eq!(
        (reading.language.as_str(), reading.facts.video, &*reading.facts.times),
        ("en-GB", true, &[(0, 1200)][..])
    );

    // A track that is silent in one form is asked for in the other.
    let silent = json(&wanted[1].url, "");
    let oembed = json(&wanted[0].url, "{}");
    let again = more("https://youtu.be/tideTable01", Some(&page), &[silent.clone(), oembed.clone()]);
    assert_eq!(addresses(&again), ["https://www.youtube.com/api/timedtext?v=x&lang=en-GB"]);
    let xml =
        json(&again[0].url, "<transcript><text start='1.2' dur='2'>It&amp;#39;s kept.</text></transcript>");
    let got = [silent, oembed, xml];
    assert_eq!(read("https://youtu.be/tideTable01", &page, &got).text, "It's kept.");
    assert_eq!(more("https://youtu.be/tideTable01", Some(&page), &got), []);
}

#[test]
fn a_video_without_captions_has_no_text() {
    let page = watch(r#"{"playabilityStatus":{"status":"OK"}}"#);
    let reading = read(&page.url, &page, &[]);
    check(&reading, TextKind::None, ["Evening", "", "", ""]);
    assert!(reading.facts.video && reading.facts.wall.is_none() && !reading.facts.deleted);
    let machine = watch(
        r#"{"captions":{"playerCaptionsTracklistRenderer":{"captionTracks":[{"baseUrl":"https://www.youtube.com/t?a=1","kind":"asr","languageCode":"en"}]}}}"#,
    );
    let captions =
        json("https://www.youtube.com/t?a=1&fmt=json3", r#"{"events":[{"segs":[{"utf8":"it is kept"}]}]}"#);
    assert_eq!(read(&machine.url, &machine, &[captions]).text_kind, TextKind::MachineCaptions);
    let lured = watch(
        r#"{"captions":{"playerCaptionsTracklistRenderer":{"captionTracks":[{"baseUrl":"https://outside.example/t"}]}}}"#,
    );
    assert_eq!(extras(&lured.url, Some(&lured)).len(), 1);
}

#[test]
fn what_stands_before_a_video_is_said() {
    let told = |player: &str| read("https://youtu.be/tideTable01", &watch(player), &[]).facts;
    let bot = told(
        r#"{"playabilityStatus":{"status":"LOGIN_REQUIRED","reason":"Sign in to confirm you’re not a bot"}}"#,
    );
    assert_eq!((bot.wall, bot.said.as_str()), (Some(Health::BotWall), "Sign in to confirm you’re not a bot"));
    let age =
        told(r#"{"playabilityStatus":{"status":"LOGIN_REQUIRED","reason":"Sign in to confirm your age"}}"#);
    assert_eq!(age.wall, Some(Health::Login));
    assert!(told(r#"{"playabilityStatus":{"status":"ERROR","reason":"Video unavailable"}}"#).deleted);

    let consent = page(
        "https://consent.youtube.com/m?continue=x",
        "<title>Before you continue to YouTube</title><form action=https://consent.youtube.com/save>",
    );
    let card = json(
        "https://www.youtube.com/oembed?url=x",
        r#"{"title":"An evening","author_name":"Quay Library"}"#,
    );
    let reading = read("https://www.youtube.com/watch?v=tideTable01", &consent, &[card]);
    assert_eq!((reading.facts.wall, reading.title.as_str()), (Some(Health::ConsentWall), "An evening"));
}

#[test]
fn a_programme_is_read_by_its_captions() {
    let page = page(
        "https://www.c-span.org/program/public-affairs-event/harbour-hearing/660118",
        "<title>Harbour Hearing | C-SPAN.org</title><time datetime=2026-03-10>March 10</time><script type=application/json>{\"transcript\":[]}</script>",
    );
    let wanted = extras("https://www.c-span.org/video/?660118-1/harbour", Some(&page));
    assert_eq!(
        addresses(&wanted),
        [
            "https://www.c-span.org/common/services/transcript/?videoId=660118&videoType=program&mentionId=&transcriptType=cc&transcriptQuery="
        ]
    );
    let parts = r#"{"parts":[{"speakername":"ANNA MOREAU","offset":"00:00:12","text":"THE FAIRWAY\nSTAYS OPEN."},
        {"speakername":"ANNA MOREAU","offset":"00:01:00","text":"ALL SUMMER."},{"cc_name":"TOMAS REED","speakername":null,"offset":"-1:00:00","text":"THANK YOU."},{"text":null}]}"#;
    let reading = read(&page.url, &page, &[json(&wanted[0].url, parts)]);
    check(
        &reading,
        TextKind::MachineCaptions,
        [
            "Harbour Hearing",
            "",
            "2026-03-10",
            "ANNA MOREAU: THE FAIRWAY STAYS OPEN.\nALL SUMMER.\nTOMAS REED: THANK YOU.",
        ],
    );
    assert_eq!(reading.facts.times, [(13, 12_000), (37, 60_000), (61, 0)]);
    let mute = read(&page.url, &page, &[json(&wanted[0].url, "")]);
    assert_eq!((mute.text_kind, mute.facts.video), (TextKind::None, true));
    assert_eq!(extras("https://www.c-span.org/about", None), []);
}

#[test]
fn a_newsletters_post_is_read_without_what_surrounds_it() {
    let post = |wall: &str| {
        page(
            "https://tides.substack.com/p/slack",
            &format!(
                "<title>Slack - by Karin Holt - Tides</title><meta property=og:title content=Slack><meta name=author content='Karin Holt'>\
                 <nav>Subscribe</nav><article><div class=post-header><h1 class='post-title published'>Slack</h1></div>\
                 <div class=available-content><div class='body markup'><p>The river rests.</p></div></div>{wall}</article><div>Comments: I heard it.</div>"
            ),
        )
    };
    let open = read("https://tides.substack.com/p/slack", &post(""), &[]);
    check(&open, TextKind::Page, ["Slack", "Karin Holt", "", "Slack\nThe river rests."]);
    assert_eq!((open.site.as_str(), open.facts.wall), ("Tides", None));
    let walled = read(
        "https://tides.substack.com/p/slack",
        &post("<div class=paywall>This post is for paid subscribers</div>"),
        &[],
    );
    assert_eq!(walled.facts.wall, Some(Health::Paywall));
}

proptest::proptest! {
    #[test]
    fn no_page_is_too_strange(
        body: Vec<u8>,
        tags in r#"(<[a-z!/]{0,9}( [a-z]{1,5}="?[a-z:(){}'/]{0,9})?>|.|ytInitialPlayerResponse = \{){0,40}"#,
        kind in "(text/html|text/plain|application/xhtml.xml|)(; charset=[a-z0-9-]{0,9})?",
    ) {
        for url in ["https://quay.example/", "https://t.me/harbour/7", "https://youtu.be/tideTable01", "https://www.c-span.org/program/x/7", "https://a.substack.com/p/b"] {
            for body in [body.clone(), tags.clone().into_bytes()] {
                let got = Fetched { url: url.into(), status: 200, headers: vec![("content-type".into(), kind.clone())], body };
                let reading = read(url, &got, std::slice::from_ref(&got));
                proptest::prop_assert_eq!(reading.text.is_empty(), reading.text_kind == TextKind::None);
                more(url, Some(&got), std::slice::from_ref(&got));
                feed::latest(&got);
            }
        }
    }
}

const TOLD: &str = r#"{"version":"1.0","type":"rich","author_name":"Harbour Office","provider_name":"X","html":
"<blockquote class=\"twitter-tweet\"><p lang=\"en\" dir=\"ltr\">The ice has <b>left</b>.<br>Boats &amp; ferries go out. <a href=\"https://t.co/a\">pic.x.com/a</a></p>&mdash; Harbour Office (@harbour) <a href=\"https://x.com/harbour/status/20\">March 16, 2026</a></blockquote>\n<script src=\"https://platform.x.com/widgets.js\"></script>"}"#;

#[test]
fn a_post_that_its_page_hides_is_read_from_the_sites_own_card() {
    let shell = page(
        "https://x.com/harbour/status/20?s=20",
        "<title>X</title><noscript>JavaScript is not available.</noscript>",
    );
    let wanted = extras(&shell.url, Some(&shell));
    assert_eq!(
        (wanted.len(), wanted[0].role, wanted[0].url.as_str()),
        (
            1,
            "text",
            "https://publish.x.com/oembed?url=https%3A%2F%2Fx.com%2Fharbour%2Fstatus%2F20%3Fs%3D20&format=json"
        )
    );
    let mut card = json(&wanted[0].url, TOLD);
    let reading = read(&shell.url, &shell, std::slice::from_ref(&card));
    let said = "The ice has left.\nBoats & ferries go out. pic.x.com/a";
    check(&reading, TextKind::Post, ["The ice has left.", "Harbour Office", "2026-03-16", said]);
    assert_eq!((reading.site.as_str(), reading.facts.deleted), ("X", false));
    // Without it there are no words: the shell's are not the post's.
    check(&read(&shell.url, &shell, &[]), TextKind::None, ["X", "", "", ""]);
    (card.status, card.body) = (404, "{}".into());
    assert!(read(&shell.url, &shell, &[card]).facts.deleted);
}

#[test]
fn a_recording_is_told_by_its_card_and_holds_no_words() {
    let film =
        page("https://vimeo.com/76979871", "<title>The new tide on Vimeo</title><p>Join Vimeo. Log in.");
    let wanted = extras(&film.url, Some(&film));
    let card = json(
        &wanted[0].url,
        r#"{"type":"video","title":"The new tide","author_name":"Quay Films","upload_date":"2026-03-05 12:00:00","thumbnail_url":"https://i.vimeocdn.com/tide.jpg"}"#,
    );
    let reading = read(&film.url, &film, &[card]);
    check(&reading, TextKind::None, ["The new tide", "Quay Films", "2026-03-05T12:00:00", ""]);
    assert_eq!(reading.picture, "https://i.vimeocdn.com/tide.jpg");
    assert!(reading.facts.video && reading.shown.contains("Join Vimeo"));
}

#[test]
fn a_page_is_asked_about_only_where_it_leaves_a_gap() {
    let link = "<link rel=alternate type=application/json+oembed href='/card?of=1&amp;x'>";
    let full = "<meta name=author content=Marta><meta property=og:image content=/a.jpg>";
    let gap =
        page("https://quay.example/log", &format!("<title>Night log</title>{link}<p>The gate was closed."));
    let wanted = extras(&gap.url, Some(&gap));
    assert_eq!(addresses(&wanted), ["https://quay.example/card?of=1&x"]);
    let none = page("https://quay.example/log", &format!("<title>Night log</title>{full}{link}"));
    assert_eq!(extras(&none.url, Some(&none)), []);
    let card = json(
        &wanted[0].url,
        r#"{"title":"Another","author_name":"Marta Lindqvist","thumbnail_url":"https://quay.example/ a.jpg","html":"<blockquote><p>Other words</p></blockquote>"}"#,
    );
    let reading = read(&gap.url, &gap, &[card]);
    check(&reading, TextKind::Page, ["Night log", "Marta Lindqvist", "", "The gate was closed."]);
    assert_eq!(reading.picture, "https://quay.example/%20a.jpg");
    for strange in ["", "[]", "null", "{", r#"{"title":7,"html":[],"thumbnail_url":"file:///etc/passwd"}"#] {
        let card = json(&wanted[0].url, strange);
        check(&read(&gap.url, &gap, &[card]), TextKind::Page, ["Night log", "", "", "The gate was closed."]);
    }
}
