//! Writing a package in one pass over each file.

use std::io::{self, Read, Seek, Write};

use serde_json::{Map, json};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{About, DIGEST, INDEX, MANIFEST, Manifest, ManifestDigest, PAGES, PackageError, Page, Resource};
use crate::cdxj::{self, Entry, Index};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::warc::Reader;

/// Writes a package: first the WARC files and whatever else, then [`Writer::close`], then [`Closed::finish`].
/// Memory grows with the number of captures, not with their size.
pub struct Writer<W: Write + Seek> {
    zip: ZipWriter<W>,
    entries: Vec<Entry>,
    resources: Vec<Resource>,
}

/// A package that lacks only the digest of its manifest, and the signature over it if there is to be one.
pub struct Closed<W: Write + Seek> {
    zip: ZipWriter<W>,
    digest: Digest,
}

impl<W: Write> Writer<StreamWriter<W>> {
    /// For where nothing can be gone back to, such as a connection. [`Closed::finish`] gives a wrapper of `out` back.
    pub fn streaming(out: W) -> Writer<StreamWriter<W>> {
        Writer { zip: ZipWriter::new_stream(out), entries: Vec::new(), resources: Vec::new() }
    }
}

impl<W: Write + Seek> Writer<W> {
    pub fn new(out: W) -> Writer<W> {
        Writer { zip: ZipWriter::new(out), entries: Vec::new(), resources: Vec::new() }
    }

    /// Copies a WARC file in, byte for byte, and indexes it on the way. `name` ends in `.warc` or `.warc.gz`.
    /// A file in which a record cannot be read, or not alone, is refused: the package would promise what it cannot
    /// keep. The writer is of no use after that.
    pub fn add_warc(&mut self, name: &str, file: impl Read) -> Result<(), PackageError> {
        if !name.ends_with(".warc") && !name.ends_with(".warc.gz") {
            return Err(bad_name(name, "a WARC file's name ends in .warc or .warc.gz"));
        }
        let path = format!("archive/{name}");
        self.start(&path, CompressionMethod::Stored)?;
        let mut copy = Copying::new(file, &mut self.zip);
        for record in Reader::new(&mut copy) {
            let record = record.map_err(|source| PackageError::Record { path: path.clone(), source })?;
            match cdxj::entry(&record, name) {
                Some(entry) => self.entries.push(entry),
                None if cdxj::is_capture(&record) => {
                    let why = format!("the record at byte {} cannot be indexed", record.place.offset);
                    return Err(PackageError::Malformed { path, why });
                }
                None => {}
            }
        }
        io::copy(&mut copy, &mut io::sink())?;
        let (digest, bytes) = copy.done();
        self.list(&path, &digest, bytes)
    }

    /// Any other file, outside the folders that the specification keeps for itself.
    pub fn add_file(&mut self, path: &str, file: impl Read) -> Result<(), PackageError> {
        let kept = ["archive", "indexes", "pages", MANIFEST, DIGEST];
        if kept.contains(&path.split('/').next().unwrap_or("")) {
            return Err(bad_name(path, "the specification keeps this place for itself"));
        }
        self.write_file(path, file)
    }

