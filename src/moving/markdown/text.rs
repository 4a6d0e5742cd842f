//! The text of a foreign file, made ours: what its tools would have filled in is filled in where it is known and kept visibly where
//! it is not; addresses are written anew. Pure. What is code stays as it is.
//!
//! Liquid: <https://jekyllrb.com/docs/liquid/>; shortcodes: <https://gohugo.io/content-management/shortcodes/>.

/// Where an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Picture,
    Link,
}

/// Something worth telling: the line it is on, from 1, if that is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub line: Option<usize>,
    pub message: String,
}

/// Fills in or keeps visibly whatever a tool would have replaced. `resolve` knows where a named file of the site is read now.
pub fn fill_in(text: &str, resolve: &dyn Fn(&str) -> Option<String>) -> (String, Vec<Told>) {
    let mut filler =
        Filler { text, at: 0, out: String::with_capacity(text.len()), told: Vec::new(), resolve };
    filler.run();
    (filler.out, filler.told)
}

/// Writes every address of a link or picture anew that `address` has another one for.
pub fn readdress(text: &str, address: &mut dyn FnMut(Place, &str, usize) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut done, mut line, mut counted) = (0, 1, 0);
    for found in addresses(text) {
        line += text.get(counted..found.from).map_or(0, |passed| passed.matches('\n').count());
        counted = counted.max(found.from);
        if let Some(new) = address(found.place, &text[found.from..found.to], line) {
            out.push_str(&text[done..found.from]);
            let plain = !new.contains([' ', '(', ')', '<', '>', '"']);
            match plain || found.in_html {
                true => out.push_str(&new),
                false => out.push_str(&format!("<{new}>")),
            }
            done = found.to;
        }
    }
    out.push_str(&text[done..]);
    out
}

struct Filler<'a> {
    text: &'a str,
    at: usize,
    out: String,
    told: Vec<Told>,
    resolve: &'a dyn Fn(&str) -> Option<String>,
}

/// A tag that a tool would have replaced.
struct Tag<'a> {
    whole: &'a str,
    inside: &'a str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// `{% include picture.html %}`
    Liquid,
    /// `{{ site.baseurl }}`
    Output,
    /// `{{< figure >}}`, `{{% note %}}`
    Shortcode,
}

