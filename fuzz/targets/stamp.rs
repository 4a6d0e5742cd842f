//! Whatever an authority answers, or a package says of its signature: read or refused, and believed by nobody who trusts nobody.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wacz::Digest;
use wacz::package::ManifestDigest;
use wacz::sign::{Roots, SignError, Signer, Stamp, Trust, verify};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(stamp) = Stamp::read(bytes) {
        stamp.answers([7; 8]);
        let digest = stamp.digest.clone();
        assert!(stamp.verify(&digest, None, &Roots::default()).is_err());
        assert!(stamp.holds_together(&Digest::sha256(b"another")).is_err());
    }
    if let Ok(digest) = serde_json::from_slice::<ManifestDigest>(bytes) {
        match verify(&digest, &Trust::default()) {
            Ok(vouched) => assert!(matches!(vouched.by, Signer::Key(_)) && vouched.stamped.is_none()),
            Err(SignError::Unsigned) => assert!(digest.signed_data.is_none()),
            Err(_) => {}
        }
    }
});
