//! How often each post is opened, a day, and from which sites people come. Counted in memory, written down every few seconds; no
//! cookie is set, and neither an address nor anything else of a reader is kept.

use crate::app::App;
use crate::id::PostId;
use crate::outside::db::{Tx, sql};
use crate::post::Post;
use crate::publication::Publication;
use crate::time::{DAY, Time};
use crate::{Error, Result};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Most addresses, and most sites, that one thread counts between two writings: whoever makes up more of them is not counted.
const MOST: usize = 5000;
/// Longer names of sites are made up.
const LONGEST: usize = 100;
/// Most rows written in one unit.
const TOGETHER: usize = 100;

/// What a request says of where it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visit<'a> {
    /// `Sec-Fetch-Dest`: `document` where a person opens a page; machines do not say.
    pub destination: Option<&'a str>,
    pub referrer: Option<&'a str>,
}

/// One lane for each thread that serves, so that none waits for another.
pub struct Views {
    lanes: Mutex<Vec<Arc<Mutex<Counted>>>>,
    base_url: String,
    /// Browsers say what they open only to sites that they trust not to be tampered with on the way.
    told: bool,
}

#[derive(Default)]
struct Counted {
    views: HashMap<Box<str>, i64>,
    sites: HashMap<(Box<str>, Box<str>), i64>,
}

thread_local! {
    static LANE: OnceCell<Arc<Mutex<Counted>>> = const { OnceCell::new() };
}

impl Views {
    pub fn new(base_url: &str) -> Views {
        let told = base_url.starts_with("https://")
            || ["http://localhost", "http://127.0.0.1"].iter().any(|local| base_url.starts_with(local));
        Views { lanes: Mutex::default(), base_url: base_url.to_owned(), told }
    }

    /// A page was sent that stands at this address.
    pub fn note(&self, address: &str, visit: &Visit) {
        let opened = match visit.destination {
            Some(destination) => destination == "document",
            None => !self.told,
        };
        if !opened || !may_be_a_post(address) {
            return;
        }
        LANE.with(|lane| {
            let lane = lane.get_or_init(|| self.open_lane());
            let mut counted = lane.lock().expect("no panic while held");
            let room = counted.views.len() < MOST;
            match counted.views.get_mut(address) {
                Some(views) => *views += 1,
                None if room => drop(counted.views.insert(address.into(), 1)),
                None => return,
            }
            if let Some(site) = visit.referrer.and_then(|referrer| self.site(referrer))
                && counted.sites.len() < MOST
            {
                *counted.sites.entry((address.into(), site)).or_default() += 1;
            }
        });
    }

    fn open_lane(&self) -> Arc<Mutex<Counted>> {
        let lane = Arc::<Mutex<Counted>>::default();
        self.lanes.lock().expect("no panic while held").push(lane.clone());
        lane
    }

    /// The name of another site, such as `tides.example`.
    fn site(&self, referrer: &str) -> Option<Box<str>> {
        let ours = referrer.strip_prefix(self.base_url.as_str());
        if ours.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return None;
        }
        let (scheme, rest) = referrer.split_once("://")?;
        let host = rest.split(['/', '?', '#', ':']).next()?.to_ascii_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
        let known = matches!(scheme, "http" | "https" | "android-app");
        (known && plain && host.contains('.') && host.len() <= LONGEST).then(|| host.into())
    }

    fn take(&self) -> Counted {
        let lanes = self.lanes.lock().expect("no panic while held").clone();
        let mut all = Counted::default();
        for lane in lanes {
            let counted = std::mem::take(&mut *lane.lock().expect("no panic while held"));
            counted.views.into_iter().for_each(|(address, n)| *all.views.entry(address).or_default() += n);
            counted.sites.into_iter().for_each(|(from, n)| *all.sites.entry(from).or_default() += n);
        }
        all
    }
}

/// `/2026/03/the-barrier` or `/about`: told apart from the program's own pages when it is written.
fn may_be_a_post(address: &str) -> bool {
    let slashes = address.bytes().filter(|byte| *byte == b'/').count();
    let dated = slashes == 3 && address.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    (dated || slashes == 1 && address.len() > 1) && !address.contains(['?', '.'])
}

/// Writes down what was counted; nothing while the setting says so.
pub async fn write(app: &App) -> Result<()> {
    let counted = app.views.take();
    if counted.views.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let mut sites: HashMap<Box<str>, Vec<(Box<str>, i64)>> = HashMap::new();
    for ((address, site), n) in counted.sites {
        sites.entry(address).or_default().push((site, n));
    }
    let mut views = counted.views.into_iter().peekable();
    while views.peek().is_some() {
        let some: Vec<_> = views.by_ref().take(TOGETHER).collect();
        let mut from: HashMap<_, _> =
            some.iter().filter_map(|(address, _)| Some((address.clone(), sites.remove(address)?))).collect();
        app.db
            .write(move |tx| {
                let publication = Publication::load(tx)?;
                if !publication.views {
                    return Ok(());
                }
                let today = day(now, &publication);
                some.into_iter().try_for_each(|(address, n)| {
                    let sites = from.remove(&address).unwrap_or_default();
                    add(tx, &address, n, sites, today, now)
                })
            })
            .await?;
    }
    Ok(())
}

