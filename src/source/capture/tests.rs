//! Captures of a small web on one port, which answers by host and path.

use super::*;
use crate::config::{Config, RawConfig};
use crate::outside::db::sql;
use crate::source::{Kind, State, audit, room};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers by `host/path`, as whole HTTP responses; anything else is a 404.
type Web = Arc<Mutex<HashMap<String, Vec<u8>>>>;

struct Press {
    app: App,
    web: Web,
    asked: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Press {
    async fn open() -> Press {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (web, asked) = (Web::default(), Arc::new(Mutex::new(Vec::new())));
        tokio::spawn(serve(listener, web.clone(), asked.clone()));
        let folder = tempfile::tempdir().unwrap();
        let typed = RawConfig {
            data: Some(folder.path().into()),
            capture_allow: Some("127.0.0.2/32".into()),
            capture_connect: Some(format!("*={address}")),
            disk_free: Some("50".into()),
            ..RawConfig::default()
        };
        let app = App::open(Config::read(typed).unwrap()).await.unwrap();
        Press { app, web, asked, _folder: folder }
    }

    fn serves(&self, url: &str, content_type: &str, body: &str) {
        self.answers(
            url,
            &format!(
                "200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
        );
    }

    fn redirects(&self, url: &str, to: &str) {
        self.answers(url, &format!("301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"));
    }

    fn answers(&self, url: &str, answer: &str) {
        self.web.lock().unwrap().insert(url.to_owned(), format!("HTTP/1.1 {answer}").into_bytes());
    }

    async fn source(&self, url: &str) -> SourceId {
        let (url, now) = (format!("http://{url}"), self.app.now());
        self.app.db.write(move |tx| Ok(Source::of(tx, &url, Kind::Source, now)?.source_id)).await.unwrap()
    }

    async fn captures(&self, url: &str) -> Capture {
        let id = self.source(url).await;
        keep(&self.app, id).await.unwrap()
    }

    async fn found(&self, id: SourceId) -> Source {
        self.app.db.read(move |tx| Source::find(tx, id)).await.unwrap()
    }

    /// `role status path` of every record that can be read back, in the order of the file.
    async fn records(&self, capture: &Capture) -> Vec<String> {
        let id = capture.capture_id;
        let records = self.app.db.read(move |tx| Capture::records(tx, id)).await.unwrap();
        let mut out = Vec::new();
        for record in &records {
            let read = kept(&self.app, capture, record).await.unwrap();
            assert_eq!((read.url.as_str(), i64::from(read.status)), (record.url.as_str(), record.status));
            out.push(format!(
                "{} {} {}",
                record.role,
                record.status,
                record.url.trim_start_matches("http://")
            ));
        }
        out.sort();
        out
    }
}

async fn serve(listener: TcpListener, web: Web, asked: Arc<Mutex<Vec<String>>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let (web, asked) = (web.clone(), asked.clone());
        tokio::spawn(async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => request.push(byte),
                    Err(_) => return,
                }
            }
            let request = String::from_utf8(request).unwrap();
            let target = request.split(' ').nth(1).unwrap();
            let host = request.split("\r\n").find_map(|line| line.strip_prefix("Host: ")).unwrap();
            let url = format!("{host}{target}");
            let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot here.".to_vec();
            let answer = web.lock().unwrap().get(&url).cloned().unwrap_or(missing);
            if !url.ends_with("/robots.txt") {
                asked.lock().unwrap().push(url);
            }
            let _ = stream.write_all(&answer).await;
        });
    }
}

const LAMPS: &str =
    "The lamps along the quay are lit by hand, one after another, from the lock to the lighthouse.";

fn page(title: &str, head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{LAMPS}</p>{body}</body></html>"
    )
}

