//! `/oembed`: what another site shows of a post when its address is pasted there (oEmbed 1.0, provider's side).

use super::template::Templates;
use super::xml;
use crate::app::App;
use crate::outside::db::Tx;
use crate::post::Post;
use crate::publication::Publication;
use crate::time::Time;
use crate::{Error, Result, error::Context};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

/// Pixels, where the asker has room for them.
const WIDTH: u32 = 600;
const HEIGHT: u32 = 200;

#[derive(Deserialize)]
pub(super) struct Asked {
    url: String,
    #[serde(default)]
    format: String,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
}

/// Where a page says that it can be embedded.
pub(super) fn discovery(app: &App, url: &str, format: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("url", url)
        .append_pair("format", format)
        .finish();
    app.url(&format!("/oembed?{query}"))
}

// Not kept: whatever is asked behind the question mark would be another page.
pub(super) async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response> {
    let now = app.now();
    let path = asked.url.strip_prefix(app.base_url.trim_end_matches('/')).ok_or(Error::NotFound)?;
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/').to_owned();
    let found = app.db.read(move |tx| {
        let post = at(tx, &path, now)?;
        Ok((Publication::load(tx)?, super::byline::authors(tx, &post)?, post))
    });
    let (publication, authors, post) = found.await?;
    let url = app.url(&post.path());
    let words = match post.excerpt.trim() {
        "" => post.document()?.excerpt,
        written => written.to_owned(),
    };
    let (title, by) = (Templates::escape(&post.title), Templates::escape(&publication.name));
    let html = format!(
        "<blockquote cite=\"{url}\"><p><a href=\"{url}\">{title}</a></p><p>{}</p><footer>{by}</footer></blockquote>",
        Templates::escape(&words)
    );
    let embed = json!({
        "version": "1.0",
        "type": "rich",
        "title": post.title,
        "author_name": super::byline::names(&authors),
        "author_url": app.url(&authors[0].path),
        "provider_name": publication.name,
        "provider_url": app.url("/"),
        "cache_age": 3600,
        "html": html,
        "width": asked.maxwidth.unwrap_or(WIDTH).min(WIDTH),
        "height": asked.maxheight.unwrap_or(HEIGHT).min(HEIGHT),
    });
    let (media_type, body) = match asked.format.as_str() {
        "" | "json" => ("application/json", embed.to_string()),
        "xml" => ("text/xml; charset=utf-8", as_xml(&embed).internal("writing an embed")?),
        _ => return Ok((StatusCode::NOT_IMPLEMENTED, "Ask for json or xml.").into_response()),
    };
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, body).into_response())
}

fn at(tx: &mut Tx, path: &str, now: Time) -> Result<Post> {
    match path.split('/').collect::<Vec<_>>()[..] {
        [year, month, slug] => Post::public(tx, &format!("{year}/{month}"), slug, now),
        [slug] => Post::public_page(tx, slug, now),
        _ => Err(Error::NotFound),
    }
}

fn as_xml(embed: &Value) -> std::io::Result<String> {
    xml::document(|xml| {
        xml.create_element("oembed").write_inner_content(|xml| {
            for (name, value) in embed.as_object().into_iter().flatten() {
                let words = value.as_str().map_or_else(|| value.to_string(), xml::clean);
                xml::text(xml, name, &words)?;
            }
            Ok(())
        })?;
        Ok(())
    })
}
