//! PostgreSQL: pooled transactions, each driven from a thread where a unit may block.

use super::value::{Row, Value};
use super::{Topic, Tx, Unit, Watchers, dialect, migrate};
use crate::outside::clock::Clock;
use crate::{Error, Result, error::Context};
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use futures_util::StreamExt;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{AsyncMessage, Config, IsolationLevel};

const CONNECTIONS: usize = 16;
const CHANNEL: &str = "ibid_changes";
/// Held by whoever writes, until the commit. Units are written for one writer at a time, as SQLite has it: each may decide by
/// what it read.
const ONE_WRITES: &str = "select pg_advisory_xact_lock(7291047)";

pub(super) struct Postgres {
    pool: Pool,
    clock: Clock,
    watchers: Arc<Watchers>,
    /// Writers of this process wait here, not on connections that readers could have.
    writing: Mutex<()>,
    /// The runtime that outlives every connection's driver.
    main: Handle,
}

impl Postgres {
    pub(super) async fn open(url: &str, clock: Clock, watchers: Arc<Watchers>) -> Result<Postgres> {
        let mut config: Config =
            url.parse().invalid("IBID_DATABASE is not an address of a PostgreSQL database")?;
        // Whoever listens sends nothing: only this tells a server that vanished from one that has no news.
        config.keepalives_idle(Duration::from_secs(30));
        let (mut client, connection) = config.connect(tls()).await.map_err(|e| explain_connect(&e))?;
        let driving = tokio::spawn(connection);
        migrate::postgres(&mut client, clock).await?;
        drop(client);
        let _ = driving.await;

        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config.clone(), tls(), manager))
            .max_size(CONNECTIONS)
            .build()
            .internal("building the connection pool")?;
        let listening = listen(&config).await.map_err(|e| explain_connect(&e))?;
        tokio::spawn(follow(config, listening, Arc::downgrade(&watchers)));
        Ok(Postgres { pool, clock, watchers, writing: Mutex::default(), main: Handle::current() })
    }

    pub(super) async fn read(&self, unit: Unit) -> Result<()> {
        self.run(true, unit).await
    }

    pub(super) async fn write(&self, unit: Unit) -> Result<()> {
        let _turn = self.writing.lock().await;
        self.run(false, unit).await
    }

    async fn run(&self, read_only: bool, unit: Unit) -> Result<()> {
        let (clock, watchers, handle) = (self.clock, self.watchers.clone(), self.main.clone());
        // A connection's driver runs where the connection was asked for: a web thread that drains would take it along.
        let pool = self.pool.clone();
        let asked = self.main.spawn(async move { pool.get().await });
        let mut client =
            asked.await.internal("asking for a connection")?.outside("PostgreSQL cannot be reached")?;
        let running = self.main.spawn_blocking(move || {
            let level =
                if read_only { IsolationLevel::RepeatableRead } else { IsolationLevel::ReadCommitted };
            let begin = client.build_transaction().read_only(read_only).isolation_level(level).start();
            let transaction = handle.block_on(begin).map_err(|e| explain(&e))?;
            if !read_only {
                handle.block_on(transaction.batch_execute(ONE_WRITES)).map_err(|e| explain(&e))?;
            }
            let link = Link { transaction: &transaction, handle: &handle };
            let mut tx = Tx::new(super::Link::Postgres(link), clock);
            unit(&mut tx)?;
            let topics = tx.topics;
            handle.block_on(transaction.commit()).map_err(|e| explain(&e))?;
            watchers.tell(&topics);
            Ok(())
        });
        running.await.unwrap_or_else(|_| Err(Error::Internal("a database unit panicked".into())))
    }
}

type Told = tokio::sync::mpsc::UnboundedReceiver<String>;

/// A connection of its own, on which other servers and commands are heard. It lasts as long as what it returns.
async fn listen(config: &Config) -> Result<Told, tokio_postgres::Error> {
    let (told, telling) = tokio::sync::mpsc::unbounded_channel();
    let (client, mut connection) = config.connect(tls()).await?;
    let mut listened =
        Box::pin(async move { client.batch_execute(&format!("listen {CHANNEL}")).await.map(|()| client) });
    let mut messages = Box::pin(futures_util::stream::poll_fn(move |cx| connection.poll_message(cx)));
    // Notes may come while the answer to `listen` is still on its way.
    let client = loop {
        tokio::select! {
            client = &mut listened => break client?,
            message = messages.next() => pass_on(message.transpose()?, &told),
        }
    };
    tokio::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            pass_on(Some(message), &told);
            if told.is_closed() {
                break;
            }
        }
        drop(client);
    });
    Ok(telling)
}

