//! `/api/v1/openapi.json`: the API described for machines, kept as one file beside this one.

use axum::response::IntoResponse;
use http::header;

pub(in crate::web) async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json"))
}
