//! A person is an author or editor with a way to sign in.
//!
//! Secrets are kept as digests alone: whoever reads the database can sign in as nobody.

use crate::app::{App, compute};
use crate::id::{PersonId, SessionId, TokenId};
use crate::outside::db::{Taken, Tx, record, sql, words};
use crate::time::{DAY, MINUTE, Time};
use crate::{Error, Result, error::Context};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv6Addr};

words! {
    /// What a person may do; each role may do what the ones after it may.
    pub enum Role {
        Owner "owner",
        Editor "editor",
        Author "author",
        /// Writes, but does not publish.
        Contributor "contributor",
    }
}

impl Role {
    pub fn may_publish(self) -> bool {
        self != Role::Contributor
    }

    /// May work on other people's posts.
    pub fn may_edit_all(self) -> bool {
        matches!(self, Role::Owner | Role::Editor)
    }

    /// May change settings, people and how much of sources is shown.
    pub fn may_settle(self) -> bool {
        self == Role::Owner
    }
}

record! {
    #[derive(Debug, Clone, serde::Serialize)]
    pub struct Person {
        pub person_id: PersonId,
        /// None: a name above posts, who does not sign in.
        pub email: Option<String>,
        pub name: String,
        pub slug: String,
        pub role: Role,
        pub bio: String,
        /// One of ours, `/media/…`; empty is none.
        pub picture: String,
        pub created_at: Time,
        pub deactivated_at: Option<Time>,
    }
}

impl Person {
    pub fn find(tx: &mut Tx, id: PersonId) -> Result<Person> {
        tx.one(
            sql!(
                "-- Person::find
            select * from person where person_id = ?1"
            ),
            (id,),
        )
    }

    pub fn by_email(tx: &mut Tx, email: &str) -> Result<Option<Person>> {
        tx.first(
            sql!(
                "-- Person::by_email
            select * from person where email = ?1"
            ),
            (email.trim().to_lowercase(),),
        )
    }

    pub fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Person>> {
        tx.first(
            sql!(
                "-- Person::by_slug
            select * from person where slug = ?1"
            ),
            (slug,),
        )
    }

    /// Whether nobody can sign in yet, as on a first run.
    pub fn nobody(tx: &mut Tx) -> Result<bool> {
        let count: (i64,) = tx.one(
            sql!(
                "-- Person::nobody
                select count(*) from person where email is not null"
            ),
            (),
        )?;
        Ok(count.0 == 0)
    }

    /// Adds a person who cannot sign in until a password is set or a one-time address used.
    pub fn add(tx: &mut Tx, email: &str, name: &str, role: Role, now: Time) -> Result<Person> {
        let (email, name) = (checked_email(email)?, name.trim());
        if name.is_empty() {
            return Err(Error::Invalid("A person needs a name.".into()));
        }
        let slug = free_slug(tx, &crate::slug::slugify(name))?;
        tx.one(
            sql!(
                "-- Person::add
                insert into person (email, name, slug, role, bio, created_at)
                values (?1, ?2, ?3, ?4, '', ?5) returning *"
            ),
            (&email, name, slug, role, now),
        )
        .taken(&format!("Somebody with the address {email} is here already."))
    }

    /// Everybody whose name may stand above a post.
    pub fn everybody(tx: &mut Tx) -> Result<Vec<Person>> {
        tx.all(
            sql!(
                "-- Person::everybody
            select * from person order by person_id"
            ),
            (),
        )
    }

    /// Adds somebody who wrote what is published here, and does not sign in.
    pub fn credit(tx: &mut Tx, name: &str, bio: &str, now: Time) -> Result<Person> {
        let slug = free_slug(tx, &crate::slug::slugify(name))?;
        tx.one(
            sql!(
                "-- Person::credit
                insert into person (email, name, slug, role, bio, created_at)
                values (null, ?1, ?2, ?3, ?4, ?5) returning *"
            ),
            (name, slug, Role::Author, bio, now),
        )
    }

    pub fn describe(tx: &mut Tx, id: PersonId, bio: &str) -> Result<()> {
        tx.run(
            sql!(
                "-- Person::describe
            update person set bio = ?2 where person_id = ?1"
            ),
            (id, bio),
        )?;
        tx.changed(id.topic())
    }

    pub fn set_password(tx: &mut Tx, id: PersonId, hash: &str) -> Result<()> {
        tx.run(
            sql!(
                "-- Person::set_password
            update person set password = ?2 where person_id = ?1"
            ),
            (id, hash),
        )?;
        Ok(())
    }
}

fn checked_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    match email.parse::<lettre::Address>() {
        Ok(_) => Ok(email),
        Err(_) => Err(Error::Invalid(format!("“{email}” is not a mail address."))),
    }
}

fn free_slug(tx: &mut Tx, wanted: &str) -> Result<String> {
    for n in 1.. {
        let slug = if n == 1 { wanted.to_owned() } else { format!("{wanted}-{n}") };
        if Person::by_slug(tx, &slug)?.is_none() {
            return Ok(slug);
        }
    }
    unreachable!("numbers do not end")
}

