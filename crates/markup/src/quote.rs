//! Quotations in lines of text: words in quotation marks that the text gives to somebody, and speech it reports.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::attribution::{self, Given, Segment};
use crate::cite::Citations;
use crate::edit::{Edits, Piece, Rank};
use crate::mark::Mark;
use crate::pairs::{self, Pairs, Quoted};
use crate::run::{Place, Run, plain};
use crate::tree::{Id, Tree};
use crate::{Part, sentence};

/// Words that a text attributes to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quotation {
    pub kind: QuotationKind,
    /// The words, without the marks around them and on one line for each paragraph.
    pub text: String,
    pub speaker: Option<String>,
    /// The source they are bound to.
    pub citation: Option<usize>,
    /// Which transcript of the text this turn belongs to.
    pub transcript: Option<usize>,
    /// What the writer says beside it.
    pub note: Option<String>,
    /// Where in a recording the words begin, in seconds, as the writer says.
    pub at: Option<u32>,
    /// A block quotation, or part of one.
    pub block: bool,
    /// Line of the text, from 1, where the words begin.
    pub line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotationKind {
    Quotation,
    /// One paragraph of a transcript.
    Turn,
    /// What somebody is said to have said, without quotation marks.
    Reported,
}

/// Fewer words are a quotation only when the writer binds them.
const FEWEST_WORDS: usize = 4;

