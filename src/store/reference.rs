//! Keeps, beside the entries, one row for each entry or asset that their custom fields refer to.

use std::collections::{BTreeSet, HashSet};

use sea_orm::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::{Tx, covered, sql};
use crate::domain::{
    Error, Result, Violation,
    access::Grant,
    fields::{Reference, Target},
};

/// What is done about ids that lead nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// They refuse the whole change.
    Refused,
    /// They are left out: for content that was stored under an earlier schema.
    LeftOut,
}

/// Stores what the fields of entries of one brand refer to, in place of what was stored of them, in one statement.
///
/// What an entry refers to must be there, in the same brand and of an allowed type. What it referred to before may have
/// been deleted meanwhile, so that an entry can still be edited.
///
/// # Errors
/// `INVALID` with one violation for each id that leads nowhere; paths begin with `fields`.
pub async fn replace(
    tx: &Tx,
    grant: &Grant,
    brand_id: Uuid,
    entries: &[(Uuid, Vec<Target<'_>>)],
    missing: Missing,
) -> Result<()> {
    grant.covers(brand_id, "the brand")?;
    let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
    let strict = missing == Missing::Refused;
    let values = [brand_id.into(), wanted(entries).into(), ids.into(), strict.into()];
    let unseen = if strict { unseen(tx, grant, brand_id, entries).await? } else { Vec::new() };
    let unseen: Vec<Violation> = unseen.into_iter().map(|one| one.violation).collect();
    let rows = sql::rows(tx, &format!("{RESOLVED}{STORED}"), values).await?;
    let mut violations = rows.iter().map(violation).collect::<Result<Vec<_>>>()?;
    if !unseen.is_empty() {
        violations.retain(|one| unseen.iter().all(|other| other.path != one.path));
        violations.extend(unseen);
        violations.sort_by(|one, other| one.path.cmp(&other.path));
    }
    if violations.is_empty() || !strict { Ok(()) } else { Err(Error::violated(violations)) }
}

/// What is wrong with references of entries of one brand, each with its entry, in one statement that changes nothing.
///
/// # Errors
/// As the database refuses.
pub async fn check(
    tx: &Tx,
    grant: &Grant,
    brand_id: Uuid,
    entries: &[(Uuid, Vec<Target<'_>>)],
) -> Result<Vec<(Uuid, Violation)>> {
    grant.covers(brand_id, "the brand")?;
    if entries.iter().all(|(_, targets)| targets.is_empty()) {
        return Ok(Vec::new());
    }
    let statement = format!(
        "{RESOLVED}\nselect entry_id, pointer, found_entry is not null as known from bad order by pointer"
    );
    let rows = sql::rows(tx, &statement, [brand_id.into(), wanted(entries).into()]).await?;
    rows.iter().map(|row| Ok((sql::get(row, "entry_id")?, violation(row)?))).collect()
}

/// A reference that leads nowhere, or to what is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead {
    /// The entry that has it.
    pub entry: Uuid,
    /// What it should lead to.
    pub target: Uuid,
    /// Where it is, as a JSON Pointer from the fields on.
    pub pointer: String,
    /// What is wrong with it.
    pub violation: Violation,
}

/// What [`replace`] would refuse of entries of one brand, of which some may not be there yet: in its order, and nothing is changed.
///
/// # Errors
/// As the database refuses.
pub async fn dead(
    tx: &Tx,
    grant: &Grant,
    brand_id: Uuid,
    entries: &[(Uuid, Vec<Target<'_>>)],
) -> Result<Vec<Dead>> {
    grant.covers(brand_id, "the brand")?;
    let statement = format!(
        "{RESOLVED}\nselect entry_id, coalesce(target_entry, target_asset) as target, pointer, found_entry is not null as known \
         from bad order by pointer"
    );
    let unseen = unseen(tx, grant, brand_id, entries).await?;
    let rows = sql::rows(tx, &statement, [brand_id.into(), wanted(entries).into()]).await?;
    let found = rows.iter().map(|row| {
        let (entry, target) = (sql::get(row, "entry_id")?, sql::get(row, "target")?);
        Ok(Dead { entry, target, pointer: sql::get(row, "pointer")?, violation: violation(row)? })
    });
    let mut dead = found.collect::<Result<Vec<Dead>>>()?;
    if !unseen.is_empty() {
        let hidden = |one: &Dead| {
            unseen.iter().any(|other| (other.entry, &other.pointer) == (one.entry, &one.pointer))
        };
        dead.retain(|one| !hidden(one));
        dead.extend(unseen);
        dead.sort_by(|one, other| one.violation.path.cmp(&other.violation.path));
    }
    Ok(dead)
}

/// New references to entries that the caller does not see: as if there were none.
async fn unseen(
    tx: &Tx,
    grant: &Grant,
    brand_id: Uuid,
    entries: &[(Uuid, Vec<Target<'_>>)],
) -> Result<Vec<Dead>> {
    if grant.unrestricted_in(brand_id) {
        return Ok(Vec::new());
    }
    let statement = "select entry_id, target_entry_id as id from entry_reference where entry_id = any($1) and target_entry_id is not null";
    let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
    let known = sql::rows(tx, statement, [ids.into()]).await?;
    let known = known.iter().map(|row| Ok((sql::get(row, "entry_id")?, sql::get(row, "id")?)));
    let known: HashSet<(Uuid, Uuid)> = known.collect::<Result<_>>()?;
    let each = || entries.iter().flat_map(|(id, targets)| targets.iter().map(move |target| (*id, target)));
    let new = || each().filter(|(id, target)| !known.contains(&(*id, target.id)));
    let wanted: BTreeSet<Uuid> = new().map(|(_, target)| target.id).collect();
    let hidden = covered::unseen(tx, grant, brand_id, wanted.into_iter().collect()).await?;
    let refused = new().filter(|(_, target)| hidden.contains(&target.id));
    let dead = |(entry, target): (Uuid, &Target<'_>)| Dead {
        entry,
        target: target.id,
        pointer: target.pointer.clone(),
        violation: nothing(&target.pointer),
    };
    Ok(refused.map(dead).collect())
}

fn nothing(pointer: &str) -> Violation {
    Violation::new(format!("fields{pointer}"), "not_found", "leads to nothing in this brand")
}

fn wanted(entries: &[(Uuid, Vec<Target<'_>>)]) -> serde_json::Value {
    entries.iter().flat_map(|(id, targets)| targets.iter().map(|target| describe(*id, target))).collect()
}

fn violation(row: &QueryResult) -> Result<Violation> {
    let (pointer, known): (String, bool) = (sql::get(row, "pointer")?, sql::get(row, "known")?);
    if !known {
        return Ok(nothing(&pointer));
    }
    Ok(misfit(&pointer))
}

/// What is said of a reference to an entry of a type that it may not lead to.
#[must_use]
pub fn misfit(pointer: &str) -> Violation {
    let message = "leads to an entry of a type that is not allowed here";
    Violation::new(format!("fields{pointer}"), "reference_type", message)
}

/// Every reference with what it leads to; `bad` are those that lead to nothing, or to what is not allowed.
const RESOLVED: &str = "
with wanted as (
  select * from jsonb_to_recordset($2)
  as w(entry_id uuid, field text, position integer, pointer text, target_entry uuid, target_asset uuid, types text[])
), resolved as (
  select w.*, e.id as found_entry, a.id as found_asset,
    w.types is null or e.id is null or t.key = any(w.types) as type_fits
  from wanted w
  left join entry e on e.id = w.target_entry and e.brand_id = $1 and (e.deleted_at is null or exists (
    select from entry_reference b where b.entry_id = w.entry_id and b.target_entry_id = e.id))
  left join content_type t on t.id = e.content_type_id
  left join asset a on a.id = w.target_asset and a.brand_id = $1 and (a.deleted_at is null or exists (
    select from entry_reference b where b.entry_id = w.entry_id and b.target_asset_id = a.id))
), bad as (
  select * from resolved where not type_fits or num_nonnulls(found_entry, found_asset) = 0
)";

// What a pull still waits for in a field stays where the change leaves the field's ids as they are, in the places that they have
// in the platform's list. Where the change gives the field other ids, or none, what is said here counts.
const STORED: &str = ", kept as (
  select p.entry_id, p.field from (select distinct entry_id, field from pending_reference where entry_id = any($3)) p
  where (select array_agg(coalesce(r.target_entry_id, r.target_asset_id) order by r.position) from entry_reference r
      where r.entry_id = p.entry_id and r.field = p.field)
    is not distinct from (select array_agg(coalesce(w.target_entry, w.target_asset) order by w.position) from wanted w
      where w.entry_id = p.entry_id and w.field = p.field)
), good as (
  select * from resolved where type_fits and num_nonnulls(found_entry, found_asset) = 1
    and (entry_id, field) not in (select entry_id, field from kept)
), stored as (
  insert into entry_reference (entry_id, field, position, target_entry_id, target_asset_id)
  select entry_id, field, position, found_entry, found_asset from good
  where not $4 or not exists (select from bad)
  on conflict (entry_id, field, position) do update
  set target_entry_id = excluded.target_entry_id, target_asset_id = excluded.target_asset_id
  where (entry_reference.target_entry_id, entry_reference.target_asset_id)
    is distinct from (excluded.target_entry_id, excluded.target_asset_id)
), gone as (
  delete from entry_reference r using entry own
  where own.id = r.entry_id and own.brand_id = $1 and r.entry_id = any($3)
  and (not $4 or not exists (select from bad)) and (r.entry_id, r.field) not in (select entry_id, field from kept)
  and not exists (
    select from good g where g.entry_id = r.entry_id and g.field = r.field and g.position = r.position)
), known_now as (
  delete from pending_reference p using entry own
  where own.id = p.entry_id and own.brand_id = $1 and p.entry_id = any($3) and not exists (select from bad)
    and (p.entry_id, p.field) not in (select entry_id, field from kept)
)
select pointer, found_entry is not null as known from bad order by pointer";

fn describe(entry: Uuid, target: &Target<'_>) -> serde_json::Value {
    let (target_entry, target_asset, types) = match target.reference {
        Reference::Asset => (None, Some(target.id), None),
        Reference::Entry(types) => (Some(target.id), None, (!types.is_empty()).then_some(types)),
    };
    json!({
        "entry_id": entry, "field": target.path.to_string(), "position": target.position, "pointer": target.pointer,
        "target_entry": target_entry, "target_asset": target_asset, "types": types,
    })
}
