//! `/sources/{id}/{stamp}`: a kept copy. The page is ours: a slim banner, the words as quotations are compared with them, and a
//! frame without rights. In the frame, at `…/page`, is the copy, in an origin of its own; what it needs to look like itself
//! is at `…/r/{name}`, from this copy alone.
//!
//! A browser sends no cookie from such a frame, so whoever may see a copy only when signed in gets it in one piece.

use super::cache::accepts;
use super::signed_in::SignedIn;
use super::site::{Site, topics};
use super::source_list::id;
use super::template::Templates;
use super::{memento, origin, respond, words};
use crate::app::{App, compute};
use crate::id::SourceId;
use crate::outside::db::Topic;
use crate::post::posts_topic;
use crate::publication::Publication;
use crate::quote::{self, Passage, to_the_words};
use crate::source::health::Evidence;
use crate::source::memento::Mementos;
use crate::source::read::{Fetched, Kind};
use crate::source::replay::{self, Held, Requisite, Showing, may_show};
use crate::source::{self, Capture, CaptureRecord, Health, Source, TextKind};
use crate::time::Time;
use crate::{Error, Result};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::io::Write;
use std::ops::Range;
use url::Url;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    text: String,
    /// `reader` · `interactive`; anything else is the copy as it looked.
    #[serde(default)]
    view: String,
}

/// Whether somebody who belongs to the desk is asking.
pub(super) struct FromTheDesk(pub(super) bool);

