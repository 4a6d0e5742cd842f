//! A rendered document dressed for a page: margin notes, marks, differences, embeds filled into the places that the
//! renderer left for them. Nothing here decides; it shows what was decided.

use super::pictures::Pictures;
use super::source_list::Listed;
use super::template::Templates;
use super::{respond, words};
use crate::Result;
use crate::app::App;
use crate::quote::{Judged, Judgement, Passage, Ruling, Stands, to_the_words};
use crate::source::replay::Showing;
use crate::source::{Fate, State};
use crate::time::Time;
use jiff::tz::TimeZone;
use markup::{Document, Part};
use quotecheck::{Finding, Verdict, WordKind};
use serde::Serialize;
use std::collections::BTreeSet;

/// A quotation as the page shows it.
#[derive(Debug, Clone)]
pub(super) struct Quote {
    pub(super) ruling: Option<Ruling>,
    pub(super) material: bool,
    pub(super) finding: Option<Finding>,
    pub(super) passage: Option<Passage>,
    pub(super) note: String,
    /// Place in the kept copy.
    pub(super) copy: Option<String>,
    pub(super) kept: Option<Time>,
    /// Who supplied the copy that was compared, if it was not fetched.
    pub(super) supplied_by: Option<String>,
    /// The source's own address.
    pub(super) live: Option<String>,
    /// What became of the words on the page since, and when that was seen.
    pub(super) fate: Option<(Fate, Time)>,
}

impl Quote {
    pub(super) fn of(judged: &Judged) -> Quote {
        Quote {
            ruling: judged.verdict,
            material: judged.material.unwrap_or(false),
            finding: judged.finding(),
            passage: judged.passage(),
            note: judged.note.clone(),
            copy: judged.copy_path(),
            kept: judged.captured_at,
            supplied_by: judged.supplied_by.clone(),
            live: judged.source_url.clone(),
            fate: judged.fate(),
        }
    }

    /// One that was judged just now and is written down nowhere.
    pub(super) fn fresh(
        judgement: Option<Judgement>,
        note: &str,
        copy: Option<String>,
        kept: Option<Time>,
        supplied_by: Option<String>,
    ) -> Quote {
        let material = judgement.as_ref().is_some_and(Judgement::material);
        let (ruling, finding, passage) = match judgement {
            Some(j) => (Some(j.ruling), j.finding, j.passage),
            None => (None, None, None),
        };
        let note = note.into();
        Quote { ruling, material, finding, passage, note, copy, kept, supplied_by, live: None, fate: None }
    }

    fn verdict(&self) -> Option<Verdict> {
        self.ruling.and_then(Ruling::verdict)
    }

    /// Whose words the passage is, where the source tells.
    pub(super) fn stands(&self) -> Option<Stands> {
        self.finding.as_ref()?.stands.as_ref().map(Stands::of)
    }

    pub(super) fn is_elsewhere(&self) -> bool {
        self.stands().is_some_and(|stands| stands.elsewhere)
    }
}

/// Everything the places in a document are filled with. Citations and quotations by their index in the document.
pub(super) struct Dress<'a> {
    pub(super) app: &'a App,
    pub(super) document: &'a Document,
    /// The source of each citation, numbered through the page; none for one that is not shown.
    pub(super) sources: &'a [Option<Listed>],
    pub(super) quotes: &'a [Quote],
    pub(super) pictures: &'a Pictures,
    pub(super) zone: &'a TimeZone,
}

