//! What storage promises, on both engines.

use super::scratch::on_both;
use super::{Db, Place, Sql, Statement, Taken, Topic, dialect, migrate};
use crate::outside::clock::Clock;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_postgres::types::Type;

on_both! {
    every_statement_can_be_prepared
    what_a_unit_writes_it_reads
    a_unit_that_reads_cannot_write
    a_unit_that_fails_loses_its_own_work_alone
    an_answer_means_that_everybody_sees_it
    who_decides_by_what_they_read_decides_alone
    a_second_holder_of_a_name_is_told_so
    every_kind_of_value_comes_back_as_it_went
    changes_reach_another_program_within_a_second
    a_change_that_was_rolled_back_hides_nobody_elses
    data_of_a_newer_program_is_refused
}

async fn every_statement_can_be_prepared(place: Place) {
    drop(open(&place).await);
    let mut wrong = Vec::new();
    match &place {
        Place::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).unwrap();
            for statement in inventory::iter::<Statement> {
                if let Err(e) = connection.prepare(statement.text) {
                    wrong.push(format!("{}: {e}", statement.at));
                }
            }
        }
        Place::Postgres(url) => {
            let client = connect(url).await;
            for statement in inventory::iter::<Statement> {
                match client.prepare(dialect(statement.text)).await {
                    Ok(prepared) => wrong.extend(foreign_types(statement, &prepared)),
                    Err(e) => wrong.push(format!("{}: {}", statement.at, super::postgres::full(&e))),
                }
            }
        }
    }
    for statement in inventory::iter::<Statement> {
        if !statement.text.starts_with("-- ") {
            wrong.push(format!("{}: its first line does not name it", statement.at));
        }
    }
    assert!(inventory::iter::<Statement>.into_iter().count() > 20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Anything but the five types would be read or written wrongly.
fn foreign_types(statement: &Statement, prepared: &tokio_postgres::Statement) -> Vec<String> {
    let ours = |t: &Type| [Type::INT8, Type::TEXT, Type::BYTEA, Type::BOOL, Type::FLOAT8].contains(t);
    let given = prepared.params().iter().enumerate().map(|(i, t)| (format!("?{}", i + 1), t));
    let got = prepared.columns().iter().map(|c| (format!("column {}", c.name()), c.type_()));
    // `exists`, literals: small whole numbers are read too.
    let wrong = given.filter(|(_, t)| !ours(t)).chain(got.filter(|(_, t)| !ours(t) && **t != Type::INT4));
    wrong.map(|(what, t)| format!("{}: {what} is of type {t}; cast it", statement.at)).collect()
}

#[tokio::test]
async fn both_engines_get_the_same_tables() {
    let (sqlite, _folder) = super::scratch::sqlite();
    let Some((postgres, _)) = super::scratch::postgres() else { return };
    drop((open(&sqlite).await, open(&postgres).await));
    let (Place::Sqlite(path), Place::Postgres(url)) = (sqlite, postgres) else { unreachable!() };
    let (here, there) = (sqlite_shape(&path), postgres_shape(&url).await);
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    assert_eq!((only(&here, &there), only(&there, &here)), (vec![], vec![]));
    for known in ["post.title text not null", "person unique (email)", "session(person_id) in person"] {
        assert!(here.contains(known), "{known} is not in {here:#?}");
    }
}

/// Columns, keys and indexes, one line each.
fn sqlite_shape(path: &std::path::Path) -> BTreeSet<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let list = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let tables = "from sqlite_schema t where t.type = 'table' and t.name not like 'sqlite_%'";
    let tables = |what: &str, join: &str| list(&format!("select {what} from (select name {tables}) t{join}"));
    let columns = tables(
        "t.name || '.' || c.name || ' ' || case lower(c.type) when 'integer' then 'number' else lower(c.type) end
            || case when c.\"notnull\" or c.pk > 0 then ' not null' else '' end",
        ", pragma_table_info(t.name) c",
    );
    // A numbered key is the row's own number and has no index to be listed.
    let keys = tables(
        "t.name || ' unique (' || (select group_concat(name) from
            (select name from pragma_table_info(t.name) where pk > 0 order by pk)) || ')'",
        "",
    );
    let indexes = tables(
        "t.name || case when i.\"unique\" then ' unique (' else ' index (' end
            || (select group_concat(name) from (select name from pragma_index_info(i.name) order by seqno)) || ')'",
        ", pragma_index_list(t.name) i",
    );
    let foreign = tables(
        "t.name || '(' || f.\"from\" || ') in ' || f.\"table\"",
        ", pragma_foreign_key_list(t.name) f",
    );
    [columns, keys, indexes, foreign].into_iter().flatten().collect()
}

