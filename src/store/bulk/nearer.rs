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

const LEAD: &str = "\
with nearer as (
  select distinct on (r.entry_id, r.field, r.position) r.entry_id, r.field, r.position, s.id as before, n.id as after
  from entry n
  join entry s on s.translation_id = n.translation_id and s.id <> n.id
  join entry_reference r on r.target_entry_id = s.id
  join entry e on e.id = r.entry_id and e.brand_id = $2 and e.source_id is not distinct from $3
    and e.pulled_status is not null and e.deleted_at is null and e.fields ? r.field
  join locale l on l.brand_id = $2 and l.code = e.locale
  where n.id = any($1) and n.deleted_at is null and array_position(l.chain, n.locale)
    < coalesce(array_position(l.chain, s.locale), cardinality(l.chain) + 1)
  order by r.entry_id, r.field, r.position, array_position(l.chain, n.locale)
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
