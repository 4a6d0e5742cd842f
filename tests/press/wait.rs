//! Waiting for a condition.

use std::time::{Duration, Instant};

/// Long enough for two busy cores; only a story that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(45);
const BETWEEN_LOOKS: Duration = Duration::from_millis(40);

/// Looks until there is something to return. What `look` answers with `Err` is what was seen instead; the last of it is shown when
/// patience is at its end.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Result<T, String>) -> T {
    until_within(PATIENCE, what, look).await
}

pub async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        let seen = match look().await {
            Ok(found) => return found,
            Err(seen) => seen,
        };
        assert!(Instant::now() < deadline, "waited {patience:?} for {what}; last seen:\n{seen}");
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}