impl FromRequestParts<App> for FromTheDesk {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<FromTheDesk, Infallible> {
        Ok(FromTheDesk(SignedIn::from_request_parts(parts, app).await.is_ok()))
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    site: Site,
    title: String,
    place: String,
    /// The living page, at the words asked for.
    url: String,
    /// The copy's page, and how else it can be looked at.
    ways: Vec<Way>,
    /// `/sources/{id}`
    source: String,
    kept: String,
    kept_at: String,
    how: &'a str,
    digest: &'a str,
    said: String,
    state: &'static str,
    state_words: String,
    /// Why this is no copy of the source, if it is none.
    trouble: Option<String>,
    /// What is told in the place of one that was taken away.
    removed: Option<String>,
    /// What readers see, where that is less.
    desk_only: Option<&'static str>,
    /// Words were asked for: whether they stand here.
    asked: Option<bool>,
    frame: Option<String>,
    /// Scripts run in the frame.
    interactive: bool,
    /// Finished HTML: what the page has to say, in our own dress.
    readable: Option<String>,
    /// A file that a frame cannot show.
    file: Option<String>,
    /// Finished HTML.
    words: String,
    words_called: &'static str,
    words_open: bool,
    passages: Vec<Quoted>,
    passages_only: bool,
    /// The whole copy is shown once the original fails.
    whole_later: bool,
}

/// One way to look at a copy.
#[derive(Serialize)]
struct Way {
    path: String,
    words: &'static str,
    here: bool,
}

#[derive(Serialize)]
struct Quoted {
    #[serde(flatten)]
    passage: Passage,
    asked: bool,
    /// The living page, at these words.
    live: String,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: FromTheDesk,
    Path((id, stamp)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let copy = match Copy::find_in_time(&app, &id, &stamp, &desk).await? {
        Found::Here(copy) => copy,
        Found::At(path) => return Ok(Redirect::permanent(&path).into_response()),
    };
    let text = copy.text(&app).await?;
    let wanted = Some(asked.text.trim().to_owned()).filter(|words| !words.is_empty());
    let whole = copy.is_whole();
    let (capture_id, now) = (copy.capture.capture_id, app.now());
    let view = View::of(&asked.view, &copy, &app);
    let passages = match whole && view != View::Reader {
        true => Vec::new(),
        false => app.db.read(move |tx| quote::quoted_from(tx, capture_id, now)).await?,
    };
    let readable = match view {
        View::Reader => copy.readable(&app, &passages, wanted.clone()).await?,
        View::Looks | View::Interactive => None,
    };
    let (looked_for, url) = (wanted.clone(), copy.source.url.clone());
    let (text, found, passages) = compute(move || {
        let found = looked_for.as_deref().map(|words| replay::find(&text, words)).unwrap_or_default();
        let is_asked = |passage: &Passage| {
            looked_for.as_deref().is_some_and(|words| !replay::find(&passage.quoted, words).is_empty())
        };
        let passages: Vec<_> = passages
            .into_iter()
            .map(|passage| Quoted { asked: is_asked(&passage), live: to_the_words(&url, &passage), passage })
            .collect();
        (text, found, passages)
    })
    .await?;
    let held = match whole {
        true => !found.is_empty(),
        false => passages.iter().any(|passage| passage.asked),
    };
    let (capture, source) = (&copy.capture, &copy.source);
    let zone = copy.publication.time_zone();
    let path = capture.path(copy.source.source_id);
    let form = copy.form();
    let query = wanted.as_deref().map(|words| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("text", words).finish();
        format!("?{query}#found")
    });
    let spoken = matches!(capture.text_kind, TextKind::Captions | TextKind::MachineCaptions | TextKind::Post);
    let place = if capture.site.is_empty() { source.place() } else { capture.site.clone() };
    let shown = Shown {
        site: Site::of(&copy.publication, "sources"),
        title: match capture.health {
            Health::Good if !capture.title.is_empty() => source.without_site(&capture.title).to_owned(),
            // A wall has a title of its own.
            _ => source.name(),
        },
        url: match at_words(&text, &found) {
            Some(passage) => to_the_words(&source.url, &passage),
            None => source.url.clone(),
        },
        ways: copy.ways(&app, view, &query.clone().unwrap_or_default()),
        source: format!("/sources/{}", source.source_id),
        kept: words::moment(capture.captured_at, &zone),
        kept_at: capture.captured_at.rfc3339(),
        how: &copy.origin,
        digest: capture.payload_digest.trim_start_matches("sha256:"),
        said: [capture.author.as_str(), capture.said_at.get(..10).unwrap_or_default()]
            .into_iter()
            .filter(|part| !part.is_empty() && *part != place)
            .collect::<Vec<_>>()
            .join(", "),
        place,
        state: source.state.as_str(),
        state_words: words::state(source.state, source.state_since, &zone),
        trouble: trouble(capture),
        removed: copy.removed.clone(),
        desk_only: copy.desk_only(),
        asked: wanted.as_ref().map(|_| held),
        frame: match view {
            View::Interactive => copy.interactive(&app),
            View::Looks if whole && form == Form::Framed => {
                Some(format!("{path}/page{}", query.unwrap_or_default()))
            }
            View::Looks | View::Reader => None,
        },
        interactive: view == View::Interactive,
        file: (whole && form == Form::File).then(|| format!("{path}/page")),
        words: if whole && readable.is_none() { as_html(&text, &found, spoken) } else { String::new() },
        readable,
        words_called: match capture.text_kind {
            TextKind::Captions => "Captions",
            TextKind::MachineCaptions => "Captions made by a machine",
            TextKind::Post => "The words of the post",
            TextKind::Page | TextKind::None => "The words of this copy, as quotations are compared with them",
        },
        words_open: spoken || form != Form::Framed,
        passages,
        passages_only: !whole && copy.removed.is_none(),
        whole_later: !matches!(
            (source.shown, copy.publication.shown),
            (source::Shown::Passages, _) | (source::Shown::Setting, source::Shown::Passages)
        ),
    };
    let html = respond::render(&app, "kept_copy.html", &shown)?;
    let mut response = copy.answer(html, wanted.is_none() && view.is_named(&asked.view));
    let policy = match (view, &app.replay_url) {
        // Nothing but this copy may ever stand in that frame, wherever its scripts would go.
        (View::Interactive, Some(origin)) => {
            PAGE_POLICY.replace("frame-src 'self'", &format!("frame-src {origin}{}", copy.prefix()))
        }
        _ => PAGE_POLICY.to_owned(),
    };
    set(&mut response, header::CONTENT_SECURITY_POLICY, &policy);
    copy.memento(&app, &mut response);
    if copy.removed.is_some() {
        *response.status_mut() = StatusCode::GONE;
    }
    Ok(response)
}

/// How a copy is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// As it looked, without script.
    Looks,
    Reader,
    Interactive,
}

impl View {
    /// What was asked for, where this copy can be looked at so.
    fn of(asked: &str, copy: &Copy, app: &App) -> View {
        match asked {
            "reader" if copy.is_whole() && copy.form() == Form::Framed => View::Reader,
            "interactive" if copy.interactive(app).is_some() => View::Interactive,
            _ => View::Looks,
        }
    }