impl Dress<'_> {
    pub(super) fn html(&self) -> Result<String> {
        let mut html = String::new();
        let mut noted = BTreeSet::new();
        let mut waiting = String::new();
        for part in &self.document.parts {
            match part {
                Part::Html(text) => put(text, &mut waiting, &mut html),
                Part::Note { citation } => self.cite(*citation, &mut noted, &mut waiting, &mut html)?,
                Part::QuoteOpen { quotation } => html.push_str(&self.quote_open(*quotation)),
                Part::QuoteClose { .. } => html.push_str("</q>"),
                Part::Mark { quotation } => html.push_str(&self.mark(*quotation)?),
                Part::TranscriptMark { transcript } => html.push_str(&self.transcript_mark(*transcript)),
                Part::Embed { citation } => html.push_str(&self.embed(*citation)?),
                Part::AfterBlock { quotations } => {
                    for &quotation in quotations {
                        html.push_str(&self.finding(quotation)?);
                    }
                }
            }
        }
        Ok(self.pictures.dress(&html))
    }

    /// The number after a link; its note goes into the margin the first time the source is cited.
    fn cite(
        &self,
        citation: usize,
        noted: &mut BTreeSet<usize>,
        waiting: &mut String,
        html: &mut String,
    ) -> Result<()> {
        let Some(Some(source)) = self.sources.get(citation) else { return Ok(()) };
        let number = source.number;
        if let Some(cited) = self.document.citations.get(citation) {
            make_robust(html, &cited.url, &source.robust(self.app));
        }
        html.push_str(&format!(
            "<a class=\"cite\" href=\"#s{number}\" aria-label=\"Source {number}\">{number}</a>"
        ));
        if noted.insert(number) {
            waiting.push_str(&self.note(source)?);
        }
        Ok(())
    }

    fn quote_open(&self, quotation: usize) -> String {
        match self.quotes.get(quotation).and_then(|quote| quote.live.as_deref()) {
            Some(url) => format!("<q cite=\"{}\">", Templates::escape(url)),
            None => "<q>".into(),
        }
    }

    fn transcript_mark(&self, transcript: usize) -> String {
        match self.transcript(transcript) {
            Some((class, told)) => {
                format!(" <span class=\"mark {class}\" id=\"t{}\">{told}</span>", transcript + 1)
            }
            None => String::new(),
        }
    }

    /// Its class and `transcript, 9 paragraphs: 8 word for word, 1 differs`.
    pub(super) fn transcript(&self, transcript: usize) -> Option<(&'static str, String)> {
        let turns = self.document.quotations.iter().zip(self.quotes);
        let turns = turns.filter(|(q, _)| q.transcript == Some(transcript)).map(|(_, quote)| quote);
        let judged: Vec<&Quote> = turns.filter(|quote| quote.ruling != Some(Ruling::Beyond)).collect();
        let mut counts: Vec<(Option<Verdict>, usize)> = Vec::new();
        for quote in &judged {
            match counts.iter_mut().find(|(known, _)| *known == quote.verdict()) {
                Some((_, n)) => *n += 1,
                None => counts.push((quote.verdict(), 1)),
            }
        }
        let worst = judged.iter().any(|q| q.ruling.is_some_and(|r| words::needs_a_look(r, q.material)));
        let class = match (worst, counts.first()?.0) {
            (true, _) => "altered",
            (false, verdict) => verdict.map_or("waiting", Verdict::as_str),
        };
        let say = |verdict: Option<Verdict>, n| verdict.map_or("being checked", |v| words::counted(v, n));
        let told = match counts.as_slice() {
            [(verdict, n)] => say(*verdict, *n).to_owned(),
            many => {
                let parts = many.iter().map(|(verdict, n)| format!("{n} {}", say(*verdict, *n)));
                parts.collect::<Vec<_>>().join(", ")
            }
        };
        let paragraphs = words::count(judged.len(), "paragraph", "paragraphs");
        Some((class, format!("transcript, {paragraphs}: {told}")))
    }

    fn note(&self, source: &Listed) -> Result<String> {
        #[derive(Serialize)]
        struct Note<'a> {
            #[serde(flatten)]
            source: &'a Listed,
            /// Finished attributes.
            robust: String,
        }
        let robust = source.robust(self.app);
        respond::render(self.app, "part/note.html", Note { source, robust })
    }

    fn mark(&self, quotation: usize) -> Result<String> {
        #[derive(Serialize)]
        struct Mark<'a> {
            number: usize,
            class: &'a str,
            words: String,
            title: String,
        }
        let Some(quote) = self.quotes.get(quotation) else { return Ok(String::new()) };
        let turn = self.document.quotations[quotation].transcript.is_some();
        let (class, words) = match (quote.ruling, quote.verdict()) {
            // A transcript is judged by paragraph and shown as one: only what differs is marked in place.
            (_, Some(Verdict::Verbatim | Verdict::NoSource) | None)
                if turn && quote.fate.is_none() && !quote.is_elsewhere() =>
            {
                return Ok(String::new());
            }
            (Some(Ruling::Beyond), _) => return Ok(String::new()),
            (Some(Ruling::Reported), _) if quote.passage.is_none() => return Ok(String::new()),
            (Some(Ruling::Reported), _) => ("reported", "nearest words".into()),
            (_, Some(Verdict::Altered)) if !quote.material => ("slight", "differs slightly".into()),
            (_, Some(verdict)) => {
                let kept = quote.kept.map(|at| words::day(at, self.zone));
                let since =
                    quote.fate.map(|(fate, _)| format!(", {}", words::fate(fate))).unwrap_or_default();
                let mark = words::mark(verdict, kept.as_deref(), quote.supplied_by.as_deref());
                let stands = quote.stands().map(|stands| stands.told()).unwrap_or_default();
                (verdict.as_str(), mark + &stands + &since)
            }
            (_, None) => ("waiting", "being checked".into()),
        };
        let title = self.explained(quote);
        respond::render(self.app, "part/mark.html", Mark { number: quotation + 1, class, words, title })
    }

    fn explained(&self, quote: &Quote) -> String {
        let kept = quote.kept.map(|at| words::day(at, self.zone));
        match quote.verdict() {
            Some(verdict) => {
                let standing = quote.stands().map(|stands| words::standing(&stands)).unwrap_or_default();
                let supplied_by = quote.supplied_by.as_deref();
                words::explained(verdict, quote.material, kept.as_deref(), supplied_by) + &standing
            }
            None if quote.ruling == Some(Ruling::Reported) => {
                "Reported speech is not judged; these are the nearest words in the source".into()
            }
            None => "The source is being kept; the words will be compared with it".into(),
        }
    }

    fn finding(&self, quotation: usize) -> Result<String> {
        #[derive(Serialize)]
        struct Panel<'a> {
            number: usize,
            words: String,
            #[serde(rename = "where")]
            place: &'a str,
            warn: bool,
            open: bool,
            closable: bool,
            runs: Vec<Run>,
            /// What surrounds the words; with `runs`, the words themselves are those.
            passage: Option<Shown>,
            /// Beside words put together from different places, which no one passage surrounds.
            beside: Option<Shown>,
            note: &'a str,
            /// What became of the words since.
            fate: Option<String>,
            compared: String,
            copy: Option<String>,
            copy_words: &'a str,
            /// The living page, at the words.
            live: Option<String>,
        }
        let Some(quote) = self.quotes.get(quotation) else { return Ok(String::new()) };
        let nothing_to_say = match quote.ruling {
            None | Some(Ruling::Beyond) => true,
            Some(Ruling::Reported) => quote.passage.is_none(),
            Some(Ruling::Said(Verdict::NoSource)) => self.document.quotations[quotation].transcript.is_some(),
            Some(Ruling::Said(_)) => false,
        };
        if nothing_to_say {
            return Ok(String::new());
        }
        let warn =
            quote.is_elsewhere() || quote.ruling.is_some_and(|r| words::needs_a_look(r, quote.material));
        let source =
            self.document.quotations[quotation].citation.and_then(|at| self.sources.get(at)?.as_ref());
        let hidden = source.is_some_and(|source| source.showing == Showing::Desk);
        let passage = quote.passage.as_ref().filter(|_| !hidden).map(Shown::of);
        let mut runs = if hidden { Vec::new() } else { self.runs(quote) };
        let spliced = quote.verdict() == Some(Verdict::Spliced);
        let (passage, beside) = if spliced { (None, passage) } else { (passage, None) };
        if let (Some(passage), Some(last)) = (&passage, runs.last_mut()) {
            last.lead_to(&passage.after);
        }
        let panel = Panel {
            number: quotation + 1,
            words: self.explained(quote),
            place: source.map_or("", |source| source.title.as_str()),
            warn,
            open: warn,
            closable: !warn,
            passage,
            beside,
            runs,
            note: &quote.note,
            fate: quote.fate.map(|(fate, at)| words::fate_told(fate, at, self.zone)),
            compared: self.compared(quote),
            copy_words: match &quote.passage {
                Some(_) => "open the kept copy at these words",
                None => "open the kept copy",
            },
            copy: quote
                .copy
                .as_ref()
                .filter(|_| !hidden)
                .map(|path| format!("{path}{}", at_the_words(quote))),
            live: quote.live.as_deref().map(|url| match &quote.passage {
                Some(passage) => to_the_words(url, passage),
                None => url.to_owned(),
            }),
        };
        respond::render(self.app, "part/finding.html", panel)
    }

    fn runs(&self, quote: &Quote) -> Vec<Run> {
        match (quote.verdict(), &quote.finding) {
            (Some(Verdict::Altered | Verdict::Elided | Verdict::Spliced), Some(finding)) => {
                finding.words.iter().map(Run::of).collect()
            }
            _ => Vec::new(),
        }
    }

    fn compared(&self, quote: &Quote) -> String {
        match quote.kept {
            Some(at) => format!("Compared with the copy kept {}", words::moment(at, self.zone)),
            None => String::new(),
        }
    }

    fn embed(&self, citation: usize) -> Result<String> {
        #[derive(Serialize)]
        struct Embed<'a> {
            #[serde(flatten)]
            source: &'a Listed,
            /// Finished attributes.
            robust: String,
            picture: Option<&'a str>,
            heading: &'a str,
            about: String,
            words: &'a str,
            video: bool,
            open_words: &'a str,
            /// The original is not there any more: the kept copy comes first.
            lost: bool,
        }
        let cited = &self.document.citations[citation];
        let Some(Some(source)) = self.sources.get(citation) else {
            // Not to be shown as a source: the plain link that was written.
            let url = Templates::escape(&cited.url);
            return Ok(format!("<p><a href=\"{url}\" rel=\"noopener\">{url}</a></p>"));
        };
        let card = source.card.as_ref();
        // A short post's title is the beginning of its words: then its author stands in the title's place.
        let opening = source.title.trim_end_matches(['…', '.', ' ']);
        let titled = card.filter(|c| !c.author.is_empty() && c.words.starts_with(opening));
        let embed = Embed {
            heading: titled.map_or(source.title.as_str(), |c| c.author.as_str()),
            source,
            robust: source.robust(self.app),
            picture: card.and_then(|c| c.picture.as_deref()),
            about: card.map_or_else(|| source.site.clone(), |c| c.about(titled.is_none())),
            words: card.map_or("", |c| c.words.as_str()),
            video: card.is_some_and(|c| c.video),
            open_words: if card.is_some_and(|c| c.video) {
                "Play at the source"
            } else {
                "Open at the source"
            },
            lost: source.state == State::Gone.as_str(),
        };
        respond::render(self.app, "part/embed.html", embed)
    }
}

