//! Kept copies found by their time, read in our own dress, and run again where they can do no harm.

mod press;

use press::web::Answer;
use press::{Lair, Page, Post, Press, TRIES, attack, leaving, path_of, refreshing, tells, until};
use serde_json::json;

const ROOM: &str = "https://library.example/reading-room";
const DAY: i64 = 24 * 3600;

/// A post citing pages that are kept and shown whole.
async fn citing(press: &Press, urls: &[&str]) -> Post {
    let paragraphs: Vec<String> =
        urls.iter().map(|url| format!("It stands [in the rules]({url}) there.")).collect();
    let post = press.ida().publishes("The rules", &paragraphs.join("\n\n")).await;
    post.is_kept().await;
    press.ida().settles("shown", "always").await;
    post
}

/// Another copy, so many days from now.
async fn keeps_again(press: &Press, url: &str, days: i64) {
    let later = format!("+{}", days * DAY);
    press.command(&["sources", "capture", url]).with("IBID_CLOCK", &later).run().await.succeeds();
}

/// Addresses in a `Link` header or a TimeMap, each with its relations and its attributes.
#[derive(Debug)]
struct Link {
    to: String,
    rel: Vec<String>,
    more: String,
}

impl Link {
    fn all(text: &str) -> Vec<Link> {
        let each = text.split('<').skip(1).map(|one| {
            let (to, more) = one.split_once('>').unwrap();
            let more = more.trim().trim_end_matches(',').to_owned();
            let rel = more.split("rel=\"").nth(1).unwrap().split('"').next().unwrap();
            Link { to: to.to_owned(), rel: rel.split(' ').map(str::to_owned).collect(), more }
        });
        each.collect()
    }

    fn of<'a>(all: &'a [Link], rel: &str) -> &'a Link {
        all.iter()
            .find(|link| link.rel.iter().any(|r| r == rel))
            .unwrap_or_else(|| panic!("no {rel} in {all:#?}"))
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.more.split(&format!("{name}=\"")).nth(1)?.split('"').next()
    }
}

/// One check of the conformance story, by the name under which the audits know it.
fn check(name: &str, holds: bool, seen: &dyn std::fmt::Debug) {
    assert!(holds, "{name}: {seen:?}");
    println!("holds: {name}");
}

