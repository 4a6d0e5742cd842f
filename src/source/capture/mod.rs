//! How a copy is made: the page, what its recipe asks for besides, and its dress, through the guarded door into one
//! WARC file; then, in one transaction, the rows that name it and the order to check quotations.
//!
//! A failed capture is kept too: a fact with a reason, never a success.

mod again;
mod archive;
mod held;
mod kept;
mod need;
mod record;
mod rendered;
mod requisites;

pub use record::first_good;
pub(super) use rendered::steps as rendered_steps;

use self::archive::{Archive, Role, media_type};
use self::record::Draft;
pub(super) use self::requisites::Also;
use super::drift::Drift;
use super::health::{self, Evidence, Seen, Verdict};
use super::read::{self, Fetched, Reading};
use super::{Capture, Health, Provenance, Source, TextKind, elsewhere, room, stamp};
use crate::app::{App, compute};
use crate::id::{CaptureId, PersonId, SourceId};
use crate::outside::fetch::{Budget, Exchange, Failure, Limits, Medium, UNPACKED, Wanted, Web};
use crate::outside::queue::{self, Job};
use crate::source::host;
use crate::source::wishes::Wishes;
use crate::time::{MINUTE, SECOND, Time};
use crate::{Error, Result, error::Context};
use futures_util::StreamExt;
use std::collections::{HashSet, VecDeque};
use url::Url;
use wacz::Digest;
use wacz::http::BodyError;

pub use kept::{kept, kept_then};

/// A good copy younger than this is good enough.
const FRESH: i64 = MINUTE;
/// What is fetched besides the page, for its words.
pub(super) const MOST_EXTRAS: usize = 8;
/// Requisites fetched side by side; each host still has one connection at a time.
const SIDE_BY_SIDE: usize = 6;

/// The job: a copy of a source, as it is now. The same order given twice within a minute is one.
pub async fn run(app: &App, id: SourceId) -> Result<()> {
    let newest = app.db.read(move |tx| Capture::newest_good(tx, id)).await?;
    if newest.is_some_and(|copy| app.now().0 - copy.captured_at.0 < FRESH) {
        return Ok(());
    }
    let copy = keep(app, id).await?;
    if !again::may_pass(copy.health, copy.status) {
        return Ok(());
    }
    let now = app.now();
    app.db
        .write(move |tx| match again::wait(record::failures(tx, &copy)?) {
            Some(wait) => queue::push(tx, &Job::Capture(id), now.plus(wait)),
            None => Ok(()),
        })
        .await
}

/// The job: a copy of a source that nobody has tried to keep yet.
pub async fn run_if_none(app: &App, id: SourceId) -> Result<()> {
    match app.db.read(move |tx| Source::find(tx, id)).await?.looked_at {
        Some(_) => Ok(()),
        None => keep(app, id).await.map(drop),
    }
}

/// Makes a copy now. Answers with what came of it, good or not.
pub async fn keep(app: &App, id: SourceId) -> Result<Capture> {
    keep_from(app, id, Web::Door(&app.door)).await
}

/// The same, of what the web answers or of answers that are at hand.
pub async fn keep_from(app: &App, id: SourceId, web: Web<'_>) -> Result<Capture> {
    keep_as(app, id, web, Came::by(Provenance::Fetched)).await
}

/// How a copy comes.
pub struct Came {
    pub provenance: Provenance,
    /// Who brought it.
    pub by: Option<PersonId>,
    /// When it was brought; else as old as its page.
    pub at: Option<Time>,
    /// What the file was called that it was brought in.
    pub file: String,
    /// Whose copy it was: `web.archive.org`.
    pub archive: String,
}

impl Came {
    pub fn by(provenance: Provenance) -> Came {
        Came { provenance, by: None, at: None, file: String::new(), archive: String::new() }
    }
}

pub async fn keep_as(app: &App, id: SourceId, web: Web<'_>, came: Came) -> Result<Capture> {
    let source = app.db.read(move |tx| Source::find(tx, id)).await?;
    room::check(app).await?;
    let Taken { draft, warc, browser, .. } = rendered::best(app, &source, web, came).await?;
    // Files before rows: a row never names a file that is not there.
    if !draft.capture.text_file.is_empty() {
        app.files.put(&draft.capture.text_file, draft.text.clone()).await?;
    }
    if let Some(warc) = warc {
        app.files.put_new(&draft.capture.warc_file, warc).await?;
    }
    let standing = standing_words(app, id, &draft).await?;
    let (now, stamping) = (app.now(), app.clone());
    app.db
        .write(move |tx| {
            stamp::ask_for(tx, &stamping, now)?;
            let host = rendered::host(&source);
            let copy = record::write(tx, source, draft, standing, now)?;
            match browser {
                Asked::Needed => host::learn(tx, &host, now)?,
                Asked::Later => {
                    let wait = again::wait(record::failures(tx, &copy)?);
                    wait.map_or(Ok(()), |wait| queue::push(tx, &Job::Capture(id), now.plus(wait)))?;
                }
                Asked::Not => {}
            }
            Ok(copy)
        })
        .await
}

