//! Prints what is found in a folder of Markdown, for reading by hand: `cargo run -p markup --example extract FOLDER [EVERY]`.
//! `+` is a quotation, with its speaker and the address it is bound to; `-` words of four or more in quotation marks that were
//! left alone, with what stands around them. Of each kind every EVERYth.

use markup::{Options, QuotationKind, read};
use std::path::{Path, PathBuf};

fn main() {
    let mut typed = std::env::args().skip(1);
    let folder = PathBuf::from(typed.next().expect("a folder of Markdown"));
    let every: usize = typed.next().and_then(|every| every.parse().ok()).unwrap_or(1);
    let (mut found, mut left) = (0, 0);
    for file in files(&folder) {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let document = read(body(&text), &Options::default());
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for quotation in document.quotations.iter().filter(|q| q.kind != QuotationKind::Reported) {
            if found % every == 0 {
                let source = quotation.citation.map(|at| document.citations[at].url.as_str());
                let kind = if quotation.block { "block" } else { "" };
                println!(
                    "+ {name}:{} {kind} [{}] <{}> {}",
                    quotation.line,
                    quotation.speaker.as_deref().unwrap_or("?"),
                    source.unwrap_or("none"),
                    around(&document.plain_text, &quotation.text)
                );
            }
            found += 1;
        }
        for (start, end) in marked(&document.plain_text) {
            let words = &document.plain_text[start..end];
            let folded = |text: &str| text.split_whitespace().collect::<String>();
            let known = |quotation: &markup::Quotation| folded(&quotation.text).contains(&folded(words));
            if words.split_whitespace().count() < 4 || document.quotations.iter().any(known) {
                continue;
            }
            if left % every == 0 {
                println!("- {name} {}", around(&document.plain_text, words));
            }
            left += 1;
        }
    }
    println!("{found} found, {left} left alone");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false if path.extension().is_some_and(|ending| ending == "md") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

/// Without what stands before the text between lines of three dashes.
fn body(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("---") else { return text };
    rest.split_once("\n---").map_or(text, |(_, body)| body)
}

/// Words between double quotation marks, in bytes.
fn marked(text: &str) -> Vec<(usize, usize)> {
    let (mut found, mut open) = (Vec::new(), None);
    for (at, c) in text.char_indices() {
        match c {
            '\n' => open = None,
            '“' => open = Some(at + c.len_utf8()),
            '”' | '"' if open.is_some() => found.extend(open.take().map(|start| (start, at))),
            '"' => open = Some(at + 1),
            _ => {}
        }
    }
    found
}

/// The words in their line, with what stands before and after.
fn around(text: &str, words: &str) -> String {
    const BESIDE: usize = 130;
    let first = words.lines().next().unwrap_or_default();
    let Some(at) = text.find(first) else { return format!("«{}»", shortened(words)) };
    let end = at + first.len();
    let before: String =
        text[..at].chars().rev().take(BESIDE).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = text[end..].chars().take(BESIDE).collect();
    format!("{} «{}» {}", before.replace('\n', " ¶ "), shortened(words), after.replace('\n', " ¶ "))
}

fn shortened(words: &str) -> String {
    match words.char_indices().nth(120) {
        Some((cut, _)) => format!("{}…", &words[..cut]),
        None => words.to_owned(),
    }
}
