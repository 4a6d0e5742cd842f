//! A reader opens pages, with whatever browser they have.

mod press;

use press::{Page, Press};
use std::io::Read;

const POST: &str = "The fairway will be narrowed, says [the ministry](https://ministry.example/releases/dredging).\n\n\
    https://www.youtube.com/watch?v=tideTable01\n\n![The basin](https://ministry.example/basin.gif)";

#[tokio::test]
async fn a_page_needs_no_script_and_fetches_nothing_from_elsewhere() {
    let press = Press::start().await;
    let post = press.ida().publishes("The outer basin", POST).await;
    post.is_kept().await;
    let asked_before = press.web.asked().len();

    for path in ["/", post.path.as_str(), "/sources"] {
        let page = press.reader().opens(path).await;
        page.is(200);
        assert_eq!(from_elsewhere(&page, &press.base()), [""; 0], "{path}");
    }
    post.page().await.shows("The fairway will be narrowed");
    assert_eq!(press.web.asked().len(), asked_before, "reading asks nobody anything");
}

/// Addresses that a browser would fetch by itself from somewhere else.
fn from_elsewhere(page: &Page, base: &str) -> Vec<String> {
    let fetched = [
        ("img, script, iframe, video, audio, source, embed, track, input", "src"),
        ("img, source", "srcset"),
        (
            "link[rel~=stylesheet], link[rel~=preload], link[rel~=icon], link[rel~=preconnect], link[rel~='dns-prefetch'], link[rel~=prefetch]",
            "href",
        ),
        ("video", "poster"),
        ("object", "data"),
    ];
    let addresses = fetched.iter().flat_map(|(css, attribute)| page.attributes(css, attribute));
    addresses.filter(|address| (address.contains("//")) && !address.starts_with(base)).collect()
}

#[tokio::test]
async fn a_head_request_is_answered_like_a_get_without_its_body() {
    let press = Press::start().await;
    let post = press.ida().publishes("The outer basin", "Calm.").await;
    for (path, status) in [
        ("/", 200),
        (post.path.as_str(), 200),
        ("/feed.atom", 200),
        ("/2020/01/nothing", 404),
        ("/health", 200),
    ] {
        let (mut head, mut get) = (press.reader().asks_head(path).await, press.reader().asks(path).await);
        // The post's sources are being looked at, and its page made anew when they were: then both are asked again.
        for _ in 0..20 {
            if head.header("etag") == get.header("etag") {
                break;
            }
            (head, get) = (press.reader().asks_head(path).await, press.reader().asks(path).await);
        }
        assert_eq!((head.status, get.status), (status, status), "{path}");
        assert!(
            head.body.is_empty() && !get.body.is_empty(),
            "{path}: asked for its head first, it has its body still"
        );
        for name in ["content-type", "etag", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
}

#[tokio::test]
async fn a_page_seen_before_is_not_sent_again() {
    let press = Press::start().await;
    let post = press.ida().publishes("The outer basin", "Calm.").await;
    for path in ["/", post.path.as_str(), "/feed.atom"] {
        let first = press.reader().asks(path).await;
        let tag = first.header("etag").to_owned();
        assert!(!tag.is_empty(), "{path} has no ETag");
        let again = press.reader().asks_with(path, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), tag);
        press.reader().asks_with(path, &[("if-none-match", "\"another\"")]).await.is(200);
    }
}

#[tokio::test]
async fn pages_are_compressed_for_whoever_can_read_that() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes("The outer basin", &"The tide comes in and goes out again.\n\n".repeat(50))
        .await;
    // The second look is at what the first one left finished.
    for _ in 0..2 {
        let plain = press.reader().asks_with(&post.path, &[("accept-encoding", "identity")]).await;
        let gzip = press.reader().asks_with(&post.path, &[("accept-encoding", "gzip")]).await;
        let brotli = press.reader().asks_with(&post.path, &[("accept-encoding", "gzip, deflate, br")]).await;
        assert_eq!(
            (
                plain.header("content-encoding"),
                gzip.header("content-encoding"),
                brotli.header("content-encoding")
            ),
            ("", "gzip", "br")
        );
        assert!(gzip.body.len() < plain.body.len() / 2 && brotli.body.len() < plain.body.len() / 2);

        let (mut gunzipped, mut unbrotlied) = (Vec::new(), Vec::new());
        flate2::read::MultiGzDecoder::new(&gzip.body[..]).read_to_end(&mut gunzipped).unwrap();
        brotli::Decompressor::new(&brotli.body[..], 4096).read_to_end(&mut unbrotlied).unwrap();
        assert!(gunzipped == plain.body && unbrotlied == plain.body);
        for page in [&plain, &gzip, &brotli] {
            assert!(
                page.header("vary").to_lowercase().contains("accept-encoding"),
                "Vary: {}",
                page.header("vary")
            );
        }
    }
}

