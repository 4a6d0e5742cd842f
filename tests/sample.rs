//! The sample publication: everything works without a network, and each verdict is what its expectations say.

mod press;

use press::{Press, until};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[tokio::test]
async fn the_sample_fills_an_empty_folder() {
    let press = Press::prepare().await.start_with(&["--sample"]).await;
    let welcome = until("an address to sign in with", async || {
        let said = press.said();
        let address =
            said.iter().find_map(|line| line.split_whitespace().find(|word| word.contains("/desk/")));
        address.map(str::to_owned).ok_or_else(|| format!("{said:?}\n{}", press.log()))
    })
    .await;
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
    press.starts_with(&["--sample"]).await;
    let posts = press.api().get("/api/v1/posts").await.is(200).items();
    assert_eq!(posts.iter().map(|post| &post["title"]).collect::<Vec<_>>(), ["Mine"]);
    press.reader().opens("/").await.shows("Mine").hides("Ida Brandt edits");
}

/// `examples/gazette/expected.toml`, as its head explains it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    post: Vec<ExpectedPost>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedPost {
    slug: String,
    counts: BTreeMap<String, u64>,
    #[serde(default)]
    turns: BTreeMap<String, u64>,
    #[serde(default)]
    embeds: Vec<String>,
    #[serde(default)]
    vias: Vec<String>,
    #[serde(default)]
    pointers: Vec<String>,
    /// What the page says of its quotations.
    line: Option<String>,
    quotation: Vec<ExpectedQuotation>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedQuotation {
    words: String,
    kind: String,
    speaker: Option<String>,
    source: Option<String>,
    verdict: Option<String>,
    material: Option<bool>,
    cut: Option<String>,
    #[allow(dead_code, reason = "stands on the page, not in the report")]
    note: Option<String>,
    #[allow(dead_code, reason = "for whoever reads the file")]
    why: String,
}

#[tokio::test]
async fn every_quotation_of_the_sample_gets_its_verdict() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gazette/expected.toml");
    let expected: Expected =
        toml::from_str(&std::fs::read_to_string(path).unwrap()).expect("what is expected");
    let press = Press::prepare().await.start_with(&["--sample"]).await;
    let posts = until("six posts", async || {
        let posts = press.api().get("/api/v1/posts?limit=100").await.is(200).items();
        if posts.len() == expected.post.len() { Ok(posts) } else { Err(format!("{} posts", posts.len())) }
    })
    .await;
    for post in &expected.post {
        let id = posts
            .iter()
            .find(|p| p["slug"] == post.slug.as_str())
            .unwrap_or_else(|| panic!("no {}", post.slug))["id"]
            .clone();
        let at = |part: &str| format!("/api/v1/posts/{}/{part}", id.as_str().expect("an id"));
        until(&format!("the verdicts of {}", post.slug), async || {
            let answer = press.api().get(&at("quotations")).await.is(200).json();
            let wrong = differences(post, answer["quotations"].as_array().expect("quotations"));
            if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
        })
        .await;
        if let Some(line) = &post.line {
            let url =
                posts.iter().find(|p| p["slug"] == post.slug.as_str()).expect("it is there")["url"].clone();
            let path = press::path_of(url.as_str().unwrap());
            until(&format!("the page to say “{line}”"), async || {
                let text = press.reader().opens(&path).await.text();
                if text.contains(line.as_str()) { Ok(()) } else { Err(text) }
            })
            .await;
        }
        has_its_links(post, &press.api().get(&at("sources")).await.is(200).items());
    }
}

fn differences(post: &ExpectedPost, found: &[Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    if found.len() != post.quotation.len() {
        let words: Vec<String> =
            found.iter().map(|q| q["text"].as_str().unwrap_or_default().chars().take(40).collect()).collect();
        return vec![format!("{} quotations and not {}: {words:#?}", found.len(), post.quotation.len())];
    }
    for (expected, found) in post.quotation.iter().zip(found) {
        let text = found["text"].as_str().unwrap_or_default();
        if !text.contains(expected.words.trim()) {
            wrong.push(format!("“{}” stands where “{}” should", text, expected.words));
            continue;
        }
        let mut same = |name: &str, expected_value: Value| {
            if found[name] != expected_value {
                wrong.push(format!(
                    "{} of “{}” is {} and not {expected_value}",
                    name, expected.words, found[name]
                ));
            }
        };
        same("kind", json!(expected.kind));
        same("source", json!(expected.source));
        same("verdict", json!(expected.verdict));
        // Whoever is named is the one who spoke; with which article is a matter of taste.
        if let (Some(speaker), Some(named)) = (&expected.speaker, found["speaker"].as_str())
            && !speaker.ends_with(named)
        {
            same("speaker", json!(speaker));
        }
        if expected.material.is_some() {
            same("material", json!(expected.material));
        }
        if expected.cut.is_some() {
            same("cut", json!(expected.cut));
        }
    }
    for (kind, counts) in [("quotation", &post.counts), ("turn", &post.turns)] {
        let mut counted = BTreeMap::<String, u64>::new();
        for verdict in found.iter().filter(|q| q["kind"] == kind).filter_map(|q| q["verdict"].as_str()) {
            *counted.entry(verdict.to_owned()).or_default() += 1;
        }
        if counted != *counts {
            wrong.push(format!("{kind}s: {counted:?} and not {counts:?}"));
        }
    }
    wrong
}

fn has_its_links(post: &ExpectedPost, sources: &[Value]) {
    let all = |wanted: &[String], name: &str, value: Value| {
        for url in wanted {
            let found = sources.iter().find(|source| source["url"] == url.as_str());
            let found = found.unwrap_or_else(|| panic!("{}: no source {url} among {sources:#?}", post.slug));
            assert_eq!(found[name], value, "{}: {name} of {url}", post.slug);
        }
    };
    all(&post.vias, "via", json!(true));
    all(&post.pointers, "kind", json!("pointer"));
    all(&post.embeds, "kind", json!("source"));
}