/// As 20260314, by the publication's clock.
pub fn day(at: Time, publication: &Publication) -> i64 {
    at.format(&publication.time_zone(), "%Y%m%d").parse().unwrap_or(0)
}

fn add(
    tx: &mut Tx,
    address: &str,
    views: i64,
    sites: Vec<(Box<str>, i64)>,
    today: i64,
    now: Time,
) -> Result<()> {
    let parts: Vec<&str> = address.trim_start_matches('/').rsplitn(2, '/').collect();
    let post = match parts.as_slice() {
        [slug, month] => Post::public(tx, month, slug, now),
        _ => Post::public_page(tx, address.trim_start_matches('/'), now),
    };
    let id = match post {
        Ok(post) => post.post_id,
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    tx.run(
        sql!(
            "-- views::add
            insert into viewed (day, post_id, views) values (?1, ?2, ?3)
            on conflict (day, post_id) do update set views = viewed.views + excluded.views"
        ),
        (today, id, views),
    )?;
    for (site, views) in sites {
        tx.run(
            sql!(
                "-- views::add, site
                insert into referred (day, post_id, site, views) values (?1, ?2, ?3, ?4)
                on conflict (day, post_id, site) do update set views = referred.views + excluded.views"
            ),
            (today, id, &*site, views),
        )?;
    }
    Ok(())
}

/// Views of all posts, or of one, from a day on: by day.
pub fn by_day(tx: &mut Tx, post: Option<PostId>, from: i64) -> Result<Vec<(i64, i64)>> {
    tx.all(
        sql!(
            "-- views::by_day
            select day, cast(sum(views) as bigint) from viewed
            where day >= ?1 and (cast(?2 as bigint) is null or post_id = ?2) group by day order by day"
        ),
        (from, post),
    )
}

/// The posts that were opened most.
pub fn by_post(tx: &mut Tx, from: i64, limit: usize) -> Result<Vec<(PostId, i64)>> {
    tx.all(
        sql!(
            "-- views::by_post
            select post_id, cast(sum(views) as bigint) as views from viewed where day >= ?1
            group by post_id order by 2 desc, post_id desc limit ?2"
        ),
        (from, limit),
    )
}

/// The sites from which most people came, to all posts or one.
pub fn by_site(tx: &mut Tx, post: Option<PostId>, from: i64, limit: usize) -> Result<Vec<(String, i64)>> {
    tx.all(
        sql!(
            "-- views::by_site
            select site, cast(sum(views) as bigint) from referred
            where day >= ?1 and (cast(?2 as bigint) is null or post_id = ?2)
            group by site order by 2 desc, site limit ?3"
        ),
        (from, post, limit),
    )
}

/// Some days ago, as 20260314.
pub fn days_ago(now: Time, days: i64, publication: &Publication) -> i64 {
    day(now.plus(-days * DAY), publication)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_people_open_are_counted() {
        let views = Views::new("https://gazette.example");
        let note = |address, destination, referrer| views.note(address, &Visit { destination, referrer });
        for _ in 0..3 {
            note("/2026/03/tides", Some("document"), Some("https://www.Tides.example/today?x#y"));
        }
        note("/about", Some("document"), Some("https://gazette.example/2026/03/tides"));
        note("/2026/03/tides", Some("document"), Some("https://gazette.example.evil.example:8080/"));
        for (address, destination, referrer) in [
            ("/2026/03/tides", None, None),
            ("/2026/03/tides", Some("empty"), None),
            ("/", Some("document"), None),
            ("/feed.atom", Some("document"), None),
            ("/archive/2026/03", Some("document"), None),
            ("/tag/tides", Some("document"), None),
        ] {
            note(address, destination, referrer);
        }
        note("/about", Some("document"), Some("nonsense"));
        note("/about", Some("document"), Some("https://<b>.example/"));
        let mut counted = views.take();
        assert_eq!(counted.views.remove("/2026/03/tides"), Some(4));
        assert_eq!(counted.views.into_iter().collect::<Vec<_>>(), [("/about".into(), 3)]);
        let mut sites: Vec<_> = counted.sites.into_iter().map(|((_, site), n)| (site, n)).collect();
        sites.sort();
        assert_eq!(sites, [("gazette.example.evil.example".into(), 1), ("tides.example".into(), 3)]);
        assert!(views.take().views.is_empty());
    }

    #[test]
    fn where_browsers_do_not_say_everybody_is_counted() {
        let views = Views::new("http://gazette.example");
        views.note("/about", &Visit::default());
        assert_eq!(views.take().views.len(), 1);
    }
}
