//! `/api/v1/posts/{id}/annotations`: what was found of a post's quotations, as W3C Web Annotations
//! (<https://www.w3.org/TR/annotation-model/>), for tools that know nothing of this program.

use super::Answer;
use super::posts::known;
use crate::Result;
use crate::app::App;
use crate::outside::db::Tx;
use crate::post::Post;
use crate::publication::Publication;
use crate::quote::{Judged, Kind};
use crate::source::replay::{Showing, showing};
use crate::source::{Shown, Source};
use crate::web::signed_in::Bearer;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::{Value, json};

const CONTEXT: &str = "http://www.w3.org/ns/anno.jsonld";
const MEDIA_TYPE: &str = "application/ld+json; profile=\"http://www.w3.org/ns/anno.jsonld\"";

pub(in crate::web) async fn list(
    State(app): State<App>,
    Bearer(who): Bearer,
    Path(id): Path<String>,
) -> Answer<Response> {
    let (id, now) = (id.parse()?, app.now());
    let read = app.db.read(move |tx| {
        let post = known(tx, id, who.as_ref(), now)?;
        let setting = Publication::load(tx)?.shown;
        let judged = Judged::in_post(tx, post.post_id)?
            .into_iter()
            .map(|judged| Ok((open(tx, &judged, setting)?, judged)));
        let judged = judged.collect::<Result<Vec<_>>>()?;
        Ok((post, judged))
    });
    let (post, judged) = read.await?;
    let page = app.url(&format!("/api/v1/posts/{}/annotations", post.post_id));
    let items: Vec<Value> = judged
        .iter()
        .enumerate()
        .filter(|(_, (_, judged))| judged.kind != Kind::Reported)
        .filter_map(|(at, (open, judged))| annotation(&app, &page, &post, at + 1, judged, *open))
        .collect();
    let body = json!({"@context": CONTEXT, "id": page, "type": "AnnotationPage", "items": items});
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response())
}

/// Whether readers may see the words around what was quoted.
fn open(tx: &mut Tx, judged: &Judged, setting: Shown) -> Result<bool> {
    let Some(id) = judged.source_id else { return Ok(false) };
    Ok(showing(&Source::find(tx, id)?, setting) != Showing::Desk)
}

/// None without a verdict that names one.
fn annotation(
    app: &App,
    page: &str,
    post: &Post,
    number: usize,
    judged: &Judged,
    open: bool,
) -> Option<Value> {
    let verdict = judged.verdict?.verdict()?;
    let quoted = json!({
        "source": app.url(&post.path()),
        "selector": {"type": "TextQuoteSelector", "exact": judged.words},
    });
    let target: Vec<Value> = [Some(quoted), compared(app, judged, open)].into_iter().flatten().collect();
    Some(json!({
        "id": format!("{page}#m{number}"),
        "type": "Annotation",
        "motivation": "assessing",
        "body": {"type": "TextualBody", "purpose": "classifying", "format": "text/plain", "value": verdict.as_str()},
        "target": target,
    }))
}

/// The place in the source, as it was when it was compared.
fn compared(app: &App, judged: &Judged, open: bool) -> Option<Value> {
    let mut target = json!({"source": judged.source_url.as_deref()?});
    if !open {
        return Some(target);
    }
    if let Some(passage) = judged.passage() {
        target["selector"] = json!({
            "type": "TextQuoteSelector", "exact": passage.quoted, "prefix": passage.before, "suffix": passage.after,
        });
    }
    if let (Some(at), Some(copy)) = (judged.captured_at, judged.copy_path()) {
        target["state"] = json!({"type": "TimeState", "sourceDate": at.rfc3339(), "cached": app.url(&copy)});
    }
    Some(target)
}
