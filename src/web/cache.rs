//! Finished pages, kept compressed in a bounded memory and forgotten exactly when something they show changes.

use crate::outside::db::Topic;
use crate::time::Time;
use bytes::Bytes;
use http::{HeaderMap, header};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// Most bytes kept, all encodings together.
const MOST: usize = 64 << 20;
/// What was forgotten lately is remembered for pages that are being made meanwhile.
const REMEMBERED: usize = 256;

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
    /// In the order of [`Coding`].
    pub(super) variants: [Variant; 3],
    /// The same for every encoding: what stands within the quotation marks of their tags, before the encoding's name.
    pub(super) digest: String,
    /// The second that its `Last-Modified` names.
    pub(super) modified: Time,
    /// Somebody read it since room was last made.
    pub(super) read: AtomicBool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Coding {
    Plain,
    Gzip,
    Brotli,
}

pub(super) struct Variant {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Page {
    fn bytes(&self) -> usize {
        self.variants.iter().map(|variant| variant.body.len()).sum::<usize>() + 4096
    }

    pub(super) fn note_reading(&self) {
        // Looked at first, since all cores read this and a write would take it from them.
        if !self.read.load(Ordering::Relaxed) {
            self.read.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn variant(&self, coding: Coding) -> &Variant {
        &self.variants[coding as usize]
    }

    /// Whether who asks has it already, by `If-None-Match` and, where there is none, `If-Modified-Since`.
    pub(super) fn unchanged(&self, none_match: Option<&str>, modified_since: Option<&str>) -> bool {
        match none_match {
            Some(tags) => tags.contains(self.digest.as_str()) || tags == "*",
            None => modified_since.and_then(Time::from_http_date).is_some_and(|since| self.modified <= since),
        }
    }
}

impl Coding {
    /// The smallest that an `Accept-Encoding` welcomes.
    pub(super) fn welcomed_by(accepted: &str) -> Coding {
        match accepted {
            accepted if accepts(accepted, "br") => Coding::Brotli,
            accepted if accepts(accepted, "gzip") => Coding::Gzip,
            _ => Coding::Plain,
        }
    }
}

pub(super) fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, quality) = part.split_once(';').unwrap_or((part, ""));
        name.trim() == coding && quality.trim().trim_start_matches("q=").parse() != Ok(0.0)
    })
}

impl Variant {
    /// As they are sent: whoever has the page already is not told what it is made of.
    pub(super) fn headers(&self, unchanged: bool) -> HeaderMap {
        let mut headers = self.headers.clone();
        if unchanged {
            headers.remove(header::CONTENT_TYPE);
            headers.remove(header::CONTENT_ENCODING);
        }
        headers
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
pub(super) mod tests {
    use super::*;

    pub(in crate::web) fn page(topic: &str, bytes: usize) -> Arc<Page> {
        let variant = |bytes| Variant { headers: HeaderMap::new(), body: vec![0; bytes].into() };
        Arc::new(Page {
            topics: vec![Topic(topic.into())],
            variants: [variant(bytes), variant(0), variant(0)],
            digest: String::new(),
            modified: Time(0),
            read: AtomicBool::new(false),
        })
    }

    pub(in crate::web) fn changed(pages: &Pages, topic: &str) {
        pages.forget(&[Topic(topic.into())]);
    }

    #[test]
    fn a_coding_is_used_where_it_is_welcome() {
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip;q=1.0, br ; q=0.0", Coding::Gzip),
            ("gzip;q=0", Coding::Plain),
            ("gzip;q=0.5", Coding::Gzip),
            ("", Coding::Plain),
            ("xgzip", Coding::Plain),
        ] {
            assert_eq!(Coding::welcomed_by(accepted), coding, "{accepted:?}");
        }
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
