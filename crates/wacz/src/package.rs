//! WACZ 1.1.1: WARC files, their index, a list of pages and a manifest of digests in one ZIP file, laid out so that
//! a page can be read by range out of a package of any size.
//!
//! ```text
//! archive/data.warc.gz   indexes/index.cdxj   pages/pages.jsonl   datapackage.json   datapackage-digest.json
//! ```

mod manifest;
mod reader;
mod validate;
mod writer;

use std::io;

use crate::cdxj::EntryError;
use crate::warc::ReadError;

pub use manifest::{About, Manifest, ManifestDigest, Page, Resource};
pub use reader::Package;
pub use validate::{Finding, Weight, validate};
pub use writer::{Closed, Writer};
pub use zip::write::StreamWriter;

#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("reading or writing failed: {0}")]
    Io(#[from] io::Error),
    #[error("the ZIP file is damaged or of a kind that is not read: {0}")]
    Zip(String),
    #[error("the package holds no {0}")]
    Missing(String),
    #[error("{path} is larger than {max} bytes")]
    TooLarge { path: String, max: u64 },
    #[error("{path} cannot be understood: {why}")]
    Malformed { path: String, why: String },
    #[error("{path} is compressed inside the ZIP file, so no record can be read by its offset")]
    NotStored { path: String },
    #[error("{name:?} cannot name a file here: {why}")]
    BadName { name: String, why: &'static str },
    #[error("{name:?} is in the package already")]
    Twice { name: String },
    #[error("{path}: {source}")]
    Record { path: String, source: ReadError },
    #[error("{path}: {source}")]
    Index { path: String, source: EntryError },
}

impl From<zip::result::ZipError> for PackageError {
    fn from(error: zip::result::ZipError) -> PackageError {
        match error {
            zip::result::ZipError::Io(error) => PackageError::Io(error),
            other => PackageError::Zip(other.to_string()),
        }
    }
}

const MANIFEST: &str = "datapackage.json";
const DIGEST: &str = "datapackage-digest.json";
const PAGES: &str = "pages/pages.jsonl";
const INDEX: &str = "indexes/index.cdxj";
