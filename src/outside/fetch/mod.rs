//! The guarded door: the only way out to an address that came from content.
//!
//! No private, loopback, link-local or metadata address is ever dialled ([`address`]): each name is resolved once, each of its
//! addresses checked, and a checked one dialled; each redirect starts over. What comes back is bounded in bytes and
//! time, and every byte of it is kept as it came. Nothing a server does is an error of this program: it is a fact
//! about the server, told by [`Failure`].

mod address;
mod guard;
mod past;
mod relay;
mod robots;
mod shelf;
mod trust;
mod turns;
mod wire;

pub use guard::Refusal;
pub use past::Past;
pub use relay::Relayed;
pub use shelf::{Answer, Shelf, Web};

use crate::Result;
use crate::config::Capture;
use crate::outside::clock::Clock;
use crate::time::Time;
use bytes::Bytes;
use guard::{Guard, Way};
use http_body_util::Full;
use robots::Robots;
use rustls::pki_types::ServerName;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use turns::Turns;
use url::Url;
use wacz::http::Response;
use wacz::warc::Truncated;

pub struct Door {
    guard: Guard,
    tls: TlsConnector,
    /// For a look at what stands behind a bad certificate.
    anybody: TlsConnector,
    agent: String,
    clock: Clock,
    turns: Turns,
    robots: Robots,
}

/// What a request is for: it decides what we say we would like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Page,
    Style,
    Picture,
    Font,
    /// Films and recordings.
    Media,
    Data,
}

/// One request and whatever came of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Without fragment.
    pub url: Url,
    pub at: Time,
    /// The address that was dialled.
    pub address: Option<IpAddr>,
    /// It lies in a private network that the operator opened.
    pub private: bool,
    pub medium: Medium,
    /// As sent; empty if no connection came about.
    pub request: Vec<u8>,
    /// As received, as far as it came.
    pub response: Vec<u8>,
    pub outcome: Result<(), Failure>,
}

/// How an answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Medium {
    Web,
    /// Somebody brought the page itself: no server was asked by us, and the head is ours.
    Hand,
    /// What a browser made of an answer: no server sent it so, and the head is ours.
    Browser,
    /// An outside archive said what the address answered at `at`.
    Archive {
        memento: Url,
        fetched_at: Time,
    },
}

/// Why there is no whole answer. `Display` is a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("Our guard refused it: {0}.")]
    Refused(#[from] Refusal),
    #[error("The name could not be resolved: {0}.")]
    NoName(String),
    #[error("No connection could be made: {0}.")]
    NoConnection(String),
    #[error("The server's certificate is bad: {0}.")]
    Certificate(String),
    #[error("No secure connection could be made: {0}.")]
    Tls(String),
    #[error("The server took too long: {0}.")]
    Slow(String),
    #[error("The server broke off: {0}.")]
    Broken(String),
    #[error("The answer is larger than what is kept.")]
    TooLarge,
    #[error("The server's answer makes no sense: {0}.")]
    Garbage(String),
    #[error("The server sends us in circles: {0}.")]
    Redirects(String),
}

/// What a server said of a page before, by which it can tell whether it is still the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// That answered so; nobody else is asked with it.
    pub url: String,
    pub etag: Option<String>,
    pub modified: Option<String>,
}

/// On what terms an address is asked for.
#[derive(Clone, Copy, Default)]
struct Terms<'a> {
    /// The operator configured it: what has its origin is not guarded.
    endpoint: Option<&'a Url>,
    known: Option<&'a Known>,
}

/// How much one capture may take. Shared by all its requests.
#[derive(Clone)]
pub struct Budget(Arc<Purse>);

struct Purse {
    limits: Limits,
    bytes: AtomicUsize,
    /// From the first turn on, so that waiting for a busy host costs nothing.
    deadline: OnceLock<Instant>,
}

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one answer.
    pub record: usize,
    /// Bytes of all answers.
    pub capture: usize,
    pub time: Duration,
}

