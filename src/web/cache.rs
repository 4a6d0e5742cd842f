//! Finished pages, kept compressed in a bounded memory and forgotten exactly when something they show changes.

use crate::outside::db::Topic;
use bytes::Bytes;
use http::HeaderMap;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

/// Most bytes kept, all encodings together.
const MOST: usize = 64 << 20;

#[derive(Default)]
pub struct Pages {
    kept: RwLock<Kept>,
    /// Counts what was forgotten: a page whose making began before is too old to keep.
    forgotten: AtomicU64,
}

#[derive(Default)]
struct Kept {
    pages: HashMap<Box<str>, Arc<Page>>,
    bytes: usize,
}

pub(super) struct Page {
    pub(super) topics: Vec<Topic>,
    pub(super) plain: Variant,
    pub(super) gzip: Variant,
    pub(super) brotli: Variant,
    pub(super) etag: String,
}

pub(super) struct Variant {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Page {
    fn bytes(&self) -> usize {
        self.plain.body.len() + self.gzip.body.len() + self.brotli.body.len() + 2048
    }
}

impl Pages {
    /// Forgets every page that shows one of these.
    pub fn forget(&self, topics: &[Topic]) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        let mut kept = self.kept.write().expect("no panic while held");
        if topics.contains(&Topic::site()) {
            *kept = Kept::default();
            return;
        }
        let shows = |page: &Page| page.topics.iter().any(|t| topics.contains(t));
        let Kept { pages, bytes } = &mut *kept;
        pages.retain(|_, page| {
            let stays = !shows(page);
            if !stays {
                *bytes -= page.bytes();
            }
            stays
        });
    }

    /// How many pages are kept, and their bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        let kept = self.kept.read().expect("no panic while held");
        (kept.pages.len(), kept.bytes)
    }

    pub(super) fn get(&self, address: &str) -> Option<Arc<Page>> {
        self.kept.read().expect("no panic while held").pages.get(address).cloned()
    }

    /// To be asked before a page is made, and handed to [`Pages::keep`] after.
    pub(super) fn moment(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    pub(super) fn keep(&self, address: &str, page: Arc<Page>, moment: u64) {
        let mut kept = self.kept.write().expect("no panic while held");
        if self.moment() != moment {
            return;
        }
        if kept.bytes + page.bytes() > MOST {
            *kept = Kept::default();
        }
        kept.bytes += page.bytes();
        if let Some(old) = kept.pages.insert(address.into(), page) {
            kept.bytes -= old.bytes();
        }
    }
}
