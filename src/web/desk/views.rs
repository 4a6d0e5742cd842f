//! `/desk/views`, `/desk/posts/{id}/views`: how often posts were opened lately, and from where people came.

use super::{Desk, page};
use crate::app::App;
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::post::Post;
use crate::publication::Publication;
use crate::time::{DAY, Time};
use crate::views;
use crate::web::signed_in::SignedIn;
use crate::web::template::Templates;
use crate::web::words;
use crate::{Error, Result};
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use std::collections::HashMap;

/// How far back the page looks.
const DAYS: i64 = 30;
const LISTED: usize = 20;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    /// Of one post.
    title: String,
    path: String,
    /// Views are counted at all.
    counted: bool,
    total: String,
    days: i64,
    picture: String,
    posts: Vec<Viewed>,
    sites: Vec<Site>,
}

#[derive(Serialize)]
struct Viewed {
    title: String,
    path: String,
    views: String,
}

#[derive(Serialize)]
struct Site {
    name: String,
    views: String,
}

pub(in crate::web) async fn all(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    show(&app, signed_in, None).await
}

pub(in crate::web) async fn of_post(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    show(&app, signed_in, Some(id.parse()?)).await
}

async fn show(app: &App, signed_in: SignedIn, id: Option<PostId>) -> Result<Response> {
    let now = app.now();
    let shown = app.db.read(move |tx| {
        let post = id.map(|id| Post::find(tx, id)).transpose()?;
        if post.as_ref().is_some_and(|post| !post.may_edit(&signed_in.person)) {
            return Err(Error::Forbidden("This post is somebody else’s.".into()));
        }
        let publication = Publication::load(tx)?;
        let from = views::days_ago(now, DAYS - 1, &publication);
        let by_day: HashMap<i64, i64> = views::by_day(tx, id, from)?.into_iter().collect();
        let posts = if id.is_none() { views::by_post(tx, from, LISTED)? } else { Vec::new() };
        let posts = posts.into_iter().map(|(id, n)| Viewed::of(tx, id, n)).collect::<Result<_>>()?;
        let sites = views::by_site(tx, id, from, LISTED)?.into_iter();
        Ok(Page {
            desk: Desk::of(&publication, "views", Some(&signed_in.person)),
            title: post.as_ref().map(|post| post.title.clone()).unwrap_or_default(),
            path: post.as_ref().map(Post::path).unwrap_or_default(),
            counted: publication.views,
            total: counted(by_day.values().sum()),
            days: DAYS,
            picture: picture(&by_day, now, &publication),
            posts,
            sites: sites.map(|(name, n)| Site { name, views: counted(n) }).collect(),
        })
    });
    page(app, "desk/views.html", &shown.await?)
}

impl Viewed {
    fn of(tx: &mut Tx, id: PostId, views: i64) -> Result<Viewed> {
        let title = Post::find(tx, id)?.title;
        Ok(Viewed { title, path: format!("/desk/posts/{id}/views"), views: counted(views) })
    }
}

fn counted(views: i64) -> String {
    words::count(usize::try_from(views).unwrap_or(0), "view", "views")
}

/// A bar a day, the last one today's. Inline SVG, coloured by the stylesheet.
fn picture(by_day: &HashMap<i64, i64>, now: Time, publication: &Publication) -> String {
    const WIDTH: i64 = 20;
    const HEIGHT: i64 = 120;
    let days = (0..DAYS).rev().map(|ago| {
        let at = now.plus(-ago * DAY);
        let views = by_day.get(&views::day(at, publication)).copied().unwrap_or(0);
        (words::day(at, &publication.time_zone()), views)
    });
    let days: Vec<(String, i64)> = days.collect();
    let most = days.iter().map(|(_, views)| *views).max().unwrap_or(0).max(1);
    let busiest = days.iter().rev().max_by_key(|(_, views)| *views).filter(|(_, views)| *views > 0);
    let label = match busiest {
        Some((day, views)) => format!("Views a day. Most on {day}: {views}."),
        None => "Views a day: none yet.".to_owned(),
    };
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        DAYS * WIDTH,
        HEIGHT + 22,
        Templates::escape(&label)
    );
    for (n, (day, views)) in (0..).zip(&days) {
        // A day without views is a line, so that days can be counted.
        let height = (views * HEIGHT / most).max(i64::from(*views > 0) * 3).max(1);
        svg.push_str(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\"><title>{}: {}</title></rect>",
            n * WIDTH + 2,
            HEIGHT - height,
            WIDTH - 4,
            Templates::escape(day),
            counted(*views)
        ));
    }
    let (first, last) = (&days[0].0, &days[days.len() - 1].0);
    svg.push_str(&format!(
        "<text x=\"2\" y=\"{y}\">{}</text><text class=\"end\" x=\"{}\" y=\"{y}\">{}</text></svg>",
        Templates::escape(first),
        DAYS * WIDTH - 2,
        Templates::escape(last),
        y = HEIGHT + 18
    ));
    svg
}
