//! Copies that others keep: the archives of the settings are asked what they have of a source, and one of their copies is kept here,
//! with its own date and the archive's name.

use super::capture::{self, Came};
use super::{Capture, Provenance};
use crate::app::{App, compute};
use crate::id::SourceId;
use crate::outside::fetch::{Budget, Exchange, Limits, Past, Wanted, Web};
use crate::source::wishes::Wishes;
use crate::time::Time;
use crate::{Error, Result};
use std::time::Duration;
use url::Url;

/// Archives are slow.
const PATIENCE: Duration = Duration::from_secs(90);

/// What one archive has of a source.
#[derive(Debug)]
pub struct Found {
    pub archive: Url,
    /// Newest first; or why it could not be asked.
    pub days: Result<Vec<Time>, String>,
}

/// Asks every archive of the settings.
pub async fn find(app: &App, url: &str) -> Result<Vec<Found>> {
    let archives = app.db.read(|tx| Ok(Wishes::load(tx)?.archives)).await?;
    let asking = archives.into_iter().map(|archive| async move {
        let days = days(app, &archive, url).await?;
        Ok(Found { archive, days })
    });
    futures_util::future::try_join_all(asking).await
}

/// Keeps the copy that an archive has of a day, as a copy of that day.
pub async fn keep(app: &App, id: SourceId, archive: &str, day: Time) -> Result<Capture> {
    let archives = app.db.read(|tx| Ok(Wishes::load(tx)?.archives)).await?;
    let chosen = archives.iter().find(|known| known.as_str() == archive).ok_or_else(|| {
        Error::Invalid("This archive is not in the settings any more; choose one that is.".into())
    })?;
    let past = Past { door: &app.door, archive: chosen, at: day };
    let came = Came { archive: host(chosen), ..Came::by(Provenance::OutsideArchive) };
    capture::keep_as(app, id, Web::Past(past), came).await
}

/// `web.archive.org`
pub fn host(archive: &Url) -> String {
    archive.host_str().unwrap_or_default().to_owned()
}

/// Whether an archive stands to an answer as its copy of something: else it is the archive that speaks, of itself.
pub(super) fn vouched(answer: &Exchange) -> bool {
    answer.header("Memento-Datetime").is_some()
}

async fn days(app: &App, archive: &Url, url: &str) -> Result<Result<Vec<Time>, String>> {
    let Ok(map) = Url::parse(&format!("{archive}timemap/link/{url}")) else {
        return Ok(Err("Its address cannot be asked.".into()));
    };
    let budget = Budget::new(Limits { time: PATIENCE, ..Limits::default() });
    let steps = app.door.follow_within(&map, Wanted::Data, &budget, Some(archive)).await;
    let Some(answer) = steps.last() else { return Ok(Ok(Vec::new())) };
    if let Err(failure) = &answer.outcome {
        return Ok(Err(failure.to_string()));
    }
    match (answer.status(), capture::content(answer)) {
        (Some(404), _) => Ok(Ok(Vec::new())),
        (Some(200), Ok(content)) => {
            compute(move || Ok(mementos(&String::from_utf8_lossy(&content.body)))).await
        }
        (status, _) => Ok(Err(format!("It answered {}.", status.unwrap_or_default()))),
    }
}

/// The days of a TimeMap in link format (RFC 7089, RFC 6690), newest first.
fn mementos(map: &str) -> Vec<Time> {
    let mut days: Vec<Time> = links(map)
        .into_iter()
        .filter(|link| link.rel.split_ascii_whitespace().any(|rel| rel == "memento"))
        .filter_map(|link| Time::from_http_date(&link.datetime))
        .collect();
    days.sort_by(|a, b| b.cmp(a));
    days.dedup();
    days
}

#[derive(Default)]
struct Link {
    rel: String,
    datetime: String,
}

/// `<address>; name="value"; …, <address>…`; an address may hold commas, a value too.
fn links(map: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let mut rest = map;
    while let Some(start) = rest.find('<') {
        let Some(end) = rest[start..].find('>') else { break };
        rest = &rest[start + end + 1..];
        let mut link = Link::default();
        while let Some(after) = rest.trim_start().strip_prefix(';') {
            let Some((name, value)) = after.split_once('=') else { break };
            let (value, next) = match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => value.split_at(value.find([',', ';']).unwrap_or(value.len())),
            };
            match name.trim() {
                "rel" => link.rel = value.trim().to_ascii_lowercase(),
                "datetime" => link.datetime = value.trim().to_owned(),
                _ => {}
            }
            rest = next;
        }
        found.push(link);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timemap_tells_its_days() {
        let map = r#"<http://quay.example/a,b>; rel="original",
            <http://archive.example/timemap/link/http://quay.example/a,b>; rel="self"; type="application/link-format"; from="Tue, 05 Mar 2019 09:30:00 GMT",
            <http://archive.example/web/http://quay.example/a,b>; rel="timegate",
            <http://archive.example/web/20190305093000/http://quay.example/a,b>; rel="first memento"; datetime="Tue, 05 Mar 2019 09:30:00 GMT",
            <http://archive.example/web/20210101000000/http://quay.example/a,b>;rel=memento;datetime="Fri, 01 Jan 2021 00:00:00 GMT"
            , <http://archive.example/x>; rel="last memento"; datetime="never""#;
        let days: Vec<String> = mementos(map).into_iter().map(Time::stamp).collect();
        assert_eq!(days, ["20210101000000", "20190305093000"]);
        assert!(mementos("").is_empty() && mementos("<html>busy</html>").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_timemap_is_too_strange(map in r#"[<>;=", a-z\n]{0,80}"#) {
            mementos(&map);
        }
    }
}
