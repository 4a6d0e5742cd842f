//! How much room copies take: counted as they come, held to the settings' budgets, and how long the disk will do.

use crate::app::App;
use crate::outside::db::{Tx, record, sql};
use crate::outside::files::Room;
use crate::source::wishes::Wishes;
use crate::time::{DAY, Time};
use crate::{Error, Result};

/// Captures stop, posts do not, below this part of the disk.
pub const LEAST_FREE: f64 = 0.05;
/// The days by which the pace is told.
const LOOKED_BACK: i64 = 30;

record! {
    /// What copies took in some time.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
    pub struct Taken {
        pub copies: i64,
        pub bytes: i64,
        /// That revisits did not keep again.
        pub saved: i64,
    }
}

/// What copies take, and what they may.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    pub total: Taken,
    pub month: Taken,
    /// Bytes; 0 is no limit.
    pub most_total: u64,
    pub most_month: u64,
    /// Bytes a day, of the last 30 days or of as many as there are.
    pub pace: f64,
}

/// Adds one copy to its day.
pub fn note(tx: &mut Tx, now: Time, bytes: u64, saved: u64) -> Result<()> {
    tx.run(
        sql!(
            "-- room::note
            insert into kept (day, copies, bytes, saved) values (?1, 1, ?2, ?3)
            on conflict (day) do update set
                copies = kept.copies + 1, bytes = kept.bytes + excluded.bytes, saved = kept.saved + excluded.saved"
        ),
        (day(now), bytes, saved),
    )?;
    Ok(())
}

/// By all copies there ever were.
pub fn taken(tx: &mut Tx) -> Result<Taken> {
    since(tx, 0)
}

impl Account {
    pub fn of(tx: &mut Tx, now: Time) -> Result<Account> {
        let wishes = Wishes::load(tx)?;
        let recent = since(tx, day(now.plus(-LOOKED_BACK * DAY)))?;
        let first: (Option<i64>,) = tx.one(
            sql!(
                "-- room::first
                select min(day) from kept"
            ),
            (),
        )?;
        let days = first.0.map_or(1, |first| days_between(first, day(now)).clamp(1, LOOKED_BACK));
        Ok(Account {
            total: taken(tx)?,
            month: since(tx, day(now) / 100 * 100)?,
            most_total: wishes.copies_total,
            most_month: wishes.copies_month,
            pace: recent.bytes as f64 / days as f64,
        })
    }

    /// Why no further copy may be made, if none may.
    pub fn spent(&self) -> Option<String> {
        let over = |taken: Taken, most: u64| most > 0 && taken.bytes as u64 >= most;
        let stop = |taken: Taken, what: &str, most: u64| {
            format!(
                "No copy was made: {what} take {}, and the settings allow {}. Raise the budget in the settings; posts can \
                 be written and published meanwhile.",
                size(taken.bytes as u64),
                size(most)
            )
        };
        if over(self.total, self.most_total) {
            return Some(stop(self.total, "all copies together", self.most_total));
        }
        over(self.month, self.most_month).then(|| stop(self.month, "this month’s copies", self.most_month))
    }

    /// When captures will stop for want of room, at the pace they have now; none if they take nothing or it is a century off.
    pub fn full_on(&self, room: Room, now: Time) -> Option<Time> {
        let left = room.free as f64 - room.size as f64 * LEAST_FREE;
        let days = left.max(0.0) / self.pace;
        (days < 36_500.0).then(|| now.plus((days * DAY as f64) as i64))
    }
}

/// Refuses when there is no room for another copy: on the disk, or in the budgets.
pub async fn check(app: &App) -> Result<()> {
    if let Some(free) = app.files.free().filter(|free| *free < LEAST_FREE) {
        return Err(Error::NoRoom(format!(
            "No copy was made: only {:.1} % of the disk that holds the files is free, and captures stop below 5 %. \
             Free some space; posts can be written and published meanwhile.",
            free * 100.0
        )));
    }
    let now = app.now();
    match app.db.read(move |tx| Account::of(tx, now)).await?.spent() {
        Some(why) => Err(Error::NoRoom(why)),
        None => Ok(()),
    }
}

