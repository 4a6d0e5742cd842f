//! What every page, job and command is handed: the settings in force and the outside world.

use crate::config::Config;
use crate::outside::{
    browser::Browser,
    db::{Db, Place, Topic},
    fetch::Door,
    files::Files,
    mail::Mailer,
};
use crate::time::Time;
use crate::views::Views;
use crate::web::cache::Pages;
use crate::web::template::Templates;
use crate::{Error, Result, error::Context, quote};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore, oneshot};
use url::Url;

#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    /// No slash at its end. Absolute addresses come from here alone, never from a request.
    pub base_url: String,
    /// The same of interactive replay, where there is such a replay.
    pub replay_url: Option<String>,
    /// Its host, by which requests for it are known.
    pub replay_host: Option<String>,
    pub db: Db,
    pub files: Files,
    pub mailer: Mailer,
    /// To addresses that came from content.
    pub door: Arc<Door>,
    /// For pages that scripts fill.
    pub browser: Browser,
    pub templates: Templates,
    pub pages: Pages,
    pub views: Views,
    pub recent_texts: quote::Recent,
    /// Rung when a job was queued.
    pub bell: Notify,
    /// Argon2id takes 19 MiB each: never more of them than cores.
    pub hashing: Semaphore,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// In the data folder: what the server that runs there calls itself, so that commands beside it name the address that answers.
const ADDRESS: &str = "address";

impl App {
    /// Of a publication that is there already: a folder with a slip in its name is not made, and not praised.
    pub async fn open_existing(config: Config) -> Result<App> {
        if let Place::Sqlite(file) = &config.database
            && !file.exists()
        {
            return Err(Error::Invalid(format!(
                "There is no publication in {}. Name its folder with --data, or begin one there with ibid serve.",
                config.data.display()
            )));
        }
        App::open(config).await
    }

    pub async fn open(config: Config) -> Result<App> {
        std::fs::create_dir_all(&config.data).outside(format!(
            "The data folder {} cannot be made; choose another with --data",
            config.data.display()
        ))?;
        let answers =
            || std::fs::read_to_string(config.data.join(ADDRESS)).ok().filter(|url| Url::parse(url).is_ok());
        let base_url = config.base_url.clone().map(String::from).or_else(answers);
        let base_url = base_url.unwrap_or_else(|| format!("http://{}", config.listen));
        let base_url = base_url.trim_end_matches('/').to_owned();
        let host = Url::parse(&base_url).ok().and_then(|u| u.host_str().map(str::to_owned));
        let from = match &config.mail_from {
            Some(from) => from.clone(),
            // An address literal cannot stand in a mail address; without a name mail says where it runs.
            None => match host.filter(|h| h.parse::<std::net::IpAddr>().is_err()) {
                Some(host) => format!("ibid@{host}"),
                None => "ibid@localhost".into(),
            },
        };
        let db = Db::open(&config.database, config.clock).await?;
        let parts = Parts {
            files: Files::open(&config.files)?.with_free(config.disk_free),
            door: Arc::new(Door::open(&config.capture, &base_url, config.clock)?),
            browser: Browser::open(&config.browser, &config.data, config.clock),
            mailer: Mailer::open(&config.mail, &from)?,
            templates: Templates::open(&config.data)?,
            pages: Pages::default(),
            views: Views::new(&base_url),
            recent_texts: quote::Recent::default(),
            bell: Notify::new(),
            hashing: Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)),
            replay_url: config.replay_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()),
            replay_host: config.replay_url.as_ref().and_then(Url::host_str).map(str::to_owned),
            base_url,
            db,
            config,
        };
        let app = App(Arc::new(parts));
        let watching = Arc::downgrade(&app.0);
        app.db.on_change(move |topics| {
            if let Some(app) = watching.upgrade() {
                app.pages.forget(topics);
                if topics.contains(&Topic::jobs()) {
                    app.bell.notify_waiters();
                }
            }
        });
        Ok(app)
    }

    /// Until this is dropped, commands that were told no address use this server's.
    pub fn answers_here(&self) -> Answering {
        let file = self.config.data.join(ADDRESS);
        if let Err(error) = std::fs::write(&file, &self.base_url) {
            tracing::warn!(%error, "commands will not know where this server answers");
        }
        Answering(file)
    }

    pub fn now(&self) -> Time {
        self.config.clock.now()
    }

    /// An address of this publication, from its path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

/// See [`App::answers_here`].
pub struct Answering(PathBuf);

impl Drop for Answering {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs work that computes for long (hashing, rendering, parsing) where it holds up nobody.
pub async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    run_aside(Box::new(move || drop(answer.send(work()))));
    answered.await.map_err(|_| Error::Internal("a computation panicked".into()))
}

/// Of one type whatever is computed, so that it is compiled once.
fn run_aside(work: Box<dyn FnOnce() + Send>) {
    drop(tokio::task::spawn_blocking(work));
}
