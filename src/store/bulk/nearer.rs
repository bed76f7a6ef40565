//! Translations that arrive after what refers to them: the references are led to them, as if they had been there before.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::raise;
use crate::{
    domain::{Result, change::Changed},
    store::{Tx, sql::query},
};

/// Leads what was pulled from the source, or imported where there is none, to the new entries, where it refers to a
/// translation of them whose language is farther from its own. Tells which entries were changed by that.
///
/// # Errors
/// As the database refuses.
pub async fn lead_to(
    tx: &Tx,
    brand: Uuid,
    source: Option<Uuid>,
    new: Vec<Uuid>,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Changed>> {
    #[derive(FromQueryResult)]
    struct Row {
        entry_id: Uuid,
    }
    let found: Vec<Row> = query(tx, LEAD, [new.into(), brand.into(), source.into()]).await?;
    raise(tx, found.into_iter().map(|row| row.entry_id).collect(), actor, now).await
}

// Step by step from the new entries, of which most have no translation yet: `offset 0` keeps the planner from joining the steps
// anew. Knowing nothing of tables that are being filled, it would begin with all references there are.
const LEAD: &str = "\
with fresh as materialized (
  select n.id, n.locale, s.id as sibling, s.locale as sibling_locale
  from entry n
  cross join lateral (
    select id, locale from entry
    where translation_id = n.translation_id and deleted_at is null and id <> n.id offset 0
  ) s
  where n.id = any($1) and n.deleted_at is null
), nearer as (
  select distinct on (r.entry_id, r.field, r.position) r.entry_id, r.field, r.position,
    n.sibling as before, n.id as after
  from fresh n
  cross join lateral (
    select entry_id, field, position from entry_reference where target_entry_id = n.sibling offset 0
  ) r
  cross join lateral (
    select locale from entry
    where id = r.entry_id and brand_id = $2 and source_id is not distinct from $3
      and pulled_status is not null and deleted_at is null and fields ? r.field offset 0
  ) e
  join locale l on l.brand_id = $2 and l.code = e.locale
  -- Of those that are in no chain the first by name is the nearest, as where they are there from the beginning.
  where (coalesce(array_position(l.chain, n.locale), cardinality(l.chain) + 1), n.locale collate \"C\")
    < (coalesce(array_position(l.chain, n.sibling_locale), cardinality(l.chain) + 1), n.sibling_locale collate \"C\")
  order by r.entry_id, r.field, r.position, array_position(l.chain, n.locale), n.locale collate \"C\"
), led as (
  update entry_reference r set target_entry_id = n.after from nearer n
  where (r.entry_id, r.field, r.position) = (n.entry_id, n.field, n.position)
), pairs as (
  select distinct entry_id, field, 'entry_' || before as before, 'entry_' || after as after from nearer
), filled as (
  select p.entry_id, p.field, case jsonb_typeof(e.fields -> p.field) when 'array' then (
      select jsonb_agg(coalesce(to_jsonb(m.after), item) order by place)
      from jsonb_array_elements(e.fields -> p.field) with ordinality as i(item, place)
      left join pairs m on (m.entry_id, m.field) = (p.entry_id, p.field) and item = to_jsonb(m.before))
    else to_jsonb(p.after) end as value
  from pairs p join entry e on e.id = p.entry_id
), merged as (
  select entry_id, jsonb_object_agg(field, value) as values from filled group by entry_id
)
update entry e set fields = e.fields || m.values from merged m where e.id = m.entry_id returning e.id as entry_id";
