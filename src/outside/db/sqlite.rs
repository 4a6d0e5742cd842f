//! SQLite: one writer thread that commits many units at once, and reader threads as there are cores.
//!
//! The writer drains its queue, opens one `BEGIN IMMEDIATE`, gives every unit a savepoint of its own, commits once
//! and only then answers. With `synchronous=FULL` an answer means that the data is on the disk.

use super::value::{Row, Value};
use super::{Topic, Tx, Unit, Watchers, migrate};
use crate::outside::clock::Clock;
use crate::{Error, Result, error::Context};
use rusqlite::{Connection, config::DbConfig, types::ValueRef};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Most units in one commit: a bound on how long the first of them waits.
const GROUP: usize = 512;
/// A unit that holds the writer longer is named in the log.
const SLOW: Duration = Duration::from_millis(20);
/// How often writes of other processes are looked for.
const FOLLOW: Duration = Duration::from_millis(200);

type Answer = Box<dyn FnOnce(Option<&Error>) + Send>;
/// Runs inside its savepoint and says whether to keep what it did; told of an error instead of a transaction, it does
/// nothing. How to answer after the commit comes with it.
type WriteUnit = Box<dyn FnOnce(Result<&mut Tx, &Error>) -> (bool, Answer) + Send>;
type ReadUnit = Box<dyn FnOnce(&mut Tx) + Send>;

pub(super) struct Sqlite {
    writes: mpsc::Sender<WriteUnit>,
    reads: crossing::Sender<ReadUnit>,
}

impl Sqlite {
    pub(super) fn open(path: &Path, clock: Clock, watchers: Arc<Watchers>) -> Result<Sqlite> {
        let mut writer = connect(path)?;
        migrate::sqlite(&mut writer, path, clock)?;
        let own = Arc::new(Mutex::new(HashSet::new()));

        let (writes, queue) = mpsc::channel();
        let keep = Writer { connection: writer, clock, own: own.clone(), watchers: watchers.clone() };
        spawn("writer", move || keep.run(queue));

        let (reads, units) = crossing::channel();
        for _ in 0..std::thread::available_parallelism().map_or(2, |n| n.get().max(2)) {
            let (reader, units) = (connect_to_read(path)?, units.clone());
            spawn("reader", move || read_units(reader, units, clock));
        }
        let follower = Follower::new(connect_to_read(path)?, own, &watchers);
        spawn("follower", move || follower.run());
        Ok(Sqlite { writes, reads })
    }

    pub(super) async fn read(&self, unit: Unit) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.reads.send(Box::new(move |tx| {
            // Whoever asked may have gone away; then nobody waits for the answer.
            let _ = answer.send(guarded(unit, tx));
        }));
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    pub(super) async fn write(&self, unit: Unit) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let unit: WriteUnit = Box::new(move |tx| {
            let result = match tx {
                Ok(tx) => guarded(unit, tx),
                Err(error) => Err(Error::Outside(error.to_string())),
            };
            let keep = result.is_ok();
            let answer: Answer = Box::new(move |failed| {
                let _ = answer.send(match (failed, result) {
                    (Some(error), Ok(_)) => Err(Error::Outside(error.to_string())),
                    (_, result) => result,
                });
            });
            (keep, answer)
        });
        self.writes.send(unit).map_err(|_| stopped())?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> Error {
    Error::Outside("The database has stopped.".into())
}

/// A unit that panics loses its own work and nobody else's.
fn guarded(unit: Unit, tx: &mut Tx) -> Result<()> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| unit(tx)))
        .unwrap_or_else(|_| Err(Error::Internal("a database unit panicked".into())))
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) {
    let named = std::thread::Builder::new().name(format!("sqlite {name}"));
    named.spawn(body).expect("the system gives a thread");
}

struct Writer {
    connection: Connection,
    clock: Clock,
    /// Numbers of changes that this process wrote itself and acts on without being told.
    own: Arc<Mutex<HashSet<i64>>>,
    watchers: Arc<Watchers>,
}

impl Writer {
    fn run(mut self, queue: mpsc::Receiver<WriteUnit>) {
        let bench = Bench::from_env();
        while let Ok(first) = queue.recv() {
            let most = if bench.alone { 0 } else { GROUP - 1 };
            let group: Vec<_> = std::iter::once(first).chain(queue.try_iter().take(most)).collect();
            self.commit(group, &bench);
        }
    }

    fn commit(&mut self, group: Vec<WriteUnit>, bench: &Bench) {
        let mut answers = Vec::with_capacity(group.len());
        let mut group = group.into_iter();
        match self.run_all(&mut group, &mut answers) {
            Ok(topics) => {
                bench.hold();
                self.watchers.tell(&topics);
                answers.into_iter().for_each(|answer| answer(None));
            }
            // Nothing of the group was kept, so nobody is told that it was.
            Err(error) => {
                let _ = self.connection.execute_batch("rollback");
                tracing::error!(%error, "a commit failed");
                answers.extend(group.map(|unit| unit(Err(&error)).1));
                answers.into_iter().for_each(|answer| answer(Some(&error)));
            }
        }
    }

