//! From the steps of an alignment to what may be said of the quotation.

use crate::finding::{Change, ChangeKind, Finding, Normalisation, Reason, Span, Word, WordKind};
use crate::grade::{Side, grade};
use crate::lexicon::Lexicon;
use crate::marks::{Marks, differ, same_word};
use crate::quotation::{MarkKind, Quotation};
use crate::sentence;
use crate::source::Source;
use crate::step::{Step, beside};
use crate::{Cut, Verdict};
use std::collections::BTreeSet;
use std::ops::Range;

pub(crate) fn judge(quotation: &Quotation, source: &Source, steps: &[Step], lexicon: &Lexicon) -> Finding {
    let mut judge = Judge {
        quotation,
        source,
        lexicon,
        changes: Vec::new(),
        ranges: Vec::new(),
        normalisations: BTreeSet::new(),
        runs: Vec::new(),
        marked: false,
        matched: 0,
    };
    judge.read(steps);
    judge.finding(steps)
}

/// Neighbouring words of one kind.
struct Run {
    kind: WordKind,
    quote: Range<usize>,
    source: Range<usize>,
    /// The ellipsis that stands for the words of the text.
    mark: Option<usize>,
}

struct Judge<'a> {
    quotation: &'a Quotation<'a>,
    source: &'a Source,
    lexicon: &'a Lexicon,
    changes: Vec<Change>,
    /// The words of each change, in the quotation and in the text.
    ranges: Vec<(Range<usize>, Range<usize>)>,
    normalisations: BTreeSet<Normalisation>,
    runs: Vec<Run>,
    /// Something was honestly left out or put in.
    marked: bool,
    matched: usize,
}

