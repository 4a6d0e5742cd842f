//! How much memory there is to be had, where the system says so.

use std::time::Duration;

/// Bytes.
pub(super) fn available() -> Option<u64> {
    read(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// Ends once there is less; never where nobody says how much there is.
pub(super) async fn falls_below(bytes: u64) {
    let mut tick = tokio::time::interval(Duration::from_millis(300));
    while available().is_none_or(|left| left >= bytes) {
        tick.tick().await;
    }
}

fn read(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_how_much_there_is() {
        let check = |meminfo: &str, expected| assert_eq!(read(meminfo), expected, "{meminfo}");
        check("MemTotal: 9 kB\nMemFree:  1 kB\nMemAvailable:    614400 kB\n", Some(600 << 20));
        check("MemAvailable: many kB", None);
        check("MemAvailable: 99999999999999999999 kB", None);
        check("", None);
    }
}