#[tokio::test]
async fn a_post_without_pictures_weighs_little() {
    const MOST: usize = 50 * 1024;
    let press = Press::start().await;
    // About two thousand words, many of them cited and quoted.
    let line = "Moreau said that “the basin has not been widened since the breakwater was extended” \
        [in the release](https://ministry.example/releases/dredging), and nobody at the quay had heard otherwise by then.\n\n";
    let words = (0..900).map(|n| format!("word{}", n * 7919 % 1000)).collect::<Vec<_>>().join(" ");
    let post = press.ida().publishes("The outer basin", &format!("{}{words}", line.repeat(40))).await;
    post.is_kept().await;
    let page = press.reader().opens(&post.path).await;
    let mut weight = Vec::new();
    let fetched =
        ["link[rel~=stylesheet]", "link[rel~=icon]"].map(|css| page.attributes(css, "href")).concat();
    for path in std::iter::once(post.path.clone()).chain(fetched) {
        for coding in ["br", "gzip"] {
            let answer = press.reader().asks_with(&path, &[("accept-encoding", coding)]).await;
            answer.is(200);
            weight.push((coding, path.clone(), answer.body.len()));
        }
    }
    for coding in ["br", "gzip"] {
        let all: usize = weight.iter().filter(|(c, ..)| *c == coding).map(|(.., bytes)| bytes).sum();
        assert!(all <= MOST, "{all} bytes as {coding}: {weight:#?}");
    }
    assert!(weight.len() >= 6, "the page and its assets: {weight:?}");
    println!("{weight:?}");
}

