//! A time-stamping authority of `openssl ts`, answering over HTTP as the real ones do, or as they should not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Notary {
    pub folder: tempfile::TempDir,
    /// For `IBID_TIMESTAMPS`.
    pub url: String,
    shared: Arc<Shared>,
    listening: tokio::task::JoinHandle<()>,
}

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Proper,
    /// An answer to what somebody else asked.
    ForeignNonce,
    /// It stamps another digest.
    ForeignDigest,
    Garbage,
    /// Well-formed, and no.
    Refusing,
    Unavailable,
    /// Zeros without end.
    Endless,
    HangsUp,
}

struct Shared {
    folder: PathBuf,
    manner: Mutex<Manner>,
    asked: Mutex<usize>,
}

impl Notary {
    /// None without openssl.
    pub async fn opens() -> Option<Notary> {
        if Command::new("openssl").arg("version").output().is_err() {
            println!("skipped: no openssl");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().to_owned();
        tokio::task::spawn_blocking(move || certify(&at)).await.expect("certificates");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/tsr", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            folder: folder.path().to_owned(),
            manner: Mutex::new(Manner::Proper),
            asked: Mutex::new(0),
        });
        let listening = tokio::spawn(listen(listener, shared.clone()));
        Some(Notary { folder, url, shared, listening })
    }

    pub fn behaves(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    pub fn times_asked(&self) -> usize {
        *self.shared.asked.lock().unwrap()
    }

    /// `root.crt`, or `gazette.crt` and `gazette.key` of gazette.example.
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs openssl in the folder; what it printed.
    pub fn openssl(&self, args: &[&str]) -> String {
        openssl(self.folder.path(), args)
    }
}

impl Drop for Notary {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn openssl(folder: &Path, args: &[&str]) -> String {
    let out = Command::new("openssl").args(args).current_dir(folder).output().expect("openssl runs");
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "openssl {args:?}: {said}");
    said
}

/// A root, the certificate of a clock that stamps, and that of the publication's domain.
fn certify(folder: &Path) {
    std::fs::write(folder.join("all.cnf"), CONFIGURATION).expect("a file");
    std::fs::write(folder.join("serial"), "01\n").expect("a file");
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
    let root = ["req", "-x509", "-config", "all.cnf", "-extensions", "root", "-subj", "/CN=Harbour Root"];
    openssl(folder, &[&root[..], &curve, &["-keyout", "root.key", "-out", "root.crt"]].concat());
    for (name, subject, key) in [
        ("gazette", "/CN=gazette.example", &curve[..4]),
        ("clock", "/CN=Harbour Clock", &["-newkey", "rsa:2048"]),
    ] {
        let (key_file, certificate) = (format!("{name}.key"), format!("{name}.crt"));
        let request = ["req", "-x509", "-config", "all.cnf", "-extensions", name, "-subj", subject, "-nodes"];
        let issued = ["-CA", "root.crt", "-CAkey", "root.key", "-days", "30"];
        openssl(
            folder,
            &[&request[..], key, &issued, &["-keyout", &key_file, "-out", &certificate]].concat(),
        );
    }
    // What others were answered, to be passed off as an answer.
    std::fs::write(folder.join("tide.txt"), "high tide at noon").expect("a file");
    openssl(folder, &["ts", "-query", "-data", "tide.txt", "-sha256", "-cert", "-out", "old.tsq"]);
    openssl(folder, &["ts", "-reply", "-config", "all.cnf", "-queryfile", "old.tsq", "-out", "old.tsr"]);
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let _ = answer(stream, &shared).await;
        });
    }
}

async fn answer(mut stream: TcpStream, shared: &Arc<Shared>) -> std::io::Result<()> {
    let question = read_question(&mut stream).await?;
    *shared.asked.lock().unwrap() += 1;
    let manner = *shared.manner.lock().unwrap();
    let (status, reply) = match manner {
        Manner::HangsUp => return Ok(()),
        Manner::Unavailable => ("503 Service Unavailable", Vec::new()),
        Manner::Garbage => {
            ("200 OK", b"<!doctype html><title>Log in to the hotel's network</title>".to_vec())
        }
        Manner::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\n").await?;
            loop {
                stream.write_all(&[0; 4096]).await?;
            }
        }
        // PKIStatusInfo: rejection, "no such policy"
        Manner::Refusing => {
            let head = [0x30, 0x17, 0x30, 0x15, 0x02, 1, 2, 0x30, 0x10, 0x0c, 14];
            ("200 OK", [&head[..], b"no such policy"].concat())
        }
        Manner::Proper => ("200 OK", stamped(shared, question).await),
        Manner::ForeignNonce => ("200 OK", stamped(shared, with_another_nonce(question)).await),
        Manner::ForeignDigest => ("200 OK", std::fs::read(shared.folder.join("old.tsr"))?),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reply.len()
    );
    stream.write_all(&[head.as_bytes(), &reply].concat()).await
}

/// The nonce is what stands before the last three bytes, which ask for certificates.
fn with_another_nonce(mut question: Vec<u8>) -> Vec<u8> {
    let last = question.len() - 4;
    question[last] ^= 0x55;
    question
}

async fn stamped(shared: &Arc<Shared>, question: Vec<u8>) -> Vec<u8> {
    let folder = shared.folder.clone();
    let stamping = tokio::task::spawn_blocking(move || {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock();
        std::fs::write(folder.join("q.tsq"), question).expect("a file");
        openssl(&folder, &["ts", "-reply", "-config", "all.cnf", "-queryfile", "q.tsq", "-out", "a.tsr"]);
        std::fs::read(folder.join("a.tsr")).expect("an answer")
    });
    stamping.await.expect("a stamp")
}

async fn read_question(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await?;
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            assert!(count > 0, "the question breaks off");
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        assert!(head.starts_with("post /tsr http/1.1"), "{head}");
        assert!(head.contains("content-type: application/timestamp-query"), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.expect("a length").trim().parse().expect("a number");
        if bytes.len() >= end + 4 + length {
            return Ok(bytes[end + 4..end + 4 + length].to_vec());
        }
    }
}

const CONFIGURATION: &str = "
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[gazette]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:gazette.example
[clock]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = clock_tsa
[clock_tsa]
serial = serial
signer_cert = clock.crt
signer_key = clock.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
";
