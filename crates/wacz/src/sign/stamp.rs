//! Time-stamps of RFC 3161: what to send to an authority, and whether what came back proves anything.

use aws_lc_rs::digest;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::aws_lc_rs as with;

use super::chain::{self, Use};
use super::der::{self, NotDer, Value, Values, tag};
use super::{Roots, SignError};
use crate::digest::{Algorithm, Digest};
use crate::time::Timestamp;

/// A proof that a digest was known at a moment, if [`Stamp::read`] and [`Stamp::verify`] say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the authority says it saw the digest.
    pub at: Timestamp,
    /// Of what was stamped.
    pub digest: Digest,
    /// As it was asked with; none if it was asked without.
    nonce: Option<Vec<u8>>,
    /// `TSTInfo`, which the authority signed by way of `attributes`.
    info: Vec<u8>,
    signed: Signature,
    /// That came with it, DER.
    certificates: Vec<CertificateDer<'static>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    digest_algorithm: Vec<u8>,
    algorithm: Vec<u8>,
    /// As they are signed.
    attributes: Vec<u8>,
    value: Vec<u8>,
}

/// What is sent to the authority as `application/timestamp-query`. `nonce` is eight random bytes, so that no old answer
/// passes for a new one.
pub fn request(digest: &Digest, nonce: [u8; 8]) -> Result<Vec<u8>, SignError> {
    if digest.algorithm() != Algorithm::Sha256 {
        return Err(SignError::Stamp("only SHA-256 digests are stamped"));
    }
    let algorithm = [der::write(tag::OID, SHA256), der::write(tag::NULL, &[])].concat();
    let imprint = [der::write(tag::SEQUENCE, &algorithm), der::write(tag::OCTETS, digest.bytes())].concat();
    let content = [
        der::write_number(&[1]),
        der::write(tag::SEQUENCE, &imprint),
        der::write_number(&nonce),
        // With its certificates, so that the stamp stands alone.
        der::write(tag::BOOLEAN, &[0xff]),
    ];
    Ok(der::write(tag::SEQUENCE, &content.concat()))
}

impl Stamp {
    /// Reads an `application/timestamp-reply`. Proves nothing yet.
    pub fn read(reply: &[u8]) -> Result<Stamp, SignError> {
        let mut reply = Values::of(reply).within(tag::SEQUENCE, "a reply")?;
        let mut status = reply.within(tag::SEQUENCE, "a status")?;
        let granted = status.want(tag::INTEGER, "a status")?.number();
        if !matches!(granted, Some(0 | 1)) {
            return Err(SignError::Refused(words(status)));
        }
        let mut content = reply.within(tag::SEQUENCE, "a token")?;
        expect(
            content.want(tag::OID, "the kind of the token")?,
            SIGNED_DATA,
            "the token is not signed data",
        )?;
        let mut outer = content.within(tag::context(0), "signed data")?;
        let mut data = outer.within(tag::SEQUENCE, "signed data")?;
        data.want(tag::INTEGER, "a version")?;
        data.want(tag::SET, "digest algorithms")?;
        let info = stamped(data.within(tag::SEQUENCE, "what was signed")?)?;
        let certificates = match data.want_if(tag::context(0))? {
            Some(certificates) => certificates
                .values()
                .take(MOST_CERTIFICATES)
                .map(|one| one.map(|one| CertificateDer::from(one.whole.to_vec())))
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        data.want_if(tag::context(1))?;
        let mut signers = data.within(tag::SET, "signers")?;
        let signed = signature(signers.within(tag::SEQUENCE, "a signer")?)?;
        if !signers.is_empty() {
            return Err(SignError::Stamp("it has more than one signer"));
        }
        let (digest, at, nonce) = understood(info)?;
        Ok(Stamp { at, digest, nonce, info: info.to_vec(), signed, certificates })
    }

    /// Whether an authority that leads to one of the roots stamped this digest. `others` are certificates that did not
    /// come with the stamp, as PEM.
    pub fn verify(&self, digest: &Digest, others: Option<&str>, roots: &Roots) -> Result<(), SignError> {
        let certificates = self.signer_first(digest, others)?;
        chain::check(&certificates, roots, self.at, Use::TimeStamping)
    }

    /// Whether somebody stamped this digest: the signature is right, by a certificate that came along, whoever issued it.
    pub fn holds_together(&self, digest: &Digest) -> Result<(), SignError> {
        self.signer_first(digest, None).map(drop)
    }

    fn signer_first(
        &self,
        digest: &Digest,
        others: Option<&str>,
    ) -> Result<Vec<CertificateDer<'static>>, SignError> {
        if self.digest != *digest {
            return Err(SignError::Stamp("it is of another digest"));
        }
        let mut certificates = self.certificates.clone();
        certificates.extend(others.map(chain::read).transpose()?.unwrap_or_default());
        let signer = self.signer(&certificates)?;
        let algorithms = algorithms_of(&self.signed)?;
        if !chain::signed(&certificates[signer], &algorithms, &self.signed.attributes, &self.signed.value) {
            return Err(SignError::Stamp("its signature is wrong"));
        }
        certificates.swap(0, signer);
        Ok(certificates)
    }

