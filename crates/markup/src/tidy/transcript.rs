//! Turns of speech in a paste → one proposed block quotation. Where it ends is a guess that the notes show: a turn runs
//! over unlabelled paragraphs, so the block goes on to the end of the paste or to what plainly is no speech any more.

use super::block::{Block, Draft, Glyph, Refs, Style, Transcript, Words};
use crate::emoji;
use crate::label::{self, Company, Standing, is_colon};
use crate::speech;

/// Fewer turns than this are no conversation.
const FEWEST_TURNS: usize = 2;

pub(super) fn propose(draft: &mut Draft) {
    let mut blocks: Vec<Option<Block>> = std::mem::take(&mut draft.blocks).into_iter().map(Some).collect();
    let company = company(&blocks);
    let mut at = 0;
    while at < blocks.len() {
        let next = blocks.get(at + 1).and_then(Option::as_ref);
        let opens = blocks[at].as_ref().is_some_and(|b| speaks(b, next, &draft.refs, &company));
        let turns = if opens { find(&blocks, at, &draft.refs, &company) } else { None };
        match turns {
            Some(found) => {
                let taken: Vec<Block> = blocks[at..found.end].iter_mut().filter_map(Option::take).collect();
                at = found.end;
                draft.blocks.push(Block::Transcript(transcript(taken, found.ending, &company)));
            }
            None => {
                draft.blocks.extend(blocks[at].take());
                at += 1;
            }
        }
    }
}

/// Whether a line opens with a speaker's label.
pub(super) fn opens_turn(chars: &[char]) -> bool {
    let glyphs: Vec<Glyph> =
        chars.iter().take(LONGEST_LABEL + 8).map(|&c| Glyph { c, style: Style::default() }).collect();
    label(&glyphs).is_some_and(|label| label.emoji == 0)
}

/// Whose labels in a paste are speakers'.
fn company(blocks: &[Option<Block>]) -> Company {
    let standing = |block: &Block| match block {
        Block::Paragraph(words) => label(&words.glyphs).map(|label| label.standing(&words.glyphs)),
        _ => None,
    };
    Company::of(&blocks.iter().flatten().filter_map(standing).collect::<Vec<_>>())
}

struct Found {
    /// The first block after the transcript.
    end: usize,
    ending: &'static str,
}

/// From the turn at `start`: where the transcript ends, if it is one.
fn find(blocks: &[Option<Block>], start: usize, refs: &Refs, company: &Company) -> Option<Found> {
    let block = |i: usize| blocks.get(i).and_then(Option::as_ref);
    let mut turns = 0;
    let mut end = start;
    let mut ending = "at the end of the paste";
    while let Some(here) = block(end) {
        if speaks(here, block(end + 1), refs, company) {
            turns += 1;
        } else if let Some(reason) = parts(here) {
            ending = reason;
            break;
        } else if let Some(reason) = points_elsewhere(here, refs) {
            // A video or a picture's credit between two turns interrupts nothing.
            let next = (end + 1..blocks.len())
                .find(|i| block(*i).is_none_or(|b| points_elsewhere(b, refs).is_none()));
            if !next.is_some_and(|i| block(i).is_some_and(|b| speaks(b, block(i + 1), refs, company))) {
                ending = reason;
                break;
            }
        }
        end += 1;
    }
    let closed_by_links = block(end).is_some_and(|b| points_elsewhere(b, refs).is_some());
    let is_sign_off = |b: &Block| is_sign_off(b) && turn(b, company).is_none();
    if closed_by_links && end > start + 1 && block(end - 1).is_some_and(is_sign_off) {
        end -= 1;
        ending = "before a sign-off";
    }
    (turns >= FEWEST_TURNS).then_some(Found { end, ending })
}

/// A turn, and not a label above something else or before a mere link.
fn speaks(block: &Block, next: Option<&Block>, refs: &Refs, company: &Company) -> bool {
    turn(block, company).is_some()
        && points_elsewhere(block, refs).is_none()
        && !announces(block, next, company)
}