impl<'a> Filler<'a> {
    fn run(&mut self) {
        let mut fence: Option<String> = None;
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let line_start = self.at == 0 || self.text.as_bytes()[self.at - 1] == b'\n';
            if line_start {
                let line = rest.split_inclusive('\n').next().unwrap_or_default();
                if let Some(open) = &fence {
                    if closes(line, open) {
                        fence = None;
                    }
                    self.code(line);
                    continue;
                }
                if let Some(open) = opens(line) {
                    fence = Some(open);
                    self.code(line);
                    continue;
                }
            }
            match rest.as_bytes()[0] {
                b'`' => self.code_span(),
                b'{' => match tag(rest) {
                    Some(tag) => self.tag(tag),
                    None => self.braces(),
                },
                _ => {
                    let next = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '`' | '{' | '\n'));
                    // The line's end belongs to the line.
                    let length = next.map_or(rest.len(), |(at, c)| if c == '\n' { at + 1 } else { at });
                    let length = if rest.starts_with('\n') { 1 } else { length };
                    self.copy(length);
                }
            }
        }
    }

    fn copy(&mut self, length: usize) {
        self.out.push_str(&self.text[self.at..self.at + length]);
        self.at += length;
    }

    /// A line of code: of what tools replace there, only the marks that protect it go.
    fn code(&mut self, line: &str) {
        let plain = ["{% raw %}", "{%raw%}", "{%- raw -%}", "{% endraw %}", "{%endraw%}", "{%- endraw -%}"]
            .iter()
            .fold(line.to_owned(), |line, mark| line.replace(mark, ""));
        if plain.trim().is_empty() && !line.trim().is_empty() {
            self.at += line.len();
            return;
        }
        self.out.push_str(&plain);
        self.at += line.len();
    }

    fn code_span(&mut self) {
        let rest = &self.text[self.at..];
        let ticks = rest.bytes().take_while(|b| *b == b'`').count();
        let paragraph = rest.find("\n\n").unwrap_or(rest.len());
        let mut from = ticks;
        while let Some(at) = rest[from..paragraph].find('`').map(|at| at + from) {
            let run = rest[at..].bytes().take_while(|b| *b == b'`').count();
            if run == ticks {
                let span = &rest[..at + run];
                return self.code(span);
            }
            from = at + run;
        }
        self.copy(ticks);
    }

    /// A brace that opens no tag: attributes in the manner of kramdown go, other braces stay.
    fn braces(&mut self) {
        let rest = &self.text[self.at..];
        let attributes = rest.strip_prefix("{:").and_then(|inside| inside.find('}')).map(|end| end + 3);
        match attributes {
            Some(length)
                if rest[2..length].starts_with([' ', '.', '#', ':'])
                    || rest[2..length].starts_with(|c: char| c.is_ascii_alphabetic()) =>
            {
                if rest[..length].contains('\n') {
                    return self.copy(1);
                }
                // Alone on its line it takes the line with it.
                let alone = self.out.is_empty() || self.out.ends_with('\n');
                self.at += length;
                if alone && self.text[self.at..].starts_with('\n') {
                    self.at += 1;
                }
            }
            _ => self.copy(1),
        }
    }

    fn tag(&mut self, tag: Tag<'a>) {
        let after = self.at + tag.whole.len();
        let mut words = tag.inside.split_whitespace();
        let name = words.next().unwrap_or_default();
        match (tag.kind, name) {
            (Kind::Liquid, "raw") => {
                let (inside, end) = self.until(after, "endraw");
                self.out.push_str(inside);
                self.at = end;
            }
            (Kind::Liquid, "endraw") => self.at = after,
            (Kind::Liquid, "comment") => self.at = self.until(after, "endcomment").1,
            (Kind::Liquid, "highlight") => {
                let (inside, end) = self.until(after, "endhighlight");
                self.fenced(words.next().unwrap_or_default(), inside);
                self.at = end;
            }
            (Kind::Liquid, "post_url" | "link") => self.resolved(&tag, words.next().unwrap_or_default()),
            (Kind::Output, _) => match output(tag.inside) {
                Some(address) => {
                    self.out.push_str(&address);
                    self.at = after;
                }
                None => self.keep(&tag),
            },
            (Kind::Shortcode, _) if tag.inside.starts_with("/*") => {
                // Written so that it is shown and not run.
                let shown = tag.inside.trim_start_matches("/*").trim_end_matches("*/");
                let (open, close) = (&tag.whole[..3], &tag.whole[tag.whole.len() - 3..]);
                self.out.push_str(&format!("{open}{shown}{close}"));
                self.at = after;
            }
            (Kind::Shortcode, "ref" | "relref") => {
                let arguments = arguments(&tag.inside[name.len()..]);
                let path = value(&arguments, "path").or(positional(&arguments, 0)).unwrap_or_default();
                self.resolved(&tag, &path);
            }
            (Kind::Shortcode, "figure") => {
                let arguments = arguments(&tag.inside[name.len()..]);
                match value(&arguments, "src").or(positional(&arguments, 0)) {
                    Some(src) => {
                        let alt = value(&arguments, "alt").or(value(&arguments, "title")).unwrap_or_default();
                        let caption = value(&arguments, "caption").or(value(&arguments, "title"));
                        let caption = caption.filter(|words| !words.contains('<')).unwrap_or_default();
                        self.picture(&src, &alt, &caption);
                        self.at = after;
                    }
                    None => self.keep(&tag),
                }
            }
            (Kind::Shortcode, "highlight") => {
                let (inside, end) = self.until(after, "/highlight");
                self.fenced(words.next().unwrap_or_default(), inside);
                self.at = end;
            }
            (Kind::Shortcode, "youtube" | "vimeo" | "gist" | "tweet" | "x") => {
                let arguments = arguments(&tag.inside[name.len()..]);
                let id = value(&arguments, "id").or(positional(&arguments, 0));
                let user = value(&arguments, "user");
                let second = positional(&arguments, 1);
                let address = match (name, id, user.or(second.clone())) {
                    ("youtube", Some(id), _) if is_id(&id) => {
                        Some(format!("https://www.youtube.com/watch?v={id}"))
                    }
                    ("vimeo", Some(id), _) if is_id(&id) => Some(format!("https://vimeo.com/{id}")),
                    ("gist", Some(user), Some(id)) if is_id(&user) && is_id(&id) => {
                        Some(format!("https://gist.github.com/{user}/{id}"))
                    }
                    (_, Some(id), Some(user)) if second.is_none() && is_id(&user) && is_id(&id) => {
                        Some(format!("https://x.com/{user}/status/{id}"))
                    }
                    _ => None,
                };
                match address {
                    Some(address) => {
                        self.out.push_str(&address);
                        self.at = after;
                    }
                    None => self.keep(&tag),
                }
            }
            _ => self.keep(&tag),
        }
    }

    fn resolved(&mut self, tag: &Tag, named: &str) {
        let (file, place) =
            named.split_once('#').map_or((named, ""), |(file, _)| (file, &named[file.len()..]));
        match (self.resolve)(file) {
            Some(path) => {
                self.out.push_str(&path);
                self.out.push_str(place);
                self.at += tag.whole.len();
            }
            None => self.keep(tag),
        }
    }

    /// What nobody here knows is shown as it was typed, as code, and told.
    fn keep(&mut self, tag: &Tag) {
        let line = self.text[..self.at].matches('\n').count() + 1;
        let folded = tag.whole.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = folded.chars().take(80).collect();
        let more = if short.len() < folded.len() { "…" } else { "" };
        self.told.push(Told { line: Some(line), message: format!("Kept as it is typed: {short}{more}") });
        self.at += tag.whole.len();
        if within_address(&self.out) {
            self.out.push_str(tag.whole);
            return;
        }
        let longest = folded.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let ticks = "`".repeat(longest + 1);
        let space = if longest > 0 { " " } else { "" };
        self.out.push_str(&format!("{ticks}{space}{folded}{space}{ticks}"));
    }

    fn picture(&mut self, src: &str, alt: &str, caption: &str) {
        let alt = alt.replace(['[', ']', '\n'], " ");
        let src = if src.contains(' ') { format!("<{src}>") } else { src.to_owned() };
        let title = match caption.trim() {
            "" => String::new(),
            caption => format!(" \"{}\"", caption.replace('\\', "").replace('"', "\\\"").replace('\n', " ")),
        };
        self.out.push_str(&format!("![{alt}]({src}{title})"));
    }

    fn fenced(&mut self, language: &str, code: &str) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0).max(2);
        let ticks = "`".repeat(longest + 1);
        let language: String =
            language.chars().take_while(|c| c.is_alphanumeric() || "+-#_".contains(*c)).collect();
        let code = code.trim_matches(['\n', '\r']);
        self.out.push_str(&format!("{ticks}{language}\n{code}\n{ticks}\n"));
    }

    /// What stands before the next tag of a name, and where that tag ends; without one, everything.
    fn until(&self, from: usize, name: &str) -> (&'a str, usize) {
        let mut at = from;
        while let Some(open) = self.text[at..].find('{').map(|open| open + at) {
            match tag(&self.text[open..]) {
                Some(tag) if tag.inside.split_whitespace().collect::<String>() == name => {
                    return (&self.text[from..open], open + tag.whole.len());
                }
                _ => at = open + 1,
            }
        }
        (&self.text[from..], self.text.len())
    }
}

