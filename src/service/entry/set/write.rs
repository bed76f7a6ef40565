//! Writes what was planned: a statement for all entries, and one for each thing that hangs on them.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::plan::{Made, Plan};
use crate::{
    domain::{Result, access::Grant, event::Event, fields::Unique},
    service::Unit,
    store::{entry_link::Links, entry_set, reference, reference::Missing},
};

/// A unique value, as text.
pub(super) fn text(unique: &Unique<'_>) -> String {
    match unique.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Writes it, with versions and records.
///
/// # Errors
/// As the single operations; then nothing of it may stay.
pub(super) async fn all(unit: &mut Unit, grant: &Grant, plans: &[Plan]) -> Result<()> {
    let made: Vec<&Made> = plans.iter().filter_map(Plan::made).collect();
    if made.is_empty() {
        return Ok(());
    }
    let (tx, now) = (unit.tx(), unit.now());
    let (new, changed): (Vec<_>, Vec<_>) =
        made.iter().map(|made| &made.change).partition(|change| change.before.is_none());
    entry_set::insert(tx, grant, &new, now).await?;
    entry_set::update(tx, grant, &changed, now).await?;
    refer(unit, grant, &made).await?;
    for links in [Links::Tags, Links::Categories] {
        let wanted: Vec<_> = made
            .iter()
            .flat_map(|made| made.links.iter().map(move |link| (&made.change, link)))
            .filter(|(_, (which, ..))| *which == links)
            .map(|(change, (_, has, ids))| (change, has.as_slice(), ids.as_slice()))
            .collect();
        if !wanted.is_empty() {
            entry_set::relink(tx, grant, links, &wanted).await?;
        }
    }
    let kept: Vec<_> = made.iter().map(|made| (made.change.after.id, made.named)).collect();
    entry_set::keep_versions(tx, &kept, &unit.actor().label()).await?;
    for plan in plans {
        let Some(made) = plan.made() else { continue };
        let row = &made.change.after;
        unit.record(Event::of(made.kind, row.brand_id, plan.changed()).with("status", row.status.as_str()));
        if let Some(job) = &made.job {
            unit.enqueue(job.clone());
        }
    }
    Ok(())
}

/// Stores what the custom fields that were given refer to.
async fn refer(unit: &Unit, grant: &Grant, made: &[&Made]) -> Result<()> {
    let mut brands: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    for one in made {
        let Some(schema) = &one.schema else { continue };
        let row = &one.change.after;
        let targets = schema.references(&row.fields)?;
        // New entries have none yet: there is nothing to take away.
        if one.change.before.is_some() || !targets.is_empty() {
            brands.entry(row.brand_id).or_default().push((row.id, targets));
        }
    }
    for (brand, entries) in brands {
        reference::replace(unit.tx(), grant, brand, &entries, Missing::Refused).await?;
    }
    Ok(())
}
