//! Words to numbers, so that comparing two words is comparing two numbers.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// Stands for a word that the text does not have.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// An open-addressing table keyed per process, so that no text can be made to collide.
pub(crate) struct Vocabulary {
    slots: Vec<u32>,
    entries: Vec<Entry>,
    arena: Vec<u8>,
    key: u64,
}

struct Entry {
    /// The first eight bytes, so that most comparisons need no second look.
    head: u64,
    hash: u32,
    start: u32,
    length: u32,
    count: u32,
}

impl Vocabulary {
    pub(crate) fn new() -> Vocabulary {
        Vocabulary { slots: vec![UNKNOWN; 1024], entries: Vec::new(), arena: Vec::new(), key: key() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The number of `word`, counted once more.
    pub(crate) fn add(&mut self, word: &[u8]) -> u32 {
        let (head, hash) = self.hash(word);
        let slot = self.slot(word, head, hash);
        let id = self.slots[slot];
        if id != UNKNOWN {
            self.entries[id as usize].count += 1;
            return id;
        }
        let id = self.entries.len() as u32;
        self.slots[slot] = id;
        let start = self.arena.len() as u32;
        self.arena.extend_from_slice(word);
        self.entries.push(Entry { head, hash: hash as u32, start, length: word.len() as u32, count: 1 });
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        id
    }

    pub(crate) fn get(&self, word: &[u8]) -> u32 {
        let (head, hash) = self.hash(word);
        self.slots[self.slot(word, head, hash)]
    }

    pub(crate) fn counts(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().map(|entry| entry.count)
    }

    pub(crate) fn word(&self, id: u32) -> &str {
        let entry = &self.entries[id as usize];
        std::str::from_utf8(self.bytes(entry)).unwrap_or("")
    }

    fn bytes(&self, entry: &Entry) -> &[u8] {
        &self.arena[entry.start as usize..(entry.start + entry.length) as usize]
    }

    /// The slot that holds `word`, or the free one where it belongs.
    fn slot(&self, word: &[u8], head: u64, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let id = self.slots[slot];
            if id == UNKNOWN {
                return slot;
            }
            let entry = &self.entries[id as usize];
            if entry.head == head
                && entry.length as usize == word.len()
                && (word.len() <= 8 || self.bytes(entry) == word)
            {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots = vec![UNKNOWN; mask + 1];
        for (id, entry) in self.entries.iter().enumerate() {
            let mut slot = entry.hash as usize & mask;
            while self.slots[slot] != UNKNOWN {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = id as u32;
        }
    }

    fn hash(&self, word: &[u8]) -> (u64, u64) {
        let head = read(word);
        let mut hash = fold(head ^ self.key, 0x9E37_79B9_7F4A_7C15 ^ word.len() as u64);
        let mut rest = word.get(8..).unwrap_or(&[]);
        while !rest.is_empty() {
            hash = fold(hash ^ read(rest), self.key | 1);
            rest = rest.get(8..).unwrap_or(&[]);
        }
        // Only the low half is kept in the table, so growing past that many slots is never needed.
        (head, hash & 0xFFFF_FFFF)
    }
}

fn read(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk::<8>() {
        return u64::from_le_bytes(*eight);
    }
    // Of fewer, what together with the length tells them apart.
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    match bytes {
        [] => 0,
        bytes => {
            let byte = |at: usize| u64::from(bytes[at]);
            byte(0) | byte(bytes.len() / 2) << 8 | byte(bytes.len() - 1) << 16
        }
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

fn key() -> u64 {
    static KEY: OnceLock<u64> = OnceLock::new();
    *KEY.get_or_init(|| RandomState::new().hash_one(0x51))
}