/// Reads a capture's text again, when the way of reading has improved. Its records stay as they are.
pub async fn reread(app: &App, id: CaptureId) -> Result<()> {
    let mut capture = app.db.read(move |tx| Capture::find(tx, id)).await?;
    let records = app.db.read(move |tx| Capture::records(tx, id)).await?;
    if capture.health != Health::Good || capture.removed_at.is_some() {
        return Ok(());
    }
    let Some(page) = records.iter().find(|r| r.role == "page" && r.url == capture.final_url) else {
        return Ok(());
    };
    let page = kept(app, &capture, page).await?;
    let mut extras = Vec::new();
    for record in records.iter().filter(|r| matches!(r.role.as_str(), "text" | "data")) {
        extras.push(kept(app, &capture, record).await?);
    }
    let url = capture.url.clone();
    let reading = compute(move || read::read(&url, &page, &extras)).await?;
    let text = record::describe(&mut capture, &reading);
    if !capture.text_file.is_empty() {
        app.files.put(&capture.text_file, text).await?;
    }
    let now = app.now();
    app.db
        .write(move |tx| {
            record::reread(tx, &capture)?;
            queue::push(tx, &Job::CheckQuotes(capture.source_id), now)
        })
        .await
}

/// What asking brought, before any of it is written down.
struct Taken {
    draft: Draft,
    warc: Option<Vec<u8>>,
    /// Why a browser might read more on the page than was sent, if it might.
    need: Option<&'static str>,
    browser: Asked,
}

/// What was learned of the host's pages by asking a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Not,
    /// The page came from a browser, and would not have come without.
    Needed,
    /// It could not be asked now.
    Later,
}

/// Asks the outside world, and judges what it said. Writes nothing.
async fn take(app: &App, source: &Source, web: Web<'_>, came: Came) -> Result<Taken> {
    let budget = Budget::new(Limits::default());
    let asked = Url::parse(&source.url).internal("a source's address cannot be read")?;
    let page = web.follow(&asked, Wanted::Page, &budget).await;
    let last = page.last().expect("there is always an answer");
    let memento = match &last.medium {
        Medium::Archive { memento, .. } if elsewhere::vouched(last) => memento.to_string(),
        Medium::Archive { .. } => {
            let said = last.outcome.as_ref().err().map(ToString::to_string);
            let said = said.unwrap_or_else(|| format!("It answered {}.", last.status().unwrap_or_default()));
            return Err(Error::Outside(format!("{} gave no copy of this page. {said}", came.archive)));
        }
        Medium::Web | Medium::Hand | Medium::Browser => String::new(),
    };
    let answers = Answers { page, besides: Vec::new(), memento, notes: Vec::new() };
    settle(app, source, web, came, answers, &budget).await
}

/// What was said of a page, whoever was asked.
struct Answers {
    /// From the address asked for to the page itself.
    page: Vec<Exchange>,
    /// Whatever else was said on the way.
    besides: Vec<(Exchange, Role)>,
    memento: String,
    notes: Vec<String>,
}

