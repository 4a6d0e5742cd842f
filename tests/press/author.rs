//! Somebody who writes, over the JSON API; and what they wrote.

use super::{Api, Page, Visitor, path_of, until};
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Author {
    pub(super) base: String,
    pub name: String,
    pub email: String,
    pub token: String,
}

/// A post, seen with its author's token.
#[derive(Clone)]
pub struct Post {
    pub id: String,
    /// Absolute.
    pub url: String,
    pub path: String,
    author: Author,
}

impl Author {
    pub fn api(&self) -> Api {
        Api::new(&self.base, Some(&self.token))
    }

    pub async fn publishes(&self, title: &str, markdown: &str) -> Post {
        self.writes(json!({"title": title, "markdown": markdown, "status": "published"})).await
    }

    pub async fn drafts(&self, title: &str, markdown: &str) -> Post {
        self.writes(json!({"title": title, "markdown": markdown, "status": "draft"})).await
    }

    /// Any post that the API takes.
    pub async fn writes(&self, post: Value) -> Post {
        let written = self.api().post("/api/v1/posts", post).await.is(201).json();
        let text = |name: &str| match written[name].as_str() {
            Some(text) => text.to_owned(),
            None => panic!("a post without {name}: {written}"),
        };
        Post { id: text("id"), path: path_of(&text("url")), url: text("url"), author: self.clone() }
    }

    /// Changes one of the publication's settings in the desk.
    pub async fn settles(&self, name: &str, value: &str) {
        let browser = self.signs_in().await;
        let settings = browser.opens("/desk/settings").await;
        let form =
            settings.form_with(name).unwrap_or_else(|| panic!("no setting {name}:\n{}", settings.text()));
        browser.sends(&form.fill(name, value)).await.is(200);
    }

    /// A browser of theirs, signed in.
    pub async fn signs_in(&self) -> Visitor {
        let browser = Visitor::new(&self.base);
        browser.signs_in(&self.email, super::PASSWORD).await;
        browser
    }
}

impl Post {
    pub async fn json(&self) -> Value {
        self.author.api().get(&format!("/api/v1/posts/{}", self.id)).await.is(200).json()
    }

    pub async fn rewrites(&self, changes: Value) -> Value {
        self.author.api().patch(&format!("/api/v1/posts/{}", self.id), changes).await.is(200).json()
    }

    /// As a reader without script sees it now.
    pub async fn page(&self) -> Page {
        Visitor::new(&self.author.base).opens(&self.path).await
    }

    pub async fn sources(&self) -> Vec<Value> {
        self.author.api().get(&format!("/api/v1/posts/{}/sources", self.id)).await.is(200).items()
    }

    pub async fn quotations(&self) -> Vec<Value> {
        let answer =
            self.author.api().get(&format!("/api/v1/posts/{}/quotations", self.id)).await.is(200).json();
        answer["quotations"].as_array().unwrap_or_else(|| panic!("no quotations: {answer}")).clone()
    }

    /// Waits until every source has been tried, and answers them.
    pub async fn is_kept(&self) -> Vec<Value> {
        until("every source to be tried", async || {
            let sources = self.sources().await;
            let tried =
                |source: &Value| source["captures"].as_array().is_some_and(|captures| !captures.is_empty());
            if !sources.is_empty() && sources.iter().all(tried) {
                Ok(sources)
            } else {
                Err(format!("{sources:#?}"))
            }
        })
        .await
    }

    /// Waits until the source under this URL has been tried, and answers it.
    pub async fn keeps(&self, url: &str) -> Value {
        until(&format!("{url} to be tried"), async || {
            let sources = self.sources().await;
            let found =
                sources.iter().find(|source| source["url"] == url && source["captures"][0].is_object());
            found.cloned().ok_or_else(|| format!("{sources:#?}"))
        })
        .await
    }

    /// Waits until the quotations, in their order, have these verdicts, and answers them.
    pub async fn is_judged(&self, verdicts: &[&str]) -> Vec<Value> {
        until(&format!("the verdicts {verdicts:?}"), async || {
            let quotations = self.quotations().await;
            let said: Vec<&str> =
                quotations.iter().map(|q| q["verdict"].as_str().unwrap_or("none yet")).collect();
            if said == verdicts { Ok(quotations) } else { Err(format!("{said:?}\n{quotations:#?}")) }
        })
        .await
    }

    /// Waits until a reader is shown these words.
    pub async fn shows(&self, words: &str) -> Page {
        until(&format!("the page to show “{words}”"), async || {
            let page = self.page().await;
            if page.text().contains(words) { Ok(page) } else { Err(page.text()) }
        })
        .await
    }
}
