//! Dates as front matter has them: with and without clock and zone, in several fashions.

use super::field::wrong;
use super::front::Value;
use crate::time::Time;
use jiff::civil::{Date, DateTime, Time as Clock};
use jiff::tz::{Offset, TimeZone};

pub fn moment(name: &str, value: &Value, zone: &TimeZone) -> Result<Time, String> {
    let Value::Text(written) = value else { return Err(wrong(name, value, "a date such as 2026-03-14")) };
    let unread = || {
        format!("“{written}” in its front matter is no date; write {name}: 2026-03-14, or 2026-03-14 09:30.")
    };
    let written = written.trim();
    let (year, rest) = written.split_once(['-', '/']).ok_or_else(unread)?;
    if year.is_empty() || !year.bytes().all(|b| b.is_ascii_digit()) {
        return Err(unread());
    }
    if year.len() != 4 {
        return out_of_range(written);
    }
    let (month, rest) = rest.split_once(['-', '/']).ok_or_else(unread)?;
    let day_length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (day, rest) = rest.split_at(day_length);
    let number = |text: &str| text.parse::<i8>().ok();
    let date = (|| Date::new(year.parse().ok()?, number(month)?, number(day)?).ok())().ok_or_else(unread)?;
    let (clock, rest) = clock(rest.trim_start_matches(['T', 't', ' '])).ok_or_else(unread)?;
    let zone = zone_of(rest.trim()).ok_or_else(unread)?.unwrap_or_else(|| zone.clone());
    let at = DateTime::from_parts(date, clock).to_zoned(zone).ok().map(|zoned| zoned.timestamp());
    in_range(written, at)
}

pub fn in_range(written: &str, at: Option<jiff::Timestamp>) -> Result<Time, String> {
    match at.map(|at| Time(at.as_microsecond())) {
        Some(at) if at.is_datable() => Ok(at),
        _ => out_of_range(written),
    }
}

fn out_of_range<T>(written: &str) -> Result<T, String> {
    Err(format!("It is dated {written}; dates here run from 1970 to 9999."))
}

fn clock(text: &str) -> Option<(Clock, &str)> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Some((Clock::midnight(), text));
    }
    let length = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.')).count();
    let (time, rest) = text.split_at(length);
    let mut parts = time.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let second: i8 = match parts.next() {
        Some(second) => second.split('.').next()?.parse().ok()?,
        None => 0,
    };
    let (hour, rest) = match rest.trim_start().get(..2).map(str::to_lowercase).as_deref() {
        Some("am") => (hour % 12, &rest.trim_start()[2..]),
        Some("pm") => (hour % 12 + 12, &rest.trim_start()[2..]),
        _ => (hour, rest),
    };
    Some((Clock::new(hour, minute, second.min(59), 0).ok()?, rest))
}

/// `Some(None)`: no zone is named.
fn zone_of(text: &str) -> Option<Option<TimeZone>> {
    let text = text.trim_end_matches("UTC").trim_end_matches("GMT").trim_end();
    if text.is_empty() {
        return Some(None);
    }
    if text.eq_ignore_ascii_case("z") {
        return Some(Some(TimeZone::UTC));
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return TimeZone::get(text).ok().map(Some),
    };
    let digits: String = digits.chars().filter(|c| *c != ':').take_while(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().map(|offset| Some(offset.to_time_zone()))
}
