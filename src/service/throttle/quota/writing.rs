//! Writes what was spent into the database, where all processes add up, and hears what the others spent.

use std::{collections::HashMap, time::Duration};

use chrono::{Months, TimeDelta};

use super::{super::super::Services, ledger::Key};
use crate::{
    domain::{Result, quota::Window},
    store::{self, quota::Row},
};

/// Attempts to write what was spent that the database refused; it is tried again.
pub const FAILURES: &str = "quota_write_failures_total";

/// How often what was spent is written.
const PAUSE: Duration = Duration::from_secs(1);
/// How many rows are written in one statement.
const BATCH: usize = 1_000;
/// After how many writings it is looked which windows can be forgotten.
const SWEEP_EVERY: u32 = 3_600;

/// Writes what was spent since the last time, and hears what others spent; how many sums that changed.
///
/// # Errors
/// As the database refuses; what could not be written is written the next time.
pub async fn flush(services: &Services) -> Result<usize> {
    let ledger = &services.quotas;
    let _alone = ledger.writing.lock().await;
    let mut leaving = ledger.leave(services.clock.now());
    let quiet = ledger.quiet();
    leaving.sort_by_cached_key(|(key, spent)| row(key, *spent));
    let mut written = 0;
    let mut chunks = leaving.chunks(BATCH);
    while let Some(chunk) = chunks.next() {
        let rows: Vec<Row> = chunk.iter().map(|(key, spent)| row(key, *spent)).collect();
        match store::quota::add(&services.db, &rows).await {
            Ok(sums) => {
                let sums = by_key(sums);
                for (key, spent) in chunk {
                    let sum = sums.get(&row(key, 0)).and_then(|used| u64::try_from(*used).ok());
                    ledger.arrived(key, sum.unwrap_or(*spent));
                }
                written += chunk.len();
            }
            Err(error) => {
                metrics::counter!(FAILURES).increment(1);
                chunk.iter().chain(chunks.flatten()).for_each(|(key, _)| ledger.came_back(key));
                return Err(error);
            }
        }
    }
    for chunk in quiet.chunks(BATCH) {
        let rows: Vec<Row> = chunk.iter().map(|key| row(key, 0)).collect();
        let sums = by_key(store::quota::sums(&services.db, &rows).await?);
        for (key, row) in chunk.iter().zip(&rows) {
            if let Some(sum) = sums.get(row).and_then(|used| u64::try_from(*used).ok()) {
                ledger.arrived(key, sum);
            }
        }
    }
    Ok(written)
}

fn by_key(sums: Vec<Row>) -> HashMap<Row, i64> {
    sums.into_iter().map(|sum| (Row { used: 0, ..sum.clone() }, sum.used)).collect()
}

fn row(key: &Key, spent: u64) -> Row {
    Row {
        caller: key.caller,
        caller_kind: key.rule.name().to_owned(),
        period: key.window.name().to_owned(),
        begins_on: key.begins_on,
        used: i64::try_from(spent).unwrap_or(i64::MAX),
    }
}

/// Writes what is spent until `shutdown` completes, and then what is left.
pub async fn run(services: Services, shutdown: impl Future<Output = ()> + Send) {
    tokio::pin!(shutdown);
    let mut over = false;
    let mut times: u32 = 0;
    while !over {
        over = tokio::select! {
            biased;
            () = &mut shutdown => true,
            () = tokio::time::sleep(PAUSE) => false,
        };
        if let Err(error) = flush(&services).await {
            tracing::warn!(%error, "what callers have spent could not be written; it is tried again");
        }
        if times.is_multiple_of(SWEEP_EVERY)
            && let Err(error) = sweep(&services).await
        {
            tracing::warn!(%error, "old windows of quotas could not be forgotten");
        }
        times = times.wrapping_add(1);
    }
}

/// Forgets days after two months, and months after two years.
async fn sweep(services: &Services) -> Result<()> {
    let today = services.clock.now().date_naive();
    let days = today - TimeDelta::days(62);
    let months = today.checked_sub_months(Months::new(24)).unwrap_or(days);
    store::quota::forget(&services.db, Window::Day, days).await?;
    store::quota::forget(&services.db, Window::Month, months).await.map(drop)
}
