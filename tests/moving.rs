//! A publication moves in.

mod press;

use press::{Press, Ran, drawing};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A folder with these files in it, beside the publication.
fn folder(press: &Press, files: &[(&str, &[u8])]) -> PathBuf {
    let root = press.folder().join("old site");
    for (place, content) in files {
        let path = root.join(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    root
}

async fn import(press: &Press, root: &Path, flags: &[&str]) -> Ran {
    let root = root.to_str().unwrap();
    press.command(&[&["import", "markdown", root, "--json"], flags].concat()).run().await
}

/// imported, updated, unchanged, kept
fn counts(ran: &Ran) -> [i64; 4] {
    let json = ran.json();
    ["imported", "updated", "unchanged", "kept"]
        .map(|name| json[name].as_i64().unwrap_or_else(|| panic!("{json}")))
}

fn reasons(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let told = |skipped: &Value| {
        format!("{}: {}", skipped["file"].as_str().unwrap(), skipped["reason"].as_str().unwrap())
    };
    json["skipped"].as_array().unwrap().iter().map(told).collect()
}

fn warnings(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let told = |warning: &Value| {
        let line = warning.get("line").map_or(String::new(), |line| format!("{line}: "));
        format!("{}: {line}{}", warning["file"].as_str().unwrap(), warning["message"].as_str().unwrap())
    };
    json["warnings"].as_array().unwrap().iter().map(told).collect()
}

/// One point.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cch\x98\xb0\0\0\x03D\x01\xb1z\xd76\x14\0\0\0\0IEND\xaeB`\x82";

const TIDE: &[u8] = b"---
title: The slack hour
author: ida-brandt
date: 2014-03-12 09:30:00 +0100
tags: harbour tide
category: Notes
permalink: /notes/slack/
redirect_from: /old/slack.html
image: /assets/quay.png
image_alt: The quay at low water
---
Twice a day the river does *nothing* at all. See [the other]({% post_url 2014-04-01-tram %}) and ![the quay](../assets/quay.png).

{% include map.html zoom=3 %}
";

const TRAM: &[u8] = b"---
title: Tram line four
authors:
- name: Jonas Weber
- anna-klein
date: 2014-04-01
tags: [tram]
---
Every ten minutes, as [the ministry says](https://ministry.example/releases/dredging).
";

const JEKYLL: &[(&str, &[u8])] = &[
    ("_config.yml", b"title: Old\n"),
    ("_posts/2014-03-12-slack.md", TIDE),
    ("_posts/2014-04-01-tram.md", TRAM),
    ("_drafts/half.md", b"---\ntitle: Half a sentence\n---\nNot yet.\n"),
    ("about.md", b"---\ntitle: About the harbour\npermalink: /about/\n---\nWe watch the water.\n"),
    ("assets/quay.png", PICTURE),
    ("_layouts/post.html", b"---\n---\n{{ content }}"),
    ("README.md", b"# How to build\n"),
];

#[tokio::test]
async fn a_jekyll_site_moves_in() {
    let press = Press::start().await;
    let root = folder(&press, JEKYLL);
    std::fs::write(root.join("assets/quay.png"), drawing(2400, 600)).unwrap();
    let ran = import(&press, &root, &["--no-capture"]).await.succeeds();
    assert_eq!(counts(&ran), [4, 0, 0, 0], "{}", ran.stdout);
    assert_eq!(
        warnings(&ran),
        ["_posts/2014-03-12-slack.md: 14: Kept as it is typed: {% include map.html zoom=3 %}",]
    );

    let reader = press.reader();
    let page = reader.opens("/2014/03/slack").await;
    page.is(200)
        .shows("The slack hour")
        .shows("Ida Brandt")
        .shows("{% include map.html zoom=3 %}")
        .shows("Notes");
    assert_eq!(page.pick("em"), ["nothing"]);
    let picture = page.attributes("article p img", "src");
    assert!(picture[0].starts_with("/media/quay-") && picture[0].ends_with(".png"), "{picture:?}");
    // Made anew as one that is sent: no larger than is shown, and without what it said of its maker.
    assert!(!reader.opens(&picture[0]).await.is(200).body.windows(8).any(|words| words == b"old lamp"));
    assert_eq!(page.attributes("article p img", "width"), ["1920"]);
    assert_eq!(page.attributes("article p img", "height"), ["480"]);
    let narrow = page.attributes("article p img", "srcset").remove(0);
    let narrow = narrow.split_whitespace().next().unwrap();
    reader.opens(narrow).await.is(200);
    assert_eq!(page.attributes("figure.cover img", "width"), ["1920"]);
    assert_eq!(page.attributes("figure.cover img", "alt"), ["The quay at low water"]);
    assert!(page.attributes("article p a", "href").contains(&"/2014/04/tram".to_owned()));

    for former in ["/notes/slack/", "/old/slack.html", "/2014/03/12/slack", "/notes/2014/03/12/slack.html"] {
        let led = reader.opens(former).await;
        assert_eq!(led.url.path(), "/2014/03/slack", "{former}");
    }
    reader.opens("/2014/04/tram").await.is(200).shows("Jonas Weber");
    reader
        .opens("/author/jonas-weber")
        .await
        .is(200)
        .shows("Tram line four")
        .shows("Jonas Weber and Anna Klein");
    reader.opens("/author/anna-klein").await.is(200).shows("Tram line four");
    reader.opens("/tag/harbour").await.is(200).shows("The slack hour");
    reader.opens("/archive/2014").await.is(200).shows("Tram line four");
    reader.opens("/about").await.is(200).shows("We watch the water.");
    let feed = reader.opens("/feed.atom").await;
    assert!(
        feed.html().contains("Tram line four") && !feed.html().contains("Half a sentence"),
        "{}",
        feed.html()
    );
    reader.opens("/").await.hides("Half a sentence").hides("How to build");
    press.ida().signs_in().await.opens("/desk?state=drafts").await.shows("Half a sentence");
}

#[tokio::test]
async fn an_import_that_is_only_tried_writes_nothing() {
    let press = Press::start().await;
    let root = folder(&press, JEKYLL);
    let tried = import(&press, &root, &["--dry-run"]).await.succeeds();
    press.reader().opens("/2014/03/slack").await.is(404);
    press.reader().opens("/author/jonas-weber").await.is(404);
    assert!(!press.data().join("files/media").exists());

    let done = import(&press, &root, &["--no-capture"]).await.succeeds();
    assert_eq!(tried.stdout, done.stdout, "what was told is what happens");
}

#[tokio::test]
async fn what_comes_again_changes_nothing_and_what_was_edited_here_is_kept() {
    let press = Press::start().await;
    let root = folder(&press, JEKYLL);
    import(&press, &root, &["--no-capture"]).await.succeeds();
    assert_eq!(counts(&import(&press, &root, &["--no-capture"]).await.succeeds()), [0, 0, 4, 0]);

    // One is rewritten at its old home, another here.
    let rewritten =
        String::from_utf8_lossy(TRAM).replace("ten", "nine").replace("Tram line four", "Tram line five");
    std::fs::write(root.join("_posts/2014-04-01-tram.md"), rewritten).unwrap();
    let posts = press.ida().api().get("/api/v1/posts").await.is(200).items();
    let slack = posts.iter().find(|post| post["title"] == "The slack hour").unwrap();
    let here = json!({"markdown": "Twice a day the river rests."});
    press.ida().api().patch(&format!("/api/v1/posts/{}", slack["id"].as_str().unwrap()), here).await.is(200);

    let ran = import(&press, &root, &["--no-capture"]).await.succeeds();
    assert_eq!(counts(&ran), [0, 1, 2, 1], "{}", ran.stdout);
    let tram = posts.iter().find(|post| post["title"] == "Tram line four").unwrap();
    let tram = tram["id"].as_str().unwrap();
    press.reader().opens("/2014/03/slack").await.shows("the river rests");
    press.reader().opens("/2014/04/tram").await.shows("Every nine minutes").shows("Tram line five");
    assert_eq!(counts(&import(&press, &root, &["--no-capture"]).await), [0, 0, 3, 1]);

    // Who wrote it is told here too; that is not forgotten when its file changes.
    let ida = press.ida().signs_in().await;
    let form = ida.opens(&format!("/desk/posts/{tram}")).await.form_to("/byline").expect("who wrote it");
    ida.sends(&form.fill("add", "Ida Brandt")).await.is(200).shows("Anna Klein and Ida Brandt");
    std::fs::write(root.join("_posts/2014-04-01-tram.md"), TRAM).unwrap();
    assert_eq!(counts(&import(&press, &root, &["--no-capture"]).await), [0, 0, 2, 2]);

    // The folder moves; its posts are known again.
    let moved = press.folder().join("moved");
    std::fs::rename(&root, &moved).unwrap();
    assert_eq!(counts(&import(&press, &moved, &["--no-capture"]).await.succeeds()), [0, 0, 2, 2]);
}

#[tokio::test]
async fn a_hugo_site_moves_in() {
    let press = Press::start().await;
    let root = folder(
        &press,
        &[
            ("hugo.toml", b"[permalinks]\nnotes = '/:year/:slug/'\n"),
            ("content/authors/jw.md", b"---\ntitle: Jonas Weber\nbio: Writes about trams.\n---\n"),
            ("content/blog/_index.md", b"---\ntitle: Blog\n---\n"),
            (
                "content/blog/quay/index.md",
                b"+++\ntitle = 'The quay'\ndate = 2020-05-06T07:08:09Z\nauthors = ['jw']\ntags = ['Old stones']\naliases = ['/stones']\n\
                  lastmod = 2021-01-02\n+++\n\n{{< figure src=\"wall.png\" alt=\"A wall\" caption=\"Old stones\" >}}\n\n\
                  See [the tide]({{< ref \"tide.md\" >}}).\n\n{{% box %}}\nBoxed.\n{{% /box %}}\n",
            ),
            ("content/blog/quay/wall.png", PICTURE),
            ("content/notes/tide.md", b"{\"title\": \"The tide\", \"date\": \"2019-01-02\", \"draft\": false}\n\nIt turns.\n"),
            ("content/notes/later.md", b"---\ntitle: Later\ndate: 2020-02-02\ndraft: true\n---\nNot yet.\n"),
            ("content/blog/elsewhere.md", b"---\ntitle: Elsewhere\ndate: 2020-03-03\nsource_url: https://ministry.example/releases/dredging\n---\n"),
            ("content/impressum.md", b"---\ntitle: Impressum\n---\nWho we are.\n"),
            ("layouts/index.md", b"not content"),
        ],
    );
    let ran = import(&press, &root, &["--no-capture"]).await.succeeds();
    assert_eq!(counts(&ran), [5, 0, 0, 0], "{}", ran.stdout);
    assert_eq!(
        warnings(&ran),
        [
            "content/blog/_index.md: It is no post of this site and was not taken.",
            "content/blog/quay/index.md: 14: Kept as it is typed: {{% box %}}",
            "content/blog/quay/index.md: 16: Kept as it is typed: {{% /box %}}",
        ]
    );
    let reader = press.reader();
    let page = reader.opens("/2020/05/quay").await;
    page.is(200).shows("Jonas Weber").shows("{{% box %}}").shows("Boxed.").shows("updated");
    assert_eq!(page.pick("figcaption"), ["Old stones"]);
    assert!(page.attributes("article p a", "href").contains(&"/2019/01/tide".to_owned()));
    for (former, now) in
        [("/stones", "/2020/05/quay"), ("/blog/quay/", "/2020/05/quay"), ("/2019/tide", "/2019/01/tide")]
    {
        assert_eq!(reader.opens(former).await.url.path(), now);
    }
    reader.opens("/author/jonas-weber").await.shows("Writes about trams.");
    reader.opens("/impressum").await.is(200);
    reader.opens("/2020/03/elsewhere").await.is(200).shows("ministry.example");
    reader.opens("/2020/02/later").await.is(404);
}

#[tokio::test]
async fn a_broken_file_stops_no_other() {
    let press = Press::start().await;
    let long = "A line of it.\n".repeat(80_000);
    let root = folder(
        &press,
        &[
            ("good.md", b"---\ndate: 2020-01-01\n---\n# A good one\n\nText. ![The quay](cut.png)\n"),
            ("cut.png", &PICTURE[..40]),
            ("2020-01-02-good.md", b"Another with that name.\n"),
            ("2020-01-03-good.md", b"And another.\n"),
            ("unclosed.md", b"---\ntitle: Unclosed\n"),
            ("colons.md", b"---\ntitle: one: two\n---\nText.\n"),
            ("types.md", b"---\ntitle: [a, b]\n---\nText.\n"),
            ("early.md", b"---\ndate: 1969-07-20\n---\nText.\n"),
            ("late.md", b"---\ndate: 10000-01-01\n---\nText.\n"),
            ("empty.md", b" \n"),
            ("binary.md", b"\x7fELF\0\0\0"),
            ("latin.md", b"Text.\nCaf\xe9.\n"),
            ("wide.md", b"\xff\xfeT\0"),
            ("long.md", long.as_bytes()),
            ("feed.atom.md", b"# feed.atom\n"),
            ("archive.md", b"# Archive\n\nOld things.\n"),
        ],
    );
    let ran = import(&press, &root, &["--no-capture"]).await.ends_with(1);
    assert_eq!(counts(&ran), [5, 0, 0, 0], "{}", ran.stdout);
    assert_eq!(
        reasons(&ran),
        [
            "binary.md: It is not text: it holds bytes of zero.",
            "colons.md: Line 2: The front matter cannot be read: mapping values are not allowed in this context.",
            "early.md: It is dated 1969-07-20; dates here run from 1970 to 9999.",
            "empty.md: It is empty.",
            "late.md: It is dated 10000-01-01; dates here run from 1970 to 9999.",
            "latin.md: It is not UTF-8, which shows first in line 2; save it as UTF-8.",
            "long.md: It has 1093 KB; a post may be one megabyte of text.",
            "types.md: “title” in its front matter is a list; write text.",
            "unclosed.md: Line 1: The front matter that begins with --- has no end.",
            "wide.md: It is written in UTF-16; save it as UTF-8.",
        ]
    );
    let told = warnings(&ran);
    for message in [
        "2020-01-02-good.md: The address “good” cannot be had; it is read at /2020/01/good-2.",
        "2020-01-03-good.md: The address “good” cannot be had; it is read at /2020/01/good-3.",
        "archive.md: The address “archive” cannot be had; it is read at /archive-2.",
        "good.md: 6: The picture cut.png is not taken along. This picture cannot be read: it is cut off or broken (unexpected \
         end of file).",
    ] {
        assert!(told.iter().any(|warning| warning == message), "{message}\n{told:#?}");
    }
    press.reader().opens("/2020/01/good").await.is(200).shows("A good one");
    press.reader().opens("/2020/01/good-3").await.is(200).shows("And another.");
    press.command(&["import", "markdown", "/nowhere/at/all"]).run().await.ends_with(2).says("cannot be read");
}

#[tokio::test]
async fn sources_of_what_moved_in_are_kept_last() {
    let press = Press::start().await;
    let root = folder(&press, JEKYLL);
    import(&press, &root, &[]).await.succeeds();
    press::until("the source to be kept", async || {
        let sources = press.ida().api().get("/api/v1/sources").await.is(200).items();
        match sources.first() {
            Some(source) if source["state"] == "alive" => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}

/// A folder of texts that others published; without it the story cannot be told.
fn data(of: &str) -> Option<PathBuf> {
    let found = std::env::var_os("IBID_TEST_DATA")
        .map(|data| PathBuf::from(data).join(of))
        .filter(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no test data");
    }
    found
}

/// Posts are where lists and machines look for them, and one of every few is opened.
async fn moves_in_whole(root: &Path, posts: usize, every: usize, tag: (&str, &str)) {
    let press = Press::start().await;
    let ran = import(&press, root, &["--no-capture"]).await.succeeds();
    assert_eq!(counts(&ran), [posts as i64, 0, 0, 0]);

    let reader = press.reader();
    let index = reader.opens("/sitemap.xml").await;
    let mut paths = Vec::new();
    for file in between(&index.html(), "<loc>", "</loc>") {
        let urls = between(&reader.opens(&press::path_of(&file)).await.html(), "<loc>", "</loc>");
        paths
            .extend(urls.iter().map(|url| press::path_of(url)).filter(|path| path.matches('/').count() == 3));
    }
    paths.retain(|path| path.starts_with("/20"));
    assert_eq!(paths.len(), posts, "in the sitemap");
    for path in paths.iter().step_by(every) {
        let page = reader.opens(path).await;
        page.is(200);
        assert!(!page.pick("article h1")[0].trim().is_empty(), "{path}");
    }

    reader.opens("/archive").await.shows(&format!("{posts} posts"));
    let tagged = files_with(root, tag.1);
    reader.opens(&format!("/tag/{}", tag.0)).await.shows(&format!("{tagged} posts"));
    for feed in ["/feed.atom", "/feed.rss", "/feed.json"] {
        reader.opens(feed).await.is(200);
    }
    let again = import(&press, root, &["--no-capture"]).await.succeeds();
    assert_eq!(counts(&again), [0, 0, posts as i64, 0]);
}

fn between(text: &str, open: &str, close: &str) -> Vec<String> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).map(str::to_owned).collect()
}

/// How many files have this line above their text.
fn files_with(root: &Path, line: &str) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(root).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            count += files_with(&path, line);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let above = text
                .trim_start()
                .trim_start_matches("---")
                .split("\n---")
                .next()
                .unwrap_or_default()
                .to_owned();
            count += usize::from(above.lines().any(|known| known.trim() == line));
        }
    }
    count
}

#[tokio::test]
async fn five_hundred_posts_of_a_government_office_move_in() {
    if let Some(root) = data("markdown/18f") {
        moves_in_whole(&root, 509, 1, ("agile", "- agile")).await;
    }
}

#[tokio::test]
async fn fifteen_hundred_pieces_of_news_move_in() {
    if let Some(root) = data("markdown/digitalgov-news") {
        moves_in_whole(&root, 1581, 7, ("user-experience", "- user-experience")).await;
    }
}

#[tokio::test]
async fn pages_are_read_in_the_direction_of_their_script() {
    let Some(root) = data("languages/debian-handbook") else { return };
    let press = Press::start().await;
    let ran = import(&press, &root, &["--no-capture"]).await.succeeds();
    assert_eq!(counts(&ran), [32, 0, 0, 0], "{}", ran.stdout);
    let whole = press.command(&["import", "markdown", root.to_str().unwrap()]).run().await.succeeds().stdout;
    assert!(whole.contains("32 unchanged"), "{whole}");

    let mut read = Vec::new();
    for n in 1..=8 {
        let path = if n == 1 {
            "/advanced-administration".to_owned()
        } else {
            format!("/advanced-administration-{n}")
        };
        let page = press.reader().opens(&path).await;
        page.is(200);
        let (lang, dir) = (page.attributes("article", "lang"), page.attributes("article", "dir"));
        read.push(format!("{} {}", lang[0], dir[0]));
    }
    read.sort();
    assert_eq!(
        read,
        [
            "ar-MA rtl",
            "de-DE ltr",
            "en-US ltr",
            "fa-IR rtl",
            "fr-FR ltr",
            "ja-JP ltr",
            "ru-RU ltr",
            "zh-CN ltr"
        ]
    );
}
