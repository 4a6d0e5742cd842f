//! `/desk/posts/{id}/revisions`: what a post was, how any two states of it differ, and the way back.

use super::{Desk, editor, page};
use crate::app::{App, compute};
use crate::id::{PostId, RevisionId};
use crate::outside::db::Tx;
use crate::post::compare::{Change, Run, compare};
use crate::post::revision::{Named, Revision, Why};
use crate::post::{Draft, Post};
use crate::publication::Publication;
use crate::web::signed_in::SignedIn;
use crate::{Error, Result};
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

const A_PAGE: usize = 100;
/// The words as they stand in the editor, among revisions.
const NOW: &str = "now";

#[derive(Serialize)]
struct Page {
    desk: Desk,
    id: String,
    title: String,
    revisions: Vec<Row>,
    older: Option<String>,
    from: String,
    to: String,
    comparison: Option<Comparison>,
    public: bool,
}

#[derive(Serialize)]
struct Row {
    id: String,
    why: &'static str,
    person: String,
    when: String,
    characters: i64,
}

/// How two states of a post differ.
#[derive(Serialize)]
pub(super) struct Comparison {
    fields: Vec<Field>,
    same: bool,
    pub(super) was: String,
    pub(super) is: String,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    runs: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    change: Change,
    text: String,
    /// So many lines stand here that are the same in both.
    lines: usize,
}

#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    before: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

pub(in crate::web) async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let id: PostId = id.parse()?;
    let before = asked.before.map(|id| id.parse()).transpose()?;
    let person = signed_in.person;
    let (mut shown, drafts) = app
        .db
        .read(move |tx| {
            let post = editor::mine(tx, id, &person)?;
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let mut revisions = Revision::list(tx, id, before, A_PAGE + 1)?;
            let more = revisions.len() > A_PAGE;
            revisions.truncate(A_PAGE);
            let older = revisions.last().filter(|_| more);
            let older = older.map(|last| format!("/desk/posts/{id}/revisions?before={}", last.revision_id));
            let from = match asked.from {
                Some(from) => from,
                None => last_different(tx, &post, &revisions)?,
            };
            let to = asked.to.unwrap_or_else(|| NOW.into());
            let drafts = (state(tx, &post, &from)?, state(tx, &post, &to)?);
            let shown = Page {
                desk: Desk::of(&publication, "posts", Some(&person)),
                id: id.to_string(),
                title: post.draft(tx)?.title,
                revisions: revisions.iter().map(|r| Row::of(r, &zone)).collect(),
                older,
                from,
                to,
                comparison: None,
                public: post.published_at.is_some(),
            };
            Ok((shown, drafts))
        })
        .await?;
    let names = (name(&shown, &shown.from), name(&shown, &shown.to));
    shown.comparison = Some(Comparison::of(drafts.0, drafts.1, names.0, names.1).await?);
    page(&app, "desk/revisions.html", &shown)
}

/// What is not saved yet is shown against the newest, and what is saved against the one before: none is written twice.
fn last_different(tx: &mut Tx, post: &Post, revisions: &[Named]) -> Result<String> {
    let Some(newest) = revisions.first() else { return Ok(NOW.into()) };
    let saved = Draft { slug: String::new(), ..post.draft(tx)? };
    let same = saved == Revision::find(tx, post.post_id, newest.revision_id)?.draft();
    let from = revisions.get(1).filter(|_| same).unwrap_or(newest);
    Ok(from.revision_id.to_string())
}

fn state(tx: &mut Tx, post: &Post, which: &str) -> Result<Draft> {
    match which {
        NOW => post.draft(tx),
        id => Ok(Revision::find(tx, post.post_id, id.parse()?)?.draft()),
    }
}

fn name(page: &Page, which: &str) -> String {
    let known = page.revisions.iter().find(|row| row.id == which);
    match known {
        Some(row) => row.when.clone(),
        None if which == NOW => "now in the editor".into(),
        None => "an older one".into(),
    }
}

impl Row {
    fn of(revision: &Named, zone: &TimeZone) -> Row {
        Row {
            id: revision.revision_id.to_string(),
            why: match revision.why {
                Why::Published => "readers saw it",
                Why::Saved => "saved",
                Why::Aside => "set aside",
            },
            person: revision.person.clone(),
            // Two of one minute could not be told apart.
            when: revision.saved_at.format(zone, "%-d %B %Y, %H.%M.%S"),
            characters: revision.characters,
        }
    }
}

impl Comparison {
    pub(super) async fn of(old: Draft, new: Draft, was: String, is: String) -> Result<Comparison> {
        compute(move || {
            let pairs = [
                ("Title", old.title, new.title),
                ("Excerpt", old.excerpt, new.excerpt),
                ("Text", old.markdown, new.markdown),
                ("Tags", old.tags, new.tags),
                ("Correction", old.correction, new.correction),
                ("Cover", old.cover, new.cover),
                ("What the cover shows", old.cover_alt, new.cover_alt),
            ];
            let differ = pairs.into_iter().filter(|(_, old, new)| old != new);
            let fields: Vec<Field> =
                differ.map(|(name, old, new)| Field { name, runs: folded(compare(&old, &new)) }).collect();
            Comparison { same: fields.is_empty(), fields, was, is }
        })
        .await
    }
}

/// Long stretches that stayed are folded: a line on either side of a change tells where it stands.
fn folded(runs: Vec<Run>) -> Vec<Shown> {
    let last = runs.len().saturating_sub(1);
    let mut shown = Vec::new();
    for (at, run) in runs.into_iter().enumerate() {
        let lines: Vec<&str> = run.text.split_inclusive('\n').collect();
        let whole = |text: String| Shown { change: run.change, text, lines: 0 };
        let (head, tail) = (if at == 0 { 0 } else { 3 }, if at == last { 0 } else { 3 });
        if run.change != Change::Same || lines.len() <= head + tail + 4 {
            shown.push(whole(run.text));
            continue;
        }
        let (before, after) = (lines[..head].concat(), lines[lines.len() - tail..].concat());
        let folded = lines[head..lines.len() - tail].iter().filter(|line| !line.trim().is_empty()).count();
        shown.push(whole(before));
        shown.push(Shown { change: Change::Same, text: String::new(), lines: folded });
        shown.push(whole(after));
    }
    shown
}

/// Puts a revision's words into the editor. Readers see nothing of it until the author says so.
pub(in crate::web) async fn restore(
    State(app): State<App>,
    signed_in: SignedIn,
    Path((id, revision)): Path<(String, String)>,
) -> Result<Redirect> {
    let (id, revision): (PostId, RevisionId) = (id.parse()?, revision.parse().map_err(|_| Error::NotFound)?);
    let (now, person) = (app.now(), signed_in.person);
    app.db
        .write(move |tx| {
            let post = editor::mine(tx, id, &person)?;
            let old = Revision::find(tx, id, revision)?.draft();
            // What stood there is not lost by it.
            let there = post.draft(tx)?;
            post.revise(tx, Why::Saved, &there, person.person_id, now)?;
            post.type_over(tx, person.person_id, &Draft { slug: there.slug, ..old }, now)
        })
        .await?;
    Ok(Redirect::to(&format!("/desk/posts/{id}?done=back")))
}
