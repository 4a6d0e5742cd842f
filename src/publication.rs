//! The publication itself: its name, its language, its clock, and how much of its sources it shows.

use crate::outside::db::{Topic, Tx, sql};
use crate::outside::queue::{self, Job};
use crate::source::Shown;
use crate::time::Time;
use crate::{Error, Result};
use jiff::tz::TimeZone;

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
}

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
        let value = value.trim();
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

    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// How posts are read: which hosts are our own, which are never citations.
    pub fn reading(&self, base_url: &str) -> markup::Options {
        let own = url::Url::parse(base_url).ok().and_then(|u| u.host_str().map(str::to_owned));
        let hosts = self.plain_hosts.split([' ', ',', '\n']).map(str::trim).filter(|h| !h.is_empty());
        markup::Options {
            own_hosts: own.into_iter().collect(),
            plain_hosts: hosts.map(str::to_lowercase).collect(),
            ..markup::Options::default()
        }
    }
}
