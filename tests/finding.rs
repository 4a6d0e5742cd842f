//! Machines and lost readers find their way: sitemaps, what pages say of themselves, embeds, and a page for what is not there.

mod press;

use press::{Page, Press};
use serde_json::json;

fn locations(page: &Page) -> Vec<String> {
    page.is(200);
    assert!(page.header("content-type").starts_with("application/xml"));
    let text = page.html();
    text.split("<loc>").skip(1).map(|rest| rest.split("</loc>").next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_sitemap_names_everything_public_and_nothing_else() {
    let press = Press::prepare().await.with("IBID_BASE_URL", "https://gazette.example").start().await;
    let ida = press.ida();
    ida.writes(json!({"title": "Spring tide", "markdown": "Calm.", "tags": ["Tides"], "status": "published", "published_at": "2025-03-14T09:30:00Z"})).await;
    let post = ida.writes(json!({"title": "First tram", "markdown": "Calm.", "status": "published", "published_at": "2025-05-01T09:30:00Z"})).await;
    ida.drafts("Not yet", "Nobody reads this.").await;

    let index = press.reader().asks("/sitemap.xml").await;
    assert_eq!(
        locations(&index),
        [
            "https://gazette.example/sitemap/pages.xml",
            "https://gazette.example/sitemap/2025-05.xml",
            "https://gazette.example/sitemap/2025-03.xml"
        ]
    );
    let mut all = Vec::new();
    for file in locations(&index) {
        let file = press.reader().asks(file.strip_prefix("https://gazette.example").unwrap()).await;
        all.extend(locations(&file));
    }
    for path in [
        "/",
        "/archive",
        "/archive/2025",
        "/author/ida-brandt",
        "/tag/tides",
        "/2025/03/spring-tide",
        "/2025/05/first-tram",
    ] {
        assert!(all.contains(&format!("https://gazette.example{path}")), "{path} is not in {all:#?}");
    }
    for location in &all {
        press.reader().asks(location.strip_prefix("https://gazette.example").unwrap()).await.is(200);
    }
    assert!(!all.iter().any(|location| location.contains("not-yet")), "{all:?}");
    press.reader().asks("/robots.txt").await.shows("Sitemap: https://gazette.example/sitemap.xml");

    post.rewrites(json!({"status": "draft"})).await;
    assert_eq!(locations(&press.reader().asks("/sitemap.xml").await).len(), 2);
    for path in [
        "/sitemap/2025-05.xml",
        "/sitemap/2025-5.xml",
        "/sitemap/x.xml",
        "/sitemap/2025-03",
        "/sitemap/2025-13.xml",
    ] {
        press.reader().asks(path).await.is(404);
    }
}

#[tokio::test]
async fn pages_say_what_they_are() {
    let press = Press::prepare().await.with("IBID_BASE_URL", "https://gazette.example").start().await;
    let ida = press.ida();
    let title = "Ice </script><script>alert(1)</script> & water";
    let text = "It left, says [the ministry](https://ministry.example/releases/dredging).";
    let post =
        ida.writes(json!({"title": title, "markdown": text, "tags": ["Ice"], "status": "published"})).await;

    let page = press.reader().opens(&post.path).await;
    let article = page.linked();
    assert_eq!(article["@type"], "NewsArticle");
    assert_eq!(article["headline"], title);
    assert_eq!(article["url"], post.url);
    assert_eq!(
        article["author"],
        json!({"@type": "Person", "name": "Ida Brandt", "url": "https://gazette.example/author/ida-brandt"})
    );
    assert_eq!(article["keywords"], json!(["Ice"]));
    assert_eq!(article["citation"], json!(["https://ministry.example/releases/dredging"]));
    assert!(article["datePublished"].as_str().unwrap().ends_with('Z'));
    assert_eq!(page.attributes("script:not([type='application/ld+json'])", "type"), [""; 0]);
    assert_eq!(page.html().matches("<script").count(), 1, "nothing got out of its block");
    assert_eq!(press.reader().opens("/").await.linked()["@type"], "WebSite");
    assert_eq!(press.reader().opens("/author/ida-brandt").await.linked()["@type"], "Person");

    for path in ["/", &post.path, "/archive", "/tag/ice", "/author/ida-brandt"] {
        let page = press.reader().opens(path).await;
        for name in ["og:title", "og:type", "og:url", "og:site_name"] {
            let said = page.attributes(&format!("meta[property='{name}']"), "content");
            assert!(said.len() == 1 && !said[0].is_empty(), "{path}: {name}: {said:?}");
        }
        let canonical = page.attributes("link[rel=canonical]", "href");
        assert_eq!(page.attributes("meta[property='og:url']", "content"), canonical, "{path}");
    }
}

#[tokio::test]
async fn another_site_can_embed_a_post() {
    let press = Press::start().await;
    let ida = press.ida();
    let post = ida.writes(json!({"title": "Ice & <water>", "markdown": "It left.", "excerpt": "Early.", "status": "published"})).await;
    let draft = ida.drafts("Not yet", "Nobody reads this.").await;
    let page = press.reader().opens(&post.path).await;
    let found = page.attributes("link[type='application/json+oembed']", "href").remove(0);
    let embed = press.api().get(found.strip_prefix(&press.base()).unwrap()).await.is(200).json();
    assert_eq!(
        (&embed["version"], &embed["type"], &embed["title"]),
        (&json!("1.0"), &json!("rich"), &json!("Ice & <water>"))
    );
    assert_eq!(embed["author_name"], "Ida Brandt");
    let html = embed["html"].as_str().unwrap();
    assert!(
        html.contains(&post.url) && html.contains("Ice &amp; &lt;water&gt;") && html.contains("Early."),
        "{html}"
    );

    let ask = |url: &str, more: &str| format!("/oembed?url={}{more}", url.replace(':', "%3A"));
    let narrow = press.api().get(&ask(&post.url, "&maxwidth=320&maxheight=90")).await.is(200).json();
    assert_eq!((&narrow["width"], &narrow["height"]), (&json!(320), &json!(90)));
    let xml = press.api().get(&ask(&post.url, "&format=xml")).await.is(200);
    assert!(
        xml.header("content-type").starts_with("text/xml")
            && xml.text.contains("<title>Ice &amp; &lt;water&gt;</title>")
    );
    press.api().get(&ask(&post.url, "&format=yaml")).await.is(501);
    for url in [draft.url.as_str(), "https://other.example/2025/03/tides", &press.base(), "nothing"] {
        press.api().get(&ask(url, "")).await.is(404);
    }
}

#[tokio::test]
async fn a_slip_in_an_address_is_understood() {
    let press = Press::start().await;
    let ida = press.ida();
    let barrier = ida.writes(json!({"title": "The barrier that closed late", "markdown": "Calm.", "status": "published", "published_at": "2025-03-14T09:30:00Z"})).await;
    ida.publishes("Trams", "Calm.").await;
    ida.drafts("The barrier that is secret", "Nobody reads this.").await;
    for path in [
        "/2025/03/the-barrier-that-closed",
        "/2025/03/the-barier-that-closed-late",
        "/2019/01/the-barrier-that-closed-late",
        "/blog/2025-03-14-The_Barrier_that_closed_late.html",
        "/the-barrier-that-closed-late",
    ] {
        let lost = press.reader().opens(path).await;
        lost.is(404).shows("The barrier that closed late").hides("secret").hides("Trams");
        assert!(lost.links().iter().any(|(href, _)| *href == barrier.path), "{path}");
    }
    let lost = press.reader().opens("/2025/03/something-else").await;
    lost.is(404).shows("Everything of March 2025").hides("barrier");
    for path in ["/desk/the-barrier-that-closed-late", "/2025/99/x", "/%E2%80%A6"] {
        press.reader().opens(path).await.is(404).hides("barrier");
    }
}
