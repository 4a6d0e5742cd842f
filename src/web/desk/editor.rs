//! `/desk/posts/{id}`: writing. Save, publish, update, take back; a preview that checks while one writes.

use super::{Desk, page};
use crate::app::{App, compute};
use crate::id::PostId;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::post::{Draft, Kind, Post, Rendered, Status, may_take_status, record};
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
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Page {
    desk: Desk,
    id: String,
    title: String,
    slug: String,
    slug_fixed: bool,
    excerpt: String,
    tags: String,
    correction: String,
    markdown: String,
    status: &'static str,
    status_words: String,
    public_path: Option<String>,
    may_publish: bool,
    problem: String,
    notice: String,
    checked: Option<Checked>,
}

/// What a text cites and quotes, and how that stands: the preview and the list beside it.
#[derive(Serialize)]
pub(in crate::web) struct Checked {
    html: String,
    /// `4 sources kept, 2 need you`
    tally: String,
    sources: Vec<SourceRow>,
    quotations: Vec<QuoteRow>,
}

#[derive(Serialize)]
struct SourceRow {
    number: usize,
    title: String,
    url: String,
    words: String,
    class: &'static str,
    copy: Option<String>,
    /// Where a pointer's newest pieces can be picked from.
    latest: Option<String>,
}

#[derive(Serialize)]
struct QuoteRow {
    line: usize,
    words: String,
    class: String,
    verdict: String,
    number: usize,
}

/// What the editor's form holds.
#[derive(Deserialize)]
pub(in crate::web) struct Written {
    title: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    excerpt: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    correction: String,
    markdown: String,
    /// Which button: save, preview, publish, update, unpublish.
    #[serde(default, rename = "do")]
    button: String,
}

impl Written {
    fn draft(&self) -> Draft {
        Draft {
            title: self.title.trim().to_owned(),
            excerpt: self.excerpt.trim().to_owned(),
            // Browsers send forms with the line ends of 1980.
            markdown: self.markdown.replace("\r\n", "\n"),
            tags: self.tags.trim().to_owned(),
            correction: self.correction.trim().to_owned(),
        }
    }
}

pub(in crate::web) async fn new(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let publication = app.db.read(Publication::load).await?;
    show(&app, &publication, &signed_in.person, None, Draft::default(), "", "", None)
}

