//! What a document is written in: told by its name's ending, or by how it begins.

use super::super::tidy::looks_like_html;
use markup::{Document, Options};
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Markdown,
    Html,
    Text,
}

impl Form {
    fn of(file: &Path, text: &str) -> Form {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" | "xhtml" => Form::Html,
            "txt" | "text" | "eml" => Form::Text,
            _ if looks_like_html(text) => Form::Html,
            _ => Form::Markdown,
        }
    }
}

pub(super) fn read(file: &Path, text: &str) -> Document {
    let options = Options::default();
    match Form::of(file, text) {
        Form::Markdown => markup::read(text, &options),
        Form::Html => markup::read_html(text, &options),
        Form::Text => markup::read_text(text, &options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_come_before_beginnings() {
        let check =
            |file: &str, text: &str, form: Form| assert_eq!(Form::of(Path::new(file), text), form, "{file}");
        check("post.md", "<div>a page</div>", Form::Html);
        check("post.md", "words", Form::Markdown);
        check("page.HTML", "words", Form::Html);
        check("letter.txt", "<p>words</p>", Form::Text);
        check("-", "<!DOCTYPE html>", Form::Html);
        check("-", "words", Form::Markdown);
    }
}