/// The longest tag that is taken for one.
const LONGEST_TAG: usize = 4000;

fn tag(text: &str) -> Option<Tag<'_>> {
    let (kind, open, close) = match text.get(..3) {
        Some("{{<") => (Kind::Shortcode, 3, ">}}"),
        Some("{{%") => (Kind::Shortcode, 3, "%}}"),
        Some(start) if start.starts_with("{{") => (Kind::Output, 2, "}}"),
        Some(start) if start.starts_with("{%") => (Kind::Liquid, 2, "%}"),
        _ => return None,
    };
    let end = text[open..].find(close)?;
    let inside = &text[open..open + end];
    let most = if kind == Kind::Output { 200 } else { LONGEST_TAG };
    if end > most || kind == Kind::Output && (inside.contains(['\n', '{']) || inside.trim().is_empty()) {
        return None;
    }
    let inside = inside.trim_matches('-').trim();
    Some(Tag { whole: &text[..open + end + close.len()], inside, kind })
}

/// An address that a template would have written: `site.baseurl`, `"/guides/" | url`.
fn output(inside: &str) -> Option<String> {
    let mut steps = inside.split('|').map(str::trim);
    let first = steps.next()?;
    let start = match first {
        "site.baseurl" | "site.url" | "site.github.url" => String::new(),
        quoted => unquoted(quoted)?.to_owned(),
    };
    for step in steps {
        let name = step.split([':', ' ']).next().unwrap_or_default();
        let known = match name {
            "url" | "relative_url" | "absolute_url" | "relURL" | "absURL" => true,
            "prepend" | "append" => step.ends_with("site.baseurl") || step.ends_with("site.url"),
            _ => false,
        };
        if !known {
            return None;
        }
    }
    Some(start)
}

