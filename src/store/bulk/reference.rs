//! What the entries of a batch refer to: found where it is there, kept waiting where it is not, settled when it arrives.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde::Serialize;
use uuid::Uuid;

use super::{execute, json, query};
use crate::{
    domain::{
        Result,
        change::Changed,
        node::{Kind, NodeId},
    },
    store::{Tx, import::ReferenceRow},
};

/// An entry that can be referred to.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Known {
    /// The entry.
    pub id: Uuid,
    /// Shared by its translations.
    pub translation_id: Uuid,
    /// Its language.
    pub locale: String,
}

/// One reference to what is not there yet.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PendingRow<'a> {
    /// The entry.
    pub entry_id: Uuid,
    /// The custom field.
    pub field: &'a str,
    /// The place in the field.
    pub position: i32,
    /// Whether the field holds a list.
    pub many: bool,
    /// The translations that it leads to one of.
    pub target_translation_id: Option<Uuid>,
    /// The asset that it leads to.
    pub target_asset_id: Option<Uuid>,
}

/// Which of the entries asked for are there, in every language.
///
/// # Errors
/// As the database refuses.
pub async fn known_entries(tx: &Tx, translations: Vec<Uuid>) -> Result<Vec<Known>> {
    let sql =
        "select id, translation_id, locale from entry where translation_id = any($1) and deleted_at is null";
    query(tx, sql, [translations.into()]).await
}

/// Which of the assets asked for are there.
///
/// # Errors
/// As the database refuses.
pub async fn known_assets(tx: &Tx, assets: Vec<Uuid>) -> Result<Vec<Uuid>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
    }
    let sql = "select id from asset where id = any($1) and deleted_at is null";
    let rows: Vec<Row> = query(tx, sql, [assets.into()]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
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
    execute(tx, WAIT, [json(pending)?]).await
}

/// Adds to what entries wait for.
///
/// # Errors
/// As the database refuses.
pub async fn add_pending(tx: &Tx, pending: &[PendingRow<'_>]) -> Result<()> {
    execute(tx, WAIT, [json(pending)?]).await
}

/// Takes a reference out of the fields of its entry; the entry's version is for the caller to raise.
///
/// # Errors
/// As the database refuses.
pub async fn withdraw_reference(tx: &Tx, row: &ReferenceRow) -> Result<()> {
    let kind = if row.asset { Kind::Asset } else { Kind::Entry };
    let id = NodeId::new(kind, row.target_id).to_string();
    let sql = "update entry set fields = case when jsonb_typeof(fields -> $2) = 'array' \
               then jsonb_set(fields, array[$2], (fields -> $2) - $3) else fields - $2 end where id = $1";
    execute(tx, sql, [row.entry_id.into(), row.field.as_str().into(), id.into()]).await
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
               where exists (select from entry t where t.translation_id = p.target_translation_id and t.deleted_at is null) \
               or exists (select from asset a where a.id = p.target_asset_id) limit $2";
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
    let found: Vec<Row> = query(tx, ARRIVE, [translations.into(), assets.into(), brand.into()]).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    raise(tx, found.into_iter().map(|row| row.entry_id).collect(), actor, now).await
}

/// Gives entries whose references, tags or categories were changed their next version, and keeps it.
///
/// # Errors
/// As the database refuses.
pub async fn raise(tx: &Tx, entries: Vec<Uuid>, actor: &str, now: DateTime<Utc>) -> Result<Vec<Changed>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        version: i32,
    }
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = query(tx, RAISE, [entries.into(), actor.into(), now.into()]).await?;
    Ok(rows.into_iter().map(|row| Changed { id: row.id, version: row.version }).collect())
}

const WAIT: &str = "\
insert into pending_reference (entry_id, field, position, many, target_translation_id, target_asset_id)
select * from jsonb_to_recordset($1::text::jsonb) as i(
  entry_id uuid, field text, position integer, many boolean, target_translation_id uuid, target_asset_id uuid)";

// A reference leads to the translation in the language of the entry that refers, else along the brand's fallbacks, else
// to any that is there.
const ARRIVE: &str = "\
with arrived as (
  select p.entry_id, p.field, p.position,
    (select t.id from entry t where t.translation_id = p.target_translation_id and t.deleted_at is null
     order by array_position(l.chain, t.locale) nulls last, t.locale limit 1) as target_entry_id,
    p.target_asset_id
  from pending_reference p
  join entry e on e.id = p.entry_id
  left join locale l on l.brand_id = $3 and l.code = e.locale
  where p.target_translation_id = any($1) or p.target_asset_id = any($2)
), gone as (
  delete from pending_reference p using arrived a
  where (p.entry_id, p.field, p.position) = (a.entry_id, a.field, a.position)
    and (a.target_entry_id is not null or a.target_asset_id is not null)
  returning a.*, p.many
), noted as (
  insert into entry_reference (entry_id, field, position, target_entry_id, target_asset_id)
  select entry_id, field, position, target_entry_id, target_asset_id from gone
  on conflict do nothing
), filled as (
  -- The statement does not see its own rows of entry_reference, so both are put together here.
  select g.entry_id, g.field, bool_or(g.many) as many,
    (select jsonb_agg(ref order by position) from (
       select position, coalesce('entry_' || target_entry_id, 'asset_' || target_asset_id) as ref
       from entry_reference r where r.entry_id = g.entry_id and r.field = g.field
       union
       select position, coalesce('entry_' || target_entry_id, 'asset_' || target_asset_id)
       from gone x where x.entry_id = g.entry_id and x.field = g.field) both_of) as refs
  from gone g group by g.entry_id, g.field
), merged as (
  select entry_id, jsonb_object_agg(field, case when many then refs else refs->0 end) as values
  from filled group by entry_id
)
update entry e set fields = e.fields || m.values from merged m where e.id = m.entry_id returning e.id as entry_id";

const RAISE: &str = "\
with changed as (
  update entry set version = version + 1, updated_at = greatest(updated_at, $3) where id = any($1)
  returning id, version, slug, title, status, fields
), kept as (
  insert into entry_version (entry_id, version, slug, title, status, fields, tags, categories, change, actor, created_at)
  select c.id, c.version, c.slug, c.title, c.status, c.fields,
    coalesce((select array_agg(tag_id order by tag_id) from entry_tag where entry_id = c.id), '{}'),
    coalesce((select array_agg(category_id order by category_id) from entry_category where entry_id = c.id), '{}'),
    'updated', $2, $3
  from changed c
)
select id, version from changed";
