//! The texts a document is compared with: files that were handed over, copies of the data folder, pages fetched now.

use super::super::tidy::looks_like_html;
use crate::app::App;
use crate::config::Config;
use crate::outside::{db, files, mail};
use crate::quote::{Held, Prepared, Wanted};
use crate::source::{Health, Kind, Source, TextKind, capture, read};
use crate::{Result, error::Context};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) struct Texts {
    /// Under the canonical address.
    by_url: BTreeMap<String, Held>,
    /// The one file that was handed over, if it was one.
    single: Option<Arc<Prepared>>,
    unknown: Held,
}

impl Texts {
    pub(super) fn given(sources: &[(String, PathBuf)]) -> Result<Texts> {
        let mut by_url = BTreeMap::new();
        let mut single = None;
        for (url, path) in sources {
            let text = Arc::new(prepared(url, path)?);
            let canonical = markup::url::canonical(url).unwrap_or_else(|| url.clone());
            single = Some(text.clone());
            let held = match text.source.is_empty() {
                true => Held::NoText(None),
                false => Held::Texts(vec![text]),
            };
            by_url.insert(canonical, held);
        }
        Ok(Texts { by_url, single: single.filter(|_| sources.len() == 1), unknown: Held::Unavailable })
    }

    /// What a citation is compared with.
    pub(super) fn of(&self, citation: &markup::Citation) -> &Held {
        self.by_url.get(&citation.canonical).unwrap_or(match citation.kind {
            markup::url::Kind::Pointer => &Held::NoSource,
            markup::url::Kind::Source => &self.unknown,
        })
    }

    /// One file and no link: everything is compared with it.
    pub(super) fn only(&self, document: &markup::Document) -> Option<Held> {
        let text = self.single.as_ref().filter(|_| document.citations.is_empty())?;
        Some(Held::Texts(vec![text.clone()]))
    }

    /// Looks for what was not handed over: first among the copies of the data folder, then on the web.
    pub(super) async fn look(&mut self, config: Config, document: &markup::Document) -> Result<()> {
        let missing: Vec<&markup::Citation> = document
            .quotations
            .iter()
            .filter_map(|q| Some(&document.citations[q.citation?]))
            .filter(|c| c.kind == markup::url::Kind::Source && !self.by_url.contains_key(&c.canonical))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let kept = match &config.database {
            db::Place::Sqlite(path) if !path.exists() => None,
            _ => Some(App::open(config.clone()).await?),
        };
        let scratch = Scratch::open(config).await?;
        for citation in missing {
            let held = match &kept {
                Some(app) => copies(app, &citation.canonical).await?,
                None => None,
            };
            let held = match held {
                Some(held) => held,
                None => scratch.fetch(&citation.canonical).await?,
            };
            self.by_url.insert(citation.canonical.clone(), held);
        }
        Ok(())
    }
}

/// A folder for the length of one command: pages are captured into it as into any other, so that recipes and health
/// verdicts are the same.
struct Scratch {
    app: App,
    folder: PathBuf,
}

impl Scratch {
    async fn open(mut config: Config) -> Result<Scratch> {
        let folder = std::env::temp_dir().join(format!("ibid-check-{}", std::process::id()));
        config.data = folder.clone();
        config.database = db::Place::Sqlite(folder.join("ibid.sqlite"));
        config.files = files::Place::Folder(folder.join("files"));
        config.mail = mail::Place::Off;
        Ok(Scratch { app: App::open(config).await?, folder })
    }

    async fn fetch(&self, canonical: &str) -> Result<Held> {
        eprintln!("fetching {canonical}");
        let (url, now) = (canonical.to_owned(), self.app.now());
        let id = self.app.db.write(move |tx| Source::of(tx, &url, Kind::Source, now)).await?.source_id;
        let capture = capture::keep(&self.app, id).await?;
        if capture.health != Health::Good {
            let why = capture.why();
            eprintln!("  {}{}{why}", capture.health, if why.is_empty() { "" } else { ": " });
        }
        self.app.db.read(move |tx| Wanted::of(tx, id)).await?.held(&self.app).await
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind is a small folder among the system's temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn prepared(url: &str, path: &Path) -> Result<Prepared> {
    let body = std::fs::read(path).invalid(format!("The source {} cannot be read", path.display()))?;
    let html = looks_like_html(&String::from_utf8_lossy(&body));
    let media_type = if html { "text/html" } else { "text/plain" };
    let headers = vec![("content-type".to_owned(), media_type.to_owned())];
    let page = read::Fetched { url: url.to_owned(), status: 200, headers, body };
    let reading = read::read(url, &page, &[]);
    let machine = reading.text_kind == TextKind::MachineCaptions;
    // A few plain lines do not tell their language; a page says its own.
    let language = if html { reading.language.as_str() } else { "" };
    Ok(Prepared::new(None, reading.text, machine, language, String::new()).with_parts(reading.parts))
}

/// The copies that the data folder holds of an address; none if it never heard of it.
async fn copies(app: &App, canonical: &str) -> Result<Option<Held>> {
    let url = canonical.to_owned();
    let wanted = app
        .db
        .read(move |tx| match Source::by_url(tx, &url)? {
            Some(source) => Wanted::of(tx, source.source_id).map(Some),
            None => Ok(None),
        })
        .await?;
    match wanted {
        Some(wanted) => match wanted.held(app).await? {
            Held::Texts(texts) => Ok(Some(Held::Texts(texts))),
            _ => Ok(None),
        },
        None => Ok(None),
    }
}
