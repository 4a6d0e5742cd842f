//! Pictures that posts show, kept under a name.

use crate::outside::db::{Tx, record, sql};
use crate::time::Time;
use crate::{Error, Result};

record! {
    #[derive(Debug, Clone)]
    pub struct Media {
        pub name: String,
        pub file: String,
        pub media_type: String,
    }
}

impl Media {
    pub fn find(tx: &mut Tx, name: &str) -> Result<Media> {
        tx.one(
            sql!(
                "-- Media::find
            select name, file, media_type from media where name = ?1"
            ),
            (name,),
        )
    }

    /// Names a file that is kept already.
    pub fn add(tx: &mut Tx, name: &str, file: &str, media_type: &str, bytes: usize, now: Time) -> Result<()> {
        tx.run(
            sql!(
                "-- Media::add
                insert into media (name, file, media_type, bytes, width, height, created_at)
                values (?1, ?2, ?3, ?4, 0, 0, ?5)
                on conflict (name) do nothing"
            ),
            (name, file, media_type, bytes, now),
        )?;
        Ok(())
    }

    /// The newest pictures, to choose one from.
    pub fn pictures(tx: &mut Tx, limit: usize) -> Result<Vec<Media>> {
        tx.all(
            sql!(
                "-- Media::pictures
                select name, file, media_type from media where media_type like 'image/%'
                order by created_at desc, name limit ?1"
            ),
            (limit,),
        )
    }

    pub fn is_picture(&self) -> bool {
        picture_type(&self.name) == Some(self.media_type.as_str())
    }
}

/// The type a picture's name promises; none for anything that is not a plain picture.
pub fn picture_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
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
