//! `/health`: for load balancers and monitors. Nothing else answers while the database is being brought up to date.

use crate::app::App;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

pub(super) async fn show(State(app): State<App>) -> Json<Value> {
    match app.config.clock.shift {
        0 => Json(json!({ "status": "ok" })),
        shift => Json(json!({ "status": "ok", "clock": shift })),
    }
}
