//! Politeness: one connection at a time to each host, and a breath between two.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};
use tokio::time::Instant;

const BREATH: Duration = Duration::from_millis(200);

/// By host; each holds when the next connection may start.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Arc<Queue<Option<Instant>>>>>);

/// The turn lasts until it is dropped.
pub(super) struct Turn {
    next: OwnedMutexGuard<Option<Instant>>,
}

impl Turns {
    /// Waits for this host's turn. A stand-in needs no breath.
    pub(super) async fn wait(&self, host: &str, stand_in: bool) -> Turn {
        let queue = {
            let mut hosts = self.0.lock().expect("nothing panics while looking up a host");
            // Hosts that nobody waits for and that have had their breath are forgotten.
            if hosts.len() > 500 {
                let now = Instant::now();
                hosts.retain(|_, queue| {
                    Arc::strong_count(queue) > 1
                        || queue.try_lock().is_ok_and(|next| next.is_some_and(|next| next > now))
                });
            }
            hosts.entry(host.to_owned()).or_default().clone()
        };
        let next = queue.lock_owned().await;
        if let Some(next) = *next
            && !stand_in
        {
            tokio::time::sleep_until(next).await;
        }
        Turn { next }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.next = Some(Instant::now() + BREATH);
    }
}
