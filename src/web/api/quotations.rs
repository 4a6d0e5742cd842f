//! `/api/v1/posts/{id}/quotations`: as `ibid check --json` tells them.

use super::Answer;
use super::posts::known;
use crate::app::App;
use crate::quote::{Judged, Report, Ruling};
use crate::web::signed_in::Bearer;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(in crate::web) struct Told {
    quotations: Vec<Report>,
    counts: BTreeMap<&'static str, usize>,
}

pub(in crate::web) async fn list(
    State(app): State<App>,
    Bearer(who): Bearer,
    Path(id): Path<String>,
) -> Answer<Json<Told>> {
    let (id, now, base) = (id.parse()?, app.now(), app.base_url.clone());
    let judged = app.db.read(move |tx| {
        let post = known(tx, id, who.as_ref(), now)?;
        Judged::in_post(tx, post.post_id)
    });
    let judged = judged.await?;
    let shown = judged.iter().filter(|j| j.verdict != Some(Ruling::Beyond));
    let quotations: Vec<Report> = shown.map(|j| Report::of(j, &base)).collect();
    Ok(Json(Told { counts: Report::counts(&quotations), quotations }))
}
