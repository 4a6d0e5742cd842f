//! `/desk/sources/health`: how the sources are, over a year and this week, and what can be done about the dead.

use super::{Desk, page};
use crate::Result;
use crate::app::App;
use crate::outside::db::Tx;
use crate::post::Post;
use crate::publication::Publication;
use crate::quote::watch::Quoted;
use crate::source::standing::{HostHealth, StateDay, Stood};
use crate::source::{Capture, Source, State};
use crate::time::{DAY, Time};
use crate::web::signed_in::SignedIn;
use crate::web::source_list::shortened;
use crate::web::template::Templates;
use crate::web::{strip, words};
use axum::extract::State as Shared;
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt::Write;

/// Sources and quotations that are named.
const LISTED: usize = 20;
const HOSTS: usize = 10;

#[derive(Serialize)]
struct Page {
    desk: Desk,
    /// Nothing is kept yet.
    blank: bool,
    states: Vec<Pile>,
    picture: String,
    died: String,
    dead: Vec<Lost>,
    failing: Vec<Lost>,
    quoted: Vec<Words>,
    hosts: Vec<Host>,
    hosts_drawn: String,
}

#[derive(Serialize)]
struct Pile {
    state: &'static str,
    words: &'static str,
    sources: i64,
}

/// A source that is dead or dying.
#[derive(Serialize)]
struct Lost {
    id: String,
    title: String,
    site: String,
    url: String,
    since: String,
    evidence: String,
    /// The kept copy, and its day.
    copy: Option<(String, String)>,
}

/// Quoted words that are no longer where they stood.
#[derive(Serialize)]
struct Words {
    text: String,
    post: String,
    path: String,
    fate: String,
}

#[derive(Serialize)]
struct Host {
    name: String,
    lost: i64,
    sources: i64,
}

pub(in crate::web) async fn show(Shared(app): Shared<App>, signed_in: SignedIn) -> Result<Response> {
    let now = app.now();
    let shown = app.db.read(move |tx| {
        let publication = Publication::load(tx)?;
        let zone = publication.time_zone();
        let today = now.0.div_euclid(DAY);
        let days = StateDay::since(tx, today - strip::WEEKS * 7)?;
        let weeks = strip::weeks(&days, today);
        let piles = weeks.last().cloned().unwrap_or_default();
        let hosts = HostHealth::worst(tx, HOSTS)?;
        let lost = |tx: &mut Tx, state, since| -> Result<Vec<Lost>> {
            let lately = Stood::lately(tx, state, since, LISTED)?;
            lately.into_iter().map(|source| Lost::of(tx, &source, &zone)).collect()
        };
        let week = now.plus(-7 * DAY);
        let died: i64 = days
            .iter()
            .filter(|row| row.state == State::Gone && row.day > today - 7)
            .map(|row| row.came)
            .sum();
        Ok(Page {
            desk: Desk::of(&publication, "sources", Some(&signed_in.person)),
            blank: piles.iter().all(|(_, sources)| *sources == 0),
            states: piles.into_iter().map(Pile::of).filter(|pile| pile.sources > 0).collect(),
            picture: strip::of_all(&weeks, now, &zone),
            died: words::count(usize::try_from(died).unwrap_or(0), "source", "sources"),
            dead: lost(tx, State::Gone, week)?,
            failing: lost(tx, State::Failing, now.plus(-30 * DAY))?,
            quoted: lost_words(tx, now.plus(-30 * DAY), &zone)?,
            hosts_drawn: drawn(&hosts),
            hosts: hosts.into_iter().map(Host::of).collect(),
        })
    });
    page(&app, "desk/health.html", &shown.await?)
}

impl Pile {
    fn of((state, sources): (State, i64)) -> Pile {
        Pile { state: state.as_str(), words: words::state_name(state), sources }
    }
}

impl Host {
    fn of(host: HostHealth) -> Host {
        Host { name: host.host, lost: host.lost, sources: host.sources }
    }
}

impl Lost {
    fn of(tx: &mut Tx, source: &Source, zone: &TimeZone) -> Result<Lost> {
        let copy = Capture::newest_good(tx, source.source_id)?;
        Ok(Lost {
            id: source.source_id.to_string(),
            title: source.name(),
            site: source.place(),
            url: source.url.clone(),
            since: words::day(source.state_since, zone),
            evidence: source.evidence.clone(),
            copy: copy.map(|copy| (copy.path(source.source_id), words::day(copy.captured_at, zone))),
        })
    }
}

fn lost_words(tx: &mut Tx, since: Time, zone: &TimeZone) -> Result<Vec<Words>> {
    let lost = Quoted::lost_since(tx, since, LISTED)?;
    let told = |quoted: Quoted| {
        let post = Post::find(tx, quoted.post_id)?;
        Ok(Words {
            text: shortened(&quoted.words),
            path: format!("/desk/posts/{}", post.post_id),
            fate: quoted.fate().map(|(fate, at)| words::fate_since(fate, at, zone)).unwrap_or_default(),
            post: post.title,
        })
    };
    lost.into_iter().map(told).collect()
}

/// A bar for each host: as long as it has sources, dark as far as they are lost.
fn drawn(hosts: &[HostHealth]) -> String {
    const WIDE: f64 = 360.0;
    const STEP: i64 = 26;
    let most = hosts.iter().map(|host| host.sources).max().unwrap_or(0).max(1) as f64;
    let label = match hosts.first() {
        Some(worst) => {
            format!("Hosts that lost most. First {}: {} of {}.", worst.host, worst.lost, worst.sources)
        }
        None => return String::new(),
    };
    let mut svg = format!(
        "<svg class=\"states-drawn hosts\" viewBox=\"0 0 {WIDE} {}\" role=\"img\" aria-label=\"{}\">",
        hosts.len() as i64 * STEP,
        Templates::escape(&label)
    );
    for (y, host) in (0..).step_by(STEP as usize).zip(hosts) {
        let long = |sources: i64| (sources as f64 / most * WIDE).max(2.0);
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{}\">{} · {} of {}</text><rect class=\"unchecked\" x=\"0\" y=\"{}\" width=\"{:.1}\" height=\"7\"/>\
             <rect class=\"gone\" x=\"0\" y=\"{}\" width=\"{:.1}\" height=\"7\"/>",
            y + 11,
            Templates::escape(&host.host),
            host.lost,
            host.sources,
            y + 15,
            long(host.sources),
            y + 15,
            long(host.lost)
        );
    }
    svg + "</svg>"
}
