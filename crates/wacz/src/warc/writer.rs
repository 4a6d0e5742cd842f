//! Writing WARC 1.1.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Draft, RecordId};
use crate::digest::Digest;

/// Writes records one after another, each its own gzip member unless made by [`Writer::plain`].
pub struct Writer<W> {
    out: W,
    random: Box<dyn FnMut() -> [u8; 16] + Send>,
    gzip: bool,
    offset: u64,
    broken: bool,
}

/// A record that was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: RecordId,
    /// In bytes from the start of the file.
    pub offset: u64,
    /// In bytes of the file, to the end of the gzip member.
    pub length: u64,
    pub block_digest: Digest,
    /// Whether the record says it or not.
    pub payload_digest: Option<Digest>,
}

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("writing failed: {0}")]
    Io(#[from] io::Error),
    #[error("an earlier record was not written whole, so nothing can follow it in this file")]
    Broken,
    #[error("the field {name:?} cannot hold {value:?}: {why}")]
    BadField { name: String, value: String, why: &'static str },
}

impl<W: Write> Writer<W> {
    /// One gzip member per record. `random` gives 16 random bytes for each new identifier.
    pub fn new(out: W, random: impl FnMut() -> [u8; 16] + Send + 'static) -> Writer<W> {
        Writer { out, random: Box::new(random), gzip: true, offset: 0, broken: false }
    }

    /// Without compression.
    pub fn plain(out: W, random: impl FnMut() -> [u8; 16] + Send + 'static) -> Writer<W> {
        Writer { gzip: false, ..Writer::new(out, random) }
    }

    /// For a file that goes on: `out` already holds `offset` bytes.
    pub fn starting_at(self, offset: u64) -> Writer<W> {
        Writer { offset, ..self }
    }

    /// A new identifier, for records that must name each other.
    pub fn new_id(&mut self) -> RecordId {
        RecordId::from_random((self.random)())
    }

    /// Bytes so far: where the next record will start.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Writes one record. Nothing is written if a field is refused; after [`WriteError::Io`] the file's end is
    /// unknown and every further record is refused.
    pub fn write(&mut self, draft: Draft<'_>) -> Result<Written, WriteError> {
        if self.broken {
            return Err(WriteError::Broken);
        }
        let id = draft.id.clone().unwrap_or_else(|| self.new_id());
        let block_digest = Digest::sha256(&draft.block);
        let header = header(&draft, &id, &block_digest)?;
        let bytes = self.packed(header.as_bytes(), &draft.block)?;
        if let Err(error) = self.out.write_all(&bytes) {
            self.broken = true;
            return Err(error.into());
        }
        let offset = self.offset;
        self.offset += bytes.len() as u64;
        let payload_digest = draft.payload_digest;
        Ok(Written { id, offset, length: bytes.len() as u64, block_digest, payload_digest })
    }

    /// Flushes, and gives back what was written to.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.flush()?;
        Ok(self.out)
    }

    /// The whole record in memory, so that it is written at once and its length known.
    fn packed(&self, header: &[u8], block: &[u8]) -> io::Result<Vec<u8>> {
        if !self.gzip {
            return Ok([header, block, b"\r\n\r\n"].concat());
        }
        let mut encoder = GzEncoder::new(Vec::with_capacity(block.len() / 3 + 512), Compression::default());
        for part in [header, block, b"\r\n\r\n"] {
            encoder.write_all(part)?;
        }
        encoder.finish()
    }
}

fn header(draft: &Draft<'_>, id: &RecordId, block_digest: &Digest) -> Result<String, WriteError> {
    let mut header = String::from("WARC/1.1\r\n");
    let mut field = |name: &str, value: &str| {
        check_field(name, value)?;
        header.push_str(&format!("{name}: {value}\r\n"));
        Ok::<_, WriteError>(())
    };
    field("WARC-Type", draft.kind.name())?;
    field("WARC-Record-ID", &format!("<{id}>"))?;
    field("WARC-Date", &draft.date.to_string())?;
    for (name, value) in &draft.fields {
        field(name, value)?;
    }
    field("WARC-Block-Digest", &block_digest.to_string())?;
    if let Some(digest) = draft.payload_digest.as_ref().filter(|_| draft.says_digest) {
        field("WARC-Payload-Digest", &digest.to_string())?;
    }
    field("Content-Type", &draft.content_type)?;
    field("Content-Length", &draft.block.len().to_string())?;
    header.push_str("\r\n");
    Ok(header)
}

/// A line end in a value would let whoever chose it (a server's address, a page's title) write fields and records
/// of their own. Such values are refused rather than mended: what they were meant to be cannot be known.
pub(super) fn check_field(name: &str, value: &str) -> Result<(), WriteError> {
    let refuse = |why| {
        let short = |text: &str| text.chars().take(80).collect::<String>();
        Err(WriteError::BadField { name: short(name), value: short(value), why })
    };
    if name.is_empty() || !name.bytes().all(is_token) {
        return refuse("the name may hold letters, digits and hyphens only");
    }
    if value.chars().any(|char| char.is_control() && char != '\t') {
        return refuse("it holds a line end or another control character");
    }
    if value.trim() != value {
        return refuse("it starts or ends with white space, which readers drop");
    }
    let uri = name.to_ascii_lowercase().ends_with("-uri");
    if uri && value.contains([' ', '\t', '<', '>']) {
        return refuse("an address holds no spaces or angle brackets");
    }
    Ok(())
}

/// RFC 9110, section 5.6.2, without what no field of WARC uses.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}