#[tokio::test]
async fn a_page_is_kept_with_its_dress() {
    let press = Press::open().await;
    let head = r#"<link rel=stylesheet href="/style.css"><script src="/menu.js"></script>"#;
    press.serves(
        "quay.example/lamps",
        "text/html; charset=utf-8",
        &page("The lamps", head, "<img src=/lamp.gif><img src=/none.gif>"),
    );
    press.serves(
        "quay.example/style.css",
        "text/css",
        "@import 'print.css'; body { background: url(quay.gif) }",
    );
    press.serves("quay.example/print.css", "text/css", "p { background: url(/too-deep.gif) }");
    press.serves("quay.example/lamp.gif", "image/gif", "GIF89a");
    press.serves("quay.example/quay.gif", "image/gif", "GIF89a");
    let capture = press.captures("quay.example/lamps").await;
    assert_eq!((capture.health, capture.title.as_str(), capture.private), (Health::Good, "The lamps", false));
    assert_eq!(
        press.records(&capture).await,
        [
            "page 200 quay.example/lamps",
            "requisite 200 quay.example/lamp.gif",
            "requisite 200 quay.example/print.css",
            "requisite 200 quay.example/quay.gif",
            "requisite 200 quay.example/style.css",
            "requisite 404 quay.example/none.gif",
            "robots 404 quay.example/robots.txt",
        ]
    );
    let text = press.app.files.get(&capture.text_file).await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains(LAMPS));
    assert_eq!(capture.text_digest, digest(&String::from_utf8_lossy(&text)).to_string());
    let source = press.found(capture.source_id).await;
    assert_eq!(
        (source.state, source.title.as_str(), source.looked_at),
        (State::Alive, "The lamps", Some(capture.captured_at))
    );
    let id = capture.source_id;
    let jobs = press.app.db.read(|tx| queue::list(tx, 10)).await.unwrap();
    assert!(jobs.iter().any(|job| job.job().unwrap() == Job::CheckQuotes(id)), "{jobs:?}");
    // The file is whole: every digest in it holds.
    let warc = press.app.files.get(&capture.warc_file).await.unwrap();
    assert_eq!(capture.warc_bytes, warc.len() as i64);
    let report = wacz::warc::verify(wacz::warc::Reader::new(&warc[..]));
    assert!(report.problems.is_empty(), "{report:?}");
    assert_eq!(report.records, 2 + 2 * 7, "warcinfo, metadata, seven pairs");
}

#[tokio::test]
async fn what_is_held_already_is_not_kept_again() {
    let press = Press::open().await;
    let rule = |n: u64| format!(".lamp-{n} {{ width: {}px }} ", n.wrapping_mul(2_654_435_761) % 99_991);
    let style: String = (0..600).map(rule).collect();
    let dressed = |title: &str| page(title, "<link rel=stylesheet href=/style.css>", "");
    press.serves("quay.example/style.css", "text/css", &style);
    press.serves("quay.example/lamps", "text/html", &dressed("The lamps"));
    press.serves("ferry.example/style.css", "text/plain", &style);
    press.serves("ferry.example/night", "text/html", &dressed("The night boat"));
    press.serves("ferry.example/robots.txt", "text/plain", "User-agent: *\nDisallow: /\n");
    let first = press.captures("quay.example/lamps").await;
    let other = press.captures("ferry.example/night").await;
    let again = press.captures("quay.example/lamps").await;
    // Each reads back whole, under its own address and with its own headers.
    for (capture, kind) in [(&first, "text/css"), (&other, "text/plain"), (&again, "text/css")] {
        let id = capture.capture_id;
        let records = press.app.db.read(move |tx| Capture::records(tx, id)).await.unwrap();
        let sheet = records.iter().find(|record| record.url.ends_with("style.css")).unwrap();
        assert_eq!(sheet.held_by, (id != first.capture_id).then_some(first.capture_id));
        let read = kept(&press.app, capture, sheet).await.unwrap();
        assert_eq!((read.body.as_slice(), read.header("content-type")), (style.as_bytes(), kind));
    }
    // What robots.txt says is kept, and keeps nothing back.
    assert!(press.records(&other).await.contains(&"robots 200 ferry.example/robots.txt".to_owned()));
    // Other programs are told the same, and every digest holds.
    let warc = press.app.files.get(&other.warc_file).await.unwrap();
    let report = wacz::warc::verify(wacz::warc::Reader::new(&warc[..]));
    assert!(report.problems.is_empty(), "{report:?}");
    let revisit = wacz::warc::Reader::new(&warc[..])
        .map(|record| record.unwrap())
        .find(|record| record.kind() == Some(wacz::warc::Kind::Revisit))
        .unwrap();
    let field = |name: &str| revisit.fields.get(name).unwrap_or_default().to_owned();
    assert_eq!(field("WARC-Refers-To-Target-URI"), "http://quay.example/style.css");
    assert_eq!(field("WARC-Profile"), "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest");
    let held = press.app.files.get(&first.warc_file).await.unwrap();
    let referred = wacz::warc::Reader::new(&held[..])
        .map(|record| record.unwrap())
        .find(|record| record.id() == revisit.refers_to())
        .unwrap();
    assert_eq!(referred.target_uri(), Some("http://quay.example/style.css"));
    assert_eq!(referred.fields.get("WARC-Date"), revisit.fields.get("WARC-Refers-To-Date"));
    let taken = press.app.db.read(room::taken).await.unwrap();
    assert_eq!(taken.copies, 3);
    assert!(taken.saved > 0 && taken.bytes > first.warc_bytes + other.warc_bytes, "{taken:?}");
    reread(&press.app, again.capture_id).await.unwrap();
}