/// What no speech contains.
fn parts(block: &Block) -> Option<&'static str> {
    match block {
        Block::Heading(..) => Some("before a heading"),
        Block::Rule => Some("before a rule"),
        Block::Quote(_) | Block::Transcript(_) => Some("before a quotation"),
        Block::Code(_) | Block::Table(_) => Some("before a table or code"),
        Block::Lines(lines) => match lines.first().and_then(|l| l.trimmed().first()).map(|g| g.c)? {
            '#' => Some("before a heading"),
            '>' => Some("before a quotation"),
            '|' | '`' | '~' | '<' => Some("before a table or code"),
            _ => None,
        },
        Block::Paragraph(words) if is_postscript(&words.text()) => Some("before a postscript"),
        Block::Paragraph(words) => is_drawn_rule(&words.text()).then_some("before a rule"),
        Block::Item(_) | Block::List(_) => None,
    }
}

/// Nobody says one aloud.
fn is_postscript(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(8).collect();
    ["P.S.", "P. S.", "P.P.S.", "PS:", "PS.", "P.S:"].iter().any(|mark| start.starts_with(mark))
}

/// `———`, `⸻`, `=====`, `•••`
fn is_drawn_rule(text: &str) -> bool {
    let marks: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let drawn = |c: &char| {
        matches!(c, '—' | '–' | '-' | '=' | '_' | '*' | '~' | '─' | '━' | '•' | '·' | '⸻' | '➖' | '\u{fe0f}')
    };
    marks.iter().all(drawn) && (marks.len() >= 3 || marks.contains(&'⸻'))
}

/// Addresses, tags and invitations that a channel or a newsletter puts under its text.
fn points_elsewhere(block: &Block, refs: &Refs) -> Option<&'static str> {
    let Block::Paragraph(words) = block else { return None };
    let glyphs = words.trimmed();
    if words.address_alone(refs).is_some() {
        return Some("before an address that stands alone");
    }
    let lettered = |g: &&Glyph| g.c.is_alphanumeric();
    if glyphs.iter().any(|g| g.style.link.is_some())
        && glyphs.iter().filter(lettered).all(|g| g.style.link.is_some())
    {
        return Some("before a paragraph that is only a link");
    }
    let text = words.text();
    if text.split_whitespace().all(|word| word.starts_with(['#', '@'])) {
        return Some("before a line of tags");
    }
    if text.trim_start().starts_with(['—', '―', '⸺']) {
        return Some("before an attribution");
    }
    let plain =
        text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@' && c != '#').to_lowercase();
    if text.chars().count() <= 240 && speech::invites(&plain) {
        return Some("before an invitation or a credit");
    }
    if label::opens_notice(&plain) {
        return Some("before a notice");
    }
    leads_to_address(glyphs, refs).then_some("before an address")
}

/// A few words, a colon and nothing but bare addresses, in whatever language: `Mehr: https://…`
fn leads_to_address(glyphs: &[Glyph], refs: &Refs) -> bool {
    const MOST_WORDS: usize = 6;
    let Some(first) = glyphs.iter().position(|g| g.style.link.is_some()) else { return false };
    let lead: String = glyphs[..first].iter().map(|g| g.c).collect();
    let bare = |g: &Glyph| g.style.link.is_some_and(|link| refs.links[link].bare);
    lead.trim_end().ends_with(is_colon)
        && lead.split_whitespace().count() <= MOST_WORDS
        && glyphs[first..].iter().filter(|g| g.c.is_alphanumeric()).all(bare)
}

/// The writer's farewell above a closing link: short, opened by an emoji.
fn is_sign_off(block: &Block) -> bool {
    let Block::Paragraph(words) = block else { return false };
    let chars: Vec<char> = words.glyphs.iter().map(|g| g.c).collect();
    chars.len() <= 160 && emoji::opens(&chars)
}

