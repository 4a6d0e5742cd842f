//! Signatures and time-stamps: made, believed, and found out when something is wrong with them. The authority is one of
//! `openssl ts`; without openssl those tests are skipped.
#![cfg(feature = "sign")]

mod common;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{counting, moment, sample};
use proptest::prelude::*;
use wacz::package::{About, ManifestDigest, Package, Page, Writer, validate};
use wacz::sign::{self, Domain, Key, Roots, SignError, Signer, Stamp, Trust};
use wacz::{Digest, Timestamp, warc};

const TIDES: &str = "https://harbour.example/tides";

fn key() -> Key {
    Key::from_pkcs8(&Key::generate().unwrap()).unwrap()
}

/// A package whose manifest's digest is signed by whatever `sign` does.
fn package(sign: impl FnOnce(&Digest) -> serde_json::Value) -> Vec<u8> {
    let mut warc = warc::Writer::new(Vec::new(), counting());
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nhigh tide at noon";
    warc.write(warc::Draft::response(TIDES, moment(), answer)).unwrap();
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    writer.add_warc("tides.warc.gz", &warc.finish().unwrap()[..]).unwrap();
    let closed = writer.close(&About::default(), [Page::new(TIDES, moment())]).unwrap();
    let signed = sign(closed.digest());
    closed.finish(Some(signed)).unwrap().into_inner()
}

fn digest_of(file: &[u8]) -> ManifestDigest {
    Package::open(Cursor::new(file)).unwrap().manifest_digest().unwrap()
}

#[test]
fn a_key_vouches_for_a_package() {
    let key = key();
    let file = package(|digest| key.sign(digest, moment(), "harbour 1").unwrap().into_json());
    let vouched = sign::verify(&digest_of(&file), &Trust::default()).unwrap();
    assert_eq!(vouched.by, Signer::Key(key.public()));
    assert_eq!((vouched.created, vouched.stamped), (moment().whole_seconds(), None));
    assert_eq!(
        validate(Cursor::new(&file)).iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["datapackage-digest.json: the key MFkw… vouches for it".replace("MFkw…", &key.public())]
    );
}

#[test]
fn a_signature_is_of_one_manifest() {
    let key = key();
    let file = package(|digest| key.sign(digest, moment(), "").unwrap().into_json());
    let good = digest_of(&file);
    let check = |change: &dyn Fn(&mut ManifestDigest), error: SignError| {
        let mut digest = good.clone();
        change(&mut digest);
        assert_eq!(sign::verify(&digest, &Trust::default()), Err(error));
    };
    let other = Digest::sha256(b"another").to_string();
    check(&|digest| digest.signed_data = None, SignError::Unsigned);
    check(&|digest| digest.hash = other.clone(), SignError::OtherManifest);
    check(
        &|digest| {
            digest.hash = other.clone();
            digest.signed_data.as_mut().unwrap()["hash"] = other.clone().into();
        },
        SignError::Wrong,
    );
    let foreign = key2().public();
    check(
        &|digest| digest.signed_data.as_mut().unwrap()["publicKey"] = foreign.clone().into(),
        SignError::Wrong,
    );
    check(
        &|digest| digest.signed_data.as_mut().unwrap()["signature"] = "§".into(),
        SignError::Malformed("a part of it is not Base64".into()),
    );
}

fn key2() -> Key {
    key()
}

