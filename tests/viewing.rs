//! The desk tells how often posts were opened, and from where people came.

mod press;

use press::{Page, Press, Visitor, until};

async fn tells(desk: &Visitor, path: &str, words: &[&str]) -> Page {
    until(&format!("{path} to tell {words:?}"), async || {
        let page = desk.opens(path).await;
        let text = page.text();
        if words.iter().all(|words| text.contains(words)) { Ok(page) } else { Err(text) }
    })
    .await
}

#[tokio::test]
async fn views_and_referring_sites_are_counted() {
    let press = Press::start().await;
    let ida = press.ida();
    let ferry = ida.publishes("The night ferry", "It sails at nine.").await;
    let tram = ida.publishes("The early tram", "It leaves at four.").await;
    let reader = press.reader();
    reader.opens(&ferry.path).await.is(200);
    let from = |address| [("sec-fetch-dest", "document"), ("referer", address)];
    for _ in 0..3 {
        reader.asks_with(&ferry.path, &from("https://www.tides.example/today")).await.is(200);
    }
    reader.asks_with(&ferry.path, &from(&press.base())).await.is(200);
    // What is no reader opening a post.
    reader.asks_head(&ferry.path).await;
    reader.asks_with(&ferry.path, &[("sec-fetch-dest", "empty")]).await.is(200);
    reader.opens("/archive").await.is(200);
    reader.opens("/2026/03/nothing").await.is(404);
    reader.opens(&tram.path).await.is(200);
    let cookies = reader.asks(&ferry.path).await.headers.get_all("set-cookie").iter().count();
    assert_eq!(cookies, 0);

    let desk = ida.signs_in().await;
    let all = tells(&desk, "/desk/views", &["7 views in 30 days", "tides.example3 views"]).await;
    assert_eq!(all.pick(".rows a.title"), ["The night ferry", "The early tram"]);
    assert!(
        all.attributes("svg.bars", "aria-label")[0].starts_with("Views a day. Most on "),
        "{}",
        all.html()
    );
    let path = format!("/desk/posts/{}/views", tram.id);
    tells(&desk, &path, &["The early tram", "1 view in 30 days"]).await.hides("tides.example");

    let tomas = press.hires("Tomas Berg", "author").await.signs_in().await;
    tomas.opens(&path).await.is(403);
    press.reader().opens(&path).await.hides("1 view");
}

#[tokio::test]
async fn nothing_is_counted_where_the_owner_says_so() {
    let press = Press::start().await;
    let ida = press.ida();
    let ferry = ida.publishes("The night ferry", "It sails at nine.").await;
    ida.settles("views", "off").await;
    let desk = ida.signs_in().await;
    press.reader().opens(&ferry.path).await.is(200);
    ida.settles("views", "on").await;
    press.reader().opens(&ferry.path).await.is(200);
    let page = tells(&desk, "/desk/views", &["view"]).await;
    page.hides("not counted");
}
