//! Digests as web archives write them: `algorithm:value`, the value in hex, base32 or base64.
//!
//! WARC leaves the encoding open and files in the wild hold all three, the first two in either case. Reading takes
//! every one of them.
//! SHA-256 is written in hex: it is what `sha256sum` prints and what a WACZ manifest must hold, so one string
//! serves everywhere, and 32 bytes do not fill base32 groups, so tools disagree about its padding. SHA-1 is
//! written in base32, as every tool that still writes it does.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::Digest as _;

/// A digest and the algorithm that made it. Two are equal if algorithm and bytes are, however they were written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Sha1,
    Sha256,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    #[error("digests by {0:?} cannot be checked; sha1 and sha256 can")]
    UnknownAlgorithm(String),
    #[error("{0:?} is not a digest in hex, base32 or base64")]
    Malformed(String),
}

impl Digest {
    pub fn sha256(data: &[u8]) -> Digest {
        Digest::of(Algorithm::Sha256, data)
    }

    pub fn of(algorithm: Algorithm, data: &[u8]) -> Digest {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(data);
        hasher.finish()
    }

    /// A digest that is known already. `None` if its length is another.
    pub fn from_sha256(bytes: &[u8]) -> Option<Digest> {
        let algorithm = Algorithm::Sha256;
        (bytes.len() == algorithm.length()).then(|| Digest { algorithm, bytes: bytes.to_vec() })
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Lower-case hex, without the algorithm.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.bytes)
    }

    /// Upper-case base32 without padding, without the algorithm.
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.algorithm {
            Algorithm::Sha1 => write!(f, "sha1:{}", self.base32()),
            Algorithm::Sha256 => write!(f, "sha256:{}", self.hex()),
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let malformed = || DigestError::Malformed(shortened(text));
        let (name, value) = text.trim().split_once(':').ok_or_else(malformed)?;
        let algorithm = match name.to_ascii_lowercase().as_str() {
            "sha1" | "sha-1" => Algorithm::Sha1,
            "sha256" | "sha-256" => Algorithm::Sha256,
            _ => return Err(DigestError::UnknownAlgorithm(shortened(name))),
        };
        let value = value.trim().trim_end_matches('=');
        // The length tells which of the three it is.
        let bytes = if value.len() == algorithm.length() * 2 {
            HEXLOWER_PERMISSIVE.decode(value.as_bytes())
        } else if value.len() == BASE64_NOPAD.encode_len(algorithm.length()) {
            BASE64_NOPAD.decode(value.as_bytes()).or_else(|_| BASE64URL_NOPAD.decode(value.as_bytes()))
        } else {
            BASE32_NOPAD.decode(value.to_ascii_uppercase().as_bytes())
        };
        let bytes = bytes.map_err(|_| malformed())?;
        if bytes.len() == algorithm.length() { Ok(Digest { algorithm, bytes }) } else { Err(malformed()) }
    }
}

impl Algorithm {
    /// In bytes.
    fn length(self) -> usize {
        match self {
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
        }
    }
}

/// Digests what it is given piece by piece.
pub(crate) enum Hasher {
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Hasher {
        match algorithm {
            Algorithm::Sha1 => Hasher::Sha1(sha1::Sha1::new()),
            Algorithm::Sha256 => Hasher::Sha256(sha2::Sha256::new()),
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Hasher::Sha1(hasher) => hasher.update(data),
            Hasher::Sha256(hasher) => hasher.update(data),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Hasher::Sha1(hasher) => Digest { algorithm: Algorithm::Sha1, bytes: hasher.finalize().to_vec() },
            Hasher::Sha256(hasher) => {
                Digest { algorithm: Algorithm::Sha256, bytes: hasher.finalize().to_vec() }
            }
        }
    }
}

/// Enough of a hostile value to recognise it in an error.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SHA-1 and SHA-256 of the empty text.
    const EMPTY_1: &str = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ";
    const EMPTY_256: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn every_spelling_of_one_digest_is_equal() {
        let empty = Digest::of(Algorithm::Sha1, b"");
        for text in [
            EMPTY_1,
            "SHA1:3i42h3s6nnfq2msvx7xzkyayscx5qbyj",
            "sha-1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
            " sha1: DA39A3EE5E6B4B0D3255BFEF95601890AFD80709 ",
            "sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
            "sha1:2jmj7l5rSw0yVb_vlWAYkK_YBwk",
        ] {
            assert_eq!(text.parse::<Digest>().unwrap(), empty, "{text}");
        }
        let empty = Digest::sha256(b"");
        let padded = format!("sha256:{}====", empty.base32());
        for text in [EMPTY_256, &padded, padded.trim_end_matches('='), &EMPTY_256.to_uppercase()] {
            assert_eq!(text.parse::<Digest>().unwrap(), empty, "{text}");
        }
    }

    #[test]
    fn digests_are_written_in_their_usual_spelling() {
        assert_eq!(Digest::of(Algorithm::Sha1, b"").to_string(), EMPTY_1);
        assert_eq!(Digest::sha256(b"").to_string(), EMPTY_256);
    }

    #[test]
    fn what_is_no_digest_says_why() {
        let check = |text: &str, says: &str| {
            assert_eq!(text.parse::<Digest>().unwrap_err().to_string(), says);
        };
        check(
            "md5:d41d8cd98f00b204e9800998ecf8427e",
            "digests by \"md5\" cannot be checked; sha1 and sha256 can",
        );
        check("sha1:", "\"sha1:\" is not a digest in hex, base32 or base64");
        check("sha1", "\"sha1\" is not a digest in hex, base32 or base64");
        check("sha1:ééééé", "\"sha1:ééééé\" is not a digest in hex, base32 or base64");
    }
}
