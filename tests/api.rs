//! A program reads and writes over the JSON API.

mod press;

use press::{Press, until};
use serde_json::{Value, json};

const POST: &str = "They write that “nobody is hurried” and that “the reading room is open until ten in the evening” \
    [there](https://library.example/reading-room). More is [at home](https://tidenotes.substack.com/).";

#[tokio::test]
async fn a_post_is_written_read_changed_and_binned() {
    let press = Press::start().await;
    let api = press.ida().api();
    let written = api
        .post(
            "/api/v1/posts",
            json!({"title": "The room", "markdown": POST, "status": "draft", "tags": ["Library", "Quay"]}),
        )
        .await
        .is(201);
    let post = written.json();
    let at = format!("/api/v1/posts/{}", post["id"].as_str().expect("ids are strings"));
    assert!(post["url"].as_str().is_some_and(|url| url.starts_with(&press.base())), "{post}");

    let read = api.get(&at).await.is(200).json();
    for (name, value) in [
        ("title", json!("The room")),
        ("markdown", json!(POST)),
        ("status", json!("draft")),
        ("tags", json!(["Library", "Quay"])),
        ("slug", json!("the-room")),
    ] {
        assert_eq!(read[name], value, "{name} of {read}");
    }
    assert!(read["published_at"].is_null(), "{read}");

    let changed = api.patch(&at, json!({"status": "published", "tags": ["Library"]})).await.is(200).json();
    assert_eq!(
        (&changed["status"], &changed["tags"], &changed["title"]),
        (&json!("published"), &json!(["Library"]), &json!("The room"))
    );
    assert!(changed["published_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{changed}");
    api.delete(&at).await.is(204);
    api.get(&at).await.problem(404);
    api.delete(&at).await.problem(404);
}

#[tokio::test]
async fn mistakes_are_told_apart() {
    let press = Press::start().await;
    let (ida, nobody) = (press.ida().api(), press.api());
    let mira = press.hires("Mira Olsen", "contributor").await.api();
    let post = press.ida().publishes("The room", POST).await;
    let good = || json!({"title": "T", "markdown": "m", "status": "draft"});
    let with = |name: &str, value: Value| {
        let mut post = good();
        post[name] = value;
        post
    };

    nobody.post("/api/v1/posts", good()).await.problem(401);
    nobody.patch(&format!("/api/v1/posts/{}", post.id), json!({"title": "x"})).await.problem(401);
    nobody.delete(&format!("/api/v1/posts/{}", post.id)).await.problem(401);
    press::Api::new(&press.base(), Some("not-a-token")).get("/api/v1/posts").await.problem(401);

    mira.post("/api/v1/posts", with("status", json!("published"))).await.problem(403);
    mira.delete(&format!("/api/v1/posts/{}", post.id)).await.problem(403);

    ida.post("/api/v1/posts", with("slug", json!("the-room"))).await.problem(409);
    let other = ida.post("/api/v1/posts", with("slug", json!("another-room"))).await.is(201).json();
    let other = format!("/api/v1/posts/{}", other["id"].as_str().expect("an id"));
    ida.patch(&other, json!({"slug": "the-room"})).await.problem(409);
    let slug = json!({"title": "Other", "markdown": "m", "status": "published", "slug": "the-room"});
    ida.post("/api/v1/posts", slug).await.problem(409);

    for (name, value) in [
        ("title", json!("t".repeat(1001))),
        ("title", json!("\u{200b}\u{202e}")),
        ("excerpt", json!("e".repeat(10_001))),
        ("tags", json!(["t".repeat(10_001)])),
        ("tags", json!((0..101).map(|n| format!("tag {n}")).collect::<Vec<_>>())),
    ] {
        ida.post("/api/v1/posts", with(name, value)).await.problem(422);
    }
    for year in ["1950", "0000", "9999"] {
        let dated = json!({"title": "T", "markdown": "m", "status": "published", "published_at": format!("{year}-12-31T00:00:00Z")});
        ida.post("/api/v1/posts", dated).await.problem(422);
    }
    ida.post("/api/v1/posts", with("status", json!("retracted"))).await.problem(422);
    ida.post("/api/v1/posts", with("title", json!(7))).await.problem(422);
    ida.post("/api/v1/posts", with("status", json!("scheduled"))).await.problem(422);
    ida.post("/api/v1/posts", json!({"markdown": "no title", "status": "published"})).await.problem(422);
    for unknown in [
        "/api/v1/posts/999999",
        "/api/v1/posts/abc",
        "/api/v1/posts/-1",
        "/api/v1/posts/999999/sources",
        "/api/v1/posts/999999/quotations",
        "/api/v1/sources/999999",
        "/api/v1/nothing",
    ] {
        ida.get(unknown).await.problem(404);
        nobody.get(unknown).await.problem(404);
    }
    ida.send("PUT", "/api/v1/posts", Some(good())).await.problem(405);
}

#[tokio::test]
async fn bodies_that_are_no_json_are_refused_in_words() {
    let press = Press::start().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (media_type, body, fair) in [
        ("application/json", "{\"title\": ", &[400, 422][..]),
        ("application/json", "[1, 2]", &[400, 422]),
        ("application/json", "\u{0}", &[400, 422]),
        ("text/plain", "{\"title\": \"x\"}", &[415, 400, 422]),
    ] {
        let request = client.post(format!("{}/api/v1/posts", press.base())).bearer_auth(&press.ida().token);
        let answer = request.header("content-type", media_type).body(body).send().await.unwrap();
        let (status, problem) =
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap().to_owned());
        assert!(fair.contains(&status), "{body}: {status}");
        assert!(problem.starts_with("application/problem+json"), "{body}: {problem}");
    }
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let press = Press::start().await;
    for n in 1..=7 {
        press.ida().publishes(&format!("Number {n}"), "Short.").await;
    }
    press.ida().drafts("A draft", "Hidden.").await;
    let mut titles = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = press.api().get(&format!("/api/v1/posts?limit=3{cursor}")).await.is(200).json();
        let items = page["items"].as_array().expect("items").clone();
        assert!(items.len() <= 3);
        titles.extend(items.iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(
        titles,
        (1..=7).rev().map(|n| format!("Number {n}")).collect::<Vec<_>>(),
        "newest first, each once"
    );
    let all = press.ida().api().get("/api/v1/posts?limit=100").await.is(200).items();
    assert_eq!(all.len(), 8, "with a token, drafts too");
    for odd in ["limit=0", "limit=-3", "limit=abc", "cursor=abc", "limit=100000000", "cursor=%00"] {
        let status = press.api().get(&format!("/api/v1/posts?{odd}")).await.status;
        assert!(matches!(status, 200 | 400 | 422), "{odd}: {status}");
    }
}

#[tokio::test]
async fn sources_and_quotations_are_there_for_everybody_once_published() {
    let press = Press::start().await;
    let post = press.ida().publishes("The room", POST).await;
    post.is_kept().await;
    let at = |part: &str| format!("/api/v1/posts/{}/{part}", post.id);

    let sources = press.api().get(&at("sources")).await.is(200).items();
    let room = sources
        .iter()
        .find(|s| s["url"] == "https://library.example/reading-room")
        .expect("the room")
        .clone();
    assert!(room["id"].is_string(), "{room}");
    assert_eq!(
        (&room["kind"], &room["via"], &room["state"]),
        (&json!("source"), &json!(false), &json!("alive"))
    );
    let capture = &room["captures"][0];
    assert!(capture["at"].as_str().is_some_and(|at| at.len() >= 20 && at.ends_with('Z')), "{capture}");
    assert_eq!((&capture["health"], &capture["provenance"]), (&json!("good"), &json!("fetched")));
    assert!(
        capture["url"].as_str().is_some_and(|url| url.starts_with(&format!(
            "{}/sources/{}/",
            press.base(),
            room["id"].as_str().unwrap()
        ))),
        "{capture}"
    );
    assert_eq!(
        sources.iter().find(|s| s["url"] == "https://tidenotes.substack.com/").expect("the home")["kind"],
        "pointer"
    );

    let one =
        press.api().get(&format!("/api/v1/sources/{}", room["id"].as_str().unwrap())).await.is(200).json();
    assert_eq!((&one["url"], &one["state"]), (&room["url"], &room["state"]));
    assert_eq!(press.api().get("/api/v1/sources").await.is(200).items().len(), 2);

    let quotations = until("verdicts", async || {
        let answer = press.api().get(&at("quotations")).await.is(200).json();
        let list = answer["quotations"].as_array().unwrap().clone();
        if list.iter().all(|q| q["verdict"] == "verbatim" || q["verdict"] == "too_short") && !list.is_empty()
        {
            Ok(answer)
        } else {
            Err(answer.to_string())
        }
    })
    .await;
    assert!(quotations["counts"]["verbatim"].as_u64().is_some_and(|n| n >= 1), "{quotations}");
    let quotation =
        quotations["quotations"].as_array().unwrap().iter().find(|q| q["verdict"] == "verbatim").unwrap();
    assert_eq!(quotation["source"], "https://library.example/reading-room");
    assert_eq!(quotation["spans"].as_array().unwrap().len(), 1);

    let annotations = press.api().get(&at("annotations")).await.is(200).json();
    assert_eq!(annotations["@context"], "http://www.w3.org/ns/anno.jsonld");
    let items = annotations["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["body"]["value"] == "verbatim").expect("the one that is there");
    let (quoted, source) = (&found["target"][0], &found["target"][1]);
    assert_eq!(quoted["selector"]["exact"], quotation["text"]);
    assert_eq!((&source["source"], &source["selector"]["type"]), (&room["url"], &json!("TextQuoteSelector")));
    assert!(source["selector"]["exact"].as_str().unwrap().contains("open until ten"), "{found}");
    assert_eq!(source["state"]["cached"], capture["url"]);

    // What readers may not see of a copy is not told to machines either.
    press.ida().settles("shown", "desk").await;
    let hidden = press.api().get(&at("annotations")).await.is(200).json();
    assert_eq!(hidden.to_string().matches("TextQuoteSelector").count(), items.len(), "{hidden}");
    assert!(!hidden.to_string().contains("cached"), "{hidden}");

    let told = post.page().await.linked();
    let quotation = &told["hasPart"].as_array().expect("its quotations")[0];
    assert_eq!((&quotation["@type"], &quotation["isBasedOn"]), (&json!("Quotation"), &room["url"]));
}

#[tokio::test]
async fn nothing_unpublished_is_told() {
    let press = Press::start().await;
    let draft = press.ida().drafts("The secret room", POST).await;
    let sources = draft.is_kept().await;
    let id = sources[0]["id"].as_str().unwrap();
    for path in [
        format!("/api/v1/posts/{}", draft.id),
        format!("/api/v1/posts/{}/sources", draft.id),
        format!("/api/v1/posts/{}/quotations", draft.id),
        format!("/api/v1/posts/{}/annotations", draft.id),
        format!("/api/v1/sources/{id}"),
    ] {
        let hidden = press.api().get(&path).await.problem(404);
        let unknown = press.api().get("/api/v1/posts/987654").await.problem(404);
        assert_eq!(
            (&hidden["title"], &hidden["detail"]),
            (&unknown["title"], &unknown["detail"]),
            "nobody can tell it from nothing"
        );
        press.ida().api().get(&path).await.is(200);
    }
    for list in ["/api/v1/posts", "/api/v1/sources"] {
        assert!(press.api().get(list).await.is(200).items().is_empty(), "{list}");
    }
}

#[tokio::test]
async fn a_published_post_cited_by_a_draft_keeps_its_own_counts() {
    let press = Press::start().await;
    let public =
        press.ida().publishes("Public", "See [the room](https://library.example/reading-room).").await;
    press.ida().drafts("Hidden", "See [the room](https://library.example/reading-room) and [the night](https://ferry.example/night).").await;
    public.is_kept().await;
    let register = press.api().get("/api/v1/sources").await.is(200).items();
    assert_eq!(register.len(), 1, "{register:?}");
    press.reader().opens("/sources").await.hides("ferry.example").hides("Hidden");
    let one = press.reader().opens(&format!("/sources/{}", register[0]["id"].as_str().unwrap())).await;
    one.is(200).shows("Public").hides("Hidden");
}