/// What a body may unpack to.
pub const UNPACKED: usize = 50_000_000;
const MOST_REDIRECTS: usize = 10;
const CONNECT: Duration = Duration::from_secs(10);

impl Default for Limits {
    fn default() -> Limits {
        Limits { record: 20_000_000, capture: 100_000_000, time: Duration::from_secs(60) }
    }
}

impl Budget {
    pub fn new(limits: Limits) -> Budget {
        Budget(Arc::new(Purse { limits, bytes: AtomicUsize::new(limits.capture), deadline: OnceLock::new() }))
    }

    pub fn is_spent(&self) -> bool {
        self.0.bytes.load(Ordering::Relaxed) == 0
            || self.0.deadline.get().is_some_and(|deadline| *deadline <= Instant::now())
    }

    fn deadline(&self) -> Instant {
        *self.0.deadline.get_or_init(|| Instant::now() + self.0.limits.time)
    }

    fn record(&self) -> usize {
        self.0.limits.record
    }

    /// What is left of its time.
    pub fn left(&self) -> Duration {
        self.deadline().saturating_duration_since(Instant::now())
    }

    fn spend(&self, bytes: usize) -> bool {
        let spend = |left: usize| Some(left.saturating_sub(bytes));
        let before = self.0.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend);
        before.is_ok_and(|left| left >= bytes)
    }
}

impl Door {
    /// `base_url` is said to every server, so that it knows who asks and where to complain.
    pub fn open(settings: &Capture, base_url: &str, clock: Clock) -> Result<Door> {
        let agent =
            format!("Mozilla/5.0 (compatible; Ibid/{}; +{base_url}/sources)", env!("CARGO_PKG_VERSION"));
        Ok(Door {
            guard: Guard::new(settings),
            tls: trust::wary(settings.authority.as_deref())?,
            anybody: trust::credulous(),
            agent,
            clock,
            turns: Turns::default(),
            robots: Robots::default(),
        })
    }

    /// Asks for an address and follows where it leads. The last exchange is the answer; there is always one.
    pub async fn follow(&self, url: &Url, wanted: Wanted, budget: &Budget) -> Vec<Exchange> {
        self.follow_on(url, wanted, budget, Terms::default()).await
    }

    /// The same; what has the origin of `endpoint`, which the operator configured, is not guarded.
    pub async fn follow_within(
        &self,
        url: &Url,
        wanted: Wanted,
        budget: &Budget,
        endpoint: Option<&Url>,
    ) -> Vec<Exchange> {
        self.follow_on(url, wanted, budget, Terms { endpoint, known: None }).await
    }

    /// The same, but whoever answered before need not send again what has not changed.
    pub async fn follow_since(
        &self,
        url: &Url,
        wanted: Wanted,
        budget: &Budget,
        known: Option<&Known>,
    ) -> Vec<Exchange> {
        self.follow_on(url, wanted, budget, Terms { endpoint: None, known }).await
    }

    async fn follow_on(&self, url: &Url, wanted: Wanted, budget: &Budget, terms: Terms<'_>) -> Vec<Exchange> {
        let mut exchanges = vec![self.ask(url, wanted, budget, terms).await];
        while let Some(next) = exchanges.last().and_then(Exchange::redirect) {
            let problem = match next {
                Err(problem) => Some(problem),
                Ok(next) if exchanges.iter().any(|past| past.url == next) => {
                    Some(format!("it leads back to {next}"))
                }
                Ok(_) if exchanges.len() > MOST_REDIRECTS => {
                    Some(format!("more than {MOST_REDIRECTS} redirects"))
                }
                Ok(next) => {
                    exchanges.push(self.ask(&next, wanted, budget, terms).await);
                    None
                }
            };
            if let Some(problem) = problem {
                exchanges.last_mut().expect("there is one").outcome = Err(Failure::Redirects(problem));
                break;
            }
        }
        exchanges
    }

    /// One request, no redirect followed.
    #[cfg(test)]
    pub async fn get(&self, url: &Url, wanted: Wanted, budget: &Budget) -> Exchange {
        self.ask(url, wanted, budget, Terms::default()).await
    }