/// Writes a piece of the text; notes that wait for the margin go in where their block ends, so that they follow it on a phone.
/// In the cell of a table there is no margin: they follow the table.
fn put(text: &str, waiting: &mut String, html: &mut String) {
    const ENDS: [&str; 6] = ["</p>", "</li>", "</h", "</dd>", "</figcaption>", "</blockquote>"];
    const TABLE: &str = "</table>";
    let in_table = !waiting.is_empty() && html.rfind("<table") > html.rfind(TABLE);
    let end = match in_table {
        true => text.find(TABLE).map(|at| at + TABLE.len()),
        false => ENDS.iter().filter_map(|tag| text.find(tag)).min().filter(|_| !waiting.is_empty()),
    };
    match end {
        Some(end) => {
            html.push_str(&text[..end]);
            html.push_str("<span class=\"notes\">");
            html.push_str(&std::mem::take(waiting));
            html.push_str("</span>");
            html.push_str(&text[end..]);
        }
        None => html.push_str(text),
    }
}

/// Gives attributes to the link that was written last, if it is this one: a note stands behind its link.
fn make_robust(html: &mut String, url: &str, attributes: &str) {
    let Some(at) = html.rfind("<a ") else { return };
    let Some(end) = html[at..].find('>').map(|end| at + end) else { return };
    if html[at..end].contains(&format!(" href=\"{}\"", Templates::escape(url))) {
        html.insert_str(end, attributes);
    }
}