    /// One transaction over all units; what changed, once it is committed.
    fn run_all(
        &self,
        group: &mut dyn ExactSizeIterator<Item = WriteUnit>,
        answers: &mut Vec<Answer>,
    ) -> Result<Vec<Topic>> {
        let connection = &self.connection;
        // A unit that is alone needs no savepoint: the transaction is its own. Pages written under one are kept twice, and every
        // statement walks over all that were.
        let alone = group.len() == 1;
        let execute = |sql| connection.execute_batch(sql).map_err(|e| explain(&e));
        let (mut topics, mut noted) = (Vec::new(), Vec::new());
        execute("begin immediate")?;
        for unit in group {
            if !alone {
                execute("savepoint unit")?;
            }
            let began = Instant::now();
            let mut tx = Tx::new(super::Link::Sqlite(Link { connection }), self.clock);
            let (keep, answer) = unit(Ok(&mut tx));
            answers.push(answer);
            if keep {
                topics.append(&mut tx.topics);
                noted.append(&mut tx.noted);
            }
            if began.elapsed() > SLOW {
                tracing::debug!(ms = began.elapsed().as_millis() as u64, "a unit held the writer long");
            }
            // A full disk ends the whole transaction, whatever the unit made of the error.
            if connection.is_autocommit() {
                return Err(Error::Outside(
                    "Nothing was saved: the disk is full or cannot be written.".into(),
                ));
            }
            match (alone, keep) {
                (true, true) => {}
                (true, false) => execute("rollback; begin immediate")?,
                (false, true) => execute("release unit")?,
                (false, false) => execute("rollback to unit; release unit")?,
            }
        }
        // Noted before the follower can see them; what was rolled back leaves its numbers to others.
        let own = || self.own.lock().expect("no panic while held");
        own().extend(&noted);
        execute("commit").inspect_err(|_| {
            let mut own = own();
            own.retain(|id| !noted.contains(id));
        })?;
        Ok(topics)
    }
}

/// Read by `bin/bench` alone: what grouping is worth is measured by leaving it out, on a disk that is made slow.
struct Bench {
    alone: bool,
    held: Option<Duration>,
}

impl Bench {
    fn from_env() -> Bench {
        let set = |name| std::env::var(name).ok();
        Bench {
            alone: set("IBID_BENCH_GROUPING").is_some_and(|v| v == "off"),
            held: set("IBID_BENCH_COMMIT_MS").and_then(|v| v.parse().ok()).map(Duration::from_millis),
        }
    }

    fn hold(&self) {
        if let Some(held) = self.held {
            std::thread::sleep(held);
        }
    }
}

fn read_units(connection: Connection, units: crossing::Receiver<ReadUnit>, clock: Clock) {
    while let Some(unit) = units.recv() {
        if let Err(error) = connection.execute_batch("begin") {
            tracing::error!(%error, "a reader could not begin");
        }
        unit(&mut Tx::new(super::Link::Sqlite(Link { connection: &connection }), clock));
        let _ = connection.execute_batch("commit");
    }
}

/// Tells the watchers what other processes wrote: commands work beside a running server.
struct Follower {
    connection: Connection,
    own: Arc<Mutex<HashSet<i64>>>,
    watchers: Weak<Watchers>,
    /// The file's version when it was last looked into, and the last change seen there.
    version: i64,
    seen: i64,
}

impl Follower {
    /// Everything written from here on will be told.
    fn new(connection: Connection, own: Arc<Mutex<HashSet<i64>>>, watchers: &Arc<Watchers>) -> Follower {
        let watchers = Arc::downgrade(watchers);
        let mut follower = Follower { connection, own, watchers, version: 0, seen: 0 };
        follower.version = follower.number("pragma data_version");
        follower.seen = follower.number("select coalesce(max(change_id), 0) from changes");
        follower
    }

    /// Until the database is closed.
    fn run(mut self) {
        loop {
            std::thread::sleep(FOLLOW);
            let Some(watchers) = self.watchers.upgrade() else { return };
            let version = self.number("pragma data_version");
            if version == self.version {
                continue;
            }
            match self.fresh() {
                Ok(topics) => {
                    self.version = version;
                    watchers.tell(&topics);
                }
                Err(error) => tracing::error!(%error, "what others changed could not be read"),
            }
        }
    }

    fn number(&self, sql: &str) -> i64 {
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap_or_default()
    }