impl Judge<'_> {
    fn read(&mut self, steps: &[Step]) {
        self.opening(steps);
        let mut previous: Option<(usize, usize)> = None;
        for (at, step) in steps.iter().enumerate() {
            let pair = match step {
                Step::Same { quote, source } => Some((*quote, *source)),
                Step::Changed { quote, source } if !quote.is_empty() && !source.is_empty() => {
                    Some((quote.start, source.start))
                }
                _ => None,
            };
            let marks = match (previous, pair) {
                (Some((q, s)), Some((quote, source))) if quote == q && source == s => {
                    self.between(quote, source)
                }
                _ => None,
            };
            match step {
                Step::Same { quote, source } => self.same(*quote, *source, marks),
                Step::Changed { quote, source } => self.changed(quote.clone(), source.clone()),
                Step::Elided { mark, source } => {
                    let outer =
                        at == 0 || !steps[at + 1..].iter().any(|step| matches!(step, Step::Same { .. }));
                    self.elided(*mark, source.clone(), outer);
                }
                Step::Inserted { quote, source } => self.inserted(quote.clone(), source.clone()),
                Step::Jump => {}
            }
            previous = match step {
                Step::Same { quote, source } => Some((quote + 1, source + 1)),
                Step::Changed { quote, source } if !quote.is_empty() && !source.is_empty() => {
                    Some((quote.end, source.end))
                }
                _ => None,
            };
        }
        self.join_moved(steps);
    }

    /// The marks before two words laid side by side, if they differ in one that counts.
    fn between(&mut self, quote: usize, source: usize) -> Option<Reason> {
        let q = self.quotation.gap(quote);
        let s = self.source.gap(source);
        if q == s {
            return None;
        }
        let ends = |before: &str, after: &str| (before.chars().next_back(), after.chars().next());
        let (left, right) = ends(self.quotation.raw(quote - 1), self.quotation.raw(quote));
        let q = Marks::read(q, left, right);
        let (left, right) = ends(self.source.raw(source - 1), self.source.raw(source));
        let s = Marks::read(s, left, right);
        q.note_normalisations(&s, &mut self.normalisations);
        differ(&q, &s)
    }

    fn same(&mut self, quote: usize, source: usize, marks: Option<Reason>) {
        self.matched += 1;
        let same = same_word(self.quotation.raw(quote), self.source.raw(source), &mut self.normalisations);
        if let Some(reason) = marks {
            self.change(ChangeKind::Changed, quote - 1..quote + 1, source - 1..source + 1, reason, false);
        }
        if !same {
            let reason = self.case(quote, source);
            self.change(ChangeKind::Changed, quote..quote + 1, source..source + 1, reason, false);
        }
        let kind = if same && marks.is_none() { WordKind::Same } else { WordKind::Changed };
        self.show(kind, quote..quote + 1, source..source + 1);
    }

    /// `US` is not `us`; otherwise capitals say nothing, and neither do those of a headline.
    fn case(&self, quote: usize, source: usize) -> Reason {
        let small = |list: &[&str]| list.contains(&self.quotation.words[quote].folded.as_str());
        let (q, s) = (self.quotation.raw(quote), self.source.raw(source));
        let capitals = |word: &str| word.chars().count() > 1 && is_upper(word);
        let beside = |at: usize| [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let quoted = |at| (at < self.quotation.len()).then(|| self.quotation.raw(at));
        let headline = capitals(q) && beside(quote).filter_map(quoted).all(is_upper)
            || capitals(s) && beside(source).filter_map(|at| self.source.raw_or_none(at)).all(is_upper);
        let acronym = !headline
            && capitals(q) != capitals(s)
            && (small(&["us", "it", "who", "aids", "am"])
                || small(self.lexicon.neutral)
                || small(self.lexicon.modals));
        if acronym { Reason::Content } else { Reason::Case }
    }

    fn changed(&mut self, quote: Range<usize>, source: Range<usize>) {
        if quote.is_empty() && source.is_empty() {
            return;
        }
        let (kind, shown) = match (quote.is_empty(), source.is_empty()) {
            (true, _) => (ChangeKind::Dropped, WordKind::Dropped),
            (_, true) => (ChangeKind::Added, WordKind::Added),
            _ => (ChangeKind::Changed, WordKind::Changed),
        };
        let divided = !quote.is_empty() && !source.is_empty() && self.is_divided(&quote, &source);
        let bracketed = quote.clone().any(|word| self.quotation.words[word].bracketed);
        if divided {
            self.normalisations.insert(Normalisation::Dashes);
            self.matched += quote.len();
            self.show(WordKind::Same, quote, source);
            return;
        }
        if bracketed {
            self.marked = true;
            self.change(kind, quote.clone(), source.clone(), Reason::Inflection, true);
            self.show(WordKind::Inserted, quote, source);
            return;
        }
        let reason = self.grade(quote.clone(), source.clone());
        // Stage directions of a transcript are nobody's words.
        let reason = if kind == ChangeKind::Dropped && self.is_stage_direction(&source) {
            Reason::Filler
        } else {
            reason
        };
        self.change(kind, quote.clone(), source.clone(), reason, false);
        self.show(shown, quote, source);
    }

    /// The same letters, divided by nothing but a hyphen or a line's end: `to-day`, `govern-\nment`.
    fn is_divided(&self, quote: &Range<usize>, source: &Range<usize>) -> bool {
        let q: String = quote.clone().map(|word| self.quotation.words[word].folded.as_str()).collect();
        let s: String = source.clone().map(|word| self.source.folded(word)).collect();
        let hyphen = |gap: &str| gap.trim().chars().all(crate::chars::is_dash) && !gap.trim().is_empty();
        q == s
            && !q.bytes().any(|b| b.is_ascii_digit())
            && (quote.start + 1..quote.end).all(|word| hyphen(self.quotation.gap(word)))
            && (source.start + 1..source.end).all(|word| hyphen(self.source.gap(word)))
    }

    fn is_stage_direction(&self, source: &Range<usize>) -> bool {
        let before = self.source.gap(source.start).trim_end();
        let after = self.source.gap(source.end).trim_start();
        source.len() <= 4
            && (before.ends_with('[') && after.trim_start_matches('.').starts_with(']')
                || before.ends_with('(') && after.trim_start_matches('.').starts_with(')'))
    }

    fn grade(&self, quote: Range<usize>, source: Range<usize>) -> Reason {
        let q: Vec<Side> = quote
            .map(|word| Side {
                folded: &self.quotation.words[word].folded,
                name: is_capital(self.quotation.raw(word))
                    && word > 0
                    && !self.quotation.gap(word).chars().any(crate::chars::is_terminal),
            })
            .collect();
        let s: Vec<Side> = source
            .map(|word| Side {
                folded: self.source.folded(word),
                name: is_capital(self.source.raw(word)) && !sentence::starts_at(self.source, word),
            })
            .collect();
        grade(&q, &s, self.lexicon)
    }

    fn elided(&mut self, mark: usize, source: Range<usize>, outer: bool) {
        if source.is_empty() && self.has_ellipsis_at(source.start) {
            self.show_mark(WordKind::Same, mark, source.start..source.start);
            return;
        }
        self.marked = true;
        if !outer && let Some(beside) = self.negation_in_gap(&source) {
            self.change(ChangeKind::Dropped, 0..0, beside, Reason::Negation, true);
        }
        self.show_mark(WordKind::Elided, mark, source);
    }

    /// The text has an ellipsis of its own before word `at`.
    fn has_ellipsis_at(&self, at: usize) -> bool {
        let marks = Marks::read(self.source.gap(at), None, None);
        marks.has('\u{2026}')
    }

    /// A negation left out right beside the words that were kept.
    fn negation_in_gap(&self, gap: &Range<usize>) -> Option<Range<usize>> {
        let negation = |at: usize| self.lexicon.negations.contains(&self.source.folded(at));
        if gap.is_empty() {
            return None;
        }
        if negation(gap.start) && !sentence::starts_clause(self.source, gap.start) {
            return Some(gap.start..gap.start + 1);
        }
        let last = gap.end - 1;
        (negation(last) && gap.end < self.source.len() && !sentence::starts_clause(self.source, gap.end))
            .then_some(last..gap.end)
    }

    fn inserted(&mut self, quote: Range<usize>, source: Range<usize>) {
        self.marked = true;
        let kind = if source.is_empty() { ChangeKind::Added } else { ChangeKind::Changed };
        let reason = self.grade(quote.clone(), source.clone());
        self.change(kind, quote.clone(), source.clone(), reason, true);
        self.show(WordKind::Inserted, quote, source);
    }

    fn change(
        &mut self,
        kind: ChangeKind,
        quote: Range<usize>,
        source: Range<usize>,
        reason: Reason,
        marked: bool,
    ) {
        let (q_start, q_end) = self.quotation.byte_range(quote.clone());
        let (s_start, s_end) = self.source.byte_range(source.clone());
        let span = (self.source.char_offset(s_start), self.source.char_offset(s_end));
        self.ranges.push((quote, source));
        self.changes.push(Change {
            kind,
            quote: self.quotation.text[q_start..q_end].to_owned(),
            source: self.source.text()[s_start..s_end].to_owned(),
            // An insertion or omission that is owned up to misleads only where it turns the sense around.
            material: if marked { reason == Reason::Negation } else { reason.is_material() },
            reason,
            marked,
            quote_start: self.quotation.char_offset(q_start),
            quote_end: self.quotation.char_offset(q_end),
            source_start: span.0,
            source_end: span.1,
        });
    }

    /// The same words added in one place and dropped in another, or standing beside the passage, were moved.
    fn join_moved(&mut self, steps: &[Step]) {
        let mut gone = Vec::new();
        for at in 0..self.changes.len() {
            if self.changes[at].kind != ChangeKind::Added || self.changes[at].marked {
                continue;
            }
            let quote = self.ranges[at].0.clone();
            let same = |source: &Range<usize>| {
                self.source.ids.get(source.clone()) == Some(&self.quotation.ids[quote.clone()])
            };
            let dropped = (0..self.changes.len()).find(|other| {
                let change = &self.changes[*other];
                change.kind == ChangeKind::Dropped
                    && !change.marked
                    && !gone.contains(other)
                    && same(&self.ranges[*other].1)
            });
            let source = dropped.map(|dropped| self.ranges[dropped].1.clone());
            let Some(source) = source.or_else(|| beside(steps, quote.len()).into_iter().find(same)) else {
                continue;
            };
            gone.extend(dropped);
            self.move_words(at, quote, source);
        }
        let mut at = 0;
        self.changes.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }

    fn move_words(&mut self, at: usize, quote: Range<usize>, source: Range<usize>) {
        let (start, end) = self.source.byte_range(source.clone());
        let change = &mut self.changes[at];
        change.kind = ChangeKind::Moved;
        change.source = self.source.text()[start..end].to_owned();
        change.source_start = self.source.char_offset(start);
        change.source_end = self.source.char_offset(end);
        let here = |run: &Run| match run.kind {
            WordKind::Added => run.quote == quote,
            WordKind::Dropped => run.source == source,
            _ => false,
        };
        self.runs.iter_mut().filter(|run| here(run)).for_each(|run| run.kind = WordKind::Moved);
    }

    /// The marks before the first word.
    fn opening(&mut self, steps: &[Step]) {
        let Some(Step::Same { quote: 0, source }) = steps.first() else { return };
        let q = Marks::read(self.quotation.gap(0), None, self.quotation.raw(0).chars().next());
        if !q.counting.is_empty() || !self.quotation.gap(0).trim().is_empty() {
            let blank = Marks::default();
            q.note_normalisations(&blank, &mut self.normalisations);
            self.normalisations.remove(&Normalisation::Spaces);
        }
        let gap = self.source.gap(*source);
        let attached = gap.rsplit(char::is_whitespace).next().unwrap_or("");
        let first = self.source.raw(*source).chars().next();
        let left = gap[..gap.len() - attached.len()].chars().next_back();
        let s = Marks::read(attached, left, first);
        let signs = |marks: &Marks| {
            marks.counting.iter().copied().filter(|c| crate::chars::is_number_sign(*c)).collect::<Vec<_>>()
        };
        if first.is_some_and(char::is_numeric) && signs(&q) != signs(&s) {
            self.change(ChangeKind::Changed, 0..1, *source..*source + 1, Reason::Number, false);
        }
    }

    /// The marks after the last word: a closing stop may come or go, a question may not become a statement.
    fn closing(&mut self, steps: &[Step], cut_start: bool) {
        let Some(Step::Same { quote, source }) = steps.last() else { return };
        let (q_last, s_last) =
            (self.quotation.raw(*quote).chars().next_back(), self.source.raw(*source).chars().next_back());
        let q = Marks::read(self.quotation.gap(*quote + 1), q_last, None);
        let gap = self.source.gap(*source + 1);
        let next = self.source.raw_or_none(*source + 1).and_then(|word| word.chars().next());
        let s = Marks::read(gap, s_last, next);
        let lead = |marks: &Marks| {
            marks.counting.iter().copied().find(|c| matches!(c, '.' | '?' | '!' | '\u{2026}' | ';' | ':'))
        };
        let (q_mark, s_mark) = (lead(&q), lead(&s));
        let percent = |marks: &Marks| {
            marks
                .counting
                .first()
                .copied()
                .filter(|c| crate::chars::is_number_sign(*c) && *c != crate::chars::MINUS)
        };
        let reason = match (q_mark, s_mark) {
            _ if s_last.is_some_and(char::is_numeric) && percent(&q) != percent(&s) => Some(Reason::Number),
            (Some('?'), s) if s != Some('?') => Some(Reason::Question),
            (Some('.'), Some('?')) if !s.has('.') => Some(Reason::Question),
            (Some('!'), s) if s != Some('!') => Some(Reason::Punctuation),
            (Some('.' | '?'), Some('!')) => Some(Reason::Punctuation),
            (None, Some('?' | '!')) if !cut_start => Some(Reason::Punctuation),
            _ => None,
        };
        if let Some(reason) = reason {
            self.change(ChangeKind::Changed, *quote..quote + 1, *source..source + 1, reason, false);
            self.show_last_changed();
        } else if q_mark != s_mark {
            self.normalisations.insert(Normalisation::ClosingStop);
        }
    }

    fn finding(mut self, steps: &[Step]) -> Finding {
        let jumps = steps.contains(&Step::Jump);
        let spans = self.spans(steps);
        let ranges: Vec<Range<usize>> = steps
            .iter()
            .filter(|step| !matches!(step, Step::Elided { .. }))
            .filter_map(Step::source)
            .collect();
        let (first, last) = (
            ranges.iter().map(|r| r.start).min().unwrap_or(0),
            ranges.iter().map(|r| r.end).max().unwrap_or(0),
        );
        let (cut_start, cut_end) =
            (!sentence::starts_at(self.source, first), !sentence::ends_before(self.source, last));
        let cut = if jumps { Cut::None } else { Cut::of(cut_start, cut_end) };
        self.closing(steps, cut_start);
        if !jumps {
            self.cut_beside(first, last);
        }
        let unmarked = self.changes.iter().any(|change| !change.marked);
        let verdict = match (jumps, unmarked, self.marked) {
            (true, ..) => Verdict::Spliced,
            (_, true, _) => Verdict::Altered,
            (_, _, true) => Verdict::Elided,
            _ => Verdict::Verbatim,
        };
        let words = self.runs.iter().map(|run| self.word(run)).collect();
        Finding {
            verdict,
            cut,
            material: self.changes.iter().any(|change| change.material),
            spans,
            changes: self.changes,
            normalisations: self.normalisations.into_iter().collect(),
            words,
            matched: self.matched,
            length: self.quotation.len(),
            stands: None,
        }
    }

    /// A cut directly beside a negation, a quantifier or a condition of the same clause.
    fn cut_beside(&mut self, first: usize, last: usize) {
        if let Some((at, reason)) = self.cut_before(first) {
            self.change(ChangeKind::Dropped, 0..0, at..first, reason, false);
            self.runs.insert(0, Run { kind: WordKind::Dropped, quote: 0..0, source: at..first, mark: None });
        }
        if let Some((end, reason)) = self.cut_after(last) {
            self.change(
                ChangeKind::Dropped,
                self.quotation.len()..self.quotation.len(),
                last..end,
                reason,
                false,
            );
            self.show(WordKind::Dropped, 0..0, last..end);
        }
    }

    fn cut_before(&self, first: usize) -> Option<(usize, Reason)> {
        if first == 0 || sentence::starts_clause(self.source, first) {
            return None;
        }
        let word = |at: usize| self.source.folded(at);
        if let Some(reason) = self.weighty(word(first - 1)) {
            return Some((first - 1, reason));
        }
        let through_article = first > 1
            && self.lexicon.articles.contains(&word(first - 1))
            && !sentence::starts_clause(self.source, first - 1)
            && self.is_negation(word(first - 2));
        through_article.then(|| (first - 2, Reason::Negation))
    }

    fn cut_after(&self, last: usize) -> Option<(usize, Reason)> {
        if last == 0 || last >= self.source.len() || sentence::starts_clause(self.source, last) {
            return None;
        }
        let next = self.source.folded(last);
        if self.is_negation(next) {
            return Some((last + 1, Reason::Negation));
        }
        let only = next == "only"
            && self.source.len() > last + 1
            && ONLY_WHEN.contains(&self.source.folded(last + 1))
            && !sentence::starts_clause(self.source, last + 1);
        (only
            || self.lexicon.conditions.contains(&next)
                && next != "though"
                && next != "whether"
                && next != "although")
            .then_some((last + 1, Reason::Condition))
    }

    fn weighty(&self, word: &str) -> Option<Reason> {
        if self.is_negation(word) {
            return Some(Reason::Negation);
        }
        if self.lexicon.quantifiers.contains(&word) {
            return Some(Reason::Quantifier);
        }
        self.lexicon.conditions.contains(&word).then_some(Reason::Condition)
    }

    fn is_negation(&self, word: &str) -> bool {
        self.lexicon.negations.contains(&word) || word.ends_with("n't") || word == "cannot"
    }

    /// The passages, those that touch joined.
    fn spans(&self, steps: &[Step]) -> Vec<Span> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut breaks = true;
        for step in steps {
            match step {
                Step::Jump | Step::Elided { .. } => breaks = true,
                Step::Inserted { source, .. } if source.is_empty() => {}
                step => {
                    let Some(next) = step.source().filter(|range| !range.is_empty()) else { continue };
                    match ranges.last_mut() {
                        Some(last) if !breaks && last.end == next.start => last.end = next.end,
                        _ => ranges.push(next),
                    }
                    breaks = false;
                }
            }
        }
        ranges.into_iter().map(|range| self.source.span(range)).collect()
    }

    fn show(&mut self, kind: WordKind, quote: Range<usize>, source: Range<usize>) {
        let follows = |last: &Range<usize>, next: &Range<usize>| next.is_empty() || last.end == next.start;
        let last = self.runs.last_mut().filter(|last| {
            last.kind == kind
                && last.mark.is_none()
                && follows(&last.quote, &quote)
                && follows(&last.source, &source)
                && (last.quote.is_empty(), last.source.is_empty()) == (quote.is_empty(), source.is_empty())
        });
        match last {
            Some(last) => {
                last.quote.end = last.quote.end.max(quote.end);
                last.source.end = last.source.end.max(source.end);
            }
            None => self.runs.push(Run { kind, quote, source, mark: None }),
        }
    }

    fn show_mark(&mut self, kind: WordKind, mark: usize, source: Range<usize>) {
        self.runs.push(Run { kind, quote: 0..0, source, mark: Some(mark) });
    }

    /// The last word differs in the marks after it.
    fn show_last_changed(&mut self) {
        let Some(last) = self.runs.last_mut().filter(|last| last.kind == WordKind::Same) else { return };
        if last.quote.len() == 1 {
            last.kind = WordKind::Changed;
            return;
        }
        last.quote.end -= 1;
        last.source.end -= 1;
        let (quote, source) = (last.quote.end, last.source.end);
        self.show(WordKind::Changed, quote..quote + 1, source..source + 1);
    }

    fn word(&self, run: &Run) -> Word {
        let text = |mark: usize| spaced(&self.quotation.text[self.quotation.marks[mark].range.clone()]);
        match run.mark {
            Some(mark) if run.kind == WordKind::Same => {
                Word { kind: run.kind, quote: text(mark), source: text(mark) }
            }
            Some(mark) => {
                Word { kind: run.kind, quote: text(mark), source: self.passage(run.source.clone()) }
            }
            None => Word {
                kind: run.kind,
                quote: self.quoted(run.quote.clone()),
                source: self.passage(run.source.clone()),
            },
        }
    }

    /// Quoted words with the marks around them, up to the next word or ellipsis.
    fn quoted(&self, words: Range<usize>) -> String {
        if words.is_empty() {
            return String::new();
        }
        let text = self.quotation.text;
        let marks = &self.quotation.marks;
        let ellipsis_between = |start: usize, end: usize| {
            marks
                .iter()
                .filter(|mark| mark.kind == MarkKind::Ellipsis)
                .find(|mark| mark.range.start >= start && mark.range.end <= end)
        };
        let mut start = self.quotation.words[words.start].start;
        if words.start == 0 && ellipsis_between(0, start).is_none() {
            start = 0;
        } else if text[..start].ends_with('[') {
            start -= 1;
        }
        let last = self.quotation.words[words.end - 1].end;
        let next = self.quotation.words.get(words.end).map_or(text.len(), |word| word.start);
        let end = ellipsis_between(last, next).map_or(next, |mark| mark.range.start);
        let shown = &text[start..end];
        spaced(shown.strip_suffix('[').unwrap_or(shown))
    }

    /// Words of the text with the marks that follow them.
    fn passage(&self, words: Range<usize>) -> String {
        if words.is_empty() {
            return String::new();
        }
        let (start, end) = self.source.byte_range(words.clone());
        let gap = self.source.gap(words.end);
        let closing = gap.find(char::is_whitespace).map_or(gap, |space| &gap[..space]);
        let space = if closing.len() < gap.len() { " " } else { "" };
        let closing: String = closing.chars().take(8).collect();
        spaced(&format!("{}{closing}{space}", &self.source.text()[start..end]))
    }
}

/// What makes `only` after a cut the start of a condition.
const ONLY_WHEN: &[&str] = &[
    "if", "when", "after", "by", "with", "for", "until", "as", "where", "because", "under", "on", "in", "to",
    "once", "while",
];

fn is_upper(word: &str) -> bool {
    !word.chars().any(char::is_lowercase)
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
        && word != "I"
        && !word.starts_with("I'")
        && !word.starts_with("I\u{2019}")
}

/// White space folded.
fn spaced(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_whitespace() {
            folded.push(c);
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded
}
