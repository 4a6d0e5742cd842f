//! HTTP messages as they went over the wire, read back from a WARC block.
//!
//! Nothing is tidied: headers keep their order and case, the body stays as it was sent. [`Message::entity`]
//! removes the transfer coding (chunks) and [`Message::content`] the content coding (gzip, deflate, brotli) too.
//! Servers lie about both, so neither fails for it: they give what can be had and list the [`Fault`]s.

mod body;

use std::borrow::Cow;

pub use body::{BodyError, Entity, Fault};

/// A response: `HTTP/1.1 200 OK`, headers, body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// As sent: `HTTP/1.1`.
    pub version: String,
    pub status: u16,
    /// Often empty.
    pub reason: String,
    pub message: Message<'a>,
}

/// A request: `GET /tides HTTP/1.1`, headers, body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    pub method: String,
    pub target: String,
    pub version: String,
    pub message: Message<'a>,
}

/// What requests and responses share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    pub headers: Headers,
    /// As sent: still chunked, still compressed.
    pub body: &'a [u8],
}

/// Header fields in the order and case in which they were sent. Values are UTF-8, or else were read as Latin-1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    #[error("the block does not start with an HTTP status line but with {0:?}")]
    NoStatusLine(String),
    #[error("the block does not start with an HTTP request line but with {0:?}")]
    NoRequestLine(String),
}

impl<'a> Response<'a> {
    pub fn parse(block: &'a [u8]) -> Result<Response<'a>, HttpError> {
        let (first, message) = split(block);
        status_line(&first)
            .map(|(version, status, reason)| Response { version, status, reason, message })
            .ok_or_else(|| HttpError::NoStatusLine(first.chars().take(80).collect()))
    }
}

impl<'a> Request<'a> {
    pub fn parse(block: &'a [u8]) -> Result<Request<'a>, HttpError> {
        let (first, message) = split(block);
        let mut words = first.split_ascii_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(method), Some(target), Some(version)) if version.starts_with("HTTP/") => Ok(Request {
                method: method.to_owned(),
                target: target.to_owned(),
                version: version.to_owned(),
                message,
            }),
            _ => Err(HttpError::NoRequestLine(first.chars().take(80).collect())),
        }
    }
}

impl<'a> Message<'a> {
    /// Headers and body behind whatever first line: archives hold requests that start like answers, and worse.
    pub fn parse(block: &'a [u8]) -> Message<'a> {
        split(block).1
    }

    /// The body without its transfer coding: what RFC 2616 calls the entity body and WARC the payload.
    pub fn entity(&self) -> Entity<'a> {
        body::entity(&self.headers, self.body)
    }

    /// The entity without its content coding. Refuses to grow beyond `max` bytes.
    pub fn content(&self, max: usize) -> Result<Entity<'a>, BodyError> {
        body::content(&self.headers, self.body, max)
    }
}

impl Headers {
    /// The first value under this name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn all<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        self.0
            .iter()
            .filter(move |(have, _)| have.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The comma-separated words of every field under this name, lower case.
    fn words(&self, name: &str) -> Vec<String> {
        self.all(name)
            .flat_map(|value| value.split(','))
            .map(|word| word.trim().to_ascii_lowercase())
            .filter(|word| !word.is_empty())
            .collect()
    }
}

/// The first line, and the rest as headers and body. Takes CRLF and bare LF; a header without its end has no body.
fn split(block: &[u8]) -> (String, Message<'_>) {
    let (first, mut rest) = line(block);
    let mut headers: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let (head, after) = line(rest);
        rest = after;
        if head.is_empty() {
            break;
        }
        if head.starts_with(b" ") || head.starts_with(b"\t") {
            // A folded line goes on with the value above it.
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(&text(head.trim_ascii()));
            }
        } else if let Some(colon) = head.iter().position(|byte| *byte == b':') {
            let (name, value) = (&head[..colon], &head[colon + 1..]);
            headers.push((text(name.trim_ascii()).into_owned(), text(value.trim_ascii()).into_owned()));
        }
    }
    (text(first).into_owned(), Message { headers: Headers(headers), body: rest })
}

/// A line without its end, and what follows it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &bytes[bytes.len()..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

fn status_line(line: &str) -> Option<(String, u16, String)> {
    let (version, rest) = line.split_once([' ', '\t'])?;
    let rest = rest.trim_start();
    let (status, reason) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    // Some archives note an answer without a status as 0.
    let number = (1..=3).contains(&status.len()) && status.bytes().all(|byte| byte.is_ascii_digit());
    (version.starts_with("HTTP/") && number)
        .then(|| Some((version.to_owned(), status.parse().ok()?, reason.trim().to_owned())))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_keeps_the_order_and_case_of_its_headers() {
        let block =
            b"HTTP/1.1 404 Not Found\r\nX-TIDE: high\r\ncontent-type: text/html\r\nx-tide: low\r\n\r\n<p>No.";
        let response = Response::parse(block).unwrap();
        assert_eq!((response.status, response.reason.as_str()), (404, "Not Found"));
        let headers: Vec<_> = response.message.headers.iter().collect();
        assert_eq!(headers, [("X-TIDE", "high"), ("content-type", "text/html"), ("x-tide", "low")]);
        assert_eq!(response.message.headers.all("X-Tide").collect::<Vec<_>>(), ["high", "low"]);
        assert_eq!(response.message.body, b"<p>No.");
    }

    #[test]
    fn bare_line_feeds_folded_lines_and_latin_1_are_understood() {
        let response = Response::parse(b"HTTP/1.0 200\nTitle: Caf\xe9\n du port\nnonsense\n\nbody").unwrap();
        assert_eq!(response.reason, "");
        assert_eq!(response.message.headers.iter().collect::<Vec<_>>(), [("Title", "Café du port")]);
        assert_eq!(response.message.body, b"body");
    }

    #[test]
    fn what_is_not_http_says_how_it_starts() {
        let error = Response::parse(b"220 harbour.example ESMTP\r\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the block does not start with an HTTP status line but with \"220 harbour.example ESMTP\""
        );
        assert!(Response::parse(b"").is_err());
        assert!(Response::parse(b"HTTP/1.1 OK").is_err());
    }

    #[test]
    fn a_request_is_read() {
        let request = Request::parse(b"POST /form HTTP/1.1\r\nHost: tram.example\r\n\r\nline=4").unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/form"));
        assert_eq!(request.message.body, b"line=4");
        assert!(Request::parse(b"GET /\r\n\r\n").is_err());
    }
}
