//! A record that is about to be written.

use std::borrow::Cow;
use std::net::IpAddr;

use super::{Kind, RecordId, Truncated, WriteError};
use crate::digest::Digest;
use crate::http::{Message, Request, Response};
use crate::time::Timestamp;

/// A record before it has an identifier and a place. The digests are worked out from the block.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    pub(super) kind: Kind,
    pub(super) id: Option<RecordId>,
    pub(super) date: Timestamp,
    pub(super) content_type: String,
    pub(super) payload_digest: Option<Digest>,
    /// Whether the record says it.
    pub(super) says_digest: bool,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) block: Cow<'a, [u8]>,
}

/// What a revisit refers to: the record that holds the same payload.
#[derive(Clone, Debug)]
pub struct Revisit<'a> {
    pub payload_digest: Digest,
    pub record: &'a RecordId,
    pub target_uri: &'a str,
    pub date: Timestamp,
}

const SAME_PAYLOAD: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

impl<'a> Draft<'a> {
    /// About the file itself: which software wrote it, for whom. Usually its first record.
    pub fn warcinfo(
        date: Timestamp,
        filename: &str,
        about: &[(&str, &str)],
    ) -> Result<Draft<'a>, WriteError> {
        let block = Cow::Owned(field_block(about)?);
        let draft = Draft::new(Kind::Warcinfo, date, "application/warc-fields", block);
        Ok(draft.with("WARC-Filename", filename))
    }

    /// `wire` is what was sent, header case, order and chunks included.
    pub fn request(target_uri: &str, date: Timestamp, wire: &'a [u8]) -> Draft<'a> {
        let mut draft =
            Draft::new(Kind::Request, date, "application/http;msgtype=request", Cow::Borrowed(wire));
        if let Ok(request) = Request::parse(wire) {
            draft.digest_entity(&request.message);
        }
        draft.with("WARC-Target-URI", target_uri)
    }

    /// `wire` is what came back, header case, order and chunks included.
    pub fn response(target_uri: &str, date: Timestamp, wire: &'a [u8]) -> Draft<'a> {
        let mut draft =
            Draft::new(Kind::Response, date, "application/http;msgtype=response", Cow::Borrowed(wire));
        if let Ok(response) = Response::parse(wire) {
            draft.digest_entity(&response.message);
        }
        draft.with("WARC-Target-URI", target_uri)
    }

    /// A thing without the protocol that brought it: an upload, a rendered page, a picture of the screen.
    pub fn resource(target_uri: &str, date: Timestamp, content_type: &str, bytes: &'a [u8]) -> Draft<'a> {
        let mut draft = Draft::new(Kind::Resource, date, content_type, Cow::Borrowed(bytes));
        draft.payload_digest = Some(Digest::sha256(bytes));
        draft.with("WARC-Target-URI", target_uri)
    }

    /// Facts about another record, which [`Draft::concurrent_to`] or [`Draft::refers_to`] names.
    pub fn metadata(
        target_uri: &str,
        date: Timestamp,
        facts: &[(&str, &str)],
    ) -> Result<Draft<'a>, WriteError> {
        let block = Cow::Owned(field_block(facts)?);
        let draft = Draft::new(Kind::Metadata, date, "application/warc-fields", block);
        Ok(draft.with("WARC-Target-URI", target_uri))
    }

    /// An answer whose payload an older record already holds. `head` is the status line and headers as they came.
    pub fn revisit(target_uri: &str, date: Timestamp, head: &'a [u8], same: Revisit<'_>) -> Draft<'a> {
        let mut draft =
            Draft::new(Kind::Revisit, date, "application/http;msgtype=response", Cow::Borrowed(head));
        draft.payload_digest = Some(same.payload_digest);
        draft
            .with("WARC-Target-URI", target_uri)
            .with("WARC-Profile", SAME_PAYLOAD)
            .with("WARC-Refers-To", format!("<{}>", same.record))
            .with("WARC-Refers-To-Target-URI", same.target_uri)
            .with("WARC-Refers-To-Date", same.date.to_string())
    }

    /// Under this identifier instead of a new one.
    pub fn id(mut self, id: RecordId) -> Self {
        self.id = Some(id);
        self
    }

    /// The address that was talked to.
    pub fn ip(self, address: IpAddr) -> Self {
        self.with("WARC-IP-Address", address.to_string())
    }

    /// Made in the same exchange as that record.
    pub fn concurrent_to(self, id: &RecordId) -> Self {
        self.with("WARC-Concurrent-To", format!("<{id}>"))
    }

    pub fn refers_to(self, id: &RecordId) -> Self {
        self.with("WARC-Refers-To", format!("<{id}>"))
    }

    /// In the file that this warcinfo record describes.
    pub fn described_by(self, id: &RecordId) -> Self {
        self.with("WARC-Warcinfo-ID", format!("<{id}>"))
    }

    /// The block stops before the server did. The payload digest then goes: nobody could compare it.
    pub fn truncated(mut self, reason: Truncated) -> Self {
        self.payload_digest = None;
        self.with("WARC-Truncated", reason.name())
    }

    /// Any other field.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    fn new(kind: Kind, date: Timestamp, content_type: &str, block: Cow<'a, [u8]>) -> Draft<'a> {
        let content_type = content_type.to_owned();
        let (payload_digest, says_digest) = (None, true);
        Draft { kind, id: None, date, content_type, payload_digest, says_digest, fields: Vec::new(), block }
    }

    /// The payload is the entity, without chunks (ISO 28500, section 6.3.2, by way of RFC 2616), so that the same
    /// page has the same digest however its server cut it up. Broken chunks leave no entity and so no digest. Of a
    /// body in chunks the record does not say it: many tools take the chunks for payload and would find it wrong.
    fn digest_entity(&mut self, message: &Message<'_>) {
        let entity = message.entity();
        self.says_digest = *entity.bytes == *message.body;
        self.payload_digest = entity.faults.is_empty().then(|| Digest::sha256(&entity.bytes));
    }
}

fn field_block(fields: &[(&str, &str)]) -> Result<Vec<u8>, WriteError> {
    let mut block = String::new();
    for (name, value) in fields {
        super::writer::check_field(name, value)?;
        block.push_str(&format!("{name}: {value}\r\n"));
    }
    Ok(block.into_bytes())
}
