//! One-time addresses: for whoever is invited, and for whoever forgot a password.

use super::{Person, digest, session};
use crate::id::PersonId;
use crate::outside::db::{Tx, sql};
use crate::time::{DAY, Time};
use crate::{Error, Result};

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Invitation,
    Password,
}

impl Why {
    /// An invitation may lie for a week; what opens a desk that is in use should not.
    fn lasts(self) -> i64 {
        match self {
            Why::Invitation => 7 * DAY,
            Why::Password => DAY,
        }
    }

    /// The same in words.
    pub fn lasts_words(self) -> &'static str {
        match self {
            Why::Invitation => "seven days",
            Why::Password => "a day",
        }
    }

    /// Whoever never came in is invited, all others need a password.
    pub fn of(person: &Person) -> Why {
        if person.joined_at.is_some() { Why::Password } else { Why::Invitation }
    }
}

/// Where a one-time secret is taken.
pub fn path(secret: &str) -> String {
    format!("/desk/welcome/{secret}")
}

/// Lets a secret sign its person in once. The page that takes it asks for a POST: opening it uses nothing up.
pub fn open(tx: &mut Tx, person: &Person, secret: &str, now: Time) -> Result<()> {
    let way_in = person.email.is_some() && person.deactivated_at.is_none();
    if !way_in {
        return Err(Error::Conflict(format!("{} does not sign in here.", person.name)));
    }
    tx.run(
        sql!(
            "-- one_time::open
            insert into one_time (token_hash, person_id, created_at, expires_at) values (?1, ?2, ?3, ?4)"
        ),
        (digest(secret), person.person_id, now, now.plus(Why::of(person).lasts())),
    )?;
    Ok(())
}

/// The same with a secret of its own, for whoever hands it on by hand.
pub fn make(tx: &mut Tx, person: &Person, now: Time) -> Result<String> {
    let secret = super::secret();
    open(tx, person, &secret, now)?;
    Ok(secret)
}

/// Whose one-time secret this is, if it still holds.
pub fn owner(tx: &mut Tx, secret: &str, now: Time) -> Result<Person> {
    tx.one(
        sql!(
            "-- one_time::owner
            select person.* from one_time join person using (person_id)
            where token_hash = ?1 and used_at is null and expires_at > ?2
                and deactivated_at is null and email is not null"
        ),
        (digest(secret), now),
    )
}

/// Until when the last of a person's addresses opens; none where none does.
pub fn open_until(tx: &mut Tx, person: PersonId, now: Time) -> Result<Option<Time>> {
    let (until,): (Option<Time>,) = tx.one(
        sql!(
            "-- one_time::open_until
            select max(expires_at) from one_time where person_id = ?1 and used_at is null and expires_at > ?2"
        ),
        (person, now),
    )?;
    Ok(until)
}

/// Uses a one-time secret up, setting the password that was chosen with it.
pub fn use_up(tx: &mut Tx, secret: &str, password_hash: &str, now: Time) -> Result<Person> {
    let person = owner(tx, secret, now)?;
    // Every address that was waiting for this person is used up with it, by whoever came first.
    end_all(tx, person.person_id, now)?;
    Person::set_password(tx, person.person_id, password_hash, now)?;
    // Whoever asked for a new password may have lost the old one to somebody else.
    session::end_others(tx, person.person_id, None, now)?;
    Ok(person)
}

/// None of a person's addresses opens anything any more.
pub fn end_all(tx: &mut Tx, person: PersonId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- one_time::end_all
            update one_time set used_at = ?2 where person_id = ?1 and used_at is null"
        ),
        (person, now),
    )?;
    Ok(())
}

/// Takes them away for good, with whom they were for.
pub(super) fn forget(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.run(
        sql!(
            "-- one_time::forget
            delete from one_time where person_id = ?1"
        ),
        (person,),
    )?;
    Ok(())
}

pub(super) fn sweep(tx: &mut Tx, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- one_time::sweep
            delete from one_time where expires_at < ?1 or used_at < ?1"
        ),
        (now.plus(-DAY),),
    )?;
    Ok(())
}
