//! A time-stamping authority (RFC 3161) of the operator's choice, asked since when a digest has been known. Its answer is bounded in
//! time and size, and believed only as far as it is one: to this digest, to this question, and signed.

use crate::time::Time;
use crate::{Error, Result, error::Context};
use bytes::Bytes;
use data_encoding::BASE64;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use url::{Position, Url};
use wacz::Digest;
use wacz::sign::{Stamp, stamp_request};

/// Authorities answer within a second.
const PATIENCE: Duration = Duration::from_secs(20);
/// With all its certificates, a stamp has six thousand bytes.
const MOST: usize = 64 << 10;

pub struct Answer {
    /// As it came.
    pub reply: Vec<u8>,
    /// As the authority says.
    pub at: Time,
}

/// Has a digest stamped.
pub async fn ask(url: &Url, digest: &Digest) -> Result<Answer> {
    // Its password, if it has one, is nobody's business.
    let host = url.host_str().unwrap_or_default();
    let failed = |why: &dyn Display| Error::Outside(format!("{host} gave no time-stamp: {why}."));
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).internal("the system gives no random bytes")?;
    let question = stamp_request(digest, nonce).internal("a time-stamp cannot be asked for")?;
    let reply = match tokio::time::timeout(PATIENCE, converse(url, question)).await {
        Ok(reply) => reply.map_err(|why| failed(&why))?,
        Err(_) => return Err(failed(&format!("no whole answer came within {} seconds", PATIENCE.as_secs()))),
    };
    let stamp = Stamp::read(&reply).map_err(|why| failed(&why))?;
    stamp.holds_together(digest).map_err(|why| failed(&why))?;
    match stamp.answers(nonce) {
        true => Ok(Answer { at: Time(stamp.at.micros()), reply }),
        false => Err(failed(&"its answer is to another question")),
    }
}

async fn converse(url: &Url, question: Vec<u8>) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| format!("it could not be reached ({error})");
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((bare, port)).await.map_err(said)?;
    if url.scheme() != "https" {
        return exchange(stream, request(url, question)).await;
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(|error| error.to_string())?;
    let stream = secure().connect(name, stream).await.map_err(said)?;
    exchange(stream, request(url, question)).await
}

fn secure() -> TlsConnector {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    TlsConnector::from(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

fn request(url: &Url, question: Vec<u8>) -> Request<Full<Bytes>> {
    let mut request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(header::CONTENT_TYPE, "application/timestamp-query")
        .header(header::ACCEPT, "application/timestamp-reply")
        .header(header::USER_AGENT, concat!("Ibid/", env!("CARGO_PKG_VERSION")));
    if !url.username().is_empty() {
        let pair = format!("{}:{}", url.username(), url.password().unwrap_or_default());
        request = request.header(header::AUTHORIZATION, format!("Basic {}", BASE64.encode(pair.as_bytes())));
    }
    request.body(Full::new(question.into())).expect("an address that was read can be asked for")
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Vec<u8>, String> {
    let broken = |error: hyper::Error| format!("its answer cannot be read ({error})");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with this function, however it ends.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let answer = sender.send_request(request).await.map_err(broken)?;
    if answer.status() != StatusCode::OK {
        return Err(format!("it answered {}", answer.status()));
    }
    match Limited::new(answer.into_body(), MOST).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) => Err(format!("its answer cannot be read ({error})")),
    }
}
