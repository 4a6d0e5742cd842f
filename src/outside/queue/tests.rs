//! How work is taken, ended, tried again and given up, on both engines.

use super::*;
use crate::outside::clock::Clock;
use crate::outside::db::{Db, Place, scratch::on_both};
use std::collections::BTreeSet;

on_both! {
    work_is_taken_when_its_hour_comes_and_by_one_worker
    work_whose_worker_died_is_taken_up_again
    failed_work_waits_longer_each_time_and_is_given_up
    work_queued_twice_is_done_once
    work_queued_again_while_it_runs_runs_once_more
    two_servers_never_take_the_same_work
}

const NOW: Time = Time(1_800_000_000 * SECOND);
const KEEP: Job = Job::Capture(SourceId(7));

async fn work_is_taken_when_its_hour_comes_and_by_one_worker(place: Place) {
    let db = open(&place).await;
    order(&db, KEEP, NOW).await;
    assert_eq!(due(&db).await, Some(NOW));
    assert!(take(&db, NOW.plus(-1)).await.is_empty(), "too early");
    let taken = take(&db, NOW).await;
    assert_eq!(taken.iter().map(|q| q.job().unwrap()).collect::<Vec<_>>(), [KEEP]);
    assert!(take(&db, NOW).await.is_empty(), "it is leased");
    assert_eq!(due(&db).await, Some(NOW.plus(Class::Capture.lease())));
    db.write(move |tx| done(tx, &taken[0])).await.unwrap();
    assert_eq!((due(&db).await, waiting(&db).await.len()), (None, 0));
}

async fn work_whose_worker_died_is_taken_up_again(place: Place) {
    let db = open(&place).await;
    order(&db, KEEP, NOW).await;
    assert_eq!(take(&db, NOW).await.len(), 1);
    let over = NOW.plus(Class::Capture.lease());
    assert!(take(&db, over.plus(-1)).await.is_empty());
    assert_eq!(take(&db, over).await[0].attempts, 2);

    // It queued itself for tomorrow and died before it was done: nobody is called before tomorrow.
    let tomorrow = NOW.plus(24 * HOUR);
    order(&db, KEEP, tomorrow).await;
    assert_eq!(due(&db).await, Some(tomorrow));
    assert_eq!(take(&db, tomorrow).await.len(), 1);
}

async fn failed_work_waits_longer_each_time_and_is_given_up(place: Place) {
    let db = open(&place).await;
    order(&db, KEEP, NOW).await;
    let (mut now, mut waits) = (NOW, Vec::new());
    while let Some(job) = take(&db, now).await.pop() {
        fail(&db, &job, "the harbour is frozen", now).await;
        let row = waiting(&db).await.remove(0);
        assert_eq!(row.problem, "the harbour is frozen");
        waits.push((row.run_at.0 - now.0) / SECOND);
        assert!(take(&db, row.run_at.plus(-1)).await.is_empty(), "not before its time");
        now = row.run_at;
    }
    assert_eq!(waits, [20, 80, 320, 1280, 5120]);
    let row = waiting(&db).await.remove(0);
    assert!(row.failed_at.is_some(), "it stays, to be seen in the desk");
    assert_eq!(due(&db).await, None);

    order(&db, KEEP, now).await;
    let again = take(&db, now).await.remove(0);
    assert_eq!(
        (again.attempts, again.failed_at),
        (1, None),
        "whoever orders it again gives it all its tries"
    );
}

async fn work_queued_twice_is_done_once(place: Place) {
    let db = open(&place).await;
    order(&db, KEEP, NOW.plus(HOUR)).await;
    order(&db, KEEP, NOW).await;
    order(&db, KEEP, NOW.plus(2 * HOUR)).await;
    order(&db, Job::Capture(SourceId(8)), NOW).await;
    assert_eq!(take(&db, NOW).await.len(), 2);
    assert_eq!(waiting(&db).await.len(), 2);
}

async fn work_queued_again_while_it_runs_runs_once_more(place: Place) {
    let db = open(&place).await;
    // Whether the first run ends well or badly, in the very microsecond in which it was ordered again or later.
    for (n, later) in [(0, 0), (1, 0), (2, 5), (3, 5)] {
        let job = Job::Capture(SourceId(n));
        order(&db, job.clone(), NOW).await;
        let taken = take(&db, NOW).await.remove(0);
        order(&db, job, NOW.plus(later)).await;
        if n % 2 == 0 {
            let taken = taken.clone();
            db.write(move |tx| done(tx, &taken)).await.unwrap();
        } else {
            // Even its last try does not give up what was ordered since.
            fail(&db, &Queued { attempts: Class::Capture.most_attempts(), ..taken.clone() }, "fog", NOW)
                .await;
        }
        let again = take(&db, NOW.plus(SECOND)).await.remove(0);
        assert_eq!((&again.work, again.attempts), (&taken.work, 1));
        db.write(move |tx| done(tx, &again)).await.unwrap();
    }
    assert!(waiting(&db).await.is_empty());
}

async fn two_servers_never_take_the_same_work(place: Place) {
    let servers = [open(&place).await, open(&place).await];
    let orders = servers[0].write(|tx| (0..60).try_for_each(|n| push(tx, &Job::Capture(SourceId(n)), NOW)));
    orders.await.unwrap();
    let workers = (0..6).map(|n| {
        let db = servers[n % 2].clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let taken = db.write(|tx| claim(tx, Class::Capture, NOW, 3)).await.unwrap();
                if taken.is_empty() {
                    return mine;
                }
                mine.extend(taken.into_iter().map(|q| q.work));
            }
        })
    });
    let mut taken = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        taken.extend(worker.await.unwrap());
    }
    assert_eq!(taken.len(), taken.iter().collect::<BTreeSet<_>>().len(), "taken twice");
    assert_eq!(taken.len(), 60);
}

async fn open(place: &Place) -> Db {
    Db::open(place, Clock::default()).await.unwrap_or_else(|e| panic!("{place:?}: {e}"))
}

async fn order(db: &Db, job: Job, at: Time) {
    db.write(move |tx| push(tx, &job, at)).await.unwrap();
}

async fn take(db: &Db, now: Time) -> Vec<Queued> {
    db.write(move |tx| claim(tx, Class::Capture, now, 10)).await.unwrap()
}

async fn fail(db: &Db, job: &Queued, problem: &'static str, now: Time) {
    let job = job.clone();
    db.write(move |tx| failed(tx, &job, Class::Capture, problem, now)).await.unwrap();
}

async fn due(db: &Db) -> Option<Time> {
    db.read(|tx| next_due(tx, Class::Capture)).await.unwrap()
}

async fn waiting(db: &Db) -> Vec<Queued> {
    db.read(|tx| list(tx, 100)).await.unwrap()
}
