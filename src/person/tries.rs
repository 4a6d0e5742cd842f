//! Counted tries: whoever guesses waits.

use crate::outside::db::{Tx, sql};
use crate::time::{MINUTE, Time};
use crate::{Error, Result};
use std::net::{IpAddr, Ipv6Addr};

const TRIES_WINDOW: i64 = 15 * MINUTE;
/// Tries that somebody has within the window before they wait.
pub const TRIES: i64 = 10;
/// Tries of everybody who comes from one address together: a newsroom has one, and so has whoever goes through all its people.
pub(super) const TRIES_TOGETHER: i64 = 50;
/// Wrong passwords for one mail address, from wherever: high, so that a stranger alone cannot lock its owner out.
pub(super) const TRIES_ANYWHERE: i64 = 100;

/// Who asks, as tries are counted: a provider hands whole /64 networks to one household.
pub fn client(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("from:{address}"),
        IpAddr::V6(address) => format!("from:{}", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// Counts a try against a subject; too many of them wait until the window is over.
pub fn count_try(tx: &mut Tx, subject: &str, most: i64, now: Time) -> Result<()> {
    let (count, until): (i64, Time) = tx.one(
        sql!(
            "-- count_try
            insert into tries (subject, count, until_at) values (?1, 1, ?3)
            on conflict (subject) do update set
                count = case when tries.until_at <= ?2 then 1 else tries.count + 1 end,
                until_at = case when tries.until_at <= ?2 then excluded.until_at else tries.until_at end
            returning count, until_at"
        ),
        (subject, now, now.plus(TRIES_WINDOW)),
    )?;
    if count > most {
        return Err(Error::TooMany(((until.0 - now.0) / crate::time::SECOND).max(1) as u64));
    }
    Ok(())
}

/// One that turned out right was no guess. Those before it stay counted: whoever has a password of their own shall not wipe out
/// with it what they guessed of others'.
pub(super) fn take_back_try(tx: &mut Tx, subject: &str) -> Result<()> {
    tx.run(
        sql!(
            "-- take_back_try
            update tries set count = count - 1 where subject = ?1 and count > 0"
        ),
        (subject,),
    )?;
    Ok(())
}

pub(super) fn sweep(tx: &mut Tx, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- sweep tries
        delete from tries where until_at < ?1"
        ),
        (now,),
    )?;
    Ok(())
}
