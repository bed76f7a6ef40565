//! How the rows of a batch stand before it is written. An import says how its rows are to be, so that they are there. What was
//! deleted of what a source has stays deleted, and what comes from it as it came before stays as people have changed it.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    destination::Destination,
    draft::{Body, Draft},
};
use crate::{
    domain::{Result, Violation, record::Failure},
    service::Unit,
    store::bulk,
};

/// The rows of a batch that are there.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Those that come back from the bin.
    pub(super) back: HashSet<Uuid>,
    /// Those that stay in the bin, as the caller may not bring them back; their records are set aside.
    pub(super) kept: HashSet<Uuid>,
    /// Those that do not have to be written.
    pub(super) settled: HashSet<Uuid>,
    /// Entries that are there.
    pub(super) entries: HashSet<Uuid>,
}

/// Looks the rows up, and sets aside what the caller may not bring back: as with one entry or asset, entries need a permission of
/// their own for that.
pub(super) async fn look(
    unit: &Unit,
    destination: &Destination,
    drafts: &[Draft],
    failures: &mut Vec<Failure>,
) -> Result<Rows> {
    let (mut entries, mut assets) = (Vec::new(), Vec::new());
    for draft in drafts {
        match &draft.body {
            Body::Entry(entry) => entries.push((entry.id, entry.pulled)),
            Body::Asset(asset) => assets.push((asset.id, asset.pulled)),
        }
    }
    let mut rows = Rows::default();
    for row in bulk::standing(unit.tx(), destination.brand, &entries, &assets).await? {
        if !row.asset {
            rows.entries.insert(row.id);
        }
        match (destination.source, row.deleted) {
            (Some(_), deleted) if deleted || row.settled => drop(rows.settled.insert(row.id)),
            (None, true) if row.asset || destination.restores => drop(rows.back.insert(row.id)),
            (None, true) => drop(rows.kept.insert(row.id)),
            _ => {}
        }
    }
    let message = "is in the bin, and your roles do not let you bring it back";
    let fault = Violation::new("key", "deleted", message);
    let kept = drafts.iter().filter(|draft| rows.kept.contains(&draft.id()));
    failures.extend(kept.map(|draft| draft.fault(&fault)));
    Ok(rows)
}
