//! Running `ibid` as somebody at a terminal would.

use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

pub struct Command {
    inner: tokio::process::Command,
    shown: String,
    typed: Option<Vec<u8>>,
}

/// How it went.
#[derive(Debug)]
pub struct Ran {
    shown: String,
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The program with no setting but what the story gives it.
pub fn ibid(args: &[&str]) -> Command {
    let mut inner = tokio::process::Command::new(env!("CARGO_BIN_EXE_ibid"));
    inner.args(args).kill_on_drop(true).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("IBID_")) {
        inner.env_remove(name);
    }
    // What is tried here must not depend on how full this machine happens to be.
    inner.env("IBID_DISK_FREE", "50");
    Command { inner, shown: format!("ibid {}", args.join(" ")), typed: None }
}

impl Command {
    pub fn with(mut self, name: &str, value: &str) -> Command {
        self.inner.env(name, value);
        self
    }

    pub fn within(mut self, folder: &std::path::Path) -> Command {
        self.inner.current_dir(folder);
        self
    }

    /// What it reads on standard input.
    pub fn typing(mut self, text: &str) -> Command {
        self.typed = Some(text.as_bytes().to_vec());
        self
    }

    pub async fn run(mut self) -> Ran {
        self.inner.stdout(Stdio::piped()).stderr(Stdio::piped());
        if self.typed.is_some() {
            self.inner.stdin(Stdio::piped());
        }
        let mut child = self.inner.spawn().expect("the program starts");
        if let Some(typed) = self.typed {
            let mut stdin = child.stdin.take().expect("it has a standard input");
            // A program that found a mistake need not read on.
            let _ = stdin.write_all(&typed).await;
        }
        let ended = tokio::time::timeout(Duration::from_secs(400), child.wait_with_output()).await;
        let output = ended.unwrap_or_else(|_| panic!("{} does not end", self.shown)).expect("an output");
        Ran {
            shown: self.shown,
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(super) fn into_inner(self) -> tokio::process::Command {
        self.inner
    }
}

impl Ran {
    pub fn succeeds(self) -> Ran {
        self.ends_with(0)
    }

    /// Exit status.
    pub fn ends_with(self, status: i32) -> Ran {
        let Ran { shown, stdout, stderr, .. } = &self;
        assert_eq!(self.status, Some(status), "{shown}\nstdout: {stdout}\nstderr: {stderr}");
        self
    }

    /// On standard error, where people are spoken to; spaces and line ends folded.
    pub fn says(self, words: &str) -> Ran {
        assert!(
            folded(&self.stderr).contains(words),
            "{} did not say “{words}” but:\n{}",
            self.shown,
            self.stderr
        );
        self
    }

    pub fn prints(self, words: &str) -> Ran {
        assert!(self.stdout.contains(words), "{} did not print “{words}” but:\n{}", self.shown, self.stdout);
        self
    }

    /// Standard output, read as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| {
            panic!("{} printed no JSON ({e}):\n{}\n{}", self.shown, self.stdout, self.stderr)
        })
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
