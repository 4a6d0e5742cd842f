//! An address alone in its paragraph becomes a card made of what was kept: nothing of it is loaded from elsewhere.

mod press;

use press::Press;
use press::web::Answer;
use serde_json::json;

const POST: &str = "https://x.com/harbour/status/2031";
const CARD: &str =
    "https://publish.x.com/oembed?url=https%3A%2F%2Fx.com%2Fharbour%2Fstatus%2F2031&format=json";

fn serves_a_post(press: &Press) {
    let shell = "<!doctype html><title>X</title><div id=react-root></div><script src=/main.js></script>\
        <noscript><p>JavaScript is not available.</p></noscript>";
    press.web.serves(POST, Answer::html(shell));
    let html = "<blockquote class=\"twitter-tweet\"><p lang=\"en\">The pilot boat goes out again from tomorrow morning, and \
        the night ferry follows on Friday.</p>&mdash; Harbour Office (@harbour) \
        <a href=\"https://x.com/harbour/status/2031\">March 16, 2026</a></blockquote>";
    let card = json!({"type": "rich", "author_name": "Harbour Office", "provider_name": "X", "html": html});
    press.web.serves(CARD, Answer::json(&card));
}

#[tokio::test]
async fn a_post_behind_script_is_kept_and_quoted_from_its_sites_card() {
    let press = Press::start().await;
    serves_a_post(&press);
    let post = press
        .ida()
        .publishes(
            "Ice",
            &format!(
                "The office wrote that “the pilot boat goes out again from tomorrow morning” [on its channel]({POST}).\n\n{POST}"
            ),
        )
        .await;
    post.is_judged(&["verbatim"]).await;
    let card = post.shows("Harbour Office").await;
    card.shows("the night ferry follows on Friday").shows("16 March 2026").shows("Open at the source");
    for (css, attribute) in [("img", "src"), ("iframe", "src"), ("script", "src")] {
        for address in card.attributes(css, attribute) {
            assert!(address.starts_with('/'), "{address}");
        }
    }
}

#[tokio::test]
async fn a_film_keeps_its_picture_and_opens_the_copy_once_it_is_gone() {
    const FILM: &str = "https://vimeo.com/76979871";
    let press = Press::start().await;
    press.web.serves(FILM, Answer::page("The new tide on Vimeo", "<p>Log in. Join.</p>"));
    press.web.serves(
        "https://vimeo.com/api/oembed.json?url=https%3A%2F%2Fvimeo.com%2F76979871&format=json",
        Answer::json(&json!({"type": "video", "title": "The new tide", "author_name": "Quay Films",
            "upload_date": "2026-03-05 12:00:00", "thumbnail_url": "https://outside.example/tide.gif"})),
    );
    let post = press.ida().publishes("A film", &format!("They filmed it.\n\n{FILM}\n\nThat was all.")).await;
    let source = post.is_kept().await[0]["id"].as_str().unwrap().to_owned();
    let page = post.shows("The new tide").await;
    page.shows("Quay Films").shows("5 March 2026").shows("Play at the source");
    let pictures = page.attributes(".embed img", "src");
    assert!(pictures.len() == 1 && pictures[0].starts_with("/sources/"), "{pictures:?}");
    press.reader().opens(&pictures[0]).await.is(200);

    press.web.serves(FILM, Answer::not_found().status(410));
    press.ida().settles("shown", "always").await;
    for day in [1, 5, 9] {
        let later = format!("+{}", day * 86_400);
        press.command(&["sources", "capture", &source]).with("IBID_CLOCK", &later).run().await;
    }
    assert_eq!(post.sources().await[0]["state"], "gone");
    let page = post.shows("Open the kept copy").await;
    page.shows("where it was").hides("Play at the source").shows("The new tide");
}
