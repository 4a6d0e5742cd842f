//! `/desk/media`: pictures and other files; what they show, where they are used.

use super::{Asked, Desk, page};
use crate::app::App;
use crate::id::PostId;
use crate::media::{self, Media};
use crate::outside::db::Tx;
use crate::person::Person;
use crate::publication::Publication;
use crate::web::api::Problem;
use crate::web::signed_in::SignedIn;
use crate::web::{uploaded, words};
use crate::{Error, Result};
use axum::extract::{Multipart, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

const A_PAGE: usize = 30;

#[derive(Serialize)]
struct ListPage {
    desk: Desk,
    files: Vec<Shown>,
    next: Option<String>,
    most: usize,
    problem: String,
    notice: &'static str,
}

#[derive(Serialize)]
struct FilePage {
    desk: Desk,
    file: Shown,
    may_order: bool,
    posts: Vec<Use>,
    besides: Vec<String>,
    /// Asked when nobody uses it now.
    once: Vec<Use>,
    notice: &'static str,
    problem: String,
}

#[derive(Serialize)]
struct Use {
    id: String,
    title: String,
}

impl Use {
    fn of((id, title): (PostId, String)) -> Use {
        Use { id: id.to_string(), title }
    }
}

#[derive(Serialize)]
struct Shown {
    name: String,
    path: String,
    alt: String,
    /// `picture`, `audio`, `video` or `document`.
    kind: &'static str,
    /// `JPEG, 1920 × 1280, 312 KB`
    about: String,
    since: String,
    markdown: String,
}

impl Shown {
    fn of(media: &Media, zone: &TimeZone) -> Shown {
        let (kind, format) = media.media_type.split_once('/').unwrap_or_default();
        let format = media.name.rsplit_once('.').map_or(format, |(_, ending)| ending).to_uppercase();
        let side = match media.width {
            0 => String::new(),
            _ => format!(", {} × {}", media.width, media.height),
        };
        Shown {
            name: media.name.clone(),
            path: media.path(),
            alt: media.alt.clone(),
            kind: match kind {
                "image" => "picture",
                "audio" => "audio",
                "video" => "video",
                _ => "document",
            },
            about: format!("{format}{side}, {}", weight(media.bytes)),
            since: words::day(media.created_at, zone),
            markdown: media.markdown(),
        }
    }
}

fn weight(bytes: i64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", ((bytes + 500) / 1000).max(1)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

pub(in crate::web) async fn list(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let notice = match asked.done.as_deref() {
        Some("delete") => "Deleted.",
        _ => "",
    };
    show_list(&app, signed_in.person, asked.after, String::new(), notice).await
}

async fn show_list(
    app: &App,
    person: Person,
    after: Option<String>,
    problem: String,
    notice: &'static str,
) -> Result<Response> {
    let most = app.config.upload_max >> 20;
    let shown = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let zone = publication.time_zone();
            let mut all = Media::all(tx, after.as_deref(), A_PAGE + 1)?;
            let more = all.len() > A_PAGE;
            all.truncate(A_PAGE);
            let next = all.last().filter(|_| more).map(|last| last.name.clone());
            let files = all.iter().map(|media| Shown::of(media, &zone)).collect();
            let desk = Desk::of(&publication, "media", Some(&person));
            Ok(ListPage { desk, files, next, most, problem, notice })
        })
        .await?;
    page(app, "desk/media.html", &shown)
}

