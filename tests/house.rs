//! The house rules: what may know what, and that the documents tell the truth.

mod press;

use press::ibid;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Each may use those before it.
const NOUNS: [&str; 13] = [
    "person",
    "reader",
    "source",
    "media",
    "publication",
    "quote",
    "statement",
    "search",
    "post",
    "bundle",
    "views",
    "comment",
    "newsletter",
];

#[test]
fn every_module_knows_only_those_before_it() {
    let mut broken = Vec::new();
    for path in rust_files(&root().join("src")) {
        let name = path.strip_prefix(root().join("src")).unwrap().to_string_lossy().into_owned();
        let module = name.split(['/', '.']).next().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for used in used_modules(&text) {
            if !may_use(&module, &used) {
                broken.push(format!("src/{name} uses crate::{used}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// `main → web, worker → nouns in their order → outside`; what is none of these (errors, ids, time) is for everybody.
fn may_use(module: &str, used: &str) -> bool {
    let noun = |name: &str| NOUNS.iter().position(|noun| *noun == name);
    match (module, used) {
        _ if module == used => true,
        ("main" | "app" | "command" | "web" | "worker" | "sample", _) => true,
        (_, "web" | "worker" | "command") => false,
        ("moving", _) => true,
        ("outside", used) => noun(used).is_none(),
        _ => match (noun(module), noun(used)) {
            (Some(this), Some(other)) => other < this,
            (None, Some(_)) => false,
            _ => true,
        },
    }
}

/// First names after `crate::` in code, single or in braces.
fn used_modules(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(first_names(group)),
            None => found.push(name_at(rest)),
        }
    }
    found.sort();
    found.dedup();
    found
}

fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && c.is_alphabetic() => {
                names.push(name_at(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn name_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn the_reader_of_use_lines_reads_them() {
    let check = |text: &str, expected: &[&str]| assert_eq!(used_modules(text), expected, "{text}");
    check("use crate::post::Post;", &["post"]);
    check(
        "use crate::{Error, Result, error::Context, post::{self, slug}};",
        &["Error", "Result", "error", "post"],
    );
    check("// see crate::web\nfn f() { crate::web::serve() }", &["web"]);
    check("fn f() {}", &[]);
}

#[test]
fn every_path_in_the_documents_is_there() {
    let mut missing = Vec::new();
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for path in paths_in(&text) {
            let beside = document.parent().unwrap();
            let from = [root().to_owned(), root().join("src"), beside.to_owned(), beside.join("src")];
            if !from.iter().any(|folder| folder.join(&path).exists()) {
                missing.push(format!("{} names {path}", document.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Words in back quotes, and targets of links, that are shaped like a path of this repository.
fn paths_in(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let endings =
        [".rs", ".md", ".toml", ".html", ".css", ".js", ".sql", ".png", ".svg", ".mjs", ".json", ".lock"];
    let is_path = |word: &&str| {
        let known = [
            "src/",
            "tests/",
            "crates/",
            "bin/",
            "templates/",
            "static/",
            "migrations/",
            "examples/",
            "docs/",
            ".ci/",
        ];
        let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        plain
            && !word.starts_with('/')
            && (known.iter().any(|k| word.starts_with(k)) || endings.iter().any(|e| word.ends_with(e)))
    };
    // What a publication's own folder holds, and what a build leaves, is no part of the repository.
    let elsewhere =
        |word: &str| word.starts_with("target/") || matches!(word, "ibid.toml" | "post.md" | "ibid.sqlite");
    quoted.chain(linked).filter(is_path).filter(|word| !elsewhere(word)).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_command_in_the_documents_runs() {
    let mut wrong = Vec::new();
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for command in commands_in(&text) {
            if let Err(why) = understood(&command).await {
                wrong.push(format!("{}: {command}: {why}", document.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Lines of fenced blocks marked as shell.
fn commands_in(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.trim().strip_prefix("```") {
            Some(language) => inside = !inside && matches!(language, "sh" | "bash" | "shell" | "console"),
            None if inside => {
                let command = line.split(" #").next().unwrap().trim().trim_start_matches("$ ");
                if !command.is_empty() && !command.starts_with('#') {
                    commands.push(command.to_owned());
                }
            }
            None => {}
        }
    }
    commands
}

/// A command of ours is understood when the program offers help on exactly what was typed; a script, when bash can read it.
async fn understood(command: &str) -> Result<(), String> {
    let words: Vec<&str> =
        command.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-')).collect();
    let args = match words.as_slice() {
        ["cargo", "run", "--release", "--", args @ ..] => args,
        ["ibid" | "target/release/ibid" | "./ibid" | "sudo ibid", args @ ..] => args,
        ["git" | "cd" | "cargo" | "sudo" | "curl" | "cp" | "systemctl" | "apt-get", ..] => return Ok(()),
        [script, ..] if script.starts_with("bin/") => {
            let read = std::process::Command::new("bash").arg("-n").arg(root().join(script)).status();
            return if read.is_ok_and(|status| status.success()) {
                Ok(())
            } else {
                Err("bash cannot read it".into())
            };
        }
        _ => return Err("nobody knows this command".into()),
    };
    let args = args.iter().copied().take_while(|arg| !matches!(*arg, "|" | "<" | ">" | "&&" | "&"));
    let typed: Vec<&str> = args.chain(["--help"]).collect();
    let ran = ibid(&typed).run().await;
    if ran.status == Some(0) { Ok(()) } else { Err(ran.stderr) }
}

fn documents() -> Vec<PathBuf> {
    let names = ["README.md", "ARCHITECTURE.md", "STYLE.md"];
    let mut all: Vec<PathBuf> = names.iter().map(|name| root().join(name)).collect();
    for crate_folder in std::fs::read_dir(root().join("crates")).unwrap().flatten() {
        let readme = crate_folder.path().join("README.md");
        if readme.exists() {
            all.push(readme);
        }
    }
    all
}

#[test]
fn a_library_knows_no_publication() {
    for crate_folder in std::fs::read_dir(root().join("crates")).unwrap().flatten() {
        let manifest = std::fs::read_to_string(crate_folder.path().join("Cargo.toml")).unwrap();
        for dependency in ["ibid", "tokio", "axum", "rusqlite", "reqwest"] {
            let named = manifest.lines().any(|line| line.split(['=', '.', ' ']).next() == Some(dependency));
            assert!(!named, "{} depends on {dependency}", crate_folder.path().display());
        }
    }
}

#[test]
fn no_second_tls_and_no_system_library_comes_in() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for unwanted in ["openssl-sys", "native-tls", "onig", "onig_sys", "zstd-sys"] {
        assert!(!lock.contains(&format!("name = \"{unwanted}\"\n")), "{unwanted} is in Cargo.lock");
    }
}

/// The desk's stylesheet stands after the site's: a name that both give a thing of their own would dress it twice.
#[test]
fn a_name_in_the_stylesheets_means_one_thing() {
    let read = |name: &str| std::fs::read_to_string(root().join("static").join(name)).unwrap();
    let (site, desk) = (dressed(&read("site.css")), dressed(&read("desk.css")));
    assert!(site.contains("masthead") && desk.contains("editor"), "the stylesheets are read");
    assert_eq!(site.intersection(&desk).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Classes with which a selector begins.
fn dressed(css: &str) -> std::collections::BTreeSet<String> {
    let selectors = css
        .split('}')
        .filter_map(|rule| rule.rsplit('{').nth(1).map(|selector| selector.rsplit("*/").next().unwrap()));
    let each = selectors.flat_map(|selectors| selectors.split(','));
    let own = each.map(str::trim).filter(|selector| selector.contains('(') || !selector.contains(')'));
    let name = |class: &str| class.chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
    own.filter_map(|selector| selector.strip_prefix('.')).map(name).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