#[test]
fn a_domain_vouches_with_its_certificate_and_a_time_stamp() {
    let Some(authority) = Authority::found() else { return };
    let key = Key::from_pem(&authority.read("harbour.key")).unwrap();
    let domain = Domain { name: "harbour.example".into(), certificates: authority.read("harbour.crt") };
    let file = package(|digest| {
        let signed = key.sign_as(&domain, digest, now(), "harbour 1").unwrap();
        let nonce = [0x80, 1, 2, 3, 4, 5, 6, 7];
        let reply = authority.answer(&sign::stamp_request(&signed.to_be_stamped(), nonce).unwrap());
        assert!(Stamp::read(&reply).unwrap().answers(nonce));
        assert!(!Stamp::read(&reply).unwrap().answers([1; 8]), "an old answer is no new one");
        signed.stamped(&reply).unwrap().into_json()
    });
    let root = Roots::from_pem(&authority.read("root.crt")).unwrap();
    let trust = Trust { domains: root.clone(), authorities: root };
    let vouched = sign::verify(&digest_of(&file), &trust).unwrap();
    assert!(matches!(vouched.by, Signer::Domain { name, .. } if name == "harbour.example"));
    let stamped = vouched.stamped.unwrap();
    assert!((stamped.micros() - now().micros()).abs() < 60_000_000, "{stamped}");

    // Nobody is believed who is not trusted.
    assert!(matches!(sign::verify(&digest_of(&file), &Trust::default()), Err(SignError::Certificate(_))));
    let error = key2().sign_as(&domain, &Digest::sha256(b""), now(), "").unwrap_err();
    assert_eq!(error.to_string(), "the key cannot be used: the certificate is of another key");
    let mut elsewhere = digest_of(&file);
    elsewhere.signed_data.as_mut().unwrap()["domain"] = "trams.example".into();
    assert!(matches!(sign::verify(&elsewhere, &trust), Err(SignError::Certificate(_))));
    let mut later = digest_of(&file);
    later.signed_data.as_mut().unwrap()["created"] = "2020-01-01T00:00:00Z".into();
    assert!(matches!(sign::verify(&later, &trust), Err(SignError::Apart(..))));
}

#[test]
fn a_time_stamp_proves_one_digest() {
    let Some(authority) = Authority::found() else { return };
    let roots = Roots::from_pem(&authority.read("root.crt")).unwrap();
    let digest = Digest::sha256(b"high tide at noon");
    let reply = authority.answer(&sign::stamp_request(&digest, [9; 8]).unwrap());
    let stamp = Stamp::read(&reply).unwrap();
    assert_eq!(stamp.verify(&digest, None, &roots), Ok(()));
    let error = stamp.verify(&Digest::sha256(b"low tide at noon"), None, &roots).unwrap_err();
    assert_eq!(error.to_string(), "the time-stamp proves nothing: it is of another digest");

    // The authority's own tool makes the same of it.
    std::fs::write(authority.folder.join("tide.txt"), "high tide at noon").unwrap();
    std::fs::write(authority.folder.join("tide.tsr"), &reply).unwrap();
    authority.openssl(&["ts", "-verify", "-data", "tide.txt", "-in", "tide.tsr", "-CAfile", "root.crt"]);

    // A certificate that is not for stamping stamps nothing; whoever issued it.
    let false_roots = Roots::from_pem(&authority.read("harbour.crt")).unwrap();
    assert!(matches!(stamp.verify(&digest, None, &false_roots), Err(SignError::Certificate(_))));

    // Whatever byte is changed, it is read as nothing, or proves nothing, or is the same proof.
    for at in 0..reply.len() {
        let mut changed = reply.clone();
        changed[at] ^= 0x01;
        if let Ok(changed) = Stamp::read(&changed)
            && changed.verify(&digest, None, &roots).is_ok()
        {
            assert_eq!((&changed.digest, changed.at), (&stamp.digest, stamp.at), "byte {at}");
        }
    }
}

#[test]
fn a_refusal_says_why() {
    // PKIStatusInfo: rejection, "no such policy"
    let reply = [&[0x30, 0x17, 0x30, 0x15, 0x02, 1, 2, 0x30, 0x10, 0x0c, 14][..], b"no such policy"].concat();
    let error = Stamp::read(&reply).unwrap_err();
    assert_eq!(error.to_string(), "the authority gave no time-stamp: no such policy");
}

