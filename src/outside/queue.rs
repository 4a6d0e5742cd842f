//! Background work, kept in the database beside what causes it.
//!
//! A row and the job it causes share a transaction: [`push`] takes the same [`Tx`]. Every job may run twice. The job table is
//! the only queue. Each job has a class; classes have their own concurrency, so that a slow capture delays no mail.

use crate::id::{CaptureId, JobId, MailId, PostId, SourceId};
use crate::outside::db::{Topic, Tx, record, sql, words};
use crate::time::{HOUR, MINUTE, SECOND, Time};
use crate::{Result, error::Context};
use serde::{Deserialize, Serialize};

/// Everything this program does behind the reader's back. Jobs carry ids, not data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Keep a copy of a source.
    Capture(SourceId),
    /// Keep a copy of a source that came with an import, if nobody has by then.
    Backlog(SourceId),
    /// Queue looks at sources that are due to be looked at again.
    Watch,
    /// Look at a source, whether it is still there and still says what it did.
    Look(SourceId),
    /// Judge the quotations of every post against the newest copy of a source.
    CheckQuotes(SourceId),
    /// Judge the quotations of one post.
    CheckPost(PostId),
    /// A scheduled post's hour has come.
    Publish(PostId),
    /// Send one mail of the outbox.
    Mail(MailId),
    /// Send somebody who forgot a password a way back, if this mail address is somebody's: the page that asks must not know.
    WayBack(String),
    /// Render posts that an older renderer wrote.
    Rerender,
    /// Put every post into the lists of the days that the publication's clock says now.
    ListAgain,
    /// Put what was published and taken back since into the lists of readers' search.
    SettleSearch,
    /// Sweep away what time has emptied: the bin, sessions, tries, changes.
    Tidy,
    /// Read a capture's text again, when the way of reading has improved.
    Reread(CaptureId),
    /// Have copies stamped that are not.
    Stamp,
    /// Have the publication's domain vouch for what readers get of `post:12` or `source:7`.
    Vouch(String),
}

words! {
    /// What may run beside what.
    pub enum Class {
        Capture "capture",
        /// Captures that wait for nobody.
        Backlog "backlog",
        /// Looks at sources that are kept already.
        Watch "watch",
        Check "check",
        Schedule "schedule",
        Mail "mail",
        /// Settling what was published waits for no other work: until it is done, searches look at each new post alone.
        Search "search",
        /// Reads every new file once, and waits for an authority elsewhere.
        Stamp "stamp",
        House "house",
    }
}

impl Class {
    /// How many jobs of this class one server runs at once.
    pub fn concurrency(self) -> usize {
        match self {
            Class::Capture | Class::Watch => 4,
            Class::Backlog | Class::Check | Class::Mail => 2,
            Class::Schedule | Class::Search | Class::Stamp | Class::House => 1,
        }
    }

    /// A lease outlives the longest run of its class, else another server starts the job a second time.
    pub fn lease(self) -> i64 {
        match self {
            Class::Capture | Class::Backlog | Class::Watch | Class::Stamp => 5 * MINUTE,
            _ => 2 * MINUTE,
        }
    }

    /// After so many failed tries a job is given up and shown in the desk.
    pub fn most_attempts(self) -> i64 {
        match self {
            Class::Mail => 8,
            _ => 5,
        }
    }
}

impl Job {
    pub fn class(&self) -> Class {
        match self {
            Job::Capture(_) | Job::Reread(_) => Class::Capture,
            Job::Backlog(_) => Class::Backlog,
            Job::Watch | Job::Look(_) => Class::Watch,
            Job::CheckQuotes(_) | Job::CheckPost(_) => Class::Check,
            Job::Publish(_) => Class::Schedule,
            Job::Mail(_) | Job::WayBack(_) => Class::Mail,
            Job::SettleSearch => Class::Search,
            Job::Stamp | Job::Vouch(_) => Class::Stamp,
            Job::Rerender | Job::ListAgain | Job::Tidy => Class::House,
        }
    }
}

record! {
    /// A job as it stands in the queue.
    #[derive(Debug, Clone)]
    pub struct Queued {
        pub job_id: JobId,
        pub work: String,
        pub attempts: i64,
        pub problem: String,
        pub run_at: Time,
        pub leased_until: Option<Time>,
        pub failed_at: Option<Time>,
    }
}

impl Queued {
    pub fn job(&self) -> Result<Job> {
        serde_json::from_str(&self.work).internal("a queued job cannot be read")
    }
}

/// Queues a job for `run_at`. The same work waiting already is not queued twice: it keeps the earlier hour,
/// and work that was given up is taken up again. Queued while it runs, it runs once more: its hour is then another one
/// than the one it was taken with, by which [`done`] and [`failed`] know.
pub fn push(tx: &mut Tx, job: &Job, run_at: Time) -> Result<()> {
    let work = serde_json::to_string(job).internal("a job cannot be written down")?;
    tx.run(
        sql!(
            "-- queue::push
            insert into job (class, work, run_at, attempts, problem, created_at) values (?1, ?2, ?3, 0, '', ?3)
            on conflict (work) do update set
                run_at = case
                    when job.leased_until is not null and job.run_at >= excluded.run_at then job.run_at + 1
                    when job.leased_until is null and job.failed_at is null and job.run_at < excluded.run_at
                        then job.run_at
                    else excluded.run_at end,
                attempts = 0, failed_at = null"
        ),
        (job.class(), work, run_at),
    )?;
    tx.changed(Topic::jobs())
}

