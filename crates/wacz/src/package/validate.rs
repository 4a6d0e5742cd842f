//! Whether a package keeps what its specification, its manifest and its index promise.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{Read, Seek};

use super::reader::{MAX_LIST, is_list_header};
use super::{DIGEST, MANIFEST, Manifest, ManifestDigest, PAGES, Package, PackageError, Resource};
use crate::cdxj::{Entry, surt};
use crate::digest::{Digest, DigestError, Hasher};
use crate::time::Timestamp;
use crate::warc::{Severity, verify_each};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub weight: Weight,
    /// The file in question, if it is about one.
    pub path: String,
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The package is not valid.
    Fault,
    /// Worth knowing.
    Note,
}

/// Looks at everything: names, manifest, digests, pages, index, records. An empty list means nothing was found.
pub fn validate<R: Read + Seek>(file: R) -> Vec<Finding> {
    let mut findings = Findings::default();
    match Package::open(file) {
        Ok(mut package) => findings.look_at(&mut package),
        Err(error) => findings.fault("", error),
    }
    findings.list
}

#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
}

/// Where records with captures lie: by WARC file and offset, their length and the key of their address.
type Places = HashMap<(String, u64), (u64, String)>;

/// So that a hostile package cannot make the list endless.
const KEPT: usize = 1000;

impl Findings {
    fn look_at<R: Read + Seek>(&mut self, package: &mut Package<R>) {
        self.names(package);
        if let Some(manifest) = self.taken(MANIFEST, |package| package.manifest(), package) {
            self.manifest(package, &manifest);
        }
        self.manifest_digest(package);
        self.pages(package);
        let places = self.archive(package);
        self.indexes(package, &places);
    }

    fn names<R: Read + Seek>(&mut self, package: &mut Package<R>) {
        if package.zip.has_duplicate_names() {
            self.fault("", "two files of the ZIP have the same name");
        }
        for name in package.paths() {
            let astray = name.starts_with('/')
                || name.contains(['\\', '\0'])
                || name.split('/').any(|part| part == "..");
            if astray {
                self.fault(&name, "the name leads out of the package");
            }
        }
    }

    fn manifest<R: Read + Seek>(&mut self, package: &mut Package<R>, manifest: &Manifest) {
        if manifest.profile != "data-package" && manifest.profile != "wacz" {
            self.fault(MANIFEST, format!("the profile is {:?}, not data-package", manifest.profile));
        }
        match manifest.wacz_version.as_deref() {
            None if manifest.profile == "wacz" => {}
            None => self.fault(MANIFEST, "there is no wacz_version"),
            Some("1.0.0" | "1.1.0" | "1.1.1" | "1.2.0") => {}
            Some(version) => self.note(MANIFEST, format!("version {version:?} of WACZ is not known")),
        }
        if manifest.resources.is_empty() {
            self.fault(MANIFEST, "it lists no files");
        }
        for resource in &manifest.resources {
            self.resource(package, resource);
        }
        let listed: HashSet<&str> =
            manifest.resources.iter().map(|resource| resource.path.as_str()).collect();
        for path in package.paths() {
            if !path.ends_with('/') && path != MANIFEST && path != DIGEST && !listed.contains(path.as_str()) {
                self.fault(&path, "the manifest does not list it");
            }
        }
    }

    fn resource<R: Read + Seek>(&mut self, package: &mut Package<R>, resource: &Resource) {
        let path = &resource.path;
        let declared = match resource.declared_hash().as_deref().map(str::parse::<Digest>) {
            None => return self.fault(path, "the manifest has no digest of it"),
            Some(Err(error @ DigestError::UnknownAlgorithm(_))) => return self.note(path, error),
            Some(Err(error)) => return self.fault(path, error),
            Some(Ok(declared)) => declared,
        };
        let Some((actual, bytes)) = self.taken(path, |package| digest_of(package, path, &declared), package)
        else {
            return;
        };
        if actual != declared {
            self.fault(path, format!("its digest is {actual}, and the manifest has {declared}"));
        }
        match resource.declared_bytes() {
            None => self.note(path, "the manifest does not say how large it is"),
            Some(expected) if expected != bytes => {
                self.fault(path, format!("it holds {bytes} bytes, and the manifest says {expected}"));
            }
            Some(_) => {}
        }
    }

    fn manifest_digest<R: Read + Seek>(&mut self, package: &mut Package<R>) {
        let digest = match package.manifest_digest() {
            Ok(digest) => digest,
            Err(PackageError::Missing(_)) => {
                return self.note(DIGEST, "there is none, so nothing vouches for the manifest");
            }
            Err(error) => return self.fault(DIGEST, error),
        };
        if digest.path != MANIFEST {
            self.fault(DIGEST, format!("it is about {:?}, not {MANIFEST}", digest.path));
        }
        if let Ok(manifest) = package.bytes(MANIFEST) {
            let right = digest
                .hash
                .parse::<Digest>()
                .map(|declared| declared == Digest::of(declared.algorithm(), &manifest));
            match right {
                Ok(true) => {}
                Ok(false) => self.fault(DIGEST, "its digest of the manifest is wrong"),
                Err(error) => self.fault(DIGEST, error),
            }
        }
        self.signature(&digest);
    }

