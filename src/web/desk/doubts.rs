//! What a writer is asked before readers see a text: whether quotations that are not what their sources say are meant so. Once:
//! whoever presses the button again means it, and what readers saw already is not asked about.

use super::checked::Checked;
use crate::Result;
use crate::app::App;
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::post::Post;
use crate::quote::{self, Judged};
use crate::time::Time;
use serde::Serialize;
use std::collections::HashSet;

/// A quotation that differs materially, is put together, or is not there.
#[derive(Debug, Clone, Serialize)]
pub(in crate::web) struct Doubt {
    pub(super) words: String,
    pub(super) verdict: String,
}

/// The question.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Doubts {
    list: Vec<Doubt>,
    /// Comes back with the form when the button is pressed again.
    digest: String,
}

impl Doubts {
    /// None where there is nothing to ask, or the answer has come back with the form as `sure`.
    pub(super) async fn of(
        app: &App,
        id: Option<PostId>,
        checked: &Checked,
        sure: &str,
    ) -> Result<Option<Doubts>> {
        let mut list = checked.doubts.clone();
        let now = app.now();
        if let (Some(id), false) = (id, list.is_empty()) {
            let public = app.db.read(move |tx| published(tx, id, now)).await?;
            list.retain(|doubt| !public.contains(&doubt.words));
        }
        let all: Vec<String> =
            list.iter().map(|doubt| format!("{}\n{}", doubt.verdict, doubt.words)).collect();
        let digest = quote::words_digest(&all.join("\n\n"));
        Ok((!list.is_empty() && digest != sure).then_some(Doubts { list, digest }))
    }
}

/// Words that readers see already.
fn published(tx: &mut Tx, id: PostId, now: Time) -> Result<HashSet<String>> {
    if !Post::find(tx, id)?.is_public(now) {
        return Ok(HashSet::new());
    }
    Ok(Judged::in_post(tx, id)?.into_iter().map(|judged| judged.words).collect())
}
