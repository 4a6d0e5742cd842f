//! One thin layer over SQLite and PostgreSQL.
//!
//! A *unit* is the whole of what one page or one action needs from the database: a plain closure that gets a [`Tx`].
//! It runs in one transaction, on a thread where it may block, and awaits nothing. On SQLite one writer thread
//! commits many units at once ([`sqlite`]); on PostgreSQL each unit is a pooled transaction ([`postgres`]).
//! One SQL text serves both: parameters are `?1`, types are the five of [`Value`], and what PostgreSQL alone must
//! see stands in `/*pg …*/`.
//!
//! Every statement is written in [`sql!`], which registers it: a test prepares them all on both engines.

mod migrate;
mod postgres;
#[cfg(test)]
pub(crate) mod scratch;
mod sqlite;
#[cfg(test)]
mod tests;
mod value;

pub use value::{FromRow, FromValue, Params, Row, Value};
pub(crate) use value::{record, words};

use crate::outside::clock::Clock;
use crate::{Error, Result};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

/// A statement that is known to the registry.
#[derive(Debug, Clone, Copy)]
pub struct Sql(#[doc(hidden)] pub &'static str);

/// One registered statement and where it stands.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "read by the test that prepares every statement on both engines")
)]
pub struct Statement {
    pub text: &'static str,
    pub at: &'static str,
}
inventory::collect!(Statement);

/// Writes a statement. Its first line is `-- Noun::verb`, which names it in a slow-query log.
macro_rules! sql {
    ($text:literal) => {{
        inventory::submit! { $crate::outside::db::Statement { text: $text, at: concat!(file!(), ":", line!()) } }
        $crate::outside::db::Sql($text)
    }};
}
pub(crate) use sql;

/// What changed, as `post:12` or `site`: pages that show it are forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Topic(pub String);

impl Topic {
    /// Name, navigation, settings: everything shows it.
    pub fn site() -> Topic {
        Topic("site".into())
    }

    /// Work was queued; no page shows it.
    pub fn jobs() -> Topic {
        Topic("jobs".into())
    }
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Called with what changed, before the write that changed it is acknowledged; and for writes of other processes,
/// within a second.
pub type OnChange = Box<dyn Fn(&[Topic]) + Send + Sync>;

pub(crate) struct Watchers(RwLock<Vec<OnChange>>);

impl Watchers {
    fn tell(&self, topics: &[Topic]) {
        if !topics.is_empty() {
            for watcher in self.0.read().expect("watchers never panic while holding the list").iter() {
                watcher(topics);
            }
        }
    }
}

/// A unit that leaves its answer elsewhere. Of one type whatever it answers: the program has a hundred units, and each would
/// be compiled with tasks and channels of its own, twice, which took a tenth of the whole build.
type Unit = Box<dyn FnOnce(&mut Tx) -> Result<()> + Send>;

fn boxed<T: Send + 'static>(
    unit: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
) -> (Unit, Arc<Mutex<Option<T>>>) {
    let answer = Arc::new(Mutex::new(None));
    let left = answer.clone();
    let unit: Unit = Box::new(move |tx| {
        let answer = unit(tx)?;
        *left.lock().expect("no panic while held") = Some(answer);
        Ok(())
    });
    (unit, answer)
}

fn left_in<T>(answer: &Mutex<Option<T>>) -> Result<T> {
    let answer = answer.lock().expect("no panic while held").take();
    answer.ok_or_else(|| Error::Internal("a database unit left no answer".into()))
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    watchers: Arc<Watchers>,
}

impl Db {
    /// Opens the database and brings its tables up to date, keeping a copy of an SQLite file before it is changed.
    pub async fn open(place: &Place, clock: Clock) -> Result<Db> {
        let watchers = Arc::new(Watchers(RwLock::default()));
        let engine = match place {
            Place::Sqlite(path) => {
                let (path, watchers) = (path.clone(), watchers.clone());
                let opening =
                    tokio::task::spawn_blocking(move || sqlite::Sqlite::open(&path, clock, watchers));
                Engine::Sqlite(opening.await.expect("opening SQLite does not panic")?)
            }
            Place::Postgres(url) => {
                Engine::Postgres(postgres::Postgres::open(url, clock, watchers.clone()).await?)
            }
        };
        Ok(Db { engine: Arc::new(engine), watchers })
    }

    /// Runs a unit that reads, on one unchanging view of the data.
    pub async fn read<T: Send + 'static>(
        &self,
        unit: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (unit, answer) = boxed(unit);
        self.run_to_read(unit).await?;
        left_in(&answer)
    }

    /// Runs a unit that writes. When this returns, what it wrote survives a power cut.
    pub async fn write<T: Send + 'static>(
        &self,
        unit: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (unit, answer) = boxed(unit);
        self.run_to_write(unit).await?;
        left_in(&answer)
    }

    async fn run_to_read(&self, unit: Unit) -> Result<()> {
        match &*self.engine {
            Engine::Sqlite(db) => db.read(unit).await,
            Engine::Postgres(db) => db.read(unit).await,
        }
    }

    async fn run_to_write(&self, unit: Unit) -> Result<()> {
        match &*self.engine {
            Engine::Sqlite(db) => db.write(unit).await,
            Engine::Postgres(db) => db.write(unit).await,
        }
    }

    pub fn on_change(&self, watcher: impl Fn(&[Topic]) + Send + Sync + 'static) {
        self.watchers.0.write().expect("watchers never panic while holding the list").push(Box::new(watcher));
    }

    /// `sqlite` or `postgres`, as `ibid doctor` says it.
    pub fn engine(&self) -> &'static str {
        match &*self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }
}