    fn name(self) -> &'static str {
        match self {
            View::Looks => "",
            View::Reader => "reader",
            View::Interactive => "interactive",
        }
    }

    fn is_named(self, asked: &str) -> bool {
        self.name() == asked
    }
}

const PAGE_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; frame-src 'self'; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'none'";

/// The copy itself, for the frame.
pub(super) async fn page(
    State(app): State<App>,
    desk: FromTheDesk,
    Path((id, stamp)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response> {
    let Found::Here(copy) = Copy::find_in_time(&app, &id, &stamp, &desk).await? else {
        return Err(Error::NotFound);
    };
    if !copy.is_whole() {
        return Err(Error::NotFound);
    }
    let record = copy.page_record().ok_or(Error::NotFound)?;
    let held = copy.held(&app).await?;
    let words = Some(asked.text).filter(|words| !words.trim().is_empty());
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let welcome = accepts(accepted, "gzip");
    let make = move |fetched| Made::of(fetched, &held, words.as_deref()).packed(welcome);
    let made = source::capture::kept_then(&app, &copy.capture, record, make).await?;
    let mut response = match made {
        Made::Page(html) => copy.passing(html.into(), false),
        Made::Packed(html) => copy.passing(html, true),
        Made::File(file) => file_answer(file),
    };
    let path = app.url(&copy.capture.path(copy.source.source_id));
    let policy = format!(
        "sandbox allow-top-navigation-by-user-activation; default-src 'none'; img-src {path}/r/ data:; style-src {path}/r/ 'unsafe-inline'; font-src {path}/r/ data:; \
         media-src {path}/r/; form-action 'none'; base-uri 'none'; frame-ancestors {}",
        app.base_url
    );
    set(&mut response, header::CONTENT_SECURITY_POLICY, &policy);
    set(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    copy.memento(&app, &mut response);
    Ok(response)
}

/// What a copy needs to look like itself.
pub(super) async fn requisite(
    State(app): State<App>,
    desk: FromTheDesk,
    Path((id, stamp, name)): Path<(String, String, String)>,
) -> Result<Response> {
    let Found::Here(copy) = Copy::find(&app, &id, &stamp, &desk).await? else { return Err(Error::NotFound) };
    let record = copy.requisite(&app, &name).await?.ok_or(Error::NotFound)?;
    // A card shows the source's picture even where the copy is not shown.
    if !copy.is_whole() && (record.url != copy.capture.picture || copy.showing == Showing::Desk) {
        return Err(Error::NotFound);
    }
    let held = copy.places();
    let make = move |fetched: Fetched| replay::requisite(&fetched, &held);
    let requisite = source::capture::kept_then(&app, &copy.capture, record, make).await?;
    let mut response = file_answer(requisite);
    set(
        &mut response,
        header::CONTENT_SECURITY_POLICY,
        "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    );
    // The frame it is for has an origin of its own, to which every other is foreign.
    set(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    let keep = if copy.is_open() { "public, max-age=3600" } else { "private, no-store" };
    set(&mut response, header::CACHE_CONTROL, keep);
    set(&mut response, HeaderName::from_static("x-robots-tag"), "noindex");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    Ok(response)
}

/// A copy, and what whoever asks may see of it.
pub(super) struct Copy {
    pub(super) source: Source,
    pub(super) capture: Capture,
    mementos: Option<Mementos>,
    records: Vec<CaptureRecord>,
    /// Where it came from, in words.
    origin: String,
    publication: Publication,
    /// To readers.
    showing: Showing,
    desk: bool,
    /// What is told in its place.
    removed: Option<String>,
}

#[expect(clippy::large_enum_variant, reason = "one lives at a time, and at once is taken apart")]
pub(super) enum Found {
    Here(Copy),
    /// The source was merged into another.
    At(String),
}

/// How a copy can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Framed,
    File,
    /// There is nothing but the fact that there is nothing.
    Nothing,
}

impl Copy {
    pub(super) async fn find(app: &App, source: &str, stamp: &str, desk: &FromTheDesk) -> Result<Found> {
        Copy::look(app, source, stamp, desk, false).await
    }

    /// The same with its place among the others: what is a memento says so.
    async fn find_in_time(app: &App, source: &str, stamp: &str, desk: &FromTheDesk) -> Result<Found> {
        Copy::look(app, source, stamp, desk, true).await
    }

    async fn look(app: &App, source: &str, stamp: &str, desk: &FromTheDesk, in_time: bool) -> Result<Found> {
        let asked: SourceId = id(source)?;
        let second = Time::from_stamp(stamp).ok_or(Error::NotFound)?;
        let (now, desk) = (app.now(), desk.0);
        app.db
            .read(move |tx| {
                let source = Source::resolved(tx, asked)?;
                let open = match Source::led_to(tx, asked, now) {
                    Ok(_) => true,
                    Err(Error::NotFound) => false,
                    Err(error) => return Err(error),
                };
                if !open && !desk {
                    return Err(Error::NotFound);
                }
                let capture = Capture::at(tx, source.source_id, second)?.ok_or(Error::NotFound)?;
                if source.source_id != asked {
                    return Ok(Found::At(capture.path(source.source_id)));
                }
                let publication = Publication::load(tx)?;
                let showing =
                    if open { may_show(&source, &capture, publication.shown) } else { Showing::Desk };
                if showing == Showing::Desk && !desk {
                    return Err(Error::NotFound);
                }
                let origin = origin::of(tx, &capture)?;
                let removed = words::removed(tx, &capture, &publication.time_zone())?;
                let records = match removed {
                    Some(_) => Vec::new(),
                    None => Capture::records(tx, capture.capture_id)?,
                };
                // RFC 7089. What is no copy of the source, or nobody's but the desk's, is no memento.
                let mementos = match in_time && open && capture.health == Health::Good {
                    true => Some(Mementos::of(tx, source.clone(), publication.shown, now)?),
                    false => None,
                };
                Ok(Found::Here(Copy {
                    source,
                    capture,
                    mementos,
                    records,
                    origin,
                    publication,
                    showing,
                    desk,
                    removed,
                }))
            })
            .await
    }

    fn is_whole(&self) -> bool {
        self.desk || self.showing == Showing::Whole
    }

    /// Everybody sees the same.
    pub(super) fn is_open(&self) -> bool {
        self.showing == Showing::Whole
    }

    /// `/{source}/{stamp}/`, under which the replay origin has this copy.
    fn prefix(&self) -> String {
        format!("/{}/{}/", self.source.source_id, self.capture.captured_at.stamp())
    }

    /// Where its own scripts run: only what everybody may see whole, and only a page.
    fn interactive(&self, app: &App) -> Option<String> {
        let page = self.page_record().filter(|record| record.media_type.contains("html"))?;
        let origin = app.replay_url.as_ref().filter(|_| self.is_open())?;
        Some(format!("{origin}{}{}", self.prefix(), page.url))
    }

    /// The ways to look at it, where there is more than one. `query` leads to the words that were asked for.
    fn ways(&self, app: &App, view: View, query: &str) -> Vec<Way> {
        if !self.is_whole() || self.form() != Form::Framed {
            return Vec::new();
        }
        let mut ways = vec![(View::Looks, "as it looked"), (View::Reader, "to read")];
        if self.interactive(app).is_some() {
            ways.push((View::Interactive, "with its scripts"));
        }
        let (asked, place) = query.split_once('#').unwrap_or((query, ""));
        let place = if place.is_empty() { String::new() } else { format!("#{place}") };
        let path = |way: View| match (way.name(), asked.strip_prefix('?')) {
            ("", _) => format!("{}{asked}{place}", self.path()),
            (name, Some(text)) => format!("{}?view={name}&{text}{place}", self.path()),
            (name, None) => format!("{}?view={name}", self.path()),
        };
        ways.into_iter().map(|(way, words)| Way { path: path(way), words, here: way == view }).collect()
    }

    /// What the page has to say, the quoted words marked.
    async fn readable(&self, app: &App, quoted: &[Passage], asked: Option<String>) -> Result<Option<String>> {
        let spoken = !matches!(self.capture.text_kind, TextKind::Page);
        let page = self.page_record().filter(|_| !spoken);
        let quoted: Vec<String> = quoted.iter().map(|passage| passage.quoted.clone()).collect();
        if let Some(page) = page {
            let fetched = source::capture::kept(app, &self.capture, page).await?;
            if fetched.kind() == Kind::Html {
                let held = self.places();
                let read = move || replay::readable(&fetched, &held, &quoted, asked.as_deref()).html;
                return Ok(Some(compute(read).await?));
            }
        }
        let text = self.text(app).await?;
        let marked = move || {
            let mut found: Vec<_> = match &asked {
                Some(asked) => replay::find(&text, asked),
                None => quoted.iter().flat_map(|words| replay::find(&text, words)).collect(),
            };
            found.sort_by_key(|range| range.start);
            as_html(&text, &found, true)
        };
        Ok(Some(compute(marked).await?))
    }

    fn desk_only(&self) -> Option<&'static str> {
        match self.showing {
            _ if !self.desk => None,
            Showing::Whole => None,
            Showing::Passages => Some("Readers see only the quoted passages of this copy."),
            Showing::Desk => Some("Readers do not see this copy."),
        }
    }

    fn page_record(&self) -> Option<&CaptureRecord> {
        let pages = || self.records.iter().filter(|record| record.role == "page");
        pages().find(|record| record.url == self.capture.final_url).or_else(|| pages().next_back())
    }

    fn form(&self) -> Form {
        match self.page_record().map(|record| record.media_type.as_str()) {
            None => Form::Nothing,
            Some("" | "image/svg+xml") => Form::Framed,
            Some(kind) if kind.contains("html") || kind.starts_with("text/") => Form::Framed,
            Some(kind) if ["image/", "audio/", "video/"].iter().any(|media| kind.starts_with(media)) => {
                Form::Framed
            }
            Some(_) => Form::File,
        }
    }

    async fn text(&self, app: &App) -> Result<String> {
        if self.capture.text_file.is_empty() || self.removed.is_some() {
            return Ok(String::new());
        }
        let bytes = app.files.get(&self.capture.text_file).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Where a reader's browser finds what this copy holds. What led elsewhere is known by its number.
    fn places(&self) -> Held {
        let path = self.capture.path(self.source.source_id);
        Held::new(self.requisites().map(|(number, record)| {
            let name = if record.status == 200 { record.digest.clone() } else { number.to_string() };
            (record.url.clone(), format!("{path}/r/{name}"))
        }))
    }

    fn requisites(&self) -> impl Iterator<Item = (usize, &CaptureRecord)> {
        let wanted = |record: &CaptureRecord| {
            record.role == "requisite" && (record.status == 200 || (300..400).contains(&record.status))
        };
        self.records.iter().enumerate().filter(move |(_, record)| wanted(record))
    }

    async fn held(&self, app: &App) -> Result<Held> {
        let held = if self.is_open() { self.places() } else { self.enclosed(app).await? };
        self.with_frames(app, held).await
    }

    /// Documents that the page holds within itself come with it: they need no address of their own.
    async fn with_frames(&self, app: &App, held: Held) -> Result<Held> {
        let is_page = |record: &CaptureRecord| record.status == 200 && record.media_type.contains("html");
        let (mut frames, mut bytes) = (Vec::new(), 0);
        for (_, record) in self.requisites().filter(|(_, record)| is_page(record)).take(MOST_FRAMES) {
            bytes += record.length;
            if bytes > ENCLOSED / 4 {
                break;
            }
            frames.push(source::capture::kept(app, &self.capture, record).await?);
        }
        if frames.is_empty() {
            return Ok(held);
        }
        // Once for those within others, once for those around them.
        compute(move || {
            (0..2).fold(held, |mut held, _| {
                let written: Vec<_> = frames.iter().map(|frame| replay::framed(frame, &held)).collect();
                for (frame, document) in frames.iter().zip(written) {
                    held.insert_frame(&frame.url, document);
                }
                held
            })
        })
        .await
    }

    /// Everything within the page itself, as far as there is room.
    async fn enclosed(&self, app: &App) -> Result<Held> {
        let (mut held, mut sheets, mut bytes) = (Held::default(), Vec::new(), 0);
        for (_, record) in self.requisites().filter(|(_, record)| record.status == 200) {
            bytes += record.length;
            if bytes > ENCLOSED {
                break;
            }
            let fetched = source::capture::kept(app, &self.capture, record).await?;
            if record.media_type == "text/css" {
                sheets.push(fetched);
            } else {
                held = compute(move || enclose(held, &fetched)).await?;
            }
        }
        // Once for the sheets that others import, once for those that import.
        compute(move || (0..2).fold(held, |held, _| sheets.iter().rev().fold(held, enclose))).await
    }

    /// The record of a name in this copy, redirects followed.
    async fn requisite(&self, app: &App, name: &str) -> Result<Option<&CaptureRecord>> {
        let mut all = self.requisites();
        let Ok(number) = name.parse::<usize>() else {
            return Ok(all.find(|(_, record)| record.status == 200 && record.digest == name).map(|(_, r)| r));
        };
        let mut record = all.find(|(n, _)| *n == number).map(|(_, record)| record);
        for _ in 0..5 {
            let Some(moved) = record.filter(|record| record.status != 200) else { break };
            let answer = source::capture::kept(app, &self.capture, moved).await?;
            let to = Url::parse(&moved.url).ok().and_then(|url| url.join(answer.header("location")).ok());
            record = self
                .requisites()
                .map(|(_, r)| r)
                .find(|r| to.as_ref().is_some_and(|to| r.url == to.as_str()));
        }
        Ok(record.filter(|record| record.status == 200))
    }

    /// Kept for the next reader only where everybody sees the same.
    fn answer(&self, html: String, plain: bool) -> Response {
        const HTML: &str = "text/html; charset=utf-8";
        let mut response = match self.is_open() && plain {
            true => respond::document(HTML, html, self.topics()),
            false => ([(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, "private, no-store")], html)
                .into_response(),
        };
        set(&mut response, HeaderName::from_static("x-robots-tag"), "noindex");
        set(&mut response, header::REFERRER_POLICY, "no-referrer");
        response
    }

    /// The copy itself is asked for once in a long while, and would push out of memory what everybody reads.
    fn passing(&self, html: Vec<u8>, packed: bool) -> Response {
        let keep = if self.is_open() { "public, max-age=60" } else { "private, no-store" };
        let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
        let mut response = ([kind, (header::CACHE_CONTROL, keep)], html).into_response();
        set(&mut response, header::VARY, "Accept-Encoding");
        if packed {
            set(&mut response, header::CONTENT_ENCODING, "gzip");
        }
        set(&mut response, HeaderName::from_static("x-robots-tag"), "noindex");
        set(&mut response, header::REFERRER_POLICY, "no-referrer");
        response
    }

    fn topics(&self) -> Vec<Topic> {
        topics([posts_topic(), self.source.source_id.topic()])
    }

    fn memento(&self, app: &App, response: &mut Response) {
        let at = self.capture.captured_at.whole_second();
        if let Some(mementos) = self.mementos.as_ref().filter(|mementos| mementos.times.contains(&at)) {
            set(response, HeaderName::from_static("memento-datetime"), &at.http_date());
            set(response, header::LINK, &memento::links(app, mementos, Some(at)));
        }
    }

    /// `/sources/{id}/{stamp}`
    pub(super) fn path(&self) -> String {
        self.capture.path(self.source.source_id)
    }

    pub(super) fn records(&self) -> &[CaptureRecord] {
        &self.records
    }

    /// What this copy holds under an address: as it was asked for, else under the other scheme.
    pub(super) fn of_address(&self, url: &Url) -> Option<&CaptureRecord> {
        let mut other = url.clone();
        let _ = other.set_scheme(if url.scheme() == "https" { "http" } else { "https" });
        [url, &other].into_iter().find_map(|url| {
            let named = || self.records.iter().filter(|record| record.url == url.as_str());
            // What a browser made of a page has no scripts any more; what was sent has.
            let as_sent = || named().find(|record| record.role == "sent");
            as_sent().or_else(|| named().find(|record| record.role == "page")).or_else(|| named().next_back())
        })
    }
}

/// Most documents that are put into a page.
const MOST_FRAMES: usize = 16;
/// Bytes of records that are put into a page.
const ENCLOSED: i64 = 12_000_000;

fn enclose(mut held: Held, fetched: &Fetched) -> Held {
    let Requisite { media_type, body } = replay::requisite(fetched, &held);
    let kind = media_type.split(';').next().unwrap_or_default();
    held.insert(&fetched.url, format!("data:{kind};base64,{}", data_encoding::BASE64.encode(&body)));
    held
}

/// A page's bytes, made fit to be shown.
enum Made {
    Page(String),
    /// The same, compressed.
    Packed(Vec<u8>),
    File(Requisite),
}

const PDF: &str = "application/pdf";

impl Made {
    fn of(fetched: Fetched, held: &Held, words: Option<&str>) -> Made {
        match fetched.kind() {
            Kind::Html => Made::Page(replay::page(&fetched, held, words).html),
            Kind::Plain => {
                let lines = Templates::escape(&fetched.text().0);
                let html = format!(
                    "<!doctype html><title></title><body><pre style=\"white-space:pre-wrap\">\n{lines}</pre>"
                );
                let kind = ("content-type".to_owned(), "text/html; charset=utf-8".to_owned());
                let page = Fetched { headers: vec![kind], body: html.into(), ..fetched };
                Made::Page(replay::page(&page, &Held::default(), words).html)
            }
            Kind::Other if fetched.body.starts_with(b"%PDF-") => {
                Made::File(Requisite { media_type: PDF, body: fetched.body })
            }
            Kind::Other => Made::File(replay::requisite(&fetched, &Held::default())),
        }
    }

    /// Fast rather than small: nobody else gets these bytes.
    fn packed(self, welcome: bool) -> Made {
        match self {
            Made::Page(html) if welcome && html.len() > 1400 => {
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                match packed.write_all(html.as_bytes()).and_then(|()| packed.finish()) {
                    Ok(packed) => Made::Packed(packed),
                    Err(_) => Made::Page(html),
                }
            }
            other => other,
        }
    }
}

fn file_answer(file: Requisite) -> Response {
    // What a document may do is its viewer's affair, and not this origin's: it is handed over, never shown.
    let shown = file.is_shown() && file.media_type != PDF;
    let mut response = ([(header::CONTENT_TYPE, file.media_type)], file.body).into_response();
    if !shown {
        set(&mut response, header::CONTENT_DISPOSITION, "attachment");
    }
    set(&mut response, header::CACHE_CONTROL, "private, no-store");
    set(&mut response, HeaderName::from_static("x-robots-tag"), "noindex");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    response
}

/// A value that cannot be a header is left out.
pub(super) fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn trouble(capture: &Capture) -> Option<String> {
    if capture.health == Health::Good {
        return None;
    }
    let evidence: Evidence = serde_json::from_str(&capture.evidence).unwrap_or_default();
    let why = match evidence.told().as_str() {
        "" => format!("Instead of it {}.", words::health(capture.health)),
        why => why.to_owned(),
    };
    Some(format!("This is no copy of the source. {why}"))
}

/// What was found, as a passage whose words a living page is searched for.
fn at_words(text: &str, found: &[Range<usize>]) -> Option<Passage> {
    let span = |range: &Range<usize>| quotecheck::Span {
        start: 0,
        end: 0,
        start_byte: range.start,
        end_byte: range.end,
    };
    Passage::around(text, &found.iter().map(span).collect::<Vec<_>>())
}

/// More than this is no text to look through; what was found is shown with what stands around it.
const MOST: usize = 200_000;

/// Paragraphs, with what was found marked.
fn as_html(text: &str, found: &[Range<usize>], anchor: bool) -> String {
    let middle = found.first().map_or(0, |range| range.start);
    let start = text.floor_char_boundary(middle.saturating_sub(MOST / 2));
    let end = text.ceil_char_boundary((start + MOST).min(text.len()));
    let (mut html, mut at) = (String::from("<p>"), start);
    let push =
        |html: &mut String, words: &str| html.push_str(&Templates::escape(words).replace('\n', "</p><p>"));
    if start > 0 {
        html.push_str("[…] ");
    }
    for (n, range) in found.iter().enumerate() {
        let (Some(before), Some(words)) = (text.get(at..range.start), text.get(range.clone())) else {
            continue;
        };
        if range.end > end {
            break;
        }
        push(&mut html, before);
        // Where the words are not in the frame, the address leads to them here.
        let open = if n == 0 && anchor { "<mark id=\"found\">" } else { "<mark>" };
        let words = Templates::escape(words).replace('\n', &format!("</mark></p><p>{}", "<mark>"));
        html.push_str(&format!("{open}{words}</mark>"));
        at = range.end;
    }
    push(&mut html, &text[at..end]);
    html.push_str(if end < text.len() { " […]</p>" } else { "</p>" });
    if text.is_empty() { String::new() } else { html }
}
