//! The robots.txt of a host, as it was about the time something of it was kept: evidence for later, not an order. What somebody
//! cites they have read; keeping it is no crawl.

use super::{Budget, Door, Exchange, Wanted};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// So long one answer stands for a host: thirty pages of one site are one question.
const FRESH: Duration = Duration::from_secs(600);
const MOST_HOSTS: usize = 200;
/// Longer ones are not remembered.
const MOST_BYTES: usize = 100_000;

/// By origin, with the moment each was asked for.
#[derive(Default)]
pub(super) struct Robots(Mutex<HashMap<String, (Instant, Vec<Exchange>)>>);

impl Robots {
    fn fresh(&self, origin: &str) -> Option<Vec<Exchange>> {
        let known = self.0.lock().expect("nothing panics while looking up an origin");
        known.get(origin).filter(|(asked, _)| asked.elapsed() < FRESH).map(|(_, steps)| steps.clone())
    }

    fn remember(&self, origin: String, steps: &[Exchange]) {
        if steps.iter().map(|step| step.response.len()).sum::<usize>() > MOST_BYTES {
            return;
        }
        let mut known = self.0.lock().expect("nothing panics while noting an origin");
        if known.len() >= MOST_HOSTS {
            known.retain(|_, (asked, _)| asked.elapsed() < FRESH);
        }
        if known.len() < MOST_HOSTS {
            known.insert(origin, (Instant::now(), steps.to_vec()));
        }
    }
}

impl Door {
    /// What the site of a page answers at `/robots.txt`.
    pub async fn robots(&self, page: &Url, budget: &Budget) -> Vec<Exchange> {
        let Ok(url) = page.join("/robots.txt") else { return Vec::new() };
        let origin = url.origin().ascii_serialization();
        if let Some(steps) = self.robots.fresh(&origin) {
            return steps;
        }
        let steps = self.follow(&url, Wanted::Data, budget).await;
        self.robots.remember(origin, &steps);
        steps
    }
}
