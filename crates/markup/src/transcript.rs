//! Transcripts: a block quotation with two or more labelled turns. A turn runs over unlabelled paragraphs to the next label or
//! the end of the block.

use std::collections::HashSet;
use std::ops::Range;

use crate::Part;
use crate::block::Attribution;
use crate::edit::{Piece, Rank};
use crate::emoji;
use crate::label::{self, Company, Label, Standing, is_colon};
use crate::quote::{Bound, Quotation, QuotationKind, Reading};
use crate::run::{Run, plain};
use crate::sentence::LINE_BREAK;
use crate::tree::Id;

/// So many characters are looked at for emoji before a label.
const LONGEST_EMOJI: usize = 24;

/// One paragraph of a transcript, or the part of one that a label begins.
struct Paragraph {
    run: usize,
    at: Range<usize>,
    label: Option<Labelled>,
}

#[derive(Clone)]
struct Labelled {
    name: String,
    kind: Label,
    /// With its colon.
    at: Range<usize>,
    /// The `<strong>` it stands in.
    bold: Option<Id>,
}

impl Reading<'_> {
    /// Reads the block as a transcript; `false` if it is none.
    pub(crate) fn read_transcript(
        &mut self,
        block: Id,
        range: Range<usize>,
        own: Option<&Attribution>,
        bound: &Bound,
    ) -> bool {
        let paragraphs = range
            .clone()
            .filter_map(|index| self.words_of(index, own))
            .flat_map(|(run, at)| self.paragraphs(run, at))
            .collect();
        let paragraphs = self.doubted(paragraphs);
        let labels: Vec<&Labelled> =
            paragraphs.iter().filter_map(|paragraph| paragraph.label.as_ref()).collect();
        if !is_conversation(&labels) {
            return false;
        }
        let citation = bound
            .citation
            .or_else(|| own.and_then(|own| own.citation))
            .or_else(|| self.attribution_after(block).and_then(|line| line.citation))
            .or_else(|| self.citations.of(block))
            .or_else(|| self.introducing_source(block));
        let transcript = self.transcripts;
        self.transcripts += 1;
        let mut speaker = None;
        for (place, paragraph) in paragraphs.iter().enumerate() {
            if let Some(label) = &paragraph.label {
                speaker = Some(label.name.clone());
            }
            let cut = paragraphs.get(place + 1).is_some_and(|next| next.run == paragraph.run);
            self.read_turn(block, paragraph, transcript, citation, speaker.clone(), bound, cut);
        }
        self.dress(block, "transcript", citation, own);
        let last = own.map_or(range.end - 1, |own| own.run);
        self.edits.end(self.runs[last].node, Rank::TranscriptMark, Part::TranscriptMark { transcript });
        true
    }

    /// Without the labels that the others do not bear out.
    fn doubted(&self, paragraphs: Vec<Paragraph>) -> Vec<Paragraph> {
        let standing = |paragraph: &Paragraph| {
            let label = paragraph.label.as_ref()?;
            let said = &self.runs[paragraph.run].text[label.at.end..paragraph.at.end.max(label.at.end)];
            let bold = label.bold.is_some();
            Some(Standing {
                kind: label.kind,
                name: label.name.clone(),
                emoji: label.at.start > paragraph.at.start,
                bold,
                goes_on: !bold && said.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase),
            })
        };
        let company = Company::of(&paragraphs.iter().filter_map(standing).collect::<Vec<_>>());
        let mut out: Vec<Paragraph> = Vec::with_capacity(paragraphs.len());
        for mut paragraph in paragraphs {
            let doubtful = paragraph.label.take_if(|label| !company.believes(label.kind, &label.name));
            match out.last_mut() {
                Some(last) if doubtful.is_some() && last.run == paragraph.run => {
                    last.at.end = paragraph.at.end
                }
                _ => out.push(paragraph),
            }
        }
        out
    }

    #[allow(clippy::too_many_arguments)]
    fn read_turn(
        &mut self,
        block: Id,
        paragraph: &Paragraph,
        transcript: usize,
        citation: Option<usize>,
        speaker: Option<String>,
        bound: &Bound,
        cut: bool,
    ) {
        let run = &self.runs[paragraph.run];
        if let Some(label) = &paragraph.label {
            self.dress_label(run, paragraph, label);
        }
        // What stands before the first label is nobody's turn.
        let Some(speaker) = speaker else { return };
        let start = paragraph.label.as_ref().map_or(paragraph.at.start, |label| label.at.end);
        let words = run.text[start..paragraph.at.end].trim();
        if words.is_empty() {
            return;
        }
        let links: Vec<Id> = run.links_in(&paragraph.at).iter().map(|link| link.node).collect();
        links.into_iter().for_each(|link| self.mark_via(link, Some(&speaker)));
        let quotation = self.push(
            block,
            Quotation {
                kind: QuotationKind::Turn,
                text: plain(words),
                speaker: Some(speaker),
                citation,
                transcript: Some(transcript),
                note: bound.note.clone(),
                at: bound.at,
                block: true,
                line: run.line(paragraph.at.start),
            },
        );
        let part = Part::Mark { quotation };
        match cut || paragraph.at.end < run.text.trim_end().len() {
            true => self.place_after(run, paragraph.at.end, Rank::Mark, part),
            false => self.edits.end(run.node, Rank::Mark, part),
        }
    }

    /// `<p class="turn"><b>Name<span>:</span></b> …`: the colon can then be hidden where the label stands on its own line.
    fn dress_label(&mut self, run: &Run, paragraph: &Paragraph, label: &Labelled) {
        if self.tree.name(run.node) == "p" {
            if run.text[..paragraph.at.start].trim().is_empty() {
                self.edits.class.insert(run.node, "turn");
            } else if let Some(place) = self.line_start(run, paragraph.at.start) {
                self.edits.at(place, Rank::Split, Piece::Html("</p>\n<p class=\"turn\">"));
            }
        }
        match label.bold {
            Some(bold) => {
                self.edits.start_tag.insert(bold, "b");
                self.edits.end_tag.insert(bold, "b");
            }
            None => {
                if let (Some(start), Some(end)) = (run.locate_start(label.at.start), run.locate(label.at.end))
                    && start.0 == end.0
                {
                    self.edits.at(start, Rank::LabelStart, Piece::Html("<b>"));
                    self.edits.at(end, Rank::LabelEnd, Piece::Html("</b>"));
                }
            }
        }
    }

    /// Cuts a run where a label begins a line.
    fn paragraphs(&self, index: usize, at: Range<usize>) -> Vec<Paragraph> {
        let run = &self.runs[index];
        let mut found: Vec<Paragraph> = Vec::new();
        let mut start = at.start;
        for line in run.text[at.clone()].split_inclusive(['\n', LINE_BREAK]) {
            let begin = start + (line.len() - line.trim_start().len());
            let end = start + line.trim_end().len();
            start += line.len();
            if begin >= end {
                continue;
            }
            let label = label_at(run, begin, end);
            match found.last_mut() {
                Some(last) if label.is_none() => last.at.end = end,
                _ => found.push(Paragraph { run: index, at: begin..end, label }),
            }
        }
        found
    }
}

