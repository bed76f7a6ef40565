//! Takes the locks of what a batch or a document names before its first change, in an order that everybody keeps.

use uuid::Uuid;

use super::Step;
use crate::{
    domain::{
        Result,
        access::{Grant, Permission as P},
        batch::Operation,
        entry::UpsertEntry,
        node::{Kind, NodeId},
    },
    service::{Caller, Joint},
    store::{Tx, category, entry_origin, rows},
};

/// The kinds in the order in which they are held, each with what lets somebody change one of them, in one way or another. It is that of
/// the single mutations: they lock what they change, and then hold its brand; only categories come after the tree of their brand.
const ORDER: [(Kind, &[P]); 6] = [
    (Kind::Entry, &[P::EntryWrite, P::EntryPublish, P::EntryDelete, P::EntryPurge]),
    (Kind::Tag, &[P::TaxonomyWrite]),
    (Kind::Asset, &[P::AssetWrite]),
    (Kind::ContentType, &[P::TypeWrite]),
    (Kind::Brand, &[P::BrandWrite]),
    (Kind::Category, &[P::TaxonomyWrite]),
];

/// Keeps others from changing what a batch names, by id or by what an upsert means, until the transaction ends. Two batches that met
/// it in different orders would wait for each other. What cannot be known so early (slugs, values that are unique) is left to chance,
/// and to running the batch anew.
///
/// # Errors
/// `TIMEOUT` where another transaction keeps something of it for longer than a statement may take.
pub(super) async fn hold(joint: &Joint, caller: &Caller, steps: &[Step]) -> Result<()> {
    let operations = || steps.iter().filter_map(|step| step.operation.as_ref().ok());
    let upserts: Vec<&UpsertEntry> = operations().filter_map(upserted).collect();
    let mut named: Vec<NodeId> = operations().filter_map(Operation::changes).collect();
    // Whoever names one has nothing to put in order.
    if upserts.len() + named.len() < 2 {
        return Ok(());
    }
    joint
        .directly(async |tx| {
            if let Ok(grant) = caller.actor.grant(P::EntryWrite)
                && !upserts.is_empty()
            {
                let meant = entry_origin::meant(tx, &grant, &upserts).await?;
                let meant: Vec<_> = meant.iter().filter_map(|one| one.as_ref().ok()).collect();
                entry_origin::hold(tx, meant.iter().copied()).await?;
                let found = entry_origin::find(tx, &meant).await?;
                let found = found.into_iter().flatten().filter(|met| met.same_type);
                named.extend(found.map(|met| NodeId::new(Kind::Entry, met.id)));
            }
            held(tx, caller, &named).await
        })
        .await
}

/// Keeps others from changing what is named until the transaction ends, in the same order.
///
/// # Errors
/// As [`hold`].
pub async fn hold_named(joint: &Joint, caller: &Caller, named: &[NodeId]) -> Result<()> {
    if named.len() < 2 { Ok(()) } else { joint.directly(async |tx| held(tx, caller, named).await).await }
}

async fn held(tx: &Tx, caller: &Caller, named: &[NodeId]) -> Result<()> {
    for (kind, permissions) in ORDER {
        let ids: Vec<Uuid> = named.iter().filter(|node| node.kind == kind).map(|node| node.id).collect();
        // Who may not change such is told so by each operation.
        let grants: Vec<Grant> = permissions.iter().filter_map(|one| caller.actor.grant(*one).ok()).collect();
        if ids.is_empty() || grants.is_empty() {
            continue;
        }
        if kind == Kind::Category {
            category::lock_trees(tx, &grants, ids.clone()).await?;
        }
        rows::hold_all(tx, &grants, kind, ids).await?;
    }
    Ok(())
}

/// The entry that an operation makes where it is not there.
fn upserted(operation: &Operation) -> Option<&UpsertEntry> {
    match operation {
        Operation::UpsertEntry(command) => Some(command),
        _ => None,
    }
}
