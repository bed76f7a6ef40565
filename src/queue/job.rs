//! A job that is still to be stored.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// Work to be done after a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Which handler takes it.
    pub kind: &'static str,
    /// What the handler needs to know.
    pub payload: Value,
    /// Two waiting jobs of one kind with the same key are one job.
    pub dedupe_key: Option<String>,
    /// Not before; at once where there is none.
    pub run_at: Option<DateTime<Utc>>,
}
