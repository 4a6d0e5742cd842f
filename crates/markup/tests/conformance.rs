//! The examples of CommonMark 0.31 and of GitHub's extensions, as far as what a reader sees is concerned: the same words under the
//! same elements. What differs on purpose is listed, each with its reason.

use markup::Options;
use std::path::PathBuf;

fn data(file: &str) -> Option<String> {
    let folder = std::env::var_os("IBID_TEST_DATA").map(PathBuf::from);
    let text =
        folder.and_then(|folder| std::fs::read_to_string(folder.join("markdown-spec").join(file)).ok());
    if text.is_none() {
        println!("skipped: no test data");
    }
    text
}

struct Example {
    number: usize,
    kind: String,
    markdown: String,
    html: String,
}

/// Examples as both specifications write them: between rules of 32 back quotes, `→` for a tab.
fn examples(spec: &str) -> Vec<Example> {
    let rule = "`".repeat(32);
    let mut found = Vec::new();
    let mut lines = spec.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix(&format!("{rule} example")) else { continue };
        let mut part = |end: &str| {
            let mut text = String::new();
            for line in lines.by_ref().take_while(|line| *line != end) {
                text.push_str(&line.replace('→', "\t"));
                text.push('\n');
            }
            text
        };
        let (markdown, html) = (part("."), part(&rule));
        found.push(Example { number: found.len() + 1, kind: kind.trim().to_owned(), markdown, html });
    }
    found
}

/// What is rendered from an example, and what the same page makes of the HTML that the specification expects. Reading the expected
/// HTML as this library reads any HTML takes away what sanitising and dressing do to both.
fn shown(example: &Example) -> (String, String) {
    let options = Options::default();
    let ours = markup::read(&example.markdown, &options);
    let theirs = markup::read_html(&example.html, &options);
    (folded(&ours.html()), folded(&theirs.html()))
}

/// White space between elements is nobody's; tables are written without their sections' line breaks.
fn folded(html: &str) -> String {
    let words: Vec<&str> = html.split_whitespace().collect();
    words.join(" ").replace("> <", "><").replace(" </", "</").replace("> ", ">")
}

fn conforms(file: &str, least: usize, exceptions: &[(usize, &str)]) {
    let Some(spec) = data(file) else { return };
    let examples = examples(&spec);
    assert!(examples.len() >= least, "{} examples", examples.len());
    let mut wrong = Vec::new();
    for example in examples.iter().filter(|example| example.kind != "disabled") {
        let (ours, theirs) = shown(example);
        let excepted = exceptions.iter().any(|(number, _)| *number == example.number);
        match (ours == theirs, excepted) {
            (true, false) | (false, true) => {}
            (true, true) => wrong.push(format!("{}: is right and need not be listed", example.number)),
            (false, false) => wrong.push(format!(
                "{}: {:?}\n   ours: {ours}\n theirs: {theirs}",
                example.number, example.markdown
            )),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
}

#[test]
fn commonmark_reads_as_specified() {
    conforms("commonmark-spec.txt", 650, COMMONMARK);
}

#[test]
fn githubs_extensions_read_as_specified() {
    conforms("gfm-spec.txt", 670, GITHUB);
}

const BARE: &str = "a bare address is a link, as GitHub's extension for autolinks has it";
const COMMENTS: &str =
    "comments are those of HTML, as CommonMark has it since 0.31; this specification is older";

const COMMONMARK: &[(usize, &str)] = &[(604, BARE), (610, BARE), (613, BARE), (614, BARE)];

const GITHUB: &[(usize, &str)] = &[
    (610, BARE),
    (616, BARE),
    (619, BARE),
    (620, BARE),
    (645, COMMENTS),
    (646, COMMENTS),
    (653, "elements that no post may hold are left out with what they hold, not shown as they are typed"),
];
