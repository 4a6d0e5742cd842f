//! Who vouches for a package: the publication's key, made when it is first needed; its domain's certificate, where there is one.
//!
//! The key is a file of the data folder that only its owner may read: whoever looks into a copy of the database, to mend something or
//! to count, has no business signing. Servers that share a PostgreSQL database share no folder and must sign as one, so there it is in
//! the database.

use super::Plan;
use crate::app::App;
use crate::config::Domain;
use crate::outside::authority;
use crate::outside::db::{Place, Tx, record, sql};
use crate::outside::queue::{self, Job};
use crate::time::Time;
use crate::{Error, Result, error::Context};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use wacz::sign::{self, Key, SignedData};
use wacz::{Digest, Timestamp};

const FILE: &str = "signing.key";

/// What signs, as it calls itself in a signature.
pub fn software() -> String {
    format!("Ibid/{}", env!("CARGO_PKG_VERSION"))
}

/// How a signature comes about.
#[derive(Debug, Clone)]
pub enum Hand {
    /// For readers: nothing a reader does asks anybody else. The domain's signature, where it is over the same; else the key's.
    Standing(Option<Vouched>),
    /// For whoever belongs here: the domain, where there is one, and a stamp, where there is an authority.
    Asking,
    /// The domain's or none.
    Domain,
}

record! {
    /// What the domain vouched for last.
    #[derive(Debug, Clone)]
    pub struct Vouched {
        pub state: String,
        pub manifest: String,
        pub signed_data: String,
        pub vouched_at: Time,
    }
}

impl Hand {
    /// The moment that the manifest tells of, and so its signature: tools want them to be one.
    pub fn moment(&self, now: Time) -> Time {
        match self {
            Hand::Standing(Some(vouched)) => vouched.vouched_at,
            _ => now,
        }
    }
}

/// What readers get: signed by what is at hand.
pub async fn standing(app: &App, plan: &Plan) -> Result<Hand> {
    if app.config.domain.is_none() {
        return Ok(Hand::Standing(None));
    }
    let (subject, state) = (plan.subject.to_string(), plan.state());
    let known = app.db.read(move |tx| Vouched::of(tx, &subject)).await?;
    Ok(Hand::Standing(known.filter(|vouched| vouched.state == state)))
}

/// Signs a manifest.
pub async fn sign(app: &App, plan: &Plan, manifest: &Digest, at: Time, hand: &Hand) -> Result<SignedData> {
    match (hand, &app.config.domain) {
        (Hand::Domain, _) => return by_domain(app, manifest, at).await,
        (Hand::Standing(Some(vouched)), Some(_)) if vouched.manifest == manifest.to_string() => {
            return serde_json::from_str(&vouched.signed_data).internal("a signature cannot be read");
        }
        (Hand::Standing(_), Some(_)) => {
            // The next one gets it. Nothing that anybody is shown changes by that.
            let (job, now) = (Job::Vouch(plan.subject.to_string()), app.now());
            app.db.write(move |tx| queue::push(tx, &job, now)).await?;
        }
        (Hand::Asking, Some(_)) => match by_domain(app, manifest, at).await {
            Ok(signed) => return Ok(signed),
            Err(error) => tracing::warn!(%error, "a package is signed by the publication's key alone"),
        },
        (_, None) => {}
    }
    let signed = key(app).await?.sign(manifest, timestamp(at), &software()).internal("signing failed")?;
    match (&app.config.timestamps, hand) {
        (Some(url), Hand::Asking) => match stamped(url, signed.clone()).await {
            Ok(stamped) => Ok(stamped),
            Err(error) => {
                tracing::warn!(%error, "a package is signed without a time-stamp");
                Ok(signed)
            }
        },
        _ => Ok(signed),
    }
}

async fn by_domain(app: &App, manifest: &Digest, at: Time) -> Result<SignedData> {
    let (Some(domain), Some(url)) = (&app.config.domain, &app.config.timestamps) else {
        return Err(Error::Internal("there is no domain to sign for".into()));
    };
    let (key, certified) = read_domain(domain)?;
    let signed = key
        .sign_as(&certified, manifest, timestamp(at), &software())
        .invalid("IBID_SIGNING_CERT and IBID_SIGNING_KEY cannot sign")?;
    stamped(url, signed).await
}

/// Reads both files anew: certificates are renewed while a server runs.
fn read_domain(domain: &Domain) -> Result<(Key, sign::Domain)> {
    let read =
        |file: &Path| std::fs::read_to_string(file).outside(format!("{} cannot be read", file.display()));
    let key = Key::from_pem(&read(&domain.key)?).invalid("IBID_SIGNING_KEY is no key that signs")?;
    Ok((key, sign::Domain { name: domain.name.clone(), certificates: read(&domain.certificate)? }))
}

/// What is wrong with the domain's certificate or key, for `ibid doctor`.
pub fn trouble(domain: &Domain) -> Option<String> {
    let tried = read_domain(domain).and_then(|(key, certified)| {
        key.sign_as(&certified, &Digest::sha256(b""), Timestamp::from_micros(0), &software())
            .invalid("IBID_SIGNING_CERT and IBID_SIGNING_KEY cannot sign")
    });
    tried.err().map(|error| error.to_string())
}

async fn stamped(url: &url::Url, signed: SignedData) -> Result<SignedData> {
    let answer = authority::ask(url, &signed.to_be_stamped()).await?;
    signed.stamped(&answer.reply).internal("a time-stamp that was good is none")
}

