//! Connections: served by one thread per core, any connection by any of them; kept pages are answered before any routing.

use super::cache::{Coding, Page, Variant};
use super::respond::Keep;
use super::{interactive, wire};
use crate::app::App;
use crate::time::{SECOND, Time};
use crate::views::Visit;
use crate::{Result, error::Context};
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::convert::Infallible;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// The address of whoever connected; behind a trusted proxy, of whoever it speaks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client(pub(super) IpAddr);

type Reply = Response<Either<Full<Bytes>, Body>>;

/// Serves until `stop`; then lets open requests finish, for at most ten seconds.
pub async fn serve(app: App, listener: TcpListener, stop: watch::Receiver<bool>) -> Result<()> {
    let listener = listener.into_std().outside("The address that is listened on cannot be handed on")?;
    // Threads of their own, so that no job and no command makes a reader wait. Any of them answers any connection: were each
    // connection one thread's, its requests would wait whenever that thread waits for a core.
    let threads = tokio::runtime::Builder::new_multi_thread().thread_name("web").enable_all().build();
    let threads = threads.outside("The system gives no threads")?;
    let serving = threads.spawn(accept(app, listener, stop)).await;
    threads.shutdown_background();
    serving.internal("accepting connections broke off")?
}

async fn accept(app: App, listener: std::net::TcpListener, stop: watch::Receiver<bool>) -> Result<()> {
    let listener = TcpListener::from_std(listener).outside("The address cannot be listened on")?;
    let router = super::router(app.clone());
    let mut open = tokio::task::JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = open.join_next(), if !open.is_empty() => continue,
            _ = stopped(stop.clone()) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                open.spawn(converse(app.clone(), router.clone(), stream, peer, stop.clone()));
            }
            // Out of file descriptors, most likely: others must close before more can open.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(Duration::from_secs(10), open.join_all()).await;
    Ok(())
}

async fn converse(
    app: App,
    router: Router,
    mut stream: TcpStream,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
) {
    let Some(begun) = wire::answer(&app, &mut stream, stopped(stop.clone())).await else { return };
    let (read, write) = stream.into_split();
    let stream = tokio::io::join(std::io::Cursor::new(begun).chain(read), write);
    let service = hyper::service::service_fn(|request: Request<Incoming>| {
        let made = make(app.clone(), router.clone(), request, peer);
        async { Ok::<_, Infallible>(made.await) }
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
pub(super) fn address(uri: &str) -> Cow<'_, str> {
    let Some((path, query)) = uri.split_once('?') else { return uri.into() };
    // A name that is written in another way may still be one that is read.
    let is_read = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        super::READ_BEHIND_THE_QUESTION_MARK.contains(&name) || name.contains(['%', '+'])
    };
    let read: Vec<&str> = query.split('&').filter(is_read).collect();
    match read.is_empty() {
        true => path.into(),
        false => format!("{path}?{}", read.join("&")).into(),
    }
}

async fn make(app: App, router: Router, mut request: Request<Incoming>, peer: SocketAddr) -> Reply {
    let (moment, now) = (app.pages.moment(), app.now());
    let address =
        address(request.uri().path_and_query().map_or("/", |address| address.as_str())).into_owned();
    let (method, headers) = (request.method().clone(), request.headers().clone());
    if interactive::is_asked_for(&app, request.uri(), &headers) {
        return interactive::answer(&app, &method, request.uri(), &headers).await.map(Either::Right);
    }
    if !reads(&method) {
        return answered(&app, router, request, peer).await.map(Either::Right);
    }
    if let Some(page) = app.pages.get(&address) {
        note_view(&app, &address, &method, &headers);
        return from_page(&page, &method, &headers);
    }
    // Made whole for a HEAD too: the page is kept, and the next reader wants its body.
    *request.method_mut() = Method::GET;
    let mut response = answered(&app, router, request, peer).await;
    match response.extensions_mut().remove::<Keep>() {
        Some(keep) if response.status() == StatusCode::OK => {
            let page = match press(response, keep, now).await {
                Ok(page) => Arc::new(page),
                Err(error) => return dressed(error.into_response()).map(Either::Right),
            };
            app.pages.keep(&address, page.clone(), moment);
            note_view(&app, &address, &method, &headers);
            from_page(&page, &method, &headers)
        }
        _ => response.map(Either::Right),
    }
}

fn note_view(app: &App, address: &str, method: &Method, headers: &HeaderMap) {
    if *method == Method::GET {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        app.views.note(address, &Visit { destination: text("sec-fetch-dest"), referrer: text("referer") });
    }
}

async fn answered(
    app: &App,
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    let client = client(app, peer, request.headers());
    request.extensions_mut().insert(client);
    dressed(router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}))
}

fn client(app: &App, peer: SocketAddr, headers: &HeaderMap) -> Client {
    let trusted = |ip: &IpAddr| app.config.trusted_proxies.iter().any(|net| net.contains(ip));
    let mut client = peer.ip().to_canonical();
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let named: Vec<_> = named.flat_map(|v| v.split(',')).collect();
    if !named.is_empty() && !trusted(&client) {
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            tracing::warn!(
                "requests come through a proxy at {client} that --trusted-proxies does not name: everybody behind it counts as one \
                 and waits for one another's wrong passwords"
            );
        });
    }
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
    let variant = page.variant(Coding::welcomed_by(text(header::ACCEPT_ENCODING).unwrap_or_default()));
    let unchanged = page.unchanged(text(header::IF_NONE_MATCH), text(header::IF_MODIFIED_SINCE));
    let bare = unchanged || *method == Method::HEAD;
    let body = if bare { Full::default() } else { Full::new(variant.body.clone()) };
    let mut response = Response::new(Either::Left(body));
    *response.headers_mut() = variant.headers(unchanged);
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else if bare {
        response.headers_mut().insert(header::CONTENT_LENGTH, variant.body.len().into());
    }
    response
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
            variants: [variant(None, plain.clone()), shrunk("gzip", gzip), shrunk("br", brotli)],
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
    let mut out = brotli::CompressorWriter::new(Vec::new(), 16384, 5, 18);
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
            // Nothing on these pages runs, so nothing connects; what looks at a page from outside may read our own.
            "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
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
    use super::{address, hop_address};

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
            assert_eq!(address(asked), known_by);
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
}
