//! `/`: the newest posts.

use super::post_list::{Asked, Leaf, canonical};
use super::site::{Site, topics};
use super::{linked, respond};
use crate::Result;
use crate::app::App;
use crate::post::{Post, posts_topic};
use crate::publication::Publication;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;

#[derive(Serialize)]
struct Home {
    site: Site,
    canonical: String,
    linked: String,
    #[serde(flatten)]
    leaf: Leaf,
}

pub(super) async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response> {
    let (now, before) = (app.now(), asked.before()?);
    let canonical = app.url(&canonical("/", before));
    let mut home = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let posts = Post::latest(tx, before, publication.posts_per_page + 1, now)?;
            // Whatever is pinned stands before all others, however old.
            let pinned = match before {
                None => Post::pinned(tx, publication.posts_per_page, now)?,
                Some(_) => Vec::new(),
            };
            let leaf = Leaf::of(tx, pinned, posts, "/", &publication)?;
            Ok(Home { site: Site::of(&publication, ""), canonical, linked: String::new(), leaf })
        })
        .await?;
    home.linked = linked::web_site(&app, &home.site);
    let posts = &mut home.leaf.posts;
    if before.is_none() {
        posts.first_mut().into_iter().for_each(|first| first.lead = true);
    }
    posts.iter_mut().filter(|post| !post.lead).for_each(|post| post.picture = None);
    let html = respond::render(&app, "home.html", &home)?;
    Ok(respond::page(html, topics([posts_topic()].into_iter().chain(home.leaf.topics))))
}
