//! One HTTP/1.1 exchange, and the exact bytes that went over the wire.
//!
//! hyper speaks the protocol and knows where an answer ends; but it lower-cases header names and joins chunks, so what an
//! archive keeps is taken down beneath it, by a [`Tape`] round the (decrypted) connection.

use super::{Budget, Failure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::JoinSet;
use wacz::http::Response;

/// Longer than any server in earnest takes to start answering.
const FIRST_BYTE: Duration = Duration::from_secs(20);
const MOST_HEADERS: usize = 256;
const HEAD_BYTES: usize = 128 * 1024;

/// What went over one connection. Whatever happens to the exchange, this is what there was.
#[derive(Clone)]
pub(super) struct Tape(Arc<Mutex<Reel>>);

#[derive(Default)]
pub(super) struct Reel {
    pub(super) sent: Vec<u8>,
    pub(super) received: Vec<u8>,
    /// More came than may be kept.
    full: bool,
}

impl Tape {
    pub(super) fn new() -> Tape {
        Tape(Arc::default())
    }

    pub(super) fn take(&self) -> Reel {
        std::mem::take(&mut *self.reel())
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.0.lock().expect("nothing panics while writing down bytes")
    }
}

/// Asks and listens to the end of the answer. What was said is on the tape.
pub(super) async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: http::Request<Full<Bytes>>,
    tape: &Tape,
    budget: &Budget,
) -> Result<(), Failure> {
    let io = TokioIo::new(Recorded { stream, tape: tape.clone(), budget: budget.clone() });
    let outcome = speak(io, request).await;
    match outcome {
        _ if tape.reel().full => Err(Failure::TooLarge),
        Err(Stop::Silent) => Err(Failure::Slow("nothing came for 20 seconds".into())),
        Err(Stop::Hyper(error)) => Err(explain(&error, &tape.reel().received)),
        Ok(()) => Ok(()),
    }
}

enum Stop {
    Silent,
    Hyper(hyper::Error),
}

async fn speak<T>(io: T, request: http::Request<Full<Bytes>>) -> Result<(), Stop>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let mut client = http1::Builder::new();
    client.title_case_headers(true).max_headers(MOST_HEADERS).max_buf_size(HEAD_BYTES);
    // Servers are sloppy in ways that browsers overlook.
    client
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true);
    let (mut sender, connection) = client.handshake(io).await.map_err(Stop::Hyper)?;
    // Ends with this function, however it ends.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let answer = tokio::time::timeout(FIRST_BYTE, sender.send_request(request)).await;
    let mut body = answer.map_err(|_| Stop::Silent)?.map_err(Stop::Hyper)?.into_body();
    while let Some(frame) = body.frame().await {
        frame.map_err(Stop::Hyper)?;
    }
    Ok(())
}

fn explain(error: &hyper::Error, received: &[u8]) -> Failure {
    if error.is_parse_too_large() {
        return Failure::Garbage("its headers are larger than any server's should be".into());
    }
    if error.is_parse() {
        return Failure::Garbage(match Response::parse(received) {
            Err(e) => e.to_string(),
            Ok(_) => format!("its headers cannot be read ({error})"),
        });
    }
    let cause = std::error::Error::source(error).and_then(|e| e.downcast_ref::<io::Error>());
    match cause.map(io::Error::kind) {
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            Failure::Garbage("its parts do not fit together".into())
        }
        _ if received.is_empty() => Failure::Broken("it hung up without a word".into()),
        _ => Failure::Broken("it hung up before the end of its answer".into()),
    }
}

/// The answer alone: without 1xx heads before it, and without bytes that nobody promised after it.
pub(super) fn trimmed(mut received: Vec<u8>) -> Vec<u8> {
    while let Ok(Response { status: 100 | 102..=199, .. }) = Response::parse(&received) {
        let Some(end) = head_end(&received) else { break };
        received.drain(..end);
    }
    if let (Some(end), Ok(response)) = (head_end(&received), Response::parse(&received)) {
        let headers = &response.message.headers;
        let said = headers.get("Content-Length").and_then(|n| n.parse::<usize>().ok());
        if let (Some(said), None) = (said, headers.get("Transfer-Encoding")) {
            received.truncate(end.saturating_add(said));
        }
    }
    received
}

/// Where the body starts; `None` while the head is not whole.
pub(super) fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == b'\n') {
        let next = from + at + 1;
        match &bytes[next..] {
            [b'\n', ..] => return Some(next + 1),
            [b'\r', b'\n', ..] => return Some(next + 2),
            _ => from = next,
        }
    }
    None
}

struct Recorded<S> {
    stream: S,
    tape: Tape,
    budget: Budget,
}

impl<S: AsyncRead + Unpin> AsyncRead for Recorded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match ready!(Pin::new(&mut self.stream).poll_read(cx, buf)) {
            Ok(()) => {}
            // Many servers end TLS without saying goodbye. Whether the answer is whole, HTTP itself tells.
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Poll::Ready(Ok(())),
            Err(e) => return Poll::Ready(Err(e)),
        }
        let came = &buf.filled()[before..];
        let mut reel = self.tape.reel();
        if reel.received.len() + came.len() > self.budget.record() || !self.budget.spend(came.len()) {
            reel.full = true;
            return Poll::Ready(Err(io::Error::other("too large")));
        }
        reel.received.extend_from_slice(came);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Recorded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.tape.reel().sent.extend_from_slice(&buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
