//! Signing in with an address and a password.

use super::Person;
use super::password::verify_password;
use super::tries::{TRIES, TRIES_ANYWHERE, TRIES_TOGETHER, client, count_try, take_back_try};
use crate::app::App;
use crate::id::PersonId;
use crate::outside::db::sql;
use crate::time::Time;
use crate::{Error, Result};
use std::net::IpAddr;

/// The person whose address and password these are. Throttled by the client's address, and by the mail address. Whoever was
/// deactivated is told so, and nobody else: it takes their password to learn it.
pub async fn sign_in(app: &App, email: String, password: String, address: IpAddr) -> Result<Person> {
    let (whose, from) = (email.trim().to_lowercase(), client(address));
    let subjects = [
        (format!("email:{whose}"), TRIES_ANYWHERE),
        (format!("{from} email:{whose}"), TRIES),
        (from, TRIES_TOGETHER),
    ];
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
    let (id, hash, deactivated) = match found {
        Some((id, Some(hash), deactivated)) => (Some(id), hash, deactivated.is_some()),
        _ => (None, NOBODY.to_owned(), false),
    };
    let right = verify_password(app, password, hash).await?;
    match id {
        Some(_) if right && deactivated => Err(Error::Forbidden(
            "Your way in was closed. An owner of this publication can open it again.".into(),
        )),
        Some(id) if right => {
            app.db
                .write(move |tx| {
                    for (subject, _) in &subjects {
                        take_back_try(tx, subject)?;
                    }
                    Person::find(tx, id)
                })
                .await
        }
        _ => Err(Error::Invalid("This address and password do not belong together.".into())),
    }
}

/// Makes sure that whoever sits at somebody's open browser knows the password as well.
pub async fn confirm(app: &App, person: &Person, password: String, address: IpAddr) -> Result<()> {
    match sign_in(app, person.address().to_owned(), password, address).await {
        Ok(_) => Ok(()),
        Err(Error::Invalid(_)) => Err(Error::Invalid("This is not your present password.".into())),
        Err(error) => Err(error),
    }
}
