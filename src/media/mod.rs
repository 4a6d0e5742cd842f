//! Pictures and other files that posts show, kept under a name.
//!
//! A name tells its content: what is sent again under another content has another name, so browsers keep it for ever. A file is
//! on the disk before a row names it, and is taken away only after its row.

mod made;
mod picture;

pub use made::{Made, Sent};

use crate::app::{App, compute};
use crate::id::{PersonId, PostId};
use crate::outside::db::{Topic, Tx, record, sql};
use crate::person::Person;
use crate::time::Time;
use crate::{Error, Result, error::Context};
use picture::Cut;
use tokio::sync::Semaphore;

record! {
    #[derive(Debug, Clone)]
    pub struct Media {
        pub name: String,
        pub file: String,
        pub media_type: String,
        pub bytes: i64,
        /// In pixels; 0 where nobody measured, or for what is no picture.
        pub width: i64,
        pub height: i64,
        /// The key of a narrower one; empty where there is none.
        pub narrow: String,
        /// What it shows, in words.
        pub alt: String,
        /// Who sent it; nobody for what came with an import.
        pub person_id: Option<PersonId>,
        pub created_at: Time,
    }
}

impl Media {
    /// How wide the narrower one is, in pixels.
    pub const NARROW: usize = picture::NARROW;

    pub fn find(tx: &mut Tx, name: &str) -> Result<Media> {
        tx.one(
            sql!(
                "-- Media::find
            select * from media where name = ?1"
            ),
            (name,),
        )
    }

    /// Whether it is new: the same content under the same name is there once.
    fn keep(&self, tx: &mut Tx) -> Result<bool> {
        let added = tx.run(
            sql!(
                "-- Media::keep
                insert into media (name, file, media_type, bytes, width, height, narrow, alt, person_id, created_at)
                values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                on conflict (name) do nothing"
            ),
            (
                &self.name,
                &self.file,
                &self.media_type,
                self.bytes,
                self.width,
                self.height,
                &self.narrow,
                &self.alt,
                self.person_id,
                self.created_at,
            ),
        )?;
        Ok(added > 0)
    }

    /// The newest pictures, to choose one from.
    pub fn pictures(tx: &mut Tx, limit: usize) -> Result<Vec<Media>> {
        tx.all(
            sql!(
                "-- Media::pictures
                select * from media where media_type like 'image/%'
                order by created_at desc, name limit ?1"
            ),
            (limit,),
        )
    }

    /// The newest first, from behind one on.
    pub fn all(tx: &mut Tx, after: Option<&str>, limit: usize) -> Result<Vec<Media>> {
        let Some(after) = after else {
            return tx.all(
                sql!(
                    "-- Media::newest
                    select * from media order by created_at desc, name limit ?1"
                ),
                (limit,),
            );
        };
        let after = Media::find(tx, after)?;
        tx.all(
            sql!(
                "-- Media::older
                select * from media where created_at < ?1 or created_at = ?1 and name > ?2
                order by created_at desc, name limit ?3"
            ),
            (after.created_at, after.name, limit),
        )
    }

    pub fn describe(tx: &mut Tx, name: &str, alt: &str) -> Result<()> {
        tx.run(
            sql!(
                "-- Media::describe
            update media set alt = ?2 where name = ?1"
            ),
            (name, alt),
        )?;
        Ok(())
    }

    /// Takes it away, row first: no row is ever without its file.
    pub async fn remove(self, app: &App) -> Result<()> {
        let gone = self.clone();
        app.db.write(move |tx| Media::forget(tx, &gone)).await?;
        self.remove_files(app).await
    }

    async fn remove_files(&self, app: &App) -> Result<()> {
        for key in [&self.file, &self.narrow].into_iter().filter(|key| !key.is_empty()) {
            app.files.remove(key).await?;
        }
        Ok(())
    }

    fn forget(tx: &mut Tx, gone: &Media) -> Result<()> {
        tx.run(
            sql!(
                "-- Media::forget
            delete from media where name = ?1 and file = ?2"
            ),
            (&gone.name, &gone.file),
        )?;
        tx.changed(gone.topic())
    }

