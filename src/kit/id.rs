//! Identifiers: UUIDv7 for what is made here, UUIDv5 for what is derived from elsewhere.

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

/// A new, time-ordered id (RFC 9562, version 7).
#[must_use]
pub fn new(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// The same id for the same name in the same namespace, for ever (RFC 9562, version 5): a repeated pull finds its own rows.
#[must_use]
pub fn derived(namespace: Uuid, kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&namespace, format!("{kind}\n{name}").as_bytes())
}