/// By the form: leads to what was kept, and to how a text shows it.
pub(in crate::web) async fn add(
    State(app): State<App>,
    signed_in: SignedIn,
    form: Multipart,
) -> Result<Response> {
    let outcome = async {
        let sent = uploaded::sent(&app, form).await?;
        media::take(&app, &signed_in.person, sent).await
    };
    match outcome.await {
        Ok(media) => Ok(Redirect::to(&format!("/desk/media/{}?done=add", media.name)).into_response()),
        Err(error @ (Error::Invalid(_) | Error::TooLarge(_))) => {
            let mut response = show_list(&app, signed_in.person, None, error.to_string(), "").await?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

#[derive(Serialize)]
pub(in crate::web) struct Dropped {
    markdown: String,
    picture: bool,
    described: bool,
}

/// Pasted or dropped into the editor.
pub(in crate::web) async fn dropped(
    State(app): State<App>,
    signed_in: SignedIn,
    form: Multipart,
) -> Result<Json<Dropped>, Problem> {
    let sent = uploaded::sent(&app, form).await?;
    let media = media::take(&app, &signed_in.person, sent).await?;
    Ok(Json(Dropped {
        markdown: media.markdown(),
        picture: media.is_picture(),
        described: !media.alt.is_empty(),
    }))
}

pub(in crate::web) async fn open(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let notice = match asked.done.as_deref() {
        Some("add") => "Kept. Put the line below into a text where it is to stand.",
        Some("alt") => "Saved. Texts that show it already keep their own words.",
        _ => "",
    };
    show(&app, signed_in.person, name, notice, String::new()).await
}

async fn show(
    app: &App,
    person: Person,
    name: String,
    notice: &'static str,
    problem: String,
) -> Result<Response> {
    let shown = app
        .db
        .read(move |tx| {
            let (publication, media) = (Publication::load(tx)?, Media::find(tx, &name)?);
            let (posts, besides) = uses(tx, &media)?;
            let unused = posts.is_empty() && besides.is_empty();
            let once = if unused { media.once_used_by(tx)? } else { Vec::new() };
            Ok(FilePage {
                file: Shown::of(&media, &publication.time_zone()),
                may_order: media.may_order(&person),
                desk: Desk::of(&publication, "media", Some(&person)),
                posts,
                besides,
                once: once.into_iter().map(Use::of).collect(),
                notice,
                problem,
            })
        })
        .await?;
    page(app, "desk/file.html", &shown)
}

fn uses(tx: &mut Tx, media: &Media) -> Result<(Vec<Use>, Vec<String>)> {
    let posts = media.used_by(tx)?.into_iter().map(Use::of).collect();
    let besides = media.used_besides(tx)?.into_iter().map(|(words,)| words).collect();
    Ok((posts, besides))
}

#[derive(Deserialize)]
pub(in crate::web) struct Alt {
    alt: String,
}

pub(in crate::web) async fn describe(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Form(typed): Form<Alt>,
) -> Result<Redirect> {
    let onward = format!("/desk/media/{name}?done=alt");
    app.db
        .write(move |tx| {
            let media = Media::find(tx, &name)?;
            may(&media, &signed_in.person)?;
            Media::describe(tx, &name, typed.alt.trim())
        })
        .await?;
    Ok(Redirect::to(&onward))
}

/// Only what nothing shows. Looking through all posts takes long, so it is done before the writer is asked for.
pub(in crate::web) async fn delete(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(name): Path<String>,
) -> Result<Response> {
    let (person, wanted) = (signed_in.person.clone(), name.clone());
    let (media, used) = app
        .db
        .read(move |tx| {
            let media = Media::find(tx, &wanted)?;
            may(&media, &person)?;
            let (posts, besides) = uses(tx, &media)?;
            Ok((media, !posts.is_empty() || !besides.is_empty()))
        })
        .await?;
    if used {
        let problem = "It is used, and so it stays. Take it out of the places below first.";
        let mut response = show(&app, signed_in.person, name, "", problem.into()).await?;
        *response.status_mut() = http::StatusCode::CONFLICT;
        return Ok(response);
    }
    media.remove(&app).await?;
    Ok(Redirect::to("/desk/media?done=delete").into_response())
}

fn may(media: &Media, person: &Person) -> Result<()> {
    match media.may_order(person) {
        true => Ok(()),
        false => Err(Error::Forbidden("This file is somebody else’s; editors may change it too.".into())),
    }
}
