//! Front matter: what a text says of itself above its first line. YAML between `---`, TOML between `+++`, or a JSON object.
//!
//! Jekyll, Hugo and their like agree on these fences (<https://jekyllrb.com/docs/front-matter/>,
//! <https://gohugo.io/content-management/front-matter/>). Every value is kept as the text it was written as: whoever asks for it
//! knows what it must be. Pure, and stands alone, so that it can be tried with any bytes.

use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;

/// What is above a text, and where the text begins.
#[derive(Debug, Default, PartialEq)]
pub struct Front {
    /// Names in lower case, in their order (of TOML in that of letters); of a name given twice the last holds.
    pub fields: Vec<(String, Value)>,
    /// Byte at which the text begins.
    pub text_at: usize,
    /// Lines above the text.
    pub lines: usize,
    /// There is front matter, if only an empty one.
    pub present: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Nothing,
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// Why front matter cannot be read.
#[derive(Debug, PartialEq)]
pub struct Broken {
    /// In the file, from 1.
    pub line: usize,
    pub why: String,
}

/// Values in one front matter, aliases counted each time: more is no description but an attack.
const MOST_VALUES: usize = 10_000;
/// Values within values.
const DEEPEST: usize = 32;

/// Reads what stands above a text. A text without front matter is all text.
pub fn read(file: &str) -> Result<Front, Broken> {
    let start = file.len() - file.trim_start_matches(['\u{feff}', '\n', '\r', ' ', '\t']).len();
    let above = file[..start].matches('\n').count();
    let rest = &file[start..];
    let none =
        || Front { text_at: file.len() - file.trim_start_matches('\u{feff}').len(), ..Front::default() };
    if rest.starts_with('{') {
        // Text may begin with a brace as well.
        return Ok(
            json(rest).map_or_else(none, |(fields, length)| front(file, start, start + length, fields))
        );
    }
    let fence = rest.lines().next().unwrap_or_default().trim_end();
    if fence != "---" && fence != "+++" {
        return Ok(none());
    }
    let inside_at = start + rest.find('\n').map_or(rest.len(), |at| at + 1);
    let closes = |line: &str| line.trim_end() == fence || fence == "---" && line.trim_end() == "...";
    let mut at = inside_at;
    let mut end = None;
    for line in file[inside_at..].split_inclusive('\n') {
        if closes(line) {
            end = Some((at, at + line.len()));
            break;
        }
        at += line.len();
    }
    let inside = &file[inside_at..end.map_or(file.len(), |(inside_end, _)| inside_end)];
    let shift = |line: usize| above + 1 + line.max(1);
    let Some((_, text_at)) = end else {
        // A line of hyphens is a rule across the page as well.
        return match fence == "+++" || names_something(inside) {
            true => Err(Broken {
                line: above + 1,
                why: format!("The front matter that begins with {fence} has no end."),
            }),
            false => Ok(none()),
        };
    };
    let value = if fence == "+++" { toml(inside) } else { yaml(inside) };
    match value {
        Ok(Value::Map(fields)) => Ok(front(file, start, text_at, fields)),
        Ok(Value::Nothing) => Ok(front(file, start, text_at, Vec::new())),
        Ok(_) => Ok(none()),
        Err((_, _)) if fence == "---" && !names_something(inside) => Ok(none()),
        Err((line, why)) => {
            Err(Broken { line: shift(line), why: format!("The front matter cannot be read: {why}.") })
        }
    }
}

/// The values of a whole YAML, TOML or JSON file, by its ending.
pub fn data(text: &str, ending: &str) -> Option<Value> {
    match ending {
        "yml" | "yaml" => yaml(text).ok(),
        "toml" => toml(text).ok(),
        "json" => serde_json::from_str(text).ok().map(|value| of_json(value, 0)),
        _ => None,
    }
}

impl Front {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl Value {
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(fields) => fields
                .iter()
                .rev()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a value that is one, without space around it; an empty one is none.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// `a list`, as a sentence names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nothing => "nothing",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a group of values",
        }
    }
}

