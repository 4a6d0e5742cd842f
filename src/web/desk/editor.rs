//! `/desk/posts/{id}`: writing. Save, publish, update, take back; a preview that checks while one writes.

use super::marking::Place;
use super::revisions::Comparison;
use super::{Desk, page};
use crate::app::{App, compute};
use crate::id::PostId;
use crate::media::Media;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::revision::{Revision, Why};
use crate::post::{Draft, Kind, Post, Rendered, Status, check_cover, may_take_status, record};
use crate::publication::Publication;
use crate::quote::{Asked, Held, Ruling, Wanted, judge};
use crate::source::{Capture, Source};
use crate::time::Time;
use crate::web::body::{Dress, Quote};
use crate::web::respond;
use crate::web::signed_in::SignedIn;
use crate::web::source_list::Listed;
use crate::web::words;
use crate::{Error, Result};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
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
    notice: &'static str,
    /// Whether the notice is followed by the way to the public page.
    notice_links: bool,
    checked: Option<Checked>,
}

/// What a text cites and quotes, and how that stands: the preview and the list beside it.
#[derive(Serialize)]
pub(in crate::web) struct Checked {
    pub(in crate::web) html: String,
    /// `4 sources kept, 9 quotations checked, 2 need you`
    tally: String,
    /// The list of what is cited and quoted, as HTML.
    rows: String,
    /// Something is still being kept or compared.
    waiting: bool,
}

/// The list beside the preview: what needs the writer first, the rest folded away.
#[derive(Serialize)]
struct Rows {
    sources: Vec<SourceRow>,
    quotations: Vec<QuoteRow>,
    any_needs: bool,
    /// `5 sources and 7 quotations`, with `more` where others need the writer; empty where there are none.
    calm: String,
}

#[derive(Serialize)]
struct SourceRow {
    number: usize,
    title: String,
    url: String,
    words: String,
    class: &'static str,
    needs: bool,
    /// Where the desk lists it.
    page: String,
    copy: Option<String>,
    /// Where a pointer's newest pieces can be picked from.
    latest: Option<String>,
}

