//! What only a real browser can tell: stories in `tests/browser/`, told by Chromium. Pictures go to `target/screenshots`.

mod press;

use press::{Press, tells};
use serde_json::json;
use std::path::{Path, PathBuf};

const RELEASE: &str = "https://ministry.example/releases/dredging";

fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots")
}

#[tokio::test]
async fn a_reader_opens_the_pages() {
    let press = Press::start().await;
    let post = press
        .ida()
        .publishes(
            "The outer basin",
            &format!(
                "The basin will be dredged this spring. Moreau said that “the basin has not been widened since the breakwater was extended” [in the release]({RELEASE}).\n\n\
                 She wrote that “we will work at night only where the neighbours have agreed to it” [there]({RELEASE}).\n\n\
                 > **Question:** Will the night ferry run in May?\n>\n> **Marta Lindqvist:** The night ferry will run. Its timetable was published on Friday and nothing in it has changed since.\n>\n> — Harbour Office, [channel](https://t.me/harbourmaster/418)\n\n\
                 https://www.youtube.com/watch?v=tideTable01\n\nMore is [in an old notice](https://trouble.example/410)."
            ),
        )
        .await;
    post.is_judged(&["altered", "verbatim", "verbatim", "verbatim"]).await;
    post.is_kept().await;
    post.shows("differs from the source").await;
    tells(
        "reading",
        json!({"base": press.base(), "folder": screenshots(), "pages": [
            {"name": "front", "path": "/", "shows": "The outer basin"},
            {"name": "post", "path": post.path, "shows": "differs from the source"},
            {"name": "sources", "path": "/sources", "shows": "Dredging of the outer basin"},
            {"name": "archive", "path": "/archive", "shows": "By month"},
            {"name": "month", "path": format!("/archive/{}", &post.path[1..8]), "shows": "1 post"},
            {"name": "author", "path": "/author/ida-brandt", "shows": "The outer basin"},
        ]}),
    )
    .await;
}

#[tokio::test]
async fn a_kept_copy_runs_nothing() {
    let press = Press::start().await;
    let post = press.ida().publishes("Hostile", "See [a quiet page](https://hostile.example/page).").await;
    let source = post.is_kept().await.remove(0);
    let path = press::path_of(source["captures"][0]["url"].as_str().unwrap());
    press.ida().settles("shown", "always").await;
    let asked_before = press.web.asked().len();
    tells("keeping", json!({"base": press.base(), "folder": screenshots(), "path": path, "shows": "The lamps along the quay are lit by hand"})).await;
    assert_eq!(press.web.asked().len(), asked_before);
}

#[tokio::test]
async fn a_writer_pastes_previews_and_publishes() {
    let press = Press::start().await;
    tells(
        "writing",
        json!({"base": press.base(), "folder": screenshots(), "email": "ida@gazette.example", "password": press::PASSWORD, "release": RELEASE}),
    )
    .await;
}

#[tokio::test]
async fn what_is_typed_is_kept_and_two_windows_lose_nothing() {
    let press = Press::start().await;
    let post = press.ida().publishes("The night ferry", "It sails at nine.").await;
    let told = tells(
        "typing",
        json!({"base": press.base(), "folder": screenshots(), "email": "ida@gazette.example", "password": press::PASSWORD, "post": post.id, "path": post.path}),
    )
    .await;
    if told {
        post.page().await.shows("It sails at ten, by hand.").hides("It sails at nine.");
    }
}

/// Each is a post with that text, title, excerpt and tag, by somebody of that name; so is what the publication is called.
#[tokio::test]
async fn hostile_texts_run_nothing_wherever_they_stand() {
    let Some(vectors) = press::vectors() else { return println!("skipped: no test data") };
    let press = Press::start().await;
    let root = press.folder().join("hostile");
    std::fs::create_dir(&root).unwrap();
    for (n, vector) in vectors.iter().enumerate() {
        let title: String = vector.chars().take(1000).collect();
        let front = json!({
            "title": title, "excerpt": vector, "tags": [vector], "authors": [{"name": vector}],
            "date": format!("2024-01-01T{:02}:{:02}:00Z", n / 60 % 24, n % 60)
        });
        let text = format!("{front}\n\nBefore.\n\n{}\n\nBehind.\n", vector.replace('\0', "\u{fffd}"));
        std::fs::write(root.join(format!("vector-{n}.md")), text).unwrap();
    }
    let root = root.to_str().unwrap();
    let ran = press.command(&["import", "markdown", root, "--no-capture", "--json"]).run().await.succeeds();
    assert_eq!(ran.json()["imported"].as_u64(), Some(vectors.len() as u64), "{}", ran.stdout);
    let worst = "\"><img src=x onerror=alert(1)><script>alert(2)</script>";
    press.ida().settles("name", worst).await;
    press.ida().settles("description", worst).await;

    let mut posts: Vec<String> = (0..vectors.len()).map(|n| format!("/2024/01/vector-{n}")).collect();
    // What readers have of it is not swallowed by what it opens and never closes.
    for path in posts.iter().step_by(9) {
        press.reader().opens(path).await.is(200).shows("Before.");
    }
    let lists = press.reader().opens("/sitemap.xml").await;
    for file in lists.pick("loc") {
        let all = press.reader().opens(&press::path_of(&file)).await.pick("loc");
        let others = all.iter().map(|url| press::path_of(url)).filter(|path| !path.starts_with("/2024/01/"));
        posts.extend(others.step_by(25));
    }
    posts.extend(
        ["/", "/search?q=alert", "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/archive/2024/01"]
            .map(str::to_owned),
    );
    let all = press.api().get("/api/v1/posts?limit=100").await.is(200).items();
    let editors = all.iter().step_by(5).map(|post| format!("/desk/posts/{}", post["id"].as_str().unwrap()));
    let desk = [
        "/desk",
        "/desk?q=alert",
        "/desk/people",
        "/desk/settings",
        "/desk/sources",
        "/desk/redirects",
        "/desk/views",
    ];
    let desk: Vec<String> = desk.into_iter().map(str::to_owned).chain(editors).collect();
    tells(
        "harmless",
        json!({"base": press.base(), "pages": posts, "desk": desk, "vectors": vectors, "email": "ida@gazette.example", "password": press::PASSWORD}),
    )
    .await;
}

