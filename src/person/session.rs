//! Sessions: browsers in which somebody is signed in.

use super::{Person, digest, secret};
use crate::id::{PersonId, SessionId};
use crate::outside::db::{Tx, record, sql};
use crate::time::{DAY, Time};
use crate::{Error, Result};

record! {
    #[derive(Debug, Clone, serde::Serialize)]
    pub struct Session {
        pub session_id: SessionId,
        pub person_id: PersonId,
        pub agent: String,
        pub address: String,
        pub created_at: Time,
        pub seen_at: Time,
    }
}

const LASTS: i64 = 30 * DAY;

/// Starts a session; the secret goes into the browser's cookie and nowhere else.
pub fn start(tx: &mut Tx, person: PersonId, agent: &str, address: &str, now: Time) -> Result<String> {
    let token = secret();
    let agent: String = agent.chars().take(300).collect();
    tx.run(
        sql!(
            "-- session::start
            insert into session (token_hash, person_id, agent, address, created_at, seen_at)
            values (?1, ?2, ?3, ?4, ?5, ?5)"
        ),
        (digest(&token), person, agent, address, now),
    )?;
    seen_in_person(tx, person, now)?;
    Ok(token)
}

/// Who sits behind a cookie.
pub fn owner(tx: &mut Tx, token: &str, now: Time) -> Result<Option<(Person, Session)>> {
    let session: Option<Session> = tx.first(
        sql!(
            "-- session::owner
            select session_id, person_id, agent, address, created_at, seen_at from session
            where token_hash = ?1 and ended_at is null and seen_at > ?2"
        ),
        (digest(token), now.plus(-LASTS)),
    )?;
    let Some(session) = session else { return Ok(None) };
    let person = Person::find(tx, session.person_id)?;
    Ok(person.deactivated_at.is_none().then_some((person, session)))
}

/// Notes that a session is in use; whoever calls does so at most once an hour, because reading the desk should not write.
pub fn see(tx: &mut Tx, session: &Session, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- session::see
            update session set seen_at = ?2 where session_id = ?1"
        ),
        (session.session_id, now),
    )?;
    seen_in_person(tx, session.person_id, now)
}

fn seen_in_person(tx: &mut Tx, person: PersonId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- session::seen_in_person
            update person set seen_at = ?2 where person_id = ?1"
        ),
        (person, now),
    )?;
    Ok(())
}

/// A person's, the one in use last first.
pub fn all(tx: &mut Tx, person: PersonId, now: Time) -> Result<Vec<Session>> {
    tx.all(
        sql!(
            "-- session::all
            select session_id, person_id, agent, address, created_at, seen_at from session
            where person_id = ?1 and ended_at is null and seen_at > ?2 order by seen_at desc"
        ),
        (person, now.plus(-LASTS)),
    )
}

pub fn end(tx: &mut Tx, person: PersonId, session: SessionId, now: Time) -> Result<()> {
    let ended = tx.run(
        sql!(
            "-- session::end
            update session set ended_at = ?3 where session_id = ?2 and person_id = ?1 and ended_at is null"
        ),
        (person, session, now),
    )?;
    if ended == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Ends every session of a person but the one that is to go on.
pub fn end_others(tx: &mut Tx, person: PersonId, going_on: Option<SessionId>, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- session::end_others
            update session set ended_at = ?2 where person_id = ?1 and ended_at is null and session_id <> ?3"
        ),
        (person, now, going_on.unwrap_or(SessionId(0))),
    )?;
    Ok(())
}

pub(super) fn sweep(tx: &mut Tx, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- session::sweep
            delete from session where seen_at < ?1 or ended_at < ?1"
        ),
        (now.plus(-LASTS),),
    )?;
    Ok(())
}