/// Makes a copy of answers and of what they need besides, and judges it. Writes nothing.
async fn settle(
    app: &App,
    source: &Source,
    web: Web<'_>,
    came: Came,
    answers: Answers,
    budget: &Budget,
) -> Result<Taken> {
    let Answers { page, besides, memento, notes: told } = answers;
    let last = page.last().expect("there is always an answer");
    let (at, file_name) = moment(app, source.source_id, came.at.unwrap_or(last.at)).await?;
    let mut archive = Archive::begin(at, &file_name, &app.base_url)?;
    let mut private = besides.iter().map(|(step, _)| step).chain(&page).any(|step| step.private);
    let (besides, roles): (Vec<_>, Vec<_>) = besides.into_iter().unzip();
    let (besides, same) = held::look_up(app, besides).await?;
    for ((step, role), same) in besides.iter().zip(roles).zip(same) {
        archive.keep(step, role, same)?;
    }
    let page = keep_all(app, &mut archive, page, Role::Page).await?;
    let last = page.last().expect("there is always an answer");
    let (mut outcome, mut fetched) = (last.outcome.clone(), None);
    if outcome.is_ok() {
        match content(last) {
            Ok(content) => fetched = Some(content),
            Err(failure) => outcome = Err(failure),
        }
    }
    let mut extras = Vec::new();
    if outcome.is_ok() {
        let mut asked = HashSet::new();
        while asked.len() < MOST_EXTRAS {
            let wanted = read::more(&source.url, fetched.as_ref(), &extras);
            let Some(extra) = wanted.into_iter().find(|extra| asked.insert(extra.url.clone())) else { break };
            let Ok(url) = Url::parse(&extra.url) else { continue };
            let (role, wanted) =
                if extra.role == "text" { (Role::Text, Wanted::Page) } else { (Role::Data, Wanted::Data) };
            let steps = web.follow(&url, wanted, budget).await;
            private |= steps.iter().any(|step| step.private);
            let steps = keep_all(app, &mut archive, steps, role).await?;
            let answer = steps.last().filter(|step| step.outcome.is_ok());
            // Known by what was asked for, wherever that led.
            extras.extend(
                answer.and_then(|step| content(step).ok()).map(|got| Fetched { url: extra.url, ..got }),
            );
        }
    }
    if last.answer().is_some() {
        let steps = web.robots(&last.url, budget).await;
        keep_all(app, &mut archive, steps, Role::Robots).await?;
    }
    let mut capture = Capture {
        capture_id: CaptureId(0),
        source_id: source.source_id,
        captured_at: at,
        provenance: came.provenance,
        supplied_by: came.by,
        health: Health::Unreachable,
        evidence: String::new(),
        private,
        url: source.url.clone(),
        final_url: last.url.to_string(),
        canonical: String::new(),
        status: last.status().map(i64::from),
        media_type: media_type(last.header("Content-Type").as_deref()),
        charset: String::new(),
        language: String::new(),
        title: String::new(),
        site: String::new(),
        author: String::new(),
        said_at: String::new(),
        description: String::new(),
        picture: String::new(),
        text_kind: TextKind::None,
        text_file: String::new(),
        text_chars: 0,
        text_digest: String::new(),
        text_parts: String::new(),
        warc_file: String::new(),
        warc_bytes: 0,
        payload_digest: String::new(),
        removed_at: None,
    };
    let url = source.url.clone();
    let media = app.db.read(|tx| Ok(Wishes::load(tx)?.media)).await?;
    // Without a place to replay them nobody ever sees what scripts do.
    let also = Also { media, scripts: app.replay_url.is_some() };
    let read = move || fetched.map(|page| understand(&url, page, &extras, also));
    let understood = compute(read).await?;
    let verdict = judge(&source.url, &outcome, last, understood.as_ref());
    let need = understood.as_ref().and_then(|understood| need::of(verdict.health, understood));
    let mut text = String::new();
    if let Some(Understood { reading, .. }) = &understood {
        text = record::describe(&mut capture, reading);
    }
    if let (Health::Good, Some(understood)) = (verdict.health, &understood) {
        let (dressed, requisites_private) = dress(app, web, archive, understood, budget).await?;
        archive = dressed;
        capture.private |= requisites_private;
    }
    capture.health = verdict.health;
    let evidence = Evidence {
        why: verdict.why,
        marks: verdict.marks,
        redirects: steps(&page),
        notes: notes(&page).into_iter().chain(told).collect(),
        browser: String::new(),
        archive: came.archive,
        memento,
        file: came.file,
    };
    capture.evidence = serde_json::to_string(&evidence).internal("evidence cannot be written down")?;
    let mut draft = Draft { capture, text, records: Vec::new() };
    if archive.is_empty() {
        return Ok(Taken { draft, warc: None, need, browser: Asked::Not });
    }
    let (url, title) = (draft.capture.url.clone(), draft.capture.title.clone());
    let health = verdict.health;
    let facts = move |archive: Archive| {
        archive.conclude(
            &url,
            at,
            &[("health", health.as_str()), ("evidence", &evidence.why), ("title", &title)],
        )
    };
    let (warc, kept) = compute(move || facts(archive)).await??;
    let capture = &mut draft.capture;
    let page = kept.iter().find(|kept| kept.role == Role::Page && kept.url == capture.final_url);
    capture.payload_digest = page.map(|page| page.digest.clone()).unwrap_or_default();
    capture.warc_file = format!("captures/{}/{file_name}", source.source_id);
    capture.warc_bytes = warc.len() as i64;
    draft.records = kept;
    Ok(Taken { draft, warc: Some(warc), need, browser: Asked::Not })
}

