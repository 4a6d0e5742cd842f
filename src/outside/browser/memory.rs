//! How much memory there is to be had, where the system says so.

use std::time::Duration;

/// Bytes.
pub(super) fn available() -> Option<u64> {
    let machine = read(&std::fs::read_to_string("/proc/meminfo").ok()?)?;
    // A container has less than its machine.
    let group = |name: &str| std::fs::read_to_string(format!("/sys/fs/cgroup/{name}")).unwrap_or_default();
    let own = left(&group("memory.max"), &group("memory.current"), &group("memory.stat"));
    Some(own.map_or(machine, |own| own.min(machine)))
}

/// Of a group's own limit, if it has one. What it only remembers of files is to be had.
fn left(most: &str, taken: &str, about: &str) -> Option<u64> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let files = about.lines().find_map(|line| number(line.strip_prefix("inactive_file ")?)).unwrap_or(0);
    Some(number(most)?.saturating_sub(number(taken)?.saturating_sub(files)))
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

    #[test]
    fn a_containers_limit_counts() {
        assert_eq!(left("1000\n", "700\n", "anon 500\ninactive_file 200\n"), Some(500));
        assert_eq!(left("1000", "1200", ""), Some(0));
        for none in ["max\n", "", "lots"] {
            assert_eq!(left(none, "700", "inactive_file 200"), None, "{none}");
        }
    }
}
