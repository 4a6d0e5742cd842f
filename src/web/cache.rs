//! Finished pages, kept compressed in a bounded memory and forgotten exactly when something they show changes.

use crate::outside::db::Topic;
use crate::time::Time;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// Most bytes kept, all encodings together.
const MOST: usize = 64 << 20;
/// What was forgotten lately is remembered for pages that are being made meanwhile.
const REMEMBERED: usize = 256;
/// Most bytes that one thread has at hand beside.
const MOST_AT_HAND: usize = 8 << 20;

#[derive(Default)]
pub struct Pages {
    kept: RwLock<Kept>,
    /// Counts what was forgotten since the start; written only while `kept` is held for writing.
    moment: AtomicU64,
}

#[derive(Default)]
struct Kept {
    pages: HashMap<Box<str>, Arc<Page>>,
    bytes: usize,
    /// What was forgotten last, newest at the end.
    forgotten: VecDeque<Vec<Topic>>,
}

pub(super) struct Page {
    pub(super) topics: Vec<Topic>,
    pub(super) plain: Variant,
    pub(super) gzip: Variant,
    pub(super) brotli: Variant,
    /// The same for every encoding: what stands within the quotation marks of their tags, before the encoding's name.
    pub(super) digest: String,
    /// The second that its `Last-Modified` names.
    pub(super) modified: Time,
    /// Somebody read it since room was last made.
    pub(super) read: AtomicBool,
}

pub(super) struct Variant {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Page {
    fn bytes(&self) -> usize {
        self.plain.body.len() + self.gzip.body.len() + self.brotli.body.len() + 4096
    }

    fn note_reading(&self) {
        // Looked at first, since all cores read this and a write would take it from them.
        if !self.read.load(Ordering::Relaxed) {
            self.read.store(true, Ordering::Relaxed);
        }
    }

    fn copied(&self) -> Page {
        Page {
            topics: self.topics.clone(),
            plain: self.plain.copied(),
            gzip: self.gzip.copied(),
            brotli: self.brotli.copied(),
            digest: self.digest.clone(),
            modified: self.modified,
            read: AtomicBool::new(true),
        }
    }
}

impl Variant {
    fn copied(&self) -> Variant {
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_ref()).expect("it was a name");
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("it was a value"));
        }
        Variant { headers, body: Bytes::copy_from_slice(&self.body) }
    }
}

/// Pages that one thread has at hand, in copies of its own. What threads share is counted whenever it is lent, and cores
/// that count in one place wait for each other: with nothing shared, a kept page costs a tenth less.
#[derive(Default)]
pub(super) struct AtHand {
    pages: HashMap<Box<str>, (Page, Arc<Page>)>,
    bytes: usize,
    moment: u64,
}

impl AtHand {
    pub(super) fn get(&mut self, all: &Pages, address: &str) -> Option<&Page> {
        // Asked before the page is looked for: whatever is forgotten from here on is noticed the next time.
        let moment = all.moment();
        if moment != self.moment || self.bytes > MOST_AT_HAND {
            *self = AtHand { moment, ..AtHand::default() };
        }
        if !self.pages.contains_key(address) {
            let page = all.get(address)?;
            self.bytes += page.bytes();
            self.pages.insert(address.into(), (page.copied(), page));
        }
        let (page, shared) = &self.pages[address];
        shared.note_reading();
        Some(page)
    }
}

impl Pages {
    /// Forgets every page that shows one of these.
    pub fn forget(&self, topics: &[Topic]) {
        let topics: Vec<_> = topics.iter().filter(|t| **t != Topic::jobs()).cloned().collect();
        if topics.is_empty() {
            return;
        }
        let mut kept = self.kept.write().expect("no panic while held");
        kept.drop_unless(|page| !shows(page, &topics));
        self.moment.fetch_add(1, Ordering::SeqCst);
        kept.forgotten.push_back(topics);
        if kept.forgotten.len() > REMEMBERED {
            kept.forgotten.pop_front();
        }
    }

    /// How many pages are kept, and their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        let kept = self.kept.read().expect("no panic while held");
        (kept.pages.len(), kept.bytes)
    }

    pub(super) fn get(&self, address: &str) -> Option<Arc<Page>> {
        let page = self.kept.read().expect("no panic while held").pages.get(address)?.clone();
        page.note_reading();
        Some(page)
    }

    /// To be asked before a page is made, and handed to [`Pages::keep`] after.
    pub(super) fn moment(&self) -> u64 {
        self.moment.load(Ordering::SeqCst)
    }

    /// Keeps a page, unless something it shows changed while it was made.
    pub(super) fn keep(&self, address: &str, page: Arc<Page>, moment: u64) {
        let mut kept = self.kept.write().expect("no panic while held");
        let since = (self.moment() - moment) as usize;
        let stale = || kept.forgotten.iter().rev().take(since).any(|topics| shows(&page, topics));
        if since > kept.forgotten.len() || stale() || page.bytes() > MOST / 8 {
            return;
        }
        kept.make_room(page.bytes());
        kept.bytes += page.bytes();
        if let Some(old) = kept.pages.insert(address.into(), page) {
            kept.bytes -= old.bytes();
        }
    }
}