    pub fn topic(&self) -> Topic {
        Topic(format!("media:{}", self.name))
    }

    /// Posts that show it, or whose working copies do. Reads every post: nobody asks this but the desk, about one file.
    pub fn used_by(&self, tx: &mut Tx) -> Result<Vec<(PostId, String)>> {
        tx.all(
            sql!(
                "-- Media::used_by
                select post_id, title from post
                where cover = ?1 or markdown like ?2
                    or post_id in (select post_id from working_copy where cover = ?1 or markdown like ?2)
                order by post_id desc limit 100"
            ),
            (self.path(), self.within_text()),
        )
    }

    /// Posts that showed it once: earlier words of theirs, brought back, would lack it. Reads every revision.
    pub fn once_used_by(&self, tx: &mut Tx) -> Result<Vec<(PostId, String)>> {
        tx.all(
            sql!(
                "-- Media::once_used_by
                select post_id, title from post
                where post_id in (select post_id from revision where cover = ?1 or markdown like ?2)
                order by post_id desc limit 100"
            ),
            (self.path(), self.within_text()),
        )
    }

    /// As `like` looks for it: a sign of its own in a name stands for any one letter.
    fn within_text(&self) -> String {
        format!("%{}%", self.path().replace('%', "_"))
    }

    /// Where it is used beside posts: as the logo, as somebody's picture.
    pub fn used_besides(&self, tx: &mut Tx) -> Result<Vec<(String,)>> {
        tx.all(
            sql!(
                "-- Media::used_besides
                select 'the logo' from setting where name = 'logo' and value = ?1
                union all
                select 'picture of ' || name from person where picture = ?1"
            ),
            (self.path(),),
        )
    }

    pub fn path(&self) -> String {
        format!("/media/{}", self.name)
    }

    /// Where the narrower one is shown; none where there is none.
    pub fn narrow_path(&self) -> Option<String> {
        (!self.narrow.is_empty()).then(|| format!("/media/narrow/{}", self.name))
    }

    pub fn is_picture(&self) -> bool {
        picture_type(&self.name) == Some(self.media_type.as_str())
    }

    /// Whether readers may have it: a picture, a document, a sound or a film, by its name as by its type.
    pub fn is_shown(&self) -> bool {
        self.is_picture() || FILES.contains(&(ending(&self.name).as_str(), &self.media_type))
    }

    /// Whether its name tells its content, so that nothing else will ever stand at its address.
    pub fn is_lasting(&self) -> bool {
        let stem = self.name.rsplit_once('.').map_or("", |(stem, _)| stem);
        let digest = stem.rsplit_once('-').map_or("", |(_, digest)| digest);
        digest.len() == DIGEST && digest.bytes().all(|b| b.is_ascii_hexdigit())
    }

    /// Editors order everybody's, others their own.
    pub fn may_order(&self, person: &Person) -> bool {
        person.role.may_edit_all() || self.person_id == Some(person.person_id)
    }

    /// How a text shows it.
    pub fn markdown(&self) -> String {
        let alt = self.alt.replace(['\n', '\r'], " ");
        let escaped = |marks: &[char]| {
            alt.chars()
                .flat_map(|c| marks.contains(&c).then_some('\\').into_iter().chain([c]))
                .collect::<String>()
        };
        let attribute = || alt.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        match self.media_type.split('/').next() {
            Some("image") => format!("![{}]({})", escaped(&['[', ']', '\\']), self.path()),
            Some(kind @ ("audio" | "video")) => {
                format!("<{kind} controls src=\"{}\" title=\"{}\"></{kind}>", self.path(), attribute())
            }
            _ => {
                let words = if alt.is_empty() { self.name.clone() } else { escaped(&['[', ']', '\\']) };
                format!("[{words}]({})", self.path())
            }
        }
    }
}

/// Hexadecimal digits of its content's digest in a name.
const DIGEST: usize = 16;