#[tokio::test]
async fn a_spent_budget_stops_copies_and_says_so() {
    let press = Press::open().await;
    press.serves("quay.example/lamps", "text/html", &page("The lamps", "", ""));
    let now = press.app.now();
    let set = |name: &'static str, value: &'static str| {
        press.app.db.write(move |tx| {
            tx.run(
                sql!(
                    "-- tests::set
                    insert into setting (name, value, changed_at) values (?1, ?2, ?3)
                    on conflict (name) do update set value = ?2"
                ),
                (name, value, now),
            )
        })
    };
    set("copies_month", "1000").await.unwrap();
    press.captures("quay.example/lamps").await;
    let id = press.source("quay.example/lamps").await;
    let stopped = keep(&press.app, id).await.unwrap_err().to_string();
    assert!(stopped.starts_with("No copy was made: this month’s copies take "), "{stopped}");
    set("copies_month", "0").await.unwrap();
    keep(&press.app, id).await.unwrap();
}

#[tokio::test]
async fn what_a_crash_leaves_is_found_and_swept_when_it_is_old() {
    let press = Press::open().await;
    press.serves("quay.example/lamps", "text/html", &page("The lamps", "", ""));
    let capture = press.captures("quay.example/lamps").await;
    let whole = audit::audit(&press.app).await.unwrap();
    assert!(whole.missing.is_empty() && whole.torn.is_empty() && whole.strays.is_empty());
    let files = &press.app.files;
    files.put("captures/7/20260314093000.warc.gz", "half").await.unwrap();
    files.put("texts/new.txt", "just now").await.unwrap();
    let root = press._folder.path().join("files");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(90_000);
    let half_written = root.join("texts/x.txt#1");
    std::fs::write(&half_written, "half").unwrap();
    for path in [root.join("captures/7/20260314093000.warc.gz"), half_written] {
        std::fs::File::options().append(true).open(path).unwrap().set_modified(old).unwrap();
    }
    std::fs::File::options()
        .append(true)
        .open(root.join(&capture.warc_file))
        .and_then(|file| file.set_modified(old))
        .unwrap();
    let found = audit::audit(&press.app).await.unwrap();
    let strays: Vec<_> = found.strays.iter().map(|file| file.key.as_str()).collect();
    assert_eq!(strays, ["captures/7/20260314093000.warc.gz", "texts/x.txt#1"]);
    assert_eq!((found.young, found.missing.len(), found.torn.len()), (1, 0, 0));
    audit::sweep(&press.app, &found).await.unwrap();
    let swept = audit::audit(&press.app).await.unwrap();
    assert_eq!((swept.strays.len(), swept.missing.len()), (0, 0));
    // A file cut short, and one that is gone.
    std::fs::write(root.join(&capture.warc_file), "short").unwrap();
    std::fs::remove_file(root.join(&capture.text_file)).unwrap();
    let found = audit::audit(&press.app).await.unwrap();
    assert_eq!((found.torn, found.missing), (vec![capture.warc_file], vec![capture.text_file]));
}

