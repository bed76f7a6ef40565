//! The loop: claims what is due, runs a bounded number at once, and goes away politely.

use std::{future::Future, time::Duration};

use serde::Deserialize;
use tokio::{task::JoinSet, time::Instant};

use super::{
    handle::{KINDS, handle},
    metrics,
};
use crate::{
    domain::Result,
    queue::{self, Job, Outcome},
    service::{Caller, Services, bin, entry, idempotency, signing, upload},
};

/// How often it is seen to that what happens now and then has a job. By the time and not by turns of the loop: what is swept makes
/// jobs, and these make turns.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// How often the jobs that are not done are counted.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// How jobs are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The most jobs that run at once in this process.
    pub concurrency: u32,
    /// How long to wait, where nothing was due, before looking again, in milliseconds.
    pub poll_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { concurrency: 4, poll_ms: 1_000 }
    }
}

/// Runs jobs until `shutdown` completes, then finishes those that have begun and returns.
pub async fn run(services: Services, settings: Settings, shutdown: impl Future<Output = ()> + Send) {
    let most = settings.concurrency.max(1);
    let pause = Duration::from_millis(settings.poll_ms.max(10));
    let mut running = JoinSet::new();
    let (mut last_sweep, mut last_look): (Option<Instant>, Option<Instant>) = (None, None);
    tokio::pin!(shutdown);
    loop {
        let free = most.saturating_sub(u32::try_from(running.len()).unwrap_or(u32::MAX));
        let claimed = claim(&services, free).await;
        let full = claimed.len() == usize::try_from(free).unwrap_or(usize::MAX);
        for job in claimed {
            let services = services.clone();
            running.spawn(async move { finish(&services, &job).await });
        }
        if last_sweep.is_none_or(|at| at.elapsed() >= SWEEP_EVERY) {
            last_sweep = Some(Instant::now());
            sweep(&services).await;
        }
        if last_look.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            last_look = Some(Instant::now());
            look(&services).await;
        }
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = running.join_next() => {}
            // With every place taken only an end makes room; otherwise look again soon.
            () = tokio::time::sleep(pause), if !full || running.is_empty() => {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// Runs what is due, one job after the other, until nothing is due any more; how many were run. For commands and tests.
///
/// # Errors
/// As the database refuses; a job that fails is no error of this.
pub async fn run_due(services: &Services) -> Result<usize> {
    let mut count = 0;
    loop {
        let jobs = queue::claim(&services.db, &KINDS, 1, services.clock.now()).await?;
        if jobs.is_empty() {
            return Ok(count);
        }
        for job in jobs {
            let outcome = handle(services, &job).await;
            queue::settle(&services.db, &job, outcome, services.clock.now()).await?;
            count += 1;
        }
    }
}

/// What has to happen now and then, whoever else does it too.
async fn sweep(services: &Services) {
    if let Err(error) = queue::sweep(&services.db, services.clock.now()).await {
        tracing::warn!(%error, "sweeping old jobs failed");
    }
    if let Err(error) = entry::rescue_publications(services, &Caller::system("schedule")).await {
        tracing::warn!(%error, "entries whose publication was lost could not be looked for");
    }
    if let Err(error) = bin::watch(services, &Caller::system("bin")).await {
        tracing::warn!(%error, "the bin is not looked through");
    }
    if let Err(error) = upload::watch(services, &Caller::system("upload")).await {
        tracing::warn!(%error, "nobody looks for files that are no longer needed");
    }
    if let Err(error) = idempotency::sweep(services).await {
        tracing::warn!(%error, "answers that were kept long enough could not be removed");
    }
    if let Err(error) = signing::watch(services, &Caller::system("signing")).await {
        tracing::warn!(%error, "nobody looks after the signing keys");
    }
}

/// Shows how many jobs wait, run, or were given up.
async fn look(services: &Services) {
    match queue::count_by_state(&services.db).await {
        Ok(counts) => metrics::waiting(&counts),
        Err(error) => tracing::warn!(%error, "jobs could not be counted"),
    }
}

async fn claim(services: &Services, most: u32) -> Vec<Job> {
    if most == 0 {
        return Vec::new();
    }
    match queue::claim(&services.db, &KINDS, most, services.clock.now()).await {
        Ok(jobs) => jobs,
        Err(error) => {
            tracing::warn!(%error, "looking for jobs failed");
            Vec::new()
        }
    }
}

/// Runs a job in a task of its own, so that a panic in it is a failure of that job alone.
async fn finish(services: &Services, job: &Job) {
    let (inner, copy) = (services.clone(), job.clone());
    let mut running = tokio::spawn(async move { handle(&inner, &copy).await });
    let outcome = loop {
        tokio::select! {
            ended = &mut running => {
                break ended.unwrap_or_else(|_| Outcome::Retry("the job panicked".to_owned()));
            }
            // A long one (a large file that is read) is not taken for dead.
            () = tokio::time::sleep(queue::RENEW_EVERY) => {
                if let Err(error) = queue::renew(&services.db, job, services.clock.now()).await {
                    tracing::warn!(job.id = %job.id, %error, "the claim of a running job could not be renewed");
                }
            }
        }
    };
    if let Err(error) = queue::settle(&services.db, job, outcome, services.clock.now()).await {
        tracing::warn!(job.id = %job.id, %error, "a job could not be settled; it will run again");
    }
}
