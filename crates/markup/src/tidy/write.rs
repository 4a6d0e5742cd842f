//! Blocks → Markdown, and the lines on which the notes and transcripts stand.

use super::block::{Block, Draft, List, Refs, Transcript, Words};
use super::{Note, Proposed, Tidied, What, emphasis};

pub(super) fn write(draft: Draft) -> Tidied {
    let Draft { blocks, refs } = draft;
    let page = blocks_to_page(blocks, &refs, false);
    let mut markdown = page.lines.join("\n");
    if !markdown.is_empty() {
        markdown.push('\n');
    }
    let mut notes = page.notes;
    notes.iter_mut().for_each(|n| n.line += 1);
    for t in &page.transcripts {
        notes.push(Note {
            line: t.first + 1,
            what: What::TranscriptProposed,
            sentence: format!(
                "Lines {} to {} read as a transcript of {} turns ({}). It ends {}; move its end if the speaker stopped earlier.",
                t.first + 1,
                t.last + 1,
                t.turns,
                t.speakers.join(", "),
                t.ending
            ),
        });
    }
    notes.sort_by_key(|n| n.line);
    let transcripts = page.transcripts.into_iter();
    let transcripts = transcripts
        .map(|t| Proposed { first_line: t.first + 1, last_line: t.last + 1, speakers: t.speakers })
        .collect();
    Tidied { markdown, notes, transcripts }
}

/// Lines without the marks of what they stand in; line numbers from 0.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
    notes: Vec<Note>,
    transcripts: Vec<Written>,
}

struct Written {
    first: usize,
    last: usize,
    turns: usize,
    speakers: Vec<String>,
    ending: &'static str,
}

impl Page {
    fn of(text: &str, notes: Vec<Note>) -> Page {
        Page { lines: text.split('\n').map(str::to_owned).collect(), notes, transcripts: Vec::new() }
    }

    /// Puts `inner` at the end, `first` before its first line and `rest` before the others.
    fn append(&mut self, inner: Page, first: &str, rest: &str) {
        let from = self.lines.len();
        for (i, line) in inner.lines.into_iter().enumerate() {
            let mark = if i == 0 { first } else { rest };
            self.lines.push(if line.is_empty() {
                mark.trim_end().to_owned()
            } else {
                format!("{mark}{line}")
            });
        }
        self.notes.extend(inner.notes.into_iter().map(|n| Note { line: n.line + from, ..n }));
        let moved = |t: Written| Written { first: t.first + from, last: t.last + from, ..t };
        self.transcripts.extend(inner.transcripts.into_iter().map(moved));
    }
}

fn blocks_to_page(blocks: Vec<Block>, refs: &Refs, tight: bool) -> Page {
    let mut page = Page::default();
    let mut list_before = None;
    for block in blocks {
        let kind = match &block {
            Block::List(list) => Some(list.number.map(|(_, delimiter)| delimiter)),
            _ => None,
        };
        let inner = block_to_page(block, refs);
        if inner.lines.iter().all(|l| l.trim().is_empty()) {
            continue;
        }
        if !page.lines.is_empty() && (!tight || kind.is_none()) {
            page.lines.push(String::new());
            // Two lists of one kind would be read as one.
            if kind.is_some() && kind == list_before {
                page.lines.extend(["<!-- -->".to_owned(), String::new()]);
            }
        }
        list_before = kind;
        page.append(inner, "", "");
    }
    page
}

fn block_to_page(block: Block, refs: &Refs) -> Page {
    match block {
        Block::Paragraph(words) => paragraph(words, refs),
        Block::Heading(level, words) => heading(level, words, refs),
        Block::Lines(lines) => kept(lines, refs),
        Block::Item(item) => blocks_to_page(item.blocks, refs, true),
        Block::List(list) => list_to_page(list, refs),
        Block::Quote(blocks) => quoted(blocks_to_page(blocks, refs, false)),
        Block::Transcript(transcript) => transcript_to_page(transcript, refs),
        Block::Code(text) => code(&text),
        Block::Table(rows) => table(rows, refs),
        Block::Rule => Page::of("* * *", Vec::new()),
    }
}

fn paragraph(words: Words, refs: &Refs) -> Page {
    let text = emphasis::line(&words.glyphs, refs);
    Page::of(&text, words.notes)
}

fn heading(level: usize, words: Words, refs: &Refs) -> Page {
    let text = emphasis::line(&words.glyphs, refs).replace("\\\n", " ");
    // A closing run of `#` would be taken for a mark.
    let text = match text.strip_suffix('#') {
        Some(rest) if !rest.ends_with('\\') => format!("{rest}\\#"),
        _ => text,
    };
    if text.is_empty() {
        Page::default()
    } else {
        Page::of(&format!("{} {text}", "#".repeat(level.clamp(1, 6))), words.notes)
    }
}

fn kept(lines: Vec<Words>, refs: &Refs) -> Page {
    let mut page = Page::default();
    for line in lines {
        let text = emphasis::line(&line.glyphs, refs);
        page.append(Page::of(&text, line.notes), "", "");
    }
    page
}

fn list_to_page(list: List, refs: &Refs) -> Page {
    let mut page = Page::default();
    for (i, item) in list.items.into_iter().enumerate() {
        let marker = match list.number {
            Some((first, delimiter)) => format!("{}{delimiter} ", first as usize + i),
            None => "- ".to_owned(),
        };
        let indent = " ".repeat(marker.len());
        let inner = blocks_to_page(item, refs, true);
        page.append(if inner.lines.is_empty() { Page::of("", Vec::new()) } else { inner }, &marker, &indent);
    }
    page
}

fn quoted(inner: Page) -> Page {
    let mut page = Page::default();
    if !inner.lines.is_empty() {
        page.append(inner, "> ", "> ");
    }
    page
}

fn transcript_to_page(transcript: Transcript, refs: &Refs) -> Page {
    let Transcript { blocks, turns, speakers, ending } = transcript;
    let mut page = quoted(blocks_to_page(blocks, refs, false));
    let last = page.lines.len().saturating_sub(1);
    page.transcripts.push(Written { first: 0, last, turns, speakers, ending });
    page
}

fn code(text: &str) -> Page {
    let text = text.trim_matches('\n');
    let longest =
        text.lines().map(|l| l.trim_start().chars().take_while(|c| *c == '`').count()).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    if text.is_empty() { Page::default() } else { Page::of(&format!("{fence}\n{text}\n{fence}"), Vec::new()) }
}

fn table(rows: Vec<Vec<Words>>, refs: &Refs) -> Page {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut page = Page::default();
    for (i, row) in rows.into_iter().enumerate() {
        let mut notes = Vec::new();
        let mut line = String::from("|");
        let width = row.len();
        for cell in row {
            let text = emphasis::line(&cell.glyphs, refs).replace("\\\n", " ").replace('|', "\\|");
            line.push_str(&format!(" {text} |"));
            notes.extend(cell.notes);
        }
        line.push_str(&"  |".repeat(columns - width));
        page.append(Page::of(&line, notes), "", "");
        if i == 0 {
            page.lines.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    page
}
