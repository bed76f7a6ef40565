//! Durable jobs: enqueued inside the transaction that wants them, claimed by one worker at a time, buried when they give up.

mod claim;
mod job;

pub use claim::{Job, Outcome, RENEW_EVERY, claim, let_go, renew, settle, sweep};
pub use job::NewJob;

use chrono::{DateTime, Utc};

use crate::{
    domain::Result,
    store::{self, Db, Tx},
};

/// How many jobs stand in each state but done.
///
/// # Errors
/// As the database refuses.
pub async fn count_by_state(db: &Db) -> Result<Vec<(String, i64)>> {
    store::job::count_by_state(db).await
}

/// Adds jobs within a transaction; a job whose kind and dedupe key are already waiting is not added again.
///
/// # Errors
/// As the database refuses.
pub async fn enqueue(tx: &Tx, jobs: &[NewJob], now: DateTime<Utc>) -> Result<()> {
    let rows: Vec<store::job::NewRow<'_>> = jobs
        .iter()
        .map(|job| store::job::NewRow {
            kind: job.kind,
            payload: &job.payload,
            dedupe_key: job.dedupe_key.as_deref(),
            run_at: job.run_at.unwrap_or(now),
        })
        .collect();
    store::job::insert(tx, &rows, now).await
}