/// The text while it is being read.
pub(crate) struct Reading<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) runs: &'a [Run],
    pub(crate) citations: Citations,
    pub(crate) quotations: Vec<Quotation>,
    pub(crate) edits: Edits,
    pub(crate) transcripts: usize,
    /// Marks that stand alone, by the block they belong to.
    pub(crate) block_marks: HashMap<Id, Vec<(Mark, Id)>>,
    /// Quotations of each block, in order.
    pub(crate) in_block: HashMap<Id, Vec<usize>>,
    pub(crate) run_of: HashMap<Id, usize>,
    /// The links of each footnote.
    footnotes: HashMap<String, Vec<Id>>,
    /// Runs that another run's quotation has taken.
    taken: HashSet<usize>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        tree: &'a Tree,
        runs: &'a [Run],
        marks: &[(Id, Mark)],
        citations: Citations,
    ) -> Reading<'a> {
        let run_of: HashMap<Id, usize> =
            runs.iter().enumerate().rev().map(|(index, run)| (run.node, index)).collect();
        let could_hold = |node: Id| {
            tree.name(node) == "blockquote"
                || run_of.get(&node).is_some_and(|run| holds_marks(&runs[*run].text))
        };
        let mut block_marks: HashMap<Id, Vec<(Mark, Id)>> = HashMap::new();
        for (id, mark) in marks {
            let before = tree.element_before(*id);
            let owner = before
                .filter(|node| could_hold(*node))
                .or_else(|| tree.element_after(*id).filter(|node| could_hold(*node)));
            if let Some(owner) = owner.or(before) {
                block_marks.entry(owner).or_default().push((mark.clone(), *id));
            }
        }
        Reading {
            tree,
            runs,
            citations,
            quotations: Vec::new(),
            edits: Edits::default(),
            transcripts: 0,
            block_marks,
            in_block: HashMap::new(),
            run_of,
            footnotes: footnotes(tree, runs),
            taken: HashSet::new(),
        }
    }

    pub(crate) fn read(mut self) -> Reading<'a> {
        let mut index = 0;
        while index < self.runs.len() {
            let run = &self.runs[index];
            match self.tree.outermost(run.node, "blockquote") {
                Some(block) => index = self.read_block(block, index),
                None => {
                    if run.place != Place::Code && !run.is_heading() {
                        self.read_run(index);
                    }
                    index += 1;
                }
            }
        }
        for (node, quotations) in std::mem::take(&mut self.in_block) {
            let part = Part::AfterBlock { quotations };
            match self.tree.name(node) {
                "#root" | "li" | "td" | "th" | "dd" | "dt" | "figcaption" | "caption" | "summary" => {
                    self.edits.end(node, Rank::Split, part)
                }
                _ => self.edits.after(node, Rank::Split, part),
            }
        }
        self
    }

    /// Files a quotation under the block behind which its difference may stand.
    pub(crate) fn push(&mut self, block: Id, quotation: Quotation) -> usize {
        let index = self.quotations.len();
        self.in_block.entry(block).or_default().push(index);
        self.quotations.push(quotation);
        index
    }

    /// A link inside quoted words is the speaker's own.
    pub(crate) fn mark_via(&mut self, link: Id, speaker: Option<&str>) {
        self.edits.via.insert(link);
        if let Some(citation) = self.citations.of(link) {
            let citation = &mut self.citations.list[citation];
            citation.via = true;
            citation.speaker = speaker.map(str::to_owned);
        }
    }

    /// What the writer's marks say together.
    pub(crate) fn bound(&self, marks: &[(Mark, Id)]) -> Bound {
        let mut bound = Bound::default();
        for (mark, id) in marks {
            match mark {
                Mark::NotAQuotation => bound.not_a_quotation = true,
                Mark::Note(note) => bound.note = Some(note.clone()),
                Mark::Source { at, .. } => {
                    bound.citation = self.citations.of(*id);
                    bound.at = *at;
                }
            }
        }
        bound
    }

    /// After a place in a run: not inside a link, where a reader could not tell two links apart.
    pub(crate) fn place_after(&mut self, run: &Run, at: usize, rank: Rank, part: Part) {
        let Some((node, offset)) = run.locate(at) else {
            return self.edits.end(run.node, rank, part);
        };
        match self.tree.within(node, "a") {
            Some(link) => self.edits.after(link, rank, part),
            None => self.edits.at((node, offset), rank, Piece::Part(part)),
        }
    }

    fn read_run(&mut self, index: usize) {
        if self.taken.contains(&index) {
            return;
        }
        let run = &self.runs[index];
        let pairs = pairs::find(&run.text, |at| run.is_text(at));
        let end = self.long_quotation(index, &pairs);
        let mut candidates = candidates(run, &pairs.quoted, end.unwrap_or(run.text.len()));
        let quoted: Vec<Quoted> = candidates.iter().map(|candidate| candidate.quoted.clone()).collect();
        let sentences = sentence::split(&run.text[..end.unwrap_or(run.text.len())], &quoted);
        let marks = assign_marks(run, &mut candidates);
        let whole = self.block_marks.get(&run.node).cloned().unwrap_or_default();
        let mut before: Option<Speech> = None;
        let mut rest = candidates.as_slice();
        for sentence in &sentences {
            let count =
                rest.iter().take_while(|candidate| candidate.quoted.outer.start < sentence.end).count();
            let (mine, later) = rest.split_at(count);
            rest = later;
            let (speech, found) = self.read_sentence(index, sentence, mine, &whole, before);
            before = speech;
            let unmarked = !whole.iter().chain(&marks).any(|(mark, _)| *mark == Mark::NotAQuotation);
            if !found && unmarked {
                self.read_reported(index, sentence);
            }
        }
    }

    /// Decides over the quotations of one sentence. Gives who speaks, for the next sentence may be nothing but more of the same
    /// speech, and whether there was a quotation.
    fn read_sentence(
        &mut self,
        index: usize,
        sentence: &Range<usize>,
        candidates: &[Candidate],
        whole: &[(Mark, Id)],
        before: Option<Speech>,
    ) -> (Option<Speech>, bool) {
        if candidates.is_empty() {
            return (None, false);
        }
        let run = &self.runs[index];
        let links: Vec<Id> = outside_links(run, sentence, candidates);
        let segments = segments(sentence, candidates);
        let one = self
            .citations
            .one(links.iter().copied())
            .or_else(|| self.footnote(run, sentence).filter(|_| links.is_empty()));
        let linked = one.is_some() || links.iter().any(|link| self.citations.of(*link).is_some());
        let mut given: Vec<Option<Given>> =
            segments.iter().map(|segment| attribution::of_quoted(&run.text, segment, linked)).collect();
        if given.iter().all(Option::is_none) {
            given.push(self.next_line(index, sentence));
        }
        let anyone = given
            .iter()
            .flatten()
            .find(|given| given.speaker.is_some())
            .or_else(|| given.iter().flatten().next());
        let continued = before.filter(|_| anyone.is_none() && only_quoted(run, sentence, candidates));
        let mut last = anyone.map(|given| (given.speaker.clone(), one));
        let mut found = false;
        for (place, candidate) in candidates.iter().enumerate() {
            let marks: Vec<(Mark, Id)> = whole.iter().chain(&candidate.marks).cloned().collect();
            let bound = self.bound(&marks);
            if bound.not_a_quotation {
                continue;
            }
            let words = run.text[candidate.quoted.inner.clone()].trim();
            let given_here = anyone.is_some() || continued.is_some();
            let forced = bound.citation.is_some() || candidate.cited.is_some();
            if words.is_empty()
                || !forced
                    && (!given_here || count_words(words) < FEWEST_WORDS || attribution::is_title(words))
            {
                continue;
            }
            let near = |given: &[Option<Given>]| {
                given.get(place).cloned().flatten().or_else(|| given.get(place + 1).cloned().flatten())
            };
            let speaker = near(&given)
                .and_then(|given| given.speaker)
                .or_else(|| anyone.and_then(|given| given.speaker.clone()));
            let speaker = speaker.or_else(|| continued.as_ref().and_then(|(speaker, _)| speaker.clone()));
            let citation = bound
                .citation
                .or_else(|| candidate.cited.and_then(|node| self.citations.of(node)))
                .or(one)
                .or_else(|| {
                    self.source_beside(
                        index,
                        sentence,
                        &links,
                        &segments,
                        place,
                        given.get(place).is_some_and(Option::is_some),
                    )
                })
                .or_else(|| continued.as_ref().and_then(|(_, citation)| *citation));
            for link in run
                .links_in(&candidate.quoted.inner)
                .iter()
                .filter(|link| is_speakers(run, &link.at, candidate))
            {
                self.mark_via(link.node, speaker.as_deref());
            }
            let quotation = self.push(
                run.node,
                Quotation {
                    kind: QuotationKind::Quotation,
                    text: plain(words),
                    speaker: speaker.clone(),
                    citation,
                    transcript: None,
                    note: bound.note,
                    at: bound.at,
                    block: false,
                    line: run.line(candidate.quoted.inner.start),
                },
            );
            self.show(index, candidate, quotation);
            last = Some((speaker, citation));
            found = true;
        }
        (last, found)
    }

    /// Where the sentence has several links, the one on this quotation or on the side that gives the
    /// words; where it has none, the one in the
    /// attribution below.
    fn source_beside(
        &self,
        index: usize,
        sentence: &Range<usize>,
        links: &[Id],
        segments: &[Segment],
        place: usize,
        given_before: bool,
    ) -> Option<usize> {
        let run = &self.runs[index];
        if links.is_empty() {
            return self.next_line_source(index, sentence);
        }
        let within =
            |segment: &Segment| self.citations.one(run.links_in(&segment.at).iter().map(|link| link.node));
        let quoted = segments.get(place)?.at.end..segments.get(place + 1)?.at.start;
        within(&Segment { at: quoted, quote_before: false, quote_after: false })
            .or_else(|| within(&segments[if given_before { place } else { place + 1 }]))
            .or_else(|| within(&segments[if given_before { place + 1 } else { place }]))
    }

    /// The one source of the footnotes that this sentence refers to.
    fn footnote(&self, run: &Run, sentence: &Range<usize>) -> Option<usize> {
        // A reference may stand right behind the stop.
        let first = run.footnotes.partition_point(|(at, _)| *at < sentence.start);
        let near = run.footnotes[first..].iter().take_while(|(at, _)| *at <= sentence.end);
        let links = near.filter_map(|(_, href)| self.footnotes.get(href.strip_prefix('#')?)).flatten();
        self.citations.one(links.copied())
    }

    /// A paragraph that is one quotation may have its attribution in the next: "— Moreau, log".
    fn next_line(&self, index: usize, sentence: &Range<usize>) -> Option<Given> {
        let (next, at) = self.attribution_below(index, sentence)?;
        let speaker = attribution::speaker(&next.text[at..]);
        let linked = self.citations.one(next.links.iter().map(|link| link.node)).is_some();
        (speaker.is_some() || linked).then_some(Given { speaker, at: 0 })
    }

    fn next_line_source(&self, index: usize, sentence: &Range<usize>) -> Option<usize> {
        let (next, _) = self.attribution_below(index, sentence)?;
        self.citations.one(next.links.iter().map(|link| link.node))
    }

    fn attribution_below(&self, index: usize, sentence: &Range<usize>) -> Option<(&'a Run, usize)> {
        let run = &self.runs[index];
        let runs: &'a [Run] = self.runs;
        let next = runs.get(index + 1)?;
        let below = self.tree.element_after(run.node) == Some(next.node) && next.place == Place::Paragraph;
        let last = run.text[sentence.end..].trim().is_empty();
        let at = attribution::after_dash(&next.text)?;
        (below && last && next.text.len() < 300).then_some((next, at))
    }

    fn read_reported(&mut self, index: usize, sentence: &Range<usize>) {
        let run = &self.runs[index];
        let mut links: Vec<_> =
            run.links_in(sentence).iter().filter(|link| self.citations.of(link.node).is_some()).collect();
        if links.is_empty() {
            return;
        }
        let Some(given) = attribution::of_reported(&run.text, sentence) else { return };
        links.sort_by_key(|link| (link.at.start.abs_diff(given.at)).min(link.at.end.abs_diff(given.at)));
        let one = self.citations.one(links.iter().map(|link| link.node));
        let Some(citation) = one.or_else(|| links.first().and_then(|link| self.citations.of(link.node)))
        else {
            return;
        };
        let quotation = self.push(
            run.node,
            Quotation {
                kind: QuotationKind::Reported,
                text: plain(&run.text[sentence.clone()]),
                speaker: given.speaker,
                citation: Some(citation),
                transcript: None,
                note: None,
                at: None,
                block: false,
                line: run.line(sentence.start),
            },
        );
        self.place_after(run, sentence.end, Rank::Mark, Part::Mark { quotation });
    }

    /// A quotation of several paragraphs opens a mark in each and closes the last: if one begins here, gathers it. Gives the
    /// place where the run's own sentences end.
    fn long_quotation(&mut self, index: usize, pairs: &Pairs) -> Option<usize> {
        let (start, mark) = pairs.unclosed?;
        /// Longer speeches are block quotations; and looking on from every paragraph must stay cheap.
        const MOST_PARAGRAPHS: usize = 24;
        let mut pieces = vec![(index, start + mark.len_utf8()..self.runs[index].text.len())];
        let mut closed = None;
        while closed.is_none() && pieces.len() < MOST_PARAGRAPHS {
            let (last, _) = pieces.last()?;
            let next = last + 1;
            let run = self.runs.get(next)?;
            if self.tree.element_after(self.runs[*last].node) != Some(run.node)
                || run.place != Place::Paragraph
            {
                return None;
            }
            let opening = run.start();
            let first =
                run.text[opening..].chars().next().filter(|c| *c == mark || mark == '«' && *c == '»')?;
            let found = pairs::find(&run.text, |at| run.is_text(at));
            let inner = opening + first.len_utf8();
            closed = found
                .quoted
                .first()
                .filter(|quoted| quoted.outer.start == opening)
                .map(|quoted| quoted.outer.end);
            pieces.push((
                next,
                inner
                    ..found
                        .quoted
                        .first()
                        .filter(|_| closed.is_some())
                        .map_or(run.text.len(), |quoted| quoted.inner.end),
            ));
        }
        let (last, end) = (pieces.last()?.0, closed?);
        let first = &self.runs[index];
        let closing = &self.runs[last];
        let opens = sentence::split(&first.text[..start], &[]).pop().unwrap_or(0..0);
        let here = Segment { at: opens.start..start, quote_before: false, quote_after: true };
        let tail = sentence::split(&closing.text[end..], &[])
            .into_iter()
            .next()
            .map_or(end, |range| end + range.end);
        let there = Segment { at: end..tail, quote_before: true, quote_after: false };
        let links: Vec<Id> = first
            .links_in(&(opens.start..start))
            .iter()
            .chain(closing.links_in(&(end..tail)))
            .map(|link| link.node)
            .collect();
        let citation = self.citations.one(links.into_iter());
        let given = attribution::of_quoted(&first.text, &here, citation.is_some())
            .or_else(|| attribution::of_quoted(&closing.text, &there, citation.is_some()))?;
        let text = pieces
            .iter()
            .map(|(run, range)| plain(&self.runs[*run].text[range.clone()]))
            .collect::<Vec<_>>()
            .join("\n");
        for (run, range) in &pieces {
            let links: Vec<Id> = self.runs[*run].links_in(range).iter().map(|link| link.node).collect();
            links.into_iter().for_each(|link| self.mark_via(link, given.speaker.as_deref()));
        }
        let bound = self.bound(&self.block_marks.get(&closing.node).cloned().unwrap_or_default());
        if bound.not_a_quotation {
            return None;
        }
        let quotation = self.push(
            closing.node,
            Quotation {
                kind: QuotationKind::Quotation,
                text,
                speaker: given.speaker,
                citation: bound.citation.or(citation),
                transcript: None,
                note: bound.note,
                at: bound.at,
                block: false,
                line: first.line(start),
            },
        );
        self.taken.extend(index + 1..=last);
        self.place_after(closing, end, Rank::Mark, Part::Mark { quotation });
        Some(start)
    }

    /// The places around a quotation: before its opening mark and after its closing one, where these are in one element.
    fn show(&mut self, index: usize, candidate: &Candidate, quotation: usize) {
        let run = &self.runs[index];
        if let Some(node) = candidate.cited.filter(|node| self.tree.name(*node) == "q") {
            return self.edits.after(node, Rank::Mark, Part::Mark { quotation });
        }
        let outer = &candidate.quoted.outer;
        if let (Some(start), Some(end)) = (run.locate_start(outer.start), run.locate(outer.end))
            && self.tree.node(start.0).parent == self.tree.node(end.0).parent
        {
            self.edits.at(start, Rank::QuoteOpen, Piece::Part(Part::QuoteOpen { quotation }));
            self.edits.at(end, Rank::QuoteClose, Piece::Part(Part::QuoteClose { quotation }));
        }
        self.place_after(run, outer.end, Rank::Mark, Part::Mark { quotation });
    }
}