/// The label with which this line begins, or its emoji: `🎙 **Ida:** …`
fn label_at(run: &Run, start: usize, end: usize) -> Option<Labelled> {
    let chars: Vec<char> = run.text[start..end].chars().take(LONGEST_EMOJI).collect();
    let emoji = emoji::leading(&chars);
    let start = start + chars[..emoji].iter().map(|c| c.len_utf8()).sum::<usize>();
    let bold =
        run.bold.iter().find(|bold| bold.at.start == start && bold.at.end <= end + LINE_BREAK.len_utf8());
    if let Some(bold) = bold {
        let text = &run.text[bold.at.clone()];
        let inside = text.trim_end().ends_with(is_colon);
        let outside =
            run.text[bold.at.end..end.max(bold.at.end)].trim_start().chars().next().filter(|c| is_colon(*c));
        let label_end = match (inside, outside) {
            (true, _) => bold.at.end,
            (false, Some(colon)) => bold.at.end + run.text[bold.at.end..].find(colon)? + colon.len_utf8(),
            (false, None) => return None,
        };
        let kind = label::read(text)?;
        return Some(Labelled { name: name(text), kind, at: start..label_end, bold: Some(bold.node) });
    }
    let line = &run.text[start..end];
    let (words, _) = label::split(line)?;
    let colon = line.char_indices().find(|(_, c)| is_colon(*c))?;
    let at = start..start + colon.0 + colon.1.len_utf8();
    // `Address: https://…` is nobody's turn.
    if is_only_links(run, at.end..end) {
        return None;
    }
    Some(Labelled { name: name(words), kind: label::read(words)?, at, bold: None })
}

fn is_only_links(run: &Run, at: Range<usize>) -> bool {
    let links = run.links_in(&at);
    let linked = |place: usize| links.iter().any(|link| link.at.contains(&place));
    let mut letters = run.text[at.clone()].char_indices().filter(|(_, c)| c.is_alphanumeric());
    !links.is_empty() && letters.all(|(place, _)| linked(at.start + place))
}

/// The name alone: what stands in brackets behind it, an office or an hour, is not.
fn name(words: &str) -> String {
    let name = words.trim().trim_end_matches(is_colon);
    plain(name.split(['(', '（']).next().unwrap_or(name))
}

/// Two labels make a conversation if they are bold, or plainly labels: a question mark, an office, a full name, or one name
/// that speaks twice.
fn is_conversation(labels: &[&Labelled]) -> bool {
    let plain_enough =
        |label: &&&Labelled| label.bold.is_some() || label.kind != Label::Name || label.name.contains(' ');
    let strong = labels.iter().filter(plain_enough).count();
    let names: HashSet<&str> = labels.iter().map(|label| label.name.as_str()).collect();
    labels.len() >= 2 && (strong >= 2 || strong == 1 && labels.len() >= 2 || names.len() < labels.len())
}
