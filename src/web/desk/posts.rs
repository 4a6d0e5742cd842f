//! `/desk`: the list of posts.

use super::{Desk, page};
use crate::Result;
use crate::app::App;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::{Post, Status};
use crate::publication::Publication;
use crate::quote::{Judged, Ruling};
use crate::source::{Citation, Kind, Source, State as SourceState};
use crate::time::Time;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use axum::extract::State;
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Serialize;

const MOST: usize = 200;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    /// Nobody has named the publication, and whoever looks may.
    unnamed: bool,
    posts: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    title: String,
    path: String,
    public: bool,
    author: String,
    status: &'static str,
    status_words: String,
    /// Saved over what readers see.
    ahead: bool,
    sources: String,
    quotations: String,
    /// How many quotations and sources want a person.
    needs: usize,
}

pub(in crate::web) async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let now = app.now();
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let posts = Post::for_desk(tx, &signed_in.person, MOST)?;
            let posts = posts.iter().map(|p| Row::of(tx, p, &zone, now)).collect::<Result<_>>()?;
            let unnamed = publication.is_unnamed() && signed_in.person.role.may_settle();
            Ok(Page { desk: Desk::of(&publication, "posts", Some(&signed_in.person)), unnamed, posts })
        })
        .await?;
    page(&app, "desk/posts.html", &shown)
}

impl Row {
    fn of(tx: &mut Tx, post: &Post, zone: &TimeZone, now: Time) -> Result<Row> {
        let copy = post.working_copy(tx)?;
        let status = post.status(now);
        let status_words = match (status, post.published_at) {
            (Status::Scheduled, Some(at)) => format!("scheduled for {}", words::moment(at, zone)),
            (Status::Published, Some(at)) => format!("published {}", words::day(at, zone)),
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
        let told = judged.iter().filter(|j| j.verdict.is_some_and(|v| v.verdict().is_some())).count();
        needs += judged.iter().filter(|j| wants_a_look(j)).count();
        Ok(Row {
            id: post.post_id.to_string(),
            title: copy.as_ref().map_or(&post.title, |c| &c.title).clone(),
            path: post.path(),
            public: post.is_public(now),
            author: Person::find(tx, post.author_id)?.name,
            status: status.as_str(),
            status_words,
            ahead: copy.is_some(),
            sources: match cited.len() {
                0 => String::new(),
                n => format!("{kept} of {} kept", words::count(n, "source", "sources")),
            },
            quotations: match told {
                0 => String::new(),
                n => words::count(n, "quotation judged", "quotations judged"),
            },
            needs,
        })
    }
}

fn wants_a_look(judged: &Judged) -> bool {
    let ruling: Option<Ruling> = judged.verdict;
    ruling.is_some_and(|ruling| words::needs_a_look(ruling, judged.material.unwrap_or(false)))
}
