//! A source's copies as Memento (RFC 7089) speaks of them: an original, and what is left of it in time. Only what readers may
//! open is named; a wall in front of a source is no memento of it.

use crate::outside::db::{Tx, sql};
use crate::source::replay::{Showing, showing};
use crate::source::{Shown, Source};
use crate::time::Time;
use crate::{Error, Result};

pub struct Mementos {
    pub source: Source,
    /// Whole seconds, as the addresses of copies name them; oldest first.
    pub times: Vec<Time>,
}

impl Mementos {
    /// Of an address in any of its spellings. `NotFound` where readers may open none, whatever the reason.
    pub fn of_address(tx: &mut Tx, address: &str, setting: Shown, now: Time) -> Result<Mementos> {
        for spelling in spellings(address) {
            let Some(asked) = Source::by_url(tx, &spelling)? else { continue };
            let source = match Source::led_to(tx, asked.source_id, now) {
                Err(Error::NotFound) => continue,
                source => source?,
            };
            let mementos = Mementos::of(tx, source, setting, now)?;
            if !mementos.times.is_empty() {
                return Ok(mementos);
            }
        }
        Err(Error::NotFound)
    }

    /// Of a source that is public.
    pub fn of(tx: &mut Tx, source: Source, setting: Shown, now: Time) -> Result<Mementos> {
        let mut times = match showing(&source, setting) {
            Showing::Desk => Vec::new(),
            Showing::Whole | Showing::Passages => times(tx, &source, now)?,
        };
        times.dedup();
        Ok(Mementos { source, times })
    }

    /// The one closest to a moment; without one, the newest.
    pub fn nearest(&self, to: Option<Time>) -> Option<Time> {
        match to {
            Some(to) => self.times.iter().copied().min_by_key(|at| at.0.abs_diff(to.0)),
            None => self.times.last().copied(),
        }
    }
}

fn times(tx: &mut Tx, source: &Source, now: Time) -> Result<Vec<Time>> {
    let times: Vec<(Time,)> = tx.all(
        sql!(
            "-- Mementos::times
            select captured_at from capture
            where health = 'good' and not private and warc_file <> '' and removed_at is null
                and (source_id = ?1 or source_id in (
                    select merged.source_id from source merged
                    join citation on citation.source_id = merged.source_id
                    join post using (post_id)
                    where merged.merged_into = ?1 and citation.keep and published_at <= ?2 and binned_at is null))
            order by captured_at"
        ),
        (source.source_id, now),
    )?;
    Ok(times.into_iter().map(|(at,)| at.whole_second()).collect())
}

/// What an address may be known as. A proxy may have folded its slashes, a client encoded the whole; one without a scheme,
/// or with the other of the two, means the same page.
fn spellings(address: &str) -> Vec<String> {
    let encoded = ["http%3a", "https%3a"]
        .iter()
        .any(|begin| address.get(..begin.len()).is_some_and(|head| head.eq_ignore_ascii_case(begin)));
    let address = if encoded { decoded(address) } else { address.to_owned() };
    let scheme = ["https:", "http:"]
        .into_iter()
        .find(|scheme| address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)));
    let rest = address[scheme.map_or(0, str::len)..].trim_start_matches('/');
    let (first, second) = if scheme == Some("http:") { ("http", "https") } else { ("https", "http") };
    // A page may be known by a fragment of its own, which no client sends unless it is encoded.
    let fragment = rest.replacen("%23!", "#!", 1);
    let mut known = Vec::new();
    for (scheme, rest) in [(first, rest), (second, rest), (first, fragment.as_str())] {
        if let Some(spelling) = markup::url::canonical(&format!("{scheme}://{rest}"))
            && !known.contains(&spelling)
        {
            known.push(spelling);
        }
    }
    known
}

fn decoded(text: &str) -> String {
    let pairs = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(pairs.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_however_it_is_written() {
        let check = |typed: &str, first: &str| {
            let known = spellings(typed);
            assert_eq!(known.first().map(String::as_str), Some(first), "{typed}");
        };
        let page = "https://quay.example/log?day=7&lamp=a+b";
        check(page, page);
        check("https:/quay.example/log?day=7&lamp=a+b", page);
        check("HTTPS://Quay.Example:443/log?utm_source=x&day=7&lamp=a+b#lamp", page);
        check("https%3A%2F%2Fquay.example%2Flog%3Fday%3D7%26lamp%3Da%2Bb", page);
        check("quay.example/log?day=7&lamp=a+b", page);
        assert!(spellings("http://quay.example/log").contains(&"https://quay.example/log".to_owned()));
        assert!(spellings("https://quay.example/%23!log").contains(&"https://quay.example/#!log".to_owned()));
        for nothing in ["", "/", "https://", "ftp://quay.example/", "javascript:x()", "é\u{0}"] {
            for known in spellings(nothing) {
                assert!(known.starts_with("http"), "{nothing}: {known}");
            }
        }
    }
}
