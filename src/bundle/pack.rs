//! Writes a bundle from its first byte to its last, on a thread that may block. Of a copy it holds a record at a time; of all copies
//! their places in the index.

use super::page::{Facts, file_name};
use super::plan::{For, Plan, Subject, is_there};
use super::vouch::{self, Hand, Vouched};
use crate::app::App;
use crate::id::{CaptureId, StampId};
use crate::outside::db::{Tx, record, sql};
use crate::outside::files::{Files, Reading};
use crate::source::Capture;
use crate::source::stamp::{self, Stamped};
use crate::time::Time;
use crate::{Error, Result, error::Context};
use bytes::Bytes;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{Read, Write};
use tokio::runtime::Handle;
use wacz::package::{self, About, PackageError, Page, StreamWriter};
use wacz::sign::SignedData;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Wacz,
    /// The copies' files one after the other.
    Warc,
}

/// What was written.
#[derive(Debug, Default, serde::Serialize)]
pub struct Packed {
    pub copies: usize,
    /// Payloads that copies refer to, held by others.
    pub held: usize,
    pub stamped: usize,
    /// Base64 of the key that signed, or the domain.
    pub signed_by: String,
    #[serde(skip)]
    signature: Option<SignedData>,
}

/// Words of a page that come along, for searching.
const TEXT: i64 = 200_000;
/// Of all pages together: lists of pages are read whole.
const TEXTS: usize = 32 << 20;
const STAMPS: &str = "stamps";

/// Writes all of it; `told` hears of each copy.
pub fn pack(
    app: &App,
    plan: &Plan,
    form: Form,
    out: impl Write,
    told: &mut dyn FnMut(usize),
) -> Result<Packed> {
    let hand = match plan.audience {
        For::Readers => Handle::current().block_on(vouch::standing(app, plan))?,
        For::Desk => Hand::Asking,
    };
    by_hand(app, plan, form, hand, out, told)
}

/// The job: the domain vouches for what readers get, which is made once for that and sent nowhere.
pub async fn vouch_for(app: &App, subject: &str) -> Result<()> {
    let Some(asked) = Subject::parse(subject).filter(|_| app.config.domain.is_some()) else { return Ok(()) };
    let now = app.now();
    let plan = match app.db.read(move |tx| Plan::of(tx, asked, For::Readers, now)).await {
        Err(Error::NotFound) => return Ok(()),
        plan => plan?,
    };
    if plan.captures.is_empty() {
        return Ok(());
    }
    let (packing, state) = (app.clone(), plan.state());
    let packed = tokio::task::spawn_blocking(move || {
        by_hand(&packing, &plan, Form::Wacz, Hand::Domain, std::io::sink(), &mut |_| ())
    });
    let signed = packed.await.internal("packing panicked")??.signature;
    let signed = signed.ok_or_else(|| Error::Internal("a package without a signature".into()))?;
    let vouched_at = Time::parse(&signed.created)?;
    let signed_data = serde_json::to_string(&signed).internal("a signature cannot be written down")?;
    let (vouched, subject) =
        (Vouched { state, manifest: signed.hash, signed_data, vouched_at }, subject.to_owned());
    app.db.write(move |tx| vouched.note(tx, &subject)).await
}

fn by_hand(
    app: &App,
    plan: &Plan,
    form: Form,
    hand: Hand,
    out: impl Write,
    told: &mut dyn FnMut(usize),
) -> Result<Packed> {
    let packing = Packing {
        app,
        plan,
        among: plan.captures.iter().copied().collect(),
        held: BTreeMap::new(),
        stamps: BTreeSet::new(),
        created: hand.moment(app.now()).whole_second(),
        hand,
        ways: BTreeMap::new(),
        packed: Packed::default(),
    };
    match form {
        Form::Wacz => packing.wacz(out, told),
        Form::Warc => packing.warc(out, told),
    }
}

struct Packing<'a> {
    app: &'a App,
    plan: &'a Plan,
    among: HashSet<CaptureId>,
    /// Records that copies refer to and that stand in files of others: place and length, by the copy whose file it is.
    held: BTreeMap<CaptureId, BTreeSet<(i64, i64)>>,
    stamps: BTreeSet<StampId>,
    created: Time,
    hand: Hand,
    /// How many copies came which way.
    ways: BTreeMap<&'static str, usize>,
    packed: Packed,
}

record! {
    struct Held {
        held_by: CaptureId,
        held_place: i64,
        held_length: i64,
    }
}

