//! How sources stand and stood: every look is written down, every change of state is kept, and counts go with them, so that no page
//! has to count.

use super::state::{self, Look};
use super::watch::schedule;
use super::{Capture, Fate, Health, Kind, Source, State};
use crate::Result;
use crate::id::{CaptureId, SourceId};
use crate::outside::db::{Topic, Tx, record, sql};
use crate::time::{DAY, Time};

/// More looks than these decide nothing: gone takes three.
const LOOKS: usize = 60;

/// What a look brought, to be written down.
#[derive(Debug, Clone)]
pub struct Noted {
    pub look: Look,
    pub private: bool,
    /// The copy that was made of it.
    pub capture: Option<CaptureId>,
    /// The words are others than when somebody looked before.
    pub new_words: bool,
}

record! {
    /// A state that a source was in, from a moment on.
    #[derive(Debug, Clone)]
    pub struct Stood {
        pub since: Time,
        pub state: State,
        pub evidence: String,
    }
}

record! {
    /// How many sources were in a state at the end of a day that saw one come or go.
    #[derive(Debug, Clone)]
    pub struct StateDay {
        pub state: State,
        /// Since 1970, UTC.
        pub day: i64,
        pub sources: i64,
        pub came: i64,
    }
}

record! {
    #[derive(Debug, Clone)]
    pub struct HostHealth {
        pub host: String,
        pub sources: i64,
        pub lost: i64,
    }
}

record! {
    struct Seen {
        looked_at: Time,
        health: Health,
        status: Option<i64>,
        why: String,
        moved_to: String,
        standing: Option<f64>,
        private: bool,
    }
}

impl Noted {
    /// A copy is a look, too.
    pub fn of(capture: &Capture, why: String, standing: Option<f64>, new_words: bool) -> Noted {
        let moved = !state::same_place(&capture.url, &capture.final_url);
        Noted {
            look: Look {
                at: capture.captured_at,
                health: capture.health,
                status: capture.status,
                why,
                moved_to: moved.then(|| capture.final_url.clone()),
                standing,
            },
            private: capture.private,
            capture: Some(capture.capture_id),
            new_words,
        }
    }
}

/// What pages show that tell when somebody looked last, which changes more often than what was seen.
pub fn looked_topic(id: SourceId) -> Topic {
    Topic(format!("looked:{id}"))
}

