//! `/desk/posts/{id}`: writing. Save, publish, update, take back; a preview that checks while one writes.

use super::checked::{Checked, Whose, check};
use super::doubts::Doubts;
use super::marking::Change;
use super::revisions::Comparison;
use super::signing::Byline;
use super::{Desk, page};
use crate::app::{App, compute};
use crate::id::PostId;
use crate::media::Media;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::revision::{Revision, Why};
use crate::post::{Draft, Kind, Post, Rendered, Status, check_cover, may_take_status};
use crate::publication::Publication;
use crate::time::Time;
use crate::web::signed_in::SignedIn;
use crate::web::words;
use crate::{Error, Result};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    id: String,
    title: String,
    slug: String,
    /// Readers have seen it: it stays what it is, and its former addresses lead to it.
    seen: bool,
    kind: Kind,
    cover: String,
    cover_alt: String,
    /// Addresses of pictures to choose a cover from.
    pictures: Vec<String>,
    /// Of a scheduled post, or as typed: `2026-03-14` and `09:30` by the publication's clock.
    date: String,
    time: String,
    zone: String,
    pinned: bool,
    byline: Byline,
    /// Of what the form was made from; saved over by somebody else, it is told.
    version: String,
    /// Somebody saved meanwhile: what differs between theirs and these words.
    clash: Option<Comparison>,
    /// There is a secret address for readers of the preview.
    shared: bool,
    /// That address, told once.
    fresh_link: String,
    excerpt: String,
    tags: String,
    correction: String,
    markdown: String,
    status: &'static str,
    status_words: String,
    public_path: Option<String>,
    may_publish: bool,
    problem: String,
    /// What is asked before readers see it.
    doubts: Option<Doubts>,
    notice: &'static str,
    /// Whether the notice is followed by the way to the public page.
    notice_links: bool,
    checked: Option<Checked>,
}

/// What the editor's form holds.
#[derive(Deserialize)]
pub(in crate::web) struct Written {
    #[serde(default)]
    title: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    excerpt: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    correction: String,
    #[serde(default)]
    cover: String,
    #[serde(default)]
    cover_alt: String,
    #[serde(default)]
    kind: Option<Kind>,
    #[serde(default)]
    date: String,
    #[serde(default)]
    time: String,
    #[serde(default)]
    version: String,
    /// `yes` where somebody has seen that these words take the place of others.
    #[serde(default)]
    over: String,
    /// The digest of the doubts that were shown.
    #[serde(default)]
    sure: String,
    markdown: String,
    /// Which button: save, preview, publish, schedule, unschedule, update, unpublish.
    #[serde(default, rename = "do")]
    button: String,
    /// A mark to put behind a quotation: `3 not`, `3 note`, `3 wording WORDS`, `3 source ADDRESS`, `3 source` with the address in `bind-3`.
    #[serde(default)]
    mark: String,
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

impl Written {
    fn choices(&self) -> Choices {
        let (kind, date, time) = (self.kind, self.date.clone(), self.time.clone());
        Choices { kind, date, time, version: self.version.clone() }
    }

    /// What the form was made from, and what it is to be.
    pub(super) fn made_from(&self) -> (Option<i64>, Kind) {
        (self.version.parse().ok(), self.kind.unwrap_or(Kind::Post))
    }