/// A passage cut to what a reader needs: the sentences around the words.
#[derive(Serialize)]
struct Shown {
    before: String,
    quoted: String,
    after: String,
}

/// Characters on either side of the quoted words.
const AROUND: usize = 180;

impl Shown {
    fn of(passage: &Passage) -> Shown {
        let (before, cut) = last_sentences(&passage.before);
        let before = if cut || passage.more_before { format!("… {before}") } else { before.to_owned() };
        let (after, cut) = first_sentences(&passage.after);
        let after = if cut || passage.more_after { format!("{after} …") } else { after.to_owned() };
        Shown { before, quoted: passage.quoted.clone(), after }
    }
}

/// The end of a text from the start of a sentence, at most [`AROUND`] characters; whether something was cut.
fn last_sentences(text: &str) -> (&str, bool) {
    let Some((cut, _)) = text.char_indices().rev().nth(AROUND) else { return (text, false) };
    let tail = &text[cut..];
    let sentence = ENDS_OF_SENTENCES.iter().filter_map(|end| tail.find(end).map(|at| at + end.len())).min();
    let start = sentence.or_else(|| tail.find(char::is_whitespace)).unwrap_or(0);
    (tail[start..].trim_start(), true)
}

/// The same for the beginning of a text, to the end of a sentence.
fn first_sentences(text: &str) -> (&str, bool) {
    let Some((cut, _)) = text.char_indices().nth(AROUND) else { return (text, false) };
    let head = &text[..cut];
    let sentence = ENDS_OF_SENTENCES.iter().filter_map(|end| head.rfind(end).map(|at| at + end.len())).max();
    let end = sentence.or_else(|| head.rfind(char::is_whitespace)).unwrap_or(head.len());
    (head[..end].trim_end(), true)
}

