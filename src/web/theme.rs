//! `theme/` in the data folder: templates and stylesheets that stand in the place of those built into the program, under the same
//! names. Whatever is wrong with one is told to the author with file and line, and readers get the built-in one.

use crate::app::App;
use crate::outside::db::Topic;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Larger files are no templates.
const LARGEST: u64 = 1 << 20;
const MOST_FILES: usize = 500;
/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// `theme/post.html`
    pub file: String,
    pub line: usize,
    pub words: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}: {} Readers get the built-in one.", self.file, self.line, self.words)
    }
}

/// Every file of a folder by its name in there, such as `part/mark.html`, with what tells that it has changed.
pub(super) type Listing = Vec<(String, PathBuf, Option<SystemTime>, u64)>;

/// What the folder holds, read.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) templates: Vec<(String, String)>,
    /// Stylesheets, and the icon.
    pub(super) assets: HashMap<String, Vec<u8>>,
    pub(super) problems: Vec<Problem>,
}

pub(super) fn listing(folder: &Path) -> Listing {
    let mut files = Vec::new();
    list(folder, "", &mut files, 0);
    files.sort();
    files
}

fn list(folder: &Path, before: &str, files: &mut Listing, depth: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (Ok(name), Ok(about)) = (entry.file_name().into_string(), entry.metadata()) else { continue };
        // What editors leave beside a file.
        if name.starts_with('.') || name.ends_with('~') || files.len() >= MOST_FILES {
            continue;
        }
        let known_as = format!("{before}{name}");
        match about.is_dir() {
            true if depth < 4 => list(&entry.path(), &format!("{known_as}/"), files, depth + 1),
            true => {}
            false => files.push((known_as, entry.path(), about.modified().ok(), about.len())),
        }
    }
}

pub(super) fn read(listing: &Listing, is_built_in: impl Fn(&str) -> bool) -> Files {
    let mut files = Files::default();
    for (name, path, _, bytes) in listing {
        if let Err((line, words)) = read_one(name, path, *bytes, &is_built_in, &mut files) {
            files.problems.push(Problem { file: known_as(name), line, words });
        }
    }
    files
}

fn known_as(name: &str) -> String {
    format!("theme/{name}")
}

fn read_one(
    name: &str,
    path: &Path,
    bytes: u64,
    is_built_in: impl Fn(&str) -> bool,
    files: &mut Files,
) -> Result<(), (usize, String)> {
    if bytes > LARGEST {
        return Err((1, "It is larger than one megabyte.".into()));
    }
    let bytes = std::fs::read(path).map_err(|error| (1, format!("It cannot be read: {error}.")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        (line_at(good, good.len()), "It is not written in UTF-8.".to_owned())
    })?;
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        // A template of another name may be included by one that is known.
        "html" => files.templates.push((name.to_owned(), text)),
        "css" | "svg" if is_built_in(name) => {
            if ending == "css" {
                check_css(&text)?;
            }
            files.assets.insert(name.to_owned(), text.into_bytes());
        }
        _ => return Err((1, "The program has no template or stylesheet of this name.".into())),
    }
    Ok(())
}

fn line_at(text: &[u8], at: usize) -> usize {
    text[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// A browser mends a stylesheet by leaving out whatever follows a slip: only what swallows the rest of the file is found here.
fn check_css(text: &str) -> Result<(), (usize, String)> {
    let bytes = text.as_bytes();
    let (mut open, mut at) = (Vec::new(), 0);
    let fault = |at, words: &str| Err((line_at(bytes, at), words.to_owned()));
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'*') => match text[at + 2..].find("*/") {
                Some(length) => at += length + 3,
                None => return fault(at, "A comment begins here and does not end."),
            },
            quote @ (b'"' | b'\'') => {
                let start = at;
                loop {
                    at += 1;
                    match bytes.get(at) {
                        Some(b'\\') => at += 1,
                        Some(byte) if *byte == quote => break,
                        None | Some(b'\n') => {
                            return fault(start, "A quotation mark stands here and none closes it.");
                        }
                        _ => {}
                    }
                }
            }
            b'\\' => at += 1,
            b'{' => open.push(at),
            b'}' if open.pop().is_none() => return fault(at, "This } closes nothing."),
            _ => {}
        }
        at += 1;
    }
    match open.pop() {
        Some(at) => fault(at, "The { here is never closed."),
        None => Ok(()),
    }
}

/// What a template's error says to its author. An error in an included file names that file.
pub(super) fn problem(error: &minijinja::Error) -> Problem {
    let mut innermost = error;
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        if let Some(inner) = source.downcast_ref::<minijinja::Error>().filter(|inner| inner.name().is_some())
        {
            innermost = inner;
        }
        next = source.source();
    }
    let words = match innermost.detail() {
        Some(detail) => format!("{}: {detail}.", innermost.kind()),
        None => format!("{}.", innermost.kind()),
    };
    let file = known_as(innermost.name().unwrap_or("?"));
    Problem { file, line: innermost.line().unwrap_or(1), words }
}

/// Takes up what changes in the folder, for as long as the server runs.
pub async fn follow(app: App) {
    loop {
        tokio::time::sleep(LOOK).await;
        let looking = app.clone();
        let changed = tokio::task::spawn_blocking(move || looking.templates.look_again()).await;
        if changed.unwrap_or(false) {
            app.pages.forget(&[Topic::site()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check_css;

    #[test]
    fn a_stylesheet_that_swallows_itself_is_found() {
        let check = |css: &str, line: Option<usize>| {
            assert_eq!(check_css(css).err().map(|(line, _)| line), line, "{css}");
        };
        check("a { color: red }\n@media print { a { color: black } }", None);
        check("a::before { content: \"}\" } /* } */ .a\\{b { }", None);
        check("a { color: red\n\nb { color: blue }", Some(1));
        check("a { color: red }\n}\n", Some(2));
        check("a { }\n/* no end", Some(2));
        check("a { content: \"x\n }", Some(1));
        check("a { content: 'x\\", Some(1));
        check("é { }\n\n{ ü", Some(3));
        check("", None);
    }
}
