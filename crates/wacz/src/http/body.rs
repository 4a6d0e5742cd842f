//! Removing transfer and content codings, with a bound on what may come out.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::Headers;

/// Bytes with codings removed, and what was wrong with the codings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// Empty if the server kept to its word.
    pub faults: Vec<Fault>,
}

/// A server's broken promise that did not stop the reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Declared chunked; the body is taken as it stands.
    NotChunked,
    /// The chunks make no sense from this byte of the body on; the bytes before are kept.
    BrokenChunks { at: usize },
    /// The body stops before its last chunk.
    CutShort,
    /// A transfer coding other than chunked, left on.
    UnknownTransferCoding(String),
    /// Declared compressed; the body is taken as it stands.
    NotCompressed(String),
    /// The compressed data break off or are damaged; the bytes before are kept.
    DamagedCompression(String),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("the body grows beyond {max} bytes when it is decompressed")]
    TooLarge { max: usize },
    #[error("the content coding {0:?} is not known")]
    UnknownCoding(String),
    #[error("{0} content codings on one body are more than anybody sends in earnest")]
    TooManyCodings(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NotChunked => write!(f, "the body is declared chunked and is not"),
            Fault::BrokenChunks { at } => write!(f, "the chunks are broken from byte {at} of the body on"),
            Fault::CutShort => write!(f, "the body stops before its last chunk"),
            Fault::UnknownTransferCoding(name) => write!(f, "the transfer coding {name:?} is not known"),
            Fault::NotCompressed(name) => write!(f, "the body is declared {name} and is not"),
            Fault::DamagedCompression(name) => write!(f, "the {name} data are damaged or break off"),
        }
    }
}

pub(super) fn entity<'a>(headers: &Headers, body: &'a [u8]) -> Entity<'a> {
    let mut faults = Vec::new();
    let mut bytes = Cow::Borrowed(body);
    for coding in headers.words("Transfer-Encoding").iter().rev() {
        match coding.as_str() {
            "identity" => {}
            "chunked" => bytes = Cow::Owned(dechunk(&bytes, &mut faults)),
            other => faults.push(Fault::UnknownTransferCoding(other.chars().take(40).collect())),
        }
        if !faults.is_empty() {
            break;
        }
    }
    if faults.contains(&Fault::NotChunked) {
        bytes = Cow::Borrowed(body);
    }
    Entity { bytes, faults }
}

pub(super) fn content<'a>(headers: &Headers, body: &'a [u8], max: usize) -> Result<Entity<'a>, BodyError> {
    let mut entity = entity(headers, body);
    let codings = headers.words("Content-Encoding");
    if codings.len() > 4 {
        return Err(BodyError::TooManyCodings(codings.len()));
    }
    for coding in codings.iter().rev() {
        let outcome = match coding.as_str() {
            "identity" | "none" | "utf-8" => continue,
            "gzip" | "x-gzip" if entity.bytes.starts_with(&[0x1f, 0x8b]) => {
                decompress(&mut entity, max, |bytes| Box::new(MultiGzDecoder::new(bytes)))?
            }
            "gzip" | "x-gzip" => None,
            // RFC 9110 means zlib's wrapper; servers have long sent bare deflate as well.
            "deflate" if is_zlib(&entity.bytes) => {
                decompress(&mut entity, max, |bytes| Box::new(ZlibDecoder::new(bytes)))?
            }
            "deflate" => decompress(&mut entity, max, |bytes| Box::new(DeflateDecoder::new(bytes)))?,
            #[cfg(feature = "brotli")]
            "br" => decompress(&mut entity, max, |bytes| Box::new(brotli::Decompressor::new(bytes, 4096)))?,
            other => return Err(BodyError::UnknownCoding(other.chars().take(40).collect())),
        };
        match outcome {
            Some(Decompressed::Whole) => {}
            Some(Decompressed::Damaged) => entity.faults.push(Fault::DamagedCompression(coding.clone())),
            None if entity.bytes.is_empty() => {}
            None => entity.faults.push(Fault::NotCompressed(coding.clone())),
        }
    }
    if entity.bytes.len() > max { Err(BodyError::TooLarge { max }) } else { Ok(entity) }
}

enum Decompressed {
    Whole,
    Damaged,
}

/// Replaces the bytes by what they decompress to. `None`, with the bytes as they were, if nothing came out.
fn decompress(
    entity: &mut Entity<'_>,
    max: usize,
    decoder: impl for<'b> FnOnce(&'b [u8]) -> Box<dyn Read + 'b>,
) -> Result<Option<Decompressed>, BodyError> {
    let mut out = Vec::new();
    let outcome = decoder(&entity.bytes).take(max as u64 + 1).read_to_end(&mut out);
    if out.len() > max {
        return Err(BodyError::TooLarge { max });
    }
    let (bytes, decompressed) = match outcome {
        Ok(_) => (out, Decompressed::Whole),
        Err(_) if out.is_empty() => return Ok(None),
        Err(_) => (out, Decompressed::Damaged),
    };
    entity.bytes = Cow::Owned(bytes);
    Ok(Some(decompressed))
}

/// The two bytes of RFC 1950: method 8, and together a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0)
}

