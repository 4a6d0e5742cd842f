//! Who vouches for a package, and since when: WACZ Signing and Verification 0.1.0, and the time-stamps of RFC 3161.
//!
//! Pure. Whoever signs brings the key and says what the time is; whoever verifies brings the certificates to be trusted. A
//! [`Stamp`] is asked for in two steps, [`stamp_request`] and [`Stamp::read`]; what lies between them, the caller sends.

mod chain;
mod der;
mod stamp;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED,
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA256_ASN1, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use data_encoding::BASE64;
use rustls_pki_types::TrustAnchor;
use rustls_pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use webpki::aws_lc_rs as algorithms;

use self::chain::Use;
use crate::digest::Digest;
use crate::package::ManifestDigest;
use crate::time::Timestamp;

pub use stamp::{Stamp, request as stamp_request};

/// A private key, ECDSA on the curve P-256.
pub struct Key {
    /// For the form that says nothing but the key: browsers write such signatures as two numbers.
    bare: EcdsaKeyPair,
    /// For the form with a certificate.
    certified: EcdsaKeyPair,
}

/// A domain that vouches: the certificate of its key, with those that lead on to a root.
pub struct Domain {
    pub name: String,
    /// PEM, the domain's own first.
    pub certificates: String,
}

/// Whoever is trusted to issue certificates.
#[derive(Clone, Debug, Default)]
pub struct Roots(Vec<TrustAnchor<'static>>);

/// What is trusted to say who and when.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    pub domains: Roots,
    /// Those that stamp.
    pub authorities: Roots,
}

/// `signedData`, as it stands beside the manifest's digest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedData {
    pub hash: String,
    /// RFC 3339.
    pub created: String,
    #[serde(default)]
    pub software: String,
    /// Base64.
    pub signature: String,
    /// Base64 of a SubjectPublicKeyInfo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_cert: Option<String>,
    /// Base64 of a time-stamp of `signature`, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_signature: Option<String>,
    /// PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_cert: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What a signature proves. Not that a page said this: that this signer says it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    pub by: Signer,
    /// As the signer says; where there is a stamp, the stamp is what counts.
    pub created: Timestamp,
    /// As an authority that is trusted says.
    pub stamped: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// Whoever holds this key: Base64 of a SubjectPublicKeyInfo. Whose it is, somebody else must say.
    Key(String),
    /// `fingerprint` is the SHA-256 of its certificate, in hex.
    Domain { name: String, fingerprint: String },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("the key cannot be used: {0}")]
    Key(String),
    #[error("the package is not signed")]
    Unsigned,
    #[error("the signature cannot be understood: {0}")]
    Malformed(String),
    #[error("the signature is of another manifest")]
    OtherManifest,
    #[error("the signature is wrong")]
    Wrong,
    #[error("the certificate is not trusted: {0}")]
    Certificate(String),
    #[error("the authority gave no time-stamp: {0}")]
    Refused(String),
    #[error("the time-stamp proves nothing: {0}")]
    Stamp(&'static str),
    #[error("the time-stamp cannot be read: {0} was expected")]
    NotDer(&'static str),
    #[error("the signature was made {0}, and the time-stamp {1}")]
    Apart(Timestamp, Timestamp),
}

impl Key {
    /// A new key as PKCS#8, to be kept secret. The randomness is the system's.
    pub fn generate() -> Result<Vec<u8>, SignError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Ok(document.map_err(|error| SignError::Key(error.to_string()))?.as_ref().to_vec())
    }

    pub fn from_pkcs8(bytes: &[u8]) -> Result<Key, SignError> {
        let wrong = |error: aws_lc_rs::error::KeyRejected| SignError::Key(error.to_string());
        Ok(Key {
            bare: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).map_err(wrong)?,
            certified: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, bytes).map_err(wrong)?,
        })
    }

    /// As it stands behind `PRIVATE KEY` (PKCS#8) in a PEM file.
    pub fn from_pem(pem: &str) -> Result<Key, SignError> {
        let key = rustls_pki_types::PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes());
        Key::from_pkcs8(key.map_err(|error| SignError::Key(error.to_string()))?.secret_pkcs8_der())
    }

    /// Base64 of the SubjectPublicKeyInfo: by this whoever verifies knows the key again.
    pub fn public(&self) -> String {
        BASE64.encode(&[P256, self.bare.public_key().as_ref()].concat())
    }

    /// Vouches for a manifest as whoever holds this key.
    pub fn sign(&self, manifest: &Digest, at: Timestamp, software: &str) -> Result<SignedData, SignError> {
        let public_key = Some(self.public());
        Ok(SignedData { public_key, ..signed(&self.bare, manifest, at, software)? })
    }

    /// Vouches for a manifest as a domain.
    pub fn sign_as(
        &self,
        domain: &Domain,
        manifest: &Digest,
        at: Timestamp,
        software: &str,
    ) -> Result<SignedData, SignError> {
        let certificates = chain::read(&domain.certificates)?;
        let data = SignedData {
            domain: Some(domain.name.clone()),
            domain_cert: Some(domain.certificates.clone()),
            version: Some("0.1.0".into()),
            ..signed(&self.certified, manifest, at, software)?
        };
        // A certificate of another key would be found out by others only.
        let signature = decoded(&data.signature)?;
        let own = chain::signed(
            &certificates[0],
            &[algorithms::ECDSA_P256_SHA256],
            data.hash.as_bytes(),
            &signature,
        );
        if own { Ok(data) } else { Err(SignError::Key("the certificate is of another key".into())) }
    }
}

