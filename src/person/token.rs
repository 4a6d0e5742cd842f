//! Bearer tokens: keys with which a script acts in somebody's name.

use super::{Person, digest, secret};
use crate::id::{PersonId, TokenId};
use crate::outside::db::{Tx, record, sql};
use crate::time::Time;
use crate::{Error, Result};

record! {
    /// A key for the JSON API, without its secret.
    #[derive(Debug, Clone, serde::Serialize)]
    pub struct Token {
        pub token_id: TokenId,
        pub person_id: PersonId,
        pub name: String,
        pub created_at: Time,
        pub seen_at: Option<Time>,
    }
}

/// Makes a bearer token; the secret is told once and kept nowhere.
pub fn add(tx: &mut Tx, person: PersonId, name: &str, now: Time) -> Result<String> {
    let token = format!("ibid_{}", secret());
    tx.run(
        sql!(
            "-- token::add
            insert into token (token_hash, person_id, name, created_at) values (?1, ?2, ?3, ?4)"
        ),
        (digest(&token), person, name, now),
    )?;
    Ok(token)
}

pub fn all(tx: &mut Tx, person: PersonId) -> Result<Vec<Token>> {
    tx.all(
        sql!(
            "-- token::all
            select token_id, person_id, name, created_at, seen_at from token
            where person_id = ?1 and ended_at is null order by created_at desc"
        ),
        (person,),
    )
}

pub fn end(tx: &mut Tx, person: PersonId, token: TokenId, now: Time) -> Result<()> {
    let ended = tx.run(
        sql!(
            "-- token::end
            update token set ended_at = ?3 where token_id = ?2 and person_id = ?1 and ended_at is null"
        ),
        (person, token, now),
    )?;
    if ended == 0 { Err(Error::NotFound) } else { Ok(()) }
}

pub(super) fn end_all(tx: &mut Tx, person: PersonId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- token::end_all
            update token set ended_at = ?2 where person_id = ?1 and ended_at is null"
        ),
        (person, now),
    )?;
    Ok(())
}

/// Whom a bearer token speaks for.
pub fn owner(tx: &mut Tx, token: &str) -> Result<Option<(Person, Token)>> {
    let token: Option<Token> = tx.first(
        sql!(
            "-- token::owner
            select token_id, person_id, name, created_at, seen_at from token
            where token_hash = ?1 and ended_at is null"
        ),
        (digest(token),),
    )?;
    let Some(token) = token else { return Ok(None) };
    let person = Person::find(tx, token.person_id)?;
    Ok(person.deactivated_at.is_none().then_some((person, token)))
}

/// Notes that a token is in use: see [`super::session::see`].
pub fn see(tx: &mut Tx, token: TokenId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- token::see
            update token set seen_at = ?2 where token_id = ?1"
        ),
        (token, now),
    )?;
    Ok(())
}
