//! `/health`: for load balancers and monitors. While the database is being brought up to date, 503 here and everywhere.

use crate::app::App;
use axum::Json;
use axum::extract::State;
use http::{Response, StatusCode, header};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::TcpListener;

pub(super) async fn show(State(app): State<App>) -> Json<Value> {
    match app.config.clock.shift {
        0 => Json(json!({ "status": "ok" })),
        shift => Json(json!({ "status": "ok", "clock": shift })),
    }
}

/// Answers whoever connects before the publication is open: come back in a moment.
pub async fn not_yet(listener: &TcpListener) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let mut http = hyper::server::conn::http1::Builder::new();
                http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(5)).keep_alive(false);
                let service = service_fn(|_| async { Ok::<_, Infallible>(starting()) });
                // Whoever hangs up first missed nothing.
                tokio::spawn(async move { drop(http.serve_connection(TokioIo::new(stream), service).await) });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn starting() -> Response<String> {
    Response::builder()
        .status(StatusCode::SERVICE_UNAVAILABLE)
        .header(header::RETRY_AFTER, 2)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CACHE_CONTROL, "no-store")
        .body(json!({ "status": "starting" }).to_string())
        .expect("these headers are well formed")
}
