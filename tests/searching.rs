//! A reader looks for words.

mod press;

use press::{Author, Page, Press, until};
use serde_json::json;

async fn asks(press: &Press, typed: &str) -> Page {
    let form =
        press.reader().opens("/search").await.form_with("q").expect("a field for words").fill("q", typed);
    press.reader().sends(&form).await
}

fn titles(page: &Page) -> Vec<String> {
    page.pick(".found h3")
}

async fn published(author: &Author, title: &str, markdown: &str, day: &str, tags: &[&str]) {
    author
        .writes(json!({"title": title, "markdown": markdown, "tags": tags, "status": "published", "published_at": format!("{day}T09:30:00Z")}))
        .await;
}

#[tokio::test]
async fn words_are_found_in_any_form_and_marked() {
    let press = Press::start().await;
    let ida = press.ida();
    published(
        &ida,
        "The barrier",
        "The barrier closes at night. *Nobody* hears it.",
        "2025-03-14",
        &["Tides"],
    )
    .await;
    published(
        &ida,
        "Night trams",
        "Trams run to the barrier; whoever closes them walks at night, and café owners wait.",
        "2026-01-02",
        &["Trams"],
    )
    .await;
    published(&ida, "Ледокол", "Ледоколы стоят у причала, и паром ждёт до полуночи.", "2024-05-01", &[])
        .await;
    published(&ida, "港", "東京の港は夜も静かです。", "2024-05-02", &[]).await;
    published(&ida, "الميناء", "السفن في الميناء القديم تنتظر المد العالي", "2024-05-03", &[]).await;

    let check = async |typed: &str, expected: &[&str]| {
        let page = asks(&press, typed).await;
        page.is(200);
        let mut found = titles(&page);
        found.sort();
        assert_eq!(found, expected, "{typed}:\n{}", page.text());
    };
    check("barriers", &["Night trams", "The barrier"]).await;
    check("CLOSING barrier", &["Night trams", "The barrier"]).await;
    check("\"closes at night\"", &["The barrier"]).await;
    check("“barrier closes”", &["The barrier"]).await;
    check("cafe", &["Night trams"]).await;
    check("tra*", &["Night trams"]).await;
    check("ледокол", &["Ледокол"]).await;
    check("ледоколу", &["Ледокол"]).await;
    check("東京", &["港"]).await;
    check("静", &["港"]).await;
    check("سفن", &["الميناء"]).await;
    check("sluice", &[]).await;

    let page = asks(&press, "barriers \"closes at night\"").await;
    page.shows("1 post").shows("Nobody hears it.");
    assert_eq!(page.pick(".found mark"), ["barrier", "barrier", "closes", "at", "night"]);
    assert_eq!(page.attributes(".found h3 a", "href"), ["/2025/03/the-barrier"]);
    assert_eq!(
        titles(&asks(&press, "barrier").await),
        ["The barrier", "Night trams"],
        "a title says more than a text"
    );
    asks(&press, "barrier sluice").await.shows("No post holds all of this. Some of it: 2 posts.");
    asks(&press, "sluice").await.shows("Nothing was found.");
    asks(&press, "<script>alert(1)</script> \"").await.is(200);
}

