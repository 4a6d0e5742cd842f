//! `/robots.txt`: posts are for everyone; kept copies are other people's pages and are not to be found through us.

use super::respond;
use crate::app::App;
use axum::extract::State;
use axum::response::Response;

pub(super) async fn show(State(app): State<App>) -> Response {
    let closed = "User-agent: *\nDisallow: /desk\nDisallow: /api/\nDisallow: /search\nDisallow: /sources/*/\nDisallow: /*.wacz$\n";
    let text = format!("{closed}\nSitemap: {}\n", app.url("/sitemap.xml"));
    respond::document("text/plain; charset=utf-8", text, Vec::new())
}
