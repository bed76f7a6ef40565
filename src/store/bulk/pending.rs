//! What entries refer to before it is there: kept waiting, and filled in when it arrives.

use std::{borrow::Cow, collections::HashSet};

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde::Serialize;
use uuid::Uuid;

use super::{json, maybe_moments};
use crate::{
    domain::{Result, change::Changed, record::MAX_BATCH},
    store::{
        Tx,
        sql::{execute, query},
    },
};

/// One reference to what is not there yet.
#[derive(Debug, Clone, Serialize)]
pub struct PendingRow<'a> {
    /// The entry.
    pub entry_id: Uuid,
    /// The custom field.
    pub field: Cow<'a, str>,
    /// The place in the field.
    pub position: i32,
    /// Whether the field holds a list.
    pub many: bool,
    /// The translations that it leads to one of.
    pub target_translation_id: Option<Uuid>,
    /// The asset that it leads to.
    pub target_asset_id: Option<Uuid>,
    /// The very entry that it leads to.
    pub target_entry_id: Option<Uuid>,
    /// Whether the id stands in the field already.
    pub placed: bool,
    /// The content types that the entry may be of; any where there are none.
    pub types: Option<&'a [Uuid]>,
}

/// Writes anew what the entries of a batch wait for.
///
/// # Errors
/// As the database refuses.
pub async fn replace_pending(tx: &Tx, entries: Vec<Uuid>, pending: &[PendingRow<'_>]) -> Result<()> {
    execute(tx, "delete from pending_reference where entry_id = any($1)", [entries.into()]).await?;
    if pending.is_empty() {
        return Ok(());
    }
    execute(tx, WAIT, [json(pending)?]).await.map(|_| ())
}

/// Adds to what entries wait for.
///
/// # Errors
/// As the database refuses.
pub async fn add_pending(tx: &Tx, pending: &[PendingRow<'_>]) -> Result<()> {
    execute(tx, WAIT, [json(pending)?]).await.map(|_| ())
}

/// What references of a brand's entries wait for although it is there, at most so much of it: ids that translations share,
/// then ids of assets. Batches that are written at the same time do not see one another.
///
/// # Errors
/// As the database refuses.
pub async fn overdue(tx: &Tx, brand: Uuid, most: u64) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    #[derive(FromQueryResult)]
    struct Row {
        translation: Option<Uuid>,
        asset: Option<Uuid>,
    }
    let sql = "select distinct p.target_translation_id as translation, p.target_asset_id as asset \
               from pending_reference p join entry e on e.id = p.entry_id and e.brand_id = $1 \
               where not p.placed and (exists (select from entry t where t.translation_id = p.target_translation_id \
                 and t.deleted_at is null and (p.types is null or t.content_type_id = any(p.types))) \
               or exists (select from asset a where a.id = p.target_asset_id)) limit $2";
    let rows: Vec<Row> = query(tx, sql, [brand.into(), most.into()]).await?;
    let translations = rows.iter().filter_map(|row| row.translation).collect();
    Ok((translations, rows.iter().filter_map(|row| row.asset).collect()))
}

/// How many references of a brand's entries wait for what they lead to.
///
/// # Errors
/// As the database refuses.
pub async fn count_pending_of_brand(tx: &Tx, brand: Uuid) -> Result<u64> {
    count(
        tx,
        "select count(*) from pending_reference p join entry e on e.id = p.entry_id where e.brand_id = $1",
        brand,
    )
    .await
}

async fn count(tx: &Tx, sql: &'static str, id: Uuid) -> Result<u64> {
    #[derive(FromQueryResult)]
    struct Row {
        count: i64,
    }
    let rows: Vec<Row> = query(tx, sql, [id.into()]).await?;
    Ok(rows.first().map_or(0, |row| u64::try_from(row.count).unwrap_or_default()))
}

/// Fills in what waited for the given entries and assets; tells which entries were changed by that.
///
/// # Errors
/// As the database refuses.
pub async fn settle(
    tx: &Tx,
    brand: Uuid,
    translations: Vec<Uuid>,
    assets: Vec<Uuid>,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Changed>> {
    #[derive(FromQueryResult)]
    struct Row {
        entry_id: Uuid,
    }
    let mut filled: HashSet<Uuid> = HashSet::new();
    loop {
        let values = [translations.clone().into(), assets.clone().into(), brand.into(), AT_ONCE.into()];
        let found: Vec<Row> = query(tx, ARRIVE, values).await?;
        if found.is_empty() {
            break;
        }
        filled.extend(found.into_iter().map(|row| row.entry_id));
    }
    let filled: Vec<Uuid> = filled.into_iter().collect();
    let mut changed = Vec::with_capacity(filled.len());
    for part in filled.chunks(MAX_BATCH) {
        changed.extend(raise(tx, part.to_vec(), actor, now).await?);
    }
    Ok(changed)
}

/// Gives entries whose references, tags or categories were changed their next version, and keeps it.
///
/// # Errors
/// As the database refuses.
pub async fn raise(tx: &Tx, entries: Vec<Uuid>, actor: &str, now: DateTime<Utc>) -> Result<Vec<Changed>> {
    raise_at(tx, entries.into_iter().map(|id| (id, None)).collect(), actor, now).await
}

/// The same for entries of which it may be said when they were changed; the others were now.
///
/// # Errors
/// As the database refuses.
pub async fn raise_at(
    tx: &Tx,
    entries: Vec<(Uuid, Option<DateTime<Utc>>)>,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Changed>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        version: i32,
    }
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, at): (Vec<Uuid>, Vec<_>) = entries.into_iter().unzip();
    let values = [ids.into(), actor.into(), now.into(), maybe_moments(at.into_iter())];
    let rows: Vec<Row> = query(tx, RAISE, values).await?;
    Ok(rows.into_iter().map(|row| Changed { id: row.id, version: row.version }).collect())
}