#[tokio::test]
async fn a_search_is_narrowed_and_goes_on() {
    let press = Press::start().await;
    let ida = press.ida();
    let tomas = press.hires("Tomas Berg", "author").await;
    ida.settles("posts_per_page", "3").await;
    for n in 1..=5 {
        published(&ida, &format!("Log {n}"), "The tide came in.", &format!("2025-03-{n:02}"), &["Tides"])
            .await;
    }
    published(&tomas, "Spring tide", "It was high.", "2024-02-29", &["Floods"]).await;

    let first = asks(&press, "tides").await;
    first.shows("6 posts");
    assert_eq!(titles(&first), ["Spring tide", "Log 5", "Log 4"], "of those as good, the newest");
    let next = first.attributes("[rel=next]", "href").pop().expect("more");
    assert_eq!(titles(&press.reader().opens(&next).await), ["Log 3", "Log 2", "Log 1"]);
    assert_eq!(press.reader().opens(&next).await.attributes("[rel=next]", "href"), [""; 0]);

    for (narrowed, expected) in [
        ("author=tomas-berg", vec!["Spring tide"]),
        ("author=nobody", vec![]),
        ("tag=floods", vec!["Spring tide"]),
        ("year=2024", vec!["Spring tide"]),
        ("year=2025&author=tomas-berg", vec![]),
        ("year=x", vec![]),
    ] {
        let page = press.reader().opens(&format!("/search?q=tide&{narrowed}")).await;
        page.is(200);
        assert_eq!(titles(&page), expected, "{narrowed}");
    }
    let page = press.reader().opens("/search?q=&tag=floods&from=99999999999999999999").await;
    assert_eq!(titles(&page), ["Spring tide"], "a filter alone lists what it lets through");
    assert_eq!(page.attributes("option[selected]", "value"), ["floods"]);
}

#[tokio::test]
async fn what_readers_may_not_see_is_not_found() {
    let press = Press::start().await;
    let ida = press.ida();
    let finds = async |typed: &str| titles(&asks(&press, typed).await);
    let post = ida.drafts("The sluice", "It opens by hand.").await;
    assert_eq!(finds("sluice").await, [""; 0], "a draft");
    post.rewrites(json!({"status": "published"})).await;
    assert_eq!(finds("sluice").await, ["The sluice"]);
    post.rewrites(json!({"markdown": "It opens by itself."})).await;
    assert_eq!((finds("hand").await, finds("itself").await), (vec![], vec!["The sluice".to_owned()]));
    post.rewrites(json!({"title": "The lock"})).await;
    assert_eq!((finds("sluice").await, finds("lock").await), (vec![], vec!["The lock".to_owned()]));
    post.rewrites(json!({"status": "draft"})).await;
    assert_eq!(finds("lock").await, [""; 0], "taken back");
    post.rewrites(json!({"status": "published"})).await;
    assert_eq!(finds("itself").await, ["The lock"], "and published again");
    post.rewrites(json!({"status": "draft"})).await;
    post.rewrites(json!({"markdown": "It opens at noon."})).await;
    post.rewrites(json!({"status": "published"})).await;
    let of_then_and_now = (finds("itself").await, finds("noon").await);
    assert_eq!(of_then_and_now, (vec![], vec!["The lock".to_owned()]), "as it was changed meanwhile");
    ida.api().delete(&format!("/api/v1/posts/{}", post.id)).await.is(204);
    assert_eq!(finds("lock").await, [""; 0], "in the bin");
    let hour = |title: &str, markdown: &str| json!({"title": title, "markdown": markdown, "status": "scheduled", "published_at": "2099-01-01T00:00:00Z"});
    ida.writes(hour("Tomorrow", "A lock.")).await;
    assert_eq!(finds("lock").await, [""; 0], "scheduled");
    let tomorrow = ida.writes(hour("Someday", "A lock.")).await;
    tomorrow.rewrites(json!({"status": "draft"})).await;
    tomorrow.rewrites(json!({"markdown": "A quay."})).await;
    tomorrow.rewrites(json!({"status": "published"})).await;
    let of_then_and_now = (finds("lock").await, finds("quay").await);
    assert_eq!(of_then_and_now, (vec![], vec!["Someday".to_owned()]), "put off, changed, and published");
}

#[tokio::test]
async fn a_scheduled_post_is_found_when_its_hour_is_here() {
    let mut press = Press::start().await;
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
    let at = at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    press
        .ida()
        .writes(
            json!({"title": "The lock", "markdown": "It opens.", "status": "scheduled", "published_at": at}),
        )
        .await;
    assert_eq!(titles(&asks(&press, "lock").await), [""; 0]);
    assert_eq!(press.is_stopped().await, Some(0));
    press.set("IBID_CLOCK", "+7300");
    press.starts().await;
    until("the post to be found", async || {
        let found = titles(&asks(&press, "lock").await);
        if found == ["The lock"] { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
}