#[tokio::test]
async fn a_good_copy_is_good_for_a_minute_and_no_two_share_a_second() {
    let press = Press::open().await;
    press.serves("quay.example/lamps", "text/html", &page("The lamps", "", ""));
    let id = press.source("quay.example/lamps").await;
    run(&press.app, id).await.unwrap();
    run(&press.app, id).await.unwrap();
    assert_eq!(press.asked.lock().unwrap().len(), 1, "an order given twice is one");
    keep(&press.app, id).await.unwrap();
    assert_eq!(press.asked.lock().unwrap().len(), 2, "a person who asks for a copy now gets one");
    // Bad ones may follow each other at once, each under a second of its own.
    let bad = [
        press.captures("quay.example/no").await,
        press.captures("quay.example/no").await,
        press.captures("quay.example/no").await,
    ];
    let mut stamps: Vec<String> = bad.iter().map(|copy| copy.captured_at.stamp()).collect();
    stamps.dedup();
    assert_eq!(stamps.len(), 3, "{stamps:?}");
    assert!(bad.iter().all(|copy| copy.health == Health::Error && copy.captured_at.0 % SECOND == 0));
    assert_eq!(press.found(bad[0].source_id).await.state, State::Failing);
}

#[tokio::test]
async fn a_failure_is_a_fact_with_a_reason() {
    let press = Press::open().await;
    press.answers("quay.example/wall", "403 Forbidden\r\ncf-mitigated: challenge\r\nContent-Type: text/html\r\n\r\n<title>Just a moment...</title>");
    press
        .answers("quay.example/cut", "200 OK\r\nContent-Type: text/html\r\nContent-Length: 4000\r\n\r\nhalf");
    press.serves(
        "quay.example/soft",
        "text/html",
        "<title>Page not found</title><p>The page could not be found.",
    );
    press.redirects("quay.example/inner", "http://169.254.169.254/latest/meta-data/");
    for (url, health, state, why) in [
        ("quay.example/wall", Health::BotWall, State::Blocked, "A wall against robots answered"),
        ("quay.example/cut", Health::Unreachable, State::Failing, "The server broke off"),
        ("quay.example/soft", Health::Soft404, State::Failing, "It answered as if all were well"),
        ("quay.example/none", Health::Error, State::Failing, "It answered 404 (Not Found)."),
        ("quay.example/inner", Health::Refused, State::Blocked, "Our guard refused it: 169.254.169.254"),
        ("10.0.0.8/", Health::Refused, State::Blocked, "Our guard refused it: 10.0.0.8"),
    ] {
        let capture = press.captures(url).await;
        let evidence: Evidence = serde_json::from_str(&capture.evidence).unwrap();
        let source = press.found(capture.source_id).await;
        assert_eq!((capture.health, source.state), (health, state), "{url}");
        assert!(
            evidence.why.starts_with(why) && source.evidence.contains(why),
            "{url}: {evidence:?} {}",
            source.evidence
        );
        assert_eq!(source.title, "", "a wall's title is not the source's");
    }
    assert!(!press.asked.lock().unwrap().iter().any(|url| url.contains("169.254")));
}

