//! A PostgreSQL of this test run's own: on loopback, without fsync, gone when the tests end. The stories run on it when
//! `IBID_TEST_POSTGRES=1`; the storage's own tests (`src/outside/db/tests.rs`) always do.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A URL of an empty database, or nothing when the tests run on SQLite.
pub(super) fn fresh_database() -> Option<String> {
    (std::env::var("IBID_TEST_POSTGRES").as_deref() == Ok("1")).then(new_database)
}

pub(super) fn is_installed() -> bool {
    folder_of_tools().join("initdb").exists()
}

/// A URL of an empty database.
pub(super) fn new_database() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(Cluster::start);
    let name = format!("press_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let made = tool("createdb").args(["-h", "127.0.0.1", "-p", &cluster.port, "-U", "press", &name]).status();
    assert!(made.is_ok_and(|status| status.success()), "createdb failed");
    format!("postgres://press@127.0.0.1:{}/{name}", cluster.port)
}

struct Cluster {
    port: String,
    /// Ends the cluster when its standard input closes, which happens when this process ends, however it ends.
    _keeper: Child,
}

/// `initdb` refuses to run as root, so root lends the work to the unprivileged user `postgres`.
const KEEPER: &str = r#"
set -e
dir=$(mktemp -d)
as=
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; as="runuser -u postgres --"; fi
cd /
$as "$BIN/initdb" -D "$dir/data" -U press -A trust -E UTF8 --locale=C -N >&2
$as "$BIN/postgres" -D "$dir/data" -p "$PORT" -h 127.0.0.1 -k "$dir" -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=300 -c logging_collector=off >"$dir/log" 2>&1 &
pid=$!
for _ in $(seq 300); do
    if "$BIN/pg_isready" -q -h 127.0.0.1 -p "$PORT"; then echo ready; break; fi
    kill -0 $pid || { cat "$dir/log" >&2; exit 1; }
    sleep 0.1
done
read -r _ || true
$as "$BIN/pg_ctl" -D "$dir/data" stop -m immediate >&2 || true
wait $pid || true
rm -rf "$dir"
"#;

impl Cluster {
    fn start() -> Cluster {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port().to_string();
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER])
            .env("BIN", folder_of_tools())
            .env("PORT", &port)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("bash runs");
        let mut line = String::new();
        let _ = BufReader::new(keeper.stdout.take().expect("it has an output")).read_line(&mut line);
        assert_eq!(
            line.trim(),
            "ready",
            "PostgreSQL did not start: is Debian's postgresql package installed?"
        );
        Cluster { port, _keeper: keeper }
    }
}

fn tool(name: &str) -> Command {
    Command::new(folder_of_tools().join(name))
}

/// Debian keeps initdb and postgres out of PATH, in a folder for each version.
fn folder_of_tools() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    versions.pop().unwrap_or_else(|| PathBuf::from("/usr/bin"))
}
