//! Writes what was planned: a statement for all entries, and one for each thing that hangs on them.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use uuid::Uuid;

use super::plan::{Made, Plan};
use crate::{
    domain::{
        Error, Result,
        access::Grant,
        event::Event,
        fields::{FieldPath, Kind, Unique},
    },
    service::Unit,
    store::{
        bulk::{self, Claim},
        entry_link::Links,
        entry_set, reference,
        reference::Missing,
    },
};

/// A field that is unique: of which brand and type, where, and how it is compared.
type Field<'s> = (Uuid, Uuid, &'s FieldPath, Kind);

/// Keeps the unique values of what was planned for it. Which of them, by their place, another entry has already, or an earlier one.
pub(super) async fn claim(unit: &Unit, plans: &[Plan]) -> Result<Vec<usize>> {
    let mut fields: HashMap<Field<'_>, Vec<(usize, Claim)>> = HashMap::new();
    let mut holders: HashMap<String, Uuid> = HashMap::new();
    let mut alone = Vec::new();
    for made in plans.iter().filter_map(Plan::made) {
        let Some(schema) = &made.schema else { continue };
        let row = &made.change.after;
        for unique in schema.uniques(&row.fields)? {
            // Translations of each other may share it.
            let translation_id = row.translation_id;
            if *holders.entry(unique.lock_key(row.content_type_id)).or_insert(translation_id)
                != translation_id
            {
                alone.push(made.place);
            }
            let claim = Claim { translation_id, value: text(&unique) };
            let field = (row.brand_id, row.content_type_id, unique.path, unique.kind);
            fields.entry(field).or_default().push((made.place, claim));
        }
    }
    if holders.is_empty() || !alone.is_empty() {
        return Ok(alone);
    }
    bulk::lock_values(unit.tx(), holders.into_keys().collect()).await?;
    for ((brand, content_type, path, kind), claims) in fields {
        let (places, claims): (Vec<usize>, Vec<Claim>) = claims.into_iter().unzip();
        let taken = bulk::taken_values(unit.tx(), brand, content_type, (path, kind), &claims).await?;
        alone.extend(taken.into_iter().filter_map(|place| places.get(place)));
    }
    alone.sort_unstable();
    alone.dedup();
    Ok(alone)
}

fn text(unique: &Unique<'_>) -> String {
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
    // One after the other, an entry would not find those that are made after it.
    let new = made.iter().filter(|made| made.change.before.is_none());
    let places: HashMap<Uuid, usize> = new.map(|made| (made.change.after.id, made.place)).collect();
    let mut brands: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
    for one in made {
        let Some(schema) = &one.schema else { continue };
        let row = &one.change.after;
        let targets = schema.references(&row.fields)?;
        if targets.iter().any(|target| places.get(&target.id).is_some_and(|place| *place > one.place)) {
            return Err(Error::invalid("fields", "not_found", "leads to an entry that comes later"));
        }
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
