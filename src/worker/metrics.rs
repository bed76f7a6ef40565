//! What is counted of background work.

use metrics::{counter, describe_counter, describe_gauge, gauge};

use crate::{
    queue::{Job, Outcome},
    service::entry::Publication,
};

/// Jobs that were run, by kind and outcome.
const JOBS: &str = "jobs_total";
/// Jobs that are not done, by state.
const JOBS_WAITING: &str = "jobs";
/// Publications whose time had come, by outcome.
const PUBLICATIONS: &str = "scheduled_publications_total";
/// Entries that were purged because their time in the bin was over.
const PURGED: &str = "bin_purged_total";

/// The states of jobs that are shown; one without jobs is shown as 0.
const STATES: [&str; 3] = ["ready", "running", "buried"];

/// Says what the numbers mean. To be called once the process collects metrics.
pub fn describe() {
    describe_counter!(JOBS, "Jobs that were run by this process, by kind and outcome.");
    describe_gauge!(JOBS_WAITING, "Jobs of all processes that are not done, by state, as of the last look.");
    describe_counter!(PUBLICATIONS, "Publications whose time had come, by outcome.");
    describe_counter!(PURGED, "Entries that were purged because their time in the bin was over.");
    // There from the start, so that an alert sees the first one as a rise.
    for outcome in ["published", "refused"] {
        counter!(PUBLICATIONS, "outcome" => outcome).increment(0);
    }
    counter!(PURGED).increment(0);
}

/// Counts a job that was run.
pub(super) fn ran(job: &Job, outcome: &Outcome) {
    let outcome = match outcome {
        Outcome::Done => "done",
        Outcome::Retry(_) if job.attempts < job.max_attempts => "failed",
        Outcome::Retry(_) | Outcome::Bury(_) => "buried",
        Outcome::Postpone(_) => "postponed",
    };
    counter!(JOBS, "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
}

/// Counts a publication whose time had come.
pub(super) fn published(publication: Publication) {
    let outcome = match publication {
        Publication::Published => "published",
        Publication::Refused => "refused",
        Publication::Nothing => return,
    };
    counter!(PUBLICATIONS, "outcome" => outcome).increment(1);
}

/// Counts entries that were purged.
pub(super) fn purged(entries: u64) {
    counter!(PURGED).increment(entries);
}

/// Shows how many jobs stand in each state.
pub(super) fn waiting(counts: &[(String, i64)]) {
    for state in STATES {
        let count = counts.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count);
        gauge!(JOBS_WAITING, "state" => state).set(f64::from(i32::try_from(count).unwrap_or(i32::MAX)));
    }
}
