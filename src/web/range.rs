//! Parts of a file, as players ask for them (RFC 9110, section 14).

/// What is answered to a `Range`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Whole,
    /// From the first byte up to, and without, the second.
    Part(u64, u64),
    /// 416.
    Beyond,
}

/// Several ranges at once are answered whole, as one may; so is what nobody understands.
pub(super) fn asked(range: Option<&str>, size: u64) -> Asked {
    let Some((unit, spec)) = range.and_then(|range| range.split_once('=')) else { return Asked::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || spec.contains(',') {
        return Asked::Whole;
    }
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let (from, to) = match (number(first), number(last)) {
        (None, Some(length)) if first.is_empty() => (size.saturating_sub(length), size),
        (Some(from), None) if last.is_empty() => (from, size),
        (Some(from), Some(to)) if from <= to => (from, to.saturating_add(1).min(size)),
        _ => return Asked::Whole,
    };
    if from < to { Asked::Part(from, to) } else { Asked::Beyond }
}

/// Whether `If-Range` still means this file: its tag, or its day exactly.
pub(super) fn still_means(if_range: Option<&str>, tag: &str, modified: &str) -> bool {
    if_range.is_none_or(|said| said == tag || said == modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_understood() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Part(0, 1)),
            ("bytes=0-", Asked::Part(0, 100)),
            ("Bytes = 10-19", Asked::Part(10, 20)),
            ("bytes=90-1000", Asked::Part(90, 100)),
            ("bytes=-10", Asked::Part(90, 100)),
            ("bytes=-1000", Asked::Part(0, 100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=99999999999999999999-", Asked::Beyond),
            ("bytes=9-3", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("lines=1-2", Asked::Whole),
            ("bytes", Asked::Whole),
        ] {
            assert_eq!(asked(Some(range), 100), expected, "{range}");
        }
        assert_eq!(asked(None, 100), Asked::Whole);
        assert_eq!(asked(Some("bytes=-5"), 0), Asked::Beyond);
    }
}