/// What is taken beside pictures.
const FILES: [(&str, &str); 10] = [
    ("pdf", "application/pdf"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("flac", "audio/flac"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("ogv", "video/ogg"),
];

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase())
}

/// The type a picture's name promises; none for anything that is not a plain picture.
pub fn picture_type(name: &str) -> Option<&'static str> {
    match ending(name).as_str() {
        "jpg" | "jpeg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        "gif" => Some("image/gif"),
        _ => None,
    }
}

/// Refuses what is not a picture by name.
pub fn checked_name(name: &str) -> Result<&'static str> {
    picture_type(name)
        .ok_or_else(|| Error::Invalid(format!("“{name}” is not a picture (jpg, png, webp, gif).")))
}

/// Pictures take up to 400 MB while they are made smaller: one at a time.
static TURN: Semaphore = Semaphore::const_new(1);

/// Keeps what somebody sent: a picture made anew, another file as it is.
pub async fn take(app: &App, person: &Person, sent: Sent) -> Result<Media> {
    keep(app, person, sent, Cut::Whole).await
}

/// Keeps a picture of somebody, and nothing else.
pub async fn take_portrait(app: &App, person: &Person, sent: Sent) -> Result<Media> {
    keep(app, person, sent, Cut::Portrait).await
}

/// Takes away what stood somewhere as the only place that showed it; what is shown elsewhere stays.
pub async fn let_go(app: &App, path: &str) -> Result<()> {
    let Some(name) = path.strip_prefix("/media/").map(str::to_owned) else { return Ok(()) };
    let unused = app.db.read(move |tx| {
        let media = Media::find(tx, &name)?;
        let used = !media.used_by(tx)?.is_empty() || !media.used_besides(tx)?.is_empty();
        Ok((!used).then_some(media))
    });
    match unused.await {
        Ok(Some(media)) => media.remove(app).await,
        Ok(None) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn keep(app: &App, person: &Person, sent: Sent, cut: Cut) -> Result<Media> {
    let turn = TURN.acquire().await.internal("waiting to read a picture")?;
    let (by, now) = (Some(person.person_id), app.now());
    let made = compute(move || Made::of(sent, cut, by, now)).await??;
    drop(turn);
    made.keep(app).await
}

/// Ending and type of a file, by its first bytes: what it is called proves nothing.
fn kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let begins = &bytes[..bytes.len().min(4096)];
    let holds = |words: &[u8]| begins.windows(words.len()).any(|part| part == words);
    let ending = match begins {
        [b'%', b'P', b'D', b'F', b'-', ..] => "pdf",
        [b'f', b'L', b'a', b'C', ..] => "flac",
        [b'O', b'g', b'g', b'S', ..] if holds(b"theora") => "ogv",
        [b'O', b'g', b'g', b'S', ..] => "ogg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "wav",
        [0x1a, 0x45, 0xdf, 0xa3, ..] if holds(b"webm") => "webm",
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4)? {
            b"M4A " | b"M4B " => "m4a",
            b"qt  " => "mov",
            // Pictures in the same box.
            b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis" => return None,
            _ => "mp4",
        },
        [b'I', b'D', b'3', ..] => "mp3",
        // MPEG audio, layer 3: eleven bits of sync, then a version that is not reserved.
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 == 0x02 && second & 0x18 != 0x08 => {
            "mp3"
        }
        _ => return None,
    };
    FILES.into_iter().find(|(known, _)| *known == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        for (bytes, expected) in [
            (&b"%PDF-1.7\n"[..], Some("application/pdf")),
            (b"ID3\x04", Some("audio/mpeg")),
            (b"\xff\xfb\x90\x64", Some("audio/mpeg")),
            (b"\0\0\0\x20ftypisom", Some("video/mp4")),
            (b"\0\0\0\x20ftypM4A ", Some("audio/mp4")),
            (b"\0\0\0\x20ftypheic", None),
            (b"\0\0\0\x20ftyp", None),
            (b"<html><script>", None),
            (b"", None),
        ] {
            assert_eq!(kind(bytes).map(|(_, media_type)| media_type), expected, "{bytes:?}");
        }
    }
}
