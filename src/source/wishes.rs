//! What the settings say of keeping: how much room copies may take, what comes with them, and who else may be asked.

use crate::outside::db::{Tx, sql, words};
use crate::{Error, Result};
use url::Url;

#[derive(Debug, Clone)]
pub struct Wishes {
    /// Bytes that copies may take in a month, and in all; 0 is no limit.
    pub copies_month: u64,
    pub copies_total: u64,
    /// Whether films and recordings are kept with the pages that show them.
    pub media: bool,
    /// Whether pages are looked at in a browser, and hosts for which that is settled otherwise.
    pub render: Render,
    pub rendered_hosts: String,
    pub unrendered_hosts: String,
    /// Archives that are asked for copies of their own; each is what stands before date and address.
    pub archives: Vec<Url>,
}

words! {
    /// Whether a browser is asked for a page.
    pub enum Render {
        Never "never",
        /// Where what was sent holds too little, and then for all of that host.
        Auto "auto",
        Always "always",
    }
}

/// Asked only when a person wants it.
const ARCHIVES: &str = "https://web.archive.org/web/";

impl Wishes {
    pub fn load(tx: &mut Tx) -> Result<Wishes> {
        let rows: Vec<(String, String)> = tx.all(
            sql!(
                "-- Wishes::load
                select name, value from setting where name in ('copies_month', 'copies_total', 'media', 'archives',
                    'render', 'rendered_hosts', 'unrendered_hosts')"
            ),
            (),
        )?;
        let get = |name: &str| rows.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let bytes = |name: &str| get(name).and_then(|value| value.parse().ok()).unwrap_or(0);
        let listed = |name: &str| get(name).unwrap_or_default().to_owned();
        Ok(Wishes {
            copies_month: bytes("copies_month"),
            copies_total: bytes("copies_total"),
            media: get("media") == Some("on"),
            render: get("render").and_then(Render::parse).unwrap_or(Render::Auto),
            rendered_hosts: listed("rendered_hosts"),
            unrendered_hosts: listed("unrendered_hosts"),
            archives: archives(get("archives").unwrap_or(ARCHIVES)).unwrap_or_default(),
        })
    }
}

/// A line each, as a person writes them.
pub fn archives(typed: &str) -> Result<Vec<Url>> {
    let lines = typed.split_whitespace().map(|line| {
        let slashed = if line.ends_with('/') { line.to_owned() } else { format!("{line}/") };
        Url::parse(&slashed).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(|| {
            Error::Invalid(format!("“{line}” is no archive’s address such as https://web.archive.org/web/."))
        })
    });
    lines.collect()
}
