//! The bin: how long deleted entries are kept, and their end.

use chrono::{TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{Caller, Services, Unit};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        change::{Changed, check_version},
        entry::OneEntry,
        event::Event,
    },
    queue::NewJob,
    store::{self, Life, bin::Purged},
};

/// The job that purges what was deleted long enough ago, a batch at a time; it has no payload.
pub const PURGE: &str = "bin.purge";

/// How many entries are purged in one transaction.
const BATCH: u32 = 200;
/// How long after the last batch the bin is looked through again.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// The section `bin` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long a deleted entry can be restored, in days; after that it is purged. 0 keeps it until somebody purges it.
    pub retention_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { retention_days: 30 }
    }
}

/// Purges an entry that was deleted, with its history: nothing brings it back. One that a source owns comes back with the next
/// pull where the platform still has it.
///
/// # Errors
/// `NOT_FOUND` where none was deleted, `CONFLICT` for another version, or, with `{referencedBy}`, while entries that are there
/// refer to it.
pub async fn purge(services: &Services, caller: &Caller, entry: OneEntry) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::EntryPurge)?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = store::entry::lock(unit.tx(), &grant, entry.id, Life::Deleted).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(entry.expected_version, row.version)?;
    let referring = store::bin::count_referring(unit.tx(), &grant, &row).await?;
    if referring > 0 {
        let message = format!("{referring} entries that are there refer to it; take it out of them first");
        return Err(Error::new(Code::Conflict, message).with_details(json!({"referencedBy": referring})));
    }
    store::bin::purge(unit.tx(), &grant, &row).await?;
    let changed = Changed { id: row.id, version: row.version };
    unit.record(purged(&Purged { id: row.id, brand_id: row.brand_id, version: row.version, slug: row.slug }));
    unit.commit().await?;
    Ok(changed)
}

/// Purges a batch of what was deleted longer ago than the retention, and enqueues the next look: at once where the batch was
/// full, else in an hour. How many were purged. Entries that others refer to stay, and those that a source owns: their place
/// in the bin is how a pull knows that they are not wanted.
///
/// # Errors
/// As the database refuses; nothing of the batch is then purged.
pub async fn purge_due(services: &Services, caller: &Caller) -> Result<u64> {
    let grant = caller.actor.grant(Permission::EntryPurge)?;
    let mut unit = Unit::begin(services, caller).await?;
    let now = unit.now();
    let before = match services.bin.retention_days {
        0 => None,
        days => now.checked_sub_signed(TimeDelta::days(i64::from(days))),
    };
    let gone = match before {
        Some(before) => store::bin::purge_deleted_before(unit.tx(), &grant, before, BATCH).await?,
        None => Vec::new(),
    };
    let count = u64::try_from(gone.len()).unwrap_or_default();
    for entry in &gone {
        unit.record(purged(entry));
    }
    unit.enqueue(look(if count < u64::from(BATCH) { now + AGAIN } else { now }));
    unit.commit().await?;
    Ok(count)
}

/// Makes sure that somebody looks through the bin; where a look is waiting already, nothing happens.
///
/// # Errors
/// As the database refuses.
pub async fn watch(services: &Services, caller: &Caller) -> Result<()> {
    let mut unit = Unit::begin(services, caller).await?;
    unit.enqueue(look(unit.now()));
    unit.commit().await
}

fn look(at: chrono::DateTime<Utc>) -> NewJob {
    NewJob { kind: PURGE, payload: json!({}), dedupe_key: Some("bin".to_owned()), run_at: Some(at) }
}

/// The record keeps the name of what is gone.
fn purged(entry: &Purged) -> Event {
    let changed = Changed { id: entry.id, version: entry.version };
    Event::of("entry.purged", entry.brand_id, changed).with("slug", entry.slug.as_str())
}