/// After the checks of a public audit of a web archive against RFC 7089, and the cases that archives test themselves with.
#[tokio::test]
async fn copies_are_found_by_their_time() {
    let press = Press::start().await;
    let post = citing(&press, &[ROOM]).await;
    for days in [10, 20, 40] {
        keeps_again(&press, ROOM, days).await;
    }
    let captures = post.sources().await[0]["captures"].as_array().unwrap().clone();
    let mut copies: Vec<String> = captures.iter().map(|c| c["url"].as_str().unwrap().to_owned()).collect();
    copies.sort();
    assert_eq!(copies.len(), 4, "{captures:#?}");
    let reader = press.reader();
    let gate = format!("/timegate/{ROOM}");
    let ask = async |at: &str| reader.asks_with(&gate, &[("accept-datetime", at)]).await;

    // The mementos themselves.
    let mut times = Vec::new();
    for (n, copy) in copies.iter().enumerate() {
        let memento = reader.asks(&path_of(copy)).await;
        check("URI-M: answers 200 where it stands", memento.status == 200, &memento.status);
        let at = memento.header("memento-datetime").to_owned();
        check("URI-M: Memento-Datetime in RFC 1123", at.len() == 29 && at.ends_with(" GMT"), &at);
        check(
            "URI-M: no Vary on accept-datetime",
            !memento.header("vary").to_lowercase().contains("datetime"),
            &memento.headers,
        );
        let links = Link::all(memento.header("link"));
        check("URI-M: original", Link::of(&links, "original").to == ROOM, &links);
        check(
            "URI-M: timegate",
            Link::of(&links, "timegate").to == format!("{}{gate}", press.base()),
            &links,
        );
        let map = Link::of(&links, "timemap");
        check("URI-M: timemap, with its type", map.attribute("type") == Some("application/link-format"), map);
        let own = links.iter().find(|link| link.to == *copy).expect("a link to itself");
        check("URI-M: names itself with the same moment", own.attribute("datetime") == Some(&at), own);
        let beside = [
            ("first", Some(0)),
            ("last", Some(3)),
            ("prev", n.checked_sub(1)),
            ("next", (n < 3).then_some(n + 1)),
        ];
        for (rel, place) in beside {
            let named = links.iter().find(|link| link.rel.contains(&rel.to_owned())).map(|link| &link.to);
            check("URI-M: first, last, prev, next", named == place.map(|at| &copies[at]), &(rel, &links));
        }
        let framed = reader.looks_into(&memento).await;
        check(
            "URI-M: what stands in the frame is of the same moment",
            framed.header("memento-datetime") == at,
            &framed.headers,
        );
        check(
            "URI-M: and links to the page, not to its frame",
            framed.header("link") == memento.header("link"),
            &framed.headers,
        );
        times.push(at);
    }
    check(
        "URI-M: HEAD as GET",
        press.reader().asks_head(&path_of(&copies[0])).await.header("memento-datetime") == times[0],
        &times,
    );
    let invented = reader.asks(&path_of(&copies[0]).replace("/20", "/19")).await;
    check(
        "URI-M: a moment without a copy is 404, not an echo",
        invented.status == 404 && invented.header("memento-datetime").is_empty(),
        &invented.headers,
    );

    // The TimeGate.
    let newest = reader.asks(&gate).await;
    for (name, answer, copy) in [
        ("URI-G: without Accept-Datetime the newest", &newest, &copies[3]),
        ("URI-G: an exact moment", &ask(&times[1]).await, &copies[1]),
        ("URI-G: before all of them the first", &ask("Thu, 31 May 2007 20:35:00 GMT").await, &copies[0]),
        ("URI-G: after all of them the last", &ask("Thu, 01 Jan 2150 00:00:00 GMT").await, &copies[3]),
    ] {
        check(name, answer.status == 302 && answer.header("location") == copy, &answer.headers);
        check("URI-G: Vary", answer.header("vary") == "accept-datetime", &answer.headers);
        check(
            "URI-G: a redirect has no Memento-Datetime",
            answer.header("memento-datetime").is_empty(),
            &answer.headers,
        );
        let links = Link::all(answer.header("link"));
        check("URI-G: original", Link::of(&links, "original").to == ROOM, &links);
        check(
            "URI-G: timemap",
            Link::of(&links, "timemap").to.ends_with(&format!("/timemap/link/{ROOM}")),
            &links,
        );
        check("URI-G: names the memento it leads to", links.iter().any(|link| link.to == *copy), &links);
        check(
            "URI-G: first and last",
            Link::of(&links, "first").to == copies[0] && Link::of(&links, "last").to == copies[3],
            &links,
        );
    }
    // Between day 20 and day 40 the middle is day 30: a minute to either side decides.
    let (second, third) = (moment(&times[2]), moment(&times[3]));
    let middle = second + (third - second) / 2;
    for (at, copy) in [(middle - 60, &copies[2]), (middle + 60, &copies[3])] {
        let answer = ask(&http_date(at)).await;
        check("URI-G: the nearest", answer.header("location") == copy, &answer.headers);
    }
    let head = press.reader().asks_head(&gate).await;
    check("URI-G: HEAD as GET", head.status == 302 && head.header("location") == copies[3], &head.headers);
    for bad in [
        "Sun",
        "Sun, abc",
        "2026-03-14T09:30:00Z",
        "Sun, 26 Jan 2014 20:08:04",
        "",
        "Mon, 26 Jan 2014 20:08:04 GMT",
    ] {
        let answer = ask(bad).await;
        check("URI-G: a malformed moment is 400", answer.status == 400, &(bad, answer.status));
        check(
            "URI-G: and says so with Vary and original",
            answer.header("vary") == "accept-datetime" && answer.header("link").contains("original"),
            &answer.headers,
        );
    }
    let unknown = reader.asks("/timegate/https://nobody.example/page").await;
    check(
        "URI-G: what was never kept is 404",
        unknown.status == 404 && unknown.header("location").is_empty(),
        &unknown.headers,
    );

    // The TimeMap.
    let map = reader.asks(&format!("/timemap/link/{ROOM}")).await;
    check(
        "URI-T: 200, application/link-format",
        map.status == 200 && map.header("content-type").starts_with("application/link-format"),
        &map.headers,
    );
    let links = Link::all(&map.html());
    check(
        "URI-T: original and timegate",
        Link::of(&links, "original").to == ROOM && Link::of(&links, "timegate").to.ends_with(&gate),
        &links,
    );
    let own = Link::of(&links, "self");
    check(
        "URI-T: self, with from and until",
        own.attribute("from") == Some(&times[0]) && own.attribute("until") == Some(&times[3]),
        own,
    );
    let listed: Vec<(&str, &str)> = links
        .iter()
        .filter(|link| link.rel.contains(&"memento".to_owned()))
        .map(|link| (link.to.as_str(), link.attribute("datetime").unwrap()))
        .collect();
    let expected: Vec<(&str, &str)> =
        copies.iter().map(String::as_str).zip(times.iter().map(String::as_str)).collect();
    check("URI-T: every memento once, oldest first", listed == expected, &links);
    check("URI-T: one link a line", map.html().trim_end().lines().count() == links.len(), &map.html());
    let missing = reader.asks("/timemap/link/https://nobody.example/page").await;
    check("URI-T: what was never kept is 404", missing.status == 404, &missing.status);
    let page = reader.asks(&format!("/timemap/link/{}/{ROOM}", &copies[2][copies[2].len() - 14..])).await;
    check(
        "URI-T: a later page begins with its stamp",
        Link::all(&page.html()).iter().filter(|l| l.more.contains("datetime")).count() == 2,
        &page.html(),
    );
}