impl<'a> Packing<'a> {
    fn warc(mut self, mut out: impl Write, told: &mut dyn FnMut(usize)) -> Result<Packed> {
        let plan = self.plan;
        let unwritten = "The bundle could not be written";
        for &id in &plan.captures {
            let Some(copy) = self.copy(id)? else { continue };
            std::io::copy(&mut self.file(&copy)?, &mut out).outside(unwritten)?;
            told(self.packed.copies);
        }
        for (holder, places) in std::mem::take(&mut self.held) {
            let (_, mut records) = self.held(holder, places)?;
            std::io::copy(&mut records, &mut out).outside(unwritten)?;
        }
        out.flush().outside(unwritten)?;
        Ok(self.packed)
    }

    fn wacz(mut self, out: impl Write, told: &mut dyn FnMut(usize)) -> Result<Packed> {
        let plan = self.plan;
        let mut writer = package::Writer::streaming(out);
        for &id in &plan.captures {
            let Some(copy) = self.copy(id)? else { continue };
            writer.add_warc(&file_name(&copy), self.file(&copy)?).map_err(unwritten)?;
            told(self.packed.copies);
        }
        for (holder, places) in std::mem::take(&mut self.held) {
            let (name, records) = self.held(holder, places)?;
            writer.add_warc(&format!("held-{name}"), records).map_err(unwritten)?;
        }
        self.add_stamps(&mut writer)?;
        let about = self.about()?;
        let failed = RefCell::new(None);
        let mut room = TEXTS;
        let pages = plan.captures.iter().map_while(|&id| match self.page(id, &mut room) {
            Ok(page) => Some(page),
            Err(error) => {
                *failed.borrow_mut() = Some(error);
                None
            }
        });
        let closed = writer.close(&about, pages.flatten()).map_err(unwritten)?;
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        let signing = vouch::sign(self.app, plan, closed.digest(), self.created, &self.hand);
        let signed = Handle::current().block_on(signing)?;
        self.packed.signed_by = signed.domain.clone().or(signed.public_key.clone()).unwrap_or_default();
        self.packed.signature = Some(signed.clone());
        let mut out = closed.finish(Some(signed.into_json())).map_err(unwritten)?;
        out.flush().outside("The bundle could not be written")?;
        Ok(self.packed)
    }

    /// A copy that goes in, and what it refers to; none if it was taken away since the plan was made.
    fn copy(&mut self, id: CaptureId) -> Result<Option<Capture>> {
        let (copy, refers_to, stamped) =
            self.read(move |tx| Ok((Capture::find(tx, id)?, held_by_others(tx, id)?, Stamped::of(tx, id)?)))?;
        if !is_there(&copy) {
            self.among.remove(&id);
            return Ok(None);
        }
        for held in refers_to.into_iter().filter(|held| !self.among.contains(&held.held_by)) {
            self.held.entry(held.held_by).or_default().insert((held.held_place, held.held_length));
        }
        self.stamps.extend(stamped.map(|stamped| stamped.stamp_id));
        *self.ways.entry(copy.provenance.as_str()).or_default() += 1;
        self.packed.copies += 1;
        Ok(Some(copy))
    }

    fn file(&self, copy: &Capture) -> Result<Reading> {
        let key = &copy.warc_file;
        self.app.files.reader(key).map_err(|error| match error {
            Error::NotFound => Error::Outside(format!(
                "The file {key} of a copy is not there; `ibid doctor` tells which are missing."
            )),
            error => error,
        })
    }

    /// Single records of another copy's file, and what that file is called. The rest of it is nobody's affair here.
    fn held(&mut self, holder: CaptureId, places: BTreeSet<(i64, i64)>) -> Result<(String, Records)> {
        let holder = self.read(move |tx| Capture::find(tx, holder))?;
        self.packed.held += places.len();
        let (files, key) = (self.app.files.clone(), holder.warc_file.clone());
        Ok((file_name(&holder), Records { files, key, places: places.into_iter(), piece: Bytes::new() }))
    }

    /// `stamps/captures.jsonl`, a line a copy, and each stamp as its authority sent it.
    fn add_stamps<W: Write>(&mut self, writer: &mut package::Writer<StreamWriter<W>>) -> Result<()> {
        if self.stamps.is_empty() {
            return Ok(());
        }
        let lines = self.plan.captures.iter().filter_map(|&id| self.proof(id).transpose());
        let mut proofs = Lines { lines, line: Vec::new(), read: 0, count: 0 };
        writer.add_file(&format!("{STAMPS}/captures.jsonl"), &mut proofs).map_err(unwritten)?;
        self.packed.stamped = proofs.count;
        for &id in &self.stamps {
            let reply = self.read(move |tx| stamp::reply(tx, id))?;
            writer.add_file(&stamp_file(id), &reply[..]).map_err(unwritten)?;
        }
        Ok(())
    }

