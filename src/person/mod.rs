//! A person is an author or editor with a way to sign in, or a name above posts without one.
//!
//! Each way in is a file of its own: a session after [`sign_in`], a bearer [`token`], a [`one_time`] address. Secrets are kept as
//! digests alone: whoever reads the database can sign in as nobody.

pub mod letter;
pub mod one_time;
mod password;
mod secret;
pub mod session;
mod sign_in;
pub mod standing;
pub mod token;
mod tries;

pub use password::hash_password;
pub use secret::{digest, secret};
pub use sign_in::{confirm, sign_in};
pub use tries::{TRIES, client, count_try};

use crate::id::PersonId;
use crate::outside::db::{Taken, Tx, record, sql, words};
use crate::time::Time;
use crate::{Error, Result};

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

    /// May work on other people's posts, and see who else is here.
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
        /// When name, bio or picture last changed; the beginning of time where none ever did.
        pub introduced_at: Time,
        pub created_at: Time,
        /// When they chose their first password; until then they are invited.
        pub joined_at: Option<Time>,
        /// When they last used the desk, to the hour.
        pub seen_at: Option<Time>,
        pub deactivated_at: Option<Time>,
    }
}

/// More is no name.
const LONGEST_NAME: usize = 100;
const LONGEST_BIO: usize = 1000;

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
        let (email, name) = (checked_email(email)?, checked_name(name)?);
        let slug = free_slug(tx, &crate::slug::slugify(&name))?;
        tx.one(
            sql!(
                "-- Person::add
                insert into person (email, name, slug, role, bio, created_at)
                values (?1, ?2, ?3, ?4, '', ?5) returning *"
            ),
            (&email, name, slug, role, now),
        )
        .taken(&is_here(&email))
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

    /// Everybody who signs in, is invited to, or did once.
    pub fn staff(tx: &mut Tx) -> Result<Vec<Person>> {
        tx.all(
            sql!(
                "-- Person::staff
            select * from person where email is not null order by name, person_id"
            ),
            (),
        )
    }

    /// Names above posts that sign in with nothing, in the order they came.
    pub fn bylines(tx: &mut Tx, after: PersonId, limit: usize) -> Result<Vec<Person>> {
        tx.all(
            sql!(
                "-- Person::bylines
                select * from person where email is null and person_id > ?1 order by person_id limit ?2"
            ),
            (after, limit),
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

    /// What readers are told of a person. The address of their page stays, so that it goes on leading there.
    pub fn introduce(tx: &mut Tx, id: PersonId, name: &str, bio: &str, now: Time) -> Result<()> {
        let (name, bio) = (checked_name(name)?, bio.trim());
        if bio.chars().count() > LONGEST_BIO {
            return Err(Error::Invalid(format!(
                "A bio has at most {LONGEST_BIO} characters; a page of its own can hold more."
            )));
        }
        tx.run(
            sql!(
                "-- Person::introduce
            update person set name = ?2, bio = ?3, introduced_at = ?4 where person_id = ?1"
            ),
            (id, name, bio, now),
        )?;
        tx.changed(id.topic())
    }

    /// Puts up a picture of ours, or none.
    pub fn put_up_picture(tx: &mut Tx, id: PersonId, path: &str, now: Time) -> Result<()> {
        tx.run(
            sql!(
                "-- Person::put_up_picture
            update person set picture = ?2, introduced_at = ?3 where person_id = ?1"
            ),
            (id, path, now),
        )?;
        tx.changed(id.topic())
    }

    /// Another address to sign in with. What was sent to the one before opens nothing any more.
    pub fn move_to(tx: &mut Tx, id: PersonId, email: &str, now: Time) -> Result<()> {
        let email = checked_email(email)?;
        tx.run(
            sql!(
                "-- Person::move_to
            update person set email = ?2 where person_id = ?1"
            ),
            (id, &email),
        )
        .taken(&is_here(&email))?;
        one_time::end_all(tx, id, now)
    }

    pub fn set_password(tx: &mut Tx, id: PersonId, hash: &str, now: Time) -> Result<()> {
        tx.run(
            sql!(
                "-- Person::set_password
            update person set password = ?2, joined_at = coalesce(joined_at, ?3) where person_id = ?1"
            ),
            (id, hash, now),
        )?;
        Ok(())
    }

    /// The mail address, for whoever has one.
    pub fn address(&self) -> &str {
        self.email.as_deref().unwrap_or_default()
    }
}

fn is_here(email: &str) -> String {
    format!("Somebody with the address {email} is here already.")
}

fn checked_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    match email.parse::<lettre::Address>() {
        Ok(_) => Ok(email),
        Err(_) => Err(Error::Invalid(format!("“{email}” is not a mail address."))),
    }
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Error::Invalid("A person needs a name.".into())),
        1..=LONGEST_NAME => Ok(name),
        _ => Err(Error::Invalid(format!("A name has at most {LONGEST_NAME} characters."))),
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

/// Sweeps away what is over: sessions, one-time addresses, counted tries.
pub fn sweep(tx: &mut Tx, now: Time) -> Result<()> {
    session::sweep(tx, now)?;
    one_time::sweep(tx, now)?;
    tries::sweep(tx, now)
}
