//! `/desk`: the list of posts.

use super::{Desk, page};
use crate::app::App;
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::post::pile::{Pile, Wanted};
use crate::post::{BIN_KEEPS, Post, Status, may_take_status};
use crate::publication::Publication;
use crate::quote::{Counts, Judged, Ruling};
use crate::source::{Citation, Kind, Source, State as SourceState};
use crate::time::Time;
use crate::web::byline::{authors, names};
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

const A_PAGE: usize = 50;

#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    state: Option<String>,
    q: Option<String>,
    before: Option<String>,
}

#[derive(Serialize)]
struct Page {
    desk: Desk,
    /// Nobody has named the publication, and whoever looks may.
    unnamed: bool,
    may_edit_all: bool,
    piles: Vec<Tab>,
    pile: Pile,
    q: String,
    posts: Vec<Row>,
    older: Option<String>,
}

/// One of the ways to look at the list.
#[derive(Serialize)]
struct Tab {
    pile: Pile,
    words: &'static str,
    address: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    path: String,
    public: bool,
    page: bool,
    pinned: bool,
    author: String,
    status: &'static str,
    status_words: String,
    /// Saved over what readers see.
    ahead: bool,
    sources: String,
    quotations: String,
    /// How many quotations and sources want a person.
    needs: usize,
    /// In the bin: the day on which it is emptied.
    gone_on: Option<String>,
}

pub(in crate::web) async fn list(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let now = app.now();
    let pile = asked.state.as_deref().map_or(Some(Pile::All), Pile::parse).ok_or(Error::NotFound)?;
    let before = asked.before.as_deref().filter(|b| !b.is_empty()).map(cursor).transpose()?;
    let q = asked.q.unwrap_or_default().trim().to_owned();
    let wanted = Wanted { pile, words: q.split_whitespace().map(str::to_owned).collect(), before };
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let mut posts = Post::listed(tx, &signed_in.person, &wanted, A_PAGE + 1, now)?;
            let more = posts.len() > A_PAGE;
            posts.truncate(A_PAGE);
            let older = posts.last().filter(|_| more).map(|last| {
                let before = format!("{}-{}", last.updated_at.0, last.post_id);
                address(pile, &q, &before)
            });
            let posts = posts.iter().map(|p| Row::of(tx, p, &zone, now)).collect::<Result<_>>()?;
            let role = signed_in.person.role;
            Ok(Page {
                desk: Desk::of(&publication, "posts", Some(&signed_in.person)),
                unnamed: publication.is_unnamed() && role.may_settle(),
                may_edit_all: role.may_edit_all(),
                piles: Pile::ALL.iter().map(|pile| Tab::of(*pile, &q)).collect(),
                pile,
                q,
                posts,
                older,
            })
        })
        .await?;
    page(&app, "desk/posts.html", &shown)
}

impl Tab {
    fn of(pile: Pile, q: &str) -> Tab {
        let words = match pile {
            Pile::All => "All",
            Pile::Drafts => "Drafts",
            Pile::Scheduled => "Scheduled",
            Pile::Published => "Published",
            Pile::Bin => "Bin",
        };
        Tab { pile, words, address: address(pile, q, "") }
    }
}

/// Where a list stands: `/desk?state=drafts&q=tide`.
fn address(pile: Pile, q: &str, before: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let state = if pile == Pile::All { "" } else { pile.as_str() };
    for (name, value) in [("state", state), ("q", q), ("before", before)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        none if none.is_empty() => "/desk".to_owned(),
        query => format!("/desk?{query}"),
    }
}

fn cursor(text: &str) -> Result<(Time, PostId)> {
    let (at, id) = text.split_once('-').ok_or(Error::NotFound)?;
    Ok((Time(at.parse().map_err(|_| Error::NotFound)?), id.parse()?))
}

/// Takes a post out of the bin.
pub(in crate::web) async fn restore(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let (id, now, person): (PostId, _, _) = (id.parse()?, app.now(), signed_in.person);
    app.db
        .write(move |tx| {
            let post = Post::find(tx, id)?;
            if !post.may_edit(&person) || post.binned_at.is_none() {
                return Err(Error::NotFound);
            }
            if post.published_at.is_some() {
                may_take_status(person.role, Status::Published)?;
            }
            post.restore(tx, now)
        })
        .await?;
    Ok(Redirect::to(&format!("/desk/posts/{id}?done=restore")))
}

impl Row {
    fn of(tx: &mut Tx, post: &Post, zone: &TimeZone, now: Time) -> Result<Row> {
        let copy = post.working_copy(tx)?;
        let status = post.status(now);
        let status_words = match (status, post.published_at) {
            (Status::Scheduled, Some(at)) => format!("scheduled for {}", words::moment(at, zone)),
            (Status::Published, Some(at)) => format!("published {}", words::day(at, zone)),
            (Status::Binned, _) => "in the bin".to_owned(),
            _ => format!("draft, saved {}", words::moment(post.updated_at, zone)),
        };
        let (mut cited, mut kept, mut needs) = (std::collections::BTreeSet::new(), 0, 0);
        for citation in Citation::of_post(tx, post.post_id)? {
            let source = Source::resolved(tx, citation.source_id)?;
            if source.kind == Kind::Pointer || !cited.insert(source.source_id) {
                continue;
            }
            let has_copy = crate::source::Capture::newest_good(tx, source.source_id)?.is_some();
            kept += usize::from(has_copy);
            // What was kept can be read, whatever became of the page.
            let failed =
                matches!(source.state, SourceState::Blocked | SourceState::Gone | SourceState::Failing);
            needs += usize::from(failed && !has_copy);
        }
        let judged = Judged::in_post(tx, post.post_id)?;
        needs += judged.iter().filter(|j| wants_a_look(j)).count();
        Ok(Row {
            id: post.post_id.to_string(),
            title: copy.as_ref().map(|c| &c.title).filter(|t| !t.is_empty()).unwrap_or(&post.title).clone(),
            page: post.kind == crate::post::Kind::Page,
            pinned: post.pinned_at.is_some(),
            gone_on: post.binned_at.map(|at| words::day(at.plus(BIN_KEEPS), zone)),
            path: post.path(),
            public: post.is_public(now),
            author: names(&authors(tx, post)?),
            status: status.as_str(),
            status_words,
            ahead: copy.is_some() && post.published_at.is_some(),
            sources: match cited.len() {
                0 => String::new(),
                n => format!("{kept} of {} kept", words::count(n, "source", "sources")),
            },
            quotations: words::checked(&Counts::in_post(&judged)),
            needs,
        })
    }
}

fn wants_a_look(judged: &Judged) -> bool {
    let ruling: Option<Ruling> = judged.verdict;
    ruling.is_some_and(|ruling| words::needs_a_look(ruling, judged.material.unwrap_or(false)))
}