/// RFC 9112, section 7.1. Bare line feeds are taken for line ends; trailers are dropped.
fn dechunk(body: &[u8], faults: &mut Vec<Fault>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = body;
    loop {
        let at = body.len() - rest.len();
        if rest.is_empty() {
            // Nothing at all, where chunks were promised: an answer to HEAD, or a 304.
            if at > 0 {
                faults.push(Fault::CutShort);
            }
            return out;
        }
        let Some((size, data)) = chunk_size(rest) else {
            faults.push(if at == 0 { Fault::NotChunked } else { Fault::BrokenChunks { at } });
            return out;
        };
        if size == 0 {
            return out;
        }
        if size > data.len() {
            out.extend_from_slice(data);
            faults.push(Fault::CutShort);
            return out;
        }
        let (chunk, after) = data.split_at(size);
        out.extend_from_slice(chunk);
        let end = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"));
        let Some(after) = end else {
            let at = body.len() - after.len();
            faults.push(if after.len() < 2 { Fault::CutShort } else { Fault::BrokenChunks { at } });
            return out;
        };
        rest = after;
    }
}

/// The size in front of a chunk, and the bytes after its line.
fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    // Extensions are allowed and unknown; a line of more than 4 KB is no chunk's.
    let end = bytes.iter().take(4096).position(|byte| *byte == b'\n')?;
    let line = bytes[..end].split(|byte| *byte == b';').next()?.trim_ascii();
    let digits = std::str::from_utf8(line).ok()?;
    let hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = hex.then(|| usize::from_str_radix(digits, 16).ok())??;
    Some((size, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use crate::http::Response;

    /// What a body with these headers says, or how reading it fails; faults follow in brackets.
    fn check(headers: &str, body: &[u8], expect: &str) {
        let block = [b"HTTP/1.1 200 OK\r\n", headers.as_bytes(), b"\r\n\r\n", body].concat();
        let said = match Response::parse(&block).unwrap().message.content(1000) {
            Ok(entity) => {
                let faults: String = entity.faults.iter().map(|fault| format!(" [{fault}]")).collect();
                String::from_utf8_lossy(&entity.bytes).into_owned() + &faults
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expect);
    }

    #[test]
    fn chunks_are_joined() {
        let chunked = "transfer-encoding: Chunked";
        check(chunked, b"4\r\nhigh\r\n5;x=y\r\n tide\r\n0\r\nTrailer: 1\r\n\r\n", "high tide");
        check(chunked, b"4\nhigh\n0\n\n", "high");
        check(chunked, b"", "");
        check(chunked, b"high tide", "high tide [the body is declared chunked and is not]");
        check(chunked, b"4\r\nhigh\r\n6\r\n ti", "high ti [the body stops before its last chunk]");
        check(chunked, b"4\r\nhigh\r\n", "high [the body stops before its last chunk]");
        check(chunked, b"2\r\nhigh\r\n0\r\n\r\n", "hi [the chunks are broken from byte 5 of the body on]");
        check(chunked, b"4\r\nhigh\r\nzz\r\n", "high [the chunks are broken from byte 9 of the body on]");
        check(chunked, b"ffffffffffffffff\r\nx", "x [the body stops before its last chunk]");
        check(
            chunked,
            b"fffffffffffffffff\r\nx",
            "fffffffffffffffff\r\nx [the body is declared chunked and is not]",
        );
    }

    #[test]
    fn compressed_bodies_are_decompressed() {
        let text = b"ebb and flow";
        let packed = gzip(text);
        check("Content-Encoding: gzip", &packed, "ebb and flow");
        check("Content-Encoding: x-gzip", &packed, "ebb and flow");
        check("Content-Encoding: deflate", &deflate(text), "ebb and flow");
        check("Content-Encoding: deflate", &zlib(text), "ebb and flow");
        check("Content-Encoding: deflate, gzip", &gzip(&zlib(text)), "ebb and flow");
        let chunks = [format!("{:x}\r\n", packed.len()).as_bytes(), &packed, b"\r\n0\r\n\r\n"].concat();
        check("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", &chunks, "ebb and flow");
        check("Content-Encoding: zstd", text, "the content coding \"zstd\" is not known");
        check("Content-Encoding: gzip", text, "ebb and flow [the body is declared gzip and is not]");
        check("Content-Encoding: gzip", b"", "");
        check(
            "Content-Encoding: gzip",
            &packed[..packed.len() - 9],
            "ebb and flow [the gzip data are damaged or break off]",
        );
        let many = "Content-Encoding: gzip, gzip, gzip, gzip, gzip";
        check(many, text, "5 content codings on one body are more than anybody sends in earnest");
    }

    #[cfg(feature = "brotli")]
    #[test]
    fn brotli_is_decompressed() {
        let mut out = Vec::new();
        brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(b"ebb and flow").unwrap();
        check("Content-Encoding: br", &out, "ebb and flow");
        check(
            "Content-Encoding: br",
            b"\xff\xff\xff",
            "\u{fffd}\u{fffd}\u{fffd} [the body is declared br and is not]",
        );
    }

    #[test]
    fn a_bomb_is_not_let_off() {
        let bomb = gzip(&vec![b'0'; 10_000_000]);
        assert!(bomb.len() < 20_000);
        check("Content-Encoding: gzip", &bomb, "the body grows beyond 1000 bytes when it is decompressed");
        let nested = gzip(&bomb);
        check(
            "Content-Encoding: gzip, gzip",
            &nested,
            "the body grows beyond 1000 bytes when it is decompressed",
        );
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }
}