fn front(file: &str, start: usize, text_at: usize, fields: Vec<(String, Value)>) -> Front {
    let fields = fields.into_iter().map(|(name, value)| (name.trim().to_lowercase(), value)).collect();
    debug_assert!(start <= text_at);
    Front { fields, text_at, lines: file[..text_at].matches('\n').count(), present: true }
}

/// Whether the first line that says anything is `name: value`, or `name = value`.
fn names_something(inside: &str) -> bool {
    let first =
        inside.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let name = first.split([':', '=']).next().unwrap_or_default().trim_end();
    name.len() < first.trim_end().len()
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

type Unread = (usize, String);

fn yaml(text: &str) -> Result<Value, Unread> {
    let document = |text: &str| {
        let mut reader =
            Yaml { events: Parser::new_from_str(text), anchors: HashMap::new(), left: MOST_VALUES };
        reader.document()
    };
    document(text).or_else(|unread| document(&indented(text)).map_err(|_| unread))
}

/// With space before every line on which a quoted value goes on. The parsers of Ruby and Go do without, and files rely on it.
fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut open: Option<char> = None;
    for line in text.split_inclusive('\n') {
        let mut chars = match open {
            Some(_) => {
                out.push_str("  ");
                line.chars()
            }
            None => {
                let value = line.trim_start().trim_start_matches("- ");
                let value = value.find(": ").map_or(value, |at| &value[at + 2..]).trim_start();
                open = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                let mut chars = value.chars();
                if open.is_some() {
                    chars.next();
                }
                chars
            }
        };
        out.push_str(line);
        let Some(quote) = open else { continue };
        while let Some(c) = chars.next() {
            match c {
                '\\' if quote == '"' => drop(chars.next()),
                '\'' if quote == '\'' && chars.as_str().starts_with('\'') => drop(chars.next()),
                c if c == quote => {
                    open = None;
                    break;
                }
                _ => {}
            }
        }
    }
    out
}

struct Yaml<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Value>,
    left: usize,
}

impl<'a> Yaml<'a> {
    fn next(&mut self) -> Result<(Event<'a>, usize), Unread> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err((error.marker().line(), error.info().to_owned())),
            None => Ok((Event::StreamEnd, 1)),
        }
    }

    /// The first document; one without content is nothing.
    fn document(&mut self) -> Result<Value, Unread> {
        loop {
            match self.next()? {
                (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(Value::Nothing),
                (Event::Nothing | Event::StreamStart | Event::DocumentStart(_), _) => {}
                (event, line) => return self.value(event, line, 0),
            }
        }
    }

    fn value(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Value, Unread> {
        if depth > DEEPEST {
            return Err((line, "values stand too deep within each other".into()));
        }
        self.count(1, line)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => (scalar(&text, style), anchor),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value = value.ok_or((line, "an alias names no anchor".to_owned()))?;
                self.count(size(&value), line)?;
                (value, 0)
            }
            Event::SequenceStart(anchor, _) => {
                let mut list = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (Event::StreamEnd, line) => return Err((line, "a list has no end".into())),
                        (event, line) => list.push(self.value(event, line, depth + 1)?),
                    }
                }
                (Value::List(list), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut map = Vec::new();
                loop {
                    let name = match self.next()? {
                        (Event::MappingEnd, _) => break,
                        (Event::StreamEnd, line) => {
                            return Err((line, "a group of values has no end".into()));
                        }
                        (event, line) => match self.value(event, line, depth + 1)? {
                            Value::Text(name) => name,
                            Value::Nothing => String::new(),
                            other => {
                                return Err((
                                    line,
                                    format!("{} stands where a name is wanted", other.kind()),
                                ));
                            }
                        },
                    };
                    let (event, line) = self.next()?;
                    map.push((name, self.value(event, line, depth + 1)?));
                }
                (Value::Map(map), anchor)
            }
            _ => return Err((line, "something stands where a value is wanted".into())),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn count(&mut self, values: usize, line: usize) -> Result<(), Unread> {
        self.left = self.left.checked_sub(values).ok_or((line, "it holds too many values".to_owned()))?;
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Nothing,
        _ => Value::Text(text.to_owned()),
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Nothing | Value::Text(_) => 1,
        Value::List(list) => 1 + list.iter().map(size).sum::<usize>(),
        Value::Map(map) => 1 + map.iter().map(|(_, value)| 1 + size(value)).sum::<usize>(),
    }
}

