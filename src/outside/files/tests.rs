//! The same few verbs, over a folder and over a bucket. The bucket is one of `moto`, which `bin/test` puts into
//! `target/venv`, or of the S3-compatible server that `IBID_TEST_S3` names (with the usual `AWS_…` variables).

use super::*;
use std::process::{Child, Command, Stdio};

#[tokio::test]
async fn a_folder_keeps_files() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::open(&Place::Folder(folder.path().join("files"))).unwrap();
    keeps_files(&files).await;
    assert!(files.free().is_some_and(|free| (0.0..=1.0).contains(&free)));
    assert!(folder.path().join("files/captures/7/text.txt").exists());
    assert!(files.get("../outside").await.is_err(), "a key cannot leave the folder");
}

#[tokio::test]
async fn a_bucket_keeps_files() {
    let Some(server) = Bucket::find() else { return };
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let bucket = format!("ibid-{}", std::process::id());
    let made = client.put(format!("{}/{bucket}", server.endpoint)).send().await.unwrap();
    assert!(made.status().is_success(), "{made:?}");

    let open = |prefix: &str| {
        let mut builder = AmazonS3Builder::from_env();
        if server.process.is_some() {
            builder =
                builder.with_access_key_id("quay").with_secret_access_key("lamp").with_region("us-east-1");
        }
        Files::in_bucket(builder, &bucket, prefix, Some(&server.endpoint)).unwrap()
    };
    let files = open("kept");
    keeps_files(&files).await;
    assert_eq!(files.free(), None);
    let beside = open("other");
    assert!(!beside.exists("captures/7/text.txt").await.unwrap(), "another prefix is another place");
}

async fn keeps_files(files: &Files) {
    let key = "captures/7/text.txt";
    assert!(!files.exists(key).await.unwrap());
    assert!(matches!(files.get(key).await, Err(Error::NotFound)));
    assert!(matches!(files.get_range(key, 0, 4).await, Err(Error::NotFound)));

    files.put(key, "the tide turns at six").await.unwrap();
    assert!(files.exists(key).await.unwrap());
    assert_eq!(files.get(key).await.unwrap(), "the tide turns at six");
    assert_eq!(files.get_range(key, 4, 4).await.unwrap(), "tide");
    assert_eq!(files.get_range(key, 18, 400).await.unwrap(), "six");
    assert!(files.get_range(key, 400, 4).await.is_err());

    files.put(key, "the tide turns at six").await.unwrap();
    let big: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    files.put("captures/8/page.warc.gz", big.clone()).await.unwrap();
    assert_eq!(files.get_range("captures/8/page.warc.gz", 2_999_990, 10).await.unwrap(), big[2_999_990..]);
    files.put("empty", "").await.unwrap();
    assert_eq!(files.get("empty").await.unwrap(), "");

    assert_eq!(read(files, "captures/8/page.warc.gz").await.unwrap(), big);
    assert_eq!(read(files, "empty").await.unwrap(), b"");
    assert!(matches!(read(files, "captures/9/none.warc.gz").await, Err(Error::NotFound)));
    assert!(read(files, "../outside").await.is_err());
}

/// A piece at a time.
async fn read(files: &Files, key: &str) -> Result<Vec<u8>> {
    let (files, key) = (files.clone(), key.to_owned());
    let read = move || {
        let mut bytes = Vec::new();
        files.reader(&key)?.read_to_end(&mut bytes).outside("reading")?;
        Ok(bytes)
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

struct Bucket {
    endpoint: String,
    process: Option<Child>,
}

impl Bucket {
    fn find() -> Option<Bucket> {
        if let Ok(endpoint) = std::env::var("IBID_TEST_S3") {
            return Some(Bucket { endpoint, process: None });
        }
        let moto = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/moto_server");
        if !moto.exists() {
            println!("skipped: moto_server is not installed; bin/test installs it");
            return None;
        }
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).unwrap().port();
        let mut command = Command::new(moto);
        command
            .args(["-H", "127.0.0.1", "-p", &free.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = command.spawn().expect("moto starts");
        let began = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", free)).is_err() {
            assert!(began.elapsed().as_secs() < 60, "moto did not start to listen");
            std::thread::yield_now();
        }
        Some(Bucket { endpoint: format!("http://127.0.0.1:{free}"), process: Some(process) })
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
