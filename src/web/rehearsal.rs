//! Renders a page of every kind, so that the doctor learns what is wrong with a theme before readers come.

use crate::Result;
use crate::app::App;
use crate::person::Person;
use crate::post::{Post, record};
use crate::source::Source;
use axum::body::Body;
use http::Request;
use tower::ServiceExt;

/// Whatever fails is noted by the templates.
pub async fn rehearse(app: &App) -> Result<()> {
    if !app.templates.has_theme() {
        return Ok(());
    }
    let router = super::router(app.clone());
    for path in paths(app).await? {
        let request = Request::get(&path).body(Body::empty()).expect("paths of ours are addresses");
        drop(router.clone().oneshot(request).await);
    }
    Ok(())
}

async fn paths(app: &App) -> Result<Vec<String>> {
    let now = app.now();
    let fixed =
        ["/", "/archive", "/search?q=a", "/sources", "/about-captures", "/nothing/here", "/desk/sign-in"];
    let mut paths: Vec<String> = fixed.map(str::to_owned).into();
    app.db
        .read(move |tx| {
            for post in Post::latest(tx, None, 3, now)? {
                let author = Person::find(tx, post.author_id)?.slug;
                paths.extend([post.path(), format!("/author/{author}"), format!("/archive/{}", post.month)]);
                paths.extend(post.month.get(..4).map(|year| format!("/archive/{year}")));
                let tags = record::tags(&post.tags).into_iter();
                paths.extend(tags.map(|(slug, _)| format!("/tag/{slug}")));
            }
            let sources = Source::listed(tx, None, 1)?;
            paths.extend(sources.iter().map(|source| format!("/sources/{}", source.source_id)));
            Ok(paths)
        })
        .await
}
