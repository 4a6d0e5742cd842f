//! The WARC of one capture: every exchange with its exact bytes, one gzip member a record.

use crate::outside::fetch::Exchange;
use crate::time::Time;
use crate::{Result, error::Context};
use std::collections::HashSet;
use wacz::warc::{Draft, RecordId, WriteError, Writer, Written};
use wacz::{Digest, Timestamp};

pub(super) struct Archive {
    writer: Writer<Vec<u8>>,
    /// The warcinfo record, which describes all others.
    info: RecordId,
    /// Where the warcinfo record ends.
    head: u64,
    kept: Vec<Kept>,
    names: HashSet<(String, Role)>,
}

/// What an exchange was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Page,
    /// Holds the words, where the page does not.
    Text,
    Data,
    Requisite,
}

/// An answer in the file, and where.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) url: String,
    pub(super) role: Role,
    pub(super) status: u16,
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) place: u64,
    pub(super) length: u64,
}

impl Role {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Role::Page => "page",
            Role::Text => "text",
            Role::Data => "data",
            Role::Requisite => "requisite",
        }
    }
}

impl Archive {
    /// `publisher` is who keeps the copy: the publication's address.
    pub(super) fn begin(at: Time, file_name: &str, publisher: &str) -> Result<Archive> {
        let mut writer = Writer::new(Vec::new(), random);
        let software = format!("Ibid/{}", env!("CARGO_PKG_VERSION"));
        let about = [
            ("software", software.as_str()),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            ("publisher", publisher),
        ];
        let draft = Draft::warcinfo(timestamp(at), file_name, &about).map_err(fault)?;
        let info = writer.write(draft).map_err(fault)?.id;
        let head = writer.offset();
        Ok(Archive { writer, info, head, kept: Vec::new(), names: HashSet::new() })
    }

    /// Keeps request and response as they went over the wire. One that never came about leaves nothing.
    pub(super) fn keep(&mut self, exchange: &Exchange, role: Role) -> Result<()> {
        if exchange.request.is_empty() && exchange.response.is_empty() {
            return Ok(());
        }
        let (url, at) = (exchange.url.as_str(), timestamp(exchange.at));
        let mut request = self.dressed(exchange, Draft::request(url, at, &exchange.request));
        if !exchange.response.is_empty() {
            let mut response = self.dressed(exchange, Draft::response(url, at, &exchange.response));
            if let Some(reason) = exchange.outcome.as_ref().err().and_then(|failure| failure.truncated()) {
                response = response.truncated(reason);
            }
            let Some(written) = tolerant(self.writer.write(response))? else { return Ok(()) };
            request = request.concurrent_to(&written.id);
            self.note(exchange, role, &written);
        }
        tolerant(self.writer.write(request))?;
        Ok(())
    }

    /// Facts about the whole, as its last record; then the file, and what it holds.
    pub(super) fn conclude(
        mut self,
        url: &str,
        at: Time,
        facts: &[(&str, &str)],
    ) -> Result<(Vec<u8>, Vec<Kept>)> {
        let plain: Vec<(&str, String)> = facts.iter().map(|(name, value)| (*name, one_line(value))).collect();
        let facts: Vec<(&str, &str)> = plain.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let draft = Draft::metadata(url, timestamp(at), &facts).map_err(fault)?;
        tolerant(self.writer.write(draft.described_by(&self.info)))?;
        Ok((self.writer.finish().map_err(fault)?, self.kept))
    }

    /// Whether it tells of nothing but itself.
    pub(super) fn is_empty(&self) -> bool {
        self.writer.offset() == self.head
    }

    fn dressed<'a>(&self, exchange: &Exchange, draft: Draft<'a>) -> Draft<'a> {
        let draft = draft.described_by(&self.info);
        match exchange.address {
            Some(address) => draft.ip(address),
            None => draft,
        }
    }

    fn note(&mut self, exchange: &Exchange, role: Role, written: &Written) {
        let Some(answer) = exchange.answer() else { return };
        // One address may be met twice, on the way and at the end: the last answer stands for it.
        let url = exchange.url.to_string();
        if !self.names.insert((url.clone(), role)) {
            self.kept.retain(|kept| kept.url != url || kept.role != role);
        }
        self.kept.push(Kept {
            url,
            role,
            status: answer.status,
            media_type: media_type(answer.message.headers.get("Content-Type")),
            digest: written.payload_digest.as_ref().map(Digest::to_string).unwrap_or_default(),
            place: written.offset,
            length: written.length,
        });
    }
}

/// `text/html`: without parameters, lower case.
pub(super) fn media_type(content_type: Option<&str>) -> String {
    let essence = content_type.unwrap_or_default().split([';', ',']).next().unwrap_or_default();
    essence.trim().chars().take(100).collect::<String>().to_ascii_lowercase()
}

fn timestamp(at: Time) -> Timestamp {
    Timestamp::from_micros(at.0)
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1000).collect();
    line.trim().to_owned()
}

/// A strange address may not be writable in a WARC. That exchange is left out; the capture goes on.
fn tolerant(outcome: Result<Written, WriteError>) -> Result<Option<Written>> {
    match outcome {
        Ok(written) => Ok(Some(written)),
        Err(WriteError::BadField { .. }) => Ok(None),
        Err(error) => Err(fault(error)),
    }
}

fn fault(error: WriteError) -> crate::Error {
    Err::<(), _>(error).internal("a WARC cannot be written").expect_err("it is an error")
}