async fn postgres_shape(url: &str) -> BTreeSet<String> {
    let client = connect(url).await;
    let parts = [
        "select table_name || '.' || column_name || ' ' || case data_type when 'bigint' then 'number' when 'boolean'
            then 'number' when 'bytea' then 'blob' when 'double precision' then 'real' else data_type end
            || case is_nullable when 'NO' then ' not null' else '' end
            from information_schema.columns where table_schema = 'public'",
        "select i.indrelid::regclass::text || case when i.indisunique then ' unique (' else ' index (' end
            || (select string_agg(a.attname, ',' order by k.n) from unnest(i.indkey) with ordinality k (attnum, n)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum) || ')'
            from pg_index i join pg_class c on c.oid = i.indrelid
            where c.relnamespace = 'public'::regnamespace",
        "select c.conrelid::regclass::text || '(' || a.attname || ') in ' || c.confrelid::regclass::text
            from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
            where c.contype = 'f'",
    ];
    let mut shape = BTreeSet::new();
    for part in parts {
        shape.extend(client.query(part, &[]).await.unwrap().iter().map(|row| row.get::<_, String>(0)));
    }
    shape
}

async fn what_a_unit_writes_it_reads(place: Place) {
    let db = open_with_shelf(&place).await;
    let seen = db
        .write(|tx| {
            tx.run(PUT, ("tides",))?;
            tx.all::<(String,)>(NAMES, ())
        })
        .await;
    assert_eq!(seen.unwrap(), [("tides".to_owned(),)]);
    assert_eq!(names(&db).await, ["tides"]);
}

async fn a_unit_that_reads_cannot_write(place: Place) {
    let db = open_with_shelf(&place).await;
    assert!(db.read(|tx| tx.run(PUT, ("tides",))).await.is_err());
    assert_eq!(names(&db).await, [""; 0]);
}

async fn a_unit_that_fails_loses_its_own_work_alone(place: Place) {
    let db = open_with_shelf(&place).await;
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let telling = told.clone();
    db.on_change(move |topics| telling.lock().unwrap().extend_from_slice(topics));
    let put = |name: &'static str, ending: fn() -> Result<()>| {
        db.write(move |tx| {
            tx.run(PUT, (name,))?;
            tx.changed(Topic(name.into()))?;
            ending()
        })
    };
    // The first holds the writer until the others are queued, so that all are one group where there are groups.
    let (go, wait) = std::sync::mpsc::channel();
    let first = db.write(move |_| {
        wait.recv().unwrap();
        Ok(())
    });
    let (_, good, failing, panicking, last, ()) = tokio::join!(
        first,
        put("tides", || Ok(())),
        put("trams", || Err(Error::Conflict("The tram is full.".into()))),
        put("boats", || panic!("a wave")),
        put("lamps", || Ok(())),
        async { go.send(()).unwrap() }
    );
    assert!(good.is_ok() && last.is_ok());
    assert_eq!(failing.unwrap_err().to_string(), "The tram is full.");
    assert_eq!(panicking.unwrap_err().to_string(), "a database unit panicked");
    assert_eq!(names(&db).await, ["lamps", "tides"]);
    let told: BTreeSet<_> = told.lock().unwrap().iter().map(|t| t.0.clone()).collect();
    assert_eq!(told, BTreeSet::from(["lamps".to_owned(), "tides".to_owned()]), "only what was kept is told");
}