fn moment(http: &str) -> i64 {
    let at = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", http).unwrap();
    at.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second()
}

fn http_date(second: i64) -> String {
    jiff::Timestamp::from_second(second).unwrap().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[tokio::test]
async fn an_address_is_found_however_it_is_written() {
    let press = Press::start().await;
    let post = citing(
        &press,
        &[
            "https://ministry.example/go/dredging",
            "https://ministry.example/releases/dredging",
            "https://library.example/room?shelf=7&row=a",
        ],
    )
    .await;
    press.web.serves(
        "https://library.example/room?shelf=7&row=a",
        Answer::page("Shelf 7", "<p>The umbrellas are lent by the ferry, and come back dry.</p>"),
    );
    until("the two to become one", async || {
        let sources = post.sources().await;
        if sources.len() == 2 { Ok(()) } else { Err(format!("{sources:?}")) }
    })
    .await;
    press
        .command(&["sources", "capture", "https://library.example/room?shelf=7&row=a"])
        .run()
        .await
        .succeeds();
    let reader = press.reader();
    let leads = async |address: &str| reader.asks(&format!("/timegate/{address}")).await;
    let release = leads("https://ministry.example/releases/dredging").await;
    release.is(302);
    for same in [
        "https://ministry.example/go/dredging",
        "https:/ministry.example/releases/dredging",
        "HTTPS://Ministry.Example:443/releases/dredging?utm_source=letter",
        "http://ministry.example/releases/dredging",
        "https%3A%2F%2Fministry.example%2Freleases%2Fdredging",
        "ministry.example/releases/dredging",
    ] {
        assert_eq!(leads(same).await.header("location"), release.header("location"), "{same}");
    }
    assert!(
        release.header("link").contains("<https://ministry.example/releases/dredging>; rel=\"original\"")
    );
    leads("https://library.example/room?shelf=7&row=a").await.is(302);
    leads("https://library.example/room?shelf=8&row=a").await.is(404);
    leads("https://library.example/room").await.is(404);
}

#[tokio::test]
async fn what_is_not_public_has_no_history() {
    let press = Press::start().await;
    let draft = press.ida().drafts("Not yet", &format!("See [the room]({ROOM}).")).await;
    let copy = path_of(draft.is_kept().await[0]["captures"][0]["url"].as_str().unwrap());
    let known = async || {
        let reader = press.reader();
        let gate = reader.asks(&format!("/timegate/{ROOM}")).await;
        let map = reader.asks(&format!("/timemap/link/{ROOM}")).await;
        (gate.status, map.status)
    };
    assert_eq!(known().await, (404, 404));
    let unknown = press.reader().asks("/timegate/https://nobody.example/").await;
    let drafted = press.reader().asks(&format!("/timegate/{ROOM}")).await;
    assert_eq!(
        drafted.html().replace(ROOM, ""),
        unknown.html().replace("https://nobody.example/", ""),
        "nobody learns that it is there"
    );
    let desk = press.ida().signs_in().await;
    let seen = desk.opens(&copy).await;
    assert_eq!(seen.is(200).header("memento-datetime"), "", "what only the desk sees is no memento");

    draft.rewrites(json!({"status": "published"})).await;
    until(
        "the copy to be found",
        async || if known().await == (302, 200) { Ok(()) } else { Err(String::new()) },
    )
    .await;
    press.ida().settles("shown", "desk").await;
    assert_eq!(known().await, (404, 404));
    press.ida().settles("shown", "passages").await;
    assert_eq!(known().await, (302, 200));
    draft.rewrites(json!({"status": "draft"})).await;
    assert_eq!(known().await, (404, 404));

    // A wall in front of a source is no memento of it.
    let post = press.ida().publishes("Gone", "See [the notice](https://trouble.example/410).").await;
    let failed = path_of(post.is_kept().await[0]["captures"][0]["url"].as_str().unwrap());
    press.reader().asks("/timegate/https://trouble.example/410").await.is(404);
    assert_eq!(press.reader().asks(&failed).await.header("memento-datetime"), "");
}

#[tokio::test]
async fn a_citation_says_which_copy_stands_in_for_it() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "Lamps",
            &format!("The rules say that “the lamps are turned low at half past nine” [there]({ROOM}). Read [more]({ROOM}#tide)."),
        )
        .await;
    post.is_judged(&["verbatim"]).await;
    let copy = post.is_kept().await[0]["captures"][0]["url"].as_str().unwrap().to_owned();
    let page = until("the words of a robust link", async || {
        let page = press.reader().opens(&post.path).await;
        if page.attributes("a[data-versionurl]", "href").len() == 3 { Ok(page) } else { Err(page.html()) }
    })
    .await;
    assert_eq!(page.attributes("p > a[data-versionurl]", "href"), [ROOM, &format!("{ROOM}#tide")]);
    for (name, value) in [("data-originalurl", ROOM), ("data-versionurl", &copy)] {
        assert_eq!(page.attributes("a[data-versionurl]", name), [value; 3]);
    }
    for at in page.attributes("a[data-versionurl]", "data-versiondate") {
        assert!(at.len() == 20 && at.ends_with('Z'), "{at}");
    }
    let live: Vec<String> =
        page.links().into_iter().filter(|(_, words)| words == "the page today").map(|(to, _)| to).collect();
    assert_eq!(live, [format!("{ROOM}#:~:text=The%20lamps%20are%20turned%20low%20at%20half%20past%20nine")]);

    // What is passages only says where each stands on the living page.
    let passages = press.reader().opens(&path_of(&copy)).await;
    let live = passages.attributes("a.live", "href");
    assert_eq!(live.len(), 1, "{}", passages.html());
    assert!(live[0].starts_with(&format!("{ROOM}#:~:text=")), "{live:?}");
    press.ida().settles("shown", "desk").await;
    let page = press.reader().opens(&post.path).await;
    assert_eq!(
        page.attributes("a[data-versionurl]", "href"),
        [""; 0],
        "no copy is named that nobody may open"
    );
}