/// An open transaction, handed to one unit.
pub struct Tx<'a> {
    link: Link<'a>,
    clock: Clock,
    topics: Vec<Topic>,
    /// Numbers of the changes this transaction noted.
    noted: Vec<i64>,
}

enum Link<'a> {
    Sqlite(sqlite::Link<'a>),
    Postgres(postgres::Link<'a>),
}

impl<'a> Tx<'a> {
    fn new(link: Link<'a>, clock: Clock) -> Tx<'a> {
        Tx { link, clock, topics: Vec::new(), noted: Vec::new() }
    }

    /// All rows.
    pub fn all<T: FromRow>(&mut self, sql: Sql, params: impl Params) -> Result<Vec<T>> {
        self.query(sql.0, params.values())?.iter().map(T::from_row).collect()
    }

    /// The first row, if there is one.
    pub fn first<T: FromRow>(&mut self, sql: Sql, params: impl Params) -> Result<Option<T>> {
        self.query(sql.0, params.values())?.first().map(T::from_row).transpose()
    }

    /// The one row that must be there.
    pub fn one<T: FromRow>(&mut self, sql: Sql, params: impl Params) -> Result<T> {
        self.first(sql, params)?.ok_or(Error::NotFound)
    }

    /// Runs a statement for what it does; returns how many rows it touched.
    pub fn run(&mut self, sql: Sql, params: impl Params) -> Result<u64> {
        match &mut self.link {
            Link::Sqlite(link) => link.run(sql.0, &params.values()),
            Link::Postgres(link) => link.run(sql.0, &params.values()),
        }
    }

    /// Notes that something changed, in the same transaction: pages that show it are forgotten.
    pub fn changed(&mut self, topic: Topic) -> Result<()> {
        if self.topics.contains(&topic) {
            return Ok(());
        }
        let now = self.clock.now();
        let id: (i64,) = self.one(
            sql!(
                "-- Tx::changed
                insert into changes (topic, changed_at) values (?1, ?2) returning change_id"
            ),
            (topic.0.clone(), now),
        )?;
        if let Link::Postgres(link) = &self.link {
            link.notify(&topic)?;
        }
        self.noted.push(id.0);
        self.topics.push(topic);
        Ok(())
    }

    fn query(&mut self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>> {
        match &mut self.link {
            Link::Sqlite(link) => link.query(sql, &params),
            Link::Postgres(link) => link.query(sql, &params),
        }
    }
}

/// Forgets notes of changes that every server has long followed: the oldest, at most so many. Later ones have larger numbers, so that
/// nobody looks at all of them.
pub fn prune_changes(tx: &mut Tx, before: crate::time::Time, most: usize) -> Result<u64> {
    tx.run(
        sql!(
            "-- prune_changes
            delete from changes where changed_at < ?1
                and change_id in (select change_id from changes order by change_id limit ?2)"
        ),
        (before, most),
    )
}

/// Turns a violated unique constraint into an answer for the person who chose the name.
pub trait Taken<T> {
    fn taken(self, words: &str) -> Result<T>;
}

impl<T> Taken<T> for Result<T> {
    fn taken(self, words: &str) -> Result<T> {
        match self {
            Err(Error::Internal(e)) if e.starts_with(UNIQUE) => Err(Error::Conflict(words.to_owned())),
            other => other,
        }
    }
}

const UNIQUE: &str = "unique constraint";

/// A statement as PostgreSQL wants it, worked out once.
fn dialect(sql: &'static str) -> &'static str {
    static KNOWN: OnceLock<RwLock<HashMap<&'static str, &'static str>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Default::default);
    if let Some(text) = known.read().expect("no panic while held").get(sql) {
        return text;
    }
    // As many as there are statements in the program, so leaking them is keeping them.
    let text: &'static str = postgres_text(sql).leak();
    known.write().expect("no panic while held").insert(sql, text);
    text
}

fn postgres_text(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    let (mut quoted, mut told) = (false, false);
    while let Some(c) = chars.next() {
        // A statement's name may hold an apostrophe.
        told = c != '\n' && (told || !quoted && c == '-' && chars.peek() == Some(&'-'));
        quoted ^= c == '\'' && !told;
        let numbered = chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if c == '?' && !quoted && numbered { '$' } else { c });
    }
    // What stands in /*pg …*/ is a comment to SQLite and a clause to PostgreSQL.
    while let Some(from) = out.find("/*pg ") {
        let Some(len) = out[from..].find("*/") else { break };
        let clause = out[from + 5..from + len].to_owned();
        out.replace_range(from..from + len + 2, &clause);
    }
    out
}
