//! Connections: accepted once, spread evenly over one thread per core, kept pages answered before any routing.

use super::cache::{AtHand, Page, Variant};
use super::respond::Keep;
use crate::app::App;
use crate::time::{SECOND, Time};
use crate::{Result, error::Context};
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::future;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::cell::RefCell;
use std::convert::Infallible;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tower::ServiceExt;

/// The address of whoever connected; behind a trusted proxy, of whoever it speaks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client(pub(super) IpAddr);

type Reply = Response<Either<Full<Bytes>, Body>>;

/// Serves until `stop`; then lets open requests finish, for at most ten seconds.
pub async fn serve(app: App, listener: TcpListener, stop: watch::Receiver<bool>) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut lanes = Vec::new();
    let mut running = Vec::new();
    for n in 0..threads {
        let (lane, connections) = mpsc::unbounded_channel();
        let (router, app, stop) = (super::router(app.clone()), app.clone(), stop.clone());
        let thread = std::thread::Builder::new().name(format!("web {n}"));
        let thread = thread.spawn(move || drive(app, router, connections, stop));
        running.push(thread.outside("The system gives no threads")?);
        lanes.push(lane);
    }
    let mut turn = 0;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped(stop.clone()) => break,
        };
        match accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer))) {
            // A lane ends only with the server.
            Ok(connection) => drop(lanes[turn % threads].send(connection)),
            // Out of file descriptors, most likely: others must close before more can open.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        turn += 1;
    }
    drop((listener, lanes));
    let ended = tokio::task::spawn_blocking(move || running.into_iter().for_each(|t| drop(t.join())));
    let _ = tokio::time::timeout(Duration::from_secs(10), ended).await;
    Ok(())
}

fn drive(
    app: App,
    router: Router,
    mut connections: mpsc::UnboundedReceiver<(std::net::TcpStream, SocketAddr)>,
    stop: watch::Receiver<bool>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("the system gave a thread, so it gives a reactor").block_on(async move {
        let mut open = tokio::task::JoinSet::new();
        // Every connection asks this each time it wakes: one of the thread's own is not fought over.
        let (stop_here, stop_heard) = watch::channel(false);
        tokio::spawn(async move {
            stopped(stop).await;
            let _ = stop_here.send(true);
        });
        loop {
            tokio::select! {
                connection = connections.recv() => match connection {
                    Some((stream, peer)) => {
                        if let Ok(stream) = TcpStream::from_std(stream) {
                            let _ = stream.set_nodelay(true);
                            open.spawn(converse(app.clone(), router.clone(), stream, peer, stop_heard.clone()));
                        }
                    }
                    None => break,
                },
                _ = open.join_next(), if !open.is_empty() => {}
            }
        }
        open.join_all().await;
    });
}

async fn converse(
    app: App,
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
) {
    // A kept page is answered on the spot; only what must be made costs a future of its own.
    let service = hyper::service::service_fn(|request: Request<Incoming>| match kept(&app, &request) {
        Some(reply) => future::Either::Left(future::ready(Ok::<_, Infallible>(reply))),
        None => {
            let made = make(app.clone(), router.clone(), request, peer);
            future::Either::Right(Box::pin(async { Ok(made.await) }))
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(30)).pipeline_flush(true);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    // Readers hang up in many ways; none of them is news.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stopped(stop) => {
            connection.as_mut().graceful_shutdown();
            // Whoever does not finish sending in that time never will.
            let _ = tokio::time::timeout(Duration::from_secs(8), connection).await;
        }
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // The guard over the value may not outlive this line: it cannot cross threads.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// What a kept page is known by: its path, and what pages read behind the question mark. The rest, such as where a link was
/// clicked, makes no other page, and a stranger who makes it up has nothing made anew.
fn address(uri: &Uri) -> Cow<'_, str> {
    let Some(query) = uri.query() else { return uri.path().into() };
    // A name that is written in another way may still be one that is read.
    let is_read = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        super::READ_BEHIND_THE_QUESTION_MARK.contains(&name) || name.contains(['%', '+'])
    };
    let read: Vec<&str> = query.split('&').filter(is_read).collect();
    match read.is_empty() {
        true => uri.path().into(),
        false => format!("{}?{}", uri.path(), read.join("&")).into(),
    }
}

thread_local! {
    static AT_HAND: RefCell<AtHand> = RefCell::default();
}

fn kept(app: &App, request: &Request<Incoming>) -> Option<Reply> {
    if !reads(request.method()) {
        return None;
    }
    AT_HAND.with_borrow_mut(|hand| {
        let page = hand.get(&app.pages, &address(request.uri()))?;
        Some(from_page(page, request.method(), request.headers()))
    })
}

async fn make(app: App, router: Router, mut request: Request<Incoming>, peer: SocketAddr) -> Reply {
    let (moment, address) = (app.pages.moment(), address(request.uri()).into_owned());
    let now = app.now();
    let (method, headers) = (request.method().clone(), request.headers().clone());
    request.extensions_mut().insert(client(&app, peer, &headers));
    // Made whole for a HEAD too: the page is kept, and the next reader wants its body.
    if method == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    let response = router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
    let mut response = dressed(response);
    match response.extensions_mut().remove::<Keep>() {
        Some(keep) if reads(&method) && response.status() == StatusCode::OK => {
            let page = match press(response, keep, now).await {
                Ok(page) => Arc::new(page),
                Err(error) => return dressed(error.into_response()).map(Either::Right),
            };
            app.pages.keep(&address, page.clone(), moment);
            from_page(&page, &method, &headers)
        }
        _ => response.map(Either::Right),
    }
}