    /// Whether it answers the request that was sent with this nonce.
    pub fn answers(&self, nonce: [u8; 8]) -> bool {
        self.nonce.as_deref() == Values::of(&der::write_number(&nonce)).any().ok().map(|value| value.content)
    }

    /// Which certificate is the signer's. The signed attributes name it by its digest, so that nobody can put another
    /// with the same key in its place.
    fn signer(&self, certificates: &[CertificateDer<'_>]) -> Result<usize, SignError> {
        let mut said = (None, None, None);
        for attribute in Values::of(&self.signed.attributes).within(tag::SET, "signed attributes")? {
            let mut attribute = attribute?.values();
            let name = attribute.want(tag::OID, "an attribute")?.content;
            let mut value = attribute.within(tag::SET, "an attribute's value")?;
            match name {
                CONTENT_TYPE => said.0 = Some(value.want(tag::OID, "a kind of content")?.content),
                MESSAGE_DIGEST => said.1 = Some(value.want(tag::OCTETS, "a digest")?.content),
                SIGNING_CERTIFICATE => said.2 = Some(named(value, &digest::SHA1_FOR_LEGACY_USE_ONLY)?),
                SIGNING_CERTIFICATE_V2 => said.2 = Some(named(value, &digest::SHA256)?),
                _ => {}
            }
        }
        let (kind, content, certificate) = said;
        if kind != Some(STAMP_INFO) {
            return Err(SignError::Stamp("its signature is not over a time-stamp"));
        }
        let actual = digest::digest(hash(&self.signed.digest_algorithm)?, &self.info);
        if content != Some(actual.as_ref()) {
            return Err(SignError::Stamp("what was signed is not what it says"));
        }
        let (algorithm, wanted) =
            certificate.ok_or(SignError::Stamp("it does not say whose signature it is"))?;
        certificates
            .iter()
            .position(|one| digest::digest(algorithm, one).as_ref() == wanted)
            .ok_or(SignError::Stamp("the certificate of its signer is missing"))
    }
}

/// More certificates than this are no chain.
const MOST_CERTIFICATES: usize = 20;

/// The authority's own words for why not.
fn words(mut status: Values<'_>) -> String {
    let texts = status.want_if(tag::SEQUENCE).ok().flatten();
    let texts = texts.into_iter().flat_map(Value::values).flatten().filter(|text| text.tag == tag::UTF8);
    let texts: Vec<_> = texts
        .map(|text| String::from_utf8_lossy(text.content).chars().take(200).collect::<String>())
        .collect();
    if texts.is_empty() { "no reason given".into() } else { texts.join(" ") }
}

/// The octets that hold the `TSTInfo`.
fn stamped(mut content: Values<'_>) -> Result<&[u8], SignError> {
    expect(content.want(tag::OID, "the kind of what was signed")?, STAMP_INFO, "it is no time-stamp")?;
    let mut explicit = content.within(tag::context(0), "what was signed")?;
    Ok(explicit.want(tag::OCTETS, "what was signed")?.content)
}

/// Of the one signer. Who it is, the attributes say more safely than the fields in front.
fn signature(mut signer: Values<'_>) -> Result<Signature, SignError> {
    signer.want(tag::INTEGER, "a version")?;
    signer.any()?;
    let digest_algorithm = algorithm(&mut signer)?;
    let attributes = signer.want(tag::context(0), "signed attributes")?;
    let algorithm = algorithm(&mut signer)?;
    let value = signer.want(tag::OCTETS, "a signature")?.content.to_vec();
    // They are signed as the set they are, not under the tag they are kept under.
    Ok(Signature { digest_algorithm, algorithm, attributes: der::write(tag::SET, attributes.content), value })
}

fn algorithm(values: &mut Values<'_>) -> Result<Vec<u8>, SignError> {
    let mut algorithm = values.within(tag::SEQUENCE, "an algorithm")?;
    Ok(algorithm.want(tag::OID, "an algorithm")?.content.to_vec())
}

type Understood = (Digest, Timestamp, Option<Vec<u8>>);

fn understood(info: &[u8]) -> Result<Understood, SignError> {
    let mut info = Values::of(info).within(tag::SEQUENCE, "a time-stamp")?;
    info.want(tag::INTEGER, "a version")?;
    info.want(tag::OID, "a policy")?;
    let mut imprint = info.within(tag::SEQUENCE, "a digest")?;
    if algorithm(&mut imprint)? != SHA256 {
        return Err(SignError::Stamp("it is of a digest other than SHA-256"));
    }
    let bytes = imprint.want(tag::OCTETS, "a digest")?.content;
    let digest = Digest::from_sha256(bytes).ok_or(SignError::Stamp("its digest has the wrong length"))?;
    info.want(tag::INTEGER, "a serial number")?;
    let at = moment(info.want(tag::GENERALIZED_TIME, "a moment")?.content)?;
    info.want_if(tag::SEQUENCE)?;
    info.want_if(tag::BOOLEAN)?;
    let nonce = info.want_if(tag::INTEGER)?.map(|nonce| nonce.content.to_vec());
    Ok((digest, at, nonce))
}

/// `20260301123000Z`, or with a fraction.
fn moment(text: &[u8]) -> Result<Timestamp, SignError> {
    let wrong = SignError::Stamp("its moment cannot be read");
    let text = std::str::from_utf8(text).ok().and_then(|text| text.strip_suffix('Z')).ok_or(wrong.clone())?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let at = Timestamp::from_digits(seconds).map_err(|_| wrong.clone())?;
    if seconds.len() != 14 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong);
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    let micros = digits.fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    Ok(Timestamp::from_micros(at.micros() + micros))
}