#[tokio::test]
async fn nobody_is_shut_out_by_a_page() {
    let press = Press::start().await;
    let post = press
        .ida()
        .writes(json!({"title": "The outer basin", "tags": ["Basin"], "status": "published", "markdown": format!(
                "Moreau said that “the basin has not been widened since the breakwater was extended” [in the release]({RELEASE}).\n\n\
                 She wrote that “we will work at night only where the neighbours have agreed to it” [there]({RELEASE}).\n\n\
                 | Quay | Metres |\n| --- | ---: |\n| North | 40 |\n\n## A film\n\nhttps://www.youtube.com/watch?v=tideTable01\n\n\
                 More[^1] is [in an old notice](https://trouble.example/410).\n\n[^1]: Not much more."
        )}))
        .await;
    post.is_judged(&["altered", "verbatim"]).await;
    post.is_kept().await;
    post.shows("differs from the source").await;
    press.hires("Jonas Vale", "contributor").await;
    let desk = press.ida().signs_in().await;
    let me = desk.opens("/desk/me").await;
    let bio = me.form_to("/byline").expect("a form for the bio").fill("bio", "Keeps the tide tables.");
    desk.sends(&bio).await.is(200);
    let picture = me.form_to("/picture").expect("a form for a picture");
    desk.sends_file(&picture, "file", "ida.png", &press::drawing(600, 800)).await.is(200);
    let binned = press.ida().drafts("The inner basin", "Nothing of it is left.").await;
    press.ida().api().delete(&format!("/api/v1/posts/{}", binned.id)).await.is(204);
    // Far too bright for white paper: it must be darkened.
    press.ida().settles("accent", "#ffcc00").await;
    let (year, month) = (format!("/archive/{}", &post.path[1..5]), format!("/archive/{}", &post.path[1..8]));
    let editor = format!("/desk/posts/{}", post.id);
    let revisions = format!("/desk/posts/{}/revisions", post.id);
    post.rewrites(json!({"title": "The outermost basin"})).await;
    let share = desk.opens(&editor).await.form_to("/preview-link").expect("a way to share");
    let preview = press::path_of(&desk.sends(&share).await.is(200).attributes(".notice a", "href").remove(0));
    let about = desk.opens("/desk/posts/new").await.form_with("markdown").expect("an editor");
    let about = about.fill("title", "About us").fill("markdown", "We sit by the river.").fill("kind", "page");
    desk.sends(&about.pressing("do", "publish")).await.is(200);
    let upload = desk.opens("/desk/media").await.form_to("/media").expect("a way to send a file");
    desk.sends_file(&upload, "file", "quay.png", &press::drawing(600, 400)).await.is(200);
    let kept = desk.opens("/desk/media").await.attributes(".rows a.title", "href").remove(0);
    let welcome = press.command(&["user", "address", "jonas@gazette.example"]).run().await.succeeds().stdout;
    let welcome = press::path_of(welcome.trim());
    let pages = [
        "/",
        &post.path,
        "/sources",
        "/sources/1",
        "/about-captures",
        "/archive",
        &year,
        &month,
        "/author/ida-brandt",
        "/tag/basin",
        "/search",
        "/search?q=basin+%22breakwater+was+extended%22&tag=basin",
        "/search?q=nowhere",
        "/nothing/here",
        "/desk/forgotten",
        &welcome,
        "/desk/sign-in",
        "/desk",
        "/desk?state=bin",
        "/desk?q=basin",
        "/desk/posts/new",
        &editor,
        &revisions,
        &preview,
        "/about-us",
        "/desk/redirects",
        "/desk/media",
        &kept,
        "/desk/sources",
        "/desk/views",
        "/desk/work",
        "/desk/people",
        "/desk/people/1",
        "/desk/people/2",
        "/desk/settings",
        "/desk/me",
    ];
    tells(
        "axe",
        json!({"base": press.base(), "pages": pages.as_slice(), "email": "ida@gazette.example", "password": press::PASSWORD}),
    )
    .await;
}