fn shows(page: &Page, topics: &[Topic]) -> bool {
    topics.iter().any(|topic| *topic == Topic::site() || page.topics.contains(topic))
}

impl Kept {
    /// A quarter goes at once: first what nobody read since the last time, so that a crowd of addresses asked for once
    /// does not drive out what everybody reads.
    fn make_room(&mut self, bytes: usize) {
        if self.bytes + bytes <= MOST {
            return;
        }
        for spare_the_read in [true, false] {
            let mut gone = 0;
            let excess = (self.bytes + bytes).saturating_sub(MOST / 4 * 3);
            self.drop_unless(|page| {
                let stays = gone >= excess || (page.read.swap(false, Ordering::Relaxed) && spare_the_read);
                gone += if stays { 0 } else { page.bytes() };
                stays
            });
        }
    }

    fn drop_unless(&mut self, mut stays: impl FnMut(&Page) -> bool) {
        let bytes = &mut self.bytes;
        self.pages.retain(|_, page| {
            let stays = stays(page);
            *bytes -= if stays { 0 } else { page.bytes() };
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(topic: &str, bytes: usize) -> Arc<Page> {
        let variant = |bytes| Variant { headers: HeaderMap::new(), body: vec![0; bytes].into() };
        Arc::new(Page {
            topics: vec![Topic(topic.into())],
            plain: variant(bytes),
            gzip: variant(0),
            brotli: variant(0),
            digest: String::new(),
            modified: Time(0),
            read: AtomicBool::new(false),
        })
    }

    fn changed(pages: &Pages, topic: &str) {
        pages.forget(&[Topic(topic.into())]);
    }

    #[test]
    fn a_page_is_forgotten_when_something_it_shows_changes() {
        let pages = Pages::default();
        pages.keep("/tides", page("post:1", 10), pages.moment());
        changed(&pages, "post:2");
        changed(&pages, "jobs");
        assert!(pages.get("/tides").is_some());
        changed(&pages, "post:1");
        assert!(pages.get("/tides").is_none());
        pages.keep("/tides", page("post:1", 10), pages.moment());
        changed(&pages, "site");
        assert_eq!(pages.size(), (0, 0));
    }

    #[test]
    fn a_page_made_of_what_has_changed_since_is_not_kept() {
        let pages = Pages::default();
        let before = pages.moment();
        changed(&pages, "post:1");
        pages.keep("/tides", page("post:1", 10), before);
        assert!(pages.get("/tides").is_none());
        pages.keep("/trams", page("post:2", 10), before);
        assert!(pages.get("/trams").is_some(), "what changed is nothing it shows");
        (0..=REMEMBERED).for_each(|n| changed(&pages, &format!("post:{}", n + 10)));
        pages.keep("/lamps", page("post:3", 10), before);
        assert!(pages.get("/lamps").is_none(), "nobody remembers what changed since then");
    }

    #[test]
    fn a_crowd_of_addresses_does_not_drive_out_what_is_read() {
        let pages = Pages::default();
        let big = MOST / 20;
        pages.keep("/tides", page("post:1", big), pages.moment());
        for n in 0..200 {
            pages.keep(&format!("/?{n}"), page("home", big), pages.moment());
            assert!(pages.get("/tides").is_some(), "gone after {n}");
            assert!(pages.size().1 <= MOST);
        }
        assert!(pages.size().1 > MOST / 2, "room is not made by throwing everything away");
    }

    #[test]
    fn what_is_at_hand_is_forgotten_with_the_rest() {
        let (pages, mut hand) = (Pages::default(), AtHand::default());
        assert!(hand.get(&pages, "/tides").is_none());
        pages.keep("/tides", page("post:1", 10), pages.moment());
        assert!(hand.get(&pages, "/tides").is_some());
        changed(&pages, "post:1");
        assert!(hand.get(&pages, "/tides").is_none());

        for address in ["/charts", "/maps", "/plans"] {
            pages.keep(address, page("post:2", MOST_AT_HAND / 4 * 3), pages.moment());
            assert!(hand.get(&pages, address).is_some());
            assert!(hand.bytes < 2 * MOST_AT_HAND, "no more than one page beyond the bound");
        }
        assert!(hand.pages.len() < 3 && hand.pages.contains_key("/plans"));
    }

    #[test]
    fn room_is_made_even_where_everything_is_read() {
        let pages = Pages::default();
        for n in 0..100 {
            let address = format!("/{n}");
            pages.keep(&address, page("home", MOST / 10), pages.moment());
            assert!(pages.get(&address).is_some());
            assert!(pages.size().1 <= MOST);
        }
    }
}
