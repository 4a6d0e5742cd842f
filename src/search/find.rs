//! Finding: lists are walked together from the newest place back, until enough posts hold everything; the best of them come first.

use super::list::List;
use super::query::{Atom, Query};
use super::words::{Words, positions};
use super::{Mark, block, index};
use crate::Result;
use crate::id::PostId;
use crate::outside::db::{Tx, record, sql};
use foldhash::HashSet;

/// How many of the newest matches are looked at, to find the best among them.
pub const MOST: usize = 5000;
/// Most blocks that are read for a beginning of words.
const BLOCKS: usize = 6000;
/// What a rare word counts more than a common one is reckoned as if there were so many posts.
const POSTS: f64 = 1_000_000.0;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// One page of them, the best first; each with the language it is written in.
    pub posts: Vec<(PostId, String)>,
    /// At most [`MOST`].
    pub total: usize,
    /// There are older ones, at which nobody looked.
    pub more: bool,
    /// None holds everything that was asked for; these hold some of it.
    pub some_only: bool,
}

/// Languages that posts are written in.
pub fn languages(tx: &mut Tx) -> Result<Vec<String>> {
    let terms: Vec<(String,)> = tx.all(
        sql!(
            "-- search::languages
            select distinct term from posting where term >= 'language:' and term < 'language;'"
        ),
        (),
    )?;
    let new: Vec<(String,)> = tx.all(
        sql!(
            "-- search::languages, new
            select distinct marks from searchable where state <> 'settled'"
        ),
        (),
    )?;
    let languages = terms.iter().chain(&new).filter_map(|(marks,)| language(marks));
    let mut languages: Vec<String> = languages.map(str::to_owned).collect();
    languages.sort();
    languages.dedup();
    Ok(languages)
}

/// Public posts that hold what was asked for and have all the marks; of their ranking, the part from `skip` on.
pub fn find(tx: &mut Tx, query: &Query, marks: &[Mark], skip: usize, count: usize) -> Result<Found> {
    if query.is_empty() && marks.is_empty() {
        return Ok(Found::default());
    }
    let (mut found, some_only) = newest(tx, query, marks)?;
    let more = found.len() > MOST;
    found.truncate(MOST);
    // Of two that are as good, the newer one.
    found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(b.place.cmp(&a.place)));
    let page = found.iter().skip(skip).take(count).map(|at| post_at(tx, at.place));
    let posts = page.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    Ok(Found { posts, total: found.len(), more, some_only })
}

/// The newest matches, newest first: one more than [`MOST`] if there are more. And whether none holds all, but these some.
pub(super) fn newest(tx: &mut Tx, query: &Query, marks: &[Mark]) -> Result<(Vec<Match>, bool)> {
    let fresh = Fresh::load(tx)?;
    let found = Search::new(tx, query, marks, &fresh, true)?.run(tx)?;
    if !found.is_empty() || query.atoms.len() < 2 {
        return Ok((found, false));
    }
    let found = Search::new(tx, query, marks, &fresh, false)?.run(tx)?;
    let some_only = !found.is_empty();
    Ok((found, some_only))
}

fn post_at(tx: &mut Tx, place: i64) -> Result<Option<(PostId, String)>> {
    let found: Option<(PostId, String)> = tx.first(
        sql!(
            "-- search::post_at
            select post_id, marks from searchable where place = ?1"
        ),
        (place,),
    )?;
    Ok(found.map(|(id, marks)| (id, language(&marks).unwrap_or_default().to_owned())))
}

/// The language in which readers' search reads a public post.
pub fn language_of(tx: &mut Tx, post: PostId) -> Result<Option<String>> {
    let marks: Option<(String,)> = tx.first(
        sql!(
            "-- search::language_of
            select marks from searchable where post_id = ?1 and state <> 'gone'"
        ),
        (post,),
    )?;
    Ok(marks.and_then(|(marks,)| language(&marks).map(str::to_owned)))
}

fn language(marks: &str) -> Option<&str> {
    marks.lines().find_map(|mark| mark.strip_prefix("language:"))
}

/// What no list tells yet: posts that are new, and places where nothing is any more.
struct Fresh {
    /// Whatever the lists say of these is not so.
    hidden: HashSet<i64>,
    /// Newest first.
    new: Vec<(i64, Words, HashSet<String>)>,
}

