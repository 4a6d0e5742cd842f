//! What a text cites and quotes, beside the words while they are written, and under the preview of a guest.

use super::doubts::Doubt;
use super::marking::{self, Place};
use crate::Result;
use crate::app::{App, compute};
use crate::id::CaptureId;
use crate::outside::db::Tx;
use crate::person::Person;
use crate::publication::Publication;
use crate::quote::{Asked, Counts, Held, Ruling, Wanted, judge};
use crate::source::{Capture, Source};
use crate::time::Time;
use crate::web::body::{Dress, Quote};
use crate::web::pictures::Pictures;
use crate::web::respond;
use crate::web::source_list::Listed;
use crate::web::words;
use quotecheck::Verdict;
use serde::Serialize;
use std::collections::HashMap;

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
    /// What is asked about before it is published.
    #[serde(skip)]
    pub(super) doubts: Vec<Doubt>,
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
    /// Where it can be brought, if it could not be kept from here.
    bring: Option<String>,
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
    /// What the source says instead.
    wording: Option<Wording>,
}

/// Words that may take the place of others, in UTF-16 units.
#[derive(Serialize)]
struct Wording {
    from: usize,
    to: usize,
    words: String,
}

impl Wording {
    /// Of a quotation that differs in one place of its source.
    fn of(quotation: &markup::Quotation, quote: &Quote, markdown: &str) -> Option<Wording> {
        let altered = matches!(quote.ruling, Some(Ruling::Said(Verdict::Altered)));
        let one = quote.finding.as_ref().is_some_and(|finding| finding.spans.len() == 1);
        let passage = quote.passage.as_ref().filter(|_| altered && one)?;
        let (words, range) = (marking::wording(&passage.quoted)?, marking::words_of(markdown, quotation)?);
        let words = marking::as_begun(words, &markdown[range.clone()]);
        let units = |at: usize| markdown[..at].encode_utf16().count();
        Some(Wording { from: units(range.start), to: units(range.end), words })
    }
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
    for_desk: bool,
    /// Who supplied which copy.
    supplied: HashMap<CaptureId, String>,
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
            let compared = judgement.as_ref().and_then(|j| j.capture);
            let known = bound.flatten().map(|at| &known[at]);
            let supplied_by = known.and_then(|known| known.supplied.get(&compared?).cloned());
            let copy = known.filter(|_| whose == Whose::Desk).and_then(|known| known.copy(compared));
            let (path, kept) = copy.map_or((None, None), |(path, kept)| (Some(path), Some(kept)));
            Quote::fresh(judgement, quotation.note.as_deref().unwrap_or_default(), path, kept, supplied_by)
        })
        .collect();
    let listed: Vec<Option<Listed>> =
        of_citation.iter().map(|at| at.map(|at| known[at].listed.clone())).collect();
    let pictures = Pictures::default();
    let dress = Dress {
        app,
        document: &document,
        sources: &listed,
        quotes: &quotes,
        pictures: &pictures,
        zone: &zone,
    };
    let html = dress.html()?;
    let kinds = document.quotations.iter().map(Asked::of);
    let counts =
        Counts::of(kinds.zip(&quotes).map(|(q, found)| (q.kind, q.transcript, found.ruling.as_ref())));
    let rows = Rows::of(source_rows(&document, &known, &of_citation), quote_rows(&dress, &markdown));
    Ok(Checked {
        html,
        tally: rows.tally(&counts),
        waiting: rows.wait(),
        doubts: doubts(&dress),
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
        let copies = Capture::of(tx, source.source_id)?;
        let mut supplied = HashMap::new();
        for copy in &copies {
            if let Some(by) = copy.supplied_by {
                supplied.insert(copy.capture_id, Person::find(tx, by)?.name);
            }
        }
        let newest = copies.into_iter().next();
        let for_desk = matches!(whose, Whose::Desk);
        known.push(Known { listed, wanted, source, newest, for_desk, supplied });
        Ok(known.len() - 1)
    }

    fn copy(&self, capture: Option<CaptureId>) -> Option<(String, Time)> {
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

    fn tally(&self, counts: &Counts) -> String {
        let kept = self.sources.iter().filter(|row| row.copy.is_some()).count();
        let keeping = self.sources.iter().filter(|row| row.words == BEING_KEPT).count();
        let later = self.sources.iter().filter(|row| row.words == KEPT_LATER).count();
        let needs = self.sources.iter().filter(|row| row.needs).count()
            + self.quotations.iter().filter(|row| row.needs).count();
        let mut parts = vec![format!("{} kept", words::count(kept, "source", "sources"))];
        let also = [(keeping, BEING_KEPT), (later, "to be kept when you save")];
        parts.extend(also.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")));
        parts.extend(Some(words::checked(counts)).filter(|words| !words.is_empty()));
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
            bring: None,
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
            bring: (class == "need" && self.for_desk)
                .then(|| format!("/desk/sources/{}/bring", self.source.source_id)),
            latest,
        }
    }
}

/// What the writer has said nothing about.
fn doubts(dress: &Dress<'_>) -> Vec<Doubt> {
    let pairs = dress.document.quotations.iter().zip(dress.quotes);
    let doubtful = pairs.filter_map(|(quotation, quote)| {
        let verdict = quote.ruling?.verdict()?;
        let accused = match verdict {
            Verdict::Altered => quote.material,
            Verdict::Spliced | Verdict::NotFound => true,
            _ => false,
        };
        let words = quotation.text.clone();
        (accused && quotation.note.is_none())
            .then(|| Doubt { words, verdict: words::verdict(verdict).to_owned() })
    });
    doubtful.collect()
}

/// A row for each quotation; a transcript has one for all its turns, and one for each turn that differs.
fn quote_rows(dress: &Dress<'_>, markdown: &str) -> Vec<QuoteRow> {
    let mut rows = Vec::new();
    let mut told = None;
    for (at, (quotation, quote)) in dress.document.quotations.iter().zip(dress.quotes).enumerate() {
        let needs = quote.is_elsewhere()
            || quote.ruling.is_some_and(|ruling| words::needs_a_look(ruling, quote.material));
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
        let stands = quote.stands().map(|stands| stands.told()).unwrap_or_default();
        let words = format!("{verdict}{stands}");
        rows.push(QuoteRow { needs, ..QuoteRow::of(at, dress, markdown, class, words) });
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
            wording: dress.quotes.get(index).and_then(|quote| Wording::of(quotation, quote, markdown)),
        }
    }
}

fn shortened(words: &str) -> String {
    match words.char_indices().nth(90) {
        Some((cut, _)) => format!("{}…", words[..cut].trim_end()),
        None => words.to_owned(),
    }
}