/// The digest of the signer's certificate: the first of those named.
fn named<'a>(
    mut value: Values<'a>,
    usual: &'static digest::Algorithm,
) -> Result<(&'static digest::Algorithm, &'a [u8]), SignError> {
    let mut all = value.within(tag::SEQUENCE, "a certificate's digest")?;
    let mut first = all.within(tag::SEQUENCE, "a certificate's digest")?;
    let mut one = first.within(tag::SEQUENCE, "a certificate's digest")?;
    let algorithm = match one.want_if(tag::SEQUENCE)? {
        Some(named) => hash(named.values().want(tag::OID, "an algorithm")?.content)?,
        None => usual,
    };
    Ok((algorithm, one.want(tag::OCTETS, "a certificate's digest")?.content))
}

fn hash(oid: &[u8]) -> Result<&'static digest::Algorithm, SignError> {
    match oid {
        SHA256 => Ok(&digest::SHA256),
        SHA384 => Ok(&digest::SHA384),
        SHA512 => Ok(&digest::SHA512),
        _ => Err(SignError::Stamp("it rests on a digest algorithm that is not trusted")),
    }
}

/// Those that could have made the signature.
fn algorithms_of(signed: &Signature) -> Result<Vec<&'static dyn SignatureVerificationAlgorithm>, SignError> {
    Ok(match (&signed.algorithm[..], &signed.digest_algorithm[..]) {
        (RSA, SHA256) | (RSA_SHA256, _) => vec![with::RSA_PKCS1_2048_8192_SHA256],
        (RSA, SHA384) | (RSA_SHA384, _) => vec![with::RSA_PKCS1_2048_8192_SHA384],
        (RSA, SHA512) | (RSA_SHA512, _) => vec![with::RSA_PKCS1_2048_8192_SHA512],
        (ECDSA_SHA256, _) => vec![with::ECDSA_P256_SHA256, with::ECDSA_P384_SHA256, with::ECDSA_P521_SHA256],
        (ECDSA_SHA384, _) => vec![with::ECDSA_P256_SHA384, with::ECDSA_P384_SHA384, with::ECDSA_P521_SHA384],
        (ECDSA_SHA512, _) => vec![with::ECDSA_P256_SHA512, with::ECDSA_P384_SHA512, with::ECDSA_P521_SHA512],
        _ => return Err(SignError::Stamp("it is signed by an algorithm that is not known here")),
    })
}

fn expect(value: Value<'_>, oid: &[u8], else_why: &'static str) -> Result<(), SignError> {
    if value.content == oid { Ok(()) } else { Err(SignError::Stamp(else_why)) }
}

impl From<NotDer> for SignError {
    fn from(error: NotDer) -> SignError {
        SignError::NotDer(error.what)
    }
}

// Object identifiers, as DER has them.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const STAMP_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const RSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
