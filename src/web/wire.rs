//! Kept pages answered straight from the wire. Most requests are plain ones for a page that is kept: those are read where they
//! arrived and answered from what the thread has at hand. The first that is anything else goes to hyper with its connection, and
//! with every byte that was read of it, so that nothing unusual is ever decided here.

use super::at_hand::{Asked, AtHand};
use super::interactive::is_host;
use super::server;
use crate::app::App;
use crate::views::Visit;
use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

/// A connection on which nothing is asked is closed after this long, or at most twice this.
const IDLE: Duration = Duration::from_secs(30);
/// Whoever takes no byte of an answer for this long is not waited for.
const STALLED: Duration = Duration::from_secs(60);
/// Most header fields of a request that is answered here.
const FIELDS: usize = 32;

thread_local! {
    static AT_HAND: RefCell<AtHand> = RefCell::default();
    /// Requests are read here, so that a connection that waits holds no memory.
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; 16 << 10]);
}

/// How a round of answers ended.
enum Round {
    /// All that came is answered.
    Answered,
    /// The reader takes no more at the moment: what is left of the answer, and requests that came behind it.
    Full(Vec<u8>, Vec<u8>),
    /// These bytes begin with what is not answered here.
    Other(Vec<u8>),
}

/// Answers while it can. Then what it read and did not answer, or nothing when the connection has ended or shall.
pub(super) async fn answer(app: &App, stream: &mut TcpStream, stop: impl Future) -> Option<Vec<u8>> {
    let mut stop = pin!(stop);
    let mut idle = pin!(tokio::time::sleep(IDLE));
    let mut asked = false;
    loop {
        let round = std::future::poll_fn(|task| {
            if let Poll::Ready(round) = read(app, stream, task) {
                asked = true;
                return Poll::Ready(round.ok());
            }
            if stop.as_mut().poll(task).is_ready() {
                return Poll::Ready(None);
            }
            while idle.as_mut().poll(task).is_ready() {
                if !std::mem::take(&mut asked) {
                    return Poll::Ready(None);
                }
                idle.as_mut().reset(tokio::time::Instant::now() + IDLE);
            }
            Poll::Pending
        });
        let mut round = round.await?;
        while let Round::Full(rest, requests) = round {
            send(stream, &rest).await?;
            round = respond(app, stream, &requests).ok()?;
        }
        if let Round::Other(begun) = round {
            return Some(begun);
        }
    }
}

async fn send(stream: &mut TcpStream, mut rest: &[u8]) -> Option<()> {
    while !rest.is_empty() {
        match tokio::time::timeout(STALLED, stream.write(rest)).await {
            Ok(Ok(sent)) if sent > 0 => rest = &rest[sent..],
            _ => return None,
        }
    }
    Some(())
}

