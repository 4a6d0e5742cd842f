//! What somebody may have meant whose address leads nowhere.

use crate::Result;
use crate::outside::db::Tx;
use crate::post::Post;
use crate::post::listing::{List, Tally};
use crate::time::Time;
use serde::Serialize;

const MOST: usize = 5;
/// Slugs looked at for each beginning.
const LOOKED_AT: usize = 40;

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    title: String,
    path: String,
}

/// Posts and pages whose addresses are like this one, the nearest first; then the month, if the path names one that has posts.
pub(super) fn places(tx: &mut Tx, path: &str, now: Time) -> Result<Vec<Place>> {
    let mut found: Vec<(usize, Place)> = Vec::new();
    if let Some(wanted) = wanted(path) {
        for beginning in beginnings(&wanted) {
            let end = format!("{beginning}~");
            for (month, slug, title) in Post::with_slugs_like(tx, beginning, &end, LOOKED_AT, now)? {
                let path = if month.is_empty() { format!("/{slug}") } else { format!("/{month}/{slug}") };
                let known = found.iter().any(|(_, place)| place.path == path);
                if let Some(far) = distance(&wanted, &slug).filter(|_| !known) {
                    found.push((far, Place { title, path }));
                }
            }
        }
    }
    found.sort_by(|a, b| (a.0, &a.1.path).cmp(&(b.0, &b.1.path)));
    found.truncate(MOST);
    let mut places: Vec<Place> = found.into_iter().map(|(_, place)| place).collect();
    places.extend(month(tx, path)?);
    Ok(places)
}

/// The slug that an address may have been meant to have: `/2019/05/03/The_Barrier.html` is about `the-barrier`.
fn wanted(path: &str) -> Option<String> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let last = percent_decoded(last);
    let last =
        last.rsplit_once('.').filter(|(_, ending)| ending.len() <= 5).map_or(last.as_str(), |(name, _)| name);
    let slug = crate::slug::slugify(&last.replace('_', "-"));
    // Some programs write the day before the title.
    let name = slug.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    (name.len() >= 3 && slug != "untitled").then(|| name.to_owned())
}

fn percent_decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// From the whole to its first letters, so that a slip is behind one of them.
fn beginnings(slug: &str) -> Vec<&str> {
    let mut lengths = vec![slug.len(), slug.len() * 2 / 3, slug.len() / 3, 2];
    lengths.retain(|&length| length >= 2);
    lengths.dedup();
    lengths.into_iter().filter_map(|length| slug.get(..length)).collect()
}

/// How many letters stand between two slugs (Levenshtein); none where they are not alike.
fn distance(wanted: &str, slug: &str) -> Option<usize> {
    if slug.starts_with(wanted) || wanted.starts_with(slug) && slug.len() > 4 {
        return Some(1);
    }
    let (a, b) = (wanted.as_bytes(), slug.as_bytes());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            let least = changed.min(row[j] + 1).min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], least);
        }
    }
    let far = row[b.len()];
    (far <= 2.max(wanted.len() / 3)).then_some(far)
}

fn month(tx: &mut Tx, path: &str) -> Result<Option<Place>> {
    let parts: Vec<&str> = path.trim_start_matches("/archive").trim_matches('/').split('/').collect();
    let numbers = parts.first().zip(parts.get(1)).and_then(|(y, m)| Some((y.parse().ok()?, m.parse().ok()?)));
    let Some((year, month)) =
        numbers.filter(|(year, month)| (1..=9999).contains(year) && (1..=12).contains(month))
    else {
        return Ok(None);
    };
    let path = format!("/archive/{year:04}/{month:02}");
    let day = jiff::civil::date(year as i16, month as i8, 1);
    let title = format!("Everything of {}", day.strftime("%B %Y"));
    Ok(Tally::of(tx, &List::Month(year, month))?.map(|_| Place { title, path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_any_making_names_a_slug() {
        let check = |path, expected: Option<&str>| assert_eq!(wanted(path).as_deref(), expected, "{path}");
        check("/2026/03/the-barrier", Some("the-barrier"));
        check("/2019/05/03/The_Barrier.html", Some("the-barrier"));
        check("/blog/2019-05-03-the-barrier/", Some("the-barrier"));
        check("/%C3%9Cberf%C3%A4hre", Some("uberfahre"));
        check("/%ff%00", None);
        check("/", None);
        check("/2026/03", None);
    }

    #[test]
    fn likeness_is_counted_in_letters() {
        let check = |wanted, slug, expected| assert_eq!(distance(wanted, slug), expected, "{wanted} {slug}");
        check("the-barrier", "the-barrier", Some(1));
        check("the-barier", "the-barrier", Some(1));
        check("the-barrier", "the-barrier-that-closed-late", Some(1));
        check("teh-barrier", "the-barrier", Some(2));
        check("the-barrier", "the-tram", None);
    }
}
