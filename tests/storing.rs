//! An operator keeps files in an S3-compatible store, and mail goes out through a server: both tried against servers that
//! others wrote (`moto`, `aiosmtpd`), which `bin/test` puts into `target/venv`.

mod press;

use press::{Press, until};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::process::{Child, Command};

fn tool(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is not installed; bin/test installs it");
    None
}

async fn started(mut command: Command, port: u16) -> Child {
    let child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().expect("it starts");
    until("the server to listen", async || match tokio::net::TcpStream::connect(("127.0.0.1", port)).await {
        Ok(_) => Ok(()),
        Err(e) => Err(e.to_string()),
    })
    .await;
    child
}

/// Below the ports that a system hands out by itself: nobody is given it between this look and the server's start.
fn free_port() -> u16 {
    // Tests of one process run beside each other: none looks where another has looked.
    static LOOKED_AT: AtomicU32 = AtomicU32::new(0);
    let first = 20_000 + std::process::id() % 10_000;
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (0..2_000)
        .map(|_| (first + LOOKED_AT.fetch_add(1, Ordering::Relaxed)) as u16)
        .find(free)
        .expect("a free port")
}

#[tokio::test]
async fn copies_are_kept_in_a_bucket() {
    let Some(moto) = tool("moto_server") else { return };
    let port = free_port();
    let mut command = Command::new(moto);
    command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    let _moto = started(command, port).await;
    let endpoint = format!("http://127.0.0.1:{port}");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(client.put(format!("{endpoint}/gazette")).send().await.unwrap().status().is_success());

    let prepared = Press::prepare().await;
    let mut press = prepared
        .with("IBID_FILES", "s3://gazette/kept")
        .with("IBID_S3_ENDPOINT", &endpoint)
        .with("AWS_ACCESS_KEY_ID", "quay")
        .with("AWS_SECRET_ACCESS_KEY", "lamp")
        .with("AWS_REGION", "us-east-1")
        .start()
        .await;
    let post =
        press.ida().publishes("The room", "They write that “the lamps are turned low at half past nine” [there](https://library.example/reading-room).").await;
    post.is_judged(&["verbatim"]).await;
    let source = post.is_kept().await.remove(0);
    assert_eq!(source["captures"][0]["health"], "good", "{source}");
    let copy = press::path_of(source["captures"][0]["url"].as_str().unwrap());

    let listed = client
        .get(format!("{endpoint}/gazette?list-type=2&prefix=kept/"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(listed.contains("<Key>kept/"), "{listed}");
    assert!(!press.data().join("files").exists(), "nothing is kept in the folder");

    press.is_killed().await;
    press.starts().await;
    press.reader().opens(&copy).await.is(200).shows("The lamps are turned low at half past nine");
    press.command(&["doctor"]).run().await.succeeds();
}

#[tokio::test]
async fn mail_goes_out_through_a_server() {
    let Some(python) = tool("python") else { return };
    let (port, inbox) = (free_port(), tempfile::tempdir().unwrap());
    let _smtp = post_office(python, port, &inbox).await;
    let press = Press::prepare().await.with("IBID_MAIL", &format!("smtp://127.0.0.1:{port}")).start().await;
    forgets_her_password(&press).await;
    let letter = arrives(&inbox).await;
    assert!(
        letter.contains("To: ida@gazette.example") || letter.contains("<ida@gazette.example>"),
        "{letter}"
    );
    assert!(letter.contains("Subject: ") && letter.contains(&press.base()), "{letter}");
}

#[tokio::test]
async fn what_failed_is_told_and_tried_again() {
    let Some(python) = tool("python") else { return };
    let (port, inbox) = (free_port(), tempfile::tempdir().unwrap());
    let press = Press::prepare().await.with("IBID_MAIL", &format!("smtp://127.0.0.1:{port}")).start().await;
    forgets_her_password(&press).await;
    let (editor, author) = (press.ida().signs_in().await, press.hires("Mira Olsen", "author").await);
    let again = until("the letter to fail", async || {
        let work = editor.opens("/desk/work").await;
        work.form_to("/again").ok_or_else(|| work.text())
    })
    .await;
    editor.opens("/desk/work").await.shows("Send a letter").shows("tried 1×").shows("refused");
    assert!(author.signs_in().await.opens("/desk/work").await.form_to("/again").is_none(), "editors decide");

    let _smtp = post_office(python, port, &inbox).await;
    editor.sends(&again).await.is(200);
    arrives(&inbox).await;
    until("the work to be done", async || {
        let told = editor.opens("/desk/work").await.text();
        if told.contains("Send a letter") { Err(told) } else { Ok(()) }
    })
    .await;
}

/// A mail server of others' making.
async fn post_office(python: PathBuf, port: u16, inbox: &tempfile::TempDir) -> Child {
    let mut command = Command::new(python);
    command.args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")]);
    command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(inbox.path().join("inbox"));
    started(command, port).await
}

async fn arrives(inbox: &tempfile::TempDir) -> String {
    until("the letter to arrive", async || {
        let letters: Vec<_> =
            std::fs::read_dir(inbox.path().join("inbox/new")).into_iter().flatten().flatten().collect();
        match letters.first() {
            Some(letter) => Ok(String::from_utf8_lossy(&std::fs::read(letter.path()).unwrap()).into_owned()),
            None => Err("nothing yet".into()),
        }
    })
    .await
}

#[tokio::test]
async fn mail_goes_into_a_folder() {
    let press = Press::start().await;
    forgets_her_password(&press).await;
    let letter =
        until("the letter to be written", async || press.mails().pop().ok_or("nothing yet".into())).await;
    assert!(letter.contains("ida@gazette.example") && letter.contains(&press.base()), "{letter}");
    assert_eq!(press.mails().len(), 1);
}

/// Through what the desk's door offers.
async fn forgets_her_password(press: &Press) {
    let browser = press.reader();
    let door = browser.opens("/desk").await;
    let way = door.links().into_iter().find(|(_, words)| words.contains("Forgotten"));
    let (way, _) =
        way.unwrap_or_else(|| panic!("no way for whoever forgot their password:\n{}", door.html()));
    let form = browser.opens(&way).await.form_with("email").expect("a field for the address");
    browser.sends(&form.fill("email", "ida@gazette.example")).await.is(200);
}
