//! The bytes of a WARC file, inflated on the way if they are gzip, with a running account of where they lie.
//!
//! What [`Stream::fill`] shows never crosses the end of a gzip member, so that the reader can tell which records
//! have a member of their own. A plain file is one long member.

use std::io::{self, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// A window on the input is this large, and so is one on the inflated bytes.
const WINDOW: usize = 64 * 1024;
/// A file name or comment in a gzip header is no longer than this.
const HEADER_TEXT: usize = 4096;
/// Gives up looking behind a damaged member's start after so many members, lest a hostile file make it quadratic.
const REWINDS: u32 = 64;

pub(super) struct Stream<R> {
    input: R,
    raw: Window,
    opened: bool,
    gzip: Option<Gzip>,
}

pub(super) enum StreamError {
    Io(io::Error),
    /// The member at this offset is damaged.
    Gzip {
        offset: u64,
        what: &'static str,
    },
}

/// Where the next byte lies: in the file, and behind how many inflated bytes of its member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) offset: u64,
    pub(super) skip: u64,
}

/// What lay between two gzip members.
pub(super) struct Gap {
    /// Whether another member follows.
    pub(super) more: bool,
    pub(super) offset: u64,
    /// Bytes that belong to no member, zeros not counted.
    pub(super) junk: u64,
}

struct Gzip {
    inflate: Decompress,
    crc: Crc,
    inside: bool,
    /// Whether the last member was given up: what follows it up to the next one is its rest.
    damaged: bool,
    /// The file offset of the member's first byte.
    start: u64,
    /// Inflated and consumed bytes of this member.
    consumed: u64,
    out: Window,
    rewinds: u32,
}

/// Bytes read ahead: `bytes[start..end]` are not yet consumed.
struct Window {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Offset of `bytes[0]`.
    base: u64,
}

impl<R: Read> Stream<R> {
    /// Shows nothing until [`Stream::next_member`] has been asked for the first one.
    pub(super) fn new(input: R) -> Stream<R> {
        Stream { input, raw: Window::new(), opened: false, gzip: None }
    }

    /// At least `min` bytes, unless the member or the file ends before.
    pub(super) fn fill(&mut self, min: usize) -> Result<&[u8], StreamError> {
        if self.gzip.is_none() {
            return if self.opened { self.raw_at_least(min) } else { Ok(&[]) };
        }
        while self.inside() && self.inflated().len() < min {
            if let Err(error) = self.inflate_more() {
                self.leave_damaged();
                return Err(error);
            }
        }
        Ok(self.inflated())
    }

    pub(super) fn consume(&mut self, count: usize) {
        match &mut self.gzip {
            None => self.raw.consume(count),
            Some(gzip) => {
                gzip.out.consume(count);
                gzip.consumed += count as u64;
            }
        }
    }

    pub(super) fn position(&self) -> Position {
        match &self.gzip {
            None => Position { offset: self.raw.offset(), skip: 0 },
            Some(gzip) => Position { offset: gzip.start, skip: gzip.consumed },
        }
    }

    pub(super) fn is_gzip(&self) -> bool {
        self.gzip.is_some()
    }

    /// How far the file has been read: at a member's end, the offset behind it.
    pub(super) fn raw_offset(&self) -> u64 {
        self.raw.offset()
    }

    /// Goes on to the next gzip member. A plain file has one. What is left of the last one must be consumed.
    pub(super) fn next_member(&mut self) -> Result<Gap, StreamError> {
        let mut gap = Gap { more: false, offset: self.raw.offset(), junk: 0 };
        if !self.opened {
            self.opened = true;
            if self.raw_at_least(2)?.starts_with(&[0x1f, 0x8b]) {
                self.gzip = Some(Gzip::new());
            } else {
                gap.more = true;
                return Ok(gap);
            }
        }
        if self.gzip.is_none() {
            return Ok(gap);
        }
        loop {
            let ahead = self.raw_at_least(4)?;
            if ahead.is_empty() || is_member(ahead) {
                gap.more = !ahead.is_empty();
                break;
            }
            gap.junk += u64::from(ahead[0] != 0);
            self.raw.consume(1);
        }
        if self.gzip.as_mut().is_some_and(|gzip| std::mem::take(&mut gzip.damaged)) {
            gap.junk = 0;
        }
        if gap.more {
            self.begin_member()?;
        }
        Ok(gap)
    }

    fn begin_member(&mut self) -> Result<(), StreamError> {
        let offset = self.raw.offset();
        let flags = self.raw_at_least(4)?[3];
        if let Some(gzip) = &mut self.gzip {
            gzip.inflate.reset(false);
            gzip.crc.reset();
            (gzip.start, gzip.consumed, gzip.inside) = (offset, 0, true);
        }
        if self.skip_header(flags)? {
            return Ok(());
        }
        self.leave_damaged();
        Err(StreamError::Gzip { offset, what: "its header makes no sense" })
    }

