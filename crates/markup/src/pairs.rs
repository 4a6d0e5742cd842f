//! Quotation marks of every convention, paired.

use std::ops::Range;

/// Words in quotation marks, as byte offsets. Quotations inside quotations belong to the outer one and are not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quoted {
    /// With the marks.
    pub(crate) outer: Range<usize>,
    /// Between the marks.
    pub(crate) inner: Range<usize>,
}

#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pub(crate) quoted: Vec<Quoted>,
    /// The text ends inside words whose mark opened here: the quotation may go on in the next paragraph.
    pub(crate) unclosed: Option<(usize, char)>,
}

/// More open marks than this are no quotation in a quotation but a text full of loose marks.
const DEEPEST: usize = 6;

/// Pairs the quotation marks of a paragraph. `is_text` says of a byte offset whether it is a reader's text rather than code.
pub(crate) fn find(text: &str, is_text: impl Fn(usize) -> bool) -> Pairs {
    let mut open: Vec<Open> = Vec::new();
    let mut pairs = Pairs::default();
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|(_, c)| *c);
        let turn = if is_text(at) { turn(c, before, after, &open) } else { Turn::None };
        before = Some(c);
        match turn {
            Turn::Open(closes) if open.len() < DEEPEST => open.push(Open { at, mark: c, closes }),
            Turn::Close(depth) => {
                let start = open[depth].at;
                let inner = start + open[depth].mark.len_utf8()..at;
                open.truncate(depth);
                if depth == 0 {
                    pairs.quoted.push(Quoted { outer: start..at + c.len_utf8(), inner });
                }
            }
            _ => {}
        }
    }
    // A loose mark swallows nothing: what stands behind it is looked at again without it.
    if let Some(first) = open.first() {
        pairs.unclosed = Some((first.at, first.mark));
        let rest = first.at + first.mark.len_utf8();
        pairs.quoted.extend(find_after(&text[rest..], rest, &is_text));
    }
    pairs
}

/// What can be paired behind a mark that never closes; marks of that kind are few, so one more pass is enough.
fn find_after(text: &str, offset: usize, is_text: &impl Fn(usize) -> bool) -> Vec<Quoted> {
    let mut open: Option<Open> = None;
    let mut found = Vec::new();
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|(_, c)| *c);
        let one: &[Open] = open.as_slice();
        let turn = if is_text(at + offset) { turn(c, before, after, one) } else { Turn::None };
        before = Some(c);
        match turn {
            // The newest opening mark wins, since an older one did not close.
            Turn::Open(closes) => open = Some(Open { at: at + offset, mark: c, closes }),
            Turn::Close(_) => {
                if let Some(first) = open.take() {
                    let inner = first.at + first.mark.len_utf8()..at + offset;
                    found.push(Quoted { outer: first.at..at + offset + c.len_utf8(), inner });
                }
            }
            Turn::None => {}
        }
    }
    found
}

struct Open {
    at: usize,
    mark: char,
    closes: &'static [char],
}

