//! The publication itself: its name, its language, its clock, and how much of its sources it shows.

use crate::media::Media;
use crate::outside::db::{Topic, Tx, sql};
use crate::outside::queue::{self, Job};
use crate::source::wishes::{self, Render, Wishes};
use crate::source::{Shown, room};
use crate::time::Time;
use crate::{Error, Result};
use jiff::tz::TimeZone;
use url::Url;

/// What the desk's settings hold; each has a default, so a fresh folder is a publication already.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Publication {
    pub name: String,
    pub description: String,
    /// BCP 47, such as `en`.
    pub language: String,
    /// IANA name, such as `Europe/Lisbon`.
    pub zone: String,
    /// Hosts whose links are never citations, separated by spaces or commas.
    pub plain_hosts: String,
    /// How much of a source's copies readers are shown, where the source itself does not say.
    pub shown: Shown,
    pub posts_per_page: usize,
    /// What the head of every page leads to.
    pub navigation: Vec<Way>,
    /// A picture of ours, `/media/…`, that stands before the name; empty is none.
    pub logo: String,
    /// Such as `#0b4f8a`; empty is the colour of the stylesheet.
    pub accent: String,
    /// Whether views are counted.
    pub views: bool,
    /// What it wants kept of its sources.
    #[serde(skip)]
    pub wishes: Wishes,
}

/// One entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Way {
    pub label: String,
    /// A path of ours, or an address elsewhere.
    pub address: String,
}

/// Until somebody says otherwise.
const NAVIGATION: &str = "Archive /archive\nSearch /search\nSources /sources\nFeed /feed.atom";
/// Most entries: more are no navigation.
const WAYS: usize = 12;

/// What a publication is called until somebody says.
const UNNAMED: &str = "Ibid";

impl Publication {
    pub fn is_unnamed(&self) -> bool {
        self.name == UNNAMED
    }

    pub fn load(tx: &mut Tx) -> Result<Publication> {
        let rows: Vec<(String, String)> = tx.all(
            sql!(
                "-- Publication::load
            select name, value from setting"
            ),
            (),
        )?;
        let get = |name: &str| rows.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let or = |name: &str, default: &str| get(name).unwrap_or_else(|| default.to_owned());
        Ok(Publication {
            name: or("name", UNNAMED),
            description: or("description", ""),
            language: or("language", "en"),
            zone: or("zone", "UTC"),
            plain_hosts: or("plain_hosts", ""),
            shown: get("shown").and_then(|v| Shown::parse(&v)).unwrap_or(Shown::Failed),
            posts_per_page: get("posts_per_page").and_then(|v| v.parse().ok()).unwrap_or(10),
            navigation: ways(&or("navigation", NAVIGATION)).unwrap_or_default(),
            logo: or("logo", ""),
            accent: or("accent", ""),
            views: or("views", "on") == "on",
            wishes: Wishes::load(tx)?,
        })
    }

    /// When one of the settings was last changed.
    pub fn changed_at(tx: &mut Tx) -> Result<Option<Time>> {
        let (at,): (Option<Time>,) = tx.one(
            sql!(
                "-- Publication::changed_at
                select max(changed_at) from setting"
            ),
            (),
        )?;
        Ok(at)
    }