/// Waits for requests, and answers what came. An error where the connection has ended.
fn read(app: &App, stream: &mut TcpStream, task: &mut Context) -> Poll<io::Result<Round>> {
    READ.with_borrow_mut(|buffer| {
        let mut read = ReadBuf::new(buffer);
        ready!(Pin::new(&mut *stream).poll_read(task, &mut read))?;
        if read.filled().is_empty() {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        Poll::Ready(respond(app, stream, read.filled()))
    })
}

fn respond(app: &App, stream: &TcpStream, mut requests: &[u8]) -> io::Result<Round> {
    let now = app.now();
    while !requests.is_empty() {
        let answered = AT_HAND.with_borrow_mut(|hand| {
            let elsewhere = app.replay_host.as_deref();
            let Some((address, asked, visit, length)) = plain_request(requests, elsewhere) else {
                return Ok(None);
            };
            let address = server::address(address);
            let Some(answer) = hand.answer(&app.pages, &address, &asked, now) else {
                return Ok(None);
            };
            if !asked.head {
                app.views.note(&address, &visit);
            }
            let sent = match stream.try_write(answer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                sent => sent?,
            };
            io::Result::Ok(Some((length, answer[sent..].to_vec())))
        })?;
        let Some((length, rest)) = answered else { return Ok(Round::Other(requests.into())) };
        requests = &requests[length..];
        if !rest.is_empty() {
            return Ok(Round::Full(rest, requests.into()));
        }
    }
    Ok(Round::Answered)
}

/// A whole request without anything that needs thought: what it is for, what it asks, where it comes from, and its length.
/// At the host `elsewhere` no page is kept.
fn plain_request<'a>(
    bytes: &'a [u8],
    elsewhere: Option<&str>,
) -> Option<(&'a str, Asked<'a>, Visit<'a>, usize)> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let Ok(httparse::Status::Complete(length)) = request.parse(bytes) else { return None };
    let head = match request.method? {
        "GET" => false,
        "HEAD" => true,
        _ => return None,
    };
    let address = request.path.filter(|path| path.starts_with('/') && !path.contains('#'))?;
    let mut asked = Asked { head, accepts: "", none_match: None, modified_since: None };
    let mut visit = Visit::default();
    if request.version != Some(1) {
        return None;
    }
    for field in &*request.headers {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        let value = || std::str::from_utf8(field.value).ok();
        // Sorted by length, which tells most of them apart.
        match field.name.len() {
            4 if is("host")
                && elsewhere.is_some_and(|host| value().is_none_or(|named| is_host(host, named))) =>
            {
                return None;
            }
            6 if is("expect") => return None,
            7 if is("upgrade") => return None,
            7 if is("referer") => visit.referrer = value(),
            10 if is("connection") && !field.value.eq_ignore_ascii_case(b"keep-alive") => return None,
            13 if is("if-none-match") => asked.none_match = Some(value()?),
            14 if is("content-length") => return None,
            14 if is("sec-fetch-dest") => visit.destination = value(),
            15 if is("accept-encoding") => asked.accepts = value()?,
            17 if is("if-modified-since") => asked.modified_since = Some(value()?),
            17 if is("transfer-encoding") => return None,
            _ => {}
        }
    }
    Some((address, asked, visit, length))
}

#[cfg(test)]
mod tests {
    use super::plain_request;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_plain_is_answered_here() {
        for (request, plain) in [
            ("GET /tides HTTP/1.1\r\nHost: a\r\n\r\n", true),
            (
                "HEAD /tides HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\nAccept-Encoding: br\r\n\r\n",
                true,
            ),
            ("GET /tides HTTP/1.1\r\nHost: a\r\n\r\nGET /trams HTTP/1.1\r\n", true),
            ("GET /tides HTTP/1.1\r\nHost: a\r\n", false),
            ("GET /tides HTTP/1.0\r\nHost: a\r\n\r\n", false),
            ("GET http://a/tides HTTP/1.1\r\nHost: a\r\n\r\n", false),
            ("GET /tides#high HTTP/1.1\r\nHost: a\r\n\r\n", false),
            ("POST /tides HTTP/1.1\r\nHost: a\r\n\r\n", false),
            ("GET /tides HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", false),
            ("GET /tides HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false),
            ("GET /tides HTTP/1.1\r\nConnection: close\r\n\r\n", false),
            ("GET /tides HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", false),
            ("GET /tides HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", false),
            ("GET /tides HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", false),
            ("GET /tides HTTP/1.1\r\nA : b\r\n\r\n", false),
            ("GET /tides HTTP/1.1\nHost: a\n\n", true),
        ] {
            assert_eq!(plain_request(request.as_bytes(), None).is_some(), plain, "{request:?}");
        }
        for (host, plain) in
            [("gazette.example", true), ("Replay.example:80", false), ("replay.example", false)]
        {
            let request = format!("GET /tides HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(plain_request(request.as_bytes(), Some("replay.example")).is_some(), plain, "{host}");
        }
        let many = format!("GET /tides HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(super::FIELDS + 1));
        assert!(plain_request(many.as_bytes(), None).is_none());
    }

    proptest! {
        #[test]
        fn whatever_comes_does_no_harm(bytes: Vec<u8>, cut in 0usize..60) {
            let begun = &b"GET /tides HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n"[..cut.min(46)];
            if let Some((address, _, _, length)) = plain_request(&[begun, &bytes].concat(), None) {
                prop_assert!(address.starts_with('/') && length <= begun.len() + bytes.len());
            }
        }
    }
}