impl Fresh {
    fn load(tx: &mut Tx) -> Result<Fresh> {
        let rows: Vec<(i64, index::State, String, Vec<u8>)> = tx.all(
            sql!(
                "-- search::fresh
                select place, state, marks, words from searchable where state <> 'settled'"
            ),
            (),
        )?;
        let hidden = rows.iter().map(|(place, ..)| *place).collect();
        let new = rows.into_iter().filter(|(_, state, ..)| *state == index::State::New);
        let read = |(place, _, marks, bytes): (i64, _, String, Vec<u8>)| {
            let words = index::read(&bytes)?;
            Ok((place, words, marks.lines().map(str::to_owned).collect()))
        };
        let mut new: Vec<(i64, Words, HashSet<String>)> = new.map(read).collect::<Result<_>>()?;
        new.sort_unstable_by_key(|(place, ..)| std::cmp::Reverse(*place));
        Ok(Fresh { hidden, new })
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    pub(super) place: i64,
    score: f64,
}

struct Search<'a> {
    atoms: Vec<(Cursor, f64)>,
    marks: Vec<Cursor>,
    fresh: &'a Fresh,
    /// New posts that match, newest first.
    new: Vec<Match>,
    all: bool,
}

impl<'a> Search<'a> {
    /// For posts that hold all atoms, or any.
    fn new(tx: &mut Tx, query: &Query, marks: &[Mark], fresh: &'a Fresh, all: bool) -> Result<Search<'a>> {
        let marks: Vec<String> = marks.iter().map(Mark::to_string).collect();
        let alone = marks.is_empty() && (query.atoms.len() == 1 || !all);
        let mut atoms = Vec::new();
        for atom in &query.atoms {
            let (cursor, held_by) = Cursor::of(tx, atom, alone, fresh.hidden.len())?;
            atoms.push((cursor, (POSTS / held_by.max(1) as f64).max(1.5).ln()));
        }
        let mut new = Vec::new();
        for (place, words, held) in &fresh.new {
            let scores = query.atoms.iter().zip(&atoms);
            let scores = scores.map(|(atom, (_, rare))| held_in(atom, words).map(|w| f64::from(w) * rare));
            let scores: Vec<Option<f64>> = scores.collect();
            let enough = match all {
                true => scores.iter().all(Option::is_some),
                false => scores.iter().any(Option::is_some),
            };
            if enough && marks.iter().all(|mark| held.contains(mark)) {
                new.push(Match { place: *place, score: scores.into_iter().flatten().sum() });
            }
        }
        let marks = marks.into_iter().map(|mark| Cursor::Any(vec![List::new(mark, false)])).collect();
        Ok(Search { atoms, marks, fresh, new, all })
    }

    /// The newest matches, one more than [`MOST`] if there are more.
    fn run(mut self, tx: &mut Tx) -> Result<Vec<Match>> {
        let (mut found, mut before) = (Vec::new(), i64::MAX);
        let mut new = std::mem::take(&mut self.new).into_iter().peekable();
        while found.len() <= MOST {
            let settled = self.next(tx, before)?;
            let bound = settled.map_or(i64::MIN, |at| at.place);
            while let Some(at) = new.next_if(|at| at.place > bound) {
                found.push(at);
            }
            let Some(at) = settled else { break };
            found.push(at);
            before = at.place - 1;
        }
        found.truncate(MOST + 1);
        Ok(found)
    }

    /// The newest match at or before a place.
    fn next(&mut self, tx: &mut Tx, mut at: i64) -> Result<Option<Match>> {
        let hidden = &self.fresh.hidden;
        'places: loop {
            let mut score = 0.0;
            if self.all {
                for (n, (cursor, rare)) in self.atoms.iter_mut().enumerate() {
                    let Some((place, weight)) = cursor.seek(tx, hidden, at)? else { return Ok(None) };
                    let passed = n > 0 && place < at;
                    at = place;
                    if passed {
                        continue 'places;
                    }
                    score += f64::from(weight) * *rare;
                }
            } else {
                let mut newest: Option<i64> = None;
                for (cursor, rare) in &mut self.atoms {
                    let Some((place, weight)) = cursor.seek(tx, hidden, at)? else { continue };
                    if newest.is_none_or(|newest| place > newest) {
                        (newest, score) = (Some(place), 0.0);
                    }
                    score += if newest == Some(place) { f64::from(weight) * *rare } else { 0.0 };
                }
                let Some(newest) = newest else { return Ok(None) };
                at = newest;
            }
            for (n, mark) in self.marks.iter_mut().enumerate() {
                let Some((place, _)) = mark.seek(tx, hidden, at)? else { return Ok(None) };
                let passed = (n > 0 || !self.atoms.is_empty()) && place < at;
                at = place;
                if passed {
                    continue 'places;
                }
            }
            return Ok(Some(Match { place: at, score }));
        }
    }
}