fn transcript(blocks: Vec<Block>, ending: &'static str, company: &Company) -> Transcript {
    let (mut turns, mut speakers) = (0, Vec::new());
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        match block {
            Block::Paragraph(mut words) => match believed(&words.glyphs, company) {
                Some(label) => {
                    turns += 1;
                    let name = label.name(&words.glyphs);
                    if !speakers.contains(&name) {
                        speakers.push(name);
                    }
                    label.embolden(&mut words.glyphs);
                    out.push(Block::Paragraph(words));
                }
                None => match out.last_mut() {
                    Some(Block::Paragraph(before)) if is_label_alone(before, company) => {
                        before.glyphs.push(Glyph { c: ' ', style: Style::default() });
                        before.glyphs.extend(words.glyphs);
                        before.notes.extend(words.notes);
                    }
                    _ => out.push(Block::Paragraph(words)),
                },
            },
            other => out.push(other),
        }
    }
    Transcript { blocks: out, turns, speakers, ending }
}

fn turn(block: &Block, company: &Company) -> Option<Label> {
    match block {
        Block::Paragraph(words) => believed(&words.glyphs, company),
        _ => None,
    }
}

/// A label with nothing behind it, above what is no speech of that speaker: `Transcript:`.
fn announces(block: &Block, next: Option<&Block>, company: &Company) -> bool {
    let Block::Paragraph(words) = block else { return false };
    is_label_alone(words, company)
        && !next.is_some_and(|next| matches!(next, Block::Paragraph(_)) && turn(next, company).is_none())
}

fn is_label_alone(words: &Words, company: &Company) -> bool {
    words.trimmed().last().is_some_and(|g| is_colon(g.c)) && believed(&words.glyphs, company).is_some()
}

fn believed(glyphs: &[Glyph], company: &Company) -> Option<Label> {
    label(glyphs).filter(|label| company.believes(label.kind, &label.name(glyphs)))
}

/// Where a label stands in its paragraph, its Markdown stars outside.
struct Label {
    kind: label::Label,
    /// How many glyphs the emoji before it take.
    emoji: usize,
    /// The first glyph of the name, and the colon.
    start: usize,
    colon: usize,
    /// The first glyph after the label and its stars.
    rest: usize,
    /// A strong passage that the label opens and something later closes: where its closing stars stand.
    stars_later: Option<usize>,
}

const LONGEST_LABEL: usize = 80;

fn label(glyphs: &[Glyph]) -> Option<Label> {
    let chars: Vec<char> = glyphs.iter().take(LONGEST_LABEL).map(|g| g.c).collect();
    let emoji = emoji::leading(&chars);
    let space = |g: &&Glyph| g.c.is_whitespace() || emoji::is_direction(g.c);
    let skipped = emoji + glyphs[emoji..].iter().take_while(space).count();
    let opening = stars(glyphs, skipped);
    let start = skipped + opening;
    let colon = start + first_colon(&glyphs[start..])?;
    let inside = &glyphs[start..colon];
    // A messenger's heading of a message, `Harbour, [14.08.2026 10:01]:`, is no label.
    if inside.iter().any(|g| matches!(g.c, '\n' | '[') || g.style.picture.is_some() || g.style.code) {
        return None;
    }
    let name: String = inside.iter().filter(|g| !is_star(g)).map(|g| g.c).collect();
    let closed = inside.iter().any(is_star);
    let after = colon + 1 + if closed { 0 } else { stars(glyphs, colon + 1).min(opening) };
    let stars_later =
        (opening > 0 && !closed && after == colon + 1).then(|| closing_stars(glyphs, after)).flatten();
    if opening > 0 && !closed && after == colon + 1 && stars_later.is_none() {
        return None;
    }
    let set_apart = match glyphs.get(after) {
        None => true,
        Some(next) => {
            next.c.is_whitespace()
                || glyphs[colon].c != ':'
                || (glyphs[colon].style.strong && !next.style.strong)
        }
    };
    let starts_well = name.trim_start().starts_with(char::is_alphanumeric);
    // `Address: https://…` is nobody's turn.
    let mut said = glyphs[after.min(glyphs.len())..].iter().filter(|g| g.c.is_alphanumeric()).peekable();
    let only_links = said.peek().is_some() && said.all(|g| g.style.link.is_some());
    let kind = label::read(name.trim()).filter(|_| set_apart && starts_well && !only_links)?;
    Some(Label { kind, emoji, start, colon, rest: after, stars_later })
}