#[derive(Serialize)]
struct QuoteRow {
    number: usize,
    line: usize,
    words: String,
    class: String,
    verdict: String,
    needs: bool,
    /// The part of the preview that explains it.
    target: String,
    /// Address of the source it is bound to; empty for none.
    bound: String,
    /// Whether a source can be given to it.
    bindable: bool,
    /// Where a mark of the writer's goes, in UTF-16 units.
    at: usize,
    alone: bool,
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
    markdown: String,
    /// Which button: save, preview, publish, schedule, unschedule, update, unpublish.
    #[serde(default, rename = "do")]
    button: String,
    /// A mark to put behind a quotation: `3 not`, `3 note`, `3 source ADDRESS`, `3 source` with the address in `bind-3`.
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
        draft: Draft::default(),
        pictures,
        typed: None,
        clash: None,
        fresh_link: String::new(),
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
struct Open {
    publication: Publication,
    post: Option<Post>,
    draft: Draft,
    pictures: Vec<String>,
    /// What came back with a form that was not taken.
    typed: Option<Choices>,
    clash: Option<Comparison>,
    fresh_link: String,
}

/// What a form holds beside words.
struct Choices {
    kind: Option<Kind>,
    date: String,
    time: String,
    version: String,
}

async fn load(app: &App, id: PostId, person: &Person) -> Result<Open> {
    let asker = person.clone();
    app.db
        .read(move |tx| {
            let post = mine(tx, id, &asker)?;
            let (draft, publication) = (post.draft(tx)?, Publication::load(tx)?);
            let (typed, clash, fresh_link) = (None, None, String::new());
            Ok(Open {
                publication,
                post: Some(post),
                draft,
                pictures: pictures(tx)?,
                typed,
                clash,
                fresh_link,
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

fn show(
    app: &App,
    person: &Person,
    open: Open,
    problem: &str,
    done: Option<&str>,
    checked: Option<Checked>,
) -> Result<Response> {
    let Open { publication, post, draft, pictures, typed, clash, fresh_link } = open;
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
        written.markdown = marked(&app, &written).await?;
        written.button = "preview".into();
    }
    let outcome = match written.button.as_str() {
        "preview" => Ok(None),
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
        Ok(None) => again(&app, &person, id, &written, "").await,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_) | Error::Forbidden(_) | Error::TooLarge(_))) => {
            let (problem, status) = (error.to_string(), error.status());
            let mut response = again(&app, &person, id, &written, &problem).await?;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// The text with the mark that a button beside a quotation asked for.
async fn marked(app: &App, written: &Written) -> Result<String> {
    let refuse = || Error::Invalid("This mark is not one of ours.".into());
    let mut asked = written.mark.split(' ');
    let number: usize = asked.next().and_then(|n| n.parse().ok()).ok_or_else(refuse)?;
    let mark = match (asked.next(), asked.next()) {
        (Some("not"), _) => "<!-- not a quotation -->".to_owned(),
        (Some("note"), _) => "<!-- note:  -->".to_owned(),
        (Some("source"), address) => {
            let chosen = written.others.get(&format!("bind-{number}")).map(String::as_str);
            let address = address.or(chosen).ok_or_else(refuse)?;
            format!("<!-- source: {} -->", address.replace(['<', '>', ' ', '\n'], ""))
        }
        _ => return Err(refuse()),
    };
    let publication = app.db.read(Publication::load).await?;
    let (markdown, options) = (written.draft().markdown, publication.reading(&app.base_url));
    compute(move || {
        let document = markup::read(&markdown, &options);
        match number.checked_sub(1).and_then(|at| document.quotations.get(at)) {
            Some(quotation) => Place::behind(&markdown, quotation).mark(&markdown, &mark),
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
) -> Result<Response> {
    let draft = written.draft();
    let asker = person.clone();
    let choices = written.choices();
    let open = app
        .db
        .read(move |tx| {
            let post = id.map(|id| mine(tx, id, &asker)).transpose()?;
            let (publication, pictures) = (Publication::load(tx)?, pictures(tx)?);
            let (typed, clash, fresh_link) = (Some(choices), None, String::new());
            Ok(Open { publication, post, draft, pictures, typed, clash, fresh_link })
        })
        .await?;
    let checked = check(app, open.draft.markdown.clone(), Whose::Desk).await?;
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
    let rendered = Rendered::of(app, written.draft()).await?;
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
        let (rendered, now) = (Rendered::of(&app, draft).await?, app.now());
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

/// Who is to see what a text cites: the desk may open every copy, whoever was given a preview is led to the pages themselves.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::web) enum Whose {
    Desk,
    Guest,
}

/// What is known of each source a text cites: how it is listed, and its words.
struct Known {
    listed: Listed,
    wanted: Wanted,
    source: Source,
    newest: Option<Capture>,
}

/// Reads a text as publishing would, and judges it against the copies there are. Writes nothing.
pub(in crate::web) async fn check(app: &App, markdown: String, whose: Whose) -> Result<Checked> {
    let publication = app.db.read(Publication::load).await?;
    let options = publication.reading(&app.base_url);
    let (markdown, document) = compute(move || {
        let document = markup::read(&markdown, &options);
        (markdown, document)
    })
    .await?;
    let cited: Vec<Option<String>> =
        document.citations.iter().map(|c| c.keep.then(|| c.canonical.clone())).collect();
    let zone = publication.time_zone();
    let (known, of_citation) = app
        .db
        .read(move |tx| {
            let mut known: Vec<Known> = Vec::new();
            let mut of_citation = Vec::new();
            for url in cited {
                let source = url.map(|url| Source::by_url(tx, &url)).transpose()?.flatten();
                of_citation.push(match source {
                    Some(source) => Some(Known::number(tx, &mut known, source, &publication, whose)?),
                    None => None,
                });
            }
            Ok((known, of_citation))
        })
        .await?;
    let mut held = Vec::new();
    for known in &known {
        held.push(known.wanted.held(app).await?);
    }
    let asked: Vec<Asked> = document.quotations.iter().map(Asked::of).collect();
    let kept = |at: &usize| document.citations[*at].keep;
    let sources: Vec<Option<Option<usize>>> =
        document.quotations.iter().map(|q| q.citation.filter(kept).map(|at| of_citation[at])).collect();
    let bound = sources.clone();
    let judgements = compute(move || {
        judge::judge(&asked, |i| match sources[i] {
            None => &Held::NoSource,
            Some(None) => &Held::Waiting,
            Some(Some(known)) => &held[known],
        })
    })
    .await?;
    let quotes: Vec<Quote> = judgements
        .into_iter()
        .zip(&document.quotations)
        .zip(&bound)
        .map(|((judgement, quotation), bound)| {
            let copy = Some(()).filter(|()| whose == Whose::Desk);
            let copy = copy.and(
                bound.flatten().and_then(|at| known[at].copy(judgement.as_ref().and_then(|j| j.capture))),
            );
            let (path, kept) = copy.map_or((None, None), |(path, kept)| (Some(path), Some(kept)));
            Quote::fresh(judgement, quotation.note.as_deref().unwrap_or_default(), path, kept)
        })
        .collect();
    let listed: Vec<Option<Listed>> =
        of_citation.iter().map(|at| at.map(|at| known[at].listed.clone())).collect();
    let dress = Dress { app, document: &document, sources: &listed, quotes: &quotes, zone: &zone };
    let html = dress.html()?;
    let rows = Rows::of(source_rows(&document, &known, &of_citation), quote_rows(&dress, &markdown));
    Ok(Checked {
        html,
        tally: rows.tally(&quotes),
        waiting: rows.wait(),
        rows: respond::render(app, "desk/checks.html", &Shown { checked: &rows })?,
    })
}

#[derive(Serialize)]
struct Shown<'a> {
    checked: &'a Rows,
}

impl Known {
    /// The place of a source among those known, added when it is new.
    fn number(
        tx: &mut Tx,
        known: &mut Vec<Known>,
        source: Source,
        publication: &Publication,
        whose: Whose,
    ) -> Result<usize> {
        let source = Source::resolved(tx, source.source_id)?;
        if let Some(at) = known.iter().position(|k| k.source.source_id == source.source_id) {
            return Ok(at);
        }
        let number = known.len() + 1;
        let (listed, wanted) = match whose {
            Whose::Desk => {
                (Listed::for_desk(tx, &source, number, publication)?, Wanted::in_desk(tx, source.source_id)?)
            }
            // Its own page and its copies are nobody's business before the post is.
            Whose::Guest => {
                let listed = Listed::of(tx, &source, number, publication)?;
                let listed = Listed { page: source.url.clone(), copy: None, ..listed };
                (listed, Wanted::of(tx, source.source_id)?)
            }
        };
        let newest = Capture::of(tx, source.source_id)?.into_iter().next();
        known.push(Known { listed, wanted, source, newest });
        Ok(known.len() - 1)
    }

    fn copy(&self, capture: Option<crate::id::CaptureId>) -> Option<(String, Time)> {
        let capture = self.wanted.capture(capture?)?;
        Some((capture.path(self.source.source_id), capture.captured_at))
    }
}

const BEING_KEPT: &str = "being kept";
const BEING_CHECKED: &str = "being checked";
const KEPT_LATER: &str = "kept when you save";
const NOT_KEPT: &str = "not kept, as you marked it";
const CHECKED_LATER: &str = "checked when you save";

impl Rows {
    fn of(sources: Vec<SourceRow>, quotations: Vec<QuoteRow>) -> Rows {
        let any_needs = sources.iter().any(|row| row.needs) || quotations.iter().any(|row| row.needs);
        let calm = [
            (sources.iter().filter(|row| !row.needs).count(), "source", "sources"),
            (quotations.iter().filter(|row| !row.needs).count(), "quotation", "quotations"),
        ];
        let calm = calm.into_iter().filter(|(n, ..)| *n > 0);
        let calm = calm.map(|(n, one, many)| words::count(n, one, many)).collect::<Vec<_>>().join(" and ");
        let calm = if any_needs && !calm.is_empty() { format!("{calm} more") } else { calm };
        Rows { sources, quotations, any_needs, calm }
    }

    fn tally(&self, quotes: &[Quote]) -> String {
        let kept = self.sources.iter().filter(|row| row.copy.is_some()).count();
        let keeping = self.sources.iter().filter(|row| row.words == BEING_KEPT).count();
        let later = self.sources.iter().filter(|row| row.words == KEPT_LATER).count();
        let judged = quotes.iter().filter(|q| q.ruling.is_some_and(|r| r.verdict().is_some())).count();
        let needs = self.sources.iter().filter(|row| row.needs).count()
            + self.quotations.iter().filter(|row| row.needs).count();
        let mut parts = vec![format!("{} kept", words::count(kept, "source", "sources"))];
        let also = [(keeping, BEING_KEPT), (later, "to be kept when you save")];
        parts.extend(also.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")));
        if judged > 0 {
            parts.push(words::count(judged, "quotation checked", "quotations checked"));
        }
        if needs > 0 {
            parts.push(format!("{needs} need{} you", if needs == 1 { "s" } else { "" }));
        }
        parts.join(", ")
    }

    fn wait(&self) -> bool {
        self.sources.iter().any(|row| row.words == BEING_KEPT)
            || self.quotations.iter().any(|row| row.verdict == BEING_CHECKED)
    }
}

fn source_rows(
    document: &markup::Document,
    known: &[Known],
    of_citation: &[Option<usize>],
) -> Vec<SourceRow> {
    let mut rows: Vec<SourceRow> = known.iter().map(Known::row).collect();
    for (citation, _) in document.citations.iter().zip(of_citation).filter(|(_, at)| at.is_none()) {
        if rows.iter().any(|row| row.url == citation.canonical) {
            continue;
        }
        rows.push(SourceRow {
            number: rows.len() + 1,
            title: citation.canonical.split_once("://").map_or("", |(_, rest)| rest).to_owned(),
            url: citation.canonical.clone(),
            words: if citation.keep { KEPT_LATER } else { NOT_KEPT }.into(),
            class: "",
            needs: false,
            page: String::new(),
            copy: None,
            latest: None,
        });
    }
    rows
}

impl Known {
    fn row(&self) -> SourceRow {
        let (words, class) = match &self.newest {
            _ if self.listed.pointer => (self.listed.state_words.clone(), ""),
            None => (BEING_KEPT.to_owned(), ""),
            Some(_) if self.listed.copy.is_some() => {
                (format!("{} · {}", self.listed.kept_words, self.listed.state_words), "good")
            }
            Some(capture) => (format!("not kept: {}", words::health(capture.health)), "need"),
        };
        let latest = (self.listed.pointer && crate::source::has_feed(&self.source.url))
            .then(|| format!("/desk/sources/{}/latest", self.source.source_id));
        SourceRow {
            number: self.listed.number,
            title: self.listed.title.clone(),
            url: self.listed.url.clone(),
            words,
            class,
            needs: class == "need",
            page: self.listed.page.clone(),
            copy: self.listed.copy.clone(),
            latest,
        }
    }
}

/// A row for each quotation; a transcript has one for all its turns, and one for each turn that differs.
fn quote_rows(dress: &Dress<'_>, markdown: &str) -> Vec<QuoteRow> {
    let mut rows = Vec::new();
    let mut told = None;
    for (at, (quotation, quote)) in dress.document.quotations.iter().zip(dress.quotes).enumerate() {
        let needs = quote.ruling.is_some_and(|ruling| words::needs_a_look(ruling, quote.material));
        if quotation.transcript.is_some() && quotation.transcript != told {
            told = quotation.transcript;
            let (class, words) = told.and_then(|t| dress.transcript(t)).unwrap_or(("waiting", String::new()));
            let unbound = class == "no_source";
            rows.push(QuoteRow { needs: unbound, ..QuoteRow::of(at, dress, markdown, class, words) });
        }
        if quote.ruling == Some(Ruling::Beyond) || (quotation.transcript.is_some() && !needs) {
            continue;
        }
        let (class, verdict) = match quote.ruling {
            Some(Ruling::Said(verdict)) => (verdict.as_str(), words::verdict(verdict)),
            Some(Ruling::Reported) => ("reported", "reported, not judged"),
            _ => ("waiting", if known(dress, quotation) { BEING_CHECKED } else { CHECKED_LATER }),
        };
        rows.push(QuoteRow { needs, ..QuoteRow::of(at, dress, markdown, class, verdict.to_owned()) });
    }
    rows
}

/// Whether the source that words are bound to is one we have heard of.
fn known(dress: &Dress<'_>, quotation: &markup::Quotation) -> bool {
    quotation.citation.is_some_and(|at| dress.sources.get(at).is_some_and(Option::is_some))
}

impl QuoteRow {
    fn of(index: usize, dress: &Dress<'_>, markdown: &str, class: &str, verdict: String) -> QuoteRow {
        let quotation = &dress.document.quotations[index];
        let place = Place::behind(markdown, quotation);
        let cited = quotation.citation.and_then(|at| dress.document.citations.get(at));
        let source = quotation.citation.and_then(|at| dress.sources.get(at)?.as_ref());
        QuoteRow {
            bound: match (source, cited) {
                (Some(source), _) => source.url.clone(),
                (None, cited) => cited.map(|c| c.canonical.clone()).unwrap_or_default(),
            },
            number: index + 1,
            line: quotation.line,
            words: shortened(&quotation.text),
            class: class.to_owned(),
            verdict,
            needs: false,
            target: format!("q{}", index + 1),
            bindable: quotation.kind != markup::QuotationKind::Reported,
            at: place.utf16(markdown),
            alone: place.alone,
        }
    }
}

fn shortened(words: &str) -> String {
    match words.char_indices().nth(90) {
        Some((cut, _)) => format!("{}…", words[..cut].trim_end()),
        None => words.to_owned(),
    }
}

/// The newest pieces of a place that keeps changing, to cite one of them instead.
pub(in crate::web) async fn latest(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = id.parse()?;
    let (source, publication) =
        app.db.read(move |tx| Ok((Source::find(tx, id)?, Publication::load(tx)?))).await?;
    let pieces = crate::source::latest(&app, &source.url).await?;
    #[derive(Serialize)]
    struct Latest {
        desk: Desk,
        title: String,
        url: String,
        pieces: Vec<crate::source::Piece>,
    }
    let desk = Desk::of(&publication, "sources", Some(&signed_in.person));
    page(&app, "desk/latest.html", &Latest { desk, title: source.name(), url: source.url, pieces })
}