#[tokio::test]
async fn a_redirect_joins_two_addresses_that_are_both_cited() {
    let press = Press::open().await;
    press.redirects("short.example/x", "http://quay.example/lamps");
    press.redirects("quay.example/old", "http://quay.example/lamps");
    press.redirects("quay.example/lost/page", "http://quay.example/");
    press.serves("quay.example/lamps", "text/html", &page("The lamps", "", ""));
    press.serves("quay.example/", "text/html", &page("The quay", "", ""));
    let (lamps, home) = (press.source("quay.example/lamps").await, press.source("quay.example/").await);
    let short = press.captures("short.example/x").await;
    assert_eq!(press.found(short.source_id).await.merged_into, Some(lamps));
    // Cited after it was captured: joined when the page itself is.
    let alone = Press::open().await;
    alone.redirects("quay.example/old", "http://quay.example/lamps");
    alone.serves("quay.example/lamps", "text/html", &page("The lamps", "", ""));
    let old = alone.captures("quay.example/old").await;
    let before = alone.found(old.source_id).await;
    assert_eq!((before.merged_into, before.state), (None, State::Moved));
    let lamps = alone.captures("quay.example/lamps").await;
    let after = alone.found(old.source_id).await;
    assert_eq!(after.merged_into, Some(lamps.source_id));
    assert_eq!(after.merged_why, "http://quay.example/old leads to http://quay.example/lamps.");
    // What a site sends to its front door is lost, not moved.
    let lost = press.captures("quay.example/lost/page").await;
    assert_eq!((lost.health, press.found(lost.source_id).await.merged_into), (Health::Soft404, None));
    assert_eq!(press.found(home).await.state, State::Unchecked);
}

#[tokio::test]
async fn what_was_kept_apart_by_hand_stays_apart() {
    let press = Press::open().await;
    press.redirects("quay.example/old", "http://quay.example/lamps");
    press.serves("quay.example/lamps", "text/html", &page("The lamps", "", ""));
    press.source("quay.example/lamps").await;
    let id = press.captures("quay.example/old").await.source_id;
    assert!(press.found(id).await.merged_into.is_some());
    let now = press.app.now();
    press.app.db.write(move |tx| Source::unmerge(tx, id, now)).await.unwrap();
    press.captures("quay.example/lamps").await;
    assert_eq!(press.found(id).await.merged_into, None);
}

#[tokio::test]
async fn canonical_links_count_when_both_agree_and_have_one_owner() {
    let press = Press::open().await;
    let names = |url: &str| format!("<link rel=canonical href=\"http://{url}\">");
    press.serves("www.quay.example/room", "text/html", &page("Room", &names("quay.example/room"), ""));
    press.serves("quay.example/room", "text/html", &page("Room", &names("quay.example/room"), ""));
    press.serves("quay.example/claims", "text/html", &page("Claims", &names("ferry.example/night"), ""));
    press.serves("ferry.example/night", "text/html", &page("Night", &names("quay.example/claims"), ""));
    press.serves("quay.example/one-sided", "text/html", &page("One", &names("quay.example/plain"), ""));
    press.serves("quay.example/plain", "text/html", &page("Plain", "", ""));
    let mut merged = Vec::new();
    for url in [
        "quay.example/room",
        "www.quay.example/room",
        "quay.example/claims",
        "ferry.example/night",
        "quay.example/one-sided",
        "quay.example/plain",
    ] {
        let id = press.captures(url).await.source_id;
        merged.extend(press.found(id).await.merged_into.map(|_| url));
    }
    assert_eq!(merged, ["www.quay.example/room"]);
}

#[tokio::test]
async fn a_changed_page_is_told_from_one_that_stands() {
    let press = Press::open().await;
    press.serves("quay.example/lamps", "text/html", &page("The lamps", "", ""));
    let first = press.captures("quay.example/lamps").await;
    let replaced = format!(
        "<title>The lamps</title><p>{}",
        "The ferry timetable for the winter months is now here instead."
    );
    press.serves("quay.example/lamps", "text/html", &replaced);
    press.captures("quay.example/lamps").await;
    let source = press.found(first.source_id).await;
    assert_eq!(source.state, State::Changed, "{}", source.evidence);
    reread(&press.app, first.capture_id).await.unwrap();
}
