//! A writer publishes, revises, schedules and takes back.

mod press;

use press::{Press, until};
use serde_json::json;

#[tokio::test]
async fn a_published_post_is_read_at_its_address() {
    let press = Press::start().await;
    let post = press.ida().publishes("The slack hour", "Twice a day the river does *nothing* at all.").await;

    let month = post.path.rsplit_once('/').expect("a slug").0;
    assert!(post.path.ends_with("/the-slack-hour") && month.len() == "/2026/03".len(), "{}", post.path);
    let page = post.page().await;
    page.is(200)
        .shows("The slack hour")
        .shows("Twice a day the river does nothing at all.")
        .shows("Ida Brandt");
    assert_eq!(page.pick("em"), ["nothing"]);

    press.reader().opens("/").await.is(200).shows("The slack hour");
    let feed = press.reader().opens("/feed.atom").await;
    assert!(feed.html().contains("The slack hour") && feed.html().contains(&post.url), "{}", feed.html());
}

#[tokio::test]
async fn a_draft_is_nobody_elses_business() {
    let press = Press::start().await;
    let post = press
        .ida()
        .drafts(
            "Not yet",
            "Half a sentence about [the dredging](https://ministry.example/releases/dredging).",
        )
        .await;
    post.is_kept().await;

    post.page().await.is(404);
    press.reader().opens("/").await.hides("Not yet");
    assert!(!press.reader().opens("/feed.atom").await.html().contains("Not yet"));
    press.api().get(&format!("/api/v1/posts/{}", post.id)).await.problem(404);
    assert_eq!(post.json().await["title"], "Not yet");

    post.rewrites(json!({"status": "published"})).await;
    let published = post.json().await;
    press
        .reader()
        .opens(&press::path_of(published["url"].as_str().unwrap()))
        .await
        .is(200)
        .shows("Half a sentence");
}

#[tokio::test]
async fn a_revision_is_seen_everywhere_within_a_second() {
    let press = Press::start().await;
    let post = press.ida().publishes("Tram line four", "The tram runs every ten minutes.").await;
    post.page().await.shows("every ten minutes");
    press.reader().opens("/").await.shows("Tram line four");

    post.rewrites(json!({"title": "Tram line five", "markdown": "The tram runs every nine minutes."})).await;
    post.shows("every nine minutes").await.shows("Tram line five").hides("every ten minutes");
    until("the front page to follow", async || {
        let front = press.reader().opens("/").await.text();
        if front.contains("Tram line five") { Ok(()) } else { Err(front) }
    })
    .await;
    assert_eq!(press::path_of(post.json().await["url"].as_str().unwrap()), post.path, "the address stays");
}

#[tokio::test]
async fn what_is_taken_back_is_gone_from_every_page() {
    let press = Press::start().await;
    let quiet = press.ida().publishes("Quiet water", "An hour of it.").await;
    let binned = press.ida().publishes("Loud water", "A minute of it.").await;
    quiet.page().await.is(200);

    quiet.rewrites(json!({"status": "draft"})).await;
    press.ida().api().delete(&format!("/api/v1/posts/{}", binned.id)).await.is(204);
    for post in [&quiet, &binned] {
        until("the page to be gone", async || match post.page().await {
            page if page.status == 404 => Ok(()),
            page => Err(format!("{} {}", page.status, page.text())),
        })
        .await;
    }
    until("the front page to follow", async || {
        let front = press.reader().opens("/").await.text();
        if front.contains("water") { Err(front) } else { Ok(()) }
    })
    .await;
    press.ida().api().get(&format!("/api/v1/posts/{}", binned.id)).await.problem(404);
    assert_eq!(quiet.json().await["status"], "draft");
}