fn essay() -> Answer {
    Answer::html(
        "<!doctype html><html lang=en><head><title>On umbrellas</title><style>p{color:red}</style></head><body>\
         <nav><a href=/>Home</a> <a href=/lent>Lent umbrellas</a></nav>\
         <div class=page><article><h1>On umbrellas</h1>\
         <p onclick=x()>Umbrellas are lent by the ferry, and most of them come back. Nobody has counted them since the winter of the long fog.</p>\
         <p>A lent umbrella is <em>never</em> dry on its <a href='/return' class=z>way back</a>, says the keeper of the lost things, who should know.</p>\
         <h2>What was lost</h2><ul><li>Two hats, both of them left behind by the same passenger on the same evening.</li></ul>\
         <img src=/pixel.gif alt='A hat'><script>document.title='A script ran'</script></article></div>\
         <iframe src=/frame width=300></iframe><footer>All rights to the ferry</footer></body></html>",
    )
}

#[tokio::test]
async fn a_copy_can_be_read_in_our_own_dress() {
    let press = Press::start().await;
    press.web.serves("https://library.example/umbrellas", essay());
    press.web.serves("https://library.example/pixel.gif", Answer::new(200, "image/gif", press::web::PIXEL));
    press.web.serves(
        "https://library.example/frame",
        Answer::html("<link rel=stylesheet href=/frame.css><p id=found>In the frame &amp; “quoted”.<script>document.title='A script ran'</script><a href='#found'>x</a><a href=/return>r</a>"),
    );
    press.web.serves("https://library.example/frame.css", Answer::new(200, "text/css", "p{color:green}"));
    let post = press
        .ida()
        .publishes("Umbrellas", "The keeper says that “a lent umbrella is never dry on its way back” [there](https://library.example/umbrellas).")
        .await;
    post.is_judged(&["verbatim"]).await;
    press.ida().settles("shown", "always").await;
    let path = path_of(post.is_kept().await[0]["captures"][0]["url"].as_str().unwrap());
    let reader = press.reader();
    let copy = reader.opens(&path).await;
    let ways: Vec<(String, String)> =
        copy.links().into_iter().filter(|(to, _)| to.contains("view=")).collect();
    assert_eq!(ways, [(format!("{path}?view=reader"), "to read".to_owned())]);

    let read = reader.opens(&format!("{path}?view=reader")).await;
    read.is(200)
        .shows("Nobody has counted them")
        .shows("What was lost")
        .shows("Two hats")
        .hides("All rights")
        .hides("Home");
    assert_eq!(read.attributes("iframe", "src"), [""; 0]);
    assert_eq!(read.pick(".reader mark.quoted").join(" "), "A lent umbrella is never dry on its way back");
    assert_eq!(
        read.attributes(".reader [class]:not(mark), .reader [style], .reader [onclick]", "class"),
        [""; 0]
    );
    assert_eq!(read.attributes(".reader a", "href"), ["https://library.example/return"]);
    let picture = read.attributes(".reader img", "src");
    assert_eq!(picture.len(), 1);
    reader.opens(&picture[0]).await.is(200);
    assert_eq!(read.header("x-robots-tag"), "noindex");
    assert!(!read.header("memento-datetime").is_empty());
    let asked = reader.opens(&format!("{path}?view=reader&text=come+back")).await;
    assert_eq!(asked.pick(".reader mark#found"), ["come back"]);
    let live = asked.links().into_iter().find(|(_, words)| words == "the living page").unwrap().0;
    assert!(live.contains("#:~:text=most%20of%20them-,come%20back") || live.contains("#:~:text="), "{live}");
    // A way that is none is the copy as it looked.
    assert_eq!(
        reader.opens(&format!("{path}?view=interactive")).await.attributes("iframe", "sandbox"),
        ["allow-top-navigation-by-user-activation"]
    );

    // A document in a frame comes with the page.
    let looks = reader.looks_into(&copy).await;
    let framed = looks.attributes("iframe", "srcdoc");
    assert_eq!(framed.len(), 1, "{}", looks.html());
    assert!(
        framed[0].contains("In the frame &amp; “quoted”.") && framed[0].contains("<link rel=\"stylesheet\""),
        "{framed:?}"
    );
    assert!(!framed[0].contains("<script") && !framed[0].contains("href=\"#"), "{framed:?}");
    assert_eq!(looks.attributes("iframe", "src"), [""; 0]);
}

