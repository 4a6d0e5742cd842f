//! A post or page, as readers meet it.

use super::body::{Dress, Quote};
use super::byline::{Author, authors};
use super::linked::{self, Article, Quoted};
use super::pictures::{self, Pictures};
use super::site::{Site, topics};
use super::source_list::Listed;
use super::{respond, words};
use crate::Result;
use crate::app::App;
use crate::id::SourceId;
use crate::outside::db::{Topic, Tx};
use crate::post::{Kind, Post};
use crate::publication::Publication;
use crate::quote::{Counts, Judged, Ruling};
use crate::source::replay::Showing;
use crate::source::{Citation, Source};
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use quotecheck::Verdict;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Page {
    site: Site,
    post: Shown,
    body: String,
    check: Option<Check>,
    sources: Vec<Listed>,
    /// The kept copies that readers may have, as one file.
    bundle: Option<String>,
    /// What it says of itself to machines.
    linked: String,
    embed: Embed,
}

/// Where other sites ask how to show it.
#[derive(Serialize)]
struct Embed {
    json: String,
    xml: String,
}

#[derive(Serialize)]
struct Shown {
    title: String,
    url: String,
    excerpt: String,
    standfirst: String,
    authors: Vec<Author>,
    /// Posts carry their day; pages do not.
    dated: bool,
    published: String,
    updated: String,
    /// Absolute.
    author_urls: Vec<String>,
    day: String,
    updated_day: String,
    tags: Vec<super::post_list::Tag>,
    correction: String,
    cover: Option<pictures::Shown>,
    cover_alt: String,
    /// The absolute address of the cover, else of the first picture of our own.
    picture_url: String,
    /// `ltr` or `rtl`, as the text itself runs.
    dir: &'static str,
    /// As a tag of BCP 47, where it is not the publication's own.
    lang: String,
}

/// The line under the title: what was checked, and how it came out.
#[derive(Serialize)]
pub(super) struct Check {
    lines: Vec<Line>,
    sources: usize,
    kept: usize,
}

#[derive(Serialize)]
struct Line {
    count: usize,
    noun: &'static str,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    count: usize,
    verdict: &'static str,
    words: &'static str,
    /// The first mark that says so.
    target: String,
}

/// What the database holds of one post, read at one moment.
pub(super) struct Facts {
    publication: Publication,
    post: Post,
    authors: Vec<Author>,
    document: markup::Document,
    lang: String,
    cover: Option<pictures::Shown>,
    pictures: Pictures,
    judged: Vec<Judged>,
    /// By citation, in the document's order.
    sources: Vec<Option<Listed>>,
    topics: Vec<Topic>,
}

pub(super) async fn post(
    State(app): State<App>,
    Path((year, month, slug)): Path<(String, String, String)>,
) -> Result<Response> {
    let now = app.now();
    let facts = app.db.read(move |tx| {
        let post = Post::public(tx, &format!("{year}/{month}"), &slug, now)?;
        Facts::of(tx, post)
    });
    page(&app, facts.await?)
}

pub(super) async fn undated(State(app): State<App>, Path(slug): Path<String>) -> Result<Response> {
    let now = app.now();
    let facts = app.db.read(move |tx| {
        let post = Post::public_page(tx, &slug, now)?;
        Facts::of(tx, post)
    });
    page(&app, facts.await?)
}

impl Facts {
    fn of(tx: &mut Tx, post: Post) -> Result<Facts> {
        let publication = Publication::load(tx)?;
        let (authors, judged) = (authors(tx, &post)?, Judged::in_post(tx, post.post_id)?);
        let (sources, shown) = sources(tx, &post, &publication)?;
        let (document, lang) = (post.document()?, post.foreign(tx, &publication)?);
        let cover = Some(post.cover.as_str()).filter(|cover| !cover.is_empty());
        let cover = cover.map(|cover| pictures::Shown::of(tx, cover)).transpose()?;
        let pictures = Pictures::of(tx, &document)?;
        let topics = topics(post.topics().into_iter().chain(shown));
        Ok(Facts { publication, post, authors, document, lang, cover, pictures, judged, sources, topics })
    }
}

