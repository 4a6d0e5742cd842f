//! Writing the index: at once beside what it indexes, later into the lists.

use super::Mark;
use super::block::{self, Posting};
use super::words::Words;
use crate::app::compute;
use crate::id::PostId;
use crate::outside::db::{Db, Tx, record, sql, words};
use crate::outside::queue::{self, Job};
use crate::time::{MINUTE, SECOND, Time};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// How long what was published waits for others to be settled with: a term's block is written once for all of them.
const WAIT: i64 = 5 * SECOND;
/// Most posts settled together, and most terms in one unit: it holds the writer for some milliseconds.
const TOGETHER: usize = 1000;
const TERMS: usize = 40;
/// So many units share a commit.
const UNITS: usize = 3;
/// So many batches are one job's work; what is left then is another's.
const BATCHES: usize = 4;

words! {
    pub enum State {
        /// In no list yet, or not in all.
        New "new",
        Settled "settled",
        /// Still in lists, and not to be found.
        Gone "gone",
    }
}

record! {
    /// A post at its place, without its words.
    struct Placed {
        wanted: i64,
        marks: String,
    }
}

record! {
    struct Unsettled {
        place: i64,
        state: State,
        marks: String,
        words: Vec<u8>,
    }
}

record! {
    /// A block as it stands.
    struct Written {
        first: i64,
        docs: Vec<u8>,
        spots: Vec<u8>,
    }
}

/// Keeps the words of a post until readers may see it.
pub fn analysed(tx: &mut Tx, id: PostId, words: &Words) -> Result<()> {
    tx.run(
        sql!(
            "-- search::analysed
            insert into analysed (post_id, words) values (?1, ?2)
            on conflict (post_id) do update set words = excluded.words"
        ),
        (id, words.written(true)),
    )?;
    Ok(())
}

/// Drops what was kept of words that are no longer in force.
pub fn forget(tx: &mut Tx, id: PostId) -> Result<()> {
    tx.run(
        sql!(
            "-- search::forget
            delete from analysed where post_id = ?1"
        ),
        (id,),
    )?;
    Ok(())
}

/// Lets a post be found from now on, with the words it has now. `read` gives them where none were analysed beforehand.
pub fn put(
    tx: &mut Tx,
    id: PostId,
    at: Time,
    marks: &[Mark],
    now: Time,
    read: impl FnOnce(&mut Tx) -> Result<Words>,
) -> Result<()> {
    let marks = marks.iter().map(Mark::to_string).collect::<Vec<_>>().join("\n");
    let minute = at.0.div_euclid(MINUTE);
    let words = taken(tx, id)?;
    let placed = placed(tx, id)?;
    let same = |p: &Placed| p.marks.starts_with(&format!("{marks}\n")) && p.wanted == minute;
    let words = match words {
        None if placed.iter().any(same) => return Ok(()),
        Some(words) => words,
        None => read(tx)?,
    };
    let marks = format!("{marks}\n{}", Mark::Language(words.language.clone()));
    take_out(tx, id, now)?;
    let written = words.written(true);
    for step in steps(id) {
        let done = tx.run(
            sql!(
                "-- search::put
                insert into searchable (place, wanted, post_id, state, marks, words)
                values (?1, ?2, ?3, 'new', ?4, ?5)
                on conflict (place) do nothing"
            ),
            (minute + step, minute, id, &marks, written.as_slice()),
        )?;
        if done == 1 {
            return queue::push(tx, &Job::SettleSearch, now.plus(WAIT));
        }
    }
    Err(Error::Internal("a post finds no place among the posts of its minute".into()))
}

/// How far from its minute a post looks for a free place, one try after another. A minute that is taken leaves the next ones; a whole
/// archive may name one minute, so further on it looks here and there in a stretch that doubles with every second try: however many
/// are there, it is seldom long in coming and never far away.
fn steps(id: PostId) -> impl Iterator<Item = i64> {
    const NEXT: u64 = 8;
    (0..120).map(move |n| match n {
        n if n < NEXT => n as i64,
        n => (NEXT + scattered(id.0 as u64 ^ (n << 48)) % (NEXT << ((n - NEXT) / 2)).min(1 << 40)) as i64,
    })
}

