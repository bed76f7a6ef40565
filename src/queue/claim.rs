//! Claims jobs for a while and says what became of them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::Result,
    store::{
        self, Db, Tx,
        job::{Row, Settlement},
    },
};

/// How long a claim holds; a worker that does not answer by then is taken for dead.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// How long a done job is kept.
const KEPT: TimeDelta = TimeDelta::days(7);
/// The wait after the first failure; it doubles with each further one.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(2);
/// The longest wait between two attempts.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// The most characters of an error that are kept with a job.
const ERROR: usize = 1_000;

/// A claimed job.
pub type Job = Row;

/// What came of running a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It failed in a way that another attempt may mend.
    Retry(String),
    /// It cannot run just now; that is no failure.
    Postpone(TimeDelta),
    /// It failed for good.
    Bury(String),
}

/// Claims at most so many jobs of these kinds that are due.
///
/// # Errors
/// As the database refuses.
pub async fn claim(db: &Db, kinds: &[&str], most: u32, now: DateTime<Utc>) -> Result<Vec<Job>> {
    store::job::claim(db, kinds, most, now, now + LEASE).await
}

/// How often a claim is to be renewed while its job runs.
pub const RENEW_EVERY: std::time::Duration = std::time::Duration::from_secs(300);

/// Says that a claimed job still runs.
///
/// # Errors
/// As the database refuses; the claim then runs out in its time.
pub async fn renew(db: &Db, job: &Job, now: DateTime<Utc>) -> Result<()> {
    store::job::renew(db, job, now + LEASE).await
}

/// Ends the claims on jobs of these kinds; how many. Only for whoever knows that those who hold them are gone, or do no harm where they
/// are not.
///
/// # Errors
/// As the database refuses.
pub async fn let_go(tx: &Tx, kinds: &[&str], now: DateTime<Utc>) -> Result<u64> {
    store::job::let_go(tx, kinds, now).await
}

/// Settles a claimed job. One that failed too often is buried: it is kept, and not tried again.
///
/// # Errors
/// As the database refuses.
pub async fn settle(db: &Db, job: &Job, outcome: Outcome, now: DateTime<Utc>) -> Result<()> {
    let settlement = match outcome {
        Outcome::Done => Settlement::Done,
        Outcome::Retry(error) if job.attempts < job.max_attempts => {
            Settlement::Again(now + wait(job), shorten(&error))
        }
        Outcome::Retry(error) | Outcome::Bury(error) => Settlement::Buried(shorten(&error)),
        Outcome::Postpone(by) => Settlement::Postponed(now + by),
    };
    store::job::settle(db, job, &settlement, now).await
}

/// Buries what nobody answers for any more and forgets what was done long ago.
///
/// # Errors
/// As the database refuses.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> Result<()> {
    store::job::sweep(db, now - KEPT, now).await
}

/// Doubles with each attempt, and differs from job to job by up to half so that those that failed together do not come
/// back together. The difference comes from the id, which is chance enough.
fn wait(job: &Job) -> TimeDelta {
    let doublings = u32::try_from(job.attempts.saturating_sub(1)).unwrap_or_default().min(16);
    let full = FIRST_WAIT.checked_mul(1 << doublings).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    let (_, chance) = job.id.as_u64_pair();
    let percent = 50 + i32::try_from(chance % 51).unwrap_or_default();
    full.checked_mul(percent).map_or(full, |scaled| scaled / 100)
}

fn shorten(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(ERROR).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn waits_double_and_end() {
        let waits: Vec<i64> = [1, 2, 3, 30]
            .map(|attempts| Job {
                id: Uuid::from_u64_pair(0, 50),
                kind: "k".into(),
                payload: serde_json::Value::Null,
                attempts,
                max_attempts: 40,
            })
            .iter()
            .map(|job| wait(job).num_seconds())
            .collect();
        assert_eq!(waits, [2, 4, 8, 3_600]);
    }
}
