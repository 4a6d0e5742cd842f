//! WARC files: records of requests, answers and whatever else belongs to a capture.
//!
//! [`Writer`] writes WARC 1.1 (ISO 28500:2017), one gzip member per record. [`Reader`] reads 1.0 and 1.1, plain
//! or gzip, and goes on after a damaged record. [`read_at`] reads one record where an index says it is.
//! [`verify`] computes every digest again.

mod draft;
mod fields;
mod reader;
mod stream;
mod verify;
mod writer;

use std::fmt;
use std::net::IpAddr;

use data_encoding::HEXLOWER;

use crate::digest::{Digest, DigestError};
use crate::http::{HttpError, Request, Response};
use crate::time::{Timestamp, TimestampError};

pub use draft::{Draft, Revisit};
pub use fields::Fields;
pub use reader::{Options, ReadError, Reader, read_at};
pub(crate) use verify::verify_each;
pub use verify::{Problem, Report, Severity, What, verify};
pub use writer::{WriteError, Writer, Written};

/// A record as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// As written: `1.1`.
    pub version: String,
    pub fields: Fields,
    /// The exact bytes; for HTTP what went over the wire.
    pub block: Vec<u8>,
    pub place: Place,
    /// What was wrong and could be overlooked.
    pub faults: Vec<Fault>,
}

/// Where a record lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of the record's first byte, or of the gzip member that holds it.
    pub offset: u64,
    /// In bytes of the file. `None` if the record shares its gzip member with others: it cannot be read alone.
    pub length: Option<u64>,
    /// Inflated bytes of the same gzip member that come before the record.
    pub skip: u64,
}

/// Something wrong with a record that could be read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A line of the header without a colon.
    BadLine(String),
    /// Neither the end of the file nor two line ends follow the block.
    NoEnd,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Warcinfo,
    Response,
    Resource,
    Request,
    Metadata,
    Revisit,
    Conversion,
    Continuation,
    Other(String),
}

/// `urn:uuid:…`, without the angle brackets that surround it in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(String);

/// Why a block holds less than the server would have sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncated {
    /// Larger than the capture was willing to keep.
    Length,
    /// Slower than the capture was willing to wait.
    Time,
    Disconnect,
    Unspecified,
}

impl Record {
    /// `None` without a `WARC-Type`.
    pub fn kind(&self) -> Option<Kind> {
        self.fields.get("WARC-Type").map(Kind::named)
    }

    pub fn id(&self) -> Option<RecordId> {
        self.fields.get("WARC-Record-ID").map(RecordId::read)
    }

    /// Why there is none, if there is none: missing fields read as an empty date.
    pub fn date(&self) -> Result<Timestamp, TimestampError> {
        self.fields.get("WARC-Date").unwrap_or("").parse()
    }

    /// Without the angle brackets that wget and the WARC 1.0 grammar put round it.
    pub fn target_uri(&self) -> Option<&str> {
        self.fields.get("WARC-Target-URI").map(bare)
    }

    pub fn content_type(&self) -> Option<&str> {
        self.fields.get("Content-Type")
    }

    pub fn ip(&self) -> Option<IpAddr> {
        self.fields.get("WARC-IP-Address")?.parse().ok()
    }

    pub fn concurrent_to(&self) -> Vec<RecordId> {
        self.fields.all("WARC-Concurrent-To").map(RecordId::read).collect()
    }

    pub fn refers_to(&self) -> Option<RecordId> {
        self.fields.get("WARC-Refers-To").map(RecordId::read)
    }

    pub fn truncated(&self) -> Option<Truncated> {
        self.fields.get("WARC-Truncated").map(Truncated::named)
    }

    pub fn block_digest(&self) -> Option<Result<Digest, DigestError>> {
        self.fields.get("WARC-Block-Digest").map(str::parse)
    }

    pub fn payload_digest(&self) -> Option<Result<Digest, DigestError>> {
        self.fields.get("WARC-Payload-Digest").map(str::parse)
    }

    /// Whether the block is an HTTP message, going by its declared type.
    pub fn is_http(&self) -> bool {
        self.content_type().is_some_and(|content_type| {
            let essence = content_type.split(';').next().unwrap_or("").trim();
            essence.eq_ignore_ascii_case("application/http")
        })
    }

    pub fn response(&self) -> Result<Response<'_>, HttpError> {
        Response::parse(&self.block)
    }

    pub fn request(&self) -> Result<Request<'_>, HttpError> {
        Request::parse(&self.block)
    }
}

impl Kind {
    pub fn named(name: &str) -> Kind {
        match name.to_ascii_lowercase().as_str() {
            "warcinfo" => Kind::Warcinfo,
            "response" => Kind::Response,
            "resource" => Kind::Resource,
            "request" => Kind::Request,
            "metadata" => Kind::Metadata,
            "revisit" => Kind::Revisit,
            "conversion" => Kind::Conversion,
            "continuation" => Kind::Continuation,
            _ => Kind::Other(name.to_owned()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Kind::Warcinfo => "warcinfo",
            Kind::Response => "response",
            Kind::Resource => "resource",
            Kind::Request => "request",
            Kind::Metadata => "metadata",
            Kind::Revisit => "revisit",
            Kind::Conversion => "conversion",
            Kind::Continuation => "continuation",
            Kind::Other(name) => name,
        }
    }
}

impl RecordId {
    /// A random (version 4) UUID of these bytes.
    pub fn from_random(mut bytes: [u8; 16]) -> RecordId {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = HEXLOWER.encode(&bytes);
        RecordId(format!(
            "urn:uuid:{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        ))
    }

    /// An identifier made elsewhere, with or without its angle brackets.
    pub fn read(text: &str) -> RecordId {
        RecordId(bare(text).to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Truncated {
    fn named(name: &str) -> Truncated {
        match name.to_ascii_lowercase().as_str() {
            "length" => Truncated::Length,
            "time" => Truncated::Time,
            "disconnect" => Truncated::Disconnect,
            _ => Truncated::Unspecified,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Truncated::Length => "length",
            Truncated::Time => "time",
            Truncated::Disconnect => "disconnect",
            Truncated::Unspecified => "unspecified",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::BadLine(line) => write!(f, "the header line {line:?} has no colon"),
            Fault::NoEnd => write!(f, "the block is not followed by two line ends"),
        }
    }
}

fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text)
}