/// Signed by the specification's own tools. Trusted is the root that the valid one names.
#[test]
fn what_others_signed_is_believed_or_not() {
    let Some(valid) = sample_if_there("py-wacz--valid_signed_example_1.wacz") else { return };
    let digest = digest_of(&valid);
    let text = |name: &str| digest.signed_data.as_ref().unwrap()[name].as_str().unwrap().to_owned();
    let last = |pem: String| pem[pem.rfind("-----BEGIN").unwrap()..].to_owned();
    let trust = Trust {
        domains: Roots::from_pem(&last(text("domainCert"))).unwrap(),
        authorities: Roots::from_pem(&last(text("timestampCert"))).unwrap(),
    };
    let vouched = sign::verify(&digest, &trust).unwrap();
    assert!(matches!(vouched.by, Signer::Domain { name, .. } if name == "btrix-sign-test.webrecorder.net"));
    assert_eq!(vouched.stamped.unwrap().to_string(), "2022-01-18T19:00:12Z");

    let invalid = sample("py-wacz--invalid_signed_example_1.wacz").unwrap();
    // A root for trying things out, which nobody trusts.
    assert_eq!(
        sign::verify(&digest_of(&invalid), &trust),
        Err(SignError::Certificate("it leads to no root that is trusted".into()))
    );
}

fn sample_if_there(name: &str) -> Option<Vec<u8>> {
    let path = common::samples()?.join(name);
    if !path.exists() {
        eprintln!("skipped: no {name}");
        return None;
    }
    sample(name)
}

proptest! {
    #[test]
    fn hostile_replies_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Stamp::read(&bytes);
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(since.as_micros() as i64)
}

/// An authority that stamps, and the certificate of a harbour, under one root.
struct Authority {
    folder: PathBuf,
    _kept: tempfile::TempDir,
}

impl Authority {
    fn found() -> Option<Authority> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("skipped: no openssl");
            return None;
        }
        let kept = tempfile::tempdir().unwrap();
        let authority = Authority { folder: kept.path().to_owned(), _kept: kept };
        std::fs::write(authority.folder.join("all.cnf"), CONFIGURATION).unwrap();
        std::fs::write(authority.folder.join("serial"), "01\n").unwrap();
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"];
        let root = ["req", "-x509", "-config", "all.cnf", "-extensions", "root", "-subj", "/CN=Harbour Root"];
        authority.openssl(&[&root[..], &curve, &["-keyout", "root.key", "-out", "root.crt"]].concat());
        for (name, subject, key) in [
            ("harbour", "/CN=harbour.example", &curve[..4]),
            ("clock", "/CN=Harbour Clock", &["-newkey", "rsa:2048"]),
        ] {
            let (key_file, certificate) = (format!("{name}.key"), format!("{name}.crt"));
            let request =
                ["req", "-x509", "-config", "all.cnf", "-extensions", name, "-subj", subject, "-nodes"];
            let issued = ["-CA", "root.crt", "-CAkey", "root.key", "-days", "30"];
            let out = ["-keyout", &key_file, "-out", &certificate];
            authority.openssl(&[&request[..], key, &issued, &out].concat());
        }
        Some(authority)
    }

    fn answer(&self, request: &[u8]) -> Vec<u8> {
        std::fs::write(self.folder.join("q.tsq"), request).unwrap();
        self.openssl(&["ts", "-reply", "-config", "all.cnf", "-queryfile", "q.tsq", "-out", "a.tsr"]);
        std::fs::read(self.folder.join("a.tsr")).unwrap()
    }

    fn openssl(&self, arguments: &[&str]) {
        let out = Command::new("openssl").args(arguments).current_dir(&self.folder).output().unwrap();
        assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(Path::new(&self.folder).join(name)).unwrap()
    }
}

const CONFIGURATION: &str = "
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[harbour]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:harbour.example
[clock]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = clock_tsa
[clock_tsa]
serial = serial
signer_cert = clock.crt
signer_key = clock.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
";
