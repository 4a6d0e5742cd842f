//! The one way out of a browser: a proxy of our own, for one page. It speaks for every server, under an authority that lives as long
//! as the page does, asks the real one through the guarded door, and takes down what is said.
//!
//! The browser believes our authority alone (by its key), so a certificate of the real server is checked by the door, as ever.

use super::Trouble;
use crate::outside::fetch::{Budget, Door, Exchange, Failure, Relayed};
use data_encoding::BASE64;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PublicKeyData,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::Digest;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;
use url::Url;

const MOST_HEAD: usize = 64 * 1024;
/// What a page may send: a question, no upload.
const MOST_BODY: usize = 1 << 20;
/// Requests of one page; more is no page but a flood.
const MOST_REQUESTS: usize = 600;
/// Asked at once, over all hosts.
const SIDE_BY_SIDE: usize = 24;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Proxy {
    pub(super) port: u16,
    authority: Arc<Authority>,
    talk: Arc<Talk>,
    _listening: JoinSet<()>,
}

/// What was said, and what still is.
#[derive(Default)]
struct Talk {
    exchanges: Mutex<Vec<Exchange>>,
    asked: AtomicUsize,
    open: AtomicUsize,
    /// When the last answer ended.
    quiet_since: Mutex<Option<Instant>>,
}

impl Proxy {
    pub(super) async fn start(door: Arc<Door>, budget: Budget) -> Result<Proxy, Trouble> {
        let bad = |e: std::io::Error| Trouble::NoStart(format!("its proxy cannot listen: {e}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(bad)?;
        let port = listener.local_addr().map_err(bad)?.port();
        let authority =
            Arc::new(Authority::new().map_err(|e| Trouble::NoStart(format!("no authority: {e}")))?);
        let (talk, at_once) = (Arc::new(Talk::default()), Arc::new(Semaphore::new(SIDE_BY_SIDE)));
        let teller = Teller { door, budget, authority: authority.clone(), talk: talk.clone(), at_once };
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            // Ends with the set that it is in.
            let mut talking = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((stream, _)) = listener.accept() => drop(talking.spawn(teller.clone().serve(stream))),
                    _ = talking.join_next(), if !talking.is_empty() => {}
                    else => break,
                }
            }
        });
        Ok(Proxy { port, authority, talk, _listening: listening })
    }

    /// By which the browser knows our authority: the digest of its key.
    pub(super) fn fingerprint(&self) -> &str {
        &self.authority.fingerprint
    }

    /// For how long nothing was asked for; nothing while an answer is on its way.
    pub(super) fn quiet(&self) -> Option<Duration> {
        let since = *self.talk.quiet_since.lock().expect("nothing panics while noting an instant");
        (self.talk.open.load(Ordering::SeqCst) == 0)
            .then(|| since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    /// What was said so far, in the order in which it ended.
    pub(super) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.talk.exchanges.lock().expect("nothing panics while noting an exchange"))
    }
}

#[derive(Clone)]
struct Teller {
    door: Arc<Door>,
    budget: Budget,
    authority: Arc<Authority>,
    talk: Arc<Talk>,
    at_once: Arc<Semaphore>,
}

/// Why there is no answer, and with which status that is said.
type Refused = (u16, &'static str);

impl Teller {
    async fn serve(self, mut stream: TcpStream) {
        let Ok(Some(head)) = timeout(PATIENCE, read_head(&mut stream)).await else { return };
        let Ok(asked) = Asked::read(&head) else { return drop(say(&mut stream, (400, "Bad Request")).await) };
        if asked.method != "CONNECT" {
            return self.answer(stream, asked, None).await;
        }
        // Nothing is dialled yet: what is asked for inside decides.
        let Ok(inside) = Url::parse(&format!("https://{}/", asked.target)) else {
            return drop(say(&mut stream, (400, "Bad Request")).await);
        };
        if stream.write_all(b"HTTP/1.1 200 Connection Established\r\n\r\n").await.is_err() {
            return;
        }
        let mut first = [0];
        // A TLS handshake opens with a record of type 22. What else goes through a tunnel is a web socket's beginning.
        match timeout(PATIENCE, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first[0] == 22 => {}
            _ => return,
        }
        let host = inside.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let Some(acceptor) = self.authority.acceptor(&host) else { return };
        let Ok(Ok(mut stream)) = timeout(PATIENCE, acceptor.accept(stream)).await else { return };
        let Ok(Some(head)) = timeout(PATIENCE, read_head(&mut stream)).await else { return };
        match Asked::read(&head) {
            Ok(asked) => self.answer(stream, asked, Some(inside)).await,
            Err(()) => drop(say(&mut stream, (400, "Bad Request")).await),
        }
    }

    /// One request, one answer; then the connection is closed, so that an answer ends where it ends.
    async fn answer(
        self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        asked: Asked,
        inside: Option<Url>,
    ) {
        let relayed = match asked.relayed(inside.as_ref(), &mut stream).await {
            Ok(relayed) => relayed,
            Err(refused) => return drop(say(&mut stream, refused).await),
        };
        if self.talk.asked.fetch_add(1, Ordering::SeqCst) >= MOST_REQUESTS {
            return drop(say(&mut stream, (429, "Too Many Requests")).await);
        }
        let exchange = {
            let _open = Open::new(&self.talk);
            let _turn = self.at_once.acquire().await;
            self.door.relay(&relayed, &self.budget).await
        };
        let told = match &exchange.outcome {
            Ok(()) if exchange.answer().is_some() => Ok(exchange.response.clone()),
            Err(Failure::Refused(_)) => Err((403, "Forbidden")),
            _ => Err((502, "Bad Gateway")),
        };
        self.talk.exchanges.lock().expect("nothing panics while noting an exchange").push(exchange);
        let _ = match told {
            Ok(response) => stream.write_all(&response).await,
            Err(refused) => say(&mut stream, refused).await,
        };
        let _ = stream.shutdown().await;
    }
}

/// Counts a request as long as it lasts.
struct Open<'a>(&'a Talk);