/// Keeps every step; what is held already is not kept again.
async fn keep_all(
    app: &App,
    archive: &mut Archive,
    steps: Vec<Exchange>,
    role: Role,
) -> Result<Vec<Exchange>> {
    let (steps, same) = held::look_up(app, steps).await?;
    for (step, same) in steps.iter().zip(same) {
        archive.keep(step, role, same)?;
    }
    Ok(steps)
}

/// The second under which a copy made at `at` is kept: the next one that has none yet.
async fn moment(app: &App, source: SourceId, at: Time) -> Result<(Time, String)> {
    let mut second = Time(at.0 - at.0.rem_euclid(SECOND));
    loop {
        let file_name = format!("{}.warc.gz", second.stamp());
        let taken = app.db.read(move |tx| record::taken(tx, source, second)).await?;
        // A file without a row is what a crash left behind; its name is used up.
        if !taken && !app.files.exists(&format!("captures/{source}/{file_name}")).await? {
            return Ok((second, file_name));
        }
        second = second.plus(SECOND);
    }
}

/// What an answer holds, its codings removed.
pub(super) fn content(exchange: &Exchange) -> std::result::Result<Fetched, Failure> {
    let Some(answer) = exchange.answer() else {
        return Err(Failure::Garbage("it is no HTTP".into()));
    };
    let headers = answer.message.headers.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    match answer.message.content(UNPACKED) {
        Ok(entity) => {
            let body = entity.bytes.into_owned();
            Ok(Fetched { url: exchange.url.to_string(), status: answer.status, headers, body })
        }
        Err(BodyError::TooLarge { .. }) => Err(Failure::TooLarge),
        Err(error) => Err(Failure::Garbage(error.to_string())),
    }
}

/// A page and what was understood of it.
pub(super) struct Understood {
    page: Fetched,
    pub(super) reading: Reading,
    /// The page's source, decoded; empty for what is no text.
    markup: String,
    requisites: Vec<(Url, Wanted)>,
}

pub(super) fn understand(url: &str, page: Fetched, extras: &[Fetched], also: Also) -> Understood {
    let reading = read::read(url, &page, extras);
    let kind = page.kind();
    let markup = if kind == read::Kind::Other { String::new() } else { page.text().0 };
    let mut requisites = Vec::new();
    if let (read::Kind::Html, Ok(at)) = (kind, Url::parse(&page.url)) {
        requisites = requisites::of_page(&markup, &at, also);
        let picture = Url::parse(&reading.picture).ok();
        let new = picture.filter(|picture| !requisites.iter().any(|(url, _)| url == picture));
        requisites.extend(new.map(|picture| (picture, Wanted::Picture)));
    }
    Understood { page, reading, markup, requisites }
}

/// Whether what answered is the page that was asked for.
pub(super) fn judge(
    asked: &str,
    outcome: &std::result::Result<(), Failure>,
    last: &Exchange,
    understood: Option<&Understood>,
) -> Verdict {
    let headers = understood.map(|u| u.page.headers.as_slice()).unwrap_or_default();
    let reading = understood.map(|u| &u.reading);
    if let Some(told) = reading.and_then(|r| health::told(&r.facts)) {
        return told;
    }
    // A film, a picture or a scan is a source without words of its own.
    let film = reading.is_some_and(|r| r.facts.video);
    let other = understood.is_some_and(|u| u.markup.is_empty() && !u.page.body.is_empty());
    health::judge(&Seen {
        asked,
        url: last.url.as_str(),
        outcome,
        status: last.status(),
        headers,
        media_type: &media_type(last.header("Content-Type").as_deref()),
        markup: understood.map_or("", |u| &u.markup),
        title: reading.map_or("", |r| &r.title),
        text: reading.map_or("", |r| if r.text.is_empty() { &r.shown } else { &r.text }),
        wordless: film || other,
    })
}

