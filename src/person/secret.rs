//! Secrets are handed out once and kept as digests.

use sha2::{Digest, Sha256};

/// 32 random bytes as 52 letters and digits: for a cookie, an address or a bearer token.
pub fn secret() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase()
}

pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