    pub(super) fn draft(&self) -> Draft {
        Draft {
            title: self.title.trim().to_owned(),
            excerpt: self.excerpt.trim().to_owned(),
            // Browsers send forms with the line ends of 1980.
            markdown: self.markdown.replace("\r\n", "\n"),
            tags: self.tags.trim().to_owned(),
            correction: self.correction.trim().to_owned(),
            cover: cover(&self.cover),
            cover_alt: self.cover_alt.trim().to_owned(),
            slug: self.slug.trim().to_owned(),
        }
    }
}

/// A picture by its address or its bare name.
fn cover(typed: &str) -> String {
    let name = typed.trim();
    let name = name.rsplit_once("/media/").map_or(name, |(_, name)| name);
    if name.is_empty() { String::new() } else { format!("/media/{name}") }
}

pub(in crate::web) async fn new(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let (publication, pictures) = app.db.read(|tx| Ok((Publication::load(tx)?, pictures(tx)?))).await?;
    let shown = Open {
        publication,
        post: None,
        byline: Byline::default(),
        draft: Draft::default(),
        pictures,
        typed: None,
        clash: None,
        fresh_link: String::new(),
        doubts: None,
    };
    show(&app, &signed_in.person, shown, "", None, None)
}

#[derive(Deserialize)]
pub(in crate::web) struct After {
    /// What a button did just now.
    done: Option<String>,
}

pub(in crate::web) async fn open(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Result<Response> {
    let person = signed_in.person;
    let open = load(&app, id.parse()?, &person).await?;
    let checked = check(&app, open.draft.markdown.clone(), Whose::Desk).await?;
    show(&app, &person, open, "", after.done.as_deref(), Some(checked))
}

/// What the editor shows: a post, or none yet, and the words that stand in the form.
pub(super) struct Open {
    publication: Publication,
    post: Option<Post>,
    byline: Byline,
    pub(super) draft: Draft,
    pictures: Vec<String>,
    /// What came back with a form that was not taken.
    typed: Option<Choices>,
    clash: Option<Comparison>,
    fresh_link: String,
    doubts: Option<Doubts>,
}

/// What a form holds beside words.
struct Choices {
    kind: Option<Kind>,
    date: String,
    time: String,
    version: String,
}

pub(super) async fn load(app: &App, id: PostId, person: &Person) -> Result<Open> {
    let asker = person.clone();
    app.db
        .read(move |tx| {
            let post = mine(tx, id, &asker)?;
            let (draft, publication) = (post.draft(tx)?, Publication::load(tx)?);
            let byline = Byline::of(tx, &post)?;
            let (typed, clash, fresh_link) = (None, None, String::new());
            Ok(Open {
                publication,
                post: Some(post),
                byline,
                draft,
                pictures: pictures(tx)?,
                typed,
                clash,
                fresh_link,
                doubts: None,
            })
        })
        .await
}

fn pictures(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(Media::pictures(tx, 100)?.into_iter().map(|picture| format!("/media/{}", picture.name)).collect())
}

pub(super) fn mine(tx: &mut Tx, id: PostId, person: &Person) -> Result<Post> {
    let post = Post::find(tx, id)?;
    match post.may_edit(person) && post.binned_at.is_none() {
        true => Ok(post),
        false => Err(Error::NotFound),
    }
}

pub(super) fn show(
    app: &App,
    person: &Person,
    open: Open,
    problem: &str,
    done: Option<&str>,
    checked: Option<Checked>,
) -> Result<Response> {
    let Open { publication, post, byline, draft, pictures, typed, clash, fresh_link, doubts } = open;
    let (post, publication) = (post.as_ref(), &publication);
    let (now, zone) = (app.now(), publication.time_zone());
    let status = post.map_or(Status::Draft, |p| p.status(now));
    let status_words = match (status, post.and_then(|p| p.published_at)) {
        (Status::Published, Some(at)) => format!("published {}", words::moment(at, &zone)),
        (Status::Scheduled, Some(at)) => format!("scheduled for {}", words::moment(at, &zone)),
        _ => "draft".into(),
    };
    let notice = match done {
        Some("save") if status == Status::Published => {
            "Saved. Readers still see what was published; Update shows them this."
        }
        Some("save") => "Saved. Nobody but the desk sees it.",
        Some("publish") => "Published.",
        Some("update") => "Updated.",
        Some("back") => "Earlier words stand in the editor again. Nobody but the desk sees them yet.",
        Some("end-share") => "The preview’s secret address opens nothing any more.",
        Some("restore") => "Out of the bin again, as it was.",
        Some("schedule") => "Scheduled. Nobody but the desk sees it until then.",
        Some("unschedule") => "Not scheduled any more: a draft again.",
        Some("pin") => "Pinned: it stands first on the front page.",
        Some("sign") => "The byline is changed. Where readers see the post, they see it too.",
        Some("unpin") => "Not pinned any more.",
        Some("unpublish") => "Taken back. Readers do not see it any more.",
        _ => "",
    };
    let hour = post.and_then(|p| p.published_at).filter(|_| status == Status::Scheduled);
    let said = |directives| hour.map(|at| at.format(&zone, directives)).unwrap_or_default();
    let choices = typed.unwrap_or_else(|| {
        let version = post.map(|p| p.version.to_string()).unwrap_or_default();
        Choices { kind: None, date: said("%Y-%m-%d"), time: said("%H:%M"), version }
    });
    let shown = Page {
        notice_links: matches!(done, Some("publish" | "update")),
        desk: Desk::of(publication, "posts", Some(person)),
        id: post.map(|p| p.post_id.to_string()).unwrap_or_default(),
        slug: match draft.slug {
            asked if asked.is_empty() => post.map(|p| p.slug.clone()).unwrap_or_default(),
            asked => asked,
        },
        seen: post.is_some_and(|p| p.was_seen(now)),
        kind: choices.kind.or(post.map(|p| p.kind)).unwrap_or(Kind::Post),
        cover: draft.cover,
        cover_alt: draft.cover_alt,
        pictures,
        date: choices.date,
        time: choices.time,
        zone: publication.zone.clone(),
        pinned: post.is_some_and(|p| p.pinned_at.is_some()),
        byline,
        version: choices.version,
        clash,
        shared: post.is_some_and(|p| p.preview_hash.is_some()),
        fresh_link,
        public_path: post.filter(|p| p.is_public(now)).map(Post::path),
        status: status.as_str(),
        status_words,
        may_publish: person.role.may_publish(),
        title: draft.title,
        excerpt: draft.excerpt,
        tags: draft.tags,
        correction: draft.correction,
        markdown: draft.markdown,
        problem: problem.into(),
        doubts,
        notice,
        checked,
    };
    page(app, "desk/editor.html", &shown)
}

pub(in crate::web) async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    Form(written): Form<Written>,
) -> Result<Response> {
    keep(app, signed_in.person, None, written).await
}

pub(in crate::web) async fn save(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(written): Form<Written>,
) -> Result<Response> {
    keep(app, signed_in.person, Some(id.parse()?), written).await
}

/// Does what the button says. Whatever goes wrong, the words come back in the form: nothing typed is lost.
async fn keep(app: App, person: Person, id: Option<PostId>, mut written: Written) -> Result<Response> {
    if !written.mark.is_empty() {
        written.markdown = changed(&app, &written).await?;
        written.button = "preview".into();
    }
    let doubts = match written.button.as_str() {
        "publish" | "schedule" | "update" => {
            let checked = check(&app, written.draft().markdown, Whose::Desk).await?;
            let doubts = Doubts::of(&app, id, &checked, &written.sure).await?;
            doubts.map(|doubts| (doubts, checked))
        }
        _ => None,
    };
    let outcome = match written.button.as_str() {
        "preview" => Ok(None),
        _ if doubts.is_some() => Ok(None),
        _ => match act(&app, &person, id, &written).await {
            Ok(Acted::Clashed(post)) => return clashed(&app, &person, post, &written).await,
            Ok(Acted::Done(post)) => Ok(Some(post)),
            Err(error) => Err(error),
        },
    };
    match outcome {
        Ok(Some(post)) => {
            let done = if written.button.is_empty() { "save" } else { &written.button };
            Ok(Redirect::to(&format!("/desk/posts/{post}?done={done}")).into_response())
        }
        Ok(None) => again(&app, &person, id, &written, "", doubts).await,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Forbidden(_) | Error::TooLarge(_))) => {
            let (problem, status) = (error.to_string(), error.status());
            let mut response = again(&app, &person, id, &written, &problem, None).await?;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// The text as a button beside a quotation wants it.
async fn changed(app: &App, written: &Written) -> Result<String> {
    let (number, change) = Change::asked(&written.mark, &written.others)?;
    let publication = app.db.read(Publication::load).await?;
    let (markdown, options) = (written.draft().markdown, publication.reading(&app.base_url));
    compute(move || {
        let document = markup::read(&markdown, &options);
        match number.checked_sub(1).and_then(|at| document.quotations.get(at)) {
            Some(quotation) => change.made(markdown, quotation),
            None => markdown,
        }
    })
    .await
}

async fn again(
    app: &App,
    person: &Person,
    id: Option<PostId>,
    written: &Written,
    problem: &str,
    doubts: Option<(Doubts, Checked)>,
) -> Result<Response> {
    let (doubts, checked) = doubts.unzip();
    let draft = written.draft();
    let asker = person.clone();
    let choices = written.choices();
    let open = app
        .db
        .read(move |tx| {
            let post = id.map(|id| mine(tx, id, &asker)).transpose()?;
            let byline = post.as_ref().map(|post| Byline::of(tx, post)).transpose()?.unwrap_or_default();
            let (publication, pictures) = (Publication::load(tx)?, pictures(tx)?);
            let (typed, clash, fresh_link) = (Some(choices), None, String::new());
            Ok(Open { publication, post, byline, draft, pictures, typed, clash, fresh_link, doubts })
        })
        .await?;
    let checked = match checked {
        Some(checked) => checked,
        None => check(app, open.draft.markdown.clone(), Whose::Desk).await?,
    };
    show(app, person, open, problem, None, Some(checked))
}

/// What became of a button.
enum Acted {
    Done(PostId),
    /// Somebody saved since the form was made; these words are set aside.
    Clashed(PostId),
}

/// Shows both: theirs as it differs, these in the form, to be saved over theirs or not.
async fn clashed(app: &App, person: &Person, id: PostId, written: &Written) -> Result<Response> {
    let mut open = load(app, id, person).await?;
    let (theirs, mine) = (std::mem::replace(&mut open.draft, written.draft()), written.draft());
    let last = app.db.read(move |tx| last_saved(tx, id)).await?;
    let zone = open.publication.time_zone();
    let (who, when) = last.map_or(("Somebody".into(), String::new()), |(who, at)| {
        (who, format!(" on {}", words::moment(at, &zone)))
    });
    let version = open.post.as_ref().map(|p| p.version.to_string()).unwrap_or_default();
    open.typed = Some(Choices { version, ..written.choices() });
    open.clash = Some(Comparison::of(theirs, mine, format!("saved by {who}"), "typed here".into()).await?);
    let problem = format!(
        "{who} saved this post{when}, while it was being written here. Both texts are kept: that one as it stands, this one \
         among the revisions. This one stands below; Save puts it in the place of the other."
    );
    let checked = check(app, open.draft.markdown.clone(), Whose::Desk).await?;
    let mut response = show(app, person, open, &problem, None, Some(checked))?;
    *response.status_mut() = http::StatusCode::CONFLICT;
    Ok(response)
}

/// Who saved the words that stand now, and when.
fn last_saved(tx: &mut Tx, id: PostId) -> Result<Option<(String, Time)>> {
    if let Some(copy) = Post::find(tx, id)?.working_copy(tx)? {
        return Ok(Some((Person::find(tx, copy.person_id)?.name, copy.saved_at)));
    }
    let saved = Revision::list(tx, id, None, 20)?.into_iter().find(|revision| revision.why != Why::Aside);
    Ok(saved.map(|revision| (revision.person, revision.saved_at)))
}

async fn act(app: &App, person: &Person, id: Option<PostId>, written: &Written) -> Result<Acted> {
    let button = match written.button.as_str() {
        "" => "save",
        button @ ("save" | "publish" | "schedule" | "unschedule" | "update" | "unpublish") => button,
        _ => return Err(Error::Invalid("This button is not one of ours.".into())),
    }
    .to_owned();
    if button != "save" {
        may_take_status(person.role, Status::Published)?;
    }
    let for_readers = matches!(button.as_str(), "publish" | "schedule" | "update");
    let rendered = Rendered::of(app, written.draft(), for_readers).await?;
    let (now, person, kind) = (app.now(), person.clone(), written.kind.unwrap_or(Kind::Post));
    let hour = (written.date.clone(), written.time.clone());
    let (version, over) = (written.version.parse::<i64>().ok(), written.over == "yes");
    app.db
        .write(move |tx| {
            let draft = &rendered.draft;
            if button != "save" {
                check_cover(tx, draft)?;
            }
            let post = match id {
                Some(id) => mine(tx, id, &person)?,
                None => Post::create(tx, person.person_id, kind, Some(&draft.slug), &rendered, now)?,
            };
            if id.is_some() {
                let there = post.draft(tx)?;
                let other = version.is_some_and(|version| version != post.version);
                if other && !there.says_the_same(draft) {
                    post.revise(tx, Why::Aside, draft, person.person_id, now)?;
                    return Ok(Acted::Clashed(post.post_id));
                }
                if over {
                    post.revise(tx, Why::Aside, &there, person.person_id, now)?;
                }
            }
            // What readers see changes when they are shown it, its address too.
            if button == "save" && post.published_at.is_some() {
                post.save(tx, person.person_id, &rendered, now)?;
                return Ok(Acted::Done(post.post_id));
            }
            let post = if id.is_some() { post.readdress(tx, kind, draft, now)? } else { post };
            if button == "unpublish" || button == "unschedule" {
                post.unpublish(tx, now)?;
            }
            Post::find(tx, post.post_id)?.replace(tx, person.person_id, &rendered, now)?;
            let post = Post::find(tx, post.post_id)?;
            match button.as_str() {
                "publish" => {
                    post.publish(tx, &person, post.published_at.filter(|at| *at <= now).unwrap_or(now), now)?;
                }
                "schedule" => {
                    let at = moment(&hour.0, &hour.1, &Publication::load(tx)?.time_zone(), now)?;
                    post.publish(tx, &person, at, now)?;
                }
                _ => {}
            }
            Ok(Acted::Done(post.post_id))
        })
        .await
}

/// A coming minute, by the publication's clock.
fn moment(date: &str, time: &str, zone: &TimeZone, now: Time) -> Result<Time> {
    let said = || Error::Invalid("Say the day and the hour, such as 2026-03-14 and 09:30.".into());
    let date: jiff::civil::Date = date.trim().parse().map_err(|_| said())?;
    let time: jiff::civil::Time = time.trim().parse().map_err(|_| said())?;
    let at = date.to_datetime(time).to_zoned(zone.clone()).map_err(|_| said())?;
    match Time(at.timestamp().as_microsecond()) {
        at if at > now => Ok(at),
        at => Err(Error::Invalid(format!(
            "{} has passed. Choose a later hour, or publish at once.",
            words::moment(at, zone)
        ))),
    }
}

/// Makes the secret address under which anybody may read the preview, and shows it this once.
pub(in crate::web) async fn share(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let (id, person): (PostId, _) = (id.parse()?, signed_in.person);
    let asker = person.clone();
    let secret = app.db.write(move |tx| mine(tx, id, &asker)?.share(tx)).await?;
    let mut open = load(&app, id, &person).await?;
    open.fresh_link = app.url(&format!("/preview/{secret}"));
    let checked = check(&app, open.draft.markdown.clone(), Whose::Desk).await?;
    show(&app, &person, open, "", None, Some(checked))
}

pub(in crate::web) async fn end_share(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let (id, person): (PostId, _) = (id.parse()?, signed_in.person);
    app.db.write(move |tx| mine(tx, id, &person)?.end_share(tx)).await?;
    Ok(Redirect::to(&format!("/desk/posts/{id}?done=end-share")))
}

#[derive(Deserialize)]
pub(in crate::web) struct Pin {
    /// `yes`, or nothing to take it down.
    #[serde(default)]
    pinned: String,
}

/// Puts a post before all others on the front page, or back among them.
pub(in crate::web) async fn pin(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Form(pin): Form<Pin>,
) -> Result<Redirect> {
    let (id, now, person): (PostId, _, _) = (id.parse()?, app.now(), signed_in.person);
    let up = pin.pinned == "yes";
    app.db
        .write(move |tx| {
            may_take_status(person.role, Status::Published)?;
            mine(tx, id, &person)?.pin(tx, up.then_some(now), now)
        })
        .await?;
    Ok(Redirect::to(&format!("/desk/posts/{id}?done={}", if up { "pin" } else { "unpin" })))
}

/// Puts a post into the bin.
pub(in crate::web) async fn bin(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let (id, now, person) = (id.parse()?, app.now(), signed_in.person);
    app.db
        .write(move |tx| {
            let post = mine(tx, id, &person)?;
            if post.published_at.is_some() {
                may_take_status(person.role, Status::Published)?;
            }
            post.bin(tx, now)
        })
        .await?;
    Ok(Redirect::to("/desk"))
}