    /// Sets one thing, having made sure that it can be meant.
    pub fn set(tx: &mut Tx, name: &str, value: &str, now: Time) -> Result<()> {
        let value = match (name, value.trim()) {
            // Nothing at all is the usual navigation, so that nobody is left without.
            ("navigation", "") => NAVIGATION,
            (_, value) => value,
        };
        let bytes = room::typed(if value.is_empty() { "0" } else { value });
        let value = match (name, bytes) {
            ("copies_month" | "copies_total", Some(bytes)) => &bytes.to_string(),
            _ => value,
        };
        let refuse = |words: String| Err(Error::Invalid(words));
        match name {
            "name" if value.is_empty() => return refuse("A publication needs a name.".into()),
            "name" | "description" | "plain_hosts" => {}
            "language"
                if value.len() >= 2 && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {}
            "language" => return refuse(format!("“{value}” is not a language code such as en or pt-BR.")),
            "zone" if TimeZone::get(value).is_err() => {
                return refuse(format!("“{value}” is not a time zone such as Europe/Lisbon."));
            }
            "zone" => {}
            "shown" if matches!(Shown::parse(value), None | Some(Shown::Setting)) => {
                return refuse("Choose always, failed, passages or desk.".into());
            }
            "shown" => {}
            "posts_per_page" if !value.parse().is_ok_and(|n: usize| (1..=100).contains(&n)) => {
                return refuse("Posts per page: a number from 1 to 100.".into());
            }
            "posts_per_page" => {}
            "navigation" => drop(ways(value)?),
            "logo" if value.is_empty() => {}
            "logo" => check_logo(tx, value)?,
            "accent" if value.is_empty() => {}
            "accent" if !is_colour(value) => {
                return refuse(format!("“{value}” is not a colour such as #0b4f8a."));
            }
            "accent" => {}
            "views" | "media" if !matches!(value, "on" | "off") => return refuse("Choose on or off.".into()),
            "views" | "media" => {}
            "render" if Render::parse(value).is_none() => {
                return refuse("Choose never, auto or always.".into());
            }
            "render" | "rendered_hosts" | "unrendered_hosts" => {}
            "copies_month" | "copies_total" if bytes.is_none() => {
                return refuse(format!("“{value}” is no size such as 500 MB or 20 GB; 0 is no limit."));
            }
            "copies_month" | "copies_total" => {}
            "archives" => drop(wishes::archives(value)?),
            _ => return Err(Error::NotFound),
        }
        tx.run(
            sql!(
                "-- Publication::set
                insert into setting (name, value, changed_at) values (?1, ?2, ?3)
                on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at"
            ),
            (name, value, now),
        )?;
        if name == "zone" {
            queue::push(tx, &Job::ListAgain, now)?;
        }
        tx.changed(Topic::site())
    }

    /// The navigation as a person writes it: a line an entry, its address last.
    pub fn navigation_typed(&self) -> String {
        let lines = self.navigation.iter().map(|way| format!("{} {}", way.label, way.address));
        lines.collect::<Vec<_>>().join("\n")
    }

    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// How posts are read: which hosts are our own, which are never citations.
    pub fn reading(&self, base_url: &str) -> markup::Options {
        let own = Url::parse(base_url).ok().and_then(|u| u.host_str().map(str::to_owned));
        let hosts = self.plain_hosts.split([' ', ',', '\n']).map(str::trim).filter(|h| !h.is_empty());
        markup::Options {
            own_hosts: own.into_iter().collect(),
            plain_hosts: hosts.map(str::to_lowercase).collect(),
            ..markup::Options::default()
        }
    }
}

fn ways(typed: &str) -> Result<Vec<Way>> {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let ways: Vec<Way> = lines.map(way).collect::<Result<_>>()?;
    match ways.len() > WAYS {
        true => Err(Error::Invalid(format!("A navigation has at most {WAYS} entries."))),
        false => Ok(ways),
    }
}

fn way(line: &str) -> Result<Way> {
    let parts = line.rsplit_once(char::is_whitespace).map(|(label, address)| (label.trim(), address));
    let ours = |address: &str| address.starts_with('/') && !address.starts_with("//");
    let elsewhere = |address: &str| {
        Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
    };
    match parts {
        Some((label, address)) if ours(address) || elsewhere(address) => {
            Ok(Way { label: label.to_owned(), address: address.to_owned() })
        }
        _ => Err(Error::Invalid(format!(
            "“{line}” is no entry of a navigation. Write its words, then its address: About us /about"
        ))),
    }
}

fn check_logo(tx: &mut Tx, path: &str) -> Result<()> {
    match path.strip_prefix("/media/").map(|name| Media::find(tx, name)) {
        Some(Ok(media)) if media.is_picture() => Ok(()),
        Some(Err(error)) if !matches!(error, Error::NotFound) => Err(error),
        _ => Err(Error::Invalid(format!(
            "“{path}” is no picture of this publication; a logo is one such as /media/quay.jpg."
        ))),
    }
}

fn is_colour(typed: &str) -> bool {
    let digits = typed.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::clock::Clock;
    use crate::outside::db::{Db, Place, scratch::on_both};
    use crate::source::wishes::Wishes;

    on_both! {
        room_for_copies_is_written_as_a_person_writes_it
    }

    async fn room_for_copies_is_written_as_a_person_writes_it(place: Place) {
        let db = Db::open(&place, Clock::default()).await.unwrap();
        let set = |name: &'static str, value: &'static str| {
            db.write(move |tx| Publication::set(tx, name, value, Time(0)))
        };
        set("copies_month", "1 kB").await.unwrap();
        let refused = set("copies_total", "much").await.unwrap_err().to_string();
        assert_eq!(refused, "“much” is no size such as 500 MB or 20 GB; 0 is no limit.");
        let wishes = db.read(Wishes::load).await.unwrap();
        assert_eq!((wishes.copies_month, wishes.copies_total), (1000, 0));
    }
}