fn footnotes(tree: &Tree, runs: &[Run]) -> HashMap<String, Vec<Id>> {
    let mut found: HashMap<String, Vec<Id>> = HashMap::new();
    for run in runs {
        let id = std::iter::once(run.node)
            .chain(tree.ancestors(run.node))
            .find_map(|node| tree.attribute(node, "id"));
        if let Some(id) = id.filter(|id| id.starts_with("fn-")) {
            found.entry(id.to_owned()).or_default().extend(run.links.iter().map(|link| link.node));
        }
    }
    found
}

/// What the writer's marks decide.
#[derive(Default)]
pub(crate) struct Bound {
    pub(crate) not_a_quotation: bool,
    pub(crate) citation: Option<usize>,
    pub(crate) at: Option<u32>,
    pub(crate) note: Option<String>,
}

/// Who speaks, and from which source.
type Speech = (Option<String>, Option<usize>);

/// Words that may be a quotation.
struct Candidate {
    quoted: Quoted,
    /// The `<q>` element with a `cite` that they are.
    cited: Option<Id>,
    marks: Vec<(Mark, Id)>,
}

fn candidates(run: &Run, quoted: &[Quoted], end: usize) -> Vec<Candidate> {
    let qs = run.qs.iter().filter(|q| {
        !run.qs
            .iter()
            .any(|other| other.at.start <= q.at.start && other.at.end >= q.at.end && other.node < q.node)
    });
    let elements = qs.map(|q| Candidate {
        quoted: Quoted { outer: q.at.clone(), inner: q.at.clone() },
        cited: Some(q.node),
        marks: Vec::new(),
    });
    let apart = |quoted: &&Quoted| {
        quoted.outer.end <= end
            && run.qs.iter().all(|q| quoted.outer.end <= q.at.start || quoted.outer.start >= q.at.end)
    };
    let marked = quoted.iter().filter(apart).map(|quoted| Candidate {
        quoted: quoted.clone(),
        cited: None,
        marks: Vec::new(),
    });
    let mut all: Vec<Candidate> =
        elements.chain(marked).filter(|candidate| candidate.quoted.outer.end <= end).collect();
    all.sort_by_key(|candidate| candidate.quoted.outer.start);
    all
}

