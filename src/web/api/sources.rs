//! `/api/v1/sources`, `/api/v1/sources/{id}`, `/api/v1/posts/{id}/sources`

use super::posts::known;
use super::{Answer, List, Paging, Query};
use crate::app::App;
use crate::id::SourceId;
use crate::outside::db::Tx;
use crate::quote::{Judged, Ruling};
use crate::source::{Capture, Citation, Health, Kind, Provenance, Source, State};
use crate::time::Time;
use crate::web::signed_in::Bearer;
use crate::{Error, Result};
use axum::Json;
use axum::extract::{Path, State as Shared};
use serde::Serialize;

#[derive(Serialize)]
pub(in crate::web) struct Shown {
    id: SourceId,
    url: String,
    kind: Kind,
    /// In a post's list alone: a link inside quoted words is the speaker's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<bool>,
    state: State,
    since: Time,
    /// Why it is in this state.
    evidence: String,
    looked_at: Option<Time>,
    title: String,
    site: String,
    captures: Vec<Copy>,
}

#[derive(Serialize)]
struct Copy {
    at: Time,
    health: Health,
    provenance: Provenance,
    url: String,
    /// When it was taken away, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_at: Option<Time>,
}

impl Shown {
    fn of(
        tx: &mut Tx,
        source: &Source,
        via: Option<bool>,
        base_url: &str,
        desk: bool,
        now: Time,
    ) -> Result<Shown> {
        let captures = match desk {
            true => Capture::of(tx, source.source_id)?,
            false => Capture::public(tx, source.source_id, now)?,
        };
        let copy = |c: &Capture| Copy {
            at: c.captured_at,
            health: c.health,
            provenance: c.provenance,
            url: format!("{base_url}{}", c.path(source.source_id)),
            removed_at: c.removed_at,
        };
        Ok(Shown {
            id: source.source_id,
            url: source.url.clone(),
            kind: source.kind,
            via,
            state: source.state,
            since: source.state_since,
            evidence: source.evidence.clone(),
            looked_at: source.looked_at,
            title: source.name(),
            site: source.place(),
            captures: captures.iter().map(copy).collect(),
        })
    }
}

pub(in crate::web) async fn list(
    Shared(app): Shared<App>,
    Bearer(who): Bearer,
    Query(paging): Query<Paging>,
) -> Answer<Json<List<Shown>>> {
    let (limit, before, now, base) = (paging.limit(), paging.before()?, app.now(), app.base_url.clone());
    let shown = app.db.read(move |tx| {
        let sources = match &who {
            Some(person) if person.role.may_edit_all() => Source::all(tx, before, limit + 1)?,
            _ => Source::listed(tx, before, limit + 1)?,
        };
        sources.iter().map(|s| Shown::of(tx, s, None, &base, who.is_some(), now)).collect::<Result<Vec<_>>>()
    });
    Ok(Json(List::page(shown.await?, limit, |source| source.id.to_string())))
}

pub(in crate::web) async fn show(
    Shared(app): Shared<App>,
    Bearer(who): Bearer,
    Path(id): Path<String>,
) -> Answer<Json<Shown>> {
    let (id, now, base) = (id.parse()?, app.now(), app.base_url.clone());
    let shown = app.db.read(move |tx| {
        let source = match &who {
            Some(person) if person.role.may_edit_all() => Source::resolved(tx, id)?,
            _ => Source::led_to(tx, id, now)?,
        };
        Shown::of(tx, &source, None, &base, who.is_some(), now)
    });
    Ok(Json(shown.await?))
}

/// What one post cites: each source once, in the order of the text.
pub(in crate::web) async fn of_post(
    Shared(app): Shared<App>,
    Bearer(who): Bearer,
    Path(id): Path<String>,
) -> Answer<Json<List<Shown>>> {
    let (id, now, base) = (id.parse()?, app.now(), app.base_url.clone());
    let shown = app.db.read(move |tx| {
        let post = known(tx, id, who.as_ref(), now)?;
        let desk = who.as_ref().is_some_and(|p| post.may_edit(p));
        let (document, judged) = (post.document()?, Judged::in_post(tx, post.post_id)?);
        let mut seen: Vec<(Source, bool)> = Vec::new();
        for citation in Citation::of_post(tx, post.post_id)?.into_iter().filter(|c| c.keep || desk) {
            let source = Source::resolved(tx, citation.source_id)?;
            let line = document.citations.get(citation.position as usize).map_or(0, |c| c.line as i64);
            let via = citation.via && !beyond(&judged, line);
            match seen.iter_mut().find(|(known, _)| known.source_id == source.source_id) {
                // Cited once by the writer, it is the writer's source, whoever else linked to it.
                Some((_, all)) => *all &= via,
                None => seen.push((source, via)),
            }
        }
        seen.iter()
            .map(|(s, via)| Shown::of(tx, s, Some(*via), &base, desk, now))
            .collect::<Result<Vec<_>, Error>>()
    });
    Ok(Json(List::whole(shown.await?)))
}

/// Whether a line stands in a paragraph that follows a transcript's end, as its source settled it: from there on the writer speaks.
fn beyond(judged: &[Judged], line: i64) -> bool {
    let before = judged.iter().filter(|j| j.line <= line).max_by_key(|j| j.line);
    before.is_some_and(|j| j.verdict == Some(Ruling::Beyond))
}
