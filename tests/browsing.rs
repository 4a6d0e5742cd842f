//! What only a real browser can tell: stories in `tests/browser/`, told by Chromium. Pictures go to `target/screenshots`.

mod press;

use press::Press;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const RELEASE: &str = "https://ministry.example/releases/dredging";

fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots")
}

/// Tells one story; whether it could be told.
async fn tells(story: &str, given: Value) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    if !folder.join("node_modules/playwright-core").exists() {
        println!("skipped: tests/browser has no node_modules; bin/test installs them");
        return false;
    }
    let mut command = Command::new("node");
    command.arg("run.mjs").arg(story).current_dir(&folder).kill_on_drop(true);
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut node) = spawned else {
        println!("skipped: node is not installed; bin/test installs it");
        return false;
    };
    let mut stdin = node.stdin.take().expect("it has a standard input");
    stdin.write_all(given.to_string().as_bytes()).await.expect("it listens");
    drop(stdin);
    let output = node.wait_with_output().await.expect("it ends");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success(), "{story}:\n{complained}");
    said.contains("told")
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
        "/desk/redirects",
        "/desk/media",
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