const ENDS_OF_SENTENCES: [&str; 6] = [". ", "! ", "? ", ".\n", "!\n", "?\n"];

/// One run of words of a difference; the space after it stands outside.
#[derive(Serialize)]
struct Run {
    same: bool,
    quote: String,
    source: String,
    space: bool,
}

impl Run {
    fn of(word: &quotecheck::Word) -> Run {
        Run {
            same: matches!(word.kind, WordKind::Same),
            space: word.quote.ends_with(char::is_whitespace) || word.source.ends_with(char::is_whitespace),
            quote: word.quote.trim_end().to_owned(),
            source: word.source.trim_end().to_owned(),
        }
    }

    /// Where the source goes on with a stop of its own, the post's is not said beside it.
    fn lead_to(&mut self, after: &str) {
        let stop = |c: char| ".,;:!?…”’»\"".contains(c);
        if self.same && after.starts_with(stop) {
            self.quote.truncate(self.quote.trim_end_matches(stop).len());
        }
        self.space &= !after.starts_with(|c: char| c.is_whitespace() || stop(c));
    }
}

/// `?text=` with the words as the source has them, so that the kept copy shows exactly the place.
fn at_the_words(quote: &Quote) -> String {
    let Some(passage) = quote.passage.as_ref().filter(|p| !p.quoted.is_empty()) else { return String::new() };
    let words: String = passage.quoted.chars().take(600).collect();
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("text", &words).finish();
    format!("?{query}#found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_wait_for_the_end_of_their_block() {
        let check = |before: &str, text: &str, expected: &str| {
            let (mut html, mut waiting) = (before.to_owned(), "*".to_owned());
            put(text, &mut waiting, &mut html);
            assert_eq!(html.replace("<span class=\"notes\">*</span>", "*"), expected);
        };
        check("<p>a", " b</p><p>c</p>", "<p>a b*</p><p>c</p>");
        check("<table><td>a", "</td></table><p>b</p>", "<table><td>a</td></table>*<p>b</p>");
        check("<table><td><p>a", "</p></td><td>", "<table><td><p>a</p></td><td>");
        check("<table></table><p>a", "</p>", "<table></table><p>a*</p>");
    }
}
