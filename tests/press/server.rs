//! One run of `ibid serve`.

use super::{Press, until_within};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout};

pub(super) struct Server {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    pub(super) base: String,
}

impl Server {
    pub(super) async fn start(press: &Press, flags: &[&str]) -> Server {
        // A story that has to know the port beforehand sets `IBID_LISTEN`.
        let listens = press.settings.iter().any(|(name, _)| name == "IBID_LISTEN");
        let mut args = if listens { vec!["serve"] } else { vec!["serve", "--listen", "127.0.0.1:0"] };
        args.extend(flags);
        let log = std::fs::File::create(press.log_file()).expect("a log file");
        let mut command = press.command(&args).into_inner();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
        let said = Arc::<Mutex<Vec<String>>>::default();
        tokio::spawn(listen(child.stdout.take().expect("it has a standard output"), said.clone()));
        let base = until_within(Duration::from_secs(60), "the server to be ready", async || {
            let ready =
                said.lock().unwrap().iter().find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
            let ended = child.try_wait().expect("it can be asked");
            assert!(ready.is_some() || ended.is_none(), "the server ended: {ended:?}\n{}", press.log());
            ready.ok_or_else(|| press.log())
        })
        .await;
        Server { child, said, base }
    }

    /// Lines on standard output so far.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    pub(super) fn process_id(&self) -> u32 {
        self.child.id().expect("it has not ended")
    }

    pub(super) async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    pub(super) async fn stop(mut self) -> Option<i32> {
        let id = self.process_id().to_string();
        let sent = tokio::process::Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "the server could not be told to stop");
        until_within(Duration::from_secs(20), "the server to stop", async || match self.child.try_wait() {
            Ok(Some(status)) => Ok(status.code()),
            _ => Err("it still runs".into()),
        })
        .await
    }
}

async fn listen(stdout: ChildStdout, said: Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        said.lock().unwrap().push(line);
    }
}