impl Vouched {
    fn of(tx: &mut Tx, subject: &str) -> Result<Option<Vouched>> {
        tx.first(
            sql!(
                "-- Vouched::of
                select state, manifest, signed_data, vouched_at from vouched where subject = ?1"
            ),
            (subject,),
        )
    }

    pub(super) fn note(&self, tx: &mut Tx, subject: &str) -> Result<()> {
        tx.run(
            sql!(
                "-- Vouched::note
                insert into vouched (subject, state, manifest, signed_data, vouched_at) values (?1, ?2, ?3, ?4, ?5)
                on conflict (subject) do update set state = excluded.state, manifest = excluded.manifest,
                    signed_data = excluded.signed_data, vouched_at = excluded.vouched_at"
            ),
            (subject, &self.state, &self.manifest, &self.signed_data, self.vouched_at),
        )?;
        Ok(())
    }
}

/// The publication's key.
pub async fn key(app: &App) -> Result<Key> {
    let (folder, now) = (app.config.data.clone(), app.now());
    let bytes = match app.config.database {
        Place::Sqlite(_) => {
            let read = tokio::task::spawn_blocking(move || in_folder(&folder));
            read.await.internal("reading the signing key panicked")??
        }
        Place::Postgres(_) => match app.db.read(in_database).await? {
            Some(key) => key,
            None => {
                let new = Key::generate().internal("no key could be made")?;
                app.db.write(move |tx| first(tx, new, now)).await?
            }
        },
    };
    Key::from_pkcs8(&bytes).outside("The publication's signing key cannot be used")
}

/// PKCS#8 in PEM, so that other tools can use it.
fn in_folder(folder: &Path) -> Result<Vec<u8>> {
    let file = folder.join(FILE);
    let cannot = |what: &str| format!("The signing key {} cannot be {what}", file.display());
    match std::fs::read_to_string(&file) {
        Ok(pem) => return from_pem(&pem).ok_or_else(|| Error::Outside(cannot("understood"))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(Error::Outside(format!("{}: {e}", cannot("read")))),
    }
    let new = Key::generate().internal("no key could be made")?;
    let mut mark = [0; 8];
    getrandom::fill(&mut mark).internal("the system gives no random bytes")?;
    let begun = folder.join(format!(".{FILE}.{}", data_encoding::HEXLOWER.encode(&mark)));
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&begun)
        .outside(cannot("made"))?;
    out.write_all(to_pem(&new).as_bytes()).and_then(|()| out.sync_all()).outside(cannot("made"))?;
    // Whoever else makes one at the same moment: the first stays.
    let linked = std::fs::hard_link(&begun, &file);
    let _ = std::fs::remove_file(&begun);
    match linked {
        Ok(()) => Ok(new),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => in_folder(folder),
        Err(e) => Err(Error::Outside(format!("{}: {e}", cannot("made")))),
    }
}

const HEAD: &str = "-----BEGIN PRIVATE KEY-----";
const FOOT: &str = "-----END PRIVATE KEY-----";

fn to_pem(key: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(key);
    let lines = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + "\n");
    format!("{HEAD}\n{}{FOOT}\n", lines.collect::<String>())
}

fn from_pem(pem: &str) -> Option<Vec<u8>> {
    let text = pem.trim().strip_prefix(HEAD)?.strip_suffix(FOOT)?;
    let text: String = text.split_whitespace().collect();
    data_encoding::BASE64.decode(text.as_bytes()).ok()
}

fn in_database(tx: &mut Tx) -> Result<Option<Vec<u8>>> {
    let known: Option<(Vec<u8>,)> = tx.first(
        sql!(
            "-- vouch::in_database
            select pkcs8 from signing_key where signing_key_id = 1"
        ),
        (),
    )?;
    Ok(known.map(|(key,)| key))
}

/// Keeps a new key, unless there is one by now.
fn first(tx: &mut Tx, new: Vec<u8>, now: Time) -> Result<Vec<u8>> {
    tx.run(
        sql!(
            "-- vouch::first
            insert into signing_key (signing_key_id, pkcs8, made_at) values (1, ?1, ?2)
            on conflict (signing_key_id) do nothing"
        ),
        (new, now),
    )?;
    in_database(tx)?.ok_or_else(|| Error::Internal("the signing key is gone".into()))
}

pub(super) fn timestamp(at: Time) -> Timestamp {
    Timestamp::from_micros(at.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::db::{Db, scratch::on_both};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_and_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let made: Vec<_> = std::thread::scope(|scope| {
            let making: Vec<_> = (0..4).map(|_| scope.spawn(|| in_folder(folder.path()).unwrap())).collect();
            making.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(made.iter().all(|key| *key == made[0]), "they are one key");
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        std::fs::write(folder.path().join(FILE), "no key").unwrap();
        let error = in_folder(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("signing.key cannot be understood"), "{error}");
    }

    on_both! { a_shared_key_is_the_first }

    async fn a_shared_key_is_the_first(place: Place) {
        let db = Db::open(&place, Default::default()).await.unwrap();
        let [one, two] = [vec![1], vec![2]].map(|key| db.write(move |tx| first(tx, key, Time(0))));
        assert_eq!((one.await.unwrap(), two.await.unwrap()), (vec![1], vec![1]));
    }
}