/// Writes a look down and what follows from it: the source's state, and when it is looked at again.
pub fn note(tx: &mut Tx, id: SourceId, noted: &Noted, now: Time) -> Result<()> {
    let look = &noted.look;
    tx.run(
        sql!(
            "-- standing::note
            insert into look (source_id, looked_at, health, status, why, moved_to, standing, private, capture_id)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        (
            id,
            look.at,
            look.health,
            look.status,
            &look.why,
            look.moved_to.as_deref().unwrap_or_default(),
            look.standing,
            noted.private,
            noted.capture,
        ),
    )?;
    let before = Source::find(tx, id)?;
    let state = settle(tx, &before, now)?;
    let quiet = schedule::quiet(before.quiet, state != before.state, noted.new_words);
    tx.run(
        sql!(
            "-- standing::note, the source
            update source set quiet = ?2, due_at = ?3, looked_at = case when looked_at > ?4 then looked_at else ?4 end
            where source_id = ?1"
        ),
        (id, quiet, schedule::next(id, state, quiet, look.at), look.at),
    )?;
    tx.changed(looked_topic(id))
}

/// Notes what became of quoted words, as of posts that readers see; `None`: all of them stand.
pub fn words_lost(tx: &mut Tx, id: SourceId, lost: Option<(Fate, Time)>, now: Time) -> Result<()> {
    let source = Source::find(tx, id)?;
    let fate = lost.map_or("", |(fate, _)| fate.as_str());
    let at = lost.map(|(_, at)| at);
    if source.lost == fate && source.lost_at == at {
        return Ok(());
    }
    tx.run(
        sql!(
            "-- standing::words_lost
            update source set lost = ?2, lost_at = ?3 where source_id = ?1"
        ),
        (id, fate, at),
    )?;
    settle(tx, &Source { lost: fate.to_owned(), lost_at: at, ..source }, now)?;
    tx.changed(id.topic())
}

/// The source's state from all looks at it.
fn settle(tx: &mut Tx, source: &Source, now: Time) -> Result<State> {
    let mut seen = seen(tx, source.source_id, LOOKS)?;
    // What a private page says stays in the desk, like the page.
    let (private, at) = seen.first().map_or((false, now), |last| (last.private, last.looked_at));
    seen.reverse();
    let looks: Vec<Look> = seen.into_iter().map(Look::from).collect();
    let stands = state::of(source.kind, &looks, source.lost());
    let evidence = if private { String::new() } else { stands.evidence };
    if stands.state == source.state && evidence == source.evidence {
        return Ok(stands.state);
    }
    let turned = stands.state != source.state;
    let since = if turned {
        at.max(source.lost_at.filter(|_| stands.state == State::Changed).unwrap_or(at))
    } else {
        source.state_since
    };
    tx.run(
        sql!(
            "-- standing::settle
            update source set state = ?2, state_since = ?3, evidence = ?4 where source_id = ?1"
        ),
        (source.source_id, stands.state, since, &evidence),
    )?;
    if turned {
        remember(tx, source.source_id, since, stands.state, &evidence)?;
        shift(tx, source, Some(source.state), stands.state, now)?;
    }
    tx.changed(source.source_id.topic())?;
    Ok(stands.state)
}

fn remember(tx: &mut Tx, id: SourceId, since: Time, state: State, evidence: &str) -> Result<()> {
    tx.run(
        sql!(
            "-- standing::remember
            insert into stood (source_id, since, state, evidence) values (?1, ?2, ?3, ?4)"
        ),
        (id, since, state, evidence),
    )?;
    Ok(())
}

/// Counts a source out of one state and into another.
pub(super) fn shift(tx: &mut Tx, source: &Source, from: Option<State>, to: State, now: Time) -> Result<()> {
    if source.kind == Kind::Pointer {
        return Ok(());
    }
    let day = now.0.div_euclid(DAY);
    for (state, sources, came) in from.map(|from| (from, -1, 0)).into_iter().chain([(to, 1, 1)]) {
        tx.run(
            sql!(
                "-- standing::shift
                insert into state_day (state, day, sources, came)
                values (?1, ?2, cast(?3 as bigint) + coalesce((
                    select sources from state_day where state = ?1 and day <= ?2 order by day desc limit 1), 0), ?4)
                on conflict (state, day) do update set
                    sources = state_day.sources + cast(?3 as bigint), came = state_day.came + excluded.came"
            ),
            (state, day, sources, came),
        )?;
    }
    let lost = |state| i64::from(matches!(state, State::Failing | State::Gone));
    let (new, lost) = (i64::from(from.is_none()), lost(to) - from.map_or(0, lost));
    if new + lost.abs() > 0 {
        tx.run(
            sql!(
                "-- standing::shift, its host
                insert into host_health (host, sources, lost) values (?1, ?2, ?3)
                on conflict (host) do update set
                    sources = host_health.sources + excluded.sources, lost = host_health.lost + excluded.lost"
            ),
            (&source.host, new, lost),
        )?;
    }
    Ok(())
}

impl Stood {
    /// The newest states of a source, newest first.
    pub fn of(tx: &mut Tx, id: SourceId, limit: usize) -> Result<Vec<Stood>> {
        tx.all(
            sql!(
                "-- Stood::of
                select since, state, evidence from stood
                where source_id = ?1 order by since desc, stood_id desc limit ?2"
            ),
            (id, limit),
        )
    }

    /// Sources that came into a state since, newest first, as far as they are still in it.
    pub fn lately(tx: &mut Tx, state: State, since: Time, limit: usize) -> Result<Vec<Source>> {
        tx.all(
            sql!(
                "-- Stood::lately
                select source.* from stood join source using (source_id)
                where stood.state = ?1 and stood.since >= ?2 and source.state = ?1 and source.state_since = stood.since
                order by stood.since desc, stood_id desc limit ?3"
            ),
            (state, since, limit),
        )
    }
}

impl StateDay {
    /// What came and went from one day on, and of each state the last row before, in the order of days.
    pub fn since(tx: &mut Tx, day: i64) -> Result<Vec<StateDay>> {
        let mut days = Vec::new();
        for &state in State::ALL {
            days.extend(tx.all::<StateDay>(
                sql!(
                    "-- StateDay::since, before
                    select state, day, sources, came from state_day where state = ?1 and day < ?2 order by day desc limit 1"
                ),
                (state, day),
            )?);
            days.extend(tx.all::<StateDay>(
                sql!(
                    "-- StateDay::since
                    select state, day, sources, came from state_day where state = ?1 and day >= ?2 order by day"
                ),
                (state, day),
            )?);
        }
        Ok(days)
    }
}

impl HostHealth {
    /// Hosts that lost most.
    pub fn worst(tx: &mut Tx, limit: usize) -> Result<Vec<HostHealth>> {
        tx.all(
            sql!(
                "-- HostHealth::worst
                select host, sources, lost from host_health where lost > 0 order by lost desc, host desc limit ?1"
            ),
            (limit,),
        )
    }
}

impl From<Seen> for Look {
    fn from(seen: Seen) -> Look {
        Look {
            at: seen.looked_at,
            health: seen.health,
            status: seen.status,
            why: seen.why,
            moved_to: Some(seen.moved_to).filter(|to| !to.is_empty()),
            standing: seen.standing,
        }
    }
}

/// The looks at a source, newest first.
pub fn looks(tx: &mut Tx, id: SourceId, limit: usize) -> Result<Vec<Look>> {
    Ok(seen(tx, id, limit)?.into_iter().map(Look::from).collect())
}

fn seen(tx: &mut Tx, id: SourceId, limit: usize) -> Result<Vec<Seen>> {
    tx.all(
        sql!(
            "-- standing::seen
            select looked_at, health, status, why, moved_to, standing, private from look
            where source_id = ?1 order by looked_at desc, look_id desc limit ?2"
        ),
        (id, limit),
    )
}