fn toml(text: &str) -> Result<Value, Unread> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        (line, error.message().trim().to_owned())
    })?;
    Ok(of_toml(toml::Value::Table(table)))
}

fn of_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::Text(text),
        toml::Value::Array(list) => Value::List(list.into_iter().map(of_toml).collect()),
        toml::Value::Table(map) => {
            Value::Map(map.into_iter().map(|(name, value)| (name, of_toml(value))).collect())
        }
        plain => Value::Text(plain.to_string()),
    }
}

/// The object at the start of a text, and its length.
fn json(text: &str) -> Option<(Vec<(String, Value)>, usize)> {
    let mut objects = serde_json::Deserializer::from_str(text).into_iter();
    let object: serde_json::Map<String, serde_json::Value> = objects.next()?.ok()?;
    let length = objects.byte_offset();
    let fields = object.into_iter().map(|(name, value)| (name, of_json(value, 1))).collect();
    let after = text[length..].find('\n').map_or(text.len(), |at| length + at + 1);
    text[length..after].trim().is_empty().then_some((fields, after))
}

fn of_json(value: serde_json::Value, depth: usize) -> Value {
    match value {
        _ if depth > DEEPEST => Value::Nothing,
        serde_json::Value::Null => Value::Nothing,
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(list) => {
            Value::List(list.into_iter().map(|value| of_json(value, depth + 1)).collect())
        }
        serde_json::Value::Object(map) => {
            Value::Map(map.into_iter().map(|(name, value)| (name, of_json(value, depth + 1))).collect())
        }
        plain => Value::Text(plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Front matter as `name=value`, lists in brackets, groups in braces; and the text.
    fn shown(file: &str) -> String {
        match read(file) {
            Err(Broken { line, why }) => format!("{line}: {why}"),
            Ok(front) => {
                let fields: Vec<String> =
                    front.fields.iter().map(|(name, value)| format!("{name}={}", told(value))).collect();
                let sign = if front.present { "|" } else { "no front matter|" };
                format!("{}{sign}{}", fields.join(" "), &file[front.text_at..])
            }
        }
    }

    fn told(value: &Value) -> String {
        match value {
            Value::Nothing => "-".into(),
            Value::Text(text) => text.clone(),
            Value::List(list) => format!("[{}]", list.iter().map(told).collect::<Vec<_>>().join(",")),
            Value::Map(map) => {
                let fields: Vec<_> = map.iter().map(|(n, v)| format!("{n}={}", told(v))).collect();
                format!("{{{}}}", fields.join(","))
            }
        }
    }

    #[test]
    fn front_matter_is_read_in_three_languages() {
        let check = |file, expected| assert_eq!(shown(file), expected, "{file:?}");
        check(
            "---\ntitle: Tide\ntags: [sea, \"slack water\"]\n---\nText\n",
            "title=Tide tags=[sea,slack water]|Text\n",
        );
        check("\u{feff}---\r\nTitle: 'It''s'\r\ndraft: yes\r\n---\r\nText", "title=It's draft=yes|Text");
        check("\n\n---\nn: 007\nempty:\nnone: ~\n...\nText", "n=007 empty=- none=-|Text");
        check("---\nauthor:\n  name: Ida\n  at: {a: b}\n---\n", "author={name=Ida,at={a=b}}|");
        check("---\na: &x [1, 2]\nb: *x\n---\n", "a=[1,2] b=[1,2]|");
        check("---\nfolded: >\n  one\n  two\n---\nT", "folded=one two\n|T");
        check(
            "---\nsays: \"one\n\ntwo \\\"three\\\"\nfour\"\nalso: 'it''s\nso'\n---\n",
            "says=one\ntwo \"three\" four also=it's so|",
        );
        check("---\n---\nText", "|Text");
        check("---\ndate: 2014-03-12 9:29:04 -0400\n---\n", "date=2014-03-12 9:29:04 -0400|");
        check(
            "+++\ntitle = \"Tide\"\ndate = 2024-01-02T03:04:05Z\ntags = [\"a\"]\n[extra]\nx = 1\n+++\n\nText",
            "date=2024-01-02T03:04:05Z extra={x=1} tags=[a] title=Tide|\nText",
        );
        check("{\"title\": \"Tide\", \"n\": 1.5, \"d\": false}\n\nText", "title=Tide n=1.5 d=false|\nText");
    }

    #[test]
    fn what_is_no_front_matter_is_text() {
        let check = |file: &str| {
            let front = read(file).unwrap();
            assert!(!front.present && front.fields.is_empty() && front.text_at == 0, "{file:?} {front:?}");
        };
        check("");
        check("Text\n---\nmore");
        check("---\n\nA rule above.\n\n---\n\nA rule below.");
        check("---\nA rule above, and: no end.");
        check("{ is a brace }");
        check("{\"a\": 1} and more on its line");
        check("----\na: b\n----\n");
    }

    #[test]
    fn what_is_broken_says_where() {
        let check = |file, expected| assert_eq!(shown(file), expected, "{file:?}");
        check("---\ntitle: Tide\n", "1: The front matter that begins with --- has no end.");
        check("+++\ntitle = \"Tide\"\n", "1: The front matter that begins with +++ has no end.");
        check(
            "---\ntitle: a: b\n---\n",
            "2: The front matter cannot be read: mapping values are not allowed in this context.",
        );
        for (file, line) in [
            ("---\ntitle: [a\n---\n", 2..=4),
            ("+++\na = 1\nb = = 2\n+++\n", 3..=3),
            ("---\na: *nobody\n---\n", 2..=2),
        ] {
            let broken = read(file).unwrap_err();
            assert!(line.contains(&broken.line), "{file:?}: {broken:?}");
        }
    }

    #[test]
    fn a_few_lines_do_not_become_a_billion_values() {
        let mut file = String::from("---\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let names = vec![format!("*a{}", n - 1); 10].join(", ");
            file.push_str(&format!("a{n}: &a{n} [{names}]\n"));
        }
        assert!(read(&(file + "---\n")).unwrap_err().why.contains("too many values"));
        let deep = format!("---\na: {}x{}\n---\n", "[".repeat(5000), "]".repeat(5000));
        assert!(read(&deep).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(file in "(---|\\+\\+\\+|\\{)?\n?(a: |- |\\[|\\]|\"|'|\n|é|x = |&a |\\*a |---\n|\\+\\+\\+\n|\\.\\.\\.|#|>|\\||\t| ){0,40}") {
            if let Ok(front) = read(&file) {
                prop_assert!(file.is_char_boundary(front.text_at));
                prop_assert_eq!(front.lines, file[..front.text_at].matches('\n').count());
            }
        }

        #[test]
        fn what_was_written_down_is_read_back(fields in prop::collection::btree_map("[a-z]{1,8}", "[a-zA-Z0-9 :#'\"é\\[\\]{},&*!|>%@-]{0,20}", 0..6), text in "[a-z \n]{0,30}") {
            let object = serde_json::to_string(&fields).unwrap();
            // A JSON object is a YAML one as well.
            let table = toml::to_string(&fields).unwrap();
            for file in [format!("{object}\n{text}"), format!("---\n{object}\n---\n{text}"), format!("+++\n{table}+++\n{text}")] {
                let front = read(&file).unwrap();
                prop_assert_eq!(&file[front.text_at..], &text);
                for (name, value) in &fields {
                    prop_assert_eq!(front.get(name), Some(&Value::Text(value.clone())), "{}", file);
                }
            }
        }
    }
}
