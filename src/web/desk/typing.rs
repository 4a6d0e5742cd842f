//! What the editor's script asks while somebody types: what is typed is kept at each pause, without anybody's saying so, and
//! readers never see it; a paste comes back clean; the preview follows.

use super::checked::{Checked, Whose, check};
use super::editor::{Written, mine};
use crate::app::{App, compute};
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::post::{Draft, Post, Rendered, record};
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

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
    let bare = Rendered::of(&app, Draft { title, ..Draft::default() }, false).await?;
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

#[derive(Deserialize)]
pub(in crate::web) struct Typing {
    markdown: String,
    /// Something was pasted: its sources are kept at once.
    #[serde(default)]
    keep: bool,
}

/// The live preview's question.
pub(in crate::web) async fn preview(
    State(app): State<App>,
    _signed_in: SignedIn,
    Json(typing): Json<Typing>,
) -> Result<Json<Checked>> {
    if typing.keep {
        let draft = Draft { markdown: typing.markdown.clone(), ..Draft::default() };
        let (rendered, now) = (Rendered::of(&app, draft, false).await?, app.now());
        app.db.write(move |tx| record::keep_sources(tx, &rendered, now)).await?;
    }
    check(&app, typing.markdown, Whose::Desk).await.map(Json)
}

#[derive(Deserialize)]
pub(in crate::web) struct Pasted {
    #[serde(default)]
    html: String,
    #[serde(default)]
    text: String,
}

#[derive(Serialize)]
pub(in crate::web) struct Tidied {
    markdown: String,
    notes: Vec<String>,
}

/// A paste as clean Markdown. What was copied with its links is read first.
pub(in crate::web) async fn tidy(_signed_in: SignedIn, Json(pasted): Json<Pasted>) -> Result<Json<Tidied>> {
    let tidied = compute(move || {
        let rich = Some(pasted.html.as_str()).filter(|html| !html.trim().is_empty());
        markup::tidy::paste(rich, &pasted.text)
    })
    .await?;
    let notes = tidied.notes.into_iter().map(|note| note.sentence).collect();
    Ok(Json(Tidied { markdown: tidied.markdown, notes }))
}
