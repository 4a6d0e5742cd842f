//! `/sources`: the register of everything that published posts cite.

use super::site::{Site, topics};
use super::template::Templates;
use super::{respond, words};
use crate::app::App;
use crate::id::SourceId;
use crate::outside::db::Tx;
use crate::post::posts_topic;
use crate::publication::Publication;
use crate::source::replay::{Showing, may_show};
use crate::source::{Capture, Health, Kind, Source, State, TextKind};
use crate::{Error, Result};
use axum::extract::{self, Query};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};

const A_PAGE: usize = 50;

#[derive(Deserialize)]
pub(super) struct Asked {
    before: Option<String>,
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
struct Register {
    site: Site,
    /// What was searched for; empty: everything is listed.
    q: String,
    sources: Vec<Listed>,
    older: Option<String>,
}

/// A source as lists and margins show it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) number: usize,
    /// `/sources/{id}`
    pub(super) page: String,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) site: String,
    pub(super) state: &'static str,
    pub(super) state_words: String,
    /// `a quoted sentence was removed on 14 March 2026`; empty while all of them stand.
    pub(super) fate_words: String,
    /// `kept 14 March 2026`; empty where no good copy is.
    pub(super) kept_words: String,
    /// The whole kept copy, where readers are offered it.
    pub(super) copy: Option<String>,
    /// The copy that a link may name as its version, whole or not.
    #[serde(skip)]
    pub(super) version: Option<Version>,
    /// How much of the copy readers are shown.
    #[serde(skip)]
    pub(super) showing: Showing,
    pub(super) pointer: bool,
    /// Only where the source is embedded.
    #[serde(skip)]
    pub(super) card: Option<Card>,
}

/// A dated version of a source.
#[derive(Debug, Clone)]
pub(super) struct Version {
    path: String,
    /// RFC 3339.
    kept_at: String,
}

impl Listed {
    /// Robust Links: attributes for a link to the source that say which copy stands in for it.
    pub(super) fn robust(&self, app: &App) -> String {
        let Some(Version { path, kept_at }) = &self.version else { return String::new() };
        let (url, version) = (Templates::escape(&self.url), Templates::escape(&app.url(path)));
        format!(" data-originalurl=\"{url}\" data-versionurl=\"{version}\" data-versiondate=\"{kept_at}\"")
    }
}

/// What stands in an embed's place: the picture and words that were kept, nothing loaded from elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) picture: Option<String>,
    pub(super) author: String,
    site: String,
    /// `5 March 2026`; empty where the page does not say.
    day: String,
    pub(super) words: String,
    pub(super) video: bool,
}

impl Card {
    pub(super) fn of(tx: &mut Tx, source: &Source) -> Result<Option<Card>> {
        let Some(capture) = Capture::newest_good(tx, source.source_id)?.filter(|c| !c.private) else {
            return Ok(None);
        };
        let held = Capture::records(tx, capture.capture_id)?;
        let picture = held.iter().find(|r| !capture.picture.is_empty() && r.url == capture.picture);
        Ok(Some(Card {
            picture: picture.map(|r| format!("{}/r/{}", capture.path(source.source_id), r.digest)),
            day: words::said_on(&capture.said_at),
            author: capture.author,
            site: capture.site,
            words: shortened(&capture.description),
            video: matches!(
                capture.text_kind,
                TextKind::Captions | TextKind::MachineCaptions | TextKind::None
            ),
        }))
    }
}

impl Card {
    /// Author, site, day.
    pub(super) fn about(&self, with_author: bool) -> String {
        let author = if with_author { self.author.as_str() } else { "" };
        let parts = [author, &self.site, &self.day].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" · ")
    }
}

/// As long as a list has room for.
pub(super) fn shortened(words: &str) -> String {
    match words.char_indices().nth(220) {
        Some((cut, _)) => format!("{}…", words[..cut].trim_end()),
        None => words.to_owned(),
    }
}