/// How much an atom says of a post whose words are at hand; `None` if the post does not hold it.
fn held_in(atom: &Atom, words: &Words) -> Option<u8> {
    let any =
        |terms: &[String]| terms.iter().filter_map(|term| words.get(term)).map(|entry| entry.weight).max();
    match atom {
        Atom::Word(terms) => any(terms),
        Atom::Prefix(prefix, terms) => {
            words.beginning(prefix).map(|entry| entry.weight).max().max(any(terms))
        }
        Atom::Phrase(parts) => {
            let at = |terms: &[String]| {
                let entries = terms.iter().filter_map(|term| words.get(term));
                in_order(entries.flat_map(|entry| positions(&entry.spots)).collect())
            };
            let spots: Vec<(u32, Vec<u32>)> =
                parts.iter().map(|(distance, terms)| (*distance, at(terms))).collect();
            stands_together(&spots).then(|| parts.iter().filter_map(|(_, terms)| any(terms)).max())?
        }
    }
}

fn in_order(mut spots: Vec<u32>) -> Vec<u32> {
    spots.sort_unstable();
    spots
}

/// Whether one spot of each part is as far from one of the first part as it should be; each part's spots in order.
fn stands_together(parts: &[(u32, Vec<u32>)]) -> bool {
    let Some(((_, first), rest)) = parts.split_first() else { return false };
    let stands =
        |spot: u32| rest.iter().all(|(distance, spots)| spots.binary_search(&(spot + distance)).is_ok());
    first.iter().any(|spot| stands(*spot))
}

/// Goes back through the places where something is held.
enum Cursor {
    /// Any of several terms.
    Any(Vec<List>),
    /// Each part at its distance from the first, the rarest before the others.
    Phrase(Vec<Part>, Begins),
    /// Known already, oldest first; what is behind the last was passed.
    Known(Vec<Packed>),
}

/// A place and what it weighs in one number, so that they are sorted fast.
type Packed = i64;

fn packed(place: i64, weight: u8) -> Packed {
    place << 8 | i64::from(weight)
}

fn unpacked(packed: Packed) -> (i64, u8) {
    (packed >> 8, packed as u8)
}

/// Where in a post a phrase may begin; used again for each post.
type Begins = Vec<u32>;

/// One of a phrase's words: any of several terms, so far from the phrase's first word.
struct Part {
    distance: u32,
    lists: Vec<List>,
}

impl Cursor {
    /// And by about how many posts it is held. `alone`: only the newest matches of this one are wanted, beside those at places that
    /// are `hidden`.
    fn of(tx: &mut Tx, atom: &Atom, alone: bool, hidden: usize) -> Result<(Cursor, usize)> {
        match atom {
            Atom::Word(terms) => {
                let held_by = held_by(tx, terms)?;
                let lists = terms.iter().map(|term| List::new(term.clone(), false)).collect();
                Ok((Cursor::Any(lists), held_by))
            }
            Atom::Phrase(parts) => {
                let mut counted = Vec::new();
                for (distance, terms) in parts {
                    let lists = terms.iter().map(|term| List::new(term.clone(), true)).collect();
                    counted.push((held_by(tx, terms)?, Part { distance: *distance, lists }));
                }
                // The rarest part says where to look for the others.
                counted.sort_by_key(|(held_by, _)| *held_by);
                let held_by = counted.first().map_or(0, |(held_by, _)| *held_by);
                let parts = counted.into_iter().map(|(_, part)| part).collect();
                Ok((Cursor::Phrase(parts, Begins::new()), held_by / 4))
            }
            Atom::Prefix(prefix, terms) => {
                let wanted = alone.then_some(MOST + 1 + hidden);
                let known = beginning(tx, prefix, terms, wanted)?;
                let held_by = known.len();
                Ok((Cursor::Known(known), held_by))
            }
        }
    }

    /// The newest place at or before `at`, and what it weighs there. `at` never grows.
    fn seek(&mut self, tx: &mut Tx, hidden: &HashSet<i64>, mut at: i64) -> Result<Option<(i64, u8)>> {
        match self {
            Cursor::Any(lists) => any(tx, lists, hidden, at),
            Cursor::Known(known) => {
                while let Some((place, weight)) = known.last().copied().map(unpacked) {
                    if place <= at && !hidden.contains(&place) {
                        return Ok(Some((place, weight)));
                    }
                    known.pop();
                }
                Ok(None)
            }
            Cursor::Phrase(parts, begins) => 'places: loop {
                let mut most = 0;
                for (n, part) in parts.iter_mut().enumerate() {
                    let Some((place, weight)) = any(tx, &mut part.lists, hidden, at)? else {
                        return Ok(None);
                    };
                    let passed = n > 0 && place < at;
                    at = place;
                    if passed {
                        continue 'places;
                    }
                    most = most.max(weight);
                }
                if stand_together_at(at, parts, begins) {
                    return Ok(Some((at, most)));
                }
                at -= 1;
            },
        }
    }
}