#[tokio::test]
async fn every_answer_guards_its_reader() {
    let press = Press::start().await;
    let post = press.ida().publishes("The outer basin", POST).await;
    for path in ["/", post.path.as_str(), "/feed.atom", "/2020/01/nothing", "/desk", "/api/v1/posts/none"] {
        let page = press.reader().asks(path).await;
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
    }
    for path in ["/", post.path.as_str(), "/2020/01/nothing", "/desk"] {
        let page = press.reader().opens(path).await;
        let policy = page.header("content-security-policy");
        let directive = |name: &str| {
            policy.split(';').map(str::trim).find(|d| d.starts_with(name)).unwrap_or_default().to_owned()
        };
        assert!(!directive("default-src").is_empty(), "{path}: {policy}");
        let script = directive("script-src");
        assert!(
            !script
                .split(' ')
                .any(|word| matches!(word, "'self'" | "'unsafe-inline'" | "'unsafe-eval'" | "*" | "https:")),
            "{path}: {script}"
        );
        assert!(!script.is_empty() || directive("default-src") == "default-src 'none'", "{path}: {policy}");
        assert!(
            policy.contains("base-uri")
                && policy.contains("form-action")
                && policy.contains("frame-ancestors"),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn addresses_come_from_the_base_url_and_never_from_host() {
    let press = Press::prepare().await.with("IBID_BASE_URL", "https://gazette.example").start().await;
    let post = press.ida().publishes("The outer basin", "Calm.").await;
    assert!(post.url.starts_with("https://gazette.example/2"), "{}", post.url);
    for path in ["/", post.path.as_str(), "/feed.atom"] {
        let lured = press
            .reader()
            .asks_with(path, &[("host", "evil.example"), ("x-forwarded-host", "evil.example")])
            .await;
        assert!(!lured.html().contains("evil.example"), "{path}:\n{}", lured.html());
        let canonical = lured.attributes("link[rel=canonical]", "href").pop();
        assert!(canonical.is_none_or(|url| url.starts_with("https://gazette.example/")), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_kindly() {
    let press = Press::start().await;
    for path in [
        "/nothing",
        "/2026/03/nothing",
        "/2026/99/x",
        "/sources/999",
        "/sources/abc/20260101000000",
        "/%00",
        "/%ff",
        "/a/b/c/d/e",
        "/?%",
        "/sources/-1",
    ] {
        let page = press.reader().asks(path).await;
        assert!(matches!(page.status, 200 | 400 | 404), "{path}: {}", page.status);
        if path != "/?%" {
            assert!(page.header("content-type").starts_with("text/html") || page.status == 400, "{path}");
        }
    }
    press.reader().opens("/nothing").await.is(404);
    let health = press.api().get("/health").await.is(200).json();
    assert_eq!(health["status"], "ok");
}

#[tokio::test]
async fn a_feed_reader_gets_a_feed() {
    let press = Press::start().await;
    let post = press.ida().publishes("Ice & <water>", "It *left*.").await;
    let feed = press.reader().opens("/feed.atom").await;
    assert!(
        feed.header("content-type").starts_with("application/atom+xml"),
        "{}",
        feed.header("content-type")
    );

    let mut reader = quick_xml::Reader::from_reader(&feed.body[..]);
    let (mut buffer, mut names) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event_into(&mut buffer).expect("well-formed XML") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                names.push(AsRef::<str>::as_ref(&tag.name()).to_owned());
            }
            _ => {}
        }
        buffer.clear();
    }
    for name in ["feed", "title", "id", "updated", "entry", "link", "author", "content"] {
        assert!(names.iter().any(|n| n == name), "no <{name}> in {names:?}");
    }
    assert!(feed.html().contains(&format!("\"{}\"", post.url)), "{}", feed.html());
    let front = press.reader().opens("/").await;
    let feeds = front.attributes("link[rel=alternate][type='application/atom+xml']", "href");
    assert!(feeds.iter().any(|href| href.ends_with("/feed.atom")), "{feeds:?}");
}

#[tokio::test]
async fn requests_are_answered_however_their_bytes_arrive() {
    let press = Press::start().await;
    let post = press.ida().publishes("The outer basin", "Calm water, and little of it.").await;
    post.page().await;
    let kept = format!("GET {} HTTP/1.1\r\nHost: a\r\n", post.path);
    let elsewhere = "GET /2020/01/nothing HTTP/1.1\r\nHost: a\r\n\r\n";
    let last = format!("{kept}Connection: close\r\n\r\n");
    let form = "POST /feed.atom HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /";

    for (pieces, statuses) in [
        (vec![format!("{kept}\r\n"), last.clone()], vec![200, 200]),
        (vec![format!("{kept}\r\n{kept}\r\n{kept}\r\n{last}")], vec![200; 4]),
        (vec![format!("{kept}\r\n{elsewhere}{kept}\r\n{last}")], vec![200, 404, 200, 200]),
        // A head may come in parts, and what looks like a request may be a body.
        (
            vec![
                "GE".into(),
                format!("T {} HT", post.path),
                "TP/1.1\r\nHost: a\r\n".into(),
                format!("\r\n{last}"),
            ],
            vec![200; 2],
        ),
        (vec![format!("{kept}\r\n{form}"), last.clone()], vec![200, 405, 200]),
        // More is asked than a reader takes at once.
        (vec![format!("{kept}\r\n").repeat(3000), last.clone()], vec![200; 3001]),
        (vec!["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n".into()], vec![400]),
    ] {
        let answers = said_over_the_wire(&press.base(), &pieces).await;
        assert_eq!(statuses_of(&answers), statuses, "{:?}", pieces[0].get(..200).unwrap_or(&pieces[0]));
    }
}

/// Sends the pieces one by one, and reads meanwhile until the server closes.
async fn said_over_the_wire(base: &str, pieces: &[String]) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = base.trim_start_matches("http://");
    let (mut read, mut write) = tokio::net::TcpStream::connect(address).await.unwrap().into_split();
    write.as_ref().set_nodelay(true).unwrap();
    let mut all = Vec::new();
    let sending = async {
        for piece in pieces {
            write.write_all(piece.as_bytes()).await.unwrap();
            // Other tasks run, so that the server may see this piece alone; either way the answers are the same.
            tokio::task::yield_now().await;
        }
    };
    let (_, end) = tokio::join!(sending, read.read_to_end(&mut all));
    end.unwrap();
    all
}

/// Of answers one behind the other: each is as long as it says.
fn statuses_of(mut answers: &[u8]) -> Vec<u16> {
    let mut statuses = Vec::new();
    while !answers.is_empty() {
        let mut fields = [httparse::EMPTY_HEADER; 32];
        let mut answer = httparse::Response::new(&mut fields);
        let head = answer.parse(answers).unwrap().unwrap();
        let length = answer.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-length"));
        let length: usize =
            length.map_or(0, |field| std::str::from_utf8(field.value).unwrap().parse().unwrap());
        statuses.push(answer.code.unwrap());
        answers = &answers[head + length..];
    }
    statuses
}

#[tokio::test]
async fn a_post_in_another_language_says_so() {
    let press = Press::start().await;
    let ida = press.ida();
    let russian = "Ночью смотритель зажёг лампу на маяке, и паром вышел из гавани на полчаса позже, чем обещало расписание. \
                   Утром он рассказал об этом всем, кто ждал на пристани, и никто не удивился. Старый журнал лежит в конторе \
                   порта, и каждый может прочитать, что было записано в ту ночь: ветер с запада, вода стоит высоко, \
                   а капитан ждёт, пока пройдёт баржа с песком.";
    let post = ida.publishes("Паром", russian).await;
    ida.publishes(
        "The ferry",
        "At night the keeper lit the lamp, and the ferry left the harbour half an hour late.",
    )
    .await;
    let page = press.reader().opens(&post.path).await;
    assert!(page.html().contains("<article lang=\"ru\""), "{}", page.html());
    let home = press.reader().opens("/").await;
    assert_eq!(home.html().matches(" lang=\"ru\">").count(), 1, "{}", home.html());
}
