//! A press: a whole publication, run from outside as an operator, a writer or a reader would.
//!
//! [`Press`] starts the real program on an empty folder (SQLite; PostgreSQL with `IBID_TEST_POSTGRES=1`), with a stand-in [`web`]
//! behind every capture and a folder behind every mail. People act through it: an [`Author`] writes over the JSON API,
//! a [`Visitor`] uses pages and forms as a browser without script would. Nothing here knows the program's insides.
//!
//! Stories wait for conditions ([`until`]), never for time.

#![allow(dead_code, unused_imports, unreachable_pub, reason = "each test file uses its part")]

mod api;
mod author;
mod browser;
mod command;
mod drawing;
mod lair;
mod notary;
mod page;
mod postgres;
mod server;
mod vectors;
mod visitor;
mod wait;
pub mod web;

pub use api::{Api, Reply};
pub use author::{Author, Post};
pub use browser::tells;
pub use command::{Ran, ibid};
pub use drawing::drawing;
pub use lair::{Lair, TRIES, attack, leaving, refreshing};
pub use notary::{Manner, Notary};
pub use page::{Form, Page};
pub use vectors::vectors;
pub use visitor::Visitor;
pub use wait::{until, until_within};

use server::Server;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;
use web::Web;

/// Whoever has a password here has this one.
pub const PASSWORD: &str = "the lamps are lit at dusk";

pub struct Press {
    folder: TempDir,
    settings: Vec<(String, String)>,
    server: Option<Server>,
    /// The stand-in web that captures meet.
    pub web: Web,
    ida: Option<Author>,
}

/// A press about to start.
pub struct Prepared(Press);

impl Press {
    /// A publication with an empty front page, running, owned by Ida.
    pub async fn start() -> Press {
        Press::prepare().await.start().await
    }

    /// The same, not yet running, for settings of its own.
    pub async fn prepare() -> Prepared {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let web = Web::start().await;
        let authority = folder.path().join("authority.pem");
        std::fs::write(&authority, web.authority_pem()).expect("a file in it");
        let mut settings = vec![
            ("IBID_DATA", folder.path().join("data").display().to_string()),
            ("IBID_MAIL", format!("folder:{}", folder.path().join("mail").display())),
            ("IBID_CAPTURE_CONNECT", web.connect()),
            ("IBID_CAPTURE_ALLOW", web.allow()),
            ("IBID_CAPTURE_CA", authority.display().to_string()),
            ("IBID_BROWSER", "off".to_owned()),
        ];
        if let Some(database) = postgres::fresh_database() {
            settings.push(("IBID_DATABASE", database));
        }
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Prepared(Press { folder, settings, server: None, web, ida: None })
    }

    /// The owner.
    pub fn ida(&self) -> Author {
        let ida = self.ida.clone().expect("Ida was added");
        Author { base: self.base(), ..ida }
    }

    /// Adds somebody with [`PASSWORD`] and a bearer token.
    pub async fn hires(&self, name: &str, role: &str) -> Author {
        let first_name = name.split(' ').next().unwrap_or(name).to_lowercase();
        let email = format!("{first_name}@gazette.example");
        self.command(&["user", "add", &email, "--name", name, "--role", role, "--password-stdin"])
            .typing(PASSWORD)
            .run()
            .await
            .succeeds();
        let token = self
            .command(&["token", "create", "--user", &email])
            .run()
            .await
            .succeeds()
            .stdout
            .trim()
            .to_owned();
        let base = self.server.as_ref().map(|server| server.base.clone()).unwrap_or_default();
        Author { base, name: name.to_owned(), email, token }
    }

    /// Somebody with a fresh browser.
    pub fn reader(&self) -> Visitor {
        Visitor::new(&self.base())
    }

    /// The JSON API without a token.
    pub fn api(&self) -> Api {
        Api::new(&self.base(), None)
    }

    /// Starts again after [`Press::is_killed`], once what the killed server had taken is free again: at once where no other server
    /// can be at work, else when its leases are over.
    pub async fn starts_in_its_stead(&mut self) {
        if self.settings.iter().any(|(name, _)| name == "IBID_DATABASE") {
            self.set("IBID_CLOCK", "+3600");
        }
        self.starts().await;
    }

    /// `ibid …` with the same folder and settings.
    pub fn command(&self, args: &[&str]) -> command::Command {
        let mut command = ibid(args);
        for (name, value) in &self.settings {
            command = command.with(name, value);
        }
        command
    }

    /// Where the running server answers: `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        self.running().base.clone()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(n, _)| n != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// SIGKILL: nothing is tidied up.
    pub async fn is_killed(&mut self) {
        self.server.take().expect("it runs").kill().await;
    }

    /// SIGTERM; answers its exit status.
    pub async fn is_stopped(&mut self) -> Option<i32> {
        self.server.take().expect("it runs").stop().await
    }

    /// Starts again on the same folder, on another port.
    pub async fn starts(&mut self) {
        self.starts_with(&[]).await;
    }

    pub async fn starts_with(&mut self, flags: &[&str]) {
        assert!(self.server.is_none(), "it runs already");
        self.server = Some(Server::start(self, flags).await);
    }

    pub fn process_id(&self) -> u32 {
        self.running().process_id()
    }

    /// Mails written so far, oldest first, each as it would have been sent.
    pub fn mails(&self) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.folder.path().join("mail")) else { return Vec::new() };
        let mut files: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
        files.sort();
        files
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "eml"))
            .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned())
            .collect()
    }

    /// What the running server has said on standard output.
    pub fn said(&self) -> Vec<String> {
        self.running().said()
    }

    /// What the server has logged since it started last.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn running(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }
}

impl Prepared {
    pub fn folder(&self) -> &Path {
        self.0.folder()
    }

    pub fn with(mut self, name: &str, value: &str) -> Prepared {
        self.0.set(name, value);
        self
    }

    /// Runs it on an empty folder, with nobody in it.
    pub async fn start_empty(mut self) -> Press {
        self.0.starts().await;
        self.0
    }

    pub async fn start_with(mut self, flags: &[&str]) -> Press {
        self.0.starts_with(flags).await;
        self.0
    }

    pub async fn start(mut self) -> Press {
        self.0.ida = Some(self.0.hires("Ida Brandt", "owner").await);
        self.0.starts().await;
        self.0
    }

    /// Not started at all: for commands that need no server.
    pub fn only_commands(self) -> Press {
        self.0
    }
}

/// A story that failed shows what the server had to say.
impl Drop for Press {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("--- the server's last words");
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}

/// Path of an absolute address, as pages are opened by it.
pub fn path_of(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) => url[url::Position::BeforePath..].to_owned(),
        Err(_) => url.to_owned(),
    }
}
