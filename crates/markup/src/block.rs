//! Block quotations: one whose last line is an attribution, which a line ending in a colon introduces, or which names its
//! source in a `cite`.

use std::ops::Range;

use crate::attribution::{self, Segment};
use crate::edit::{Piece, Rank};
use crate::label::is_colon;
use crate::mark::Mark;
use crate::quote::{Bound, Quotation, QuotationKind, Reading};
use crate::run::{Place, Run, plain};
use crate::sentence::{self, LINE_BREAK};
use crate::speech::{self, List};
use crate::tree::Id;
use crate::{Part, pairs};

/// The line under a block quotation that says whose words they are.
pub(crate) struct Attribution {
    pub(crate) run: usize,
    /// Its place in the run, its dash included.
    pub(crate) at: Range<usize>,
    pub(crate) speaker: Option<String>,
    pub(crate) citation: Option<usize>,
}

/// The line above a block quotation that leads to it.
#[derive(Default)]
pub(crate) struct Introduction {
    pub(crate) speaker: Option<String>,
    pub(crate) citation: Option<usize>,
    /// The words are given to somebody or something.
    pub(crate) gives: bool,
}

/// Longer lines are no attribution but text.
const LONGEST_LINE: usize = 400;

impl Reading<'_> {
    /// Reads an outermost block quotation that begins with this run. Gives the first run behind it.
    pub(crate) fn read_block(&mut self, block: Id, first: usize) -> usize {
        let count = self.runs[first..].iter().take_while(|run| self.tree.is_within(run.node, block)).count();
        let range = first..first + count.max(1);
        let inside = self.marks_inside(range.clone());
        let bound = self.bound(&inside);
        let own = if bound.not_a_quotation { None } else { self.attribution_in(range.clone()) };
        let end_of_words = own.as_ref().map_or(usize::MAX, |own| own.at.start);
        let words =
            |index: usize, at: usize| own.as_ref().is_none_or(|own| index != own.run || at < end_of_words);
        let links: Vec<Id> = range
            .clone()
            .flat_map(|index| self.runs[index].links.iter().map(move |link| (index, link)))
            .filter(|(index, link)| words(*index, link.at.start))
            .map(|(_, link)| link.node)
            .collect();
        for link in links {
            self.mark_via(link, None);
        }
        if !bound.not_a_quotation && !self.read_transcript(block, range.clone(), own.as_ref(), &bound) {
            self.read_block_quotation(block, range.clone(), own, bound);
        }
        range.end
    }

    fn read_block_quotation(
        &mut self,
        block: Id,
        range: Range<usize>,
        own: Option<Attribution>,
        bound: Bound,
    ) {
        let below = if own.is_none() { self.attribution_after(block) } else { None };
        let introduction = self.introduction(block);
        let cited = self.citations.of(block);
        let given = own.is_some()
            || below.is_some()
            || introduction.gives
            || cited.is_some()
            || bound.citation.is_some();
        if !given {
            return;
        }
        let attributed = own.as_ref().or(below.as_ref());
        // A line of its own speaks for the block; the line above only where that names nothing.
        let citation =
            bound.citation.or(attributed.and_then(|line| line.citation)).or(cited).or(introduction.citation);
        let speaker = attributed.and_then(|line| line.speaker.clone()).or(introduction.speaker);
        let paragraphs: Vec<(usize, Range<usize>)> =
            range.clone().filter_map(|index| self.words_of(index, own.as_ref())).collect();
        let text = paragraphs
            .iter()
            .map(|(run, at)| plain(&self.runs[*run].text[at.clone()]))
            .collect::<Vec<_>>()
            .join("\n");
        let Some((first, at)) = paragraphs.first().filter(|_| !without_marks(&text).is_empty()) else {
            return;
        };
        let quotation = Quotation {
            kind: QuotationKind::Quotation,
            text: without_marks(&text).to_owned(),
            speaker: speaker.clone(),
            citation,
            transcript: None,
            note: bound.note,
            at: bound.at,
            block: true,
            line: self.runs[*first].line(at.start),
        };
        self.name_speaker(range.clone(), speaker.as_deref());
        let quotation = self.push(block, quotation);
        self.dress(block, "quote", citation, own.as_ref());
        let last = own.as_ref().map_or(range.end - 1, |own| own.run);
        self.edits.end(self.runs[last].node, Rank::Mark, Part::Mark { quotation });
    }

    /// Class, `cite` and the line at the foot.
    pub(crate) fn dress(
        &mut self,
        block: Id,
        class: &'static str,
        citation: Option<usize>,
        own: Option<&Attribution>,
    ) {
        self.edits.class.insert(block, class);
        if let Some(citation) = citation {
            self.edits.cite.insert(block, self.citations.list[citation].url.clone());
        }
        let Some(own) = own else { return };
        let run = &self.runs[own.run];
        if self.tree.name(run.node) != "p" {
            return;
        }
        if run.text[..own.at.start].trim().is_empty() {
            self.edits.start_tag.insert(run.node, "footer");
            self.edits.end_tag.insert(run.node, "footer");
        } else if let Some(place) = self.line_start(run, own.at.start) {
            self.edits.at(place, Rank::Split, Piece::Html("</p>\n<footer>"));
            self.edits.end_tag.insert(run.node, "footer");
        }
    }

    /// The text node in which the line before this offset ends, if the paragraph can be cut there.
    pub(crate) fn line_start(&self, run: &Run, at: usize) -> Option<(Id, usize)> {
        let before = run.text[..at].trim_end_matches([' ', '\t']);
        let (node, offset) = run.locate(before.len())?;
        (self.tree.node(node).parent == run.node && before.ends_with('\n')).then_some((node, offset))
    }

    /// The part of a run that is quoted words.
    pub(crate) fn words_of(&self, index: usize, own: Option<&Attribution>) -> Option<(usize, Range<usize>)> {
        let run = &self.runs[index];
        let end = own.filter(|own| own.run == index).map_or(run.text.len(), |own| own.at.start);
        let text = &run.text[..end];
        (!text.trim().is_empty()).then(|| (index, run.start()..text.trim_end().len()))
    }

    pub(crate) fn name_speaker(&mut self, range: Range<usize>, speaker: Option<&str>) {
        let links: Vec<Id> =
            range.flat_map(|index| self.runs[index].links.iter().map(|link| link.node)).collect();
        for link in links.into_iter().filter(|link| self.edits.via.contains(link)).collect::<Vec<_>>() {
            self.mark_via(link, speaker);
        }
    }

    /// The last line of the block, if it is an attribution.
    fn attribution_in(&self, range: Range<usize>) -> Option<Attribution> {
        let last = range.clone().rev().find(|index| !self.runs[*index].text.trim().is_empty())?;
        let run = &self.runs[last];
        let end = run.text.trim_end().len();
        let line = run.text[..end]
            .rfind(['\n', LINE_BREAK])
            .map_or(run.start(), |at| at + run.text[at..].chars().next().map_or(1, char::len_utf8));
        let only = last == range.start && line == run.start();
        let named = matches!(self.tree.name(run.node), "footer" | "cite") && !only;
        let at = if named { run.start()..end } else { line..end };
        let text = &run.text[at.clone()];
        let words = match attribution::after_dash(text) {
            Some(words) => words,
            None if named => 0,
            // "Source: log" and a link alone are the foot of a block too.
            None if !only && self.is_source_line(run, &at) => 0,
            None => return None,
        };
        if only || text.len() > LONGEST_LINE {
            return None;
        }
        let attribution = self.attribution(last, at.start..at.end, at.start + words);
        // In a dialogue every line opens with a dash.
        let earlier = run.text[..at.start].split(['\n', LINE_BREAK]).filter(|line| !line.trim().is_empty());
        let dialogue = earlier.filter(|line| attribution::after_dash(line).is_some()).count() > 0;
        let told = attribution.citation.is_some() || attribution.speaker.is_some() && !dialogue;
        (told || named || self.links_in(run, &at).next().is_some()).then_some(attribution)
    }

    /// A paragraph behind the block that opens with a dash.
    pub(crate) fn attribution_after(&self, block: Id) -> Option<Attribution> {
        let index = *self.run_of.get(&self.tree.element_after(block)?)?;
        let run = &self.runs[index];
        let words = attribution::after_dash(&run.text)
            .filter(|_| run.place == Place::Paragraph && run.text.len() <= LONGEST_LINE)?;
        let attribution = self.attribution(index, 0..run.text.len(), words);
        (attribution.speaker.is_some() || attribution.citation.is_some()).then_some(attribution)
    }

    fn attribution(&self, index: usize, at: Range<usize>, words: usize) -> Attribution {
        let run = &self.runs[index];
        let links: Vec<_> = self.links_in(run, &at).collect();
        let leading = links.first().filter(|(_, link)| link.start <= words);
        let speaker = match leading {
            // A link at once is a title, unless its words are a name.
            Some((_, link)) => Some(&run.text[link.clone()])
                .filter(|text| crate::label::is_label(text))
                .and_then(attribution::speaker),
            None => {
                let end = links.first().map_or(at.end, |(_, link)| link.start);
                let name = &run.text[words.min(end)..end];
                attribution::speaker(name).or_else(|| attribution::thing_named(name))
            }
        };
        let citation = self.citations.one(links.iter().map(|(node, _)| *node));
        Attribution { run: index, at, speaker, citation }
    }

    fn links_in<'r>(&self, run: &'r Run, at: &Range<usize>) -> impl Iterator<Item = (Id, Range<usize>)> + 'r {
        run.links_in(at).iter().map(|link| (link.node, link.at.clone()))
    }

    fn is_source_line(&self, run: &Run, at: &Range<usize>) -> bool {
        let Some((_, link)) = self.links_in(run, at).next() else { return false };
        let before = run.text[at.start..link.start].trim().trim_matches(['(', '[', '*']).trim();
        let after = run.text[link.end.min(at.end)..at.end].trim();
        let named = before.is_empty()
            || before.trim_end_matches(is_colon).split_whitespace().count() == 1
                && before.ends_with(is_colon)
                && speech::has(List::Remarks, before.trim_end_matches(is_colon).trim());
        named && after.chars().filter(|c| c.is_alphabetic()).count() < 40
    }

    /// The last sentence of the paragraph right before the block.
    pub(crate) fn introduction(&self, block: Id) -> Introduction {
        let Some((run, sentence)) = self.line_before(block) else { return Introduction::default() };
        let text = run.text[sentence.clone()].trim_end();
        if !text.ends_with(is_colon) {
            return Introduction::default();
        }
        let citation = self.citations.one(self.links_in(run, &sentence).map(|(node, _)| node));
        let segment = Segment { at: sentence, quote_before: false, quote_after: true };
        let given = attribution::of_quoted(&run.text, &segment, citation.is_some());
        Introduction {
            gives: given.is_some() || citation.is_some(),
            speaker: given.and_then(|given| given.speaker),
            citation,
        }
    }

    /// The source that a line introducing a transcript links to: it ends with a colon.
    pub(crate) fn introducing_source(&self, block: Id) -> Option<usize> {
        let (run, sentence) = self.line_before(block)?;
        let text = run.text[sentence.clone()].trim_end();
        text.ends_with(is_colon)
            .then(|| self.citations.one(self.links_in(run, &sentence).map(|(node, _)| node)))?
    }

    fn line_before(&self, block: Id) -> Option<(&Run, Range<usize>)> {
        let before = self.tree.element_before(block).filter(|node| self.tree.name(*node) == "p")?;
        let run = &self.runs[*self.run_of.get(&before)?];
        let quoted = pairs::find(&run.text, |at| run.is_text(at)).quoted;
        let sentence = sentence::split(&run.text, &quoted).pop()?;
        Some((run, sentence))
    }

    /// The marks on the block, and those alone in it.
    fn marks_inside(&self, range: Range<usize>) -> Vec<(Mark, Id)> {
        let mut nodes: Vec<Id> = Vec::new();
        for run in &self.runs[range.clone()] {
            for node in std::iter::once(run.node).chain(self.tree.ancestors(run.node)) {
                if !nodes.contains(&node) || nodes.len() > 512 {
                    nodes.push(node);
                }
                if self.tree.name(node) == "blockquote" && self.tree.within(node, "blockquote").is_none() {
                    break;
                }
            }
            if nodes.len() > 512 {
                break;
            }
        }
        let alone = nodes.iter().filter_map(|node| self.block_marks.get(node)).flatten().cloned();
        let beside =
            self.runs[range].iter().flat_map(|run| run.marks.iter().map(|(_, mark, id)| (mark.clone(), *id)));
        alone.chain(beside).collect()
    }
}

/// A block quotation whose whole text stands in quotation marks loses these.
fn without_marks(text: &str) -> &str {
    match pairs::find(text, |_| true).quoted.as_slice() {
        [only] if only.outer == (0..text.len()) => text[only.inner.clone()].trim(),
        _ => text,
    }
}