    async fn ask(&self, url: &Url, wanted: Wanted, budget: &Budget, terms: Terms<'_>) -> Exchange {
        let mut url = url.clone();
        url.set_fragment(None);
        let tape = wire::Tape::new();
        let mut exchange = Exchange::begun(url, self.clock.now());
        let outcome = self.try_ask(&mut exchange, wanted, &tape, budget, terms).await;
        exchange.ended(tape, outcome)
    }

    async fn try_ask(
        &self,
        exchange: &mut Exchange,
        wanted: Wanted,
        tape: &wire::Tape,
        budget: &Budget,
        terms: Terms<'_>,
    ) -> Result<(), Failure> {
        let url = exchange.url.clone();
        let slow =
            |_| Failure::Slow(format!("it was not done after {} seconds", budget.0.limits.time.as_secs()));
        let opened = terms.endpoint.is_some_and(|endpoint| endpoint.origin() == url.origin());
        let way = if opened {
            self.guard.opened(&url, resolve).await?
        } else {
            self.guard.way(&url, resolve).await?
        };
        let Way { addresses, private, stand_in } = way;
        exchange.private = private;
        let _turn = self.turns.wait(url.host_str().unwrap_or_default(), stand_in).await;
        exchange.at = self.clock.now();
        let talking = async {
            let stream = dial(&addresses).await?;
            exchange.address = stream.peer_addr().ok().map(|peer| peer.ip().to_canonical());
            let request = self.request(&url, wanted, terms.known)?;
            if url.scheme() == "https" {
                let bad = match self.secure(&self.tls, &url, stream).await {
                    Ok(stream) => return wire::converse(stream, request, tape, budget).await,
                    Err(bad @ Failure::Certificate(_)) if wanted == Wanted::Page => bad,
                    Err(failure) => return Err(failure),
                };
                // What stands there is kept with the fact; whoever stands in between could have written it.
                let stream = self.secure(&self.anybody, &url, dial(&addresses).await?).await?;
                wire::converse(stream, request, tape, budget).await?;
                Err(bad)
            } else {
                wire::converse(stream, request, tape, budget).await
            }
        };
        timeout_at(budget.deadline(), talking).await.map_err(slow)?
    }

    async fn secure(
        &self,
        tls: &TlsConnector,
        url: &Url,
        stream: TcpStream,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Failure> {
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Failure::Tls(format!("{host} is not a name that a certificate can have")))?;
        match timeout(CONNECT, tls.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(tls_failure(&error)),
            Err(_) => Err(Failure::Slow("the handshake was not done after 10 seconds".into())),
        }
    }

    fn request(
        &self,
        url: &Url,
        wanted: Wanted,
        known: Option<&Known>,
    ) -> Result<http::Request<Full<Bytes>>, Failure> {
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut request = http::Request::get(target);
        let known = known.filter(|known| known.url == url.as_str());
        for (name, value) in known.map(Known::headers).into_iter().flatten() {
            request = request.header(name, value);
        }
        request
            .header("host", host)
            .header("user-agent", &self.agent)
            .header("accept", wanted.accept())
            .header("accept-language", "en;q=0.8, *;q=0.5")
            .header("accept-encoding", "gzip, br")
            .header("connection", "close")
            .body(Full::default())
            .map_err(|_| Failure::Redirects("the address cannot be asked for".into()))
    }
}

impl Known {
    /// A value that cannot be sent is left out.
    fn headers(&self) -> impl Iterator<Item = (&'static str, http::HeaderValue)> {
        let pairs = [("if-none-match", &self.etag), ("if-modified-since", &self.modified)];
        pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, http::HeaderValue::from_str(value.as_deref()?).ok()?)))
    }
}

impl Wanted {
    fn accept(self) -> &'static str {
        match self {
            Wanted::Page => "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Wanted::Style => "text/css,*/*;q=0.1",
            Wanted::Picture => "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
            Wanted::Font | Wanted::Media | Wanted::Data => "*/*",
        }
    }
}

