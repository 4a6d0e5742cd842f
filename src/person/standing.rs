//! What somebody may do here, and whether they still come in. There is always an owner who does.

use super::{Person, Role, checked_email, is_here, one_time, session, token};
use crate::id::PersonId;
use crate::outside::db::{Taken, Tx, sql};
use crate::time::Time;
use crate::{Error, Result};

pub fn change_role(tx: &mut Tx, person: &Person, role: Role) -> Result<()> {
    if role != Role::Owner {
        keep_an_owner(tx, person)?;
    }
    tx.run(
        sql!(
            "-- standing::change_role
            update person set role = ?2 where person_id = ?1"
        ),
        (person.person_id, role),
    )?;
    Ok(())
}

/// Gives a name above posts a way in; their posts are theirs from then on.
pub fn admit(tx: &mut Tx, person: &Person, email: &str, role: Role) -> Result<Person> {
    if person.email.is_some() {
        return Err(Error::Conflict(format!("{} has an address already.", person.name)));
    }
    let email = checked_email(email)?;
    tx.one(
        sql!(
            "-- standing::admit
            update person set email = ?2, role = ?3 where person_id = ?1 returning *"
        ),
        (person.person_id, &email, role),
    )
    .taken(&is_here(&email))
}

/// Takes an invitation back. Whoever has posts here stays as the name above them; of others nothing is left.
pub fn withdraw(tx: &mut Tx, person: &Person, now: Time) -> Result<()> {
    if person.joined_at.is_some() {
        return Err(Error::Conflict(format!(
            "{} has come in already. Deactivate them if they are to leave.",
            person.name
        )));
    }
    one_time::end_all(tx, person.person_id, now)?;
    token::end_all(tx, person.person_id, now)?;
    // Without a session and a token nobody can have left anything else.
    let (left,): (i64,) = tx.one(
        sql!(
            "-- standing::withdraw
            select (select count(*) from post where author_id = ?1) + (select count(*) from co_author where person_id = ?1)
                + (select count(*) from token where person_id = ?1)"
        ),
        (person.person_id,),
    )?;
    if left > 0 {
        return forget_address(tx, person.person_id);
    }
    one_time::forget(tx, person.person_id)?;
    tx.run(
        sql!(
            "-- standing::forget
            delete from person where person_id = ?1"
        ),
        (person.person_id,),
    )?;
    Ok(())
}

fn forget_address(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.run(
        sql!(
            "-- standing::forget_address
            update person set email = null where person_id = ?1"
        ),
        (person,),
    )?;
    Ok(())
}

/// Closes every way in at once. Posts stay, and the name above them.
pub fn deactivate(tx: &mut Tx, person: &Person, now: Time) -> Result<()> {
    if person.email.is_none() {
        return Err(Error::Conflict(format!("{} does not sign in here.", person.name)));
    }
    keep_an_owner(tx, person)?;
    tx.run(
        sql!(
            "-- standing::deactivate
            update person set deactivated_at = ?2 where person_id = ?1 and deactivated_at is null"
        ),
        (person.person_id, now),
    )?;
    session::end_others(tx, person.person_id, None, now)?;
    token::end_all(tx, person.person_id, now)?;
    one_time::end_all(tx, person.person_id, now)
}

/// Opens the way in again, with the password of before. Keys and sessions stay ended.
pub fn bring_back(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.run(
        sql!(
            "-- standing::bring_back
            update person set deactivated_at = null where person_id = ?1"
        ),
        (person,),
    )?;
    Ok(())
}

/// One unit writes at a time, so two owners cannot both leave in the belief that the other stays.
fn keep_an_owner(tx: &mut Tx, leaving: &Person) -> Result<()> {
    let (others,): (i64,) = tx.one(
        sql!(
            "-- standing::keep_an_owner
            select count(*) from person where role = 'owner' and person_id <> ?1
                and email is not null and joined_at is not null and deactivated_at is null"
        ),
        (leaving.person_id,),
    )?;
    match leaving.role == Role::Owner && others == 0 {
        true => Err(Error::Conflict(format!(
            "{} is the only owner who can sign in, and a publication cannot be without one. Make somebody else an owner first.",
            leaving.name
        ))),
        false => Ok(()),
    }
}
