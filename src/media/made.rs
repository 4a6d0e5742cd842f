//! A file made fit to be kept, before it is.

use super::picture::{self, Cut};
use super::{DIGEST, Media, checked_name, kind};
use crate::app::App;
use crate::id::PersonId;
use crate::slug::slugify;
use crate::time::Time;
use crate::{Error, Result, person};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A file as somebody sent it.
pub struct Sent {
    /// As it was called on their machine.
    pub name: String,
    pub bytes: Bytes,
    /// What it shows, in words.
    pub alt: String,
}

pub struct Made {
    pub media: Media,
    bytes: Bytes,
    narrow: Option<Bytes>,
}

impl Made {
    /// Slow: a picture is decoded and encoded anew. Another file stays as it is.
    pub(super) fn of(sent: Sent, cut: Cut, by: Option<PersonId>, now: Time) -> Result<Made> {
        let stem = match cut {
            Cut::Whole => {
                let file = sent.name.rsplit(['/', '\\']).next().unwrap_or_default();
                file.rsplit_once('.').map_or(file, |(stem, _)| stem)
            }
            // What it was called on their machine is nobody's business.
            Cut::Portrait => &sent.alt,
        };
        let stem: String = slugify(stem).chars().take(40).collect();
        let name = |bytes: &[u8], ending: &str| {
            let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..DIGEST / 2]);
            format!("{}-{digest}.{ending}", stem.trim_end_matches('-'))
        };
        match picture::read(&sent.bytes, cut)? {
            Some(made) => {
                let name = name(&made.bytes, made.ending);
                let media = media(name, made.media_type, made.bytes.len(), &sent.alt, by, now);
                Ok(Made::picture(media, made.bytes.into(), (made.width, made.height), made.narrow))
            }
            None if cut == Cut::Portrait => {
                Err(Error::Invalid(format!("“{}” is no picture: send a JPEG, PNG, WebP or GIF.", sent.name)))
            }
            None => {
                let (ending, media_type) = kind(&sent.bytes).ok_or_else(|| unknown(&sent.name))?;
                let name = name(&sent.bytes, ending);
                let media = media(name, media_type, sent.bytes.len(), &sent.alt, by, now);
                Ok(Made { media, bytes: sent.bytes, narrow: None })
            }
        }
    }

    /// A picture of a tree that is imported: nobody here sent it.
    pub fn imported(sent: Sent, now: Time) -> Result<Made> {
        Made::of(sent, Cut::Whole, None, now)
    }

    /// A picture under a name of its own, byte for byte; only measured, and made narrower beside.
    pub fn as_it_is(sent: Sent, now: Time) -> Result<Made> {
        let media_type = checked_name(&sent.name)?;
        let seen = picture::read(&sent.bytes, Cut::Whole)?;
        let seen = seen.ok_or_else(|| Error::Invalid(format!("“{}” is no picture.", sent.name)))?;
        let media = media(sent.name, media_type, sent.bytes.len(), &sent.alt, None, now);
        let narrow = seen.narrow.filter(|_| seen.media_type == media_type);
        Ok(Made::picture(media, sent.bytes, (seen.width, seen.height), narrow))
    }

    fn picture(media: Media, bytes: Bytes, (width, height): (usize, usize), narrow: Option<Vec<u8>>) -> Made {
        let key = narrow.as_ref().map_or_else(String::new, |_| format!("{}-narrow", media.file));
        let media = Media { width: width as i64, height: height as i64, narrow: key, ..media };
        Made { media, bytes, narrow: narrow.map(Bytes::from) }
    }

    /// Keeps it; or answers with what is kept under its name already.
    pub async fn keep(self, app: &App) -> Result<Media> {
        app.files.put_new(&self.media.file, self.bytes).await?;
        if let Some(narrow) = self.narrow {
            app.files.put_new(&self.media.narrow, narrow).await?;
        }
        let media = self.media.clone();
        let (new, kept) =
            app.db.write(move |tx| Ok((media.keep(tx)?, Media::find(tx, &media.name)?))).await?;
        if !new {
            self.media.remove_files(app).await?;
        }
        Ok(kept)
    }
}

fn media(name: String, media_type: &str, bytes: usize, alt: &str, by: Option<PersonId>, now: Time) -> Media {
    Media {
        name,
        file: format!("media/{}", person::secret()),
        media_type: media_type.into(),
        bytes: bytes as i64,
        width: 0,
        height: 0,
        narrow: String::new(),
        alt: alt.trim().to_owned(),
        person_id: by,
        created_at: now,
    }
}

fn unknown(name: &str) -> Error {
    Error::Invalid(format!(
        "“{name}” is of no kind that is taken here: pictures (JPEG, PNG, WebP, GIF), PDF, sound (MP3, M4A, Ogg, FLAC, WAV) and \
         film (MP4, MOV, WebM)."
    ))
}
