//! The sample publication: everything works without a network, and each verdict is what its expectations say.

mod press;

use press::{Press, until};

#[tokio::test]
async fn the_sample_fills_an_empty_folder() {
    let press = Press::prepare().await.start_with(&["--sample"]).await;
    let welcome = press
        .said()
        .into_iter()
        .find_map(|line| line.split_whitespace().find(|w| w.contains("/desk/")).map(str::to_owned));
    let welcome =
        welcome.unwrap_or_else(|| panic!("no address to sign in with:\n{:?}\n{}", press.said(), press.log()));
    let door = press.reader().opens(&press::path_of(&welcome)).await;
    assert!(door.is(200).form_with("password").is_some(), "{}", door.html());

    let posts = until("six posts", async || {
        let posts = press.api().get("/api/v1/posts?limit=100").await.is(200).items();
        if posts.len() == 6 { Ok(posts) } else { Err(format!("{} posts", posts.len())) }
    })
    .await;
    for post in &posts {
        press
            .reader()
            .opens(&press::path_of(post["url"].as_str().unwrap()))
            .await
            .is(200)
            .shows(post["title"].as_str().unwrap());
    }
    press.reader().opens("/").await.is(200).shows(posts[0]["title"].as_str().unwrap());
    assert!(press.web.asked().is_empty(), "nobody was asked: {:?}", press.web.asked());
}

#[tokio::test]
async fn the_sample_fills_nothing_else() {
    let mut press = Press::start().await;
    press.ida().publishes("Mine", "My own words.").await;
    assert_eq!(press.is_stopped().await, Some(0));
    let ran = press.command(&["serve", "--sample", "--listen", "127.0.0.1:0"]).run().await.ends_with(2);
    ran.says("empty");
}