/// The source of each citation, numbered in the order of the text; and what the page then depends on.
fn sources(tx: &mut Tx, post: &Post, publication: &Publication) -> Result<(Vec<Option<Listed>>, Vec<Topic>)> {
    let mut numbered: BTreeMap<SourceId, Listed> = BTreeMap::new();
    let mut topics = Vec::new();
    let mut of_citations = Vec::new();
    for citation in Citation::of_post(tx, post.post_id)? {
        let source = Source::resolved(tx, citation.source_id)?;
        topics.extend([citation.source_id.topic(), source.source_id.topic()]);
        if !citation.keep {
            of_citations.push(None);
            continue;
        }
        let number = numbered.len() + 1;
        let listed = match numbered.entry(source.source_id) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(Listed::of(tx, &source, number, publication)?)
            }
        };
        if citation.embed && listed.card.is_none() && listed.showing != Showing::Desk {
            listed.card = super::source_list::Card::of(tx, &source)?;
        }
        of_citations.push(Some(listed.clone()));
    }
    Ok((of_citations, topics))
}

fn page(app: &App, facts: Facts) -> Result<Response> {
    let document = &facts.document;
    let zone = facts.publication.time_zone();
    let quotes: Vec<Quote> = facts.judged.iter().map(Quote::of).collect();
    let dress = Dress {
        app,
        document,
        sources: &facts.sources,
        quotes: &quotes,
        pictures: &facts.pictures,
        zone: &zone,
    };
    let body = dress.html()?;
    let mut listed: Vec<Listed> = facts.sources.iter().flatten().cloned().collect();
    listed.sort_by_key(|s| s.number);
    listed.dedup_by_key(|s| s.number);
    let counted = facts.judged.iter().map(|j| (j.kind, j.transcript, j.verdict, j.supplied_by.is_some()));
    let check = Check::of(counted, &listed);
    let shown = Shown::of(app, &facts, document, &zone);
    let site = Site::of(&facts.publication, "");
    let linked = shown.linked(app, &site, &listed, &facts.judged);
    let at = |format| super::oembed::discovery(app, &shown.url, format);
    let embed = Embed { json: at("json"), xml: at("xml") };
    let open = listed.iter().any(|source| source.copy.is_some());
    let bundle = open.then(|| format!("{}/sources.wacz", facts.post.path()));
    let page = Page { site, post: shown, body, check, sources: listed, bundle, linked, embed };
    let html = respond::render(app, "post.html", &page)?;
    Ok(respond::page(html, facts.topics))
}

impl Shown {
    fn of(app: &App, facts: &Facts, document: &markup::Document, zone: &TimeZone) -> Shown {
        let post = &facts.post;
        let at = post.published_at.unwrap_or(post.created_at);
        let updated = words::day(post.updated_at, zone);
        let day = words::day(at, zone);
        let written = post.excerpt.trim().to_owned();
        let cover = Some(post.cover.clone()).filter(|cover| !cover.is_empty());
        let picture = cover.or_else(|| pictures::addresses(document).next().map(str::to_owned));
        Shown {
            title: post.title.clone(),
            url: app.url(&post.path()),
            excerpt: if written.is_empty() { document.excerpt.clone() } else { written.clone() },
            standfirst: written,
            authors: facts.authors.clone(),
            dated: post.kind == Kind::Post,
            published: at.rfc3339(),
            updated_day: if updated == day || post.updated_at < at { String::new() } else { updated },
            day,
            tags: super::post_list::tags(&post.tags),
            correction: post.correction.trim().to_owned(),
            cover: facts.cover.clone(),
            cover_alt: post.cover_alt.clone(),
            picture_url: picture.map(|path| app.url(&path)).unwrap_or_default(),
            updated: post.updated_at.max(at).rfc3339(),
            author_urls: facts.authors.iter().map(|author| app.url(&author.path)).collect(),
            dir: words::direction(&document.plain_text),
            lang: facts.lang.clone(),
        }
    }

    fn linked(&self, app: &App, site: &Site, sources: &[Listed], judged: &[Judged]) -> String {
        let article = Article {
            url: &self.url,
            title: &self.title,
            words: &self.excerpt,
            authors: &self.authors,
            published: &self.published,
            updated: &self.updated,
            picture: &self.picture_url,
            tags: self.tags.iter().map(|tag| tag.name.as_str()).collect(),
            sources: sources.iter().map(|source| source.url.as_str()).collect(),
            quotations: quoted(judged).collect(),
            correction: &self.correction,
            dated: self.dated,
            language: &self.lang,
        };
        linked::article(app, site, &article)
    }
}

/// What has a source: reported speech is in nobody's words.
fn quoted(judged: &[Judged]) -> impl Iterator<Item = Quoted<'_>> {
    judged.iter().enumerate().filter_map(|(at, judged)| {
        let spoken = judged.kind != crate::quote::Kind::Reported && judged.verdict != Some(Ruling::Beyond);
        let source = judged.source_url.as_deref().filter(|_| spoken)?;
        let mark = format!("m{}", at + 1);
        Some(Quoted { words: &judged.words, speaker: judged.speaker.as_deref(), source, mark })
    })
}

