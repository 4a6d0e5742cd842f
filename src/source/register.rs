//! The register: every source that published posts cite, in the order in which they came, and the words by which it is searched.
//!
//! Whether a source is listed is noted when a post comes or goes, never worked out when the register is read.

use super::Source;
use crate::Result;
use crate::id::{PostId, SourceId};
use crate::outside::db::{Tx, sql};
use crate::time::Time;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Of one source; addresses can be long.
const MOST_WORDS: usize = 60;
/// Of one search.
const ASKED: usize = 4;

impl Source {
    /// Sources that published posts cite, newest first, from before a cursor.
    pub fn listed(tx: &mut Tx, before: Option<SourceId>, limit: usize) -> Result<Vec<Source>> {
        tx.all(
            sql!(
                "-- Source::listed
                select * from source
                where listed_at is not null and merged_into is null and source_id < ?1
                order by source_id desc limit ?2"
            ),
            (before.map_or(i64::MAX, |id| id.0), limit),
        )
    }

    /// Those of them whose title or address holds every one of these words.
    pub fn searched(tx: &mut Tx, asked: &str, before: Option<SourceId>, limit: usize) -> Result<Vec<Source>> {
        let mut asked: Vec<(i64, String)> =
            words(asked).into_iter().map(|word| Ok((frequency(tx, &word)?, word))).collect::<Result<_>>()?;
        // The rarest is followed, the others are looked up.
        asked.sort();
        asked.truncate(ASKED);
        let Some((_, rarest)) = asked.first().cloned() else { return Ok(Vec::new()) };
        let other = |n: usize| asked.get(n).map_or("", |(_, word)| word.as_str());
        tx.all(
            sql!(
                "-- Source::searched
                select source.* from source_word rare join source using (source_id)
                where rare.word = ?1 and rare.source_id < ?5 and listed_at is not null and merged_into is null
                    and (?2 = '' or exists (
                        select 1 from source_word w where w.word = ?2 and w.source_id = rare.source_id))
                    and (?3 = '' or exists (
                        select 1 from source_word w where w.word = ?3 and w.source_id = rare.source_id))
                    and (?4 = '' or exists (
                        select 1 from source_word w where w.word = ?4 and w.source_id = rare.source_id))
                order by rare.source_id desc limit ?6"
            ),
            (rarest, other(1), other(2), other(3), before.map_or(i64::MAX, |id| id.0), limit),
        )
    }
}

/// How many sources hold a word, as far as it matters.
fn frequency(tx: &mut Tx, word: &str) -> Result<i64> {
    let (count,): (i64,) = tx.one(
        sql!(
            "-- register::frequency
            select count(*) from (select 1 from source_word where word = ?1 limit 1000) as first_ones"
        ),
        (word,),
    )?;
    Ok(count)
}

/// Brings the words by which a source is found in line with its title and address.
pub(super) fn index(tx: &mut Tx, source: &Source) -> Result<()> {
    tx.run(
        sql!(
            "-- register::index, anew
            delete from source_word where source_id = ?1"
        ),
        (source.source_id,),
    )?;
    let text = format!("{} {} {}", source.title, source.site, address_words(&source.url));
    for word in words(&text) {
        tx.run(
            sql!(
                "-- register::index
                insert into source_word (word, source_id) values (?1, ?2)"
            ),
            (word, source.source_id),
        )?;
    }
    Ok(())
}

/// What a person would call words in it.
fn address_words(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest).trim_start_matches("www.");
    let parts = url::form_urlencoded::parse(bare.as_bytes());
    parts.map(|(name, value)| format!("{name} {value} ")).collect()
}

/// Each once: lower case, without marks; in scripts without spaces pairs of letters.
fn words(text: &str) -> BTreeSet<String> {
    let plain: String =
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).take(4000).collect();
    let runs = plain.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty());
    let mut words = BTreeSet::new();
    for run in runs {
        let letters: Vec<char> = run.chars().take(64).collect();
        match letters
            .iter()
            .any(|c| matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
        {
            true => words
                .extend(letters.windows(letters.len().min(2)).map(|pair| pair.iter().collect::<String>())),
            false => drop(words.insert(letters.into_iter().collect())),
        }
        if words.len() >= MOST_WORDS {
            break;
        }
    }
    words
}

/// Lists what a post cites, once readers see it.
pub fn list_cited(tx: &mut Tx, post: PostId, public: bool, now: Time) -> Result<()> {
    if !public {
        let cited = cited_in(tx, post)?;
        return list(tx, &cited, now);
    }
    tx.run(
        sql!(
            "-- register::list_cited
            update source set listed_at = cast(?2 as bigint) where listed_at is null and source_id in (
                select source_id from citation where post_id = ?1 and keep
                union
                select merged_into from citation join source using (source_id)
                where post_id = ?1 and keep and merged_into is not null)"
        ),
        (post, now),
    )?;
    Ok(())
}

/// Everything that a post cites.
pub fn cited_in(tx: &mut Tx, post: PostId) -> Result<Vec<SourceId>> {
    let ids: Vec<(SourceId,)> = tx.all(
        sql!(
            "-- register::cited_in
            select distinct source_id from citation where post_id = ?1 order by source_id"
        ),
        (post,),
    )?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Works out anew whether these, and those they were merged into, are listed.
pub fn list(tx: &mut Tx, ids: &[SourceId], now: Time) -> Result<()> {
    let mut all = BTreeSet::new();
    for &id in ids {
        all.extend([id, Source::resolved(tx, id)?.source_id]);
    }
    for id in all {
        tx.run(
            sql!(
                "-- register::list
                update source set listed_at = case
                    when exists (
                        select 1 from citation join post using (post_id)
                        where citation.source_id in (
                                select source_id from source where source_id = ?1
                                union all select source_id from source where merged_into = ?1)
                            and keep and published_at <= ?2 and binned_at is null)
                    then coalesce(listed_at, ?2) end
                where source_id = ?1"
            ),
            (id, now),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_found_by_words_of_its_title_and_address() {
        let check = |text: &str, expected: &str| {
            assert_eq!(words(&address_words(text)).into_iter().collect::<Vec<_>>().join(" "), expected)
        };
        check("https://www.quay.example/Night-log_7?day=2", "2 7 day example log night quay");
        check("https://quay.example/caf%C3%A9/M%C3%BCller", "cafe example muller quay");
        check("潮の音", "の音 潮の");
        check("潮", "潮");
        check("", "");
    }
}