#[tokio::test]
async fn an_address_keeps_the_month_of_first_publication() {
    let press = Press::start().await;
    let post = press
        .ida()
        .writes(json!({"title": "New Year’s ferry", "markdown": "It sailed.", "status": "published",
                       "published_at": "2023-12-31T23:59:30Z", "slug": "ferry"}))
        .await;
    assert_eq!(post.path, "/2023/12/ferry");
    post.page().await.is(200).shows("2023");

    let other = press.ida().publishes("Another ferry", "It sailed as well.").await;
    assert_ne!(other.path, post.path);
    press
        .ida()
        .api()
        .post(
            "/api/v1/posts",
            json!({"title": "Ferry again", "markdown": "No.", "status": "published", "published_at": "2023-12-02T08:00:00Z", "slug": "ferry"}),
        )
        .await
        .problem(409);
}

#[tokio::test]
async fn a_scheduled_post_appears_when_its_time_has_come() {
    let mut press = Press::start().await;
    press.ida().api()
        .post("/api/v1/posts", json!({"title": "Yesterday", "markdown": "x", "status": "scheduled", "published_at": "2020-01-01T00:00:00Z"}))
        .await
        .problem(422);
    press
        .ida()
        .api()
        .post("/api/v1/posts", json!({"title": "Some day", "markdown": "x", "status": "scheduled"}))
        .await
        .problem(422);

    let in_two_hours = time_from_now(7200);
    let post = press
        .ida()
        .writes(json!({"title": "The early boat", "markdown": "It leaves at four.", "status": "scheduled", "published_at": in_two_hours}))
        .await;
    post.page().await.is(404);
    press.reader().opens("/").await.hides("The early boat");

    assert_eq!(press.is_stopped().await, Some(0));
    press.set("IBID_CLOCK", "+7300");
    press.starts().await;
    let reader = press.reader();
    until("the scheduled post to appear", async || {
        let front = reader.opens("/").await.text();
        if front.contains("The early boat") { Ok(()) } else { Err(front) }
    })
    .await;
    reader.opens(&post.path).await.is(200).shows("It leaves at four.");
}

#[tokio::test]
async fn a_contributor_writes_and_an_editor_publishes() {
    let press = Press::start().await;
    let mira = press.hires("Mira Olsen", "contributor").await;
    let jonas = press.hires("Jonas Vale", "editor").await;

    mira.api()
        .post("/api/v1/posts", json!({"title": "Ice", "markdown": "It left.", "status": "published"}))
        .await
        .problem(403);
    let draft = mira.drafts("Ice", "It left.").await;
    mira.api()
        .patch(&format!("/api/v1/posts/{}", draft.id), json!({"status": "published"}))
        .await
        .problem(403);

    let published = jonas
        .api()
        .patch(&format!("/api/v1/posts/{}", draft.id), json!({"status": "published"}))
        .await
        .is(200)
        .json();
    let page = press.reader().opens(&press::path_of(published["url"].as_str().unwrap())).await;
    page.is(200).shows("Mira Olsen");
}

#[tokio::test]
async fn nothing_that_is_written_can_run() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "<script>alert(1)</script> & sons",
            "<script>alert(2)</script>\n\n<img src=x onerror=alert(3)>\n\n[press](javascript:alert(4)) ![p](data:text/html,x)\n\n\
             <a href=\"https://ferry.example/night\" onclick=\"alert(5)\" style=\"position:fixed\">night</a>\n\n<iframe src=\"https://ferry.example/\"></iframe>",
        )
        .await;
    let page = post.page().await;
    page.is(200).shows("<script>alert(1)</script> & sons");
    for attribute in ["onerror", "onclick", "style"] {
        assert_eq!(page.attributes(&format!("article [{attribute}]"), attribute), [""; 0], "{attribute}");
    }
    assert!(page.pick("article script, article iframe").is_empty());
    assert!(
        page.links().iter().all(|(href, _)| !href.starts_with("javascript:") && !href.starts_with("data:"))
    );
}

/// RFC 3339, UTC.
fn time_from_now(seconds: i64) -> String {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