/// A publication with a second origin on the port it listens on.
async fn press_with_replay() -> (Press, String) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let replay = format!("http://replay.localhost:{free}");
    let listen = format!("127.0.0.1:{free}");
    let press =
        Press::prepare().await.with("IBID_LISTEN", &listen).with("IBID_REPLAY_URL", &replay).start().await;
    (press, replay)
}

#[tokio::test]
async fn scripts_run_again_on_an_origin_of_their_own() {
    let (press, replay) = press_with_replay().await;
    press.web.serves("https://library.example/clock", Answer::html("<!doctype html><title>Clock</title><link rel=preconnect href=//outside.example><meta http-equiv=refresh content='0;url=//outside.example'><p>It strikes at noon, and again at midnight, and never in between. The keeper winds it on Saturdays, when the market is over, and writes into his book how many turns it took; the book goes back further than the clock does, and nobody has read the first of it.<p>A second hand was made for it and never hung. It lies in a drawer below the stairs.<script src=/clock.js></script><input type=password><img src=/pixel.gif srcset='/pixel.gif 2x'><a href=/other>o</a>"));
    press.web.serves(
        "https://library.example/clock.js",
        Answer::new(200, "text/javascript", "document.title='It ran'"),
    );
    press.web.serves("https://library.example/pixel.gif", Answer::new(200, "image/gif", press::web::PIXEL));
    let post = citing(&press, &["https://library.example/clock", ROOM]).await;
    let sources = post.sources().await;
    let path = path_of(sources[0]["captures"][0]["url"].as_str().unwrap());
    let other = path_of(sources[1]["captures"][0]["url"].as_str().unwrap());
    let here = replay.trim_start_matches("http://").to_owned();
    let reader = press.reader();
    let there = async |path: &str, more: &[(&str, &str)]| {
        let headers: Vec<(&str, &str)> = [("host", here.as_str()), ("sec-fetch-dest", "iframe")]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        reader.asks_with(path, &headers).await
    };
    let copy = reader.opens(&path).await;
    assert!(
        copy.links()
            .iter()
            .any(|(to, words)| *to == format!("{path}?view=interactive") && words == "with its scripts"),
        "{}",
        copy.html()
    );
    let ours = reader.opens(&format!("{path}?view=interactive")).await;
    assert_eq!(ours.attributes("iframe", "sandbox"), ["allow-scripts"]);
    let prefix = path.replace("/sources", "");
    assert_eq!(ours.attributes("iframe", "src"), [format!("{replay}{prefix}/https://library.example/clock")]);
    assert!(
        ours.header("content-security-policy").contains(&format!("frame-src {replay}{prefix}/;")),
        "{}",
        ours.header("content-security-policy")
    );

    let page = there(&format!("{prefix}/https://library.example/clock"), &[]).await;
    page.is(200).shows("It strikes at noon");
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("sandbox allow-scripts;") && policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains(&format!("connect-src {replay}{prefix}/;")), "{policy}");
    for never in [
        "ws:",
        "wss:",
        "https:",
        "*",
        "allow-same-origin",
        "allow-forms",
        "allow-popups",
        "allow-top-navigation",
        "'self'",
    ] {
        assert!(!policy.contains(never), "{never} in {policy}");
    }
    for (name, value) in
        [("x-robots-tag", "noindex"), ("x-content-type-options", "nosniff"), ("set-cookie", "")]
    {
        assert_eq!(page.header(name), value, "{name}");
    }
    for gone in ["preconnect", "http-equiv", "password", "outside.example"] {
        assert!(!page.html().contains(gone), "{gone} in {}", page.html());
    }
    assert_eq!(page.attributes("script[src]", "src"), [format!("{prefix}/https://library.example/clock.js")]);
    let script = there(&format!("{prefix}/https://library.example/clock.js"), &[]).await;
    assert_eq!(
        (script.status, script.header("content-type"), script.html().as_str()),
        (200, "text/javascript", "document.title='It ran'")
    );
    assert_eq!(script.header("content-security-policy"), policy);

    // From this copy alone, and nothing to take over the origin with.
    there(&format!("{prefix}/{ROOM}"), &[]).await.is(404);
    there(&format!("{prefix}/https://outside.example/"), &[]).await.is(404).hides("A script ran");
    there(&format!("{prefix}/https://library.example/clock.js"), &[("service-worker", "script")])
        .await
        .is(404);
    let alone = reader
        .asks_with(&format!("{prefix}/https://library.example/clock"), &[("host", here.as_str())])
        .await;
    assert_eq!(
        (alone.status, alone.header("location")),
        (303, format!("{}{path}?view=interactive", press.base()).as_str())
    );

    // Nothing else is there, however often it is kept here; and it is nowhere else.
    for ours in [
        "/",
        &post.path,
        "/desk",
        "/desk/sign-in",
        &path,
        &other,
        "/feed.atom",
        "/health",
        "/metrics",
        "/api/v1/posts",
        "/static/x/site.css",
        "/robots.txt",
    ] {
        reader.opens(ours).await;
        let answer = there(ours, &[]).await;
        answer.is(404);
        assert_eq!((answer.header("set-cookie"), answer.header("location")), ("", ""), "{ours}");
        let upper =
            reader.asks_with(ours, &[("host", "REPLAY.localhost.:80"), ("sec-fetch-dest", "iframe")]).await;
        upper.is(404);
    }
    reader.asks(&format!("{prefix}/https://library.example/clock")).await.is(404);

    // Readers who are shown passages, and visitors of the desk, run nothing.
    press.ida().settles("shown", "passages").await;
    there(&format!("{prefix}/https://library.example/clock"), &[]).await.is(404);
    let desk = press.ida().signs_in().await;
    assert!(!desk.opens(&path).await.html().contains("view=interactive"));
}

