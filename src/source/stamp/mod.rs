//! Stamps: an authority that is not ours says since when a copy has been there (RFC 3161), so that a reader need not trust the
//! publication that is being checked. Copies are stamped many at a time, by the root of a [`tree`] over them; what leads from one
//! copy to the root is its [`proof`].

pub mod proof;
pub mod tree;

use self::proof::Proof;
use super::Capture;
use crate::app::App;
use crate::id::{CaptureId, SourceId, StampId};
use crate::outside::authority;
use crate::outside::db::{Tx, record, sql};
use crate::outside::queue::{self, Job};
use crate::time::{MINUTE, Time};
use crate::{Error, Result, error::Context};
use std::io::Read;
use wacz::Digest;

/// New copies wait so long for others.
const GATHERING: i64 = 5 * MINUTE;
/// Most copies under one stamp.
const A_BATCH: usize = 256;

record! {
    struct Waiting {
        capture_id: CaptureId,
        source_id: SourceId,
        warc_file: String,
        payload_digest: String,
    }
}

record! {
    /// When a copy was stamped, and by whom.
    #[derive(Debug, Clone)]
    pub struct Stamped {
        pub stamp_id: StampId,
        pub file_digest: String,
        pub place: i64,
        pub path: String,
        pub authority: String,
        pub root: String,
        pub leaves: i64,
        pub stamped_at: Time,
    }
}

/// How many copies are stamped and how many wait, for `ibid doctor`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Account {
    pub copies: i64,
    pub waiting: i64,
    /// The last one's moment.
    pub last: Option<Time>,
}

/// Asks for a stamp, once others had time to come along; nothing where no authority is set.
pub fn ask_for(tx: &mut Tx, app: &App, now: Time) -> Result<()> {
    match app.config.timestamps {
        Some(_) => queue::push(tx, &Job::Stamp, now.plus(GATHERING)),
        None => Ok(()),
    }
}

/// The job: one stamp over the copies that have none.
pub async fn run(app: &App) -> Result<()> {
    let Some(url) = &app.config.timestamps else { return Ok(()) };
    let (copies, more) = gather(app).await?;
    if copies.is_empty() {
        return Ok(());
    }
    let leaves = copies.iter().map(|(copy, digest)| proof::leaf(&digest.to_string(), &copy.payload_digest));
    let (root, paths) = tree::grow(leaves.collect());
    let root =
        Digest::from_sha256(&root).ok_or_else(|| Error::Internal("a hash of another length".into()))?;
    let answer = authority::ask(url, &root).await?;
    let (host, now) = (url.host_str().unwrap_or_default().to_owned(), app.now());
    app.db
        .write(move |tx| {
            let (stamp,): (StampId,) = tx.one(
                sql!(
                    "-- stamp::run
                    insert into stamp (authority, root, leaves, reply, stamped_at) values (?1, ?2, ?3, ?4, ?5)
                    returning stamp_id"
                ),
                (host, root.to_string(), copies.len(), answer.reply, answer.at),
            )?;
            for (place, ((copy, digest), path)) in copies.iter().zip(paths).enumerate() {
                let path: Vec<String> = path.iter().map(proof::hex).collect();
                // A second run of the same job leaves the first one's proof.
                tx.run(
                    sql!(
                        "-- stamp::run, each
                        insert into stamped (capture_id, stamp_id, file_digest, place, path) values (?1, ?2, ?3, ?4, ?5)
                        on conflict (capture_id) do nothing"
                    ),
                    (copy.capture_id, stamp, digest.to_string(), place, path.join(" ")),
                )?;
                tx.changed(copy.source_id.topic())?;
            }
            if more { queue::push(tx, &Job::Stamp, now) } else { Ok(()) }
        })
        .await
}

/// Copies without a stamp and the digests of their files, and whether there are more. A file that cannot be had is passed over:
/// `ibid doctor` tells of it.
async fn gather(app: &App) -> Result<(Vec<(Waiting, Digest)>, bool)> {
    let (mut found, mut after) = (Vec::new(), CaptureId(0));
    loop {
        let batch = app.db.read(move |tx| waiting(tx, after)).await?;
        let Some(last) = batch.last() else { return Ok((found, false)) };
        after = last.capture_id;
        for copy in batch {
            let (files, key) = (app.files.clone(), copy.warc_file.clone());
            let digest = tokio::task::spawn_blocking(move || digest(files.reader(&key)?, &key)).await;
            match digest.internal("digesting a file panicked")? {
                Ok(digest) => found.push((copy, digest)),
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
            if found.len() == A_BATCH {
                return Ok((found, true));
            }
        }
    }
}

fn waiting(tx: &mut Tx, after: CaptureId) -> Result<Vec<Waiting>> {
    tx.all(
        sql!(
            "-- stamp::waiting
            select capture_id, source_id, warc_file, payload_digest from capture
            where capture_id > ?1 and warc_file <> '' and removed_at is null
                and not exists (select 1 from stamped where stamped.capture_id = capture.capture_id)
            order by capture_id limit ?2"
        ),
        (after, A_BATCH),
    )
}

fn digest(mut file: impl Read, key: &str) -> Result<Digest> {
    use sha2::Digest as _;
    let mut hasher = sha2::Sha256::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut piece).outside(format!("The file {key} could not be read"))?;
        if count == 0 {
            let digest = Digest::from_sha256(&hasher.finalize());
            return digest.ok_or_else(|| Error::Internal("a digest of another length".into()));
        }
        hasher.update(&piece[..count]);
    }
}

impl Stamped {
    pub fn of(tx: &mut Tx, capture: CaptureId) -> Result<Option<Stamped>> {
        tx.first(
            sql!(
                "-- Stamped::of
                select stamp_id, file_digest, place, path, authority, root, leaves, stamped_at
                from stamped join stamp using (stamp_id) where capture_id = ?1"
            ),
            (capture,),
        )
    }

    /// As it stands in a package, in which the copy is the file `file` and the stamp the file `stamp`.
    pub fn proof(self, capture: &Capture, file: String, stamp: String) -> Proof {
        Proof {
            file,
            digest: self.file_digest,
            payload: capture.payload_digest.clone(),
            place: self.place as u64,
            leaves: self.leaves as u64,
            path: self.path.split_whitespace().map(str::to_owned).collect(),
            root: self.root,
            stamp,
            at: self.stamped_at.rfc3339(),
            authority: self.authority,
        }
    }
}

/// A stamp as the authority sent it.
pub fn reply(tx: &mut Tx, id: StampId) -> Result<Vec<u8>> {
    let (reply,): (Vec<u8>,) = tx.one(
        sql!(
            "-- stamp::reply
            select reply from stamp where stamp_id = ?1"
        ),
        (id,),
    )?;
    Ok(reply)
}

impl Account {
    pub fn of(tx: &mut Tx) -> Result<Account> {
        let (copies,): (i64,) = tx.one(
            sql!(
                "-- stamp::Account, stamped
                select count(*) from stamped"
            ),
            (),
        )?;
        let (waiting,): (i64,) = tx.one(
            sql!(
                "-- stamp::Account, waiting
                select count(*) from capture where warc_file <> '' and removed_at is null
                    and not exists (select 1 from stamped where stamped.capture_id = capture.capture_id)"
            ),
            (),
        )?;
        let (last,): (Option<Time>,) = tx.one(
            sql!(
                "-- stamp::Account, last
                select max(stamped_at) from stamp"
            ),
            (),
        )?;
        Ok(Account { copies, waiting, last })
    }
}
