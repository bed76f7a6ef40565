//! What says its ids itself: who else has them, and the references that its fields hold already.

use std::collections::{HashMap, HashSet};

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::pending::AT_ONCE;
use crate::{
    domain::Result,
    store::{Tx, sql::query},
};

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Which of the ids are not for a brand to take: another brand has the row or a translation of it, or a source does. Entries
/// come with what their translations share.
///
/// # Errors
/// As the database refuses.
pub async fn taken_ids(
    tx: &Tx,
    brand: Uuid,
    entries: &[(Uuid, Uuid)],
    assets: &[Uuid],
) -> Result<HashSet<Uuid>> {
    let sql = "select i.id from unnest($2::uuid[], $3::uuid[]) as i(id, translation_id) \
               where exists (select from entry e where e.id = i.id and (e.brand_id <> $1 or e.source_id is not null)) \
               or exists (select from entry t where t.translation_id = i.translation_id and t.brand_id <> $1) \
               union all select a.id from asset a where a.id = any($4) and (a.brand_id <> $1 or a.source_id is not null)";
    let (ids, translations): (Vec<Uuid>, Vec<Uuid>) = entries.iter().copied().unzip();
    let values = [brand.into(), ids.into(), translations.into(), assets.to_vec().into()];
    let rows: Vec<Id> = query(tx, sql, values).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Which of the entries and assets are there in a brand; entries with their content types.
///
/// # Errors
/// As the database refuses.
pub async fn there(
    tx: &Tx,
    brand: Uuid,
    entries: Vec<Uuid>,
    assets: Vec<Uuid>,
) -> Result<(HashMap<Uuid, Uuid>, HashSet<Uuid>)> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        content_type_id: Option<Uuid>,
    }
    let sql = "select id, content_type_id from entry where id = any($2) and brand_id = $1 and deleted_at is null \
               union all select id, null from asset where id = any($3) and brand_id = $1 and deleted_at is null";
    let rows: Vec<Row> = query(tx, sql, [brand.into(), entries.into(), assets.into()]).await?;
    let (mut types, mut files) = (HashMap::new(), HashSet::new());
    for row in rows {
        match row.content_type_id {
            Some(content_type) => drop(types.insert(row.id, content_type)),
            None => drop(files.insert(row.id)),
        }
    }
    Ok((types, files))
}

/// Links the references of a brand's entries that stand in their fields already and whose targets are there by now. The entries
/// stay as they are: what they hold has not changed.
///
/// # Errors
/// As the database refuses.
pub async fn link_placed(tx: &Tx, brand: Uuid) -> Result<()> {
    loop {
        let linked: Vec<Id> = query(tx, LINK, [brand.into(), AT_ONCE.into()]).await?;
        if linked.is_empty() {
            return Ok(());
        }
    }
}

const LINK: &str = "\
with gone as (
  delete from pending_reference p
  where p.ctid = any(array(
    select w.ctid from pending_reference w join entry e on e.id = w.entry_id and e.brand_id = $1
    where w.placed and (
      exists (select from entry t where t.id = w.target_entry_id and t.brand_id = $1 and t.deleted_at is null
        and (w.types is null or t.content_type_id = any(w.types)))
      or exists (select from asset a where a.id = w.target_asset_id and a.brand_id = $1 and a.deleted_at is null))
    limit $2))
  returning p.entry_id, p.field, p.position, p.target_entry_id, p.target_asset_id
), noted as (
  insert into entry_reference (entry_id, field, position, target_entry_id, target_asset_id)
  select entry_id, field, position, target_entry_id, target_asset_id from gone
  on conflict do nothing
)
select entry_id as id from gone";
