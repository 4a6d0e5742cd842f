//! Typed ids: a `PostId` cannot be handed where a `SourceId` is wanted.
//!
//! Inside they are 64-bit row numbers; outside (JSON, addresses) they are strings of digits.

use crate::outside::db::{FromValue, Topic, Value};
use crate::{Error, Result};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident $topic:literal)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl $name {
            /// What a page names to be forgotten when this thing changes.
            #[allow(dead_code, reason = "not every kind of thing is shown on a kept page")]
            pub fn topic(self) -> Topic {
                Topic(format!(concat!($topic, ":{}"), self.0))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                text.parse().map($name).map_err(|_| Error::NotFound)
            }
        }

        impl From<$name> for Value {
            fn from(id: $name) -> Value {
                Value::Int(id.0)
            }
        }

        impl FromValue for $name {
            fn from_value(value: &Value) -> Result<Self> {
                i64::from_value(value).map($name)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
                s.collect_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map($name).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

id! {
    /// An author or editor.
    PersonId "person"
    /// A post or page.
    PostId "post"
    /// One saved state of a post.
    RevisionId "revision"
    /// A page somebody cites.
    SourceId "source"
    /// What a source said on a given day.
    CaptureId "capture"
    /// Copies that were taken away together.
    RemovalId "removal"
    /// A proof since when copies have been there.
    StampId "stamp"
    /// One place in one post that points at a source.
    CitationId "citation"
    /// Words that a post attributes to a source.
    QuotationId "quotation"
    /// A signed-in browser.
    SessionId "session"
    /// A key for the JSON API.
    TokenId "token"
    /// One piece of background work.
    JobId "job"
    /// One mail on its way.
    MailId "mail"
}
