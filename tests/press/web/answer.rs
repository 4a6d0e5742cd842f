//! What a server says, well or badly.

use std::io::Write;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt};

#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    manner: Manner,
}

#[derive(Debug, Clone)]
enum Manner {
    /// As HTTP asks for.
    Proper,
    /// These bytes instead of a response, then the connection is closed.
    Raw(Vec<u8>),
    /// The response, then its last part a byte at a time, without end.
    Drip,
    /// The body again and again, without end.
    Endless,
    /// Nothing at all, without hanging up.
    Silent,
}

impl Answer {
    pub fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let headers = vec![("Content-Type".to_owned(), media_type.to_owned())];
        Answer { status, headers, body: body.into(), manner: Manner::Proper }
    }

    pub fn html(body: impl Into<Vec<u8>>) -> Answer {
        Answer::new(200, "text/html; charset=utf-8", body)
    }

    /// A plain page with a title and ready-made paragraphs.
    pub fn page(title: &str, body: &str) -> Answer {
        Answer::html(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
             <body><main><h1>{title}</h1>{body}</main></body></html>"
        ))
    }

    pub fn json(value: &serde_json::Value) -> Answer {
        Answer::new(200, "application/json; charset=utf-8", value.to_string())
    }

    pub fn redirect(status: u16, to: &str) -> Answer {
        Answer::new(status, "text/html", "<p>Moved.</p>").header("Location", to)
    }

    pub fn not_found() -> Answer {
        Answer::page("Not found", "<p>There is nothing at this address.</p>").status(404)
    }

    pub fn raw(bytes: impl Into<Vec<u8>>) -> Answer {
        Answer { manner: Manner::Raw(bytes.into()), ..Answer::new(200, "text/html", "") }
    }

    pub fn drip(self) -> Answer {
        Answer { manner: Manner::Drip, ..self }
    }

    pub fn endless(self) -> Answer {
        Answer { manner: Manner::Endless, ..self }
    }

    pub fn silent() -> Answer {
        Answer { manner: Manner::Silent, ..Answer::new(200, "text/html", "") }
    }

    /// Whether this is what somebody has already who knows its tag.
    pub(super) fn has_tag(&self, known: &str) -> bool {
        self.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("etag") && value == known)
    }

    pub(super) fn not_modified(tag: &str) -> Answer {
        Answer { headers: Vec::new(), ..Answer::new(304, "text/html", "") }.header("ETag", tag)
    }

    pub fn status(self, status: u16) -> Answer {
        Answer { status, ..self }
    }

    /// Adds a header, written exactly so.
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body as sent with `Content-Encoding: gzip`.
    pub fn gzipped(self) -> Answer {
        let body = gzip(&self.body);
        Answer { body, ..self }.header("Content-Encoding", "gzip")
    }

    /// Bytes already gzipped.
    pub fn sent_as_gzip(self, body: Vec<u8>) -> Answer {
        Answer { body, ..self }.header("Content-Encoding", "gzip")
    }

    pub(super) async fn send(
        &self,
        to: &mut (impl AsyncWrite + Unpin),
        head_only: bool,
    ) -> std::io::Result<()> {
        match &self.manner {
            Manner::Proper => {
                to.write_all(&self.head(Some(self.body.len()))).await?;
                if !head_only {
                    to.write_all(&self.body).await?;
                }
            }
            Manner::Raw(bytes) => to.write_all(bytes).await?,
            Manner::Drip => {
                to.write_all(&self.head(None)).await?;
                to.write_all(&self.body).await?;
                let mut tick = tokio::time::interval(Duration::from_millis(200));
                loop {
                    tick.tick().await;
                    to.write_all(b".").await?;
                    to.flush().await?;
                }
            }
            Manner::Endless => {
                to.write_all(&self.head(None)).await?;
                loop {
                    to.write_all(&self.body).await?;
                }
            }
            Manner::Silent => std::future::pending::<()>().await,
        }
        to.flush().await?;
        to.shutdown().await
    }

    fn head(&self, length: Option<usize>) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = length {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        head.push_str("Connection: close\r\n\r\n");
        head.into_bytes()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Unheard Of")
}