// Another import may have written the same place meanwhile.
const WAIT: &str = "\
insert into pending_reference (entry_id, field, position, many, target_translation_id, target_asset_id, target_entry_id,
  placed, types)
select * from jsonb_to_recordset($1::text::jsonb) as i(
  entry_id uuid, field text, position integer, many boolean, target_translation_id uuid, target_asset_id uuid,
  target_entry_id uuid, placed boolean, types uuid[])
on conflict (entry_id, field, position) do update set many = excluded.many, placed = excluded.placed, types = excluded.types,
  target_translation_id = excluded.target_translation_id, target_asset_id = excluded.target_asset_id,
  target_entry_id = excluded.target_entry_id";

// How many references one statement fills in: much may wait for one author, and a statement has only so much time.
pub(super) const AT_ONCE: i64 = 2_000;

// A reference leads to the translation in the language of the entry that refers, else along the brand's fallbacks, else
// to any that is there. What is joined is found by a key, and sets are merged by sorting: the statistics of tables that an
// import fills are always behind, and a plan that trusts them may compare everything with everything.
const ARRIVE: &str = "\
with gone as (
  delete from pending_reference p
  where p.ctid = any(array(
    select w.ctid from pending_reference w
    where not w.placed and (w.target_asset_id = any($2) or w.target_translation_id = any($1) and exists (
      select from entry t where t.translation_id = w.target_translation_id and t.deleted_at is null
        and (w.types is null or t.content_type_id = any(w.types))))
    limit $4))
  returning p.entry_id, p.field, p.position, p.many, p.target_asset_id,
    (select t.id from entry t where t.translation_id = p.target_translation_id and t.deleted_at is null
       and (p.types is null or t.content_type_id = any(p.types))
     order by array_position((select l.chain from locale l join entry e on e.locale = l.code
       where l.brand_id = $3 and e.id = p.entry_id), t.locale) nulls last, t.locale collate \"C\" limit 1) as target_entry_id
), noted as (
  insert into entry_reference (entry_id, field, position, target_entry_id, target_asset_id)
  select entry_id, field, position, target_entry_id, target_asset_id from gone
  on conflict do nothing
), known as (
  -- The statement does not see its own rows of entry_reference, so both are put together here.
  select entry_id, field, position, many, target_entry_id, target_asset_id from gone
  union all
  select r.entry_id, r.field, r.position, null, r.target_entry_id, r.target_asset_id
  from (select distinct entry_id, field from gone) g
  join entry_reference r on r.entry_id = g.entry_id and r.field = g.field
), filled as (
  select entry_id, field, bool_or(many) as many,
    jsonb_agg(coalesce('entry_' || target_entry_id, 'asset_' || target_asset_id) order by position) as refs
  from (select distinct on (entry_id, field, position) * from known order by entry_id, field, position, many) each
  group by entry_id, field
), merged as (
  select entry_id, jsonb_object_agg(field, case when many then refs else refs->0 end) as values
  from filled group by entry_id
)
update entry e set fields = e.fields || m.values from merged m where e.id = m.entry_id returning e.id as entry_id";

const RAISE: &str = "\
with changed as (
  update entry e set version = e.version + 1, updated_at = coalesce(nullif(i.at, '')::timestamptz, greatest(e.updated_at, $3))
  from unnest($1::uuid[], $4::text[]) as i(id, at) where e.id = i.id
  returning e.id, e.version, e.slug, e.title, e.status, e.fields
), kept as (
  insert into entry_version (entry_id, version, slug, title, status, fields, tags, categories, change, actor, created_at)
  select c.id, c.version, c.slug, c.title, c.status, c.fields,
    coalesce((select array_agg(tag_id order by tag_id) from entry_tag where entry_id = c.id), '{}'),
    coalesce((select array_agg(category_id order by category_id) from entry_category where entry_id = c.id), '{}'),
    'updated', $2, $3
  from changed c
)
select id, version from changed";
