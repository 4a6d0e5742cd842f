//! Stories of `tests/browser/`, told by Chromium.

use serde_json::Value;
use std::path::Path;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Tells one story; whether it could be told.
pub async fn tells(story: &str, given: Value) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    if !folder.join("node_modules/playwright-core").exists() {
        println!("skipped: tests/browser has no node_modules; bin/test installs them");
        return false;
    }
    let mut command = Command::new("node");
    command.arg("run.mjs").arg(story).current_dir(&folder).kill_on_drop(true);
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut node) = spawned else {
        println!("skipped: node is not installed; bin/test installs it");
        return false;
    };
    let mut stdin = node.stdin.take().expect("it has a standard input");
    stdin.write_all(given.to_string().as_bytes()).await.expect("it listens");
    drop(stdin);
    let output = node.wait_with_output().await.expect("it ends");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{said}");
    assert!(output.status.success(), "{story}:\n{complained}");
    said.contains("told")
}
