//! A walled source is kept another way: brought by whoever may see it, or taken from an outside archive. Readers are told which.

mod press;

use press::web::Answer;
use press::{Post, Press, Visitor, path_of};
use serde_json::Value;

const PAGE: &str = "https://walled.example/releases/dredging";
const WORDS: &str = "The fairway will be narrowed to forty metres until the end of May";

/// A site that lets no robot in.
fn walls(press: &Press) {
    let wall = "<!doctype html><title>Just a moment...</title><p>Enable JavaScript and cookies to continue";
    press.web.serves(PAGE, Answer::html(wall).status(403).header("cf-mitigated", "challenge"));
}

async fn quoting(press: &Press) -> Post {
    walls(press);
    let markdown = format!("The ministry [says]({PAGE}): “{WORDS}.”");
    let post = press.ida().publishes("The fairway", &markdown).await;
    let source = post.is_kept().await.remove(0);
    assert_eq!((&source["state"], &source["captures"][0]["health"]), (&"blocked".into(), &"bot_wall".into()));
    post.is_judged(&["source_unavailable"]).await;
    post
}

fn page() -> String {
    format!(
        "<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url: {PAGE} \n--><head><title>Dredging</title>\
         <style>p{{color:navy}}</style></head><body><h1>Dredging of the outer basin</h1><p>{WORDS}. Ferries sail as ever, and \
         nobody need worry about the lamps along the quay, which are lit by hand.</p><script>document.title='ran'</script></body></html>"
    )
}

/// The page of ways, from the list of sources.
async fn ways(press: &Press, post: &Post) -> (Visitor, press::Page) {
    let desk = press.ida().signs_in().await;
    let id = post.sources().await[0]["id"].as_str().unwrap().to_owned();
    let list = desk.opens("/desk/sources").await;
    let path = format!("/desk/sources/{id}/bring");
    assert!(list.attributes(".doing a", "href").contains(&path), "{}", list.text());
    let ways = desk.opens(&path).await;
    ways.is(200)
        .shows("A wall against robots answered")
        .shows("From your browser")
        .shows("From an outside archive");
    (desk, ways)
}

fn newest(source: &Value) -> &Value {
    &source["captures"][0]
}

#[tokio::test]
async fn what_somebody_brings_is_kept_and_said_to_be_theirs() {
    let press = Press::start().await;
    let post = quoting(&press).await;
    let (desk, ways) = ways(&press, &post).await;
    let form = ways.form_with("file").expect("a form for files");
    desk.sends_file(&form, "file", "boat.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        .await
        .is(422)
        .shows("is no page");
    let copy = desk.sends_file(&form, "file", "dredging.html", page().as_bytes()).await;
    copy.is(200).shows("Dredging").shows("supplied by Ida");

    post.is_judged(&["verbatim"]).await;
    let shown = post.shows("matches a copy supplied by Ida").await;
    shown.hides("word for word").shows("1 quotation: 1 matches a supplied copy");
    let source = post.sources().await.remove(0);
    assert_eq!(newest(&source)["provenance"], "supplied");
    assert_eq!(newest(&source)["health"], "good");
    assert_eq!(source["state"], "blocked", "it says nothing of how the source stands");
    let reader = press.reader();
    let listed = reader.opens(&format!("/sources/{}", source["id"].as_str().unwrap())).await;
    listed.is(200).shows("supplied by Ida").shows("out of our reach");
    press.ida().settles("shown", "always").await;
    let copy = reader.opens(&path_of(newest(&source)["url"].as_str().unwrap())).await;
    copy.is(200).shows("supplied by Ida").shows(WORDS);
    let frame = reader.looks_into(&copy).await;
    frame.is(200).shows(WORDS).hides("Page saved with SingleFile");
    assert!(!frame.html().contains("<script"), "{}", frame.html());

    // A web archive of it does as well; one of another page is refused.
    let warc = |url: &str| {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}", page());
        format!(
            "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:7>\r\nWARC-Date: 2026-03-01T09:30:00Z\r\n\
             WARC-Target-URI: {url}\r\nContent-Type: application/http;msgtype=response\r\nContent-Length: {}\r\n\r\n{answer}\r\n\r\n",
            answer.len()
        )
    };
    let other = desk.sends_file(&form, "file", "night.warc", warc("https://other.example/").as_bytes()).await;
    other.is(422).shows("does not hold https://walled.example/releases/dredging");
    let kept = desk.sends_file(&form, "file", "night.warc", warc(PAGE).as_bytes()).await;
    kept.is(200).shows("supplied by Ida").shows("Dredging");
    press.command(&["doctor"]).run().await.succeeds();
}