/// Whether all parts of a phrase stand together in the post where their lists are.
fn stand_together_at(place: i64, parts: &[Part], begins: &mut Begins) -> bool {
    let Some((rarest, others)) = parts.split_first() else { return false };
    begins.clear();
    rarest.add_begins(place, begins);
    // Most posts are done with after the two rarest words.
    others.iter().all(|part| {
        part.narrow(place, begins);
        !begins.is_empty()
    })
}

impl Part {
    /// Where phrases would begin that have this part where it stands; in order.
    fn add_begins(&self, place: i64, begins: &mut Begins) {
        for list in &self.lists {
            begins.extend(list.spots_at(place).filter_map(|spot| spot.checked_sub(self.distance)));
        }
        if self.lists.len() > 1 {
            begins.sort_unstable();
        }
    }

    /// Leaves of these beginnings those with which this part agrees.
    fn narrow(&self, place: i64, begins: &mut Begins) {
        let [list] = self.lists.as_slice() else {
            let mut own = Begins::new();
            self.add_begins(place, &mut own);
            return begins.retain(|begin| own.binary_search(begin).is_ok());
        };
        let mut spots = list.spots_at(place);
        let mut spot = spots.next();
        begins.retain(|begin| {
            let wanted = begin + self.distance;
            while spot.is_some_and(|spot| spot < wanted) {
                spot = spots.next();
            }
            spot == Some(wanted)
        });
    }
}

fn any(tx: &mut Tx, lists: &mut [List], hidden: &HashSet<i64>, at: i64) -> Result<Option<(i64, u8)>> {
    let mut newest: Option<(i64, u8)> = None;
    for list in lists {
        newest = newest.max(list.seek(tx, hidden, at)?);
    }
    Ok(newest)
}

/// By about how many posts any of the terms is held.
fn held_by(tx: &mut Tx, terms: &[String]) -> Result<usize> {
    let mut sum = 0;
    for term in terms {
        let (blocks,): (i64,) = tx.one(
            sql!(
                "-- search::held_by
                select count(*) from posting where term = ?1"
            ),
            (term,),
        )?;
        if blocks > 1 {
            sum += blocks as usize * 350;
            continue;
        }
        let posts: Option<(i64,)> = tx.first(
            sql!(
                "-- search::held_by, few
                select posts from posting where term = ?1"
            ),
            (term,),
        )?;
        sum += posts.map_or(0, |(posts,)| posts as usize);
    }
    Ok(sum)
}

/// Where terms stand that begin so, or are one of these; oldest first. Marks stand among the terms and begin with words too: nobody
/// who asks for `lan*` means `language:en`. If only so many of the newest are `wanted`, older ones may be missing.
fn beginning(tx: &mut Tx, prefix: &str, terms: &[String], wanted: Option<usize>) -> Result<Vec<Packed>> {
    let mut heads: Vec<Head> = tx.all(
        sql!(
            "-- search::beginning
            select term, first, last, posts from posting
            where term >= ?1 and term < ?2 and term not like '%:%' order by term, first limit ?3"
        ),
        (prefix, format!("{prefix}\u{10ffff}"), BLOCKS),
    )?;
    for term in terms.iter().filter(|term| !term.starts_with(prefix)) {
        heads.extend(tx.all::<Head>(
            sql!(
                "-- search::beginning, also
                select term, first, last, posts from posting where term = ?1 order by first"
            ),
            (term,),
        )?);
    }
    let floor = wanted.map_or(i64::MIN, |wanted| floor(&heads, wanted));
    let mut known = Vec::new();
    for head in heads.iter().filter(|head| head.last >= floor) {
        let (docs,): (Vec<u8>,) = tx.one(
            sql!(
                "-- search::beginning, docs
                select docs from posting where term = ?1 and first = ?2"
            ),
            (&head.term, head.first),
        )?;
        block::docs(head.first, &docs, |place, weight| {
            if place >= floor {
                known.push(packed(place, weight));
            }
        });
    }
    known.sort_unstable();
    // Of one place, only the term that says most.
    known.reverse();
    known.dedup_by_key(|known| unpacked(*known).0);
    known.reverse();
    Ok(known)
}

record! {
    /// A block, without what it holds.
    struct Head {
        term: String,
        first: i64,
        last: i64,
        posts: i64,
    }
}

/// A place from which on one term alone stands in so many posts: what is older is not wanted from any.
fn floor(heads: &[Head], wanted: usize) -> i64 {
    let mut floor = i64::MIN;
    for of_term in heads.chunk_by(|a, b| a.term == b.term) {
        let mut held = 0;
        let enough = of_term.iter().rev().find(|head| {
            held += head.posts;
            held >= wanted as i64
        });
        floor = floor.max(enough.map_or(i64::MIN, |head| head.first));
    }
    floor
}
