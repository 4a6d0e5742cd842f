//! `/feed.atom`: the newest posts, whole, as Atom (RFC 4287).

use super::respond;
use super::site::topics;
use crate::app::App;
use crate::person::Person;
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use crate::{Result, error::Context};
use axum::extract::State;
use axum::response::Response;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

const NEWEST: usize = 20;

struct Entry {
    post: Post,
    author: String,
}

pub(super) async fn atom(State(app): State<App>) -> Result<Response> {
    let now = app.now();
    let (publication, entries) = app
        .db
        .read(move |tx| {
            let posts = Post::latest(tx, None, NEWEST, now)?;
            let named = |post: Post| {
                let author = Person::find(tx, post.author_id)?.name;
                Ok(Entry { post, author })
            };
            let entries = posts.into_iter().map(named).collect::<Result<Vec<_>>>()?;
            Ok((Publication::load(tx)?, entries))
        })
        .await?;
    let body = write(&app, &publication, &entries).internal("writing a feed")?;
    let shown = entries.iter().flat_map(|e| [e.post.post_id.topic(), e.post.author_id.topic()]);
    Ok(respond::document(
        "application/atom+xml; charset=utf-8",
        body,
        topics([posts_topic()].into_iter().chain(shown)),
    ))
}

fn write(app: &App, publication: &Publication, entries: &[Entry]) -> std::io::Result<String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let feed = xml.create_element("feed").with_attributes([
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xml:lang", publication.language.as_str()),
    ]);
    feed.write_inner_content(|xml| {
        text(xml, "title", &publication.name)?;
        if !publication.description.is_empty() {
            text(xml, "subtitle", &publication.description)?;
        }
        text(xml, "id", &app.url("/"))?;
        link(xml, "alternate", "text/html", &app.url("/"))?;
        link(xml, "self", "application/atom+xml", &app.url("/feed.atom"))?;
        let newest = entries.iter().map(|e| e.post.updated_at).max().unwrap_or(crate::time::Time(0));
        text(xml, "updated", &newest.rfc3339())?;
        entries.iter().try_for_each(|entry| write_entry(app, xml, entry))
    })?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}

fn write_entry(app: &App, xml: &mut Writer<Vec<u8>>, Entry { post, author }: &Entry) -> std::io::Result<()> {
    xml.create_element("entry").write_inner_content(|xml| {
        let url = app.url(&post.path());
        text(xml, "title", &post.title)?;
        // The address is fixed from first publication on, so it serves as the entry's lasting name.
        text(xml, "id", &url)?;
        link(xml, "alternate", "text/html", &url)?;
        text(xml, "published", &post.published_at.unwrap_or(post.created_at).rfc3339())?;
        text(xml, "updated", &post.updated_at.rfc3339())?;
        xml.create_element("author").write_inner_content(|xml| text(xml, "name", author))?;
        for (slug, name) in crate::post::record::tags(&post.tags) {
            xml.create_element("category")
                .with_attributes([("term", slug.as_str()), ("label", &name)])
                .write_empty()?;
        }
        if !post.excerpt.trim().is_empty() {
            text(xml, "summary", post.excerpt.trim())?;
        }
        let html = super::body::for_feed(post, &app.base_url);
        xml.create_element("content")
            .with_attribute(("type", "html"))
            .write_text_content(BytesText::new(&clean(&html)))?;
        Ok(())
    })?;
    Ok(())
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, words: &str) -> std::io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&clean(words)))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, rel: &str, media_type: &str, href: &str) -> std::io::Result<()> {
    xml.create_element("link")
        .with_attributes([("rel", rel), ("type", media_type), ("href", href)])
        .write_empty()?;
    Ok(())
}

/// XML cannot carry control characters, not even escaped.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
