//! The tags that tools replace when they build a site, and what stands in them. Pure.
//!
//! Liquid: <https://jekyllrb.com/docs/liquid/>; shortcodes: <https://gohugo.io/content-management/shortcodes/>.

/// A tag that a tool would have replaced.
pub(super) struct Tag<'a> {
    pub whole: &'a str,
    pub inside: &'a str,
    pub kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// `{% include picture.html %}`
    Liquid,
    /// `{{ site.baseurl }}`
    Output,
    /// `{{< figure >}}`, `{{% note %}}`
    Shortcode,
}

/// The longest tag that is taken for one, in bytes.
const LONGEST: usize = 4000;

impl<'a> Tag<'a> {
    /// The tag that a text begins with.
    pub fn at_start(text: &'a str) -> Option<Tag<'a>> {
        let (kind, open, close) = match text.get(..3) {
            Some("{{<") => (Kind::Shortcode, 3, ">}}"),
            Some("{{%") => (Kind::Shortcode, 3, "%}}"),
            Some(start) if start.starts_with("{{") => (Kind::Output, 2, "}}"),
            Some(start) if start.starts_with("{%") => (Kind::Liquid, 2, "%}"),
            _ => return None,
        };
        let end = text[open..].find(close)?;
        let inside = &text[open..open + end];
        let most = if kind == Kind::Output { 200 } else { LONGEST };
        if end > most || kind == Kind::Output && (inside.contains(['\n', '{']) || inside.trim().is_empty()) {
            return None;
        }
        let inside = inside.trim_matches('-').trim();
        Some(Tag { whole: &text[..open + end + close.len()], inside, kind })
    }

    pub fn name(&self) -> &'a str {
        self.inside.split_whitespace().next().unwrap_or_default()
    }

    /// The word after its name.
    pub fn first_word(&self) -> &'a str {
        self.inside.split_whitespace().nth(1).unwrap_or_default()
    }

    pub fn arguments(&self) -> Arguments {
        Arguments::read(&self.inside[self.name().len()..])
    }

    /// What a template would have written in its place, where that is no more than an address.
    pub fn address(&self) -> Option<String> {
        match self.kind {
            Kind::Output => output(self.inside),
            Kind::Shortcode => embedded(self.name(), &self.arguments()),
            Kind::Liquid => None,
        }
    }
}

/// `src="a.png" "words" bare`: names and values; what has no name has an empty one.
pub(super) struct Arguments(Vec<(String, String)>);

impl Arguments {
    pub fn named(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn unnamed(&self, index: usize) -> Option<&str> {
        self.0.iter().filter(|(name, _)| name.is_empty()).nth(index).map(|(_, value)| value.as_str())
    }

    fn read(text: &str) -> Arguments {
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
        Arguments(found)
    }
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

/// The address behind a shortcode that shows something from elsewhere.
fn embedded(name: &str, arguments: &Arguments) -> Option<String> {
    let id = arguments.named("id").or(arguments.unnamed(0)).filter(|id| is_id(id))?;
    let user = arguments.named("user");
    match name {
        "youtube" => Some(format!("https://www.youtube.com/watch?v={id}")),
        "vimeo" => Some(format!("https://vimeo.com/{id}")),
        "gist" => {
            let (user, gist) = match user {
                Some(user) => (user, id),
                None => (id, arguments.unnamed(1)?),
            };
            (is_id(user) && is_id(gist)).then(|| format!("https://gist.github.com/{user}/{gist}"))
        }
        "tweet" | "x" if arguments.unnamed(1).is_none() => {
            let user = user.filter(|user| is_id(user))?;
            Some(format!("https://x.com/{user}/status/{id}"))
        }
        _ => None,
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}
