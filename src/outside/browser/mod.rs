//! A browser for pages that scripts fill: one page at a time, in a Chromium that lives no longer than the page does.
//!
//! Whatever the page asks for goes through a proxy of our own ([`proxy`]) and so through the guarded door, which takes it down. The browser
//! is found, confined and ended by [`launch`], and driven over a pipe ([`pipe`]); [`visit`] is what is done with a page. Nothing that goes
//! wrong here is an error of this program: it is a fact, told by [`Trouble`].

mod flags;
mod launch;
mod memory;
mod pipe;
mod proxy;
mod visit;

use crate::config;
use crate::outside::clock::Clock;
use crate::outside::fetch::{Budget, Door, Exchange, Failure, Limits};
use crate::time::Time;
use launch::{Found, Running, Unfit};
use pipe::Pipe;
use proxy::Proxy;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use url::Url;

/// Less memory than this to be had, and no browser is started: the server comes first.
pub const LEAST_MEMORY: u64 = 600 << 20;
/// Less than this, and the one that runs is ended.
const TOO_LITTLE: u64 = 200 << 20;
/// How long anybody waits for their turn: a look at a source may have to wait twice within its job's lease.
const TURN: Duration = Duration::from_secs(60);
/// What one page may take, from the browser's start to its end.
const LIMITS: Limits = Limits { record: 20_000_000, capture: 100_000_000, time: Duration::from_secs(45) };

pub struct Browser {
    found: Result<Found, Unfit>,
    turn: Mutex<()>,
    /// Held while a browser runs, by whichever process of this publication.
    lock: PathBuf,
    clock: Clock,
}

/// A page as a browser made it.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// What was asked for and where that led, the page as it was sent last.
    pub page: Vec<Exchange>,
    /// Everything else that was asked for meanwhile, in the order in which it was answered.
    pub besides: Vec<Exchange>,
    /// When the page was taken down.
    pub at: Time,
    /// Its markup then.
    pub markup: String,
    /// What is odd about it, in sentences.
    pub notes: Vec<String>,
}

/// Why there is no page from a browser. `Display` is a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("No browser can be run here: {0}.")]
    Unfit(String),
    #[error("The browser was at work on other pages for a minute.")]
    Busy,
    #[error("There is too little memory for a browser: {} MB of the {} that one needs.", .0 >> 20, LEAST_MEMORY >> 20)]
    Memory(u64),
    #[error("The browser could not be started: {0}.")]
    NoStart(String),
    #[error("The browser ended on its own.")]
    Gone,
    #[error("The browser did not answer: the page's scripts never pause.")]
    Hung,
    #[error("The page crashed the browser.")]
    Crashed,
    #[error("The page took more memory than there is for it.")]
    Greedy,
    #[error("The page was not done in its time.")]
    Slow,
    #[error("The browser refused {0}: {1}.")]
    Refused(String, String),
    #[error("{0}")]
    Page(Failure),
}

impl Trouble {
    /// Whether another time will do as well: nothing is wrong with the page.
    pub fn passes(&self) -> bool {
        matches!(self, Trouble::Busy | Trouble::Memory(_))
    }
}

impl Browser {
    pub fn open(settings: &config::Browser, data: &std::path::Path, clock: Clock) -> Browser {
        let lock = data.join("browser.lock");
        Browser { found: launch::find(settings), turn: Mutex::new(()), lock, clock }
    }

    /// What it is and as whom it is run; else why there is none.
    pub fn told(&self) -> Result<String, String> {
        match &self.found {
            Ok(Found { program, user: Some(user), .. }) => {
                Ok(format!("{}, run as {}", program.display(), user.name))
            }
            Ok(found) => Ok(found.program.display().to_string()),
            Err(unfit) => Err(unfit.to_string()),
        }
    }

    pub fn is_at_hand(&self) -> bool {
        self.found.is_ok()
    }

    /// Starts one and ends it again: whether it can be had here at all. Answers with what it calls itself.
    pub async fn trial(&self) -> Result<String, Trouble> {
        let found = self.found.as_ref().map_err(|unfit| Trouble::Unfit(unfit.to_string()))?;
        let _turn = self.turn().await?;
        let (mut running, mut pipe) = Running::start(found, &[])?;
        let told = pipe.ask("", "Browser.getVersion", serde_json::json!({})).await;
        running.end().await;
        Ok(told.map_err(|trouble| started(trouble, &pipe, &running))?["product"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// A page as its scripts make it.
    pub async fn render(&self, door: &Arc<Door>, url: &Url) -> Result<Rendered, Trouble> {
        let found = self.found.as_ref().map_err(|unfit| Trouble::Unfit(unfit.to_string()))?;
        let _turn = self.turn().await?;
        match memory::available() {
            Some(bytes) if bytes < LEAST_MEMORY => return Err(Trouble::Memory(bytes)),
            _ => {}
        }
        let budget = Budget::new(LIMITS);
        // Counted from here on.
        let time = budget.left();
        let proxy = Proxy::start(door.clone(), budget).await?;
        let own = [
            format!("--proxy-server=http://127.0.0.1:{}", proxy.port),
            format!("--ignore-certificate-errors-spki-list={}", proxy.fingerprint()),
        ];
        let (mut running, mut pipe) = Running::start(found, &own)?;
        let outcome = tokio::select! {
            outcome = timeout(time, visit::visit(&mut pipe, &proxy, url)) => outcome.unwrap_or(Err(Trouble::Slow)),
            () = memory::falls_below(TOO_LITTLE) => Err(Trouble::Greedy),
        };
        let at = self.clock.now();
        running.end().await;
        match outcome {
            Ok(visited) => Ok(visited.told(proxy.take(), at)),
            Err(trouble) => Err(started(trouble, &pipe, &running)),
        }
    }

    /// One at a time, whoever asks.
    async fn turn(&self) -> Result<(tokio::sync::MutexGuard<'_, ()>, Option<File>), Trouble> {
        let until = Instant::now() + TURN;
        let turn = tokio::time::timeout_at(until, self.turn.lock()).await.map_err(|_| Trouble::Busy)?;
        // Without a file there is nobody to share with.
        let Ok(file) = File::options().create(true).append(true).open(&self.lock) else {
            return Ok((turn, None));
        };
        loop {
            match file.try_lock() {
                Ok(()) => return Ok((turn, Some(file))),
                Err(std::fs::TryLockError::Error(_)) => return Ok((turn, None)),
                Err(std::fs::TryLockError::WouldBlock) if Instant::now() >= until => {
                    return Err(Trouble::Busy);
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    tokio::time::sleep(Duration::from_millis(200)).await
                }
            }
        }
    }
}

/// A browser that ends before it has said a word never started; it has said why.
fn started(trouble: Trouble, pipe: &Pipe, running: &Running) -> Trouble {
    match trouble {
        Trouble::Gone if !pipe.has_answered() => Trouble::NoStart(running.why()),
        trouble => trouble,
    }
}
