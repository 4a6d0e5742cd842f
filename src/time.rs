//! A moment, kept as microseconds since 1970 UTC: the only form of time in storage.

use crate::outside::db::{FromValue, Value};
use crate::{Error, Result};
use jiff::{Timestamp, tz::TimeZone};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(pub i64);

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Time {
    /// From RFC 3339, such as `2026-03-14T09:30:00Z` or with an offset.
    pub fn parse(text: &str) -> Result<Time> {
        let at: Timestamp = text.trim().parse().map_err(|_| {
            Error::Invalid(format!("“{text}” is not a moment in time; write it as 2026-03-14T09:30:00Z."))
        })?;
        Ok(Time(at.as_microsecond()))
    }

    /// Whether a post may be dated so: years that have four digits in any zone, from the first that clocks count from.
    pub fn is_datable(self) -> bool {
        const YEAR_10000: i64 = 253_402_300_800_000_000;
        (0..YEAR_10000 - 2 * DAY).contains(&self.0)
    }

    pub fn plus(self, micros: i64) -> Time {
        Time(self.0.saturating_add(micros))
    }

    /// The second that it falls into.
    pub fn whole_second(self) -> Time {
        Time(self.0 - self.0.rem_euclid(SECOND))
    }

    /// `2026-03-14T09:30:00Z`, whole seconds.
    pub fn rfc3339(self) -> String {
        self.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `20260314093000`, as in the address of a kept copy.
    pub fn stamp(self) -> String {
        self.timestamp().strftime("%Y%m%d%H%M%S").to_string()
    }

    /// The second that a fourteen-digit stamp names.
    pub fn from_stamp(stamp: &str) -> Option<Time> {
        if stamp.len() != 14 || !stamp.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let at = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", stamp).ok()?;
        Some(Time(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond()))
    }

    /// `Sat, 14 Mar 2026 09:30:00 GMT`, as HTTP headers want it.
    pub fn http_date(self) -> String {
        self.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// The second that such a header names.
    pub fn from_http_date(text: &str) -> Option<Time> {
        let at = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text.trim()).ok()?;
        Some(Time(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond()))
    }

    /// Formatted in a zone with `strftime` directives.
    pub fn format(self, zone: &TimeZone, directives: &str) -> String {
        self.timestamp().to_zoned(zone.clone()).strftime(directives).to_string()
    }

    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        s.serialize_str(&self.rfc3339())
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Value {
        Value::Int(time.0)
    }
}

impl FromValue for Time {
    fn from_value(value: &Value) -> Result<Self> {
        i64::from_value(value).map(Time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_the_same_in_every_form() {
        let at = Time::parse("2026-03-14T10:30:05+01:00").unwrap();
        assert_eq!(at.rfc3339(), "2026-03-14T09:30:05Z");
        assert_eq!(at.stamp(), "20260314093005");
        assert_eq!(Time::from_stamp("20260314093005"), Some(at));
        assert_eq!(at.http_date(), "Sat, 14 Mar 2026 09:30:05 GMT");
        assert_eq!(Time::from_http_date("Sat, 14 Mar 2026 09:30:05 GMT"), Some(at));
        assert_eq!(Time::from_http_date("14 March 2026"), None);
        assert_eq!(Time::from_stamp("20261314093005"), None);
    }
}
