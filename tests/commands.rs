//! An operator at a terminal: help, mistakes, exit statuses, and what can go wrong with a machine.

mod press;

use press::{Press, ibid};
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn help_names_every_command() {
    let help = ibid(&["--help"]).run().await.succeeds();
    for command in ["serve", "user", "token", "tidy", "check", "sources", "doctor"] {
        assert!(
            help.stdout.lines().any(|line| line.trim_start().starts_with(command)),
            "{command} in\n{}",
            help.stdout
        );
    }
    for command in [
        &["serve", "--help"][..],
        &["user", "add", "--help"],
        &["token", "create", "--help"],
        &["tidy", "--help"],
        &["check", "--help"],
        &["sources", "capture", "--help"],
    ] {
        let help = ibid(command).run().await.succeeds();
        assert!(help.stdout.contains("Usage:") && help.stdout.contains("--data"), "{}", help.stdout);
    }
    ibid(&["--version"]).run().await.succeeds().prints(env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn bad_usage_ends_with_two() {
    for args in [
        &["serv"][..],
        &[],
        &["serve", "--listen"],
        &["user", "add", "a@b.example"],
        &["check"],
        &["tidy"],
        &["user", "add", "a@b.example", "--name", "A", "--role", "king"],
    ] {
        let ran = ibid(args).run().await.ends_with(2);
        assert!(!ran.stderr.is_empty() && !ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    ibid(&["tidy", "nowhere.txt"]).run().await.ends_with(2).says("nowhere.txt");
    ibid(&["check", "nowhere.md", "--offline"]).run().await.ends_with(2).says("nowhere.md");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("post.md"), "“Four words are enough here” [x](https://a.example/).")
        .unwrap();
    let missing = ibid(&["check", "post.md", "--source", "https://a.example/=missing.txt", "--offline"])
        .within(folder.path())
        .run()
        .await;
    missing.ends_with(2).says("missing.txt");
    ibid(&["check", "post.md", "--source", "nonsense", "--offline"])
        .within(folder.path())
        .run()
        .await
        .ends_with(2);
}

#[tokio::test]
async fn tokens_are_printed_alone() {
    let press = Press::prepare().await.start().await;
    let made = press
        .command(&["token", "create", "--user", "ida@gazette.example", "--name", "script"])
        .run()
        .await
        .succeeds();
    let token = made.stdout.strip_suffix('\n').expect("a line");
    assert!(
        !token.is_empty() && token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
        "{token}"
    );
    press::Api::new(&press.base(), Some(token)).get("/api/v1/posts").await.is(200);
    press
        .command(&["token", "create", "--user", "nobody@gazette.example"])
        .run()
        .await
        .ends_with(2)
        .says("nobody@gazette.example");
    press
        .command(&["user", "add", "IDA@gazette.example", "--name", "Ida", "--role", "author"])
        .run()
        .await
        .ends_with(2)
        .says("is here already");
}

#[tokio::test]
async fn a_folder_with_a_slip_in_its_name_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    for command in
        [&["doctor"][..], &["sources", "list"], &["token", "create", "--user", "ida@gazette.example"]]
    {
        let ran = ibid(command).within(folder.path()).run().await.ends_with(2);
        ran.says("There is no publication in ibid-data.");
    }
    assert!(!folder.path().join("ibid-data/ibid.sqlite").exists());
}

#[tokio::test]
async fn a_command_names_the_address_that_answers() {
    let mut press = Press::start().await;
    let add = ["user", "add", "mira@gazette.example", "--name", "Mira", "--role", "author"];
    let printed = press.command(&add).run().await.succeeds().stdout;
    let path = printed.trim().strip_prefix(&press.base()).expect("the server's own address").to_owned();
    press.reader().opens(&path).await.is(200).shows("mira@gazette.example");
    press.is_stopped().await;
    let again = press.command(&["user", "address", "mira@gazette.example"]).run().await.succeeds();
    assert!(again.stdout.starts_with("http://127.0.0.1:8080/"), "{}", again.stdout);
}

#[tokio::test]
async fn the_server_stops_when_asked() {
    let mut press = Press::start().await;
    press.ida().publishes("Stay", "Still here.").await;
    assert_eq!(press.is_stopped().await, Some(0));
    press.starts().await;
    press.reader().opens("/").await.shows("Stay");
}

#[tokio::test]
async fn a_port_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let press = Press::prepare().await.only_commands();
    let ran = press.command(&["serve", "--listen", &address]).run().await.ends_with(3);
    ran.says(&format!("Port {} is taken", taken.local_addr().unwrap().port()));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said() {
    let press = Press::prepare().await.only_commands();
    std::fs::create_dir_all(press.data()).unwrap();
    std::fs::set_permissions(press.data(), std::fs::Permissions::from_mode(0o555)).unwrap();
    // Nothing keeps root from writing, so the folder is also a file: nobody can make anything in that.
    let file = press.folder().join("a-file");
    std::fs::write(&file, "").unwrap();
    let ran = press
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .with("IBID_DATA", &file.display().to_string())
        .run()
        .await;
    let ran = ran.ends_with(3).says("a-file");
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    if std::fs::write(press.data().join("probe"), "").is_err() {
        press.command(&["serve", "--listen", "127.0.0.1:0"]).run().await.ends_with(3).says("data");
    }
    std::fs::set_permissions(press.data(), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    if std::env::var("IBID_TEST_POSTGRES").is_ok() {
        return;
    }
    let mut press = Press::start().await;
    assert_eq!(press.is_stopped().await, Some(0));
    let database = press.data().join("ibid.sqlite");
    let connection = rusqlite::Connection::open(&database).unwrap();
    let columns: Vec<String> = connection
        .prepare("select name from pragma_table_info('migration')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(!columns.is_empty(), "migrations are remembered");
    // A migration that this program has never heard of.
    let number = &columns[0];
    let rest: Vec<&String> = columns[1..].iter().collect();
    let copied = rest.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ");
    let comma = if copied.is_empty() { "" } else { ", " };
    connection
        .execute(&format!("insert into migration ({number}{comma}{copied}) select 9999{comma}{copied} from migration limit 1"), [])
        .unwrap();
    drop(connection);
    let ran = press.command(&["serve", "--listen", "127.0.0.1:0"]).run().await;
    assert!(matches!(ran.status, Some(2 | 3)), "{ran:?}");
    ran.says("newer");
}

#[tokio::test]
async fn a_broken_setting_is_named_with_what_would_do() {
    let press = Press::prepare().await.only_commands();
    for (name, value) in [
        ("IBID_DATABASE", "mysql://x"),
        ("IBID_FILES", "ftp://x"),
        ("IBID_MAIL", "carrier-pigeon"),
        ("IBID_BASE_URL", "gazette.example"),
        ("IBID_CAPTURE_ALLOW", "everything"),
        ("IBID_CAPTURE_CONNECT", "nonsense"),
        ("IBID_CLOCK", "tomorrow"),
        ("IBID_TRUSTED_PROXIES", "the-proxy"),
        ("IBID_CAPTURE_CA", "/nowhere/authority.pem"),
    ] {
        let ran = press.command(&["serve", "--listen", "127.0.0.1:0"]).with(name, value).run().await;
        let ran = ran.ends_with(2).says(name);
        assert!(ran.stderr.contains(value) && !ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
    std::fs::create_dir_all(press.data()).unwrap();
    std::fs::write(press.data().join("ibid.toml"), "colour = \"red\"\n").unwrap();
    press
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .run()
        .await
        .ends_with(2)
        .says("ibid.toml")
        .says("colour");
}

#[tokio::test]
async fn settings_stand_in_their_order() {
    let press = Press::prepare().await.start().await;
    std::fs::write(press.data().join("ibid.toml"), "base_url = \"https://from-the-file.example\"\n").unwrap();
    let add = ["user", "add", "jonas@gazette.example", "--name", "Jonas Vale", "--role", "author"];
    press.command(&add).run().await.succeeds().prints("https://from-the-file.example/desk/");
    let add = ["user", "add", "mira@gazette.example", "--name", "Mira Olsen", "--role", "author"];
    let from_environment =
        press.command(&add).with("IBID_BASE_URL", "https://from-the-environment.example").run().await;
    from_environment.succeeds().prints("https://from-the-environment.example/desk/");
    let flag = [
        "user",
        "add",
        "anna@gazette.example",
        "--name",
        "Anna Moreau",
        "--role",
        "author",
        "--base-url",
        "https://from-the-flag.example",
    ];
    let from_flag =
        press.command(&flag).with("IBID_BASE_URL", "https://from-the-environment.example").run().await;
    from_flag.succeeds().prints("https://from-the-flag.example/desk/");
}

#[tokio::test]
async fn the_clock_is_shown_where_it_was_moved() {
    let press = Press::prepare().await.with("IBID_CLOCK", "+86400").start().await;
    let health = press.api().get("/health").await.is(200).json();
    assert!(health.to_string().contains("86400"), "{health}");
}

#[tokio::test]
async fn sources_are_listed_and_captured_by_hand() {
    let press = Press::start().await;
    let post = press.ida().publishes("Room", "See [the room](https://library.example/reading-room).").await;
    post.is_kept().await;
    let listed = press.command(&["sources", "list", "--json"]).run().await.succeeds().json();
    assert!(listed.to_string().contains("https://library.example/reading-room"), "{listed}");
    press.command(&["sources", "list"]).run().await.succeeds().prints("library.example/reading-room");

    let failed = press.command(&["sources", "capture", "https://trouble.example/bot-wall"]).run().await;
    assert!(matches!(failed.status, Some(1 | 3)), "a wall is no copy: {failed:?}");
    press.command(&["sources", "capture", "https://ferry.example/night"]).run().await.succeeds();
    press.command(&["sources", "capture", "http://10.0.0.8/"]).run().await.ends_with(1).prints("refused");
    press.command(&["sources", "capture", "not a url"]).run().await.ends_with(2);
}

#[tokio::test]
async fn a_doctor_finds_nothing_wrong_and_then_something() {
    let mut press = Press::start().await;
    let post = press.ida().publishes("Room", "See [the room](https://library.example/reading-room).").await;
    post.is_kept().await;
    press.command(&["doctor"]).run().await.succeeds();
    press.command(&["doctor", "--json"]).run().await.succeeds().json();
    assert_eq!(press.is_stopped().await, Some(0));

    let lost = first_file(&press.data().join("files")).expect("a kept file");
    std::fs::remove_file(&lost).unwrap();
    let ran = press.command(&["doctor"]).run().await.ends_with(1);
    let name = lost.file_name().unwrap().to_string_lossy().into_owned();
    assert!(ran.stdout.contains(&name) || ran.stderr.contains(&name), "{ran:?}");
}

fn first_file(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.into_iter().find_map(|path| if path.is_dir() { first_file(&path) } else { Some(path) })
}
