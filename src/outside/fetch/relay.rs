//! Requests that a browser makes, taken out through the door: checked, dialled, bounded and taken down like our own.

use super::{Budget, Door, Exchange, Failure, Way, dial, resolve, wire};
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http_body_util::Full;
use tokio::time::timeout_at;
use url::Url;

/// A request as a browser put it to its proxy.
#[derive(Debug, Clone)]
pub struct Relayed {
    /// Without fragment.
    pub url: Url,
    pub method: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// What concerns the way to the proxy alone, or would have the connection kept or changed.
const BETWEEN: &[&str] = &[
    "connection",
    "proxy-connection",
    "proxy-authorization",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "transfer-encoding",
    "content-length",
    "expect",
    "host",
];

impl Door {
    /// One request, no redirect followed: the browser does that itself, and comes here again.
    ///
    /// It takes no turn: a browser opens several connections to a host, as every reader's does.
    pub async fn relay(&self, asked: &Relayed, budget: &Budget) -> Exchange {
        let tape = wire::Tape::new();
        let mut exchange = Exchange::begun(asked.url.clone(), self.clock.now());
        let outcome = self.try_relay(asked, &mut exchange, &tape, budget).await;
        exchange.ended(tape, outcome)
    }

    async fn try_relay(
        &self,
        asked: &Relayed,
        exchange: &mut Exchange,
        tape: &wire::Tape,
        budget: &Budget,
    ) -> Result<(), Failure> {
        let url = &asked.url;
        let Way { addresses, private, .. } = self.guard.way(url, resolve).await?;
        exchange.private = private;
        let request = self.passed_on(asked)?;
        let talking = async {
            let stream = dial(&addresses).await?;
            exchange.address = stream.peer_addr().ok().map(|peer| peer.ip().to_canonical());
            match url.scheme() {
                "https" => {
                    let stream = self.secure(&self.tls, url, stream).await?;
                    wire::converse(stream, request, tape, budget).await
                }
                _ => wire::converse(stream, request, tape, budget).await,
            }
        };
        let slow = |_| Failure::Slow("it was not done when the browser's time was over".into());
        timeout_at(budget.deadline(), talking).await.map_err(slow)?
    }

    fn passed_on(&self, asked: &Relayed) -> Result<http::Request<Full<Bytes>>, Failure> {
        let url = &asked.url;
        let unasked = |_| Failure::Garbage("the browser's request cannot be passed on".into());
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut request =
            http::Request::builder().method(asked.method.as_str()).uri(target).header("host", host);
        for (name, value) in &asked.headers {
            let lower = name.to_ascii_lowercase();
            let value = match lower.as_str() {
                name if BETWEEN.contains(&name) => continue,
                // What cannot be unpacked cannot be read.
                "accept-encoding" => HeaderValue::from_static("gzip, br"),
                "user-agent" => self.introduced(value),
                _ => match HeaderValue::from_bytes(value) {
                    Ok(value) => value,
                    Err(_) => continue,
                },
            };
            if let Ok(name) = HeaderName::from_bytes(lower.as_bytes()) {
                request = request.header(name, value);
            }
        }
        request = request.header("connection", "close");
        request.body(Full::new(Bytes::from(asked.body.clone()))).map_err(|e| unasked(e.to_string()))
    }

    /// A browser's name, for pages that look at it, and ours, so that a server knows who asks.
    fn introduced(&self, browser: &[u8]) -> HeaderValue {
        let browser = String::from_utf8_lossy(browser).replace("HeadlessChrome", "Chrome");
        let ours = self.agent.strip_prefix("Mozilla/5.0 ").unwrap_or(&self.agent);
        HeaderValue::from_str(&format!("{browser} {ours}"))
            .unwrap_or_else(|_| HeaderValue::from_static("Mozilla/5.0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Capture;
    use crate::outside::clock::Clock;

    fn asked(headers: &[(&str, &str)]) -> Relayed {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec())).collect();
        let url = Url::parse("https://quay.example/tides?day=2").unwrap();
        Relayed { url, method: "GET".into(), headers, body: Vec::new() }
    }

    #[test]
    fn a_browsers_request_is_passed_on_without_what_is_for_the_proxy() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let door = Door::open(&Capture::default(), "https://gazette.example", Clock::default()).unwrap();
        let request = door
            .passed_on(&asked(&[
                ("Host", "elsewhere.example"),
                ("Proxy-Connection", "keep-alive"),
                ("Upgrade", "websocket"),
                ("Accept-Encoding", "gzip, deflate, br, zstd"),
                ("User-Agent", "Mozilla/5.0 (X11) HeadlessChrome/156.0.0.0 Safari/537.36"),
                ("Cookie", "a=b"),
            ]))
            .unwrap();
        let sent: Vec<String> =
            request.headers().iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
        let ours =
            format!("(compatible; Ibid/{}; +https://gazette.example/sources)", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            sent,
            [
                "host: quay.example",
                "accept-encoding: gzip, br",
                &format!("user-agent: Mozilla/5.0 (X11) Chrome/156.0.0.0 Safari/537.36 {ours}"),
                "cookie: a=b",
                "connection: close",
            ]
        );
        assert_eq!(request.uri(), "/tides?day=2");
        let odd = Relayed { method: "G ET".into(), ..asked(&[]) };
        assert!(door.passed_on(&odd).is_err());
    }

    #[tokio::test]
    async fn no_private_address_is_dialled_for_a_browser() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let door = Door::open(&Capture::default(), "https://gazette.example", Clock::default()).unwrap();
        for inner in ["http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/", "http://localhost/"] {
            let asked = Relayed { url: Url::parse(inner).unwrap(), ..asked(&[]) };
            let exchange = door.relay(&asked, &Budget::new(super::super::Limits::default())).await;
            assert!(matches!(exchange.outcome, Err(Failure::Refused(_))), "{inner}: {exchange:?}");
            assert!(exchange.address.is_none() && exchange.request.is_empty());
        }
    }
}