/// Gives each mark in a paragraph to the quotation before it, or else to the one after it; gives back those that found none.
fn assign_marks(run: &Run, candidates: &mut [Candidate]) -> Vec<(Mark, Id)> {
    let mut loose = Vec::new();
    for (at, mark, id) in &run.marks {
        let before = candidates.partition_point(|candidate| candidate.quoted.outer.end <= *at);
        match candidates.get_mut(before.saturating_sub(1)) {
            Some(candidate) => candidate.marks.push((mark.clone(), *id)),
            None => loose.push((mark.clone(), *id)),
        }
    }
    loose
}

/// The links of a sentence that are the writer's: outside the quoted words, or over the whole of them.
fn outside_links(run: &Run, sentence: &Range<usize>, candidates: &[Candidate]) -> Vec<Id> {
    let around = |link: &Range<usize>| {
        let index = candidates.partition_point(|candidate| candidate.quoted.outer.end <= link.start);
        candidates.get(index)
    };
    run.links_in(sentence)
        .iter()
        .filter(|link| !around(&link.at).is_some_and(|candidate| is_speakers(run, &link.at, candidate)))
        .map(|link| link.node)
        .collect()
}

/// Does the link stand on some of the quoted words, not on all?
fn is_speakers(run: &Run, link: &Range<usize>, candidate: &Candidate) -> bool {
    let inner = &candidate.quoted.inner;
    let inside = link.start >= inner.start && link.end <= inner.end;
    let ends = |c: char| !c.is_alphanumeric();
    inside && run.text[inner.clone()].trim_matches(ends) != run.text[link.clone()].trim_matches(ends)
}