fn frames(page: &Page) -> Vec<String> {
    page.attributes("iframe", "src")
}

#[tokio::test]
async fn without_an_origin_of_their_own_scripts_stay_silent() {
    let press = Press::start().await;
    press.web.serves("https://library.example/clock", Answer::html("<!doctype html><title>Clock</title><p>It strikes at noon, and again at midnight.<script src=/clock.js></script>"));
    let post = citing(&press, &["https://library.example/clock"]).await;
    let path = path_of(post.sources().await[0]["captures"][0]["url"].as_str().unwrap());
    let copy = press.reader().opens(&path).await;
    assert!(!copy.html().contains("interactive"), "{}", copy.html());
    assert_eq!(frames(&copy), [format!("{path}/page")]);
    assert_eq!(press.web.times_asked("https://library.example/clock.js"), 0);
    let shared = press
        .command(&["serve"])
        .with("IBID_BASE_URL", "https://gazette.example")
        .with("IBID_REPLAY_URL", "https://gazette.example:8443")
        .run()
        .await;
    assert_eq!(shared.status, Some(2), "{}", shared.stderr);
    assert!(shared.stderr.contains("give replay a host of its own"), "{}", shared.stderr);
}

/// What reaches others where nothing protects: the five published attacks on archives, and what else a page can do.
const REACHES: [&str; 34] = [
    "/beacon",
    "/css-exfiltration",
    "/download",
    "/events",
    "/film.mp4",
    "/font",
    "/form",
    "/frame",
    "/frame-leaves",
    "/img2.png",
    "/import.css",
    "/live.js",
    "/object",
    "/popup",
    "/port-scan",
    "/poster",
    "/prefetch",
    "/realm",
    "/sheet.css",
    "/srcdoc",
    "/svg.png",
    "/webrtc",
    "/websocket",
    "/won/content_switch",
    "/won/dialog",
    "/won/history",
    "/won/port_scan",
    "/won/same_domain",
    "/won/same_subdomain",
    "/won/service_worker",
    "/won/storage",
    "/worker",
    "/xhr",
    "account: signed out",
];