    /// RFC 1952, section 2.3: ten bytes, then what the flags announce.
    fn skip_header(&mut self, flags: u8) -> Result<bool, StreamError> {
        let mut sound = self.skip(10)?;
        if sound && flags & 4 != 0 {
            let length = self.raw_at_least(2)?.get(..2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
            sound = self.skip(2)? && self.skip(usize::from(length.unwrap_or(0)))?;
        }
        for flag in [8, 16] {
            if sound && flags & flag != 0 {
                let text = self.raw_at_least(HEADER_TEXT)?;
                let end = text.iter().take(HEADER_TEXT).position(|byte| *byte == 0);
                sound = match end {
                    Some(end) => self.skip(end + 1)?,
                    None => false,
                };
            }
        }
        Ok(sound && (flags & 2 == 0 || self.skip(2)?))
    }

    fn skip(&mut self, count: usize) -> Result<bool, StreamError> {
        let there = self.raw_at_least(count)?.len() >= count;
        self.raw.consume(count);
        Ok(there)
    }

    fn inside(&self) -> bool {
        self.gzip.as_ref().is_some_and(|gzip| gzip.inside)
    }

    fn inflated(&self) -> &[u8] {
        self.gzip.as_ref().map_or(&[], |gzip| gzip.out.ahead())
    }

    fn inflate_more(&mut self) -> Result<(), StreamError> {
        if self.raw.len() == 0 {
            self.raw.read_more(&mut self.input)?;
        }
        let Some(gzip) = &mut self.gzip else { return Ok(()) };
        let ended = self.raw.len() == 0;
        gzip.out.make_room();
        let (before_in, before_out) = (gzip.inflate.total_in(), gzip.inflate.total_out());
        let room = &mut gzip.out.bytes[gzip.out.end..];
        let status = gzip.inflate.decompress(self.raw.ahead(), room, FlushDecompress::None);
        let taken = (gzip.inflate.total_in() - before_in) as usize;
        let given = (gzip.inflate.total_out() - before_out) as usize;
        gzip.crc.update(&gzip.out.bytes[gzip.out.end..gzip.out.end + given]);
        gzip.out.end += given;
        self.raw.consume(taken);
        let offset = gzip.start;
        match status {
            Ok(Status::StreamEnd) => self.end_member(),
            Ok(_) if ended && given == 0 => Err(StreamError::Gzip { offset, what: "it breaks off" }),
            Ok(_) => Ok(()),
            Err(_) => Err(StreamError::Gzip { offset, what: "its compressed data make no sense" }),
        }
    }

    /// Reads the checksum and the length that follow the compressed data (RFC 1952, section 2.3.1).
    fn end_member(&mut self) -> Result<(), StreamError> {
        let trailer: Option<[u8; 8]> = self.raw_at_least(8)?.get(..8).and_then(|bytes| bytes.try_into().ok());
        let Some(gzip) = &mut self.gzip else { return Ok(()) };
        let offset = gzip.start;
        gzip.inside = false;
        let Some(trailer) = trailer else {
            return Err(StreamError::Gzip { offset, what: "it breaks off" });
        };
        self.raw.consume(8);
        let [a, b, c, d, e, f, g, h] = trailer;
        let sound = u32::from_le_bytes([a, b, c, d]) == gzip.crc.sum()
            && u32::from_le_bytes([e, f, g, h]) == gzip.crc.amount();
        if sound { Ok(()) } else { Err(StreamError::Gzip { offset, what: "its checksum is wrong" }) }
    }

    /// After damage: forgets the member and goes back to just behind its first bytes if they are still at hand,
    /// because the decompressor may have run on into sound members.
    fn leave_damaged(&mut self) {
        let Some(gzip) = &mut self.gzip else { return };
        gzip.inside = false;
        gzip.damaged = true;
        gzip.out.consume(gzip.out.len());
        let behind = gzip.start + 4;
        if gzip.rewinds < REWINDS && behind >= self.raw.base && behind < self.raw.offset() {
            gzip.rewinds += 1;
            self.raw.start = (behind - self.raw.base) as usize;
        }
    }

    fn raw_at_least(&mut self, min: usize) -> Result<&[u8], StreamError> {
        while self.raw.len() < min {
            if self.raw.read_more(&mut self.input)? == 0 {
                break;
            }
        }
        Ok(self.raw.ahead())
    }
}

impl Gzip {
    fn new() -> Gzip {
        Gzip {
            inflate: Decompress::new(false),
            crc: Crc::new(),
            inside: false,
            damaged: false,
            start: 0,
            consumed: 0,
            out: Window::new(),
            rewinds: 0,
        }
    }
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> StreamError {
        StreamError::Io(error)
    }
}

impl Window {
    fn new() -> Window {
        Window { bytes: Vec::new(), start: 0, end: 0, base: 0 }
    }

    fn ahead(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    fn len(&self) -> usize {
        self.end - self.start
    }

    fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Room behind `end`: moves what is ahead to the front, and grows only if that alone fills the window.
    fn make_room(&mut self) {
        if self.end < self.bytes.len() {
            return;
        }
        self.bytes.copy_within(self.start..self.end, 0);
        self.base += self.start as u64;
        self.end -= self.start;
        self.start = 0;
        if self.end == self.bytes.len() {
            self.bytes.resize((self.bytes.len() * 2).max(WINDOW), 0);
        }
    }

    fn read_more(&mut self, input: &mut impl Read) -> io::Result<usize> {
        self.make_room();
        loop {
            match input.read(&mut self.bytes[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Deflate is the only method there is, and the upper flags must be zero.
fn is_member(bytes: &[u8]) -> bool {
    matches!(bytes, [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0)
}
