//! Reads a bundle, ours or anybody's, and tells what it proves: whether everything in it is as its digests say, who signed it, and
//! since when its copies have been there. Asks nobody.

use crate::source::stamp::proof::Proof;
use crate::{Error, Result, error::Context};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use wacz::Digest;
use wacz::package::{Package, Weight, validate};
use wacz::sign::{self, Roots, SignError, Signer, Stamp, Trust};
use wacz::warc::{self, Reader, Severity};

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Checked {
    pub form: &'static str,
    pub title: String,
    pub pages: usize,
    pub records: u64,
    /// Digests that were computed again and are right; of a WARC file alone.
    pub digests: u64,
    pub signature: Option<Signature>,
    pub stamps: Vec<StampFound>,
    /// Copies that no stamp covers.
    pub unstamped: usize,
    /// What must not be.
    pub faults: Vec<String>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Signature {
    /// A domain's name, or a key in Base64.
    pub by: String,
    pub domain: bool,
    /// SHA-256 of the domain's certificate.
    pub fingerprint: Option<String>,
    pub created: String,
    pub stamped: Option<String>,
    /// Whether somebody who is trusted says so. A key says of itself only that its holder signed.
    pub trusted: bool,
    /// Why not, if not.
    pub why: String,
}

/// One time-stamp and the copies that it covers.
#[derive(Debug, Serialize)]
pub struct StampFound {
    pub file: String,
    pub at: String,
    pub copies: usize,
    /// Whether its authority leads to a root that is trusted here.
    pub trusted: bool,
    pub why: String,
}

/// The roots that are trusted: those of browsers, and any that are given.
pub fn trust(others: Roots) -> Trust {
    let browsers: Roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let all = browsers.and(others);
    Trust { domains: all.clone(), authorities: all }
}

pub fn check(path: &Path, trust: &Trust) -> Result<Checked> {
    let unread = || format!("{} cannot be read", path.display());
    let mut file = File::open(path).invalid(unread())?;
    let mut first = [0; 4];
    let zip = file.read_exact(&mut first).is_ok() && first.starts_with(b"PK");
    file.rewind().invalid(unread())?;
    if zip { package(file, path, trust) } else { records(file, path) }
}

fn records(file: File, path: &Path) -> Result<Checked> {
    let report = warc::verify(Reader::new(BufReader::new(file)));
    if report.records == 0 {
        let why = report.problems.first().map_or_else(|| "it is empty".to_owned(), ToString::to_string);
        return Err(Error::Invalid(format!("{} is neither WACZ nor WARC: {why}", path.display())));
    }
    let mut checked =
        Checked { form: "warc", records: report.records, digests: report.right, ..Checked::default() };
    for problem in report.problems {
        let found = match problem.what.severity() {
            Severity::Fault => &mut checked.faults,
            Severity::Note => &mut checked.notes,
        };
        found.push(problem.to_string());
    }
    Ok(checked)
}

fn package(file: File, path: &Path, trust: &Trust) -> Result<Checked> {
    let unread = || format!("{} cannot be read", path.display());
    let mut checked = Checked { form: "wacz", ..Checked::default() };
    for finding in validate(BufReader::new(file.try_clone().invalid(unread())?)) {
        match finding.weight {
            Weight::Fault => checked.faults.push(finding.to_string()),
            // Who vouches is told of on its own.
            Weight::Note if finding.path == DIGEST => {}
            Weight::Note => checked.notes.push(finding.to_string()),
        }
    }
    let mut package = match Package::open(BufReader::new(file)) {
        Ok(package) => package,
        Err(error) => return Err(Error::Invalid(format!("{} is no WACZ: {error}", path.display()))),
    };
    checked.look_into(&mut package, trust);
    Ok(checked)
}

const DIGEST: &str = "datapackage-digest.json";
const PROOFS: &str = "stamps/captures.jsonl";
/// A stamp is small, and so is a line that leads to one.
const MOST: u64 = 1 << 20;

impl Checked {
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn look_into<R: Read + Seek>(&mut self, package: &mut Package<R>, trust: &Trust) {
        let manifest = package.manifest();
        self.title = manifest.as_ref().ok().and_then(|manifest| manifest.title.clone()).unwrap_or_default();
        self.pages = package.pages().map_or(0, |pages| pages.len());
        self.records = package.index().map_or(0, |index| index.len() as u64);
        self.signature = package.manifest_digest().ok().and_then(|digest| self.signature(&digest, trust));
        let files: HashMap<String, Digest> = manifest
            .map(|manifest| manifest.resources)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|resource| Some((resource.path, resource.hash?.parse().ok()?)))
            .collect();
        self.stamps(package, &files, trust);
    }

    /// What [`validate`] finds wrong with a signature is among the faults already.
    fn signature(&mut self, digest: &wacz::package::ManifestDigest, trust: &Trust) -> Option<Signature> {
        let said = |name: &str| digest.signed_data.as_ref()?.get(name)?.as_str().map(str::to_owned);
        match sign::verify(digest, trust) {
            Ok(vouched) => {
                let (by, domain, fingerprint) = match vouched.by {
                    Signer::Key(key) => (key, false, None),
                    Signer::Domain { name, fingerprint } => (name, true, Some(fingerprint)),
                };
                let stamped = vouched.stamped.map(|at| at.to_string());
                let created = vouched.created.to_string();
                Some(Signature {
                    by,
                    domain,
                    fingerprint,
                    created,
                    stamped,
                    trusted: true,
                    why: String::new(),
                })
            }
            Err(SignError::Unsigned) => None,
            Err(error) => {
                let domain = said("domain");
                let untrusted = matches!(error, SignError::Certificate(_));
                if !untrusted {
                    self.faults.push(format!("{DIGEST}: {error}"));
                    self.faults.dedup();
                }
                Some(Signature {
                    domain: domain.is_some(),
                    by: domain.or_else(|| said("publicKey")).unwrap_or_default(),
                    fingerprint: None,
                    created: said("created").unwrap_or_default(),
                    stamped: None,
                    trusted: false,
                    why: error.to_string(),
                })
            }
        }
    }

    fn stamps<R: Read + Seek>(
        &mut self,
        package: &mut Package<R>,
        files: &HashMap<String, Digest>,
        trust: &Trust,
    ) {
        let copies = files.keys().filter(|path| is_copy(path)).count();
        let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
        for proof in self.proofs(package) {
            match files.get(&proof.file) {
                Some(digest) if proof.leads_to_root(digest) => {
                    *found.entry((proof.stamp, proof.root)).or_default() += 1;
                }
                _ => self.faults.push(format!("{PROOFS}: what is told of {} leads to no stamp", proof.file)),
            }
        }
        self.unstamped = copies.saturating_sub(found.values().sum());
        for ((file, root), copies) in found {
            match stamp(package, &file, &root) {
                Ok((stamp, root)) => {
                    let why = stamp.verify(&root, None, &trust.authorities).err();
                    self.stamps.push(StampFound {
                        at: stamp.at.to_string(),
                        file,
                        copies,
                        trusted: why.is_none(),
                        why: why.map(|why| why.to_string()).unwrap_or_default(),
                    });
                }
                Err(why) => self.faults.push(format!("{file}: {why}")),
            }
        }
    }

    fn proofs<R: Read + Seek>(&mut self, package: &mut Package<R>) -> Vec<Proof> {
        let Ok(list) = package.file(PROOFS) else { return Vec::new() };
        let (mut list, mut proofs) = (BufReader::new(list), Vec::new());
        loop {
            let mut line = Vec::new();
            match list.by_ref().take(MOST).read_until(b'\n', &mut line) {
                Ok(0) => return proofs,
                Ok(_) => match serde_json::from_slice(&line) {
                    Ok(proof) => proofs.push(proof),
                    Err(error) => self.faults.push(format!("{PROOFS}: a line cannot be read: {error}")),
                },
                Err(error) => {
                    self.faults.push(format!("{PROOFS}: {error}"));
                    return proofs;
                }
            }
            // A hostile list is not read to its end.
            if self.faults.len() > 1000 {
                return proofs;
            }
        }
    }
}

/// Records that others only refer to have no stamp of their own.
fn is_copy(path: &str) -> bool {
    path.starts_with("archive/") && !path.starts_with("archive/held-")
}

fn stamp<R: Read + Seek>(
    package: &mut Package<R>,
    file: &str,
    root: &str,
) -> std::result::Result<(Stamp, Digest), String> {
    let root: Digest = root.parse().map_err(|_| "what it is said to stamp is no digest".to_owned())?;
    let mut reply = Vec::new();
    let stored = package.file(file).map_err(|error| error.to_string())?;
    stored.take(MOST).read_to_end(&mut reply).map_err(|error| error.to_string())?;
    let stamp = Stamp::read(&reply).map_err(|error| error.to_string())?;
    stamp.holds_together(&root).map_err(|error| error.to_string())?;
    Ok((stamp, root))
}
