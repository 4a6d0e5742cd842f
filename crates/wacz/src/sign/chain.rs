//! Certificates: from PEM, and up to one that is trusted.

use aws_lc_rs::digest;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

use super::{Roots, SignError};
use crate::time::Timestamp;

/// The certificates of a PEM text, in their order.
pub(super) fn read(pem: &str) -> Result<Vec<CertificateDer<'static>>, SignError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).take(MOST).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(SignError::Certificate("there is none".into())),
        Err(error) => Err(SignError::Certificate(error.to_string())),
    }
}

/// A certificate as one that is trusted.
pub(super) fn anchor(certificate: &CertificateDer<'_>) -> Result<TrustAnchor<'static>, SignError> {
    let anchor = webpki::anchor_from_trusted_cert(certificate);
    anchor.map(|anchor| anchor.to_owned()).map_err(|error| SignError::Certificate(error.to_string()))
}

/// No honest chain is longer; trying all of a hostile one takes long.
const MOST: usize = 10;

/// What a certificate may be used for.
#[derive(Clone, Copy)]
pub(super) enum Use<'a> {
    /// Speaking for this domain.
    Domain(&'a str),
    TimeStamping,
}

/// Whether the first certificate leads by way of the others to one of the roots, at that moment and for that use.
pub(super) fn check(
    chain: &[CertificateDer<'_>],
    roots: &Roots,
    at: Timestamp,
    purpose: Use<'_>,
) -> Result<(), SignError> {
    let nowhere = || SignError::Certificate("it leads to no root that is trusted".into());
    let wrong = |error: webpki::Error| match error {
        webpki::Error::UnknownIssuer => nowhere(),
        error => SignError::Certificate(error.to_string()),
    };
    let (first, others) =
        chain.split_first().ok_or_else(|| SignError::Certificate("there is none".into()))?;
    if roots.0.is_empty() {
        return Err(nowhere());
    }
    let certificate = EndEntityCert::try_from(first).map_err(wrong)?;
    let at = u64::try_from(at.micros() / 1_000_000).unwrap_or_default();
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at));
    let usage = match purpose {
        Use::Domain(_) => KeyUsage::server_auth(),
        Use::TimeStamping => KeyUsage::required(TIME_STAMPING),
    };
    certificate
        .verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &roots.0, others, at, usage, None, None)
        .map_err(wrong)?;
    if let Use::Domain(domain) = purpose {
        let name = ServerName::try_from(domain).map_err(|error| SignError::Certificate(error.to_string()))?;
        certificate.verify_is_valid_for_subject_name(&name).map_err(wrong)?;
    }
    Ok(())
}

/// 1.3.6.1.5.5.7.3.8
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// Whether the certificate's key made this signature by one of these algorithms.
pub(super) fn signed(
    certificate: &CertificateDer<'_>,
    algorithms: &[&dyn SignatureVerificationAlgorithm],
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Ok(certificate) = EndEntityCert::try_from(certificate) else { return false };
    algorithms.iter().any(|algorithm| certificate.verify_signature(*algorithm, message, signature).is_ok())
}

/// SHA-256 in hex, by which people compare certificates.
pub(super) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    data_encoding::HEXLOWER.encode(digest::digest(&digest::SHA256, certificate).as_ref())
}
