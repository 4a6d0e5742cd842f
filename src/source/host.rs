//! What is known of a host: whether its pages hold their words as they are sent, or only once scripts have run.

use crate::Result;
use crate::outside::db::{Tx, sql};
use crate::source::wishes::{Render, Wishes};
use crate::time::{DAY, Time};

/// Sites are built anew: after so long a page is asked for as it is sent once more.
const KNOWN: i64 = 30 * DAY;

/// How a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Sent,
    /// As it is sent; where that holds too little, in a browser.
    SentFirst,
    Browser,
}

pub(super) fn plan(tx: &mut Tx, host: &str, now: Time) -> Result<Plan> {
    let learned: Option<(Time,)> = tx.first(
        sql!(
            "-- host::plan
            select learned_at from rendered_host where host = ?1"
        ),
        (host,),
    )?;
    let known = learned.is_some_and(|(at,)| now.0 - at.0 < KNOWN);
    Ok(decide(&Wishes::load(tx)?, host, known))
}

/// A page of this host took a browser.
pub(super) fn learn(tx: &mut Tx, host: &str, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- host::learn
            insert into rendered_host (host, learned_at) values (?1, ?2)
            on conflict (host) do update set learned_at = excluded.learned_at"
        ),
        (host, now),
    )?;
    Ok(())
}

fn decide(wishes: &Wishes, host: &str, known: bool) -> Plan {
    if lists(&wishes.unrendered_hosts, host) {
        return Plan::Sent;
    }
    if lists(&wishes.rendered_hosts, host) {
        return Plan::Browser;
    }
    match wishes.render {
        Render::Never => Plan::Sent,
        Render::Auto if known => Plan::Browser,
        Render::Auto => Plan::SentFirst,
        Render::Always => Plan::Browser,
    }
}

/// A host stands for those under it.
fn lists(hosts: &str, host: &str) -> bool {
    let listed = hosts.split([' ', ',', '\n', '\t']).map(str::trim).filter(|listed| !listed.is_empty());
    let under =
        |listed: &str| host.strip_suffix(listed).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    listed.map(str::to_lowercase).any(|listed| under(&listed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_decides() {
        let wishes = |render| Wishes {
            copies_month: 0,
            copies_total: 0,
            media: false,
            archives: Vec::new(),
            render,
            rendered_hosts: "app.example, Other.example".into(),
            unrendered_hosts: "static.app.example".into(),
        };
        let check = |render, host, known, expected| {
            assert_eq!(decide(&wishes(render), host, known), expected, "{render} {host} {known}");
        };
        check(Render::Auto, "quay.example", false, Plan::SentFirst);
        check(Render::Auto, "quay.example", true, Plan::Browser);
        check(Render::Never, "quay.example", true, Plan::Sent);
        check(Render::Always, "quay.example", false, Plan::Browser);
        check(Render::Never, "app.example", false, Plan::Browser);
        check(Render::Never, "www.other.example", false, Plan::Browser);
        check(Render::Never, "notapp.example", false, Plan::Sent);
        check(Render::Always, "static.app.example", true, Plan::Sent);
    }
}
