//! A small web of our own, which misbehaves the way the real one does.
//!
//! One port answers everything: plain HTTP, or TLS when the first byte says so, with certificates made for whatever name is
//! asked for by an authority of this run. What is answered depends on the `Host` alone, so `IBID_CAPTURE_CONNECT=*=…` sends every
//! capture here. It listens on 127.0.0.2, so that 127.0.0.1 stays as forbidden to captures as it is in life.
//!
//! The standing sites are in [`sites`]; a story may set or change any address with [`Web::serves`]. Every request is remembered.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

mod answer;
mod sites;
mod tls;

pub use answer::Answer;
pub use sites::PIXEL;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

pub struct Web {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    listening: tokio::task::JoinHandle<()>,
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Scheme, host and target as asked: `https://ministry.example/releases?page=2`.
    pub url: String,
    pub method: String,
    pub host: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    /// How often this URL had been asked for before.
    pub before: usize,
}

impl Asked {
    /// First value of a request header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }
}

#[derive(Default)]
struct Shared {
    asked: Mutex<Vec<Asked>>,
    /// Answers that a story set, by URL; they stand before the standing sites.
    set: Mutex<HashMap<String, Answer>>,
    authority: tls::Authority,
}

impl Web {
    pub async fn start() -> Web {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).await.expect("a loopback address");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let listening = tokio::spawn(listen(listener, shared.clone()));
        Web { address, shared, listening }
    }

    /// For `IBID_CAPTURE_CONNECT`: every host and port leads here.
    pub fn connect(&self) -> String {
        format!("*={}", self.address)
    }

    /// For `IBID_CAPTURE_ALLOW`: this address and no other private one.
    pub fn allow(&self) -> String {
        format!("{}/32", self.address.ip())
    }

    /// For the file behind `IBID_CAPTURE_CA`.
    pub fn authority_pem(&self) -> String {
        self.shared.authority.pem()
    }

    /// From now on `url` is answered so; the scheme and host are lower case, the query as asked.
    pub fn serves(&self, url: &str, answer: Answer) {
        self.shared.set.lock().unwrap().insert(url.to_owned(), answer);
    }

    /// The standing site answers again.
    pub fn restores(&self, url: &str) {
        self.shared.set.lock().unwrap().remove(url);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    pub fn times_asked(&self, url: &str) -> usize {
        self.shared.asked.lock().unwrap().iter().filter(|asked| asked.url == url).count()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, shared.clone()));
    }
}

/// A TLS handshake opens with a record of type 22; no HTTP method does.
async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let mut first = [0];
    match stream.peek(&mut first).await {
        Ok(1) if first[0] == 22 => {
            if let Ok(stream) = shared.authority.acceptor().accept(stream).await {
                serve("https", stream, shared).await;
            }
        }
        Ok(1) => serve("http", stream, shared).await,
        _ => {}
    }
}

async fn serve(scheme: &str, mut stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let Some(mut asked) = read_request(scheme, &mut stream).await else { return };
    let answer = {
        let mut all = shared.asked.lock().unwrap();
        asked.before = all.iter().filter(|earlier| earlier.url == asked.url).count();
        all.push(asked.clone());
        let set = shared.set.lock().unwrap().get(&asked.url).cloned();
        let answer = set.unwrap_or_else(|| sites::answer(&asked));
        match asked.header("if-none-match") {
            Some(known) if answer.has_tag(known) => Answer::not_modified(known),
            _ => answer,
        }
    };
    // A client that hangs up on a misbehaving server is doing the right thing.
    let _ = answer.send(&mut stream, asked.method == "HEAD").await;
}

async fn read_request(scheme: &str, stream: &mut (impl AsyncRead + Unpin)) -> Option<Asked> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
        if bytes.len() > 64 * 1024 {
            return None;
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.split("\r\n");
    let mut request_line = lines.next()?.split(' ');
    let method = request_line.next()?.to_owned();
    let target = request_line.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"))?.1.to_ascii_lowercase();
    Some(Asked { url: format!("{scheme}://{host}{target}"), method, host, target, headers, before: 0 })
}
