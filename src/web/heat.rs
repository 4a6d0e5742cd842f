//! Calendars as small pictures: the more posts a day has, the darker it stands. Inline SVG, coloured by the stylesheet; the page
//! says the same in words beside it.

use jiff::civil::{Date, date};
use std::fmt::Write;

/// A day and how many posts it has.
pub(super) type Busy = (Date, i64);

const CELL: i32 = 11;
const STEP: i32 = 13;
/// Room for the names above and beside.
const ABOVE: i32 = 16;
const BESIDE: i32 = 24;

/// Weeks from left to right, Monday on top.
pub(super) fn year(year: i16, busy: &[Busy], label: &str) -> String {
    let first = date(year, 1, 1);
    let place = |day: Date| {
        let since = i32::from(day.day_of_year()) - 1 + monday_first(first);
        (BESIDE + since / 7 * STEP, ABOVE + since % 7 * STEP)
    };
    let last = date(year, 12, 31);
    let mut svg = open(place(last).0 + CELL, ABOVE + 7 * STEP, label, "year");
    for month in 1..=12 {
        let (x, _) = place(date(year, month, 1));
        let name = date(year, month, 1).strftime("%b");
        let _ = write!(svg, "<text x=\"{x}\" y=\"10\">{name}</text>");
    }
    for (row, name) in [(0, "Mo"), (2, "We"), (4, "Fr")] {
        let _ = write!(svg, "<text x=\"0\" y=\"{}\">{name}</text>", ABOVE + row * STEP + 9);
    }
    let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last);
    write_days(&mut svg, days, busy, place);
    svg + "</svg>"
}

/// Weeks from top to bottom, with the day's number in its place; busy days lead to their posts on the page.
pub(super) fn month(year: i16, month: i8, busy: &[Busy], label: &str) -> String {
    const WIDE: i32 = 30;
    let first = date(year, month, 1);
    let place = |day: Date| {
        let since = i32::from(day.day()) - 1 + monday_first(first);
        (since % 7 * (WIDE + 2), ABOVE + since / 7 * (WIDE + 2))
    };
    let last = first.last_of_month();
    let mut svg = open(7 * (WIDE + 2) - 2, place(last).1 + WIDE, label, "month");
    for (column, name) in ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"].into_iter().enumerate() {
        let x = column as i32 * (WIDE + 2) + WIDE / 2;
        let _ = write!(svg, "<text class=\"mid\" x=\"{x}\" y=\"10\">{name}</text>");
    }
    let most = most(busy);
    for day in first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last) {
        let ((x, y), posts) = (place(day), posts_on(day, busy));
        let (level, number) = (level(posts, most), day.day());
        let title = title(day, posts);
        let _ = write!(
            svg,
            "<g><title>{title}</title><rect class=\"h{level}\" x=\"{x}\" y=\"{y}\" width=\"{WIDE}\" height=\"{WIDE}\" rx=\"3\"/>\
             <text class=\"mid n{level}\" x=\"{}\" y=\"{}\">{number}</text></g>",
            x + WIDE / 2,
            y + WIDE / 2 + 4,
        );
    }
    svg + "</svg>"
}

/// `Most on 14 March (6).`; nothing where no day stands out.
pub(super) fn busiest(busy: &[Busy]) -> String {
    let best = busy.iter().rev().max_by_key(|(_, posts)| *posts).filter(|(_, posts)| *posts > 1);
    best.map_or(String::new(), |(day, posts)| format!("Most on {} ({posts}).", day.strftime("%-d %B")))
}

/// 0 for none, else 1 to 4: as a part of the busiest.
pub(super) fn level(posts: i64, most: i64) -> i64 {
    match posts {
        ..=0 => 0,
        _ if most <= 4 => posts.min(4),
        _ => 1 + 3 * (posts - 1) / (most - 1).max(1),
    }
}

fn most(busy: &[Busy]) -> i64 {
    busy.iter().map(|(_, posts)| *posts).max().unwrap_or(0)
}

fn posts_on(day: Date, busy: &[Busy]) -> i64 {
    busy.binary_search_by_key(&day, |(day, _)| *day).map_or(0, |at| busy[at].1)
}

fn title(day: Date, posts: i64) -> String {
    format!("{}: {}", day.strftime("%-d %B %Y"), super::words::count(posts as usize, "post", "posts"))
}

fn monday_first(day: Date) -> i32 {
    i32::from(day.weekday().to_monday_zero_offset())
}

fn open(width: i32, height: i32, label: &str, kind: &str) -> String {
    let label = super::template::Templates::escape(label);
    format!(
        "<svg class=\"heat {kind}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">"
    )
}

/// Empty days are one path, and the stylesheet says how large a full one is: a page of a year is small.
fn write_days(
    svg: &mut String,
    days: impl Iterator<Item = Date>,
    busy: &[Busy],
    place: impl Fn(Date) -> (i32, i32),
) {
    let (mut empty, mut full, most) = (String::new(), String::new(), most(busy));
    for day in days {
        let ((x, y), posts) = (place(day), posts_on(day, busy));
        let _ = match level(posts, most) {
            0 => write!(empty, "M{x} {y}h{CELL}v{CELL}h-{CELL}z"),
            level => write!(
                full,
                "<rect class=\"h{level}\" x=\"{x}\" y=\"{y}\"><title>{}: {}</title></rect>",
                day.strftime("%-d %B"),
                super::words::count(posts as usize, "post", "posts")
            ),
        };
    }
    let _ = write!(svg, "<path class=\"h0\" d=\"{empty}\"/>{full}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_its_place() {
        let busy = [(date(2024, 2, 29), 3), (date(2024, 12, 31), 1)];
        let svg = year(2024, &busy, "Posts & days");
        assert_eq!(svg.matches("<rect").count(), 2);
        assert_eq!(
            svg.matches('M').count() - "Mo Mar May".matches('M').count(),
            364,
            "the other days of a leap year"
        );
        assert!(svg.contains("29 February: 3 posts") && svg.contains("31 December: 1 post<"));
        assert!(svg.contains("aria-label=\"Posts &amp; days\""));
        assert_eq!(month(2026, 2, &[], "").matches("<rect").count(), 28);
    }

    #[test]
    fn the_busiest_day_is_darkest() {
        let check = |posts, most, expected| assert_eq!(level(posts, most), expected, "{posts} of {most}");
        check(0, 0, 0);
        check(1, 1, 1);
        check(2, 3, 2);
        check(1, 60, 1);
        check(60, 60, 4);
        assert_eq!(busiest(&[(date(2026, 3, 13), 1), (date(2026, 3, 14), 6)]), "Most on 14 March (6).");
        assert_eq!(busiest(&[(date(2026, 3, 13), 1)]), "");
    }
}
