//! Every address, on one page; but for the replay origin's own, which [`interactive`] answers before any routing.

mod accent;
mod api;
mod archive;
mod at_hand;
mod body;
mod bundle;
mod byline;
pub mod cache;
mod desk;
mod feed;
mod health;
mod heat;
mod home;
mod interactive;
mod kept_copy;
mod linked;
mod list_show;
mod media;
mod memento;
mod metrics;
mod nearby;
mod oembed;
mod origin;
mod pictures;
mod post_list;
mod post_show;
mod preview;
mod range;
mod redirect;
mod rehearsal;
mod respond;
mod robots;
mod search_show;
mod server;
mod signed_in;
mod site;
mod sitemap;
mod source_list;
mod source_show;
mod static_files;
mod strip;
pub mod template;
mod theme;
mod uploaded;
mod wire;
mod words;
mod xml;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};

pub use health::not_yet;
pub use metrics::serve as serve_metrics;
pub use rehearsal::rehearse;
pub use server::serve;
pub use theme::{Problem, follow as follow_theme};

/// Every name that a public page reads in its query; what is not here, no kept page depends on.
const READ_BEHIND_THE_QUESTION_MARK: [&str; 4] = ["before", "q", "text", "view"];

fn router(app: App) -> Router {
    let uploads = DefaultBodyLimit::max(app.config.upload_max + uploaded::OTHER_FIELDS);
    let api = Router::new()
        .route("/openapi.json", get(api::openapi::show))
        .route("/posts", get(api::posts::list).post(api::posts::create))
        .route("/posts/{id}", get(api::posts::show).patch(api::posts::change).delete(api::posts::bin))
        .route("/posts/{id}/sources", get(api::sources::of_post))
        .route("/posts/{id}/quotations", get(api::quotations::list))
        .route("/posts/{id}/annotations", get(api::annotations::list))
        .route("/sources", get(api::sources::list))
        .route("/sources/{id}", get(api::sources::show))
        .route("/check", post(api::check::check))
        .route("/media", post(api::media::add).layer(uploads))
        // A route and not a fallback: `/{year}/{month}/{slug}` would come before that.
        .route("/{*rest}", any(api::nothing_here))
        .method_not_allowed_fallback(api::not_that_way);

    let desk = Router::new()
        // ways in and out
        .route("/sign-in", get(desk::sign_in::show).post(desk::sign_in::sign_in))
        .route("/sign-out", post(desk::sign_in::sign_out))
        .route("/forgotten", get(desk::way_in::forgotten).post(desk::way_in::ask))
        .route("/welcome/{token}", get(desk::way_in::welcome).post(desk::way_in::enter))
        // writing
        .route("/posts/new", get(desk::editor::new).post(desk::editor::create))
        .route("/posts/{id}", get(desk::editor::open).post(desk::editor::save))
        .route("/posts/{id}/bin", post(desk::editor::bin))
        .route("/posts/{id}/restore", post(desk::posts::restore))
        .route("/posts/{id}/pin", post(desk::editor::pin))
        .route("/posts/{id}/byline", post(desk::signing::sign))
        .route("/posts/new/typed", post(desk::typing::begin))
        .route("/posts/{id}/typed", post(desk::typing::keep))
        .route("/posts/{id}/preview-link", post(desk::editor::share))
        .route("/posts/{id}/preview-link/end", post(desk::editor::end_share))
        .route("/posts/{id}/revisions", get(desk::revisions::show))
        .route("/posts/{id}/revisions/{revision}/restore", post(desk::revisions::restore))
        .route("/views", get(desk::views::all))
        .route("/posts/{id}/views", get(desk::views::of_post))
        .route("/redirects", get(desk::redirects::list).post(desk::redirects::add))
        .route("/redirects/remove", post(desk::redirects::remove))
        .route("/preview", post(desk::typing::preview))
        .route("/tidy", post(desk::typing::tidy))
        // pictures and other files
        .route("/media", get(desk::media::list).post(desk::media::add).layer(uploads))
        .route("/media/dropped", post(desk::media::dropped).layer(uploads))
        .route("/media/{name}", get(desk::media::open))
        .route("/media/{name}/alt", post(desk::media::describe))
        .route("/media/{name}/delete", post(desk::media::delete))
        // sources
        .route("/sources", get(desk::sources::list))
        .route("/sources/health", get(desk::health::show))
        .route("/sources/{id}/captures", post(desk::sources::keep))
        .route("/sources/{id}/look", post(desk::sources::look))
        .route("/sources/{id}/replacement", get(desk::replacement::show).post(desk::replacement::replace))
        .route("/copies/{id}/removal", get(desk::removal::show).post(desk::removal::remove))
        .route("/copies/{id}/removal/undo", post(desk::removal::undo))
        .route("/sources/{id}/separation", post(desk::sources::unmerge))
        .route("/sources/{id}/shown", post(desk::sources::show_how_much))
        .route("/sources.wacz", get(bundle::of_everything))
        .route("/sources/{id}/bundle.wacz", get(bundle::of_source_for_the_desk))
        .route("/posts/{id}/sources.wacz", get(bundle::of_post_for_the_desk))
        .route("/sources/{id}/latest", get(desk::sources::latest))
        .route("/sources/{id}/bring", get(desk::bring::show))
        .route("/sources/{id}/supplied", post(desk::bring::keep).layer(uploads))
        .route("/sources/{id}/outside", get(desk::bring::look_outside).post(desk::bring::keep_outside))
        .route("/bring", get(desk::bring::receive).post(desk::bring::keep_received).layer(uploads))
        // oneself and the house
        .route("/me", get(desk::me::show))
        .route("/me/address", post(desk::me::change_address))
        .route("/me/password", post(desk::me::change_password))
        .route("/me/elsewhere/end", post(desk::me::end_elsewhere))
        .route("/sessions/{id}/end", post(desk::me::end_session))
        .route("/tokens", post(desk::me::add_token))
        .route("/tokens/{id}/end", post(desk::me::end_token))
        .route("/people", get(desk::people::list).post(desk::people::invite))
        .route("/people/{id}", get(desk::person::show))
        .route("/people/{id}/role", post(desk::person::change_role))
        .route("/people/{id}/address", post(desk::person::make_address))
        .route("/people/{id}/invitation", post(desk::person::admit))
        .route("/people/{id}/withdraw", post(desk::person::withdraw))
        .route("/people/{id}/deactivate", post(desk::person::deactivate))
        .route("/people/{id}/return", post(desk::person::bring_back))
        .route("/people/{id}/byline", post(desk::byline::save))
        .route("/people/{id}/picture", post(desk::byline::hang).layer(uploads))
        .route("/people/{id}/picture/remove", post(desk::byline::take_down))
        .route("/settings", get(desk::settings::show).post(desk::settings::save))
        .route("/work", get(desk::work::show))
        .route("/work/{id}/again", post(desk::work::again));

    Router::new()
        // reading
        .route("/", get(home::show))
        .route("/archive", get(archive::show))
        .route("/archive/{year}", get(archive::year))
        .route("/archive/{year}/{month}", get(archive::month))
        .route("/search", get(search_show::show))
        .route("/tag/{slug}", get(list_show::tag))
        .route("/author/{slug}", get(list_show::author))
        .route("/{year}/{month}/{slug}", get(post_show::post))
        .route("/{year}/{month}", get(archive::cut_short))
        .route("/{slug}", get(post_show::undated))
        .route("/{year}/{month}/{slug}/sources.wacz", get(bundle::of_post))
        .route("/{slug}/sources.wacz", get(bundle::of_page))
        .route("/sources", get(source_list::show))
        .route("/sources/{id}", get(source_show::show))
        .route("/sources/{id}/bundle.wacz", get(bundle::of_source))
        .route("/sources/{id}/{stamp}", get(kept_copy::show))
        .route("/sources/{id}/{stamp}/page", get(kept_copy::page))
        .route("/sources/{id}/{stamp}/r/{name}", get(kept_copy::requisite))
        .route("/timegate/{*url}", get(memento::timegate))
        .route("/timemap/link/{*url}", get(memento::timemap))
        .route("/preview/{secret}", get(preview::show))
        .route("/about-captures", get(site::about_captures))
        .route("/media/{name}", get(media::show))
        .route("/media/narrow/{name}", get(media::narrow))
        .route("/static/{digest}/{name}", get(static_files::show))
        // machines
        .route("/feed.atom", get(feed::atom))
        .route("/feed.rss", get(feed::rss))
        .route("/feed.json", get(feed::json))
        .route("/tag/{slug}/{feed}", get(feed::of_tag))
        .route("/author/{slug}/{feed}", get(feed::of_author))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemap/{name}", get(sitemap::file))
        .route("/oembed", get(oembed::show))
        .route("/robots.txt", get(robots::show))
        .route("/health", get(health::show))
        .route("/metrics", get(metrics::show))
        // people who write
        .route("/desk", get(desk::posts::list))
        .nest("/desk", desk)
        .nest("/api/v1", api)
        .fallback(respond::nothing_here)
        // Enough for a post of one megabyte, every character of it percent-encoded by a form.
        .layer(DefaultBodyLimit::max(4 << 20))
        .layer(axum::middleware::from_fn_with_state(app.clone(), site::dress_errors))
        .with_state(app)
}