fn pass_on(message: Option<AsyncMessage>, told: &tokio::sync::mpsc::UnboundedSender<String>) {
    if let Some(AsyncMessage::Notification(note)) = message {
        let _ = told.send(note.payload().to_owned());
    }
}

/// Tells the watchers what was heard, until the database is closed.
async fn follow(config: Config, mut listening: Told, watchers: Weak<Watchers>) {
    loop {
        while let Some(topic) = listening.recv().await {
            let Some(watchers) = watchers.upgrade() else { return };
            watchers.tell(&[Topic(topic)]);
        }
        listening = loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if let Ok(listening) = listen(&config).await {
                break listening;
            }
        };
        // Whatever changed while nobody listened is unknown, so everything may have.
        let Some(watchers) = watchers.upgrade() else { return };
        watchers.tell(&[Topic::site()]);
    }
}

fn tls() -> tokio_postgres_rustls::MakeRustlsConnect {
    let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    tokio_postgres_rustls::MakeRustlsConnect::new(config)
}

fn explain_connect(error: &tokio_postgres::Error) -> Error {
    Error::Outside(format!(
        "PostgreSQL cannot be reached: {}. Check IBID_DATABASE and that the server is running.",
        full(error)
    ))
}

fn explain(error: &tokio_postgres::Error) -> Error {
    use tokio_postgres::error::SqlState;
    match error.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => Error::Internal(format!("{}: {}", super::UNIQUE, full(error))),
        Some(&SqlState::DISK_FULL) => {
            Error::Outside("The database's disk is full: nothing was saved.".into())
        }
        Some(_) => Error::Internal(format!("postgres: {}", full(error))),
        None => Error::Outside(format!("PostgreSQL does not answer: {}", full(error))),
    }
}

/// The driver's own words say only "db error"; the cause is one level down.
pub(super) fn full(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |source| source.to_string())
}

pub(super) struct Link<'a> {
    transaction: &'a deadpool_postgres::Transaction<'a>,
    handle: &'a Handle,
}

impl Link<'_> {
    pub(super) fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>> {
        let rows = self.handle.block_on(async {
            let statement = self.transaction.prepare_cached(dialect(sql)).await?;
            self.transaction.query(&statement, &borrowed(params)).await
        });
        let rows = rows.map_err(|e| explain(&e))?;
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let names: Arc<[String]> = first.columns().iter().map(|c| c.name().to_owned()).collect();
        rows.iter()
            .map(|row| {
                let values = (0..names.len()).map(|i| read_value(row, i)).collect::<Result<_>>()?;
                Ok(Row { names: names.clone(), values })
            })
            .collect()
    }

    pub(super) fn run(&self, sql: &'static str, params: &[Value]) -> Result<u64> {
        let touched = self.handle.block_on(async {
            let statement = self.transaction.prepare_cached(dialect(sql)).await?;
            self.transaction.execute(&statement, &borrowed(params)).await
        });
        touched.map_err(|e| explain(&e))
    }

    pub(super) fn notify(&self, topic: &Topic) -> Result<()> {
        let sent = self.handle.block_on(async {
            let statement = self.transaction.prepare_cached("select pg_notify($1, $2)").await?;
            self.transaction.execute(&statement, &[&CHANNEL, &topic.0]).await
        });
        sent.map(|_| ()).map_err(|e| explain(&e))
    }
}

fn borrowed(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|v| v as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(v) if *ty == Type::INT4 => i32::try_from(*v)?.to_sql(ty, out),
            Value::Int(v) if *ty == Type::FLOAT8 => (*v as f64).to_sql(ty, out),
            Value::Int(v) => v.to_sql(ty, out),
            Value::Text(v) => v.to_sql(ty, out),
            Value::Blob(v) => v.to_sql(ty, out),
            Value::Bool(v) => v.to_sql(ty, out),
            Value::Real(v) => v.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn read_value(row: &tokio_postgres::Row, i: usize) -> Result<Value> {
    let ty = row.columns()[i].type_();
    let value = match *ty {
        Type::INT8 => row.try_get::<_, Option<i64>>(i).map(|v| v.map(Value::Int)),
        Type::INT4 => row.try_get::<_, Option<i32>>(i).map(|v| v.map(|v| Value::Int(v.into()))),
        Type::BOOL => row.try_get::<_, Option<bool>>(i).map(|v| v.map(Value::Bool)),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(i).map(|v| v.map(Value::Real)),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i).map(|v| v.map(Value::Blob)),
        _ => row.try_get::<_, Option<String>>(i).map(|v| v.map(Value::Text)),
    };
    Ok(value.internal(format!("a column of type {ty}"))?.unwrap_or(Value::Null))
}