    #[cfg(feature = "sign")]
    fn signature(&mut self, digest: &ManifestDigest) {
        use crate::sign::{SignError, Signer, Trust, verify};
        match verify(digest, &Trust::default()).map(|vouched| vouched.by) {
            Ok(Signer::Key(key)) => self.note(DIGEST, format!("the key {key} vouches for it")),
            Ok(Signer::Domain { name, .. }) => self.note(DIGEST, format!("{name} vouches for it")),
            Err(SignError::Unsigned) => {}
            // Whom to trust is for others to say.
            Err(error @ SignError::Certificate(_)) => self.note(DIGEST, format!("it is signed, and {error}")),
            Err(error) => self.fault(DIGEST, error),
        }
    }

    #[cfg(not(feature = "sign"))]
    fn signature(&mut self, digest: &ManifestDigest) {
        if digest.signed_data.is_some() {
            self.note(DIGEST, "it holds a signature, which was not checked");
        }
    }

    fn pages<R: Read + Seek>(&mut self, package: &mut Package<R>) {
        let Some(pages) = self.taken(PAGES, |package| package.pages(), package) else { return };
        for (number, page) in (1..).zip(&pages) {
            if page.ts.parse::<Timestamp>().is_err() {
                self.fault(PAGES, format!("page {number} has the moment {:?}", page.ts));
            }
        }
        let has_header =
            package.text(PAGES, MAX_LIST).is_ok_and(|text| text.lines().next().is_some_and(is_list_header));
        if !has_header {
            self.fault(PAGES, "its first line does not say which format it has");
        }
    }

    fn archive<R: Read + Seek>(&mut self, package: &mut Package<R>) -> Places {
        let mut places = Places::new();
        let paths = package.warc_paths();
        if paths.is_empty() {
            self.fault("archive/", "there is no WARC file");
        }
        for path in paths {
            let stored =
                package.zip.index_for_name(&path).is_some_and(|at| package.zip.by_index_seek(at).is_ok());
            if !stored {
                // Nor is it read: what is compressed twice may hold any number of records.
                self.fault(
                    &path,
                    "it is compressed inside the ZIP file, so no record can be read by its offset",
                );
                continue;
            }
            let name = path.strip_prefix("archive/").unwrap_or(&path).to_owned();
            let reader = match package.records(&path) {
                Ok(reader) => reader,
                Err(error) => {
                    self.fault(&path, error);
                    continue;
                }
            };
            let report = verify_each(reader, |record| {
                if let (Some(length), Some(url)) = (record.place.length, record.target_uri()) {
                    places.insert((name.clone(), record.place.offset), (length, surt(url)));
                }
            });
            for problem in report.problems {
                match problem.what.severity() {
                    Severity::Fault => self.fault(&path, problem),
                    Severity::Note => self.note(&path, problem),
                }
            }
        }
        places
    }

    fn indexes<R: Read + Seek>(&mut self, package: &mut Package<R>, places: &Places) {
        let paths = package.index_paths();
        if paths.is_empty() {
            self.fault("indexes/", "there is no index");
        }
        for path in paths {
            let Some(text) = self.taken(&path, |package| package.text(&path, MAX_LIST), package) else {
                continue;
            };
            let lines: Vec<&str> =
                text.lines().filter(|line| !line.is_empty() && !line.starts_with(['!', ' '])).collect();
            if !lines.is_sorted() {
                self.fault(&path, "its lines are not sorted, so look-ups will miss some");
            }
            for (number, line) in (1..).zip(&lines) {
                match line.parse::<Entry>() {
                    Ok(entry) => self.entry(&path, number, &entry, places),
                    Err(error) => self.fault(&path, format!("line {number}: {error}")),
                }
            }
        }
    }

    fn entry(&mut self, path: &str, number: usize, entry: &Entry, places: &Places) {
        match places.get(&(entry.filename.clone(), entry.offset)) {
            None => self.fault(
                path,
                format!(
                    "line {number}: no record can be read at byte {} of {}",
                    entry.offset, entry.filename
                ),
            ),
            Some((_, key)) if *key != surt(&entry.url) => {
                self.fault(path, format!("line {number}: the record there is of another address"));
            }
            Some((length, _)) if *length != entry.length => {
                self.note(
                    path,
                    format!("line {number}: the record is {length} bytes long, not {}", entry.length),
                );
            }
            Some(_) => {}
        }
    }

    /// What was read, or a fault that says why not.
    fn taken<T, R>(
        &mut self,
        path: &str,
        read: impl FnOnce(&mut Package<R>) -> Result<T, PackageError>,
        package: &mut Package<R>,
    ) -> Option<T> {
        match read(package) {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(path, error);
                None
            }
        }
    }

    fn fault(&mut self, path: &str, what: impl fmt::Display) {
        self.add(Weight::Fault, path, what);
    }

    fn note(&mut self, path: &str, what: impl fmt::Display) {
        self.add(Weight::Note, path, what);
    }

    fn add(&mut self, weight: Weight, path: &str, what: impl fmt::Display) {
        if self.list.len() < KEPT {
            self.list.push(Finding { weight, path: path.to_owned(), what: what.to_string() });
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.what),
            path => write!(f, "{path}: {}", self.what),
        }
    }
}

fn digest_of<R: Read + Seek>(
    package: &mut Package<R>,
    path: &str,
    like: &Digest,
) -> Result<(Digest, u64), PackageError> {
    let mut file = package.file(path)?;
    let mut hasher = Hasher::new(like.algorithm());
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((hasher.finish(), bytes));
        }
        hasher.update(&buffer[..count]);
        bytes += count as u64;
    }
}