/// The first colon outside of brackets: `Ida Brandt (00:12): …`.
fn first_colon(glyphs: &[Glyph]) -> Option<usize> {
    let mut depth = 0i32;
    glyphs.iter().take(LONGEST_LABEL).position(|g| {
        depth += i32::from(matches!(g.c, '(' | '[')) - i32::from(matches!(g.c, ')' | ']'));
        depth <= 0 && is_colon(g.c)
    })
}

impl Label {
    fn standing(&self, glyphs: &[Glyph]) -> Standing {
        let bold =
            glyphs[self.colon].style.strong || glyphs[self.start].style.strong || is_starred(glyphs, self);
        let next = glyphs[self.rest..].iter().find(|g| g.c.is_alphanumeric());
        let goes_on = next.is_some_and(|g| g.c.is_lowercase() && !bold);
        Standing { kind: self.kind, name: self.name(glyphs), emoji: self.emoji > 0, bold, goes_on }
    }

    fn name(&self, glyphs: &[Glyph]) -> String {
        let name: String =
            glyphs[self.start..self.colon].iter().filter(|g| !is_star(g)).map(|g| g.c).collect();
        let name = name.split(['(', '（']).next().unwrap_or_default();
        name.trim().to_owned()
    }

    /// Makes the label, and nothing after it, strong, so that it is seen as one.
    fn embolden(&self, glyphs: &mut Vec<Glyph>) {
        let mut out: Vec<Glyph> = Vec::with_capacity(glyphs.len());
        let named = glyphs[self.start..=self.colon].iter().filter(|g| !is_star(g));
        out.extend(&glyphs[..self.emoji]);
        out.extend(
            named.map(|g| Glyph { c: g.c, style: Style { strong: true, emphasis: false, ..g.style } }),
        );
        let mut rest: Vec<Glyph> = glyphs[self.rest..].to_vec();
        if let Some(stars) = self.stars_later {
            rest.drain(stars - self.rest..(stars - self.rest + 2).min(rest.len()));
        }
        let raw = rest.first().is_some_and(|g| g.style.raw);
        let space = rest.iter().take_while(|g| g.c.is_whitespace()).count();
        rest.drain(..space);
        if !rest.is_empty() {
            out.push(Glyph { c: ' ', style: Style { raw, ..Style::default() } });
        }
        rest.iter_mut().take_while(|g| g.style.strong).for_each(|g| g.style.strong = false);
        out.extend(rest);
        *glyphs = out;
    }
}

/// Whether the stars of Markdown make the label bold.
fn is_starred(glyphs: &[Glyph], label: &Label) -> bool {
    label.start.checked_sub(1).is_some_and(|before| is_star(&glyphs[before]))
}

fn is_star(glyph: &Glyph) -> bool {
    glyph.style.raw && matches!(glyph.c, '*' | '_')
}

/// Two stars or two low lines of Markdown at `at`.
fn stars(glyphs: &[Glyph], at: usize) -> usize {
    match glyphs.get(at..at + 2) {
        Some([a, b]) if is_star(a) && a.c == b.c && is_star(b) => 2,
        _ => 0,
    }
}

fn closing_stars(glyphs: &[Glyph], from: usize) -> Option<usize> {
    (from..glyphs.len().saturating_sub(1)).find(|i| stars(glyphs, *i) == 2)
}
