//! Reading WARC 1.0 and 1.1, plain or gzip, sound or not.

use std::io::{self, Read, Seek, SeekFrom};

use super::stream::{Position, Stream, StreamError};
use super::{Fault, Fields, Place, Record};

/// Reads one record after another. After an error other than [`ReadError::Io`] and [`ReadError::NotWarc`] it goes
/// on with the next record that can be found. Holds one block at a time, and 64 KB windows beside it.
pub struct Reader<R> {
    stream: Stream<R>,
    options: Options,
    /// Whether any record has been seen: until then the file may be something else.
    found: bool,
    /// Whether the last record was given up: what follows it up to the next one is its rest.
    damaged: bool,
    done: bool,
}

/// How much memory a record may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes of a block; larger ones are passed over with [`ReadError::TooLarge`]. 64 MiB unless told.
    pub max_block: u64,
    /// Bytes of a record's header. 1 MiB unless told.
    pub max_header: usize,
}

/// Offsets are in bytes of the file; in a gzip file they name the member.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
    #[error("this is not a WARC file but {0}")]
    NotWarc(&'static str),
    #[error("at byte {offset}: {length} bytes belong to no record")]
    Junk { offset: u64, length: u64 },
    #[error("at byte {offset}: the gzip data are damaged, {what}")]
    Gzip { offset: u64, what: &'static str },
    #[error("at byte {offset}: the record's header breaks off")]
    HeaderCutShort { offset: u64 },
    #[error("at byte {offset}: the record breaks off after {have} of {expected} bytes")]
    CutShort { offset: u64, have: u64, expected: u64 },
    #[error("at byte {offset}: the record has no Content-Length that could be understood")]
    NoLength { offset: u64 },
    #[error("at byte {offset}: the record's header is larger than {max} bytes")]
    HeaderTooLarge { offset: u64, max: usize },
    #[error("at byte {offset}: the record holds {length} bytes, more than the {max} allowed")]
    TooLarge { offset: u64, length: u64, max: u64 },
    #[error("no record starts at byte {offset}")]
    NotThere { offset: u64 },
}

impl Default for Options {
    fn default() -> Options {
        Options { max_block: 64 << 20, max_header: 1 << 20 }
    }
}

impl<R: Read> Reader<R> {
    pub fn new(input: R) -> Reader<R> {
        Reader::with(input, Options::default())
    }

    pub fn with(input: R, options: Options) -> Reader<R> {
        Reader { stream: Stream::new(input), options, found: false, damaged: false, done: false }
    }

    fn read_next(&mut self) -> Result<Option<Record>, ReadError> {
        if !self.find_start()? {
            return Ok(None);
        }
        self.found = true;
        let record = self.read_record();
        self.damaged = record.is_err();
        record.map(Some)
    }

    /// Goes to the next version line. False at the end of the file.
    fn find_start(&mut self) -> Result<bool, ReadError> {
        let mut passed = Passed::default();
        let mut line_start = true;
        loop {
            let position = self.stream.position();
            let ahead = self.stream.fill(8)?;
            if ahead.is_empty() {
                let gap = self.stream.next_member()?;
                passed.add(gap.offset, gap.junk);
                if !gap.more {
                    return self.nothing_more(passed);
                }
                line_start = true;
                continue;
            }
            if line_start && starts_record(ahead) {
                return self.take_note(passed).map_or(Ok(true), Err);
            }
            if !self.found
                && passed.length == 0
                && let Some(what) = foreign(ahead)
            {
                return Err(ReadError::NotWarc(what));
            }
            let end = ahead.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let line = &ahead[..end.unwrap_or(ahead.len())];
            let junk = if line.trim_ascii().is_empty() { 0 } else { line.len() };
            passed.add(position.offset, junk as u64);
            let length = line.len();
            line_start = end.is_some();
            self.stream.consume(length);
        }
    }

    fn nothing_more(&mut self, passed: Passed) -> Result<bool, ReadError> {
        match self.take_note(passed) {
            Some(_) if !self.found => Err(ReadError::NotWarc("something in which no record starts")),
            Some(error) => Err(error),
            None => Ok(false),
        }
    }

    fn take_note(&mut self, passed: Passed) -> Option<ReadError> {
        if std::mem::take(&mut self.damaged) { None } else { passed.into_error() }
    }

    fn read_record(&mut self) -> Result<Record, ReadError> {
        let start = self.stream.position();
        let (version, fields, mut faults) = self.read_header(start)?;
        let length = fields.get("Content-Length").and_then(length);
        let length = length.ok_or(ReadError::NoLength { offset: start.offset })?;
        let block = self.read_block(start, length)?;
        self.read_end(&mut faults)?;
        let place = Place { offset: start.offset, length: self.length_since(start)?, skip: start.skip };
        Ok(Record { version, fields, block, place, faults })
    }

    fn read_header(&mut self, start: Position) -> Result<(String, Fields, Vec<Fault>), ReadError> {
        let mut budget = self.options.max_header;
        let version = self.read_line(start, &mut budget)?;
        let version = String::from_utf8_lossy(&version[5..]).trim().to_owned();
        let (mut fields, mut faults) = (Fields::default(), Vec::new());
        loop {
            let line = self.read_line(start, &mut budget)?;
            if line.is_empty() {
                return Ok((version, fields, faults));
            }
            if let Err(line) = fields.read_line(&line) {
                faults.push(Fault::BadLine(line.chars().take(80).collect()));
            }
        }
    }

    /// A line without its end.
    fn read_line(&mut self, start: Position, budget: &mut usize) -> Result<Vec<u8>, ReadError> {
        let mut line = Vec::new();
        loop {
            let ahead = self.stream.fill(1)?;
            if ahead.is_empty() {
                if self.goes_on()? {
                    continue;
                }
                return Err(ReadError::HeaderCutShort { offset: start.offset });
            }
            let end = ahead.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(ahead.len(), |at| at + 1);
            if count > *budget {
                return Err(ReadError::HeaderTooLarge { offset: start.offset, max: self.options.max_header });
            }
            *budget -= count;
            line.extend_from_slice(&ahead[..count]);
            self.stream.consume(count);
            if end.is_some() {
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                return Ok(line);
            }
        }
    }

    /// The block grows by what is really there, never by what its header claims.
    fn read_block(&mut self, start: Position, length: u64) -> Result<Vec<u8>, ReadError> {
        let keep = length <= self.options.max_block;
        let mut block = Vec::new();
        let mut have = 0;
        while have < length {
            let ahead = self.stream.fill(1)?;
            if ahead.is_empty() {
                if self.goes_on()? {
                    continue;
                }
                return Err(ReadError::CutShort { offset: start.offset, have, expected: length });
            }
            let count = (ahead.len() as u64).min(length - have) as usize;
            if keep {
                block.extend_from_slice(&ahead[..count]);
            }
            self.stream.consume(count);
            have += count as u64;
        }
        let max = self.options.max_block;
        if keep { Ok(block) } else { Err(ReadError::TooLarge { offset: start.offset, length, max }) }
    }

    /// Inside a record, where a gzip member ends: whether the next one carries on rather than starting a record.
    fn goes_on(&mut self) -> Result<bool, ReadError> {
        let gap = self.stream.next_member()?;
        Ok(gap.more && gap.junk == 0 && !starts_record(self.stream.fill(8)?))
    }

    fn read_end(&mut self, faults: &mut Vec<Fault>) -> Result<(), ReadError> {
        let ahead = self.stream.fill(4)?;
        let end = [&b"\r\n\r\n"[..], b"\n\n"].into_iter().find(|end| ahead.starts_with(end));
        match end {
            Some(end) => self.stream.consume(end.len()),
            None => faults.push(Fault::NoEnd),
        }
        Ok(())
    }

    /// Bytes of the file since a record's start, if it can be read alone.
    fn length_since(&mut self, start: Position) -> Result<Option<u64>, ReadError> {
        if !self.stream.is_gzip() {
            return Ok(Some(self.stream.position().offset - start.offset));
        }
        loop {
            match self.stream.fill(1)?.first() {
                None if start.skip == 0 => return Ok(Some(self.stream.raw_offset() - start.offset)),
                Some(b'\r' | b'\n') => self.stream.consume(1),
                _ => return Ok(None),
            }
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Result<Record, ReadError>> {
        if self.done {
            return None;
        }
        let next = self.read_next().transpose();
        self.done = matches!(next, None | Some(Err(ReadError::Io(_) | ReadError::NotWarc(_))));
        next
    }
}

/// Reads the one record that an index places at `offset`, `length` bytes long in the file.
pub fn read_at<R: Read + Seek>(
    mut input: R,
    offset: u64,
    length: u64,
    options: Options,
) -> Result<Record, ReadError> {
    input.seek(SeekFrom::Start(offset))?;
    let mut record = match Reader::with(input.take(length), options).next() {
        Some(Ok(record)) if record.place.offset == 0 => record,
        Some(Err(ReadError::NotWarc(_) | ReadError::Junk { .. })) | Some(Ok(_)) | None => {
            return Err(ReadError::NotThere { offset });
        }
        Some(Err(error)) => return Err(error.moved_by(offset)),
    };
    record.place.offset = offset;
    Ok(record)
}

impl ReadError {
    /// Where in the file, if it has a place.
    pub fn offset(&self) -> Option<u64> {
        match self {
            ReadError::Io(_) | ReadError::NotWarc(_) => None,
            ReadError::Junk { offset, .. }
            | ReadError::Gzip { offset, .. }
            | ReadError::HeaderCutShort { offset }
            | ReadError::CutShort { offset, .. }
            | ReadError::NoLength { offset }
            | ReadError::HeaderTooLarge { offset, .. }
            | ReadError::TooLarge { offset, .. }
            | ReadError::NotThere { offset } => Some(*offset),
        }
    }

    fn moved_by(mut self, by: u64) -> ReadError {
        match &mut self {
            ReadError::Io(_) | ReadError::NotWarc(_) => {}
            ReadError::Junk { offset, .. }
            | ReadError::Gzip { offset, .. }
            | ReadError::HeaderCutShort { offset }
            | ReadError::CutShort { offset, .. }
            | ReadError::NoLength { offset }
            | ReadError::HeaderTooLarge { offset, .. }
            | ReadError::TooLarge { offset, .. }
            | ReadError::NotThere { offset } => *offset += by,
        }
        self
    }
}

impl From<StreamError> for ReadError {
    fn from(error: StreamError) -> ReadError {
        match error {
            StreamError::Io(error) => ReadError::Io(error),
            StreamError::Gzip { offset, what } => ReadError::Gzip { offset, what },
        }
    }
}

/// Bytes passed over on the way to the next record.
#[derive(Default)]
struct Passed {
    offset: u64,
    length: u64,
}

impl Passed {
    fn add(&mut self, offset: u64, length: u64) {
        if self.length == 0 {
            self.offset = offset;
        }
        self.length += length;
    }

    fn into_error(self) -> Option<ReadError> {
        (self.length > 0).then_some(ReadError::Junk { offset: self.offset, length: self.length })
    }
}

fn starts_record(ahead: &[u8]) -> bool {
    matches!(ahead, [b'W', b'A', b'R', b'C', b'/', b'0'..=b'9', b'.', b'0'..=b'9', ..])
}

fn foreign(ahead: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 4] = [
        (b"filedesc", "an ARC file, the format before WARC, which is not read"),
        (b"PK\x03\x04", "a ZIP or WACZ file"),
        (b"%PDF", "a PDF document"),
        (b" CDX", "a CDX index"),
    ];
    kinds.into_iter().find(|(magic, _)| ahead.starts_with(magic)).map(|(_, what)| what)
}

fn length(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}
