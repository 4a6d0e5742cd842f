//! The five column types, and how rows become Rust values.

use crate::{Error, Result};

/// One column of one row, or one parameter: `bigint`, `text`, `blob`, `boolean`, `double`, or null.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
    Bool(bool),
    Real(f64),
}

macro_rules! into_value {
    ($($from:ty => |$v:ident| $to:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($v: $from) -> Value { $to }
        }
    )*};
}
into_value! {
    i64 => |v| Value::Int(v),
    i32 => |v| Value::Int(v.into()),
    u32 => |v| Value::Int(v.into()),
    usize => |v| Value::Int(v as i64),
    u64 => |v| Value::Int(v as i64),
    bool => |v| Value::Bool(v),
    f64 => |v| Value::Real(v),
    &str => |v| text(v.to_owned()),
    String => |v| text(v),
    &String => |v| text(v.clone()),
    Vec<u8> => |v| Value::Blob(v),
    &[u8] => |v| Value::Blob(v.to_vec()),
}

/// PostgreSQL keeps no U+0000 in text, so nobody does: it is replaced as CommonMark and HTML replace it.
fn text(text: String) -> Value {
    Value::Text(if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text })
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Value {
        v.map_or(Value::Null, Into::into)
    }
}

pub trait FromValue: Sized {
    fn from_value(value: &Value) -> Result<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Result<i64> {
        match value {
            Value::Int(v) => Ok(*v),
            other => mismatch("a whole number", other),
        }
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Result<String> {
        match value {
            Value::Text(v) => Ok(v.clone()),
            other => mismatch("text", other),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Result<Vec<u8>> {
        match value {
            Value::Blob(v) => Ok(v.clone()),
            other => mismatch("bytes", other),
        }
    }
}

impl FromValue for bool {
    // SQLite has no boolean: it keeps 0 and 1.
    fn from_value(value: &Value) -> Result<bool> {
        match value {
            Value::Bool(v) => Ok(*v),
            Value::Int(v) => Ok(*v != 0),
            other => mismatch("yes or no", other),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: &Value) -> Result<f64> {
        match value {
            Value::Real(v) => Ok(*v),
            Value::Int(v) => Ok(*v as f64),
            other => mismatch("a number", other),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Result<Option<T>> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

fn mismatch<T>(wanted: &str, got: &Value) -> Result<T> {
    Err(Error::Internal(format!("a column holds {got:?} where {wanted} was expected")))
}

/// One row: values under the names that the statement gave its columns.
#[derive(Debug)]
pub struct Row {
    pub(super) names: std::sync::Arc<[String]>,
    pub(super) values: Vec<Value>,
}

impl Row {
    pub fn get<T: FromValue>(&self, name: &str) -> Result<T> {
        let at = self.names.iter().position(|n| n == name);
        let at = at.ok_or_else(|| Error::Internal(format!("no column is called {name}")))?;
        T::from_value(&self.values[at]).map_err(|e| Error::Internal(format!("column {name}: {e}")))
    }

    pub fn at<T: FromValue>(&self, index: usize) -> Result<T> {
        T::from_value(self.values.get(index).unwrap_or(&Value::Null))
    }
}

pub trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self>;
}

/// Declares a row type: its fields are the columns of the same names.
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }

        impl $crate::outside::db::FromRow for $name {
            fn from_row(row: &$crate::outside::db::Row) -> $crate::Result<Self> {
                Ok($name { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}
pub(crate) use record;

/// Declares a closed set of words kept as text: `words! { pub enum Role { Owner "owner", … } }`.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$vmeta])* $variant),* }

        impl $name {
            #[allow(dead_code, reason = "not every set of words is listed whole")]
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
                let word = String::deserialize(d)?;
                $name::parse(&word).ok_or_else(|| serde::de::Error::custom(format!(
                    "“{word}” is none of {}", [$($word),*].join(", "))))
            }
        }

        impl From<$name> for $crate::outside::db::Value {
            fn from(word: $name) -> Self { word.as_str().into() }
        }

        impl $crate::outside::db::FromValue for $name {
            fn from_value(value: &$crate::outside::db::Value) -> $crate::Result<Self> {
                let word = String::from_value(value)?;
                $name::parse(&word).ok_or_else(|| $crate::Error::Internal(format!(
                    "“{word}” is no {}", stringify!($name))))
            }
        }
    };
}
pub(crate) use words;

macro_rules! tuples {
    ($(($($t:ident $i:tt),+))*) => {$(
        impl<$($t: FromValue),+> FromRow for ($($t,)+) {
            fn from_row(row: &Row) -> Result<Self> { Ok(($(row.at::<$t>($i)?,)+)) }
        }
        impl<$($t: Into<Value>),+> Params for ($($t,)+) {
            fn values(self) -> Vec<Value> { vec![$(self.$i.into()),+] }
        }
    )*};
}

/// What a statement is given for its `?1`, `?2`, …: a tuple of up to sixteen values, or a list.
pub trait Params {
    fn values(self) -> Vec<Value>;
}

impl Params for () {
    fn values(self) -> Vec<Value> {
        Vec::new()
    }
}

impl Params for Vec<Value> {
    fn values(self) -> Vec<Value> {
        self
    }
}

tuples! {
    (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8) (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15)
}