impl Open<'_> {
    fn new(talk: &Talk) -> Open<'_> {
        talk.open.fetch_add(1, Ordering::SeqCst);
        Open(talk)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        *self.0.quiet_since.lock().expect("nothing panics while noting an instant") = Some(Instant::now());
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A request as it came to the proxy.
#[derive(Debug)]
struct Asked {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    /// What came after the head already.
    rest: Vec<u8>,
}

impl Asked {
    fn read(bytes: &[u8]) -> Result<Asked, ()> {
        let mut headers = [httparse::EMPTY_HEADER; 128];
        let mut request = httparse::Request::new(&mut headers);
        let Ok(httparse::Status::Complete(end)) = request.parse(bytes) else { return Err(()) };
        let headers =
            request.headers.iter().map(|header| (header.name.to_owned(), header.value.to_vec())).collect();
        Ok(Asked {
            method: request.method.unwrap_or_default().to_owned(),
            target: request.path.unwrap_or_default().to_owned(),
            headers,
            rest: bytes[end..].to_vec(),
        })
    }

    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| std::str::from_utf8(value).ok()).unwrap_or_default()
    }

    /// What is to be passed on: to the host of the tunnel it came through, whatever it says itself.
    async fn relayed(
        mut self,
        inside: Option<&Url>,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<Relayed, Refused> {
        let url = match inside {
            Some(origin) if self.target.starts_with('/') => {
                let base = origin.as_str().trim_end_matches('/');
                Url::parse(&format!("{base}{}", self.target)).ok()
            }
            None => Url::parse(&self.target).ok().filter(|url| url.scheme() == "http"),
            Some(_) => None,
        };
        let mut url = url.ok_or((400, "Bad Request"))?;
        url.set_fragment(None);
        if !self.header("upgrade").is_empty() || is_chatter(&url, &self) {
            return Err((403, "Forbidden"));
        }
        let body = self.body(stream).await?;
        Ok(Relayed { url, method: self.method, headers: self.headers, body })
    }

    async fn body(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, Refused> {
        if !self.header("transfer-encoding").is_empty() {
            return Err((411, "Length Required"));
        }
        let length = match self.header("content-length") {
            "" => 0,
            said => said.parse::<usize>().map_err(|_| (400, "Bad Request"))?,
        };
        if length > MOST_BODY {
            return Err((413, "Content Too Large"));
        }
        let mut body = std::mem::take(&mut self.rest);
        body.truncate(length);
        let from = body.len();
        body.resize(length, 0);
        match timeout(PATIENCE, stream.read_exact(&mut body[from..])).await {
            Ok(Ok(_)) => Ok(body),
            _ => Err((400, "Bad Request")),
        }
    }
}

/// What a browser asks for on its own account: no page has asked for it, so no answer belongs to a copy.
fn is_chatter(url: &Url, asked: &Asked) -> bool {
    const HOSTS: &[&str] = &[
        "update.googleapis.com",
        "clients2.google.com",
        "clients4.google.com",
        "clientservices.googleapis.com",
        "optimizationguide-pa.googleapis.com",
        "content-autofill.googleapis.com",
        "safebrowsing.googleapis.com",
        "safebrowsingohttpgateway.googleapis.com",
        "android.clients.google.com",
        "edgedl.me.gvt1.com",
        "redirector.gvt1.com",
    ];
    let host = url.host_str().unwrap_or_default();
    let unbidden = asked.header("sec-fetch-site") == "none" && asked.header("sec-fetch-mode") != "navigate";
    HOSTS.contains(&host) || unbidden || url.path() == "/favicon.ico"
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let (mut bytes, mut part) = (Vec::new(), [0; 8192]);
    loop {
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        let from = bytes.len().saturating_sub(3);
        bytes.extend_from_slice(&part[..count]);
        if bytes[from..].windows(4).any(|end| end == b"\r\n\r\n") {
            return Some(bytes);
        }
        if bytes.len() > MOST_HEAD {
            return None;
        }
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), (status, reason): Refused) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.shutdown().await
}

/// Vouches for every host, to one browser, as long as one page lasts.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    fingerprint: String,
    made: Mutex<HashMap<String, TlsAcceptor>>,
}

impl Authority {
    fn new() -> Result<Authority, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "One page of Ibid");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let digest = sha2::Sha256::digest(issuer.key().subject_public_key_info());
        Ok(Authority { fingerprint: BASE64.encode(&digest), issuer, made: Mutex::default() })
    }

    fn acceptor(&self, host: &str) -> Option<TlsAcceptor> {
        let mut made = self.made.lock().expect("nothing panics while making a certificate");
        if let Some(acceptor) = made.get(host) {
            return Some(acceptor.clone());
        }
        let acceptor = self.make(host).ok()?;
        made.insert(host.to_owned(), acceptor.clone());
        Some(acceptor)
    }

    fn make(&self, host: &str) -> Result<TlsAcceptor, Box<dyn std::error::Error>> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![host.to_owned()])?.signed_by(&key, &self.issuer)?;
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone(), self.issuer.der().clone()];
        let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, secret)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