impl Exchange {
    fn begun(url: Url, at: Time) -> Exchange {
        Exchange {
            url,
            at,
            address: None,
            private: false,
            medium: Medium::Web,
            request: Vec::new(),
            response: Vec::new(),
            outcome: Ok(()),
        }
    }

    /// With what went over the wire, and how it went.
    fn ended(self, tape: wire::Tape, outcome: Result<(), Failure>) -> Exchange {
        let reel = tape.take();
        Exchange { request: reel.sent, response: wire::trimmed(reel.received), outcome, ..self }
    }

    /// The answer, if at least its head came whole.
    pub fn answer(&self) -> Option<Response<'_>> {
        wire::head_end(&self.response)?;
        Response::parse(&self.response).ok()
    }

    /// Status line and headers, as they came.
    pub fn head(&self) -> &[u8] {
        &self.response[..wire::head_end(&self.response).unwrap_or(self.response.len())]
    }

    pub fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.answer()?.message.headers.get(name).map(str::to_owned)
    }

    /// Whether it says that the page is still as it was known. Only whoever was asked so can say it.
    pub fn is_unchanged(&self, known: Option<&Known>) -> bool {
        let asked = known.is_some_and(|known| known.url == self.url.as_str());
        asked && self.outcome.is_ok() && self.status() == Some(304)
    }

    /// Where the answer sends whoever asked, if anybody can go there.
    pub fn leads_to(&self) -> Option<Url> {
        self.redirect()?.ok()
    }

    /// Where the answer sends us, if it is a redirect; else why nobody can go there.
    fn redirect(&self) -> Option<Result<Url, String>> {
        if self.outcome.is_err() || !matches!(self.status()?, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let location = self.header("Location")?;
        let mut next = match self.url.join(&location) {
            Ok(next) => next,
            Err(e) => {
                return Some(Err(format!("it leads to “{}”, which is no address ({e})", brief(&location))));
            }
        };
        next.set_fragment(None);
        Some(Ok(next))
    }
}

impl Failure {
    /// Why an answer that came in part stops where it does, as a WARC says it.
    pub fn truncated(&self) -> Option<Truncated> {
        match self {
            Failure::TooLarge => Some(Truncated::Length),
            Failure::Slow(_) => Some(Truncated::Time),
            Failure::Broken(_) => Some(Truncated::Disconnect),
            Failure::Garbage(_) => Some(Truncated::Unspecified),
            _ => None,
        }
    }
}

fn brief(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

async fn resolve(host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    match timeout(CONNECT, tokio::net::lookup_host((host, port))).await {
        Ok(found) => Ok(found.map_err(in_words)?.collect()),
        Err(_) => Err(io::Error::other("no answer came in 10 seconds")),
    }
}

/// Readers are shown why a source cannot be reached; resolvers speak to those who run them.
fn in_words(error: io::Error) -> io::Error {
    let said = error.to_string();
    if said.contains("not known") || said.contains("No address") {
        io::Error::other("nobody has that name")
    } else if said.contains("Temporary failure") {
        io::Error::other("the servers that know names did not answer")
    } else {
        error
    }
}

async fn dial(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut problem = String::from("there is no address");
    for address in addresses.iter().take(4) {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(e)) => problem = e.to_string(),
            Err(_) => problem = "no answer came in 10 seconds".into(),
        }
    }
    Err(Failure::NoConnection(problem))
}

fn tls_failure(error: &io::Error) -> Failure {
    use rustls::CertificateError as Bad;
    let Some(cause) = error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) else {
        return Failure::Tls(error.to_string());
    };
    let rustls::Error::InvalidCertificate(bad) = cause else {
        return Failure::Tls(cause.to_string());
    };
    Failure::Certificate(match bad {
        Bad::Expired | Bad::ExpiredContext { .. } => "it has expired".into(),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => "it is not valid yet".into(),
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "it is for another host".into(),
        Bad::UnknownIssuer => "nobody known vouches for it".into(),
        Bad::Revoked => "it was revoked".into(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests;
