//! Reading a package, by range where that is possible.

use std::io::{Read, Seek};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{DIGEST, MANIFEST, Manifest, ManifestDigest, PAGES, PackageError, Page};
use crate::cdxj::{Entry, Index};
use crate::warc::{Options, Reader, Record, read_at};

/// An opened package. Opening reads the ZIP's directory; everything else is read when asked for.
pub struct Package<R> {
    pub(super) zip: ZipArchive<R>,
}

/// Manifests and digests are small.
const MAX_JSON: u64 = 16 << 20;
/// Pages may carry their text, and an index has a line for each capture.
pub(super) const MAX_LIST: u64 = 128 << 20;

impl<R: Read + Seek> Package<R> {
    pub fn open(file: R) -> Result<Package<R>, PackageError> {
        Ok(Package { zip: ZipArchive::new(file)? })
    }

    /// Of every file, in the order of the ZIP's directory. Names that are not text are left out.
    pub fn paths(&self) -> Vec<String> {
        self.zip.file_names().filter_map(|name| name.ok().map(|name| name.into_owned())).collect()
    }

    pub fn manifest(&mut self) -> Result<Manifest, PackageError> {
        self.json(MANIFEST)
    }

    pub fn manifest_digest(&mut self) -> Result<ManifestDigest, PackageError> {
        self.json(DIGEST)
    }

    pub fn pages(&mut self) -> Result<Vec<Page>, PackageError> {
        let text = self.text(PAGES, MAX_LIST)?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        // The first line describes the list.
        lines
            .filter(|line| !is_list_header(line))
            .map(|line| serde_json::from_str(line).map_err(|error| malformed(PAGES, error)))
            .collect()
    }

    /// All indexes as one.
    pub fn index(&mut self) -> Result<Index, PackageError> {
        let mut text = String::new();
        for path in self.index_paths() {
            text.push_str(&self.text(&path, MAX_LIST)?);
            text.push('\n');
        }
        Ok(Index::read(text))
    }

    /// The record of a capture, read by range.
    pub fn record(&mut self, entry: &Entry) -> Result<Record, PackageError> {
        let path = format!("archive/{}", entry.filename);
        let file = match self.zip.by_name_seek(&path) {
            Ok(file) => file,
            Err(ZipError::UnsupportedArchive(_)) => return Err(PackageError::NotStored { path }),
            Err(ZipError::FileNotFound) => return Err(PackageError::Missing(path)),
            Err(error) => return Err(error.into()),
        };
        read_at(file, entry.offset, entry.length, Options::default())
            .map_err(|source| PackageError::Record { path, source })
    }

    /// The records of one WARC file from its start; `path` as in [`Package::paths`].
    pub fn records(&mut self, path: &str) -> Result<Reader<impl Read>, PackageError> {
        Ok(Reader::new(self.file(path)?))
    }

    pub fn into_inner(self) -> R {
        self.zip.into_inner()
    }

    /// Files that hold lines of CDXJ.
    pub(super) fn index_paths(&self) -> Vec<String> {
        let mut paths = self.paths();
        paths.retain(|path| {
            let name = path.strip_suffix(".gz").unwrap_or(path);
            path.starts_with("indexes/") && (name.ends_with(".cdx") || name.ends_with(".cdxj"))
        });
        paths
    }

    pub(super) fn warc_paths(&self) -> Vec<String> {
        let mut paths = self.paths();
        paths.retain(|path| {
            let name = path.strip_suffix(".gz").unwrap_or(path);
            path.starts_with("archive/") && name.ends_with(".warc")
        });
        paths
    }

    /// Any file of the package, from its start; `path` as in [`Package::paths`].
    pub fn file(&mut self, path: &str) -> Result<impl Read, PackageError> {
        self.zip.by_name(path).map_err(|error| match error {
            ZipError::FileNotFound => PackageError::Missing(path.to_owned()),
            other => other.into(),
        })
    }

    /// What the file holds, inflated if its name ends in `.gz`.
    pub(super) fn text(&mut self, path: &str, max: u64) -> Result<String, PackageError> {
        let file = self.file(path)?;
        let bytes = if path.ends_with(".gz") {
            bounded(MultiGzDecoder::new(file), path, max)
        } else {
            bounded(file, path, max)
        };
        String::from_utf8(bytes?).map_err(|error| malformed(path, error))
    }

    pub(super) fn bytes(&mut self, path: &str) -> Result<Vec<u8>, PackageError> {
        bounded(self.file(path)?, path, MAX_JSON)
    }

    fn json<T: serde::de::DeserializeOwned>(&mut self, path: &str) -> Result<T, PackageError> {
        serde_json::from_slice(&self.bytes(path)?).map_err(|error| malformed(path, error))
    }
}

pub(super) fn is_list_header(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line)
        .is_ok_and(|json| json.get("format").is_some() && json.get("url").is_none())
}

fn bounded(file: impl Read, path: &str, max: u64) -> Result<Vec<u8>, PackageError> {
    let mut bytes = Vec::new();
    file.take(max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max {
        return Err(PackageError::TooLarge { path: path.to_owned(), max });
    }
    Ok(bytes)
}

fn malformed(path: &str, error: impl std::fmt::Display) -> PackageError {
    PackageError::Malformed { path: path.to_owned(), why: error.to_string() }
}
