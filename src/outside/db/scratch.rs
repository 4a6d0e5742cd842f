//! Empty databases for tests: each story about storage is told on both engines.

use super::Place;

#[path = "../../../tests/press/postgres.rs"]
#[allow(dead_code, reason = "the stories of the whole program use the rest")]
mod cluster;

/// Where an empty SQLite database can be made; its folder goes with it.
pub(crate) fn sqlite() -> (Place, Option<tempfile::TempDir>) {
    let folder = tempfile::tempdir().expect("a folder for a test");
    (Place::Sqlite(folder.path().join("ibid.sqlite")), Some(folder))
}

/// An empty PostgreSQL database, where PostgreSQL is installed.
pub(crate) fn postgres() -> Option<(Place, Option<tempfile::TempDir>)> {
    if !cluster::is_installed() {
        println!("skipped: no PostgreSQL");
        return None;
    }
    Some((Place::Postgres(cluster::new_database()), None))
}

/// Turns stories, each an `async fn` that is given an empty [`Place`], into a test on either engine.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let (place, _folder) = $crate::outside::db::scratch::sqlite();
                super::$name(place).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let found = tokio::task::spawn_blocking($crate::outside::db::scratch::postgres).await;
                if let Some((place, _)) = found.expect("a database is made") {
                    super::$name(place).await;
                }
            }
        )*}
    };
}
pub(crate) use on_both;
