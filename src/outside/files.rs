//! Files: a folder, or an S3-compatible store, behind the same few verbs.
//!
//! A file is on the disk (its folder entry too) before [`Files::put`] returns, and so before any row names it.

use crate::time::Time;
use crate::{Error, Result, error::Context};
use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutPayload, aws::AmazonS3Builder, local::LocalFileSystem,
};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;

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
    /// The part that is free, where a rehearsal says so.
    free: Option<f64>,
}

/// A file, as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    pub bytes: u64,
    /// Last written.
    pub at: Time,
}

/// Part of a file, to be read by whoever needs it.
pub enum Piece {
    /// On this machine: read where it is unpacked, for two changes of thread less.
    Here {
        path: PathBuf,
        key: String,
        offset: u64,
        length: u64,
    },
    Come(Bytes),
}

impl Piece {
    /// May wait for the disk.
    pub fn read(self) -> Result<Bytes> {
        let (path, key, offset, length) = match self {
            Piece::Come(bytes) => return Ok(bytes),
            Piece::Here { path, key, offset, length } => (path, key, offset, length),
        };
        let read = || {
            let mut file = std::fs::File::open(&path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.take(length).read_to_end(&mut bytes)?;
            Ok(bytes.into())
        };
        read().map_err(|e| unread_here(&key, e))
    }
}

/// In bytes.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    pub free: u64,
    pub size: u64,
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
                Ok(Files {
                    store: Arc::new(store),
                    prefix: String::new(),
                    folder: Some(folder.clone()),
                    free: None,
                })
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
        Ok(Files { store: Arc::new(store), prefix: prefix.to_owned(), folder: None, free: None })
    }

    /// A disk of which that part is free, 0 to 1, if it is given.
    pub fn with_free(self, free: Option<f64>) -> Files {
        Files { free, ..self }
    }

    /// Keeps a file under a key that nothing else has. The same bytes under the same key again are no error.
    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let options = PutMode::Create.into();
        match self.store.put_opts(&self.key(key), PutPayload::from(bytes.into()), options).await {
            Ok(_) => Ok(()),
            // Seen to be wanted again, so that nobody sweeps it as forgotten meanwhile.
            Err(object_store::Error::AlreadyExists { .. }) => {
                if let Some(root) = &self.folder {
                    let file = std::fs::File::options().append(true).open(root.join(key));
                    let _ = file.and_then(|file| file.set_modified(std::time::SystemTime::now()));
                }
                Ok(())
            }
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

    /// The same, read later.
    pub async fn piece(&self, key: &str, offset: u64, length: u64) -> Result<Piece> {
        match &self.folder {
            Some(root) => Ok(Piece::Here { path: root.join(key), key: key.to_owned(), offset, length }),
            None => self.get_range(key, offset, length).await.map(Piece::Come),
        }
    }

    /// A whole file, a piece at a time: on a thread that may block. `NotFound` when there is none.
    pub fn reader(&self, key: &str) -> Result<Reading> {
        if let Some(root) = &self.folder {
            let opened = std::fs::File::open(root.join(self.key(key).as_ref()));
            return opened.map(Reading::Folder).map_err(|e| unread_here(key, e));
        }
        let head = Handle::current().block_on(self.store.head(&self.key(key)));
        let size = head.map_err(|e| unread(key, e))?.size;
        let (files, key) = (self.clone(), key.to_owned());
        Ok(Reading::Store { files, key, at: 0, size, piece: Bytes::new() })
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
        self.room().map(|room| room.free as f64 / room.size.max(1) as f64)
    }

    /// The disk that holds the files.
    pub fn room(&self) -> Option<Room> {
        let stat = rustix::fs::statvfs(self.folder.as_deref()?).ok()?;
        let size = stat.f_blocks * stat.f_frsize;
        let free = self.free.map(|part| (size as f64 * part) as u64);
        Some(Room { free: free.unwrap_or(stat.f_bavail * stat.f_frsize), size })
    }

    /// Every file whose key begins with a folder, half-written ones of a crash too.
    pub async fn list(&self, folder: &str) -> Result<Vec<Listed>> {
        if let Some(root) = self.folder.clone() {
            let (within, told) = (root.join(folder), root.display().to_string());
            let walk = tokio::task::spawn_blocking(move || {
                let mut found = Vec::new();
                walk(&root, &within, &mut found).map(|()| found)
            });
            let walked =
                walk.await.map_err(|_| Error::Internal("looking through the files panicked".into()))?;
            return walked.outside(format!("The folder {told} cannot be looked through"));
        }
        let prefix = self.key(folder);
        let cut = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        let listed = self.store.list(Some(&prefix)).map_ok(|meta| Listed {
            key: meta.location.as_ref().get(cut..).unwrap_or_default().to_owned(),
            bytes: meta.size,
            at: Time(meta.last_modified.timestamp_micros()),
        });
        listed.try_collect().await.map_err(|e| Error::Outside(format!("The files cannot be listed: {e}")))
    }

    /// Takes away a file that [`Files::list`] found.
    pub async fn sweep(&self, file: &Listed) -> Result<()> {
        match &self.folder {
            Some(root) => {
                let path = root.join(&file.key);
                let wanted_since =
                    std::fs::metadata(&path).and_then(|about| about.modified()).is_ok_and(|at| {
                        let at = at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                        at.as_micros() as i64 != file.at.0
                    });
                match wanted_since {
                    true => Ok(()),
                    false => std::fs::remove_file(path).outside(format!("{} cannot be taken away", file.key)),
                }
            }
            None => self.remove(&file.key).await,
        }
    }

    fn key(&self, key: &str) -> Key {
        Key::from(if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) })
    }
}

/// A file that is being read.
pub enum Reading {
    Folder(std::fs::File),
    /// `piece` is what was fetched and not yet read; the rest begins at `at`.
    Store {
        files: Files,
        key: String,
        at: u64,
        size: u64,
        piece: Bytes,
    },
}

/// What is asked for at a time where each question costs a way.
const A_PIECE: u64 = 1 << 20;

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Reading::Folder(file) => file.read(buffer),
            Reading::Store { files, key, at, size, piece } => {
                if piece.is_empty() && at < size {
                    let length = A_PIECE.min(*size - *at);
                    *piece = Handle::current()
                        .block_on(files.get_range(key, *at, length))
                        .map_err(std::io::Error::other)?;
                    *at += length;
                }
                let count = piece.len().min(buffer.len());
                buffer[..count].copy_from_slice(&piece.split_to(count));
                Ok(count)
            }
        }
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Listed>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let (path, about) = (entry.path(), entry.metadata()?);
        if about.is_dir() {
            walk(root, &path, found)?;
        } else if let Some(key) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            let written = about.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            found.push(Listed {
                key: key.to_owned(),
                bytes: about.len(),
                at: Time(written.as_micros() as i64),
            });
        }
    }
    Ok(())
}

fn unread_here(key: &str, error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::NotFound,
        _ => Error::Outside(format!("The file {key} could not be read: {error}")),
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
