//! A reader looks for what was published earlier: by tag, by author, by year, month and day.

mod press;

use press::{Author, Page, Post, Press};
use serde_json::json;

async fn published(author: &Author, title: &str, day: &str, tags: &[&str]) -> Post {
    author
        .writes(json!({"title": title, "markdown": "Calm.", "tags": tags, "status": "published", "published_at": format!("{day}T09:30:00Z")}))
        .await
}

fn titles(page: &Page) -> Vec<String> {
    page.pick(".posts h2, .titles a")
}

/// Every title of a list, page after page.
async fn all_titles(press: &Press, path: &str) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let page = press.reader().opens(&path).await;
        page.is(200);
        assert_eq!(page.attributes("link[rel=canonical]", "href"), [format!("{}{path}", press.base())]);
        found.extend(titles(&page));
        assert!(found.len() < 1000, "a list does not end");
        next = page.attributes(".more a", "href").pop();
    }
    found
}

#[tokio::test]
async fn lists_lead_to_every_post_once() {
    let press = Press::start().await;
    let ida = press.ida();
    let tomas = press.hires("Tomas Berg", "author").await;
    ida.settles("posts_per_page", "3").await;
    for n in 1..=8 {
        // Two a day, at the same moment: only the order of their making tells them apart.
        published(&ida, &format!("Tide {n}"), &format!("2025-03-{:02}", 10 + n / 2), &["Tides", "Log"]).await;
    }
    published(&tomas, "The night tram", "2025-03-12", &["Trams"]).await;
    let tides: Vec<_> = (1..=8).rev().map(|n| format!("Tide {n}")).collect();

    assert_eq!(all_titles(&press, "/tag/tides").await, tides);
    assert_eq!(all_titles(&press, "/author/ida-brandt").await, tides);
    assert_eq!(all_titles(&press, "/author/tomas-berg").await, ["The night tram"]);
    let mut all = all_titles(&press, "/").await;
    assert_eq!(all.len(), 9);
    all.sort();
    let mut in_month = all_titles(&press, "/archive/2025/03").await;
    in_month.sort();
    assert_eq!(in_month, all);
    let tag = press.reader().opens("/tag/tides").await;
    tag.shows("8 posts");
    assert_eq!(tag.pick("h1"), ["Tides"]);
    assert_eq!(
        tag.attributes("link[rel=alternate][type='application/rss+xml']", "href").last().unwrap(),
        "/tag/tides/feed.rss"
    );
    for path in [
        "/tag/nothing",
        "/author/nobody",
        "/tag/tides?before=1-1",
        "/tag/tides?before=x",
        "/tag/tides?before=99999999999999999999-1",
    ] {
        press.reader().opens(path).await.is(404);
    }
}

#[tokio::test]
async fn the_archive_counts_years_months_and_days() {
    let press = Press::start().await;
    let ida = press.ida();
    for (title, day) in [
        ("Ice on the quay", "2024-02-29"),
        ("Spring tide", "2025-03-14"),
        ("Neap tide", "2025-03-14"),
        ("First tram", "2025-05-01"),
    ] {
        published(&ida, title, day, &["Log"]).await;
    }
    ida.drafts("Not yet", "Nobody reads this.").await;

    let archive = press.reader().opens("/archive").await;
    archive.is(200).shows("4 posts").shows("3 posts in 2025. Most on 14 March (2).").hides("Not yet");
    assert_eq!(
        archive.attributes(".years td a", "aria-label"),
        ["March 2025: 2 posts", "May 2025: 1 post", "February 2024: 1 post"]
    );
    assert_eq!(archive.pick(".years th a"), ["2025", "2024"]);
    assert_eq!(archive.attributes(".labels a", "href"), ["/tag/log", "/author/ida-brandt"]);

    let year = press.reader().opens("/archive/2025").await;
    assert_eq!(titles(&year), ["First tram", "Neap tide", "Spring tide"]);
    assert_eq!(year.pick("h2.stretch"), ["May", "March"]);
    assert_eq!(year.attributes("svg.heat", "role"), ["img"]);
    assert!(year.html().contains("14 March: 2 posts"), "{}", year.html());

    let month = press.reader().opens("/archive/2025/03").await;
    month.shows("March 2025").shows("2 posts");
    assert_eq!(month.attributes("nav.neighbours a", "href"), ["/archive/2024/02", "/archive/2025/05"]);
    assert_eq!(press.reader().asks("/2025/03").await.header("location"), "/archive/2025/03");
    assert!(press.reader().asks("/archive/2025/3").await.header("location").ends_with("/archive/2025/03"));
    for path in [
        "/archive/2023",
        "/archive/2025/04",
        "/archive/2025/13",
        "/archive/25",
        "/archive/99999",
        "/archive/x",
        "/archive/0000",
        "/archive/9999/12",
    ] {
        press.reader().opens(path).await.is(404);
    }
}

#[tokio::test]
async fn pages_forget_what_changed_and_nothing_else() {
    let press = Press::start().await;
    let ida = press.ida();
    let post = published(&ida, "Spring tide", "2025-03-14", &["Tides"]).await;
    published(&ida, "First tram", "2025-05-01", &["Trams"]).await;
    let shown = async |path: &str| press.reader().opens(path).await;
    for path in
        ["/archive", "/archive/2025", "/archive/2025/03", "/tag/tides", "/tag/trams", "/author/ida-brandt"]
    {
        shown(path).await.is(200);
    }

    post.rewrites(json!({"title": "Highest tide", "tags": ["Floods"]})).await;
    for path in ["/archive/2025", "/archive/2025/03", "/tag/floods", "/author/ida-brandt"] {
        shown(path).await.is(200).shows("Highest tide").hides("Spring tide");
    }
    shown("/tag/tides").await.is(404);
    shown("/archive").await.shows("Floods").hides("Tides");

    let more = published(&ida, "Neap tide", "2024-12-31", &["Floods"]).await;
    assert_eq!(
        shown("/archive/2025/03").await.attributes("nav.neighbours a", "href"),
        ["/archive/2024/12", "/archive/2025/05"]
    );
    shown("/tag/floods").await.shows("2 posts");
    ida.api().delete(&format!("/api/v1/posts/{}", more.id)).await;
    assert_eq!(shown("/archive/2025/03").await.attributes("nav.neighbours a", "href"), ["/archive/2025/05"]);
    shown("/tag/floods").await.shows("1 post");
    shown("/archive/2024").await.is(404);
    shown("/archive").await.shows("2 posts, by day").hides("2024");
}

#[tokio::test]
async fn a_day_is_the_publications_own() {
    let press = Press::start().await;
    let ida = press.ida();
    let late = json!({"title": "Late tide", "markdown": "Calm.", "status": "published", "published_at": "2024-12-31T23:30:00Z"});
    ida.writes(late).await;
    assert_eq!(titles(&press.reader().opens("/archive/2024/12").await), ["Late tide"]);
    ida.settles("zone", "Asia/Tokyo").await;
    press::until("the post to be listed under the day that it is there", async || {
        let page = press.reader().opens("/archive/2025/01").await;
        if page.status == 200 && titles(&page) == ["Late tide"] { Ok(()) } else { Err(page.text()) }
    })
    .await;
    press.reader().opens("/archive/2024/12").await.is(404);
    press.reader().opens("/archive").await.shows("1 post in 2025").hides("2024");
}