#[tokio::test]
async fn a_bookmark_brings_a_page_that_some_post_cites() {
    let press = Press::start().await;
    let post = quoting(&press).await;
    let (desk, ways) = ways(&press, &post).await;
    let bookmark = ways.attributes("a.bookmark", "href").remove(0);
    assert!(bookmark.starts_with("javascript:") && bookmark.contains(&press.base()), "{bookmark}");
    let receiving = desk.opens("/desk/bring").await;
    receiving.is(200).shows("Nothing has come yet");
    assert_eq!(receiving.header("cross-origin-opener-policy"), "unsafe-none");
    assert_eq!(desk.opens("/desk/sources").await.header("cross-origin-opener-policy"), "same-origin");
    let form = receiving.form_with("html").expect("the form that the script fills");
    let stranger = form.clone().fill("url", "https://other.example/").fill("html", &page());
    desk.sends(&stranger).await.is(422).shows("No post cites https://other.example/ yet");
    let kept = desk.sends(&form.fill("url", PAGE).fill("html", &page())).await;
    kept.is(200).shows("supplied by Ida");
    post.shows("matches a copy supplied by Ida").await;
    // Nobody else's page can make this browser do it.
    desk.is_tricked_into("/desk/bring", &[("url", PAGE), ("html", "<p>Forged")]).await.is(403);
    press.reader().opens("/desk/bring").await.shows("Sign in");
}

#[tokio::test]
async fn an_outside_archive_is_asked_for_its_copy() {
    let press = Press::start().await;
    let post = quoting(&press).await;
    press.ida().settles("archives", "https://archive.example/web").await;
    let map = format!(
        "<{PAGE}>; rel=\"original\",\n<https://archive.example/web/20190305093000/{PAGE}>; rel=\"first last memento\"; \
         datetime=\"Tue, 05 Mar 2019 09:30:00 GMT\""
    );
    let (desk, ways) = ways(&press, &post).await;
    ways.shows("archive.example");
    let id = post.sources().await[0]["id"].as_str().unwrap().to_owned();
    let outside = format!("/desk/sources/{id}/outside");
    desk.opens(&outside).await.is(200).shows("It has no copy");
    press.web.serves(
        &format!("https://archive.example/web/timemap/link/{PAGE}"),
        Answer::new(200, "application/link-format", map),
    );
    let raw = format!("https://archive.example/web/20190305093000id_/{PAGE}");
    let found = desk.opens(&outside).await;
    found.is(200).shows("5 March 2019, 09.30");
    let form = found.form_with("day").expect("a form for days");
    desk.sends(&form).await.is(503).shows("archive.example gave no copy of this page. It answered 404.");
    assert_eq!(post.sources().await[0]["captures"].as_array().unwrap().len(), 1, "no copy is no copy");

    let style = "<link rel=stylesheet href=/style.css>";
    let memento = |answer: Answer| answer.header("Memento-Datetime", "Tue, 05 Mar 2019 09:30:00 GMT");
    press.web.serves(&raw, memento(Answer::html(page().replace("<style>", &format!("{style}<style>")))));
    press.web.serves(
        "https://archive.example/web/20190305093000id_/https://walled.example/style.css",
        memento(Answer::new(200, "text/css", "h1 { color: teal }")),
    );
    let copy = desk.sends(&form).await;
    copy.is(200).shows("Kept 5 March 2019, 09.30").shows("taken from archive.example");
    post.is_judged(&["verbatim"]).await;
    post.shows("word for word").await;
    let source = post.sources().await.remove(0);
    let copies = source["captures"].as_array().unwrap();
    let taken =
        copies.iter().find(|copy| copy["provenance"] == "outside_archive").expect("the archive's copy");
    assert!(taken["at"].as_str().unwrap().starts_with("2019-03-05T09:30:00"), "{taken}");
    assert_eq!(source["state"], "blocked");
    press.ida().settles("shown", "always").await;
    let reader = press.reader();
    let copy = reader.opens(&path_of(taken["url"].as_str().unwrap())).await;
    let frame = reader.looks_into(&copy).await;
    let sheet = frame.attributes("link[rel=stylesheet]", "href").remove(0);
    reader.opens(frame.url.join(&sheet).unwrap().as_str()).await.is(200).shows("teal");
}
