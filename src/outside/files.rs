//! Files: a folder, or an S3-compatible store, behind the same few verbs.
//!
//! A file is on the disk (its folder entry too) before [`Files::put`] returns, and so before any row names it.

use crate::{Error, Result, error::Context};
use bytes::Bytes;
use object_store::path::Path as Key;
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem,
};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub enum Place {
    Folder(PathBuf),
    S3 { bucket: String, prefix: String, endpoint: Option<String> },
}

#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    folder: Option<PathBuf>,
}

impl Files {
    pub fn open(place: &Place) -> Result<Files> {
        match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder)
                    .outside(format!("The folder {} cannot be made", folder.display()))?;
                let store = LocalFileSystem::new_with_prefix(folder)
                    .outside(format!("The folder {} cannot be used", folder.display()))?
                    .with_fsync(true);
                Ok(Files { store: Arc::new(store), prefix: String::new(), folder: Some(folder.clone()) })
            }
            Place::S3 { bucket, prefix, endpoint } => {
                // Keys and region come from the usual AWS_… variables.
                Files::in_bucket(AmazonS3Builder::from_env(), bucket, prefix, endpoint.as_deref())
            }
        }
    }

    fn in_bucket(
        builder: AmazonS3Builder,
        bucket: &str,
        prefix: &str,
        endpoint: Option<&str>,
    ) -> Result<Files> {
        let mut builder = builder.with_bucket_name(bucket);
        if let Some(endpoint) = endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"))
                .with_virtual_hosted_style_request(false);
        }
        let store = builder.build().invalid("IBID_FILES cannot be used")?;
        Ok(Files { store: Arc::new(store), prefix: prefix.to_owned(), folder: None })
    }

    /// Keeps a file under a key that nothing else has. The same bytes under the same key again are no error.
    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let options = PutMode::Create.into();
        match self.store.put_opts(&self.key(key), PutPayload::from(bytes.into()), options).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(e) => Err(Error::Outside(format!("The file {key} could not be kept: {e}"))),
        }
    }

    /// Keeps a file under a key that must be free.
    pub async fn put_new(&self, key: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let options = PutMode::Create.into();
        match self.store.put_opts(&self.key(key), PutPayload::from(bytes.into()), options).await {
            Ok(_) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. }) => {
                Err(Error::Conflict(format!("There is a file {key} already.")))
            }
            Err(e) => Err(Error::Outside(format!("The file {key} could not be kept: {e}"))),
        }
    }

    /// A whole file; `NotFound` when there is none.
    pub async fn get(&self, key: &str) -> Result<Bytes> {
        let found = self.store.get(&self.key(key)).await.map_err(|e| unread(key, e))?;
        found.bytes().await.map_err(|e| unread(key, e))
    }

    /// `length` bytes from `offset` on.
    pub async fn get_range(&self, key: &str, offset: u64, length: u64) -> Result<Bytes> {
        let range = offset..offset.saturating_add(length);
        self.store.get_range(&self.key(key), range).await.map_err(|e| unread(key, e))
    }

    pub async fn exists(&self, key: &str) -> Result<bool> {
        match self.store.head(&self.key(key)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(unread(key, e)),
        }
    }

    /// Takes a file away that no row names any more; one that is gone already is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        match self.store.delete(&self.key(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(Error::Outside(format!("The file {key} could not be taken away: {e}"))),
        }
    }

    /// Part of the disk that is free, 0 to 1; `None` where only the store's owner knows.
    pub fn free(&self) -> Option<f64> {
        let stat = rustix::fs::statvfs(self.folder.as_deref()?).ok()?;
        Some(stat.f_bavail as f64 / (stat.f_blocks.max(1)) as f64)
    }

    fn key(&self, key: &str) -> Key {
        Key::from(if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) })
    }
}

fn unread(key: &str, error: object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => Error::NotFound,
        e => Error::Outside(format!("The file {key} could not be read: {e}")),
    }
}

#[cfg(test)]
mod tests;
