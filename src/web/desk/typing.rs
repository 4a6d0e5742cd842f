//! What is typed is kept at each pause, without anybody's saying so: readers never see it.

use super::editor::{Written, mine};
use crate::app::App;
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::post::{Draft, Post, Rendered};
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;

/// What became of it.
#[derive(Serialize)]
pub(in crate::web) struct Kept {
    id: PostId,
    version: String,
    /// `typing kept at 09.30`
    words: String,
}

/// The first pause in a new post makes a draft of it.
pub(in crate::web) async fn begin(
    State(app): State<App>,
    signed_in: SignedIn,
    Json(written): Json<Written>,
) -> Result<Json<Kept>> {
    let (draft, (_, kind)) = (written.draft(), written.made_from());
    draft.check_length()?;
    let title = if draft.title.is_empty() { "Untitled".into() } else { draft.title.clone() };
    // The text stays out of it: half an address is no source yet.
    let bare = Rendered::of(&app, Draft { title, ..Draft::default() }).await?;
    let (now, person) = (app.now(), signed_in.person.person_id);
    let kept = app.db.write(move |tx| {
        let post = Post::create(tx, person, kind, None, &bare, now)?;
        post.type_over(tx, person, &draft, now)?;
        Kept::of(tx, post.post_id)
    });
    Ok(Json(kept.await?))
}

pub(in crate::web) async fn keep(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(written): Json<Written>,
) -> Result<Json<Kept>> {
    let (draft, (version, _)) = (written.draft(), written.made_from());
    draft.check_length()?;
    let (id, now, person): (PostId, _, _) = (id.parse()?, app.now(), signed_in.person);
    let kept = app.db.write(move |tx| {
        let post = mine(tx, id, &person)?;
        if version != Some(post.version) && !draft.says_the_same(&post.draft(tx)?) {
            return Err(Error::Conflict("Somebody saved this post meanwhile.".into()));
        }
        post.type_over(tx, person.person_id, &draft, now)?;
        Kept::of(tx, id)
    });
    Ok(Json(kept.await?))
}

impl Kept {
    fn of(tx: &mut Tx, id: PostId) -> Result<Kept> {
        let (post, zone) = (Post::find(tx, id)?, Publication::load(tx)?.time_zone());
        let at = post.working_copy(tx)?.map(|copy| words::hour(copy.saved_at, &zone));
        let words = at.map_or_else(|| "as saved".into(), |at| format!("typing kept at {at}"));
        Ok(Kept { id, version: post.version.to_string(), words })
    }
}