    /// What others changed since the last look.
    fn fresh(&mut self) -> rusqlite::Result<Vec<Topic>> {
        let sql = "select change_id, topic from changes where change_id > ?1 order by change_id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([self.seen])?;
        let (mut seen, mut topics) = (self.seen, Vec::new());
        while let Some(row) = rows.next()? {
            seen = row.get(0)?;
            if !self.own.lock().expect("no panic while held").remove(&seen) {
                topics.push(Topic(row.get(1)?));
            }
        }
        drop(rows);
        drop(statement);
        self.seen = seen;
        Ok(topics)
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(|e| explain_open(path, &e))?;
    connection.set_prepared_statement_cache_capacity(512);
    connection.busy_timeout(Duration::from_secs(10)).map_err(|e| explain(&e))?;
    // Nothing is mapped: each connection would count the whole of a large file as its own memory.
    let set = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
        pragma temp_store = memory; pragma cache_size = -8000; pragma mmap_size = 0;
        pragma wal_autocheckpoint = 4000;";
    connection.execute_batch(set).map_err(|e| explain_open(path, &e))?;
    // A statement keeps its plan: planned anew whenever a value is bound, it takes longer to plan than to answer.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| explain(&e))?;
    Ok(connection)
}

fn connect_to_read(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    connection.execute_batch("pragma query_only = on").map_err(|e| explain(&e))?;
    Ok(connection)
}

fn explain_open(path: &Path, error: &rusqlite::Error) -> Error {
    Error::Outside(format!(
        "The database {} cannot be opened for writing: {error}. \
         Check that the folder exists, that this user may write to it and that the disk is not full.",
        path.display()
    ))
}

fn explain(error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::*;
    match error.sqlite_error_code() {
        Some(ConstraintViolation) if is_unique(error) => {
            Error::Internal(format!("{}: {error}", super::UNIQUE))
        }
        Some(DiskFull) => Error::Outside("The disk is full: nothing was saved. Free some space.".into()),
        Some(ReadOnly | CannotOpen | PermissionDenied | SystemIoFailure) => {
            Error::Outside(format!("The database cannot be written: {error}."))
        }
        Some(DatabaseBusy) => {
            Error::Outside("Another program holds the database; try again in a moment.".into())
        }
        _ => Error::Internal(format!("sqlite: {error}")),
    }
}

fn is_unique(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    error
        .sqlite_error()
        .is_some_and(|e| [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY].contains(&e.extended_code))
}

pub(super) struct Link<'a> {
    connection: &'a Connection,
}

impl Link<'_> {
    pub(super) fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| explain(&e))?;
        let names: Arc<[String]> = statement.column_names().map(String::from).collect();
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(|e| explain(&e))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next().map_err(|e| explain(&e))? {
            let values = (0..names.len())
                .map(|i| row.get_ref(i).map(read_value).map_err(|e| explain(&e)))
                .collect::<Result<_>>()?;
            out.push(Row { names: names.clone(), values });
        }
        Ok(out)
    }

    pub(super) fn run(&self, sql: &'static str, params: &[Value]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| explain(&e))?;
        let touched = statement.execute(rusqlite::params_from_iter(params)).map_err(|e| explain(&e))?;
        Ok(touched as u64)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::ToSqlOutput::Borrowed;
        Ok(Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(v) => ValueRef::Integer(*v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Blob(v) => ValueRef::Blob(v),
            Value::Bool(v) => ValueRef::Integer(i64::from(*v)),
            Value::Real(v) => ValueRef::Real(*v),
        }))
    }
}

fn read_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(match std::str::from_utf8(v) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(v).into_owned(),
        }),
        ValueRef::Blob(v) => Value::Blob(v.to_vec()),
    }
}

/// A queue that several reader threads take from.
mod crossing {
    use std::collections::VecDeque;
    use std::sync::{Arc, Condvar, Mutex};

    struct Shared<T> {
        queue: Mutex<(VecDeque<T>, bool)>,
        ready: Condvar,
    }

    pub(super) struct Sender<T>(Arc<Shared<T>>);
    pub(super) struct Receiver<T>(Arc<Shared<T>>);

    pub(super) fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let shared = Arc::new(Shared { queue: Mutex::new((VecDeque::new(), true)), ready: Condvar::new() });
        (Sender(shared.clone()), Receiver(shared))
    }

    impl<T> Sender<T> {
        pub(super) fn send(&self, item: T) {
            self.0.queue.lock().expect("no panic while held").0.push_back(item);
            self.0.ready.notify_one();
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            self.0.queue.lock().expect("no panic while held").1 = false;
            self.0.ready.notify_all();
        }
    }

    impl<T> Clone for Receiver<T> {
        fn clone(&self) -> Self {
            Receiver(self.0.clone())
        }
    }

    impl<T> Receiver<T> {
        /// Waits for the next item; `None` once the sender is gone.
        pub(super) fn recv(&self) -> Option<T> {
            let mut held = self.0.queue.lock().expect("no panic while held");
            loop {
                if let Some(item) = held.0.pop_front() {
                    return Some(item);
                }
                if !held.1 {
                    return None;
                }
                held = self.0.ready.wait(held).expect("no panic while held");
            }
        }
    }
}

/// Copies a database beside itself before it is changed.
pub(super) fn copy_to(connection: &Connection, to: &Path) -> Result<()> {
    let _ = std::fs::remove_file(to);
    connection
        .execute("vacuum into ?1", [to.to_string_lossy()])
        .outside("The database could not be copied before bringing it up to date")?;
    Ok(())
}
