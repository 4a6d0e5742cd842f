//! The web as an outside archive kept it, asked in the form that replays nothing and rewrites nothing (`…/20190305093000id_/…`).

use super::{Budget, Door, Exchange, Medium, Wanted};
use crate::time::Time;
use url::Url;

#[derive(Clone, Copy)]
pub struct Past<'a> {
    pub door: &'a Door,
    /// What stands before date and address, such as `https://web.archive.org/web/`. The operator chose it, so it is not guarded.
    pub archive: &'a Url,
    pub at: Time,
}

impl Past<'_> {
    /// As [`Door::follow`], each answer under the address it was once given at, and of the day it was given.
    pub(super) async fn follow(self, url: &Url, wanted: Wanted, budget: &Budget) -> Vec<Exchange> {
        let Some(memento) = self.raw(url) else { return Vec::new() };
        let steps = self.door.follow_within(&memento, wanted, budget, Some(self.archive)).await;
        let mut told: Vec<Exchange> = Vec::new();
        for mut step in steps {
            let (stamped, original) = self.taken_apart(&step.url).unwrap_or((self.at, url.clone()));
            let said = step.header("Memento-Datetime").and_then(|date| Time::from_http_date(&date));
            step.medium = Medium::Archive { memento: step.url, fetched_at: step.at };
            (step.url, step.at) = (original, said.unwrap_or(stamped));
            // On its way to the nearest day an archive leads from one day of an address to another.
            told.retain(|earlier| earlier.url != step.url);
            told.push(step);
        }
        told
    }

    fn raw(self, url: &Url) -> Option<Url> {
        Url::parse(&format!("{}{}id_/{url}", self.archive, self.at.stamp())).ok()
    }

    fn taken_apart(self, memento: &Url) -> Option<(Time, Url)> {
        let rest = memento.as_str().strip_prefix(self.archive.as_str())?;
        let (stamp, original) = rest.split_once('/')?;
        Some((Time::from_stamp(stamp.get(..14)?)?, Url::parse(original).ok()?))
    }
}