    fn proof(&self, id: CaptureId) -> Result<Option<String>> {
        let (copy, stamped) = self.read(move |tx| Ok((Capture::find(tx, id)?, Stamped::of(tx, id)?)))?;
        let Some(stamped) = stamped.filter(|_| self.among.contains(&id)) else { return Ok(None) };
        // One that was stamped since its file went in stands in the next bundle.
        if !self.stamps.contains(&stamped.stamp_id) {
            return Ok(None);
        }
        let stamp = stamp_file(stamped.stamp_id);
        let proof = stamped.proof(&copy, format!("archive/{}", file_name(&copy)), stamp);
        serde_json::to_string(&proof).internal("a proof cannot be written down").map(Some)
    }

    fn page(&self, id: CaptureId, room: &mut usize) -> Result<Option<Page>> {
        if !self.among.contains(&id) {
            return Ok(None);
        }
        let facts = self.read(move |tx| Facts::of(tx, id))?;
        let copy = &facts.copy;
        let Some((url, at)) = &facts.page else { return Ok(None) };
        let mut page = Page::new(url.as_str(), vouch::timestamp(*at));
        page.id = Some(format!("copy-{}", copy.capture_id));
        page.title = Some(facts.title());
        page.size = u64::try_from(copy.warc_bytes).ok();
        page.other = facts.provenance(self.app);
        if !copy.text_file.is_empty() && (1..TEXT).contains(&copy.text_chars) && *room > 0 {
            let text = Handle::current().block_on(self.app.files.get(&copy.text_file))?;
            if text.len() <= *room {
                *room -= text.len();
                page.text = Some(String::from_utf8_lossy(&text).into_owned());
            }
        }
        Ok(Some(page))
    }

    fn about(&self) -> Result<About> {
        let plan = self.plan;
        let main = match plan.main.filter(|main| self.among.contains(main)) {
            Some(main) => self.read(move |tx| Facts::of(tx, main))?.page,
            None => None,
        };
        let counted = |(way, count): (&&'static str, &usize)| format!("{count} {}", way.replace('_', " "));
        let ways: Vec<String> = self.ways.iter().map(counted).collect();
        let about = self.app.url(&plan.about);
        let mut description = format!(
            "{}: what {about} rests on, kept by {} as it answered then. Copies by how they came: {}. \
             `pages/pages.jsonl` tells of each.",
            plan.title,
            plan.publication,
            ways.join(", ")
        );
        if !self.stamps.is_empty() {
            description +=
                " `stamps/captures.jsonl` leads from the digest of each file to a time-stamp (RFC 3161).";
        }
        Ok(About {
            title: Some(plan.title.clone()),
            description: Some(description),
            software: Some(vouch::software()),
            created: Some(vouch::timestamp(self.created)),
            main_page: main.map(|(url, at)| (url, vouch::timestamp(at))),
        })
    }

    fn read<T: Send + 'static>(&self, unit: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        Handle::current().block_on(self.app.db.read(unit))
    }
}

fn stamp_file(id: StampId) -> String {
    format!("{STAMPS}/{id}.tsr")
}

fn held_by_others(tx: &mut Tx, id: CaptureId) -> Result<Vec<Held>> {
    tx.all(
        sql!(
            "-- bundle::held_by_others
            select distinct held_by, held_place, held_length from capture_record
            where capture_id = ?1 and held_by <> ?1"
        ),
        (id,),
    )
}

/// Records of a file, one after the other.
struct Records {
    files: Files,
    key: String,
    places: std::collections::btree_set::IntoIter<(i64, i64)>,
    piece: Bytes,
}

impl Read for Records {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() {
            let Some((place, length)) = self.places.next() else { return Ok(0) };
            let range = self.files.get_range(&self.key, place as u64, length as u64);
            self.piece = Handle::current().block_on(range).map_err(std::io::Error::other)?;
        }
        let count = self.piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}

/// Lines that are made when they are read.
struct Lines<L> {
    lines: L,
    line: Vec<u8>,
    read: usize,
    count: usize,
}

impl<L: Iterator<Item = Result<String>>> Read for Lines<L> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.read == self.line.len() {
            let Some(line) = self.lines.next() else { return Ok(0) };
            self.line = (line.map_err(std::io::Error::other)? + "\n").into_bytes();
            (self.read, self.count) = (0, self.count + 1);
        }
        let count = (self.line.len() - self.read).min(buffer.len());
        buffer[..count].copy_from_slice(&self.line[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

fn unwritten(error: PackageError) -> Error {
    Error::Outside(format!("The bundle could not be written: {error}"))
}
