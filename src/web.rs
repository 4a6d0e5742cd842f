//! Every address, on one page.

pub mod cache;
mod respond;
mod server;
pub mod template;

mod health;

use crate::app::App;
use axum::Router;
use axum::routing::get;

pub use server::serve;

fn router(app: App) -> Router {
    Router::new()
        // machines
        .route("/health", get(health::show))
        .fallback(respond::nothing_here)
        .with_state(app)
}