pub(in crate::web) async fn open(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response> {
    let person = signed_in.person;
    let (post, draft, publication) = load(&app, id.parse()?, &person).await?;
    let checked = check(&app, draft.markdown.clone()).await?;
    show(&app, &publication, &person, Some(&post), draft, "", "", Some(checked))
}

async fn load(app: &App, id: PostId, person: &Person) -> Result<(Post, Draft, Publication)> {
    let asker = person.clone();
    app.db
        .read(move |tx| {
            let post = mine(tx, id, &asker)?;
            let draft = post.draft(tx)?;
            Ok((post, draft, Publication::load(tx)?))
        })
        .await
}

fn mine(tx: &mut Tx, id: PostId, person: &Person) -> Result<Post> {
    let post = Post::find(tx, id)?;
    match post.may_edit(person) && post.binned_at.is_none() {
        true => Ok(post),
        false => Err(Error::NotFound),
    }
}

#[expect(clippy::too_many_arguments, reason = "the page has that many sides, and one place that builds it")]
fn show(
    app: &App,
    publication: &Publication,
    person: &Person,
    post: Option<&Post>,
    draft: Draft,
    problem: &str,
    notice: &str,
    checked: Option<Checked>,
) -> Result<Response> {
    let (now, zone) = (app.now(), publication.time_zone());
    let status = post.map_or(Status::Draft, |p| p.status(now));
    let status_words = match (status, post.and_then(|p| p.published_at)) {
        (Status::Published, Some(at)) => format!("published {}", words::moment(at, &zone)),
        (Status::Scheduled, Some(at)) => format!("scheduled for {}", words::moment(at, &zone)),
        _ => "draft".into(),
    };
    let shown = Page {
        desk: Desk::of(publication, "posts", Some(person)),
        id: post.map(|p| p.post_id.to_string()).unwrap_or_default(),
        slug: post.map(|p| p.slug.clone()).unwrap_or_default(),
        slug_fixed: post.is_some_and(|p| p.first_published_at.is_some()),
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
        notice: notice.into(),
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
async fn keep(app: App, person: Person, id: Option<PostId>, written: Written) -> Result<Response> {
    let outcome = match written.button.as_str() {
        "preview" => Ok(None),
        _ => act(&app, &person, id, &written).await.map(Some),
    };
    match outcome {
        Ok(Some(post)) => Ok(Redirect::to(&format!("/desk/posts/{post}")).into_response()),
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

async fn again(
    app: &App,
    person: &Person,
    id: Option<PostId>,
    written: &Written,
    problem: &str,
) -> Result<Response> {
    let draft = written.draft();
    let asker = person.clone();
    let (post, publication) = app
        .db
        .read(move |tx| Ok((id.map(|id| mine(tx, id, &asker)).transpose()?, Publication::load(tx)?)))
        .await?;
    let checked = check(app, draft.markdown.clone()).await?;
    show(app, &publication, person, post.as_ref(), draft, problem, "", Some(checked))
}

async fn act(app: &App, person: &Person, id: Option<PostId>, written: &Written) -> Result<PostId> {
    let button = match written.button.as_str() {
        "" => "save",
        button @ ("save" | "publish" | "update" | "unpublish") => button,
        _ => return Err(Error::Invalid("This button is not one of ours.".into())),
    }
    .to_owned();
    if button != "save" {
        may_take_status(person.role, Status::Published)?;
    }
    let rendered = Rendered::of(app, written.draft()).await?;
    let (now, person, slug) = (app.now(), person.clone(), written.slug.trim().to_owned());
    app.db
        .write(move |tx| {
            let post = match id {
                Some(id) => mine(tx, id, &person)?,
                None => Post::create(tx, person.person_id, Kind::Post, Some(&slug), &rendered, now)?,
            };
            if id.is_some() && !slug.is_empty() && post.first_published_at.is_none() {
                post.rename(tx, &slug)?;
            }
            match button.as_str() {
                "save" => post.save(tx, person.person_id, &rendered, now)?,
                "publish" => {
                    post.replace(tx, person.person_id, &rendered, now)?;
                    let post = Post::find(tx, post.post_id)?;
                    post.publish(tx, &person, post.published_at.filter(|at| *at <= now).unwrap_or(now), now)?;
                }
                "update" => post.replace(tx, person.person_id, &rendered, now)?,
                _ => {
                    post.unpublish(tx, now)?;
                    Post::find(tx, post.post_id)?.replace(tx, person.person_id, &rendered, now)?;
                }
            }
            Ok(post.post_id)
        })
        .await
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
        app.db.write(move |tx| record::keep_sources(tx, &rendered.document, now)).await?;
    }
    check(&app, typing.markdown).await.map(Json)
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

/// What is known of each source a text cites: how it is listed, and its words.
struct Known {
    listed: Listed,
    wanted: Wanted,
    source: Source,
    newest: Option<Capture>,
}

/// Reads a text as publishing would, and judges it against the copies there are. Writes nothing.
async fn check(app: &App, markdown: String) -> Result<Checked> {
    let publication = app.db.read(Publication::load).await?;
    let options = publication.reading(&app.base_url);
    let document = compute(move || markup::read(&markdown, &options)).await?;
    let canonical: Vec<String> = document.citations.iter().map(|c| c.canonical.clone()).collect();
    let zone = publication.time_zone();
    let (known, of_citation) = app
        .db
        .read(move |tx| {
            let mut known: Vec<Known> = Vec::new();
            let mut of_citation = Vec::new();
            for url in canonical {
                of_citation.push(match Source::by_url(tx, &url)? {
                    Some(source) => Some(Known::number(tx, &mut known, source, &publication)?),
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
    let sources: Vec<Option<Option<usize>>> =
        document.quotations.iter().map(|q| q.citation.map(|at| of_citation[at])).collect();
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
            let copy =
                bound.flatten().and_then(|at| known[at].copy(judgement.as_ref().and_then(|j| j.capture)));
            let (path, kept) = copy.map_or((None, None), |(path, kept)| (Some(path), Some(kept)));
            Quote::fresh(judgement, quotation.note.as_deref().unwrap_or_default(), path, kept)
        })
        .collect();
    let listed: Vec<Option<Listed>> =
        of_citation.iter().map(|at| at.map(|at| known[at].listed.clone())).collect();
    let html = Dress { app, document: &document, sources: &listed, quotes: &quotes, zone: &zone }.html()?;
    Ok(Checked {
        html,
        tally: tally(&known, &quotes, &document, &of_citation),
        sources: source_rows(&document, &known, &of_citation),
        quotations: quote_rows(&document, &quotes),
    })
}

impl Known {
    /// The place of a source among those known, added when it is new.
    fn number(
        tx: &mut Tx,
        known: &mut Vec<Known>,
        source: Source,
        publication: &Publication,
    ) -> Result<usize> {
        let source = Source::resolved(tx, source.source_id)?;
        if let Some(at) = known.iter().position(|k| k.source.source_id == source.source_id) {
            return Ok(at);
        }
        let listed = Listed::of(tx, &source, known.len() + 1, publication)?;
        let wanted = Wanted::of(tx, source.source_id)?;
        let newest = Capture::of(tx, source.source_id)?.into_iter().next();
        known.push(Known { listed, wanted, source, newest });
        Ok(known.len() - 1)
    }

    fn copy(&self, capture: Option<crate::id::CaptureId>) -> Option<(String, Time)> {
        let capture = self.wanted.capture(capture?)?;
        Some((capture.path(self.source.source_id), capture.captured_at))
    }
}

fn tally(
    known: &[Known],
    quotes: &[Quote],
    document: &markup::Document,
    of_citation: &[Option<usize>],
) -> String {
    let kept = known.iter().filter(|k| k.listed.copy.is_some()).count();
    let walled = known.iter().filter(|k| k.needs_somebody()).count();
    let new = document.citations.iter().zip(of_citation).filter(|(_, at)| at.is_none()).count();
    let doubtful =
        quotes.iter().filter(|q| q.ruling.is_some_and(|r| words::needs_a_look(r, q.material))).count();
    let mut parts = vec![format!("{} kept", words::count(kept, "source", "sources"))];
    if new > 0 {
        parts.push(format!("{new} to be kept when you save"));
    }
    if walled + doubtful > 0 {
        parts.push(format!("{} need you", walled + doubtful));
    }
    parts.join(", ")
}

impl Known {
    fn needs_somebody(&self) -> bool {
        !self.listed.pointer && self.listed.copy.is_none() && self.newest.is_some()
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
            title: citation.words.clone(),
            url: citation.canonical.clone(),
            words: "kept when you save".into(),
            class: "",
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
            None => ("being kept".to_owned(), ""),
            Some(_) if self.listed.copy.is_some() => (self.listed.state_words.clone(), "good"),
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
            copy: self.listed.copy.clone(),
            latest,
        }
    }
}

fn quote_rows(document: &markup::Document, quotes: &[Quote]) -> Vec<QuoteRow> {
    let rows = document.quotations.iter().zip(quotes).enumerate();
    rows.filter(|(_, (_, quote))| !matches!(quote.ruling, Some(Ruling::Beyond)))
        .map(|(at, (quotation, quote))| QuoteRow {
            line: quotation.line,
            words: shortened(&quotation.text),
            class: match quote.ruling {
                Some(ruling) if words::needs_a_look(ruling, quote.material) => "need".into(),
                Some(ruling) => ruling.as_str().into(),
                None => "waiting".into(),
            },
            verdict: match quote.ruling {
                Some(Ruling::Said(verdict)) => words::verdict(verdict).into(),
                Some(Ruling::Reported) => "reported, not judged".into(),
                _ => "being checked".into(),
            },
            number: at + 1,
        })
        .collect()
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
    let html = respond::render(
        &app,
        "desk/latest.html",
        &Latest { desk, title: source.name(), url: source.url, pieces },
    )?;
    Ok(axum::response::Html(html).into_response())
}