/// `1.2 GB`: powers of ten, as disks are sold.
pub fn size(bytes: u64) -> String {
    let steps = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match steps.into_iter().find(|(step, _)| bytes as f64 >= *step) {
        Some((step, unit)) if (bytes as f64 / step).fract() < 0.05 => {
            format!("{:.0} {unit}", bytes as f64 / step)
        }
        Some((step, unit)) => format!("{:.1} {unit}", bytes as f64 / step),
        None => format!("{bytes} bytes"),
    }
}

/// Bytes as a person types them: `500 MB`, `1.5gb`, `20000000`.
pub fn typed(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" | "bytes" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        _ => return None,
    };
    Some(number * unit).filter(|bytes| *bytes < 1e18).map(|bytes| bytes as u64)
}

fn since(tx: &mut Tx, day: i64) -> Result<Taken> {
    tx.one(
        sql!(
            "-- room::since
            select cast(coalesce(sum(copies), 0) as bigint) as copies, cast(coalesce(sum(bytes), 0) as bigint) as bytes,
                cast(coalesce(sum(saved), 0) as bigint) as saved
            from kept where day >= ?1"
        ),
        (day,),
    )
}

/// `20260314`, UTC.
fn day(at: Time) -> i64 {
    at.format(&jiff::tz::TimeZone::UTC, "%Y%m%d").parse().unwrap_or_default()
}

fn days_between(first: i64, last: i64) -> i64 {
    let date = |day: i64| {
        jiff::civil::Date::new((day / 10_000) as i16, (day / 100 % 100) as i8, (day % 100) as i8).ok()
    };
    date(first).zip(date(last)).map_or(1, |(first, last)| i64::from((last - first).get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_told() {
        for (text, bytes, told) in [
            ("0", 0, "0 bytes"),
            ("500 MB", 500_000_000, "500 MB"),
            ("1.5gb", 1_500_000_000, "1.5 GB"),
            ("20000", 20_000, "20 kB"),
            ("2 TB", 2_000_000_000_000, "2 TB"),
        ] {
            assert_eq!(typed(text), Some(bytes), "{text}");
            assert_eq!(size(bytes), told);
        }
        for wrong in ["", "much", "-1", "3 XB", "1e99 TB", "1.2.3 GB"] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_budget_is_spent_when_it_is_reached() {
        let taken = |bytes| Taken { copies: 1, bytes, saved: 0 };
        let account = |total, month| Account {
            total: taken(total),
            month: taken(month),
            most_total: 1_000_000,
            most_month: 100_000,
            pace: 10_000.0,
        };
        assert_eq!(account(500_000, 50_000).spent(), None);
        let month = account(500_000, 100_000).spent().unwrap();
        assert!(month.starts_with(
            "No copy was made: this month’s copies take 100 kB, and the settings allow 100 kB."
        ));
        let total = account(2_000_000, 0).spent().unwrap();
        assert!(
            total
                .starts_with("No copy was made: all copies together take 2 MB, and the settings allow 1 MB.")
        );
        let free = Account { most_total: 0, most_month: 0, ..account(i64::MAX, i64::MAX) };
        assert_eq!(free.spent(), None);
    }

    #[test]
    fn the_disk_is_full_when_captures_stop() {
        let account = Account {
            total: Taken::default(),
            month: Taken::default(),
            most_total: 0,
            most_month: 0,
            pace: 1000.0,
        };
        let now = Time::parse("2026-03-14T00:00:00Z").unwrap();
        let room = |free| Room { free, size: 100_000 };
        assert_eq!(account.full_on(room(15_000), now), Some(now.plus(10 * DAY)));
        assert_eq!(account.full_on(room(4_000), now), Some(now));
        assert_eq!(Account { pace: 0.0, ..account }.full_on(room(15_000), now), None);
        assert_eq!(days_between(20260228, 20260314), 14);
    }
}
