//! Dates as pages write them → ISO 8601, as exact as they were given.

use jiff::civil::Date;
use jiff::fmt::{rfc2822, temporal::Pieces};

/// `2026-03-12T09:00:00+01:00` or `2026-03-12`; empty for what cannot be read with certainty.
pub(super) fn iso(written: &str) -> String {
    let written = written.trim();
    if written.len() > 80 || written.is_empty() {
        return String::new();
    }
    if let Ok(pieces) = Pieces::parse(written.as_bytes()) {
        return pieces.to_string();
    }
    if let Ok(at) = rfc2822::parse(written) {
        return at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    }
    let forms = ["%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%A, %B %d, %Y"];
    let day = forms.iter().find_map(|form| Date::strptime(form, written).ok());
    day.map(|day| day.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_exactly_as_it_was_given() {
        for (written, expected) in [
            ("2026-03-12T09:00:00+01:00", "2026-03-12T09:00:00+01:00"),
            ("2026-03-12T09:00:00Z", "2026-03-12T09:00:00Z"),
            ("2026-03-12 09:00:00+0100", "2026-03-12T09:00:00+01:00"),
            (" 2026-03-12 ", "2026-03-12"),
            ("Sun, 01 Mar 2026 07:00:00 GMT", "2026-03-01T07:00:00+00:00"),
            ("March 10, 2026", "2026-03-10"),
            ("10 Mar 2026", "2026-03-10"),
            ("03/04/2026", ""),
            ("yesterday", ""),
            ("2026-13-40", ""),
            ("", ""),
        ] {
            assert_eq!(iso(written), expected, "{written}");
        }
    }
}
