//! Runs a whole unit of work anew where the database gave it up because it and others waited for each other.

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable};

use super::Services;
use crate::domain::{Error, Result};

/// Transactions that were run anew since others stood in the way.
pub const REPEATED: &str = "transactions_repeated_total";

/// How often it is run anew before its caller hears of it.
const TIMES: usize = 6;
/// The first pause; each is longer than the one before, by chance up to twice as long, so that those who met do not meet again.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Runs work that begins its own transaction, or takes part in one: then whoever began that one runs it anew. What is run again
/// must have answered nobody, and its failure must have left nothing behind.
///
/// # Errors
/// As the work; `UNAVAILABLE` where others stood in the way each time.
pub async fn anew<T, F>(services: &Services, work: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    if services.joint.is_some() {
        return work().await;
    }
    let pauses = ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(TIMES)
        .with_jitter();
    // Those who met go one after the other from then on: they would only meet again.
    let met = AtomicBool::new(false);
    let tried = async || {
        let _turn = if met.swap(true, Ordering::Relaxed) { Some(services.turn.lock().await) } else { None };
        work().await
    };
    tried
        .retry(pauses)
        .when(Error::contended)
        .notify(|error, _| {
            metrics::counter!(REPEATED).increment(1);
            tracing::debug!(%error, "others stood in the way; run anew");
        })
        .await
}
