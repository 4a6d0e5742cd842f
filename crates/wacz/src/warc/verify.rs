//! Computing every digest again.

use std::fmt;
use std::io::Read;

use super::{Fault, Kind, ReadError, Reader, Record, RecordId};
use crate::digest::{Digest, DigestError};
use crate::http::Message;

/// What became of a whole file.
#[derive(Debug, Default)]
pub struct Report {
    /// Records that could be read.
    pub records: u64,
    /// Digests that were computed again and are right.
    pub right: u64,
    /// The first thousand, in the order of the file.
    pub problems: Vec<Problem>,
    /// Faults among all problems, those not kept included.
    pub faults: u64,
}

#[derive(Debug)]
pub struct Problem {
    /// In bytes of the file, if the problem has a place.
    pub offset: Option<u64>,
    pub record: Option<RecordId>,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Unreadable(ReadError),
    Flaw(Fault),
    /// A field that every record must have.
    Missing(&'static str),
    BadDate(String),
    BlockDigest {
        declared: Digest,
        actual: Digest,
    },
    PayloadDigest {
        declared: Digest,
        actual: Digest,
    },
    /// The payload digest is right for something else than the payload: the body with its chunks on, as many tools
    /// compute it against the standard, or the whole block.
    DigestOver(&'static str),
    /// A fault if the digest is no digest, a note if its algorithm is unknown.
    Uncheckable(DigestError),
    /// The record shares a gzip member with others.
    NotAlone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something cannot be trusted or read.
    Fault,
    /// Worth knowing.
    Note,
}

const KEPT: usize = 1000;

/// Reads the whole file and computes every digest again. Payload digests of revisits and of truncated records are
/// left alone: the payload is not there.
pub fn verify<R: Read>(reader: Reader<R>) -> Report {
    verify_each(reader, |_| ())
}

/// The same, and shows each record that could be read.
pub(crate) fn verify_each<R: Read>(reader: Reader<R>, mut show: impl FnMut(&Record)) -> Report {
    let mut report = Report::default();
    for record in reader {
        match record {
            Err(error) => {
                report.add(Problem { offset: error.offset(), record: None, what: What::Unreadable(error) });
            }
            Ok(record) => {
                report.records += 1;
                show(&record);
                report.look_at(&record);
            }
        }
    }
    report
}

impl Report {
    /// Whether there is no fault; notes may be there.
    pub fn is_sound(&self) -> bool {
        self.faults == 0
    }

    fn add(&mut self, problem: Problem) {
        self.faults += u64::from(problem.what.severity() == Severity::Fault);
        if self.problems.len() < KEPT {
            self.problems.push(problem);
        }
    }

    fn look_at(&mut self, record: &Record) {
        let add = |report: &mut Report, what| {
            report.add(Problem { offset: Some(record.place.offset), record: record.id(), what });
        };
        for fault in &record.faults {
            add(self, What::Flaw(fault.clone()));
        }
        for name in ["WARC-Type", "WARC-Record-ID", "WARC-Date"] {
            if record.fields.get(name).is_none() {
                add(self, What::Missing(name));
            }
        }
        if record.fields.get("WARC-Date").is_some()
            && let Err(error) = record.date()
        {
            add(self, What::BadDate(error.to_string()));
        }
        if record.place.length.is_none() {
            add(self, What::NotAlone);
        }
        for outcome in [check_block(record), check_payload(record)].into_iter().flatten() {
            match outcome {
                Ok(()) => self.right += 1,
                Err(what) => add(self, what),
            }
        }
    }
}

fn check_block(record: &Record) -> Option<Result<(), What>> {
    Some(record.block_digest()?.map_err(What::Uncheckable).and_then(|declared| {
        let actual = Digest::of(declared.algorithm(), &record.block);
        if declared == actual { Ok(()) } else { Err(What::BlockDigest { declared, actual }) }
    }))
}

fn check_payload(record: &Record) -> Option<Result<(), What>> {
    let elsewhere = record.kind() == Some(Kind::Revisit)
        || record.truncated().is_some()
        || record.fields.get("WARC-Segment-Number").is_some();
    let declared = record.payload_digest()?;
    if elsewhere {
        return None;
    }
    Some(declared.map_err(What::Uncheckable).and_then(|declared| compare_payload(record, declared)))
}

fn compare_payload(record: &Record, declared: Digest) -> Result<(), What> {
    let digest = |bytes: &[u8]| Digest::of(declared.algorithm(), bytes);
    if !record.is_http() {
        let actual = digest(&record.block);
        return if declared == actual { Ok(()) } else { Err(What::PayloadDigest { declared, actual }) };
    }
    let message = Message::parse(&record.block);
    let actual = digest(&message.entity().bytes);
    if declared == actual {
        Ok(())
    } else if declared == digest(message.body) {
        Err(What::DigestOver("the chunked body"))
    } else if declared == digest(&record.block) {
        Err(What::DigestOver("the whole block"))
    } else {
        Err(What::PayloadDigest { declared, actual })
    }
}

impl What {
    pub fn severity(&self) -> Severity {
        match self {
            What::Unreadable(_)
            | What::Flaw(_)
            | What::Missing(_)
            | What::BadDate(_)
            | What::BlockDigest { .. }
            | What::PayloadDigest { .. }
            | What::Uncheckable(DigestError::Malformed(_)) => Severity::Fault,
            What::DigestOver(_) | What::Uncheckable(_) | What::NotAlone => Severity::Note,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let What::Unreadable(error) = &self.what {
            return write!(f, "{error}");
        }
        write!(f, "at byte {}: {}", self.offset.unwrap_or(0), self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Unreadable(error) => write!(f, "{error}"),
            What::Flaw(fault) => write!(f, "{fault}"),
            What::Missing(name) => write!(f, "the record has no {name}"),
            What::BadDate(error) => write!(f, "{error}"),
            What::BlockDigest { declared, actual } => {
                write!(f, "the block digest is declared as {declared} and is {actual}")
            }
            What::PayloadDigest { declared, actual } => {
                write!(f, "the payload digest is declared as {declared} and is {actual}")
            }
            What::DigestOver(what) => write!(f, "the payload digest is over {what}"),
            What::Uncheckable(error) => write!(f, "{error}"),
            What::NotAlone => write!(f, "the record shares its gzip member with others"),
        }
    }
}