fn client(app: &App, peer: SocketAddr, headers: &HeaderMap) -> Client {
    let trusted = |ip: &IpAddr| app.config.trusted_proxies.iter().any(|net| net.contains(ip));
    let mut client = peer.ip().to_canonical();
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let named: Vec<_> = named.flat_map(|v| v.split(',')).collect();
    // Read from the right: each trusted hand vouches for the one before it.
    for hop in named.iter().rev() {
        if !trusted(&client) {
            break;
        }
        let Some(ip) = hop_address(hop.trim()) else { break };
        client = ip.to_canonical();
    }
    Client(client)
}

/// An address, or one with a port as some proxies write it.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|at| at.ip()))
}

fn from_page(page: &Page, method: &Method, asked: &HeaderMap) -> Reply {
    let text = |name| asked.get(name).and_then(|v| v.to_str().ok());
    let variant = match text(header::ACCEPT_ENCODING).unwrap_or_default() {
        accepted if accepts(accepted, "br") => &page.brotli,
        accepted if accepts(accepted, "gzip") => &page.gzip,
        _ => &page.plain,
    };
    let unchanged = match text(header::IF_NONE_MATCH) {
        Some(tags) => tags.contains(page.digest.as_str()) || tags == "*",
        None => {
            let since = text(header::IF_MODIFIED_SINCE).and_then(Time::from_http_date);
            since.is_some_and(|since| page.modified <= since)
        }
    };
    let bare = unchanged || *method == Method::HEAD;
    let body = if bare { Full::default() } else { Full::new(variant.body.clone()) };
    let mut response = Response::new(Either::Left(body));
    *response.headers_mut() = variant.headers.clone();
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_ENCODING);
    } else if bare {
        response.headers_mut().insert(header::CONTENT_LENGTH, variant.body.len().into());
    }
    response
}

fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, quality) = part.split_once(';').unwrap_or((part, ""));
        name.trim() == coding && quality.trim().trim_start_matches("q=").parse() != Ok(0.0)
    })
}

/// Compresses a finished page once, for every reader to come.
async fn press(response: Response<Body>, keep: Keep, now: Time) -> Result<Page> {
    let (head, body) = response.into_parts();
    let plain = body.collect().await.internal("a page broke off while it was made")?.to_bytes();
    let mut headers = head.headers;
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    // What does not say when it changed is as old as its making: whatever it shows changed before.
    let modified = keep.modified.unwrap_or(now);
    let modified = Time(modified.0 - modified.0.rem_euclid(SECOND));
    headers.insert(header::LAST_MODIFIED, modified.http_date().parse().expect("a date is a header value"));
    crate::app::compute(move || {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&plain)[..12]);
        // Each encoding is other bytes, and so has a tag of its own.
        let variant = |coding: Option<&'static str>, body: Bytes| {
            let mut headers = headers.clone();
            let tag = coding.map_or(format!("\"{digest}\""), |coding| format!("\"{digest}-{coding}\""));
            headers.insert(header::ETAG, tag.parse().expect("a quoted number is a header"));
            if let Some(coding) = coding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            Variant { headers, body }
        };
        // Pictures and the like are compressed already.
        let shrunk = |coding, compress: fn(&[u8]) -> Vec<u8>| match compress(&plain) {
            small if small.len() < plain.len() => variant(Some(coding), small.into()),
            _ => variant(None, plain.clone()),
        };
        Page {
            gzip: shrunk("gzip", gzip),
            brotli: shrunk("br", brotli),
            plain: variant(None, plain.clone()),
            topics: keep.topics,
            digest,
            modified,
            read: AtomicBool::new(false),
        }
    })
    .await
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(7));
    out.write_all(plain).and_then(|()| out.finish()).expect("writing to memory does not fail")
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut out = brotli::CompressorWriter::new(Vec::new(), 16384, 6, 20);
    out.write_all(plain).expect("writing to memory does not fail");
    out.into_inner()
}

/// The headers that every answer carries, unless its page set stricter ones.
fn dressed(mut response: Response<Body>) -> Response<Body> {
    const ALWAYS: [(&str, &str); 4] = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "content-security-policy",
            "default-src 'none'; img-src 'self' data:; style-src 'self'; font-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::{accepts, address, hop_address};

    #[test]
    fn what_no_page_reads_makes_no_other_page() {
        for (asked, known_by) in [
            ("/2026/03/a-post", "/2026/03/a-post"),
            ("/2026/03/a-post?", "/2026/03/a-post"),
            ("/2026/03/a-post?utm_source=letter&fresh=1", "/2026/03/a-post"),
            ("/sources?before=7", "/sources?before=7"),
            ("/sources?x&before=7&y=1", "/sources?before=7"),
            ("/sources?b%65fore=7", "/sources?b%65fore=7"),
        ] {
            assert_eq!(address(&asked.parse().unwrap()), known_by);
        }
    }

    #[test]
    fn a_hop_may_carry_a_port() {
        for (hop, address) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7:4711", Some("203.0.113.7")),
            ("2001:db8::7", Some("2001:db8::7")),
            ("[2001:db8::7]", Some("2001:db8::7")),
            ("[2001:db8::7]:4711", Some("2001:db8::7")),
            ("unknown", None),
        ] {
            assert_eq!(hop_address(hop), address.map(|a| a.parse().unwrap()), "{hop}");
        }
    }

    #[test]
    fn a_coding_is_used_where_it_is_welcome() {
        for (accepted, coding, welcome) in [
            ("gzip, deflate, br, zstd", "br", true),
            ("gzip;q=1.0, br ; q=0.0", "br", false),
            ("gzip;q=0", "gzip", false),
            ("gzip;q=0.5", "gzip", true),
            ("", "gzip", false),
            ("xgzip", "gzip", false),
        ] {
            assert_eq!(accepts(accepted, coding), welcome, "{accepted:?} {coding}");
        }
    }
}