/// The sentence without its quotations.
fn segments(sentence: &Range<usize>, candidates: &[Candidate]) -> Vec<Segment> {
    let mut start = sentence.start;
    let mut found = Vec::new();
    for candidate in candidates {
        let outer = &candidate.quoted.outer;
        let end = outer.start.max(start);
        found.push(Segment { at: start..end, quote_before: !found.is_empty(), quote_after: true });
        start = outer.end.clamp(end, sentence.end.max(end));
    }
    found.push(Segment {
        at: start..sentence.end.max(start),
        quote_before: !candidates.is_empty(),
        quote_after: false,
    });
    found
}

/// Is there nothing in the sentence but quoted words?
fn only_quoted(run: &Run, sentence: &Range<usize>, candidates: &[Candidate]) -> bool {
    !candidates.is_empty()
        && segments(sentence, candidates)
            .iter()
            .all(|segment| run.text[segment.at.clone()].unicode_words().next().is_none())
}

/// Words as people count them: scripts without spaces write about two signs a word.
fn count_words(text: &str) -> usize {
    let spaceless =
        |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}');
    let signs = text.chars().filter(|c| spaceless(*c)).count();
    let words = text
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric) && !word.contains(spaceless));
    signs / 2 + words.count()
}

fn holds_marks(text: &str) -> bool {
    text.contains(['“', '”', '„', '«', '»', '「', '『', '‘', '‚', '"', '‹'])
}
