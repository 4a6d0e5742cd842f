//! What a page needs to look like itself, as it is served: by what it is, never by what it was called. Nothing goes out
//! as a script or as a page.

use super::{Held, css, embedded, page};
use crate::source::read::{Fetched, essence};
use url::Url;

#[derive(Debug, Clone)]
pub struct Requisite {
    pub media_type: &'static str,
    pub body: Vec<u8>,
}

impl Requisite {
    /// Anything else is handed over to be stored, never shown.
    pub fn is_shown(&self) -> bool {
        self.media_type != OTHER
    }
}

const OTHER: &str = "application/octet-stream";

pub fn requisite(fetched: &Fetched, held: &Held) -> Requisite {
    let said = essence(fetched.header("content-type"));
    if let Some(media_type) = told(&fetched.body) {
        return Requisite { media_type, body: fetched.body.clone() };
    }
    if said == "text/css" {
        let (sheet, _) = fetched.text();
        let base = Url::parse(&fetched.url).ok();
        let place = |address: &str| match address.trim().get(..5) {
            Some(scheme) if scheme.eq_ignore_ascii_case("data:") => embedded(address.trim()),
            _ if address.trim().starts_with('#') => Some(address.trim().to_owned()),
            _ => held.place(base.as_ref()?, address),
        };
        return Requisite {
            media_type: "text/css; charset=utf-8",
            body: css::rewrite(&sheet, &place).into_bytes(),
        };
    }
    if said == "image/svg+xml"
        && let Some(drawing) = page::drawing(&fetched.text().0, &fetched.url, held)
    {
        return Requisite { media_type: "image/svg+xml", body: drawing.into_bytes() };
    }
    Requisite { media_type: OTHER, body: fetched.body.clone() }
}

/// Pictures, fonts and recordings tell what they are by how they begin (WHATWG MIME Sniffing, 6).
pub(super) fn told(body: &[u8]) -> Option<&'static str> {
    let begins = |with: &[u8]| body.starts_with(with);
    let holds = |at: usize, with: &[u8]| body.get(at..at + with.len()) == Some(with);
    Some(match () {
        _ if begins(b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if begins(b"\xff\xd8\xff") => "image/jpeg",
        _ if begins(b"GIF87a") || begins(b"GIF89a") => "image/gif",
        _ if begins(b"RIFF") && holds(8, b"WEBPVP") => "image/webp",
        _ if begins(b"BM") && holds(6, &[0; 4]) => "image/bmp",
        _ if begins(b"\0\0\x01\0") && body.len() > 22 => "image/x-icon",
        _ if holds(4, b"ftypavif") || holds(4, b"ftypavis") => "image/avif",
        _ if begins(b"\xff\x0a") || begins(b"\0\0\0\x0cJXL \r\n\x87\n") => "image/jxl",
        _ if begins(b"wOF2") => "font/woff2",
        _ if begins(b"wOFF") => "font/woff",
        _ if begins(b"\0\x01\0\0\0") || begins(b"true\0") => "font/ttf",
        _ if begins(b"OTTO\0") => "font/otf",
        _ if holds(4, b"ftyp") => "video/mp4",
        _ if begins(b"\x1aE\xdf\xa3") => "video/webm",
        _ if begins(b"OggS\0") => "audio/ogg",
        _ if begins(b"ID3") || begins(b"\xff\xfb") => "audio/mpeg",
        _ if begins(b"RIFF") && holds(8, b"WAVE") => "audio/wav",
        _ => return None,
    })
}
