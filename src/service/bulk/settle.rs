//! Fills in references between batches that did not see one another, because they were written at the same time.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{Destination, flying::Late};
use crate::{
    domain::{Result, event::Event, record::MAX_BATCH},
    service::{Caller, Services, Unit, anew::anew},
    store::bulk::{self, Before, PendingRow, Pulled, ReferenceRow},
};

/// Fills in what can be filled in, makes all that was written lasting, and tells how many references of the brand still wait for what they lead to.
///
/// # Errors
/// As the database refuses.
pub async fn settle_all(services: &Services, caller: &Caller, destination: &Destination) -> Result<u64> {
    land(services, caller, destination).await?;
    loop {
        if let Some(waiting) = anew(services, || settle(services, caller, destination)).await? {
            return Ok(waiting);
        }
    }
}

/// Fills in some; where there are none, how many wait.
async fn settle(services: &Services, caller: &Caller, destination: &Destination) -> Result<Option<u64>> {
    let brand = destination.brand;
    let mut unit = Unit::batch(services, caller, brand, destination.source).await?;
    let (translations, assets) = bulk::overdue(unit.tx(), brand, MAX_BATCH as u64).await?;
    let found = !translations.is_empty() || !assets.is_empty();
    let settled = if found {
        let actor = unit.actor().label();
        bulk::settle(unit.tx(), brand, translations, assets, &actor, unit.now()).await?
    } else {
        Vec::new()
    };
    if settled.is_empty() {
        bulk::link_placed(unit.tx(), brand).await?;
        let waiting = bulk::count_pending_of_brand(unit.tx(), brand).await?;
        bulk::flush(unit.tx()).await?;
        unit.commit().await?;
        return Ok(Some(waiting));
    }
    settled.into_iter().for_each(|changed| unit.record(Event::of("entry.updated", brand, changed)));
    unit.commit().await?;
    Ok(None)
}

/// Writes the references between batches that were in the air together. One whose target did not land waits for it.
async fn land(services: &Services, caller: &Caller, destination: &Destination) -> Result<()> {
    let late = destination.flying.take_late();
    for part in late.chunks(MAX_BATCH) {
        anew(services, || land_part(services, caller, destination, part)).await?;
    }
    Ok(())
}

async fn land_part(
    services: &Services,
    caller: &Caller,
    destination: &Destination,
    part: &[Late],
) -> Result<()> {
    let brand = destination.brand;
    let mut unit = Unit::batch(services, caller, brand, destination.source).await?;
    // One that was purged meanwhile refers to nothing any more.
    let held = bulk::hold_entries(unit.tx(), part.iter().map(|one| one.row.entry_id).collect()).await?;
    let part: Vec<&Late> = part.iter().filter(|one| held.contains(&one.row.entry_id)).collect();
    let rows: Vec<ReferenceRow> = part.iter().map(|one| one.row.clone()).collect();
    let missing =
        bulk::replace_references(unit.tx(), &destination.entries, brand, Before::Stays, &rows).await?;
    let lost: Vec<&Late> = part
        .iter()
        .copied()
        .filter(|one| {
            let (id, field, position) = (one.row.entry_id, &one.row.field, one.row.position);
            missing.iter().any(|gone| (gone.entry_id, &gone.field, gone.position) == (id, field, position))
        })
        .collect();
    if !lost.is_empty() {
        wait(&mut unit, brand, &lost).await?;
    }
    let pulled: HashMap<Uuid, Pulled> = part.iter().map(|one| (one.row.entry_id, one.pulled)).collect();
    if destination.source.is_some() {
        bulk::remember(unit.tx(), &pulled.into_iter().collect::<Vec<_>>(), &[]).await?;
    }
    unit.commit().await
}

async fn wait(unit: &mut Unit, brand: Uuid, lost: &[&Late]) -> Result<()> {
    let (actor, now) = (unit.actor().label(), unit.now());
    for one in lost {
        bulk::withdraw_reference(unit.tx(), &one.row).await?;
    }
    let pending: Vec<PendingRow<'_>> = lost
        .iter()
        .map(|one| PendingRow {
            entry_id: one.row.entry_id,
            field: one.row.field.as_str().into(),
            position: one.row.position,
            many: one.many,
            target_translation_id: one.translation_id,
            target_asset_id: Some(one.row.target_id).filter(|_| one.row.asset),
            target_entry_id: None,
            placed: false,
            types: one.types.as_deref(),
        })
        .collect();
    bulk::add_pending(unit.tx(), &pending).await?;
    let entries: HashSet<Uuid> = lost.iter().map(|one| one.row.entry_id).collect();
    for changed in bulk::raise(unit.tx(), entries.into_iter().collect(), &actor, now).await? {
        unit.record(Event::of("entry.updated", brand, changed));
    }
    Ok(())
}
