//! Passwords, as Argon2id keeps them.

use crate::app::{App, compute};
use crate::{Error, Result, error::Context};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

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

pub(super) async fn verify_password(app: &App, password: String, hash: String) -> Result<bool> {
    let _turn = app.hashing.acquire().await.internal("waiting to verify")?;
    compute(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}
