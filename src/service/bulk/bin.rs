//! What records bring back: an import says how its rows are to be, so that they are there. What was deleted of what a source has
//! stays deleted.

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

/// The rows of records that are in the bin.
#[derive(Debug, Default)]
pub(super) struct Binned {
    /// Those that come back.
    pub(super) back: HashSet<Uuid>,
    /// Those that the caller may not bring back; their records are set aside.
    pub(super) kept: HashSet<Uuid>,
}

/// Looks up what is in the bin, and sets aside what the caller may not bring back: as with one entry or asset, entries need a
/// permission of their own for that.
pub(super) async fn look(
    unit: &Unit,
    destination: &Destination,
    drafts: &[Draft],
    failures: &mut Vec<Failure>,
) -> Result<Binned> {
    if destination.source.is_some() {
        return Ok(Binned::default());
    }
    let (mut entries, mut assets) = (Vec::new(), Vec::new());
    for draft in drafts {
        match &draft.body {
            Body::Entry(entry) => entries.push(entry.id),
            Body::Asset(asset) => assets.push(asset.id),
        }
    }
    let (entries, assets) = bulk::binned(unit.tx(), destination.brand, entries, assets).await?;
    if destination.restores {
        return Ok(Binned { back: entries.union(&assets).copied().collect(), kept: HashSet::new() });
    }
    let message = "is in the bin, and your roles do not let you bring it back";
    let fault = Violation::new("key", "deleted", message);
    let kept = drafts.iter().filter(|draft| entries.contains(&draft.id()));
    failures.extend(kept.map(|draft| draft.fault(&fault)));
    Ok(Binned { back: assets, kept: entries })
}