/// The last step of SplitMix64 (Steele, Lea and Flood, 2014): near numbers come out far apart.
fn scattered(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Nobody finds the post from now on.
pub fn take_out(tx: &mut Tx, id: PostId, now: Time) -> Result<()> {
    let touched = tx.run(
        sql!(
            "-- search::take_out
            update searchable set state = 'gone' where post_id = ?1 and state <> 'gone'"
        ),
        (id,),
    )?;
    match touched {
        0 => Ok(()),
        _ => queue::push(tx, &Job::SettleSearch, now.plus(WAIT)),
    }
}

fn taken(tx: &mut Tx, id: PostId) -> Result<Option<Words>> {
    let found: Option<(Vec<u8>,)> = tx.first(
        sql!(
            "-- search::taken
            delete from analysed where post_id = ?1 returning words"
        ),
        (id,),
    )?;
    found.map(|(bytes,)| read(&bytes)).transpose()
}

fn placed(tx: &mut Tx, id: PostId) -> Result<Option<Placed>> {
    tx.first(
        sql!(
            "-- search::placed
            select wanted, marks from searchable where post_id = ?1 and state <> 'gone'"
        ),
        (id,),
    )
}

pub(super) fn read(bytes: &[u8]) -> Result<Words> {
    Words::read(bytes).ok_or_else(|| Error::Internal("the words of a post cannot be read".into()))
}

/// What becomes of one list: postings that come, and places that go.
type Changes = BTreeMap<String, Vec<(i64, Option<Posting>)>>;

/// Brings the lists in line with what was published and taken back since.
pub async fn settle(db: &Db, now: Time) -> Result<()> {
    for _ in 0..BATCHES {
        let batch = db.read(unsettled_batch).await?;
        if batch.is_empty() {
            return Ok(());
        }
        let places: Vec<(i64, State)> = batch.iter().map(|post| (post.place, post.state)).collect();
        let (changes, trimmed) = compute(move || changes(batch)).await??;
        let mut changes = changes.into_iter();
        in_units(|| {
            let some: Vec<_> = changes.by_ref().take(TERMS).collect();
            let apply = |tx: &mut Tx, (term, changes): (String, _)| apply(tx, &term, changes);
            (!some.is_empty())
                .then(|| db.write(move |tx| some.into_iter().try_for_each(|list| apply(tx, list))))
        })
        .await?;
        let mut settled = places.into_iter().zip(trimmed);
        in_units(|| {
            let some: Vec<_> = settled.by_ref().take(TERMS).collect();
            let settle = |tx: &mut Tx, ((place, state), terms)| settled_one(tx, place, state, terms);
            (!some.is_empty())
                .then(|| db.write(move |tx| some.into_iter().try_for_each(|post| settle(tx, post))))
        })
        .await?;
    }
    db.write(move |tx| queue::push(tx, &Job::SettleSearch, now)).await
}

/// Runs units while there are any, a few at a time.
async fn in_units<F: Future<Output = Result<()>>>(mut next: impl FnMut() -> Option<F>) -> Result<()> {
    loop {
        let some: Vec<F> = std::iter::from_fn(&mut next).take(UNITS).collect();
        if some.is_empty() {
            return Ok(());
        }
        futures_util::future::try_join_all(some).await?;
    }
}

fn unsettled_batch(tx: &mut Tx) -> Result<Vec<Unsettled>> {
    tx.all(
        sql!(
            "-- search::unsettled_batch
            select place, state, marks, words from searchable where state <> 'settled'
            order by place limit ?1"
        ),
        (TOGETHER,),
    )
}

/// And what is kept of each post's words once they stand in the lists: by which terms to find them there again.
fn changes(batch: Vec<Unsettled>) -> Result<(Changes, Vec<Vec<u8>>)> {
    let (mut changes, mut trimmed) = (Changes::new(), Vec::new());
    for Unsettled { place, state, marks, words } in batch {
        let words = read(&words)?;
        trimmed.push(words.written(false));
        let marks = marks.lines().map(|mark| (mark.to_owned(), 0, Vec::new()));
        let terms = words.entries.into_iter().map(|entry| (entry.term, entry.weight, entry.spots));
        for (term, weight, spots) in terms.chain(marks) {
            let posting = (state == State::New).then_some(Posting { place, weight, spots });
            changes.entry(term).or_default().push((place, posting));
        }
    }
    Ok((changes, trimmed))
}

/// Whatever happened to it meanwhile stays to be done.
fn settled_one(tx: &mut Tx, place: i64, state: State, terms: Vec<u8>) -> Result<()> {
    match state {
        State::Gone => tx.run(
            sql!(
                "-- search::settled_one, gone
                delete from searchable where place = ?1 and state = 'gone'"
            ),
            (place,),
        )?,
        _ => tx.run(
            sql!(
                "-- search::settled_one
                update searchable set state = 'settled', words = ?2 where place = ?1 and state = 'new'"
            ),
            (place, terms),
        )?,
    };
    Ok(())
}

/// Changes one term's list; in the order of places. Done twice it changes nothing more.
fn apply(tx: &mut Tx, term: &str, changes: Vec<(i64, Option<Posting>)>) -> Result<()> {
    let mut rest = changes.into_iter().peekable();
    while let Some((at, _)) = rest.peek() {
        let found = block_at(tx, term, *at)?;
        let end = match &found {
            Some(block) => next_first(tx, term, *at.max(&block.first))?,
            None => i64::MAX,
        };
        let mut postings = match &found {
            Some(block) => block::postings(block.first, &block.docs, &block.spots),
            None => Vec::new(),
        };
        while let Some((place, posting)) = rest.next_if(|(place, _)| *place < end) {
            let known = postings.binary_search_by_key(&place, |posting| posting.place);
            match (known, posting) {
                (Ok(n), Some(posting)) => postings[n] = posting,
                (Ok(n), None) => drop(postings.remove(n)),
                (Err(n), Some(posting)) => postings.insert(n, posting),
                (Err(_), None) => {}
            }
        }
        write(tx, term, found.map(|block| block.first), &postings)?;
    }
    Ok(())
}

/// The block that a place belongs to: the last that begins at or before it, else the first.
fn block_at(tx: &mut Tx, term: &str, place: i64) -> Result<Option<Written>> {
    let found = tx.first(
        sql!(
            "-- search::block_at
            select first, docs, spots from posting where term = ?1 and first <= ?2
            order by first desc limit 1 /*pg for update*/"
        ),
        (term, place),
    )?;
    if found.is_some() {
        return Ok(found);
    }
    tx.first(
        sql!(
            "-- search::block_at, the first
            select first, docs, spots from posting where term = ?1 order by first limit 1 /*pg for update*/"
        ),
        (term,),
    )
}

fn next_first(tx: &mut Tx, term: &str, place: i64) -> Result<i64> {
    let next: Option<(i64,)> = tx.first(
        sql!(
            "-- search::next_first
            select first from posting where term = ?1 and first > ?2 order by first limit 1"
        ),
        (term, place),
    )?;
    Ok(next.map_or(i64::MAX, |(first,)| first))
}

fn write(tx: &mut Tx, term: &str, old: Option<i64>, postings: &[Posting]) -> Result<()> {
    let blocks = block::blocks(postings);
    if let Some(old) = old.filter(|old| blocks.iter().all(|block| block.first != *old)) {
        tx.run(
            sql!(
                "-- search::write, old
                delete from posting where term = ?1 and first = ?2"
            ),
            (term, old),
        )?;
    }
    for block in blocks {
        tx.run(
            sql!(
                "-- search::write
                insert into posting (term, first, last, posts, docs, spots) values (?1, ?2, ?3, ?4, ?5, ?6)
                on conflict (term, first) do update set last = excluded.last, posts = excluded.posts,
                    docs = excluded.docs, spots = excluded.spots"
            ),
            (term, block.first, block.last, block.posts, block.docs, block.spots),
        )?;
    }
    Ok(())
}
