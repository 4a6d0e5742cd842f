//! `/preview/{secret}`: what is not published yet, for whoever was given its secret address. Never kept, never indexed.

use super::byline::{authors, names};
use super::desk::checked::{Whose, check};
use super::respond;
use super::site::Site;
use super::words;
use crate::Result;
use crate::app::App;
use crate::post::Post;
use crate::publication::Publication;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Serialize;

#[derive(Serialize)]
struct Page {
    site: Site,
    title: String,
    standfirst: String,
    author: String,
    tags: Vec<String>,
    cover: String,
    cover_alt: String,
    correction: String,
    body: String,
    dir: &'static str,
}

pub(super) async fn show(State(app): State<App>, Path(secret): Path<String>) -> Result<Response> {
    let (draft, author, publication) = app
        .db
        .read(move |tx| {
            let post = Post::shared(tx, &secret)?;
            Ok((post.draft(tx)?, names(&authors(tx, &post)?), Publication::load(tx)?))
        })
        .await?;
    let dir = words::direction(&draft.markdown);
    let checked = check(&app, draft.markdown, Whose::Guest).await?;
    let shown = Page {
        site: Site::of(&publication, ""),
        title: draft.title,
        standfirst: draft.excerpt,
        author,
        tags: crate::post::record::tags(&draft.tags).into_iter().map(|(_, name)| name).collect(),
        cover: draft.cover,
        cover_alt: draft.cover_alt,
        correction: draft.correction,
        body: checked.html,
        dir,
    };
    let mut response = Html(respond::render(&app, "preview.html", &shown)?).into_response();
    let headers = response.headers_mut();
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow, noarchive"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // Its address is the secret: no page that it links to learns of it.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