/// Takes up to `limit` jobs of a class whose hour has come, for as long as the class's lease.
pub fn claim(tx: &mut Tx, class: Class, now: Time, limit: usize) -> Result<Vec<Queued>> {
    tx.all(
        sql!(
            "-- queue::claim
            update job set leased_until = ?3, attempts = attempts + 1
            where job_id in (
                select job_id from job
                where class = ?1 and run_at <= ?2 and failed_at is null
                    and (leased_until is null or leased_until <= ?2)
                order by run_at, job_id
                limit ?4
                /*pg for update skip locked*/)
            returning job_id, work, attempts, problem, run_at, leased_until, failed_at"
        ),
        (class, now, now.plus(class.lease()), limit),
    )
}

/// Takes back what a server that was killed had taken. Only where no other server works on the same database.
pub fn take_back(tx: &mut Tx) -> Result<()> {
    tx.run(
        sql!(
            "-- queue::take_back
            update job set leased_until = null where leased_until is not null"
        ),
        (),
    )?;
    Ok(())
}

/// The job is done. If it was queued again while it ran, the newer order stays; if it ran longer than its lease, it is
/// whoever took it since who tells how it ended.
pub fn done(tx: &mut Tx, job: &Queued) -> Result<()> {
    tx.run(
        sql!(
            "-- queue::done
            delete from job where job_id = ?1 and run_at = ?2 and leased_until = ?3"
        ),
        (job.job_id, job.run_at, job.leased_until),
    )?;
    release(tx, job)
}

fn release(tx: &mut Tx, job: &Queued) -> Result<()> {
    tx.run(
        sql!(
            "-- queue::release
            update job set leased_until = null where job_id = ?1 and leased_until = ?2"
        ),
        (job.job_id, job.leased_until),
    )?;
    Ok(())
}

/// The job failed: it is tried again later, each time after a longer wait, and given up in the end.
/// If it was queued again while it ran, the newer order stays.
pub fn failed(tx: &mut Tx, job: &Queued, class: Class, problem: &str, now: Time) -> Result<()> {
    let given_up = job.attempts >= class.most_attempts();
    ended(tx, job, job.attempts, problem, now.plus(backoff(job.attempts)), given_up.then_some(now))
}

/// Something that a person must mend first stands in the way, such as a full disk: tried again for ever, never given up.
pub fn postponed(tx: &mut Tx, job: &Queued, problem: &str, now: Time) -> Result<()> {
    ended(tx, job, job.attempts - 1, problem, now.plus(10 * MINUTE), None)
}

fn ended(
    tx: &mut Tx,
    job: &Queued,
    attempts: i64,
    problem: &str,
    run_at: Time,
    failed_at: Option<Time>,
) -> Result<()> {
    tx.run(
        sql!(
            "-- queue::ended
            update job set attempts = ?2, problem = ?3, run_at = ?4, failed_at = ?5
            where job_id = ?1 and run_at = ?6 and leased_until = ?7"
        ),
        (job.job_id, attempts, problem, run_at, failed_at, job.run_at, job.leased_until),
    )?;
    release(tx, job)
}

impl Queued {
    /// Taken once more than a job may be: the server ended each time before it could tell how the job did.
    pub fn is_deadly(&self, class: Class) -> bool {
        self.attempts > class.most_attempts()
    }
}

/// What waits or was given up is due now, its tries counted anew. What runs goes on.
pub fn again(tx: &mut Tx, id: JobId, now: Time) -> Result<()> {
    tx.run(
        sql!(
            "-- queue::again
            update job set run_at = ?2, attempts = 0, failed_at = null where job_id = ?1 and leased_until is null"
        ),
        (id, now),
    )?;
    tx.changed(Topic::jobs())
}

/// Work that waits or was given up, for the desk and `ibid doctor`.
pub fn list(tx: &mut Tx, limit: usize) -> Result<Vec<Queued>> {
    tx.all(
        sql!(
            "-- queue::list
            select job_id, work, attempts, problem, run_at, leased_until, failed_at from job
            order by failed_at is null, run_at limit ?1"
        ),
        (limit,),
    )
}

/// When the next job of a class is due, if any waits. Asked after every job, so it walks no list: what waits is found by
/// its hour, what runs among the few that run.
pub fn next_due(tx: &mut Tx, class: Class) -> Result<Option<Time>> {
    let next: (Option<Time>,) = tx.one(
        sql!(
            "-- queue::next_due
            select min(due) from (
                select min(run_at) as due from job
                where class = ?1 and leased_until is null and failed_at is null
                union all
                select min(case when leased_until > run_at then leased_until else run_at end) from job
                where class = ?1 and leased_until > 0 and failed_at is null) as waiting"
        ),
        (class,),
    )?;
    Ok(next.0)
}

/// 20 s, 80 s, 5 min, 21 min, then hours: a passing fault is over soon, a lasting one should not be hammered.
fn backoff(attempts: i64) -> i64 {
    (20 * SECOND).saturating_mul(4_i64.saturating_pow((attempts - 1).clamp(0, 8) as u32)).min(6 * HOUR)
}

#[cfg(test)]
mod tests;