#[tokio::test]
async fn no_archived_page_reaches_the_publication_its_cookies_or_the_network() {
    let lair = Lair::opens().await;
    let archive = format!("http://archive.localhost:{}", lair.port);
    lair.shows("/page", &attack(&lair, &archive, "/sign-out"));
    lair.shows("/leaves", &leaving(&lair));
    lair.shows("/refreshes", &refreshing(&lair));
    // A control: without protection all of it works, or the rest would prove nothing.
    let page = json!({"url": format!("{archive}/page"), "reaches": REACHES.as_slice(), "noted": format!("http://127.0.0.1:{}/noted", lair.port)});
    if !tells("attacks", json!({"base": archive, "pages": [page], "within": 12_000})).await {
        return;
    }
    lair.noted();
    for (path, reaches) in [("/leaves", "/top"), ("/refreshes", "/refresh")] {
        assert!(tells("leaving", json!({"url": format!("{archive}{path}")})).await);
        assert_eq!(lair.noted(), [reaches]);
    }

    let (press, _) = press_with_replay().await;
    press
        .web
        .serves("https://quay.example/page", Answer::html(attack(&lair, &press.base(), "/desk/sign-out")));
    press.web.serves("https://quay.example/leaves", Answer::html(leaving(&lair)));
    press.web.serves("https://quay.example/refreshes", Answer::html(refreshing(&lair)));
    let urls = ["page", "leaves", "refreshes"].map(|name| format!("https://quay.example/{name}"));
    let post = citing(&press, &urls.each_ref().map(String::as_str)).await;
    let copies: Vec<String> = post
        .sources()
        .await
        .iter()
        .map(|source| format!("{}{}", press.base(), path_of(source["captures"][0]["url"].as_str().unwrap())))
        .collect();
    for source in post.sources().await {
        assert_eq!(source["captures"][0]["health"], "good", "{source}");
    }
    assert_eq!(lair.noted(), [""; 0], "keeping it reached nobody");
    let ida = press.ida();
    for (query, tries) in [("", [0; 3]), ("?view=reader", [0; 3]), ("?view=interactive", [TRIES, 1, 1])] {
        let page = |(copy, tries): (&String, usize)| json!({"url": format!("{copy}{query}"), "tries": tries});
        let pages: Vec<_> = copies.iter().zip(tries).map(page).collect();
        let sign_in = json!({"email": ida.email, "password": press::PASSWORD});
        tells("attacks", json!({"base": press.base(), "pages": pages, "within": 5000, "signIn": sign_in}))
            .await;
        assert_eq!(lair.noted(), [""; 0], "{query} let somebody through");
    }
}
