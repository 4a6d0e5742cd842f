//! Moments, as microseconds since 1970 in UTC, and the two ways web archives write them.

use std::fmt;
use std::str::FromStr;

/// Microseconds since 1970-01-01T00:00:00Z, from year 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date such as 2026-03-01T12:30:00Z")]
pub struct TimestampError(String);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;
const FIRST: i64 = -62_167_219_200 * SECOND;
const LAST: i64 = 253_402_300_800 * SECOND - 1;

impl Timestamp {
    /// Moments outside the years 0 to 9999 become the nearest one inside, because neither format can write them.
    pub fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros.clamp(FIRST, LAST))
    }

    pub fn micros(self) -> i64 {
        self.0
    }

    /// The start of its second: as fine as 14 digits are.
    pub fn whole_seconds(self) -> Timestamp {
        Timestamp(self.0.div_euclid(SECOND) * SECOND)
    }

    /// `yyyymmddhhmmss`, as in CDXJ and replay addresses.
    pub fn digits(self) -> String {
        let Parts { year, month, day, hour, minute, second, .. } = self.parts();
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }

    /// Reads 14 to 17 digits: `yyyymmddhhmmss`, then up to three of milliseconds.
    pub fn from_digits(text: &str) -> Result<Timestamp, TimestampError> {
        let error = || TimestampError(text.chars().take(40).collect());
        if !(14..=17).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(error());
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap_or(0);
        let micros = fraction(&text[14..]);
        moment(
            number(0..4),
            number(4..6),
            number(6..8),
            number(8..10),
            number(10..12),
            number(12..14),
            micros,
        )
        .ok_or_else(error)
    }

    fn parts(self) -> Parts {
        let seconds = self.0.div_euclid(SECOND);
        let (days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Parts { year, month, day, hour, minute, second, micros: self.0.rem_euclid(SECOND) }
    }
}

/// RFC 3339 in UTC; the fraction only if there is one, because WARC 1.0 readers know none.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { year, month, day, hour, minute, second, micros } = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        f.write_str("Z")
    }
}

/// Reads RFC 3339, and the shortened forms of WARC 1.1 (`2016`, `2016-09`, `2016-09-19`, `2016-09-19T17:20Z`).
/// Digits finer than a microsecond are dropped.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        parse(text.trim()).ok_or_else(|| TimestampError(text.chars().take(40).collect()))
    }
}

struct Parts {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
}

fn parse(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, ""));
    let mut date = date.split('-');
    let year = digits(date.next()?, 4)?;
    let month = date.next().map_or(Some(1), |part| digits(part, 2))?;
    let day = date.next().map_or(Some(1), |part| digits(part, 2))?;
    if date.next().is_some() {
        return None;
    }
    let (time, offset) = zone(time)?;
    let (time, micros) = match time.split_once('.') {
        Some((time, part)) if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) => {
            (time, fraction(part))
        }
        Some(_) => return None,
        None => (time, 0),
    };
    let mut time = if time.is_empty() { "00".split(':') } else { time.split(':') };
    let hour = digits(time.next()?, 2)?;
    let minute = time.next().map_or(Some(0), |part| digits(part, 2))?;
    let second = time.next().map_or(Some(0), |part| digits(part, 2))?;
    if time.next().is_some() {
        return None;
    }
    let local = moment(year, month, day, hour, minute, second, micros)?;
    Some(Timestamp::from_micros(local.0 - offset * 60 * SECOND))
}

/// The time without its zone, and the zone in minutes east of UTC. None given is UTC.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.find(['+', '-']) else { return Some((time, 0)) };
    let (hours, minutes) = time[at + 1..].split_once(':')?;
    let minutes = digits(hours, 2)? * 60 + digits(minutes, 2)?;
    Some((&time[..at], if time.as_bytes()[at] == b'-' { -minutes } else { minutes }))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The digits after a decimal point, in microseconds.
fn fraction(digits: &str) -> i64 {
    digits
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(6)
        .fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'))
}

fn moment(
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
) -> Option<Timestamp> {
    // A leap second has no number of its own; it counts as the second before it.
    let second = if second == 60 { 59 } else { second };
    let exists = (1..=12).contains(&month) && hour < 24 && minute < 60 && second < 60;
    if !exists || day < 1 || day > month_length(year, month) {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    Some(Timestamp::from_micros(seconds * SECOND + micros))
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Source of this and the next: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written() {
        let check = |text: &str, micros: i64, written: &str| {
            let moment: Timestamp = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((moment.micros(), moment.to_string().as_str()), (micros, written));
        };
        check("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z");
        check("2000-02-29T23:59:59Z", 951_868_799 * SECOND, "2000-02-29T23:59:59Z");
        check("2017-03-06T04:02:06.000666Z", 1_488_772_926_000_666, "2017-03-06T04:02:06.000666Z");
        check("2017-03-06T04:02:06.5Z", 1_488_772_926_500_000, "2017-03-06T04:02:06.500000Z");
        check("2017-03-06T06:02:06+02:00", 1_488_772_926 * SECOND, "2017-03-06T04:02:06Z");
        check("2016-09-19", 1_474_243_200 * SECOND, "2016-09-19T00:00:00Z");
        check("2016", 1_451_606_400 * SECOND, "2016-01-01T00:00:00Z");
        check("1969-12-31T23:59:59Z", -SECOND, "1969-12-31T23:59:59Z");
    }

    #[test]
    fn digits_are_read_and_written() {
        let moment = Timestamp::from_digits("20170306040206").unwrap();
        assert_eq!((moment.micros(), moment.digits().as_str()), (1_488_772_926 * SECOND, "20170306040206"));
        assert_eq!(Timestamp::from_digits("20170306040206032").unwrap().micros(), 1_488_772_926_032_000);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2017-02-29",
            "2017-13-01",
            "yesterday",
            "2017-03-06T25:00:00Z",
            "2017-03-06T04:02:06.Z",
            "é",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        for text in ["2017", "2017030604020x", "20171306040206"] {
            assert!(Timestamp::from_digits(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_ends_of_time_can_be_written() {
        assert_eq!(Timestamp::from_micros(i64::MIN).to_string(), "0000-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_micros(i64::MAX).to_string(), "9999-12-31T23:59:59.999999Z");
    }
}