impl Check {
    /// None where there is nothing to say: a post without sources and quotations.
    pub(super) fn of(quotations: impl IntoIterator<Item = Ruled>, sources: &[Listed]) -> Option<Check> {
        let all: Vec<_> = quotations.into_iter().collect();
        let counts =
            Counts::of(all.iter().map(|(kind, transcript, ruling, _)| (*kind, *transcript, ruling.as_ref())));
        let mut lines = Vec::new();
        if counts.quotations > 0 {
            let noun = if counts.quotations == 1 { "quotation" } else { "quotations" };
            lines.push(Line { count: counts.quotations, noun, parts: parts(&counts, &all) });
        }
        if counts.transcripts > 0 {
            let noun = if counts.transcripts == 1 { "transcript" } else { "transcripts" };
            lines.push(Line { count: counts.transcripts, noun, parts: turns(&all) });
        }
        if counts.no_source > 0 {
            let noun = "without a source";
            lines.push(Line { count: counts.no_source, noun, parts: Vec::new() });
        }
        let kept = sources.iter().filter(|s| s.kept()).count();
        let check = Check { lines, sources: sources.len(), kept };
        (!check.lines.is_empty() || check.sources > 0).then_some(check)
    }
}

/// Kind, transcript, ruling, and whether it rests on a copy that somebody supplied.
type Ruled = (crate::quote::Kind, Option<i64>, Option<Ruling>, bool);

/// No more is said of words that match a copy than whose copy it is.
fn matches_supplied((_, _, ruling, supplied): &Ruled) -> bool {
    let verdict = ruling.and_then(Ruling::verdict);
    *supplied && matches!(verdict, Some(Verdict::Verbatim | Verdict::Elided))
}

fn parts(counts: &Counts, all: &[Ruled]) -> Vec<Part> {
    let target = |ruling: Option<Verdict>| {
        let same = |one: &Ruled| {
            let (kind, _, ruled, _) = one;
            let quotation = *kind == crate::quote::Kind::Quotation;
            quotation && ruled.and_then(Ruling::verdict) == ruling && !matches_supplied(one)
        };
        format!("m{}", all.iter().position(same).map_or(1, |at| at + 1))
    };
    let supplied: Vec<(usize, Option<Verdict>)> = all
        .iter()
        .enumerate()
        .filter(|(_, one)| one.0 == crate::quote::Kind::Quotation && matches_supplied(one))
        .map(|(at, one)| (at, one.2.and_then(Ruling::verdict)))
        .collect();
    let said = Verdict::ALL.into_iter().filter_map(|verdict| {
        let all = *counts.verdicts.get(verdict.as_str())?;
        let count = all - supplied.iter().filter(|(_, said)| *said == Some(verdict)).count();
        if count == 0 {
            return None;
        }
        let words = words::counted(verdict, count);
        Some(Part { count, verdict: verdict.as_str(), words, target: target(Some(verdict)) })
    });
    let waiting =
        Part { count: counts.waiting, verdict: "waiting", words: "being checked", target: target(None) };
    let matching = supplied.first().map(|(at, _)| Part {
        count: supplied.len(),
        verdict: "verbatim",
        words: if supplied.len() == 1 { "matches a supplied copy" } else { "match supplied copies" },
        target: format!("m{}", at + 1),
    });
    said.chain(matching).chain((counts.waiting > 0).then_some(waiting)).collect()
}

/// What was found of the paragraphs of transcripts.
fn turns(all: &[Ruled]) -> Vec<Part> {
    let judged = all.iter().enumerate().filter_map(|(at, (kind, transcript, ruling, _))| {
        let verdict = ruling.and_then(Ruling::verdict).filter(|_| *kind == crate::quote::Kind::Turn)?;
        Some((at, transcript.unwrap_or(0), verdict))
    });
    let judged: Vec<_> = judged.collect();
    let said = Verdict::ALL.into_iter().filter_map(|verdict| {
        let same = || judged.iter().filter(|(.., said)| *said == verdict);
        let (at, transcript, _) = same().next()?;
        let count = same().count();
        // Only what differs is marked in place; the rest is said at the end of the transcript.
        let target = match verdict {
            Verdict::Verbatim | Verdict::NoSource => format!("t{}", transcript + 1),
            _ => format!("m{}", at + 1),
        };
        let words = words::counted(verdict, count);
        Some(Part { count, verdict: verdict.as_str(), words, target })
    });
    said.collect()
}