    /// Writes pages, index and manifest. Nothing else can be added then.
    pub fn close(
        mut self,
        about: &About,
        pages: impl IntoIterator<Item = Page>,
    ) -> Result<Closed<W>, PackageError> {
        self.write_pages(pages)?;
        let index = Index::new(std::mem::take(&mut self.entries));
        let lines: String = index.lines().map(|line| format!("{line}\n")).collect();
        self.write_file(INDEX, lines.as_bytes())?;
        let manifest = manifest(about, std::mem::take(&mut self.resources));
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from)?;
        self.start(MANIFEST, CompressionMethod::Deflated)?;
        self.zip.write_all(&manifest)?;
        Ok(Closed { zip: self.zip, digest: Digest::sha256(&manifest) })
    }

    fn write_pages(&mut self, pages: impl IntoIterator<Item = Page>) -> Result<(), PackageError> {
        self.start(PAGES, CompressionMethod::Deflated)?;
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut bytes = 0;
        let mut line = |json: serde_json::Result<String>| -> io::Result<()> {
            let json = json.map_err(io::Error::from)? + "\n";
            hasher.update(json.as_bytes());
            bytes += json.len() as u64;
            self.zip.write_all(json.as_bytes())
        };
        line(Ok(json!({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}).to_string()))?;
        for page in pages {
            line(serde_json::to_string(&page))?;
        }
        let digest = hasher.finish();
        self.list(PAGES, &digest, bytes)
    }

    fn write_file(&mut self, path: &str, file: impl Read) -> Result<(), PackageError> {
        self.start(path, CompressionMethod::Deflated)?;
        let mut copy = Copying::new(file, &mut self.zip);
        io::copy(&mut copy, &mut io::sink())?;
        let (digest, bytes) = copy.done();
        self.list(path, &digest, bytes)
    }

    fn start(&mut self, path: &str, method: CompressionMethod) -> Result<(), PackageError> {
        check_path(path)?;
        if self.resources.iter().any(|resource| resource.path.eq_ignore_ascii_case(path)) {
            return Err(PackageError::Twice { name: path.to_owned() });
        }
        // Its size is not known yet, so there must be room for a large one. No date: the manifest has it, and the
        // same content then gives the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(true)
            .last_modified_time(zip::DateTime::default());
        Ok(self.zip.start_file(path, options)?)
    }

    fn list(&mut self, path: &str, digest: &Digest, bytes: u64) -> Result<(), PackageError> {
        self.resources.push(Resource {
            name: resource_name(path, &self.resources),
            path: path.to_owned(),
            hash: Some(digest.to_string()),
            bytes: Some(bytes),
            other: Map::new(),
        });
        Ok(())
    }
}

impl<W: Write + Seek> Closed<W> {
    /// SHA-256 of the manifest: what a signature signs.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Writes the digest, with a signature as WACZ Signing and Verification has it if there is one.
    pub fn finish(mut self, signed_data: Option<serde_json::Value>) -> Result<W, PackageError> {
        let digest = ManifestDigest { path: MANIFEST.to_owned(), hash: self.digest.to_string(), signed_data };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        self.zip.start_file(DIGEST, options)?;
        self.zip.write_all(&serde_json::to_vec_pretty(&digest).map_err(io::Error::from)?)?;
        Ok(self.zip.finish()?)
    }
}

/// Copies what is read from it, and digests it.
struct Copying<'w, R, W> {
    from: R,
    to: &'w mut W,
    hasher: Hasher,
    bytes: u64,
}

impl<'w, R: Read, W: Write> Copying<'w, R, W> {
    fn new(from: R, to: &'w mut W) -> Copying<'w, R, W> {
        Copying { from, to, hasher: Hasher::new(Algorithm::Sha256), bytes: 0 }
    }

    fn done(self) -> (Digest, u64) {
        (self.hasher.finish(), self.bytes)
    }
}

impl<R: Read, W: Write> Read for Copying<'_, R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.to.write_all(&buffer[..count])?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

fn manifest(about: &About, resources: Vec<Resource>) -> Manifest {
    Manifest {
        profile: "data-package".to_owned(),
        wacz_version: Some("1.1.1".to_owned()),
        resources,
        title: about.title.clone(),
        description: about.description.clone(),
        created: about.created.map(|at| at.to_string()),
        software: about.software.clone(),
        main_page_url: about.main_page.as_ref().map(|(url, _)| url.clone()),
        main_page_date: about.main_page.as_ref().map(|(_, at)| at.to_string()),
        other: Map::new(),
    }
}

/// Frictionless Data wants names in lower case, without folders, each once.
fn resource_name(path: &str, taken: &[Resource]) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let free = |name: &String| !taken.iter().any(|resource| resource.name == *name);
    let numbered = (2..).map(|number| format!("{number}-{name}"));
    std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name)
}

/// Names that every file system and every validator takes, and that lead nowhere else.
fn check_path(path: &str) -> Result<(), PackageError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    for part in path.split('/') {
        if part.is_empty() || part.starts_with('.') {
            return Err(bad_name(path, "a part of it is empty or starts with a dot"));
        }
        if !part.bytes().all(plain) {
            return Err(bad_name(path, "it may hold letters, digits, hyphens, underscores and dots only"));
        }
    }
    Ok(())
}

fn bad_name(name: &str, why: &'static str) -> PackageError {
    PackageError::BadName { name: name.chars().take(80).collect(), why }
}
