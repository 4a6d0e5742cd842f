//! Looks, states and what is due, on both engines.

use super::*;
use crate::outside::clock::Clock;
use crate::outside::db::{Db, Place, scratch::on_both};
use crate::source::standing::{self, HostHealth, Noted, StateDay, Stood};
use crate::source::state::Look;
use crate::source::{Fate, Health, Kind, Source, State};
use crate::time::DAY;

on_both! {
    every_change_of_state_is_remembered_and_counted
    what_is_due_is_looked_at_once
    lost_words_change_a_page_that_stands
    nobody_counts_a_pointer
}

const START: Time = Time(20_000 * DAY);

fn day(n: i64) -> Time {
    START.plus(n * DAY)
}

async fn opened(place: Place) -> Db {
    Db::open(&place, Clock::default()).await.unwrap()
}

fn noted(at: Time, health: Health, status: i64, standing: Option<f64>) -> Noted {
    let why = format!("It answered {status}.");
    let look = Look { at, health, status: Some(status), why, moved_to: None, standing };
    Noted { look, private: false, capture: None, new_words: false }
}

/// Looks at a source on these days: `200` is good, anything else an error.
async fn looks(db: &Db, id: SourceId, on: &[(i64, i64)]) {
    for &(n, status) in on {
        let health = if status == 200 { Health::Good } else { Health::Error };
        db.write(move |tx| standing::note(tx, id, &noted(day(n), health, status, Some(1.0)), day(n)))
            .await
            .unwrap();
    }
}

async fn source(db: &Db, url: &'static str, kind: Kind) -> SourceId {
    db.write(move |tx| Ok(Source::of(tx, url, kind, START)?.source_id)).await.unwrap()
}

async fn counts(db: &Db, until: i64) -> Vec<(State, i64)> {
    let days = db.read(|tx| StateDay::since(tx, 0)).await.unwrap();
    let held = |state| {
        let rows = days.iter().filter(|row| row.state == state && row.day <= day(until).0 / DAY);
        rows.max_by_key(|row| row.day).map_or(0, |row| row.sources)
    };
    State::ALL.iter().map(|&state| (state, held(state))).filter(|(_, n)| *n > 0).collect()
}

async fn every_change_of_state_is_remembered_and_counted(place: Place) {
    let db = opened(place).await;
    let (quay, lamp) = (
        source(&db, "https://quay.example/a", Kind::Source).await,
        source(&db, "https://www.quay.example/b", Kind::Source).await,
    );
    assert_eq!(counts(&db, 0).await, [(State::Unchecked, 2)]);
    looks(&db, quay, &[(0, 200), (1, 200), (9, 404), (12, 404), (15, 404), (22, 404), (30, 200)]).await;
    looks(&db, lamp, &[(0, 200), (8, 403)]).await;
    assert_eq!(counts(&db, 7).await, [(State::Alive, 2)]);
    assert_eq!(counts(&db, 9).await, [(State::Blocked, 1), (State::Failing, 1)]);
    assert_eq!(counts(&db, 20).await, [(State::Blocked, 1), (State::Gone, 1)]);
    assert_eq!(counts(&db, 30).await, [(State::Alive, 1), (State::Blocked, 1)]);
    let (stood, dead, hosts) = db
        .read(move |tx| {
            let dead = Stood::lately(tx, State::Gone, day(14), 9)?;
            Ok((Stood::of(tx, quay, 9)?, dead, HostHealth::worst(tx, 9)?))
        })
        .await
        .unwrap();
    let stood: Vec<_> = stood.iter().map(|stood| (stood.state, (stood.since.0 - START.0) / DAY)).collect();
    assert_eq!(stood, [(State::Alive, 30), (State::Gone, 15), (State::Failing, 9), (State::Alive, 0)]);
    assert!(dead.is_empty() && hosts.is_empty(), "it came back: {dead:?} {hosts:?}");
    looks(&db, lamp, &[(40, 500)]).await;
    let hosts = db.read(|tx| HostHealth::worst(tx, 9)).await.unwrap();
    assert_eq!((hosts[0].host.as_str(), hosts[0].sources, hosts[0].lost), ("quay.example", 2, 1));
}

async fn what_is_due_is_looked_at_once(place: Place) {
    let db = opened(place).await;
    let quay = source(&db, "https://quay.example/a", Kind::Source).await;
    let due = async |on: i64| db.read(move |tx| due(tx, day(on), 9)).await.unwrap();
    assert!(due(900).await.is_empty(), "what was never kept is no matter of watching");
    looks(&db, quay, &[(0, 200)]).await;
    assert!(due(0).await.is_empty());
    assert_eq!(due(2).await, [quay]);
    db.write(move |tx| put_off(tx, quay, day(3))).await.unwrap();
    assert!(due(2).await.is_empty());
    looks(&db, quay, &[(3, 200), (4, 200), (5, 200)]).await;
    assert!(due(9).await.is_empty(), "a week apart by now");
    assert_eq!(due(13).await, [quay]);
    looks(&db, quay, &[(13, 404)]).await;
    assert_eq!(due(15).await, [quay], "trouble is looked at daily");
    // A copy of long ago that comes in later says nothing of when somebody looked.
    looks(&db, quay, &[(2, 200)]).await;
    let found = db.read(move |tx| Source::find(tx, quay)).await.unwrap();
    assert_eq!((found.looked_at, found.state), (Some(day(13)), State::Failing));
}

async fn lost_words_change_a_page_that_stands(place: Place) {
    let db = opened(place).await;
    let quay = source(&db, "https://quay.example/a", Kind::Source).await;
    looks(&db, quay, &[(0, 200), (1, 200)]).await;
    let state = async |lost| {
        db.write(move |tx| {
            standing::words_lost(tx, quay, lost, day(2))?;
            let found = Source::find(tx, quay)?;
            Ok((found.state, found.evidence.clone(), found.lost()))
        })
        .await
        .unwrap()
    };
    let (changed, evidence, lost) = state(Some((Fate::Removed, day(1)))).await;
    assert_eq!((changed, lost), (State::Changed, Some(Fate::Removed)));
    assert_eq!(evidence, "A quoted sentence is no longer there.");
    assert_eq!(state(None).await.0, State::Alive);
}

async fn nobody_counts_a_pointer(place: Place) {
    let db = opened(place).await;
    let home = source(&db, "https://quay.example/", Kind::Pointer).await;
    looks(&db, home, &[(0, 200), (9, 404)]).await;
    assert!(counts(&db, 30).await.is_empty());
    assert_eq!(db.read(move |tx| Source::find(tx, home)).await.unwrap().state, State::Failing);
}
