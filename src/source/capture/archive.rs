//! The WARC of one capture: every exchange with its exact bytes, one gzip member a record.

use super::held;
use crate::id::CaptureId;
use crate::outside::fetch::{Exchange, Medium};
use crate::time::Time;
use crate::{Result, error::Context};
use std::collections::{HashMap, HashSet};
use wacz::warc::{Draft, RecordId, Revisit, WriteError, Writer, Written};
use wacz::{Digest, Timestamp};

pub(super) struct Archive {
    writer: Writer<Vec<u8>>,
    /// The warcinfo record, which describes all others.
    info: RecordId,
    /// Where the warcinfo record ends.
    head: u64,
    kept: Vec<Kept>,
    names: HashSet<(String, Role)>,
    /// By payload digest: what this file holds itself.
    holds: HashMap<String, Same>,
}

/// A record elsewhere, or earlier in this file, that holds the same payload.
#[derive(Debug, Clone)]
pub(super) struct Same {
    pub(super) url: String,
    pub(super) record: RecordId,
    pub(super) at: Time,
    pub(super) holder: Holder,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Holder {
    /// Whose WARC; none is the one being written.
    pub(super) capture: Option<CaptureId>,
    pub(super) place: u64,
    pub(super) length: u64,
}

/// What an exchange was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Page,
    /// The page as the server sent it, where a browser made another of it.
    Sent,
    /// Holds the words, where the page does not.
    Text,
    Data,
    Requisite,
    /// The site's robots.txt of the same hour: evidence, never obeyed.
    Robots,
}

/// An answer in the file, and where.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) url: String,
    pub(super) role: Role,
    pub(super) status: u16,
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) record: RecordId,
    pub(super) at: Time,
    pub(super) place: u64,
    pub(super) length: u64,
    /// Of a revisit: where the payload is.
    pub(super) held: Option<Holder>,
}

impl Kept {
    /// What was not written again.
    pub(super) fn saved(&self) -> u64 {
        self.held.map_or(0, |held| held.length.saturating_sub(self.length))
    }
}

impl Role {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Role::Page => "page",
            Role::Sent => "sent",
            Role::Text => "text",
            Role::Data => "data",
            Role::Requisite => "requisite",
            Role::Robots => "robots",
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
        let (kept, names, holds) = (Vec::new(), HashSet::new(), HashMap::new());
        Ok(Archive { writer, info, head, kept, names, holds })
    }

    /// Keeps request and response as they went over the wire. One that never came about leaves nothing; a payload that is
    /// held already, by `same` or by this file, leaves what was said about it.
    pub(super) fn keep(&mut self, exchange: &Exchange, role: Role, same: Option<Same>) -> Result<()> {
        if exchange.request.is_empty() && exchange.response.is_empty() {
            return Ok(());
        }
        let request = Draft::request(exchange.url.as_str(), timestamp(exchange.at), &exchange.request);
        let mut request = self.dressed(exchange, request);
        if !exchange.response.is_empty() {
            let digest = held::payload(exchange);
            let here = digest.as_ref().and_then(|digest| self.holds.get(&digest.to_string()).cloned());
            let Some(written) = self.keep_answer(exchange, role, digest, here.or(same))? else {
                return Ok(());
            };
            request = request.concurrent_to(&written);
        }
        if !exchange.request.is_empty() {
            tolerant(self.writer.write(request))?;
        }
        Ok(())
    }

    fn keep_answer(
        &mut self,
        exchange: &Exchange,
        role: Role,
        digest: Option<Digest>,
        same: Option<Same>,
    ) -> Result<Option<RecordId>> {
        let (url, at) = (exchange.url.as_str(), timestamp(exchange.at));
        let held = same.as_ref().map(|same| same.holder);
        let entity = exchange.answer().filter(|_| matches!(exchange.medium, Medium::Hand | Medium::Browser));
        let entity = entity.as_ref().map(|answer| answer.message.entity().bytes);
        let mut draft = match (digest.clone().zip(same), &entity) {
            (Some((digest, same)), _) => {
                let (record, target_uri, date) = (&same.record, same.url.as_str(), timestamp(same.at));
                let same = Revisit { payload_digest: digest, record, target_uri, date };
                Draft::revisit(url, at, exchange.head(), same)
            }
            (None, Some(entity)) => {
                let kind = exchange.header("Content-Type").unwrap_or_default();
                Draft::resource(url, at, &kind, entity)
            }
            (None, None) => Draft::response(url, at, &exchange.response),
        };
        if let Some(reason) = exchange.outcome.as_ref().err().and_then(|failure| failure.truncated()) {
            draft = draft.truncated(reason);
        }
        let Some(written) = tolerant(self.writer.write(self.dressed(exchange, draft)))? else {
            return Ok(None);
        };
        if let (Some(digest), None) = (digest, held) {
            let holder = Holder { capture: None, place: written.offset, length: written.length };
            let same = Same { url: url.to_owned(), record: written.id.clone(), at: exchange.at, holder };
            self.holds.insert(digest.to_string(), same);
        }
        self.note(exchange, role, &written, held);
        Ok(Some(written.id))
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

    /// Whether it holds an answer that was given under this address.
    pub(super) fn holds(&self, url: &str) -> bool {
        self.kept.iter().any(|kept| kept.url == url)
    }

    /// Whether it tells of nothing but itself.
    pub(super) fn is_empty(&self) -> bool {
        self.writer.offset() == self.head
    }

    fn dressed<'a>(&self, exchange: &Exchange, draft: Draft<'a>) -> Draft<'a> {
        let mut draft = draft.described_by(&self.info);
        if let Medium::Archive { memento, fetched_at } = &exchange.medium {
            // As pywb writes what it records from other archives.
            draft = draft
                .with("WARC-Source-URI", memento.as_str())
                .with("WARC-Creation-Date", timestamp(*fetched_at).to_string());
        }
        match exchange.address {
            Some(address) => draft.ip(address),
            None => draft,
        }
    }

    fn note(&mut self, exchange: &Exchange, role: Role, written: &Written, held: Option<Holder>) {
        let Some(answer) = exchange.answer() else { return };
        // What was sent along decided what came back: nobody can ask for it by its address alone.
        if !exchange.request.is_empty() && !exchange.request.starts_with(b"GET ") {
            return;
        }
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
            record: written.id.clone(),
            at: exchange.at,
            place: written.offset,
            length: written.length,
            held,
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