enum Turn {
    Open(&'static [char]),
    /// Closes the open mark of this depth.
    Close(usize),
    None,
}

fn turn(c: char, before: Option<char>, after: Option<char>, open: &[Open]) -> Turn {
    // Nearly every character of a text.
    if c.is_ascii() && c != '"' {
        return Turn::None;
    }
    let starts = before.is_none_or(|c| c.is_whitespace() || is_opening(c))
        && after.is_some_and(|c| !c.is_whitespace());
    let ends_word = after.is_none_or(|c| !c.is_alphanumeric());
    let closes = |mark: char| open.iter().rposition(|o| o.closes.contains(&mark));
    match c {
        '“' | '”' | '‘' | '’' | '»' | '«' | '›' | '‹' | '"' | '」' | '』' | '＂' | '〞' | '〟' =>
        {
            let apostrophe = matches!(c, '’' | '‘') && (!ends_word || before.is_none_or(char::is_whitespace));
            if let Some(depth) = closes(c).filter(|_| !apostrophe) {
                return Turn::Close(depth);
            }
        }
        _ => {}
    }
    match c {
        '„' | '‟' | '⹂' => Turn::Open(&['“', '”', '"']),
        '“' => Turn::Open(&['”']),
        // Swedish and Finnish open with the mark that they close with.
        '”' if starts && after.is_some_and(char::is_alphanumeric) => Turn::Open(&['”']),
        '«' => Turn::Open(&['»']),
        '»' if starts => Turn::Open(&['«', '»']),
        '‹' => Turn::Open(&['›']),
        '›' if starts => Turn::Open(&['‹']),
        '‚' if starts => Turn::Open(&['‘', '’']),
        '‘' if starts => Turn::Open(&['’']),
        '「' => Turn::Open(&['」']),
        '『' => Turn::Open(&['』']),
        '〝' => Turn::Open(&['〞', '〟']),
        '"' if starts => Turn::Open(&['"']),
        _ => Turn::None,
    }
}

fn is_opening(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '—'
            | '–'
            | '-'
            | '―'
            | '/'
            | '“'
            | '‘'
            | '„'
            | '‚'
            | '«'
            | '‹'
            | '»'
            | '"'
            | '¿'
            | '¡'
            | '：'
            | '，'
            | '。'
            | ':'
            | '…'
    ) || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2067}' | '\u{2066}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = find(text, |_| true).quoted.into_iter().map(|q| &text[q.inner]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_convention_is_paired() {
        check("He said “the gate is shut” twice.", &["the gate is shut"]);
        check("Er sagte: „Das Tor ist zu.“ Dann ging er.", &["Das Tor ist zu."]);
        check("Er sagte: „Das Tor ist zu.” Dann ging er.", &["Das Tor ist zu."]);
        check("Er sagte: »Das Tor ist zu.« Dann »ging« er.", &["Das Tor ist zu.", "ging"]);
        check("Il a dit : « la porte est fermée ».", &[" la porte est fermée "]);
        check("Hon sade: ”porten är stängd” igår.", &["porten är stängd"]);
        check("彼は「門は閉じた」と言った。", &["門は閉じた"]);
        check("She said ‘the gate is shut’ and left.", &["the gate is shut"]);
        check("Er sagte ‚das Tor ist zu‘ und ging.", &["das Tor ist zu"]);
        check("He said \"the gate is shut\" twice.", &["the gate is shut"]);
        check("(\"the gate\")", &["the gate"]);
        check("قال: «البوابة مغلقة الآن».", &["البوابة مغلقة الآن"]);
    }

    #[test]
    fn nested_words_belong_to_the_outer_ones() {
        check("He said “she told me ‘it is shut’ today” then.", &["she told me ‘it is shut’ today"]);
        check("„Er rief ‚Tor zu‘ und ging“, sagte sie.", &["Er rief ‚Tor zu‘ und ging"]);
        check("« Il a crié “fermez” hier », dit-elle.", &[" Il a crié “fermez” hier "]);
    }

    #[test]
    fn apostrophes_and_inches_are_no_quotation_marks() {
        check("The harbour’s log and the ministers’ plan", &[]);
        check("She said ‘the harbour’s log isn’t here’ and left.", &["the harbour’s log isn’t here"]);
        check("a 5\" pipe and a 6\" pipe", &[]);
        check("’Twas late", &[]);
    }

    #[test]
    fn a_mark_that_never_closes_swallows_nothing() {
        check("“The gate and “the other gate” were shut", &["the other gate"]);
        check("He said “the gate is shut” and “left", &["the gate is shut"]);
        assert_eq!(find("“The gate is shut", |_| true).unclosed, Some((0, '“')));
        assert_eq!(find("He said “the gate is shut”", |_| true).unclosed, None);
    }
}
