//! Tags, categories and references of a set of entries.

use std::collections::HashSet;

use uuid::Uuid;

use super::{check, texts};
use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
        node::{Kind, NodeId},
    },
    store::{
        Tx,
        sql::{execute, get, rows},
    },
};

/// One tag or category of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRow {
    /// The entry.
    pub entry_id: Uuid,
    /// The tag or category.
    pub term_id: Uuid,
}

/// One thing that a custom field refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceRow {
    /// The entry that refers.
    pub entry_id: Uuid,
    /// The custom field.
    pub field: String,
    /// The place in the field, from 0.
    pub position: i32,
    /// What it refers to.
    pub target_id: Uuid,
    /// Whether that is an asset; an entry otherwise.
    pub asset: bool,
}

/// A reference whose target is not there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Missing {
    /// The entry that refers.
    pub entry_id: Uuid,
    /// The custom field.
    pub field: String,
    /// The place in the field.
    pub position: i32,
}

/// Gives entries exactly these tags and categories, and tells which entries had others. `known` are the entries that may
/// have some from before.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn replace_links(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    known: &[Uuid],
    tags: &[LinkRow],
    categories: &[LinkRow],
) -> Result<HashSet<Uuid>> {
    check(grant, Permission::EntryWrite, brand)?;
    let mut differed = HashSet::new();
    for (links, insert, delete) in [
        (
            tags,
            "insert into entry_tag (entry_id, tag_id) select * from unnest($1::uuid[], $2::uuid[]) on conflict do nothing \
             returning entry_id",
            "delete from entry_tag l where l.entry_id = any($3) and not exists (select 1 from \
             unnest($1::uuid[], $2::uuid[]) as i(entry_id, id) where (i.entry_id, i.id) = (l.entry_id, l.tag_id)) returning entry_id",
        ),
        (
            categories,
            "insert into entry_category (entry_id, category_id) select * from unnest($1::uuid[], $2::uuid[]) \
             on conflict do nothing returning entry_id",
            "delete from entry_category l where l.entry_id = any($3) and not exists (select 1 from \
             unnest($1::uuid[], $2::uuid[]) as i(entry_id, id) where (i.entry_id, i.id) = (l.entry_id, l.category_id)) returning entry_id",
        ),
    ] {
        let values = || {
            vec![
                links.iter().map(|link| link.entry_id).collect::<Vec<_>>().into(),
                links.iter().map(|link| link.term_id).collect::<Vec<_>>().into(),
            ]
        };
        if !known.is_empty() {
            let mut values = values();
            values.push(known.to_vec().into());
            for row in rows(tx, delete, values).await? {
                differed.insert(get(&row, "entry_id")?);
            }
        }
        if !links.is_empty() {
            for row in rows(tx, insert, values()).await? {
                differed.insert(get(&row, "entry_id")?);
            }
        }
    }
    Ok(differed)
}

/// Those of the entries that are still there, held until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn hold_entries(tx: &Tx, entries: Vec<Uuid>) -> Result<HashSet<Uuid>> {
    let sql = "select id from entry where id = any($1) order by id for no key update";
    rows(tx, sql, [entries.into()]).await?.iter().map(|row| get(row, "id")).collect()
}

/// Gives entries that are held exactly these references and tells those whose target is not there. `known` are the entries that may
/// have others from before.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn replace_references(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    known: &[Uuid],
    references: &[ReferenceRow],
) -> Result<Vec<Missing>> {
    check(grant, Permission::EntryWrite, brand)?;
    if !known.is_empty() {
        let delete = "delete from entry_reference r where r.entry_id = any($1) and not exists (select 1 from \
                      unnest($2::uuid[], $3::text[], $4::int[]) as i(entry_id, field, position) \
                      where (i.entry_id, i.field, i.position) = (r.entry_id, r.field, r.position))";
        let mut values = vec![known.to_vec().into()];
        values.extend(places(references));
        execute(tx, delete, values).await?;
    }
    let mut missing = Vec::new();
    for asset in [false, true] {
        let some: Vec<ReferenceRow> = references.iter().filter(|one| one.asset == asset).cloned().collect();
        if some.is_empty() {
            continue;
        }
        let mut values = vec![brand.into()];
        values.extend(places(&some));
        values.push(some.iter().map(|one| one.target_id).collect::<Vec<_>>().into());
        let found = rows(tx, if asset { TO_ASSETS } else { TO_ENTRIES }, values).await?;
        for row in &found {
            missing.push(Missing {
                entry_id: get(row, "entry_id")?,
                field: get(row, "field")?,
                position: get(row, "position")?,
            });
        }
    }
    Ok(missing)
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
    execute(tx, sql, [row.entry_id.into(), row.field.as_str().into(), id.into()]).await.map(|_| ())
}

fn places(references: &[ReferenceRow]) -> [sea_orm::Value; 3] {
    [
        references.iter().map(|one| one.entry_id).collect::<Vec<_>>().into(),
        texts(references.iter().map(|one| Some(one.field.as_str()))),
        references.iter().map(|one| one.position).collect::<Vec<_>>().into(),
    ]
}

const TO_ENTRIES: &str = "
with incoming as (
  select i.*, (select t.id from entry t where t.id = i.target_id and t.brand_id = $1) as found
  from unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[]) as i(entry_id, field, position, target_id)
), written as (
  insert into entry_reference as r (entry_id, field, position, target_entry_id)
  select entry_id, field, position, found from incoming where found is not null
  on conflict (entry_id, field, position) do update
    set target_entry_id = excluded.target_entry_id, target_asset_id = null
  where r.target_entry_id is distinct from excluded.target_entry_id
)
select entry_id, field, position from incoming where found is null";

const TO_ASSETS: &str = "
with incoming as (
  select i.*, (select t.id from asset t where t.id = i.target_id and t.brand_id = $1) as found
  from unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[]) as i(entry_id, field, position, target_id)
), written as (
  insert into entry_reference as r (entry_id, field, position, target_asset_id)
  select entry_id, field, position, found from incoming where found is not null
  on conflict (entry_id, field, position) do update
    set target_asset_id = excluded.target_asset_id, target_entry_id = null
  where r.target_asset_id is distinct from excluded.target_asset_id
)
select entry_id, field, position from incoming where found is null";
