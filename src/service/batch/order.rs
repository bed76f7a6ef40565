//! Takes the locks of what a batch names before its first operation, in an order that everybody keeps.

use uuid::Uuid;

use super::Step;
use crate::{
    domain::{Result, access::Permission, batch::Operation, entry::UpsertEntry},
    service::{Caller, Joint},
    store::{Tx, entry, entry_origin},
};

/// What lets somebody change an entry, in one way or another.
const CHANGES: [Permission; 4] =
    [Permission::EntryWrite, Permission::EntryPublish, Permission::EntryDelete, Permission::EntryPurge];

/// Keeps others from changing the entries that a batch names, by id or by what an upsert means, until the transaction ends. Two
/// batches that met them in different orders would wait for each other. What cannot be known so early (tags, slugs, values that are
/// unique) is left to chance, and to running the batch anew.
///
/// # Errors
/// `TIMEOUT` where another transaction keeps one of them for longer than a statement may take.
pub(super) async fn hold(joint: &Joint, caller: &Caller, steps: &[Step]) -> Result<()> {
    let operations = || steps.iter().filter_map(|step| step.operation.as_ref().ok());
    let upserts: Vec<&UpsertEntry> = operations().filter_map(upserted).collect();
    let mut ids: Vec<Uuid> = operations().filter_map(Operation::entry).collect();
    // Whoever names one has nothing to put in order.
    if upserts.len() + ids.len() < 2 {
        return Ok(());
    }
    joint
        .directly(async |tx| {
            if let Ok(grant) = caller.actor.grant(Permission::EntryWrite)
                && !upserts.is_empty()
            {
                let meant = entry_origin::meant(tx, &grant, &upserts).await?;
                let meant: Vec<_> = meant.iter().filter_map(|one| one.as_ref().ok()).collect();
                entry_origin::hold(tx, meant.iter().copied()).await?;
                let found = entry_origin::find(tx, &meant).await?;
                ids.extend(found.into_iter().flatten().filter(|met| met.same_type).map(|met| met.id));
            }
            held(tx, caller, ids).await
        })
        .await
}

/// Keeps others from changing entries until the transaction ends, in the same order.
///
/// # Errors
/// As [`hold`].
pub async fn hold_entries(joint: &Joint, caller: &Caller, ids: Vec<Uuid>) -> Result<()> {
    if ids.len() < 2 { Ok(()) } else { joint.directly(async |tx| held(tx, caller, ids).await).await }
}

async fn held(tx: &Tx, caller: &Caller, ids: Vec<Uuid>) -> Result<()> {
    // Who may not change entries is told so by each operation.
    let grants: Vec<_> = CHANGES.into_iter().filter_map(|one| caller.actor.grant(one).ok()).collect();
    if ids.is_empty() { Ok(()) } else { entry::hold_all(tx, &grants, ids).await }
}

/// The entry that an operation makes where it is not there.
fn upserted(operation: &Operation) -> Option<&UpsertEntry> {
    match operation {
        Operation::UpsertEntry(command) => Some(command),
        _ => None,
    }
}