/// 32 random bytes as 52 letters and digits: for a cookie, an address or a bearer token.
pub fn secret() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase()
}

pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Argon2id with a fresh salt, PHC form. Refuses what is too short to protect anybody.
pub async fn hash_password(app: &App, password: String) -> Result<String> {
    if password.chars().count() < 10 {
        return Err(Error::Invalid("A password needs at least ten characters.".into()));
    }
    let _turn = app.hashing.acquire().await.internal("waiting to hash")?;
    compute(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()))
        .await?
        .internal("hashing a password")
}

async fn verify_password(app: &App, password: String, hash: String) -> Result<bool> {
    let _turn = app.hashing.acquire().await.internal("waiting to verify")?;
    compute(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

const TRIES_WINDOW: i64 = 15 * MINUTE;
/// Tries that somebody has within the window before they wait.
pub const TRIES: i64 = 10;
/// Wrong passwords for one mail address, from wherever: high, so that a stranger alone cannot lock its owner out.
const TRIES_ANYWHERE: i64 = 100;

/// Who asks, as tries are counted: a provider hands whole /64 networks to one household.
pub fn client(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("from:{address}"),
        IpAddr::V6(address) => format!("from:{}", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// The person whose address and password these are. Throttled by the client's address, and by the mail address.
pub async fn sign_in(app: &App, email: String, password: String, address: IpAddr) -> Result<Person> {
    let subjects =
        [(format!("email:{}", email.trim().to_lowercase()), TRIES_ANYWHERE), (client(address), TRIES)];
    let now = app.now();
    let found = {
        let (email, subjects) = (email.clone(), subjects.clone());
        app.db
            .write(move |tx| {
                for (subject, most) in &subjects {
                    count_try(tx, subject, *most, now)?;
                }
                tx.first::<(PersonId, Option<String>, Option<Time>)>(
                    sql!(
                        "-- sign_in
                        select person_id, password, deactivated_at from person where email = ?1"
                    ),
                    (email.trim().to_lowercase(),),
                )
            })
            .await?
    };
    // A stranger's address costs the same time as a known one, so that nobody learns who writes here.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$4fXXG0spB92WPB1NitT8/A$X7MT2U/6cOFqBWJnYWoBVWuEmFSE6D2zSFpvCZ7yBUg";
    let (id, hash) = match found {
        Some((id, Some(hash), None)) => (Some(id), hash),
        _ => (None, NOBODY.to_owned()),
    };
    let right = verify_password(app, password, hash).await?;
    match id {
        Some(id) if right => {
            app.db
                .write(move |tx| {
                    for (subject, _) in &subjects {
                        forget_tries(tx, subject)?;
                    }
                    Person::find(tx, id)
                })
                .await
        }
        _ => Err(Error::Invalid("This address and password do not belong together.".into())),
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

fn forget_tries(tx: &mut Tx, subject: &str) -> Result<()> {
    tx.run(
        sql!(
            "-- forget_tries
        delete from tries where subject = ?1"
        ),
        (subject,),
    )?;
    Ok(())
}

const ONE_TIME_LASTS: i64 = 3 * DAY;

/// A secret that signs its person in once. The page that takes it asks for a POST: opening it uses nothing up.
pub fn one_time(tx: &mut Tx, person: PersonId, now: Time) -> Result<String> {
    let token = secret();
    tx.run(
        sql!(
            "-- one_time
            insert into one_time (token_hash, person_id, created_at, expires_at) values (?1, ?2, ?3, ?4)"
        ),
        (digest(&token), person, now, now.plus(ONE_TIME_LASTS)),
    )?;
    Ok(token)
}

/// Whose one-time secret this is, if it still holds.
pub fn one_time_owner(tx: &mut Tx, token: &str, now: Time) -> Result<Person> {
    tx.one(
        sql!(
            "-- one_time_owner
            select person.* from one_time join person using (person_id)
            where token_hash = ?1 and used_at is null and expires_at > ?2 and deactivated_at is null"
        ),
        (digest(token), now),
    )
}

/// Uses a one-time secret up, setting the password that was chosen with it.
pub fn use_one_time(tx: &mut Tx, token: &str, password_hash: &str, now: Time) -> Result<Person> {
    let person = one_time_owner(tx, token, now)?;
    // Every address that was waiting for this person is used up with it, by whoever came first.
    let used = tx.run(
        sql!(
            "-- use_one_time
        update one_time set used_at = ?2 where used_at is null and (token_hash = ?1 or person_id = ?3)"
        ),
        (digest(token), now, person.person_id),
    )?;
    if used == 0 {
        return Err(Error::NotFound);
    }
    Person::set_password(tx, person.person_id, password_hash)?;
    // Whoever asked for a new password may have lost the old one to somebody else.
    end_all_sessions(tx, person.person_id, now)?;
    Ok(person)
}

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

const SESSION_LASTS: i64 = 30 * DAY;

/// Starts a session; the secret goes into the browser's cookie and nowhere else.
pub fn start_session(tx: &mut Tx, person: PersonId, agent: &str, address: &str, now: Time) -> Result<String> {
    let token = secret();
    let agent: String = agent.chars().take(300).collect();
    tx.run(
        sql!(
            "-- start_session
            insert into session (token_hash, person_id, agent, address, created_at, seen_at)
            values (?1, ?2, ?3, ?4, ?5, ?5)"
        ),
        (digest(&token), person, agent, address, now),
    )?;
    Ok(token)
}

/// Who sits behind a cookie.
pub fn by_session(tx: &mut Tx, token: &str, now: Time) -> Result<Option<(Person, Session)>> {
    let session: Option<Session> = tx.first(
        sql!(
            "-- by_session
            select session_id, person_id, agent, address, created_at, seen_at from session
            where token_hash = ?1 and ended_at is null and seen_at > ?2"
        ),
        (digest(token), now.plus(-SESSION_LASTS)),
    )?;
    let Some(session) = session else { return Ok(None) };
    let person = Person::find(tx, session.person_id)?;
    Ok(person.deactivated_at.is_none().then_some((person, session)))
}

/// Notes that a session is in use; whoever calls does so at most once an hour, because reading the desk should not write.
pub fn see_session(tx: &mut Tx, session: SessionId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- see_session
            update session set seen_at = ?2 where session_id = ?1"
        ),
        (session, now),
    )?;
    Ok(())
}

pub fn sessions(tx: &mut Tx, person: PersonId, now: Time) -> Result<Vec<Session>> {
    tx.all(
        sql!(
            "-- sessions
            select session_id, person_id, agent, address, created_at, seen_at from session
            where person_id = ?1 and ended_at is null and seen_at > ?2 order by seen_at desc"
        ),
        (person, now.plus(-SESSION_LASTS)),
    )
}

pub fn end_session(tx: &mut Tx, person: PersonId, session: SessionId, now: Time) -> Result<()> {
    let ended = tx.run(
        sql!(
            "-- end_session
            update session set ended_at = ?3 where session_id = ?2 and person_id = ?1 and ended_at is null"
        ),
        (person, session, now),
    )?;
    if ended == 0 { Err(Error::NotFound) } else { Ok(()) }
}

pub fn end_all_sessions(tx: &mut Tx, person: PersonId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- end_all_sessions
            update session set ended_at = ?2 where person_id = ?1 and ended_at is null"
        ),
        (person, now),
    )?;
    Ok(())
}

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
pub fn add_token(tx: &mut Tx, person: PersonId, name: &str, now: Time) -> Result<String> {
    let token = format!("ibid_{}", secret());
    tx.run(
        sql!(
            "-- add_token
            insert into token (token_hash, person_id, name, created_at) values (?1, ?2, ?3, ?4)"
        ),
        (digest(&token), person, name, now),
    )?;
    Ok(token)
}

pub fn tokens(tx: &mut Tx, person: PersonId) -> Result<Vec<Token>> {
    tx.all(
        sql!(
            "-- tokens
            select token_id, person_id, name, created_at, seen_at from token
            where person_id = ?1 and ended_at is null order by created_at desc"
        ),
        (person,),
    )
}

pub fn end_token(tx: &mut Tx, person: PersonId, token: TokenId, now: Time) -> Result<()> {
    let ended = tx.run(
        sql!(
            "-- end_token
            update token set ended_at = ?3 where token_id = ?2 and person_id = ?1 and ended_at is null"
        ),
        (person, token, now),
    )?;
    if ended == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Whom a bearer token speaks for.
pub fn by_token(tx: &mut Tx, token: &str) -> Result<Option<(Person, Token)>> {
    let token: Option<Token> = tx.first(
        sql!(
            "-- by_token
            select token_id, person_id, name, created_at, seen_at from token
            where token_hash = ?1 and ended_at is null"
        ),
        (digest(token),),
    )?;
    let Some(token) = token else { return Ok(None) };
    let person = Person::find(tx, token.person_id)?;
    Ok(person.deactivated_at.is_none().then_some((person, token)))
}

/// Notes that a token is in use: see [`see_session`].
pub fn see_token(tx: &mut Tx, token: TokenId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- see_token
            update token set seen_at = ?2 where token_id = ?1"
        ),
        (token, now),
    )?;
    Ok(())
}

/// Sweeps away what is over: sessions, one-time addresses, counted tries.
pub fn sweep(tx: &mut Tx, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- sweep sessions
            delete from session where seen_at < ?1 or ended_at < ?1"
        ),
        (now.plus(-SESSION_LASTS),),
    )?;
    tx.run(
        sql!(
            "-- sweep one-time addresses
            delete from one_time where expires_at < ?1 or used_at < ?1"
        ),
        (now.plus(-ONE_TIME_LASTS),),
    )?;
    tx.run(
        sql!(
            "-- sweep tries
        delete from tries where until_at < ?1"
        ),
        (now,),
    )?;
    Ok(())
}
