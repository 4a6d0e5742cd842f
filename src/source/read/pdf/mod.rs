//! The words of a PDF, in the order in which it draws them, and what it says of itself. Of hostile files too: whatever makes no sense
//! is passed over, depth and size are bounded, and nothing is drawn.

mod content;
mod font;
mod object;

#[cfg(test)]
mod tests;

use object::{Dict, File, Object};

/// What a PDF says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Pdf {
    pub text: String,
    pub title: String,
    pub author: String,
    /// ISO 8601, or empty.
    pub said_at: String,
    /// As declared; empty if it is not.
    pub language: String,
}

const MOST_PAGES: usize = 2_000;
/// Of the tree of pages, branches included; a branch may be met twice.
const MOST_NODES: usize = 10_000;
const MOST_TEXT: usize = 5_000_000;

/// Nothing but emptiness for what is no PDF, or one that needs a password.
pub fn read(bytes: &[u8]) -> Pdf {
    let file = File::open(bytes);
    let about = file.get(file.trailer.get("Info")).dict();
    let said = |name: &str| text_string(file.get(about.get(name)).bytes());
    let mut pdf = Pdf {
        title: said("Title"),
        author: said("Author"),
        said_at: date(&said("CreationDate")),
        ..Pdf::default()
    };
    if file.trailer.contains_key("Encrypt") {
        return Pdf::default();
    }
    let catalog = file.get(file.trailer.get("Root")).dict();
    pdf.language = text_string(file.get(catalog.get("Lang")).bytes());
    let mut pages = Vec::new();
    let (above, met) = (&mut Vec::new(), &mut 0);
    collect(&file, catalog.get("Pages"), &Dict::default(), above, met, &mut pages);
    let mut written = content::Written::default();
    for page in pages {
        if written.len() > MOST_TEXT {
            break;
        }
        content::page(&file, &page, &mut written);
    }
    pdf.text = written.finish();
    pdf
}

/// The leaves of the tree of pages, each with the resources that it inherits.
fn collect(
    file: &File,
    node: Option<&Object>,
    inherited: &Dict,
    above: &mut Vec<u32>,
    met: &mut usize,
    pages: &mut Vec<Dict>,
) {
    *met += 1;
    if *met > MOST_NODES {
        return;
    }
    if let Some(Object::Ref(number)) = node {
        if above.contains(number) || above.len() > 40 {
            return;
        }
        above.push(*number);
    }
    let mut dict = file.get(node).dict();
    if let (None, Some(resources)) = (dict.get("Resources"), inherited.get("Resources")) {
        dict.insert("Resources".into(), resources.clone());
    }
    match file.get(dict.get("Kids")) {
        Object::Array(kids) => {
            for kid in kids {
                if pages.len() < MOST_PAGES {
                    collect(file, Some(&kid), &dict, above, met, pages);
                }
            }
        }
        _ if !dict.is_empty() => pages.push(dict),
        _ => {}
    }
    if let Some(Object::Ref(_)) = node {
        above.pop();
    }
}

/// A string for people: UTF-16 or UTF-8 with its mark, else Latin-1.
fn text_string(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => bytes.iter().map(|b| char::from(*b)).collect(),
    };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// `D:20260314093000+01'00'` as `2026-03-14T09:30:00+01:00`.
fn date(text: &str) -> String {
    let text = text.strip_prefix("D:").unwrap_or(text);
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to);
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(4, 6), part(6, 8)) else {
        return String::new();
    };
    if format!("{year}-{month}-{day}").parse::<jiff::civil::Date>().is_err() {
        return String::new();
    }
    let (Some(hour), Some(minute), Some(second)) = (part(8, 10), part(10, 12), part(12, 14)) else {
        return format!("{year}-{month}-{day}");
    };
    let zone: String =
        text[digits.len()..].chars().filter(|c| c.is_ascii_digit() || "+-Z".contains(*c)).collect();
    let zone = match zone.as_bytes() {
        [b'+' | b'-', _, _, _, _] => format!("{}:{}", &zone[..3], &zone[3..]),
        _ => "Z".into(),
    };
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}{zone}")
}
