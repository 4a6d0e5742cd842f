//! The JSON in a package: its manifest, the digest of that, and its pages.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// What a package says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub title: Option<String>,
    /// Markdown.
    pub description: Option<String>,
    /// What wrote it, with a version.
    pub software: Option<String>,
    pub created: Option<Timestamp>,
    /// Shown first on replay.
    pub main_page: Option<(String, Timestamp)>,
}

/// `datapackage.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// `data-package`; `wacz` in drafts of 1.2.
    pub profile: String,
    /// Drafts of 1.2 have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wacz_version: Option<String>,
    pub resources: Vec<Resource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    #[serde(rename = "mainPageUrl", skip_serializing_if = "Option::is_none")]
    pub main_page_url: Option<String>,
    #[serde(rename = "mainPageDate", skip_serializing_if = "Option::is_none")]
    pub main_page_date: Option<String>,
    /// Whatever else stands there.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A file of the package, as its manifest lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub path: String,
    /// `sha256:…`. Version 1.0 has it in `stats` instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// `datapackage-digest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestDigest {
    pub path: String,
    /// `sha256:…` of the manifest's bytes.
    pub hash: String,
    /// A signature as WACZ Signing and Verification 0.1.0 describes it.
    #[serde(rename = "signedData", skip_serializing_if = "Option::is_none")]
    pub signed_data: Option<Value>,
}

/// A line of `pages.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub url: String,
    /// RFC 3339; the moment of the page's record.
    pub ts: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Visible text, for searching.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Bytes of the page and all that belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Page {
    pub fn new(url: impl Into<String>, at: Timestamp) -> Page {
        let (url, ts) = (url.into(), at.to_string());
        Page { id: None, url, ts, title: None, text: None, size: None, other: Map::new() }
    }

    pub fn titled(mut self, title: impl Into<String>) -> Page {
        self.title = Some(title.into());
        self
    }
}

impl Resource {
    /// The declared digest as `algorithm:value`, wherever the version in question keeps it.
    pub(super) fn declared_hash(&self) -> Option<String> {
        let of_1_0 = || {
            let value = self.other.get("stats")?.get("hash")?.as_str()?;
            let algorithm = self.other.get("hashing").and_then(Value::as_str).unwrap_or("sha256");
            Some(format!("{algorithm}:{value}"))
        };
        self.hash.clone().or_else(of_1_0)
    }

    pub(super) fn declared_bytes(&self) -> Option<u64> {
        self.bytes.or_else(|| self.other.get("stats")?.get("bytes")?.as_u64())
    }
}