async fn an_answer_means_that_everybody_sees_it(place: Place) {
    let (db, other) = (open_with_shelf(&place).await, open(&place).await);
    let writers = (0..40).map(|n| {
        let (db, other) = (db.clone(), other.clone());
        tokio::spawn(async move {
            let name = format!("volume {n}");
            let put = name.clone();
            db.write(move |tx| tx.run(PUT, (put,))).await.unwrap();
            assert!(names(&other).await.contains(&name), "{name} was acknowledged and is not there");
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

/// Two processes, many writers: each puts the next volume behind those it counted.
async fn who_decides_by_what_they_read_decides_alone(place: Place) {
    let (db, other) = (open_with_shelf(&place).await, open(&place).await);
    let writers = (0..40).map(|n| {
        let db = [&db, &other][n % 2].clone();
        tokio::spawn(async move {
            let put = db.write(|tx| {
                let (volumes,): (i64,) = tx.one(Sql("select count(*) from shelf"), ())?;
                tx.run(PUT, (format!("volume {volumes:02}"),))
            });
            put.await.unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(names(&db).await, (0..40).map(|n| format!("volume {n:02}")).collect::<Vec<_>>());
}

async fn a_second_holder_of_a_name_is_told_so(place: Place) {
    let db = open_with_shelf(&place).await;
    let put = async || db.write(|tx| tx.run(PUT, ("tides",)).taken("There is a volume of that name.")).await;
    assert!(put().await.is_ok());
    let refused = put().await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict(words) if words == "There is a volume of that name."),
        "{refused:?}"
    );
    let missing =
        db.write(|tx| tx.run(Sql("insert into shelf (name) values (null)"), ()).taken("taken")).await;
    assert!(matches!(missing, Err(Error::Internal(_))), "an empty name is a fault, not a taken name");
}

async fn every_kind_of_value_comes_back_as_it_went(place: Place) {
    type Row = (String, Option<i64>, Option<Vec<u8>>, Option<bool>, Option<f64>, Option<String>);
    let db = open_with_shelf(&place).await;
    let check = async |number: i64, bytes: Vec<u8>, yes: bool, real: f64, note: &str, read: &str| {
        let name = format!("{number} {note}");
        let (put, note) = (name.clone(), note.to_owned());
        let back = db.write(move |tx| {
            tx.run(
                Sql("insert into shelf (name, pages, cover, open, height, note) values (?1, ?2, ?3, ?4, ?5, ?6)"),
                (put.clone(), number, bytes.clone(), yes, real, note),
            )?;
            let row: Row = tx.one(ROW, (put,))?;
            Ok((row, bytes))
        });
        let (back, bytes) = back.await.unwrap();
        let name = name.replace('\0', "\u{fffd}");
        assert_eq!(back, (name, Some(number), Some(bytes), Some(yes), Some(real), Some(read.to_owned())));
    };
    check(0, vec![], false, 0.0, "", "").await;
    check(i64::MAX, (0..=255).collect(), true, f64::MAX, "Föhr, «Ebbe» 潮 🌊", "Föhr, «Ebbe» 潮 🌊").await;
    check(i64::MIN, vec![0], true, -0.125, "it's ?1 $1 -- /*pg*/", "it's ?1 $1 -- /*pg*/").await;
    check(7, vec![7], false, 1e-300, "cut\0here", "cut\u{fffd}here").await;

    let nothing = db.write(|tx| {
        tx.run(
            Sql("insert into shelf (name, pages, cover, open, height, note) values (?1, ?2, ?3, ?4, ?5, ?6)"),
            ("empty", None::<i64>, None::<Vec<u8>>, None::<bool>, None::<f64>, None::<String>),
        )?;
        tx.one::<Row>(ROW, ("empty",))
    });
    assert_eq!(nothing.await.unwrap(), ("empty".into(), None, None, None, None, None));
}

async fn changes_reach_another_program_within_a_second(place: Place) {
    let (db, other) = (open(&place).await, open(&place).await);
    let heard = hear(&other);
    db.write(|tx| tx.changed(Topic("post:12".into()))).await.unwrap();
    assert_eq!(next(heard).await, "post:12");
}

async fn a_change_that_was_rolled_back_hides_nobody_elses(place: Place) {
    let (db, other) = (open(&place).await, open(&place).await);
    let failed = db.write(|tx| {
        tx.changed(Topic("post:1".into()))?;
        Err::<(), _>(Error::NotFound)
    });
    assert!(failed.await.is_err());
    // On SQLite this change takes the number that the one rolled back gave up.
    let heard = hear(&db);
    other.write(|tx| tx.changed(Topic("post:2".into()))).await.unwrap();
    assert_eq!(next(heard).await, "post:2");
}

async fn data_of_a_newer_program_is_refused(place: Place) {
    let db = open(&place).await;
    let newer = "insert into migration (number, name, migrated_at) values (999, 'later', 0)";
    db.write(move |tx| tx.run(Sql(newer), ())).await.unwrap();
    let refused = Db::open(&place, Clock::default()).await.err().expect("it is refused").to_string();
    assert!(
        refused.starts_with("This data was last used by a newer Ibid (its tables are at version 999"),
        "{refused}"
    );
    assert!(
        refused.ends_with("Install that newer version, or restore a backup made before it."),
        "{refused}"
    );
}

#[tokio::test]
async fn a_file_is_copied_before_it_is_brought_up_to_date() {
    let (place, _folder) = super::scratch::sqlite();
    let Place::Sqlite(path) = &place else { unreachable!() };
    let old = rusqlite::Connection::open(path).unwrap();
    old.execute_batch("create table migration (number bigint primary key, name text, migrated_at bigint)")
        .unwrap();
    old.execute_batch("create table keepsake (words text); insert into keepsake values ('a pressed flower')")
        .unwrap();
    drop(old);
    drop(open(&place).await);

    let copies: Vec<_> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().flatten().map(|e| e.path()).collect();
    let copy = copies.iter().find(|p| p.to_string_lossy().contains("before-")).expect("a copy was made");
    let copy = rusqlite::Connection::open(copy).unwrap();
    let words: String = copy.query_row("select words from keepsake", [], |row| row.get(0)).unwrap();
    assert_eq!(words, "a pressed flower");
    assert!(copy.prepare("select * from post").is_err(), "the copy is as the data was");
    assert!(rusqlite::Connection::open(path).unwrap().prepare("select * from post").is_ok());
}

#[test]
fn postgres_reads_its_own_marks() {
    assert_eq!(dialect("select ?1, '?2' /*pg for update*/"), "select $1, '?2' for update");
}

const PUT: Sql = Sql("insert into shelf (name) values (?1)");
const NAMES: Sql = Sql("select name from shelf order by name");
const ROW: Sql = Sql("select name, pages, cover, open, height, note from shelf where name = ?1");
const SHELF: &str = "create table shelf (
    name text primary key,
    pages bigint,
    cover blob,
    open boolean,
    height double,
    note text
);";

async fn open(place: &Place) -> Db {
    Db::open(place, Clock::default()).await.unwrap_or_else(|e| panic!("{place:?}: {e}"))
}

/// A database with one table more, which has a column of every type.
async fn open_with_shelf(place: &Place) -> Db {
    let db = open(place).await;
    let table = match place {
        Place::Sqlite(_) => migrate::for_sqlite(SHELF),
        Place::Postgres(_) => migrate::for_postgres(SHELF),
    };
    db.write(move |tx| tx.run(Sql(table.leak()), ())).await.unwrap();
    db
}

async fn names(db: &Db) -> Vec<String> {
    let rows = db.read(|tx| tx.all::<(String,)>(NAMES, ())).await.unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

fn hear(db: &Db) -> tokio::sync::mpsc::UnboundedReceiver<String> {
    let (told, heard) = tokio::sync::mpsc::unbounded_channel();
    db.on_change(move |topics| topics.iter().for_each(|t| drop(told.send(t.0.clone()))));
    heard
}

async fn next(mut heard: tokio::sync::mpsc::UnboundedReceiver<String>) -> String {
    let heard = tokio::time::timeout(Duration::from_secs(1), heard.recv()).await;
    heard.expect("it is heard within a second").expect("the database is open")
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