fn signed(
    key: &EcdsaKeyPair,
    manifest: &Digest,
    at: Timestamp,
    software: &str,
) -> Result<SignedData, SignError> {
    let hash = manifest.to_string();
    let signature = key.sign(&SystemRandom::new(), hash.as_bytes());
    let signature = signature.map_err(|error| SignError::Key(error.to_string()))?;
    Ok(SignedData {
        hash,
        created: at.whole_seconds().to_string(),
        software: software.to_owned(),
        signature: BASE64.encode(signature.as_ref()),
        ..SignedData::default()
    })
}

impl Roots {
    /// Every certificate of a PEM text.
    pub fn from_pem(pem: &str) -> Result<Roots, SignError> {
        chain::read(pem)?.iter().map(chain::anchor).collect::<Result<_, _>>().map(Roots)
    }

    /// These, and others too.
    pub fn and(mut self, others: Roots) -> Roots {
        self.0.extend(others.0);
        self
    }
}

/// Those that browsers trust come so.
impl FromIterator<TrustAnchor<'static>> for Roots {
    fn from_iter<I: IntoIterator<Item = TrustAnchor<'static>>>(anchors: I) -> Roots {
        Roots(anchors.into_iter().collect())
    }
}

impl SignedData {
    /// What an authority is to stamp.
    pub fn to_be_stamped(&self) -> Digest {
        Digest::sha256(self.signature.as_bytes())
    }

    /// With what the authority answered.
    pub fn stamped(mut self, reply: &[u8]) -> Result<SignedData, SignError> {
        if Stamp::read(reply)?.digest != self.to_be_stamped() {
            return Err(SignError::Stamp("it is of another digest"));
        }
        self.time_signature = Some(BASE64.encode(reply));
        Ok(self)
    }

    /// For [`crate::package::Closed::finish`].
    pub fn into_json(self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Who vouches for the manifest of this digest. Whether the manifest has it, [`crate::package::validate`] says.
///
/// A signature by a bare key needs nothing to be trusted, and proves no more than that its holder signed. One by a domain
/// needs a stamp, for certificates expire.
pub fn verify(digest: &ManifestDigest, trust: &Trust) -> Result<Vouched, SignError> {
    let data = digest.signed_data.clone().ok_or(SignError::Unsigned)?;
    let data: SignedData =
        serde_json::from_value(data).map_err(|error| SignError::Malformed(error.to_string()))?;
    if data.hash != digest.hash {
        return Err(SignError::OtherManifest);
    }
    let created: Timestamp =
        data.created.parse().map_err(|_| SignError::Malformed("there is no moment".into()))?;
    let signature = decoded(&data.signature)?;
    match (&data.domain, &data.domain_cert, &data.public_key) {
        (Some(domain), Some(certificates), _) => {
            let chain = chain::read(certificates)?;
            let algorithms = [algorithms::ECDSA_P256_SHA256, algorithms::ECDSA_P384_SHA256];
            if !chain::signed(&chain[0], &algorithms, data.hash.as_bytes(), &signature) {
                return Err(SignError::Wrong);
            }
            let stamped = stamp_of(&data, &trust.authorities)?
                .ok_or(SignError::Malformed("a domain's signature needs a time-stamp".into()))?;
            if (created.micros() - stamped.micros()).abs() > SOON {
                return Err(SignError::Apart(created, stamped));
            }
            chain::check(&chain, &trust.domains, stamped, Use::Domain(domain))?;
            let fingerprint = chain::fingerprint(&chain[0]);
            let by = Signer::Domain { name: domain.clone(), fingerprint };
            Ok(Vouched { by, created, stamped: Some(stamped) })
        }
        (_, _, Some(public)) => {
            if !signed_by(public, data.hash.as_bytes(), &signature)? {
                return Err(SignError::Wrong);
            }
            let stamped = stamp_of(&data, &trust.authorities)?;
            Ok(Vouched { by: Signer::Key(public.clone()), created, stamped })
        }
        _ => Err(SignError::Malformed("it has neither a key nor a domain".into())),
    }
}

/// A stamp follows the signature within ten minutes, as the specification's own verifier wants it.
const SOON: i64 = 600 * 1_000_000;

fn stamp_of(data: &SignedData, roots: &Roots) -> Result<Option<Timestamp>, SignError> {
    let Some(reply) = &data.time_signature else { return Ok(None) };
    let stamp = Stamp::read(&decoded(reply)?)?;
    stamp.verify(&data.to_be_stamped(), data.timestamp_cert.as_deref(), roots)?;
    Ok(Some(stamp.at))
}

/// By a bare key: browsers sign with two numbers, others with a DER structure of them.
fn signed_by(public: &str, message: &[u8], signature: &[u8]) -> Result<bool, SignError> {
    let key = decoded(public)?;
    let right = |algorithm: &'static dyn aws_lc_rs::signature::VerificationAlgorithm, point: &[u8]| {
        UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok()
    };
    match (key.strip_prefix(P256), key.strip_prefix(P384)) {
        (Some(point), _) => {
            Ok(right(&ECDSA_P256_SHA256_FIXED, point) || right(&ECDSA_P256_SHA256_ASN1, point))
        }
        (_, Some(point)) => Ok(right(&ECDSA_P384_SHA256_ASN1, point)),
        _ => Err(SignError::Malformed("its key is not on the curve P-256 or P-384".into())),
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, SignError> {
    BASE64
        .decode(text.trim().as_bytes())
        .map_err(|_| SignError::Malformed("a part of it is not Base64".into()))
}

/// What stands before the point in a SubjectPublicKeyInfo of the curve.
const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x06, 0x08, 0x2a, 0x86, 0x48,
    0xce, 0x3d, 3, 1, 7, 3, 0x42, 0,
];
const P384: &[u8] = &[
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x06, 0x05, 0x2b, 0x81, 4, 0,
    0x22, 3, 0x62, 0,
];
