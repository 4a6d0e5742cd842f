//! A page in the form in which its health is judged: lower case, line by line, with its buttons.

use super::Seen;

pub(super) struct Page {
    pub(super) is_html: bool,
    pub(super) markup: String,
    pub(super) title: String,
    /// The first few headings.
    pub(super) headings: Vec<String>,
    /// Everything that is shown, as one line.
    pub(super) text: String,
    /// The same, block by block.
    pub(super) lines: Vec<String>,
    /// How much there is to read: letters and digits, no more counted than matter.
    pub(super) letters: usize,
    /// What stands on buttons.
    pub(super) buttons: Vec<String>,
}

impl Page {
    pub(super) fn of(seen: &Seen) -> Page {
        let is_html = matches!(seen.media_type, "" | "text/html" | "application/xhtml+xml")
            || seen.markup.trim_start().get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
        let markup = folded(head(seen.markup, 400_000));
        let lines: Vec<String> =
            head(seen.text, 20_000).lines().map(folded).filter(|line| !line.is_empty()).collect();
        Page {
            is_html,
            title: folded(head(seen.title, 500)),
            headings: headings(&markup),
            buttons: buttons(&markup),
            text: lines.join(" "),
            lines,
            letters: seen.text.chars().filter(|c| c.is_alphanumeric()).take(20_000).count(),
            markup,
        }
    }

    pub(super) fn says(&self, phrases: &[&'static str]) -> Option<&'static str> {
        phrases.iter().find(|phrase| self.text.contains(**phrase)).copied()
    }

    /// The title and the headings.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.title.as_str()).chain(self.headings.iter().map(String::as_str))
    }

    /// A sentence that holds a word of each kind.
    pub(super) fn sentence(&self, one: &[&str], other: &[&str]) -> Option<&str> {
        self.lines.iter().flat_map(|line| sentences(line)).find(|said| holds_both(said, one, other))
    }

    /// A button, or a line as short as one.
    pub(super) fn button(&self, words: &[&str]) -> Option<&str> {
        let short = self.buttons.iter().chain(&self.lines).map(String::as_str);
        short.filter(|line| weight(line) <= 40).find(|line| holds(line, words))
    }

    /// Letters in lines too long for a label, a heading or a button, other than those that `counts` leaves out.
    pub(super) fn prose(&self, counts: impl Fn(&str) -> bool) -> usize {
        self.lines.iter().filter(|line| counts(line)).map(|line| weight(line)).filter(|long| *long > 60).sum()
    }

    /// Fields that somebody would write into, other than passwords.
    pub(super) fn fields(&self) -> usize {
        let silent = ["hidden", "submit", "button", "checkbox", "radio", "image", "reset", "password"];
        let written = |tag: &&str| {
            let tag = tag.split('>').next().unwrap_or_default();
            !silent
                .iter()
                .any(|kind| ["\"", "'", ""].iter().any(|q| tag.contains(&format!("type={q}{kind}"))))
        };
        let areas = self.markup.matches("<textarea").count();
        self.markup.split("<input").skip(1).filter(written).count() + areas
    }

    pub(super) fn asks_for_password(&self) -> bool {
        ["type=\"password\"", "type=password", "type='password'"].iter().any(|m| self.markup.contains(m))
    }
}

/// Whether one word of each kind stands in a text short enough to be about both.
pub(super) fn holds_both(text: &str, one: &[&str], other: &[&str]) -> bool {
    weight(text) <= 200 && holds(text, one) && holds(text, other)
}

/// Whether a word begins with one of these. Those of up to three letters have to be the whole word.
pub(super) fn holds(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let alone = word.len() <= 3;
        text.match_indices(word).any(|(at, found)| {
            // Where words are not spaced they begin anywhere.
            let spaced = |c: char| c.is_alphanumeric() && !unspaced(c);
            let begins = found.starts_with(unspaced) || !text[..at].ends_with(spaced);
            begins && !(alone && text[at + found.len()..].starts_with(spaced))
        })
    })
}

pub(super) fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['.', '!', '?', '。', '！', '？', '؟', '।']).map(str::trim)
}

/// Letters and digits, each sign of a script that writes whole words with few counted for what it says.
pub(super) fn weight(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| if unspaced(c) { 3 } else { 1 }).sum()
}

fn unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Parts of a title.
pub(super) fn segments(title: &str) -> impl Iterator<Item = &str> {
    let ends = ['|', '-', '–', '—', ':', '·', '•', '(', ')', '[', ']', '/', '»', '«', '!', ',', '：'];
    // “login.gov” is one name.
    let parts = title.split(ends).flat_map(|part| part.split(". "));
    fn bare(part: &str) -> &str {
        part.trim().trim_end_matches('.')
    }
    std::iter::once(title).chain(parts).map(bare).filter(|part| !part.is_empty())
}

fn headings(markup: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = markup;
    while let Some(start) = rest.find("<h").filter(|_| found.len() < 4) {
        rest = &rest[start + 2..];
        if rest.starts_with(['1', '2', '3']) {
            let end = rest.find("</h").unwrap_or(rest.len());
            found.push(words(head(&rest[..end], 2000), true));
        }
    }
    found.retain(|heading| !heading.is_empty());
    found
}

/// What stands between tags, beginning inside one or not.
fn words(markup: &str, mut inside: bool) -> String {
    let mut words = String::new();
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => words.push(c),
            _ => {}
        }
    }
    folded(&words.replace("&#39;", "'").replace("&rsquo;", "'").replace("&nbsp;", " "))
}

/// What is said on buttons, and on links that are made to look like them.
fn buttons(markup: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in markup.match_indices('<') {
        let rest = head(&markup[at + 1..], 1000);
        let (tag, after) = rest.split_once('>').unwrap_or((rest, ""));
        if tag.starts_with("input") && (tag.contains("submit") || tag.contains("\"button")) {
            found.extend(value(tag).map(folded));
        } else if let Some(end) = tag
            .starts_with("button")
            .then_some("</button")
            .or((tag.starts_with("a ") && (tag.contains("btn") || tag.contains("button"))).then_some("</a"))
        {
            found.push(words(after.split(end).next().unwrap_or_default(), false));
        }
        if found.len() > 50 {
            break;
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

fn value(tag: &str) -> Option<&str> {
    let value = tag.split("value=").nth(1)?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// Lower case, straight apostrophes, single spaces.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // So that the first is left out as well.
    let mut spaced = true;
    for c in text.chars() {
        let space = if c.is_ascii() { matches!(c, '\t'..='\r' | ' ') } else { c.is_whitespace() };
        match c {
            _ if space && spaced => {}
            _ if space => out.push(' '),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            '’' | 'ʼ' | '‘' => out.push('\''),
            c => out.extend(c.to_lowercase()),
        }
        spaced = space;
    }
    out.truncate(out.trim_end().len());
    out
}

fn head(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}