/// Fetches what the page needs to look like itself. Whatever cannot be had is left out: that is no failure.
async fn dress(
    app: &App,
    web: Web<'_>,
    mut archive: Archive,
    page: &Understood,
    budget: &Budget,
) -> Result<(Archive, bool)> {
    let mut seen: HashSet<Url> = page.requisites.iter().map(|(url, _)| url.clone()).collect();
    // A browser has brought what the page looks like with it; the rest is asked for here.
    let missing = page.requisites.iter().filter(|(url, _)| !archive.holds(url.as_str()));
    let mut waiting: VecDeque<(Url, Wanted, bool)> =
        missing.map(|(url, wanted)| (url.clone(), *wanted, true)).collect();
    let mut private = false;
    while !waiting.is_empty() && !budget.is_spent() {
        let round = std::mem::take(&mut waiting);
        let asking = round.into_iter().map(|(url, wanted, deeper)| async move {
            let steps = if budget.is_spent() { Vec::new() } else { web.follow(&url, wanted, budget).await };
            (steps, wanted, deeper)
        });
        let mut answers = futures_util::stream::iter(asking).buffer_unordered(SIDE_BY_SIDE);
        while let Some((steps, wanted, deeper)) = answers.next().await {
            private |= steps.iter().any(|step| step.private);
            let (steps, same) = held::look_up(app, steps).await?;
            let more;
            (archive, more) = compute(move || -> Result<_> {
                let mut more = Vec::new();
                for (step, same) in steps.iter().zip(same) {
                    archive.keep(step, Role::Requisite, same)?;
                }
                let last = steps.last().filter(|step| deeper && step.outcome.is_ok());
                match last.and_then(|step| Some((step, content(step).ok()?))) {
                    Some((step, css)) if wanted == Wanted::Style => {
                        more = requisites::of_style(&String::from_utf8_lossy(&css.body), &step.url);
                    }
                    Some((step, framed)) if wanted == Wanted::Page && framed.kind() == read::Kind::Html => {
                        more = requisites::of_page(&framed.text().0, &step.url, Also::default());
                    }
                    _ => {}
                }
                Ok((archive, more))
            })
            .await??;
            // What a stylesheet or a document in a frame names is fetched, what those name is not.
            waiting.extend(
                more.into_iter().filter(|(url, _)| seen.insert(url.clone())).map(|(u, w)| (u, w, false)),
            );
        }
    }
    Ok((archive, private))
}

fn steps(page: &[Exchange]) -> Vec<String> {
    let line = |pair: &[Exchange]| {
        let status = pair[0].status().unwrap_or_default();
        format!("{} {status} {}", pair[0].url, pair[1].url)
    };
    page.windows(2).map(line).collect()
}

fn notes(page: &[Exchange]) -> Vec<String> {
    let mut notes = Vec::new();
    if page.windows(2).any(|pair| pair[0].url.scheme() == "https" && pair[1].url.scheme() == "http") {
        notes.push(
            "A redirect led from https to http: whoever stood in between could have changed the page.".into(),
        );
    }
    if let Some(Err(failure @ Failure::Certificate(_))) = page.last().map(|last| &last.outcome) {
        let shown = page.last().and_then(|last| content(last).ok());
        let title = shown.filter(|shown| shown.kind() == read::Kind::Html).map(|shown| read::title(&shown));
        notes.push(match title.as_deref() {
            None => failure.to_string(),
            Some("") => {
                format!("{failure} A page without a title stands behind it; it is kept, and not believed.")
            }
            Some(title) => format!("{failure} “{title}” stands behind it; it is kept, and not believed."),
        });
    }
    notes
}

/// How much of the first good copy's words the new one still has; `None` without two to compare.
async fn standing_words(app: &App, source: SourceId, draft: &Draft) -> Result<Option<f64>> {
    if draft.capture.health != Health::Good || draft.text.is_empty() {
        return Ok(None);
    }
    let first = app.db.read(move |tx| first_good(tx, source)).await?;
    let Some(first) = first.filter(|first| !first.text_file.is_empty()) else { return Ok(None) };
    if first.text_digest == draft.capture.text_digest {
        return Ok(Some(1.0));
    }
    let before = app.files.get(&first.text_file).await?;
    let now = draft.text.clone();
    compute(move || Some(Drift::between(&String::from_utf8_lossy(&before), &now).standing())).await
}

/// As a capture's row has it; empty where there are no words.
pub(super) fn text_digest(text: &str) -> String {
    if text.is_empty() { String::new() } else { digest(text).to_string() }
}

fn digest(text: &str) -> Digest {
    Digest::sha256(text.as_bytes())
}

#[cfg(test)]
mod tests;