pub(super) async fn show(
    extract::State(app): extract::State<App>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let before = asked.before.map(|id| id.parse::<SourceId>()).transpose()?;
    let q: String = asked.q.trim().chars().take(LONGEST).collect();
    let searching = !q.is_empty();
    let (register, shown) = app
        .db
        .read(move |tx| {
            let publication = Publication::load(tx)?;
            let mut sources = match searching {
                true => Source::searched(tx, &q, before, A_PAGE + 1)?,
                false => Source::listed(tx, before, A_PAGE + 1)?,
            };
            let more = sources.len() > A_PAGE;
            sources.truncate(A_PAGE);
            let older = sources.last().filter(|_| more).map(|last| further(&q, last.source_id));
            let shown: Vec<_> = sources.iter().map(|s| s.source_id.topic()).collect();
            let listed = sources.iter().map(|s| Listed::of(tx, s, 0, &publication)).collect::<Result<_>>()?;
            Ok((Register { site: Site::of(&publication, "sources"), q, sources: listed, older }, shown))
        })
        .await?;
    let html = respond::render(&app, "sources.html", &register)?;
    // What people search for is as many things as there are people.
    if searching {
        return Ok(Html(html).into_response());
    }
    Ok(respond::page(html, topics([posts_topic()].into_iter().chain(shown))))
}

/// More of what is asked for is not looked at.
const LONGEST: usize = 200;

fn further(q: &str, last: SourceId) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    format!("/sources?{}", query.append_pair("before", &last.to_string()).finish())
}

impl Listed {
    /// `source` must be one that others may be merged into, not one that is merged itself.
    pub(super) fn of(
        tx: &mut Tx,
        source: &Source,
        number: usize,
        publication: &Publication,
    ) -> Result<Listed> {
        let zone = publication.time_zone();
        let newest = kept(tx, source)?;
        let pointer = source.kind == Kind::Pointer;
        let showing = newest.as_ref().map(|copy| may_show(source, copy, publication.shown));
        let offered = newest.as_ref().filter(|_| showing == Some(Showing::Whole));
        Ok(Listed {
            id: source.source_id.to_string(),
            number,
            page: format!("/sources/{}", source.source_id),
            url: source.url.clone(),
            title: source.name(),
            site: source.place(),
            state: if pointer { "pointer" } else { source.state.as_str() },
            state_words: match pointer {
                true => "a place that keeps changing".to_owned(),
                false => words::state(source.state, source.state_since, &zone),
            },
            fate_words: match source.lost().zip(source.lost_at) {
                Some((fate, at)) if !pointer => words::fate_listed(fate, at, &zone),
                _ => String::new(),
            },
            kept_words: match &newest {
                Some(copy) if !pointer => format!("kept {}", words::day(copy.captured_at, &zone)),
                _ => String::new(),
            },
            copy: offered.map(|c| c.path(source.source_id)),
            version: newest.as_ref().filter(|_| showing != Some(Showing::Desk)).map(|copy| Version {
                path: copy.path(source.source_id),
                kept_at: copy.captured_at.rfc3339(),
            }),
            showing: showing.unwrap_or(Showing::Passages),
            pointer,
            card: None,
        })
    }

    /// For whoever writes: every copy can be opened, and the source's page is the desk's.
    pub(super) fn for_desk(
        tx: &mut Tx,
        source: &Source,
        number: usize,
        publication: &Publication,
    ) -> Result<Listed> {
        let newest = Capture::newest_good(tx, source.source_id)?;
        let listed = Listed::of(tx, source, number, publication)?;
        Ok(Listed {
            page: format!("/desk/sources#source-{}", source.source_id),
            copy: newest.map(|c| c.path(source.source_id)),
            showing: Showing::Whole,
            ..listed
        })
    }

    pub(super) fn kept(&self) -> bool {
        !self.kept_words.is_empty()
    }
}

/// The newest good copy; of a page that has changed, the newest from before it did.
fn kept(tx: &mut Tx, source: &Source) -> Result<Option<Capture>> {
    let mut good = Capture::of(tx, source.source_id)?
        .into_iter()
        .filter(|c| c.health == Health::Good && !c.private && c.removed_at.is_none());
    let newest = good.next();
    if source.state != State::Changed {
        return Ok(newest);
    }
    let before = newest.iter().find(|c| c.captured_at < source.state_since).cloned();
    Ok(before.or_else(|| good.find(|c| c.captured_at < source.state_since)).or(newest))
}

/// The id in an address; anything else is an address of nothing.
pub(super) fn id(text: &str) -> Result<SourceId> {
    match text.parse() {
        Ok(id) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(id),
        _ => Err(Error::NotFound),
    }
}