fn unquoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text.strip_prefix(quote)?.strip_suffix(quote).filter(|inside| !inside.contains(quote))
}

/// `src="a.png" "words" bare`: names and values; what has no name has an empty one.
fn arguments(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let name_length =
            rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
        let (name, value_at) = match rest[name_length..].starts_with('=') && name_length > 0 {
            true => (&rest[..name_length], name_length + 1),
            false => ("", 0),
        };
        let value = &rest[value_at..];
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
        let (value, length) = match quote {
            Some(quote) => {
                let end = closing(&value[1..], quote);
                (value[1..1 + end].replace("\\\"", "\""), (end + 2).min(value.len()))
            }
            None => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                (value[..end].to_owned(), end)
            }
        };
        found.push((name.to_owned(), value));
        rest = rest[value_at + length.max(1).min(rest.len() - value_at)..].trim_start();
    }
    found
}

/// Where a quoted value ends that may hold its quotation mark behind a stroke.
fn closing(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at,
            _ => {}
        }
    }
    text.len()
}

fn value(arguments: &[(String, String)], name: &str) -> Option<String> {
    arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn positional(arguments: &[(String, String)], index: usize) -> Option<String> {
    arguments.iter().filter(|(name, _)| name.is_empty()).nth(index).map(|(_, value)| value.clone())
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Whether what comes next stands in a link's address or in a tag of HTML, where no code can be marked.
fn within_address(before: &str) -> bool {
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let in_link = line.rfind("](").is_some_and(|at| !line[at..].contains([')', ' ']));
    let in_tag = line.rfind('<').is_some_and(|at| {
        !line[at..].contains('>') && line[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
    });
    let reference = line.trim_start().starts_with('[') && line.trim_end().ends_with("]:");
    in_link || in_tag || reference
}

fn opens(line: &str) -> Option<String> {
    let start = line.trim_start_matches([' ', '>']);
    let mark = start.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = start.chars().take_while(|c| *c == mark).count();
    let info = &start[length..];
    (length >= 3 && !(mark == '`' && info.contains('`'))).then(|| start[..length].to_owned())
}

fn closes(line: &str, open: &str) -> bool {
    let start = line.trim_start_matches([' ', '>']).trim_end();
    start.len() >= open.len() && start.chars().all(|c| open.starts_with(c))
}

struct Found {
    from: usize,
    to: usize,
    place: Place,
    in_html: bool,
}

/// Addresses in links, pictures, definitions and HTML, outside code, in their order.
fn addresses(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    // Brackets that are open, and whether a picture's.
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if at == 0 || bytes[at - 1] == b'\n' {
            let line = text[at..].split_inclusive('\n').next().unwrap_or_default();
            let was = fence.clone();
            match &was {
                Some(mark) if closes(line, mark) => fence = None,
                Some(_) => {}
                None => fence = opens(line),
            }
            if was.is_some() || fence.is_some() {
                at += line.len();
                continue;
            }
            if line.trim().is_empty() {
                open.clear();
            }
            if let Some((from, to)) = definition(line) {
                found.push(Found { from: at + from, to: at + to, place: Place::Link, in_html: false });
                at += line.len();
                continue;
            }
        }
        match bytes[at] {
            b'\\' => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            b'`' => {
                let ticks = bytes[at..].iter().take_while(|b| **b == b'`').count();
                at += span_length(&text[at..], ticks).unwrap_or(ticks);
            }
            b'[' => {
                open.push(at > 0 && bytes[at - 1] == b'!');
                at += 1;
            }
            b']' => {
                let picture = open.pop();
                at += 1;
                if let (Some(picture), Some(b'(')) = (picture, bytes.get(at))
                    && let Some((from, to)) = destination(&text[at + 1..])
                {
                    let place = if picture { Place::Picture } else { Place::Link };
                    found.push(Found { from: at + 1 + from, to: at + 1 + to, place, in_html: false });
                    at += 1 + to;
                }
            }
            b'<' => {
                let (more, length) = html_addresses(&text[at..]);
                for (from, to, place) in more {
                    found.push(Found { from: at + from, to: at + to, place, in_html: true });
                }
                at += length;
            }
            _ => at += 1,
        }
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

fn span_length(text: &str, ticks: usize) -> Option<usize> {
    let paragraph = text.find("\n\n").unwrap_or(text.len());
    let mut from = ticks;
    while let Some(at) = text[from..paragraph].find('`').map(|at| at + from) {
        let run = text[at..].bytes().take_while(|b| *b == b'`').count();
        if run == ticks {
            return Some(at + run);
        }
        from = at + run;
    }
    None
}

/// `[label]: address`
fn definition(line: &str) -> Option<(usize, usize)> {
    let start = line.len() - line.trim_start().len();
    let rest = line[start..].strip_prefix('[')?;
    if start > 3 || rest.starts_with('^') {
        return None;
    }
    let close = rest.find("]:")?;
    if rest[..close].contains(['[', ']']) {
        return None;
    }
    let after = start + 1 + close + 2;
    let address = line[after..].trim_start();
    let from = line.len() - address.len();
    let length = address.find(char::is_whitespace).unwrap_or(address.len());
    (length > 0).then(|| inner(line, from, from + length))
}

/// Without the angle brackets around it.
fn inner(text: &str, from: usize, to: usize) -> (usize, usize) {
    match text[from..to].starts_with('<') && text[from..to].ends_with('>') && to - from >= 2 {
        true => (from + 1, to - 1),
        false => (from, to),
    }
}

/// The address of a link whose bracket was just opened.
fn destination(text: &str) -> Option<(usize, usize)> {
    let from = text.len() - text.trim_start_matches([' ', '\n']).len();
    let rest = &text[from..];
    if let Some(inside) = rest.strip_prefix('<') {
        let end = inside.find(['>', '\n'])?;
        return inside[end..].starts_with('>').then_some((from + 1, from + 1 + end));
    }
    let mut depth = 0;
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                end = at;
                break;
            }
            ')' => depth -= 1,
            c if c.is_whitespace() => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    (end > 0 && end < rest.len()).then_some((from, from + end))
}

/// `src` and `href` of one tag, each with its place; and how long the tag is.
fn html_addresses(text: &str) -> (Vec<(usize, usize, Place)>, usize) {
    let name: String = text[1..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let end = text.char_indices().scan(None, |quote, (at, c)| {
        match (*quote, c) {
            (None, '"' | '\'') => *quote = Some(c),
            (Some(open), c) if open == c => *quote = None,
            (None, '>') => return Some(Some(at)),
            _ => {}
        }
        Some(None)
    });
    let Some(end) = (!name.is_empty()).then(|| end.flatten().next()).flatten().filter(|end| *end < 4000)
    else {
        return (Vec::new(), 1);
    };
    let wanted: &[(&str, Place)] = match name.to_ascii_lowercase().as_str() {
        "img" | "source" | "video" | "audio" => &[("src", Place::Picture), ("poster", Place::Picture)],
        "a" => &[("href", Place::Link)],
        _ => &[],
    };
    let tag = &text[..end];
    let mut found = Vec::new();
    for (attribute, place) in wanted {
        for (at, _) in tag.match_indices(attribute) {
            let named = tag[..at].ends_with(char::is_whitespace);
            let after = tag[at + attribute.len()..].trim_start();
            let Some(value) = after.strip_prefix('=').map(str::trim_start).filter(|_| named) else {
                continue;
            };
            let from = tag.len() - value.len();
            let (from, length) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => (from + 1, value[1..].find(quote).unwrap_or(value.len() - 1)),
                _ => (from, value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            found.push((from, from + length, *place));
            break;
        }
    }
    (found, end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_tools_fill_in_is_filled_in() {
        let check = |text: &str, expected: &str, told: usize| {
            let resolve = |name: &str| name.contains("tide").then(|| "/2014/03/the-tide".to_owned());
            let (filled, notes) = fill_in(text, &resolve);
            assert_eq!(filled, expected, "{text:?}");
            assert_eq!(notes.len(), told, "{text:?} {notes:?}");
        };
        check("Nothing {to} do { here.\n", "Nothing {to} do { here.\n", 0);
        check("[a]({{ site.baseurl }}/guides/)", "[a](/guides/)", 0);
        check("[a]({{ \"/guides/\" | url }})", "[a](/guides/)", 0);
        check("[a]({{ '/guides/' | prepend: site.baseurl }})", "[a](/guides/)", 0);
        check("[a]({% post_url 2014-03-12-tide %}#low)", "[a](/2014/03/the-tide#low)", 0);
        check("[a]({{< ref \"posts/tide.md#low\" >}})", "[a](/2014/03/the-tide#low)", 0);
        check("[a]({{< ref \"quay.md\" >}})", "[a]({{< ref \"quay.md\" >}})", 1);
        check("a {% include box.html a=\"b\" %} z", "a `{% include box.html a=\"b\" %}` z", 1);
        check("{{% note %}}\nText\n{{% /note %}}\n", "`{{% note %}}`\nText\n`{{% /note %}}`\n", 2);
        check("{{< box\n  a=\"b\" >}}", "`{{< box a=\"b\" >}}`", 1);
        check("<img src=\"{{ page.image }}\">", "<img src=\"{{ page.image }}\">", 1);
        check("{% raw %}{{ kept }}{% endraw %}", "{{ kept }}", 0);
        check("`{% raw %}{{ kept }}{% endraw %}`", "`{{ kept }}`", 0);
        check(
            "```\n{{ kept }}\n{% include x %}\n```\n{{ told }}",
            "```\n{{ kept }}\n{% include x %}\n```\n`{{ told }}`",
            1,
        );
        check("{% highlight rust linenos %}\nlet a;\n{% endhighlight %}\nb", "```rust\nlet a;\n```\n\nb", 0);
        check("a{% comment %} no {% endcomment %}b", "ab", 0);
        check(
            "{{< figure src=\"a b.png\" alt=\"A [quay]\" caption=\"At \\\"low\\\" tide\" >}}",
            "![A  quay ](<a b.png> \"At \\\"low\\\" tide\")",
            0,
        );
        check("{{< youtube w7Ft2ymGmfc >}}", "https://www.youtube.com/watch?v=w7Ft2ymGmfc", 0);
        check("{{< tweet user=\"quay\" id=\"12\" >}}", "https://x.com/quay/status/12", 0);
        check("{{</* figure */>}}", "{{< figure >}}", 0);
        check("[a](b){:target=\"_blank\"} and\n{: .box}\nText", "[a](b) and\nText", 0);
        check("{{< `odd` >}}", "`` {{< `odd` >}} ``", 1);
        check("{% raw %} without end", " without end", 0);
    }

    #[test]
    fn addresses_are_found_where_they_stand() {
        let check = |text: &str, expected: &str| {
            let mut all = Vec::new();
            let same = readdress(text, &mut |place, address, line| {
                all.push(format!("{line}{}{address}", if place == Place::Picture { "!" } else { " " }));
                None
            });
            assert_eq!(same, text);
            assert_eq!(all.join(", "), expected, "{text:?}");
        };
        check("[a](b) ![c](d.png \"words\")\n[![e](f.png)](g)", "1 b, 1!d.png, 2!f.png, 2 g");
        check("[a](<b c>) [a](b(c)d) [a]( b )", "1 b c, 1 b(c)d, 1 b");
        check("`[a](b)` \\[a](b) [a] (b) [a](b", "");
        check("```\n[a](b)\n```\n[a](b)", "4 b");
        check("[one]: /one 'title'\n[^1]: a note [x](y)\n", "1 /one, 2 y");
        check("<a class=x href='/b'>c</a> <img alt=\"src\" src=\"d.png\"> <b href=x>", "1 /b, 1!d.png");
        check("[a]({{ x }})", "1 {{");
        let new = readdress("![a](b.png) <img src=b.png>", &mut |_, _, _| Some("/media/b c.png".into()));
        assert_eq!(new, "![a](</media/b c.png>) <img src=/media/b c.png>");
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(\\{\\{|\\}\\}|\\{%|%\\}|\\{\\{<|>\\}\\}|\\{:|\\}|`|```\n|~~~\n|\\[|\\]|\\(|\\)|!|<a href=|<img src=|>|\"|'|\\\\|/\\*|raw|endraw|highlight|figure|ref|é| |\n|\n\n){0,40}") {
            let (filled, _) = fill_in(&text, &|_| None);
            let same = readdress(&filled, &mut |_, _, _| None);
            prop_assert_eq!(same, filled);
        }

        #[test]
        fn text_without_marks_stays(text in "[a-zA-Zé .,\n*_#>-]{0,80}") {
            prop_assert_eq!(fill_in(&text, &|_| None).0, text);
        }
    }
}
