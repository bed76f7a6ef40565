//! Tags and categories in sets.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{check, get, rows, texts};
use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
    },
    store::Tx,
};

/// A tag that is to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermRow {
    /// The key it gets where it is new.
    pub id: Uuid,
    /// What it is found by.
    pub slug: String,
    /// What a person reads.
    pub name: String,
}

/// A category that is to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryRow {
    /// The key it gets where it is new.
    pub id: Uuid,
    /// The ids from the root down to its parent.
    pub parents: Vec<Uuid>,
    /// What it is found by, under its parent.
    pub slug: String,
    /// What a person reads.
    pub name: String,
}

/// Every category of a brand, as its slugs from the root down and its ids from the root down.
///
/// # Errors
/// As the database refuses.
pub async fn load_categories(tx: &Tx, brand: Uuid) -> Result<Vec<(Vec<String>, Vec<Uuid>)>> {
    let sql = "select c.path, (select array_agg(p.slug order by array_position(c.path, p.id)) from category p \
               where p.id = any(c.path)) as slugs from category c where c.brand_id = $1";
    let found = rows(tx, sql, vec![brand.into()]).await?;
    found.iter().map(|row| Ok((get(row, "slugs")?, get(row, "path")?))).collect()
}

/// Makes the tags that are not there yet and gives the ids of all. The slugs must be distinct; `rename` gives those that
/// are there the names of the set.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn ensure_tags(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    tags: &[TermRow],
    rename: bool,
    now: DateTime<Utc>,
) -> Result<Vec<(String, Uuid)>> {
    check(grant, Permission::TaxonomyWrite, brand)?;
    let values = || -> Vec<sea_orm::Value> {
        vec![
            brand.into(),
            tags.iter().map(|tag| tag.id).collect::<Vec<_>>().into(),
            texts(tags.iter().map(|tag| Some(tag.slug.as_str()))),
            texts(tags.iter().map(|tag| Some(tag.name.as_str()))),
            now.into(),
            rename.into(),
        ]
    };
    let mut found = rows(tx, ENSURE_TAGS, values()).await?;
    if found.len() < tags.len() {
        // Another transaction made some of them meanwhile: only the next statement sees those.
        found = rows(tx, ENSURE_TAGS, values()).await?;
    }
    found.iter().map(|row| Ok((get(row, "slug")?, get(row, "id")?))).collect()
}

// Tags that are as they should be are not touched: an upsert would lock them, and batches that are written at once mostly
// name the same tags.
const ENSURE_TAGS: &str = "
with incoming as (
  select i.id as new_id, i.slug, i.name, t.id, t.name as before
  from unnest($2::uuid[], $3::text[], $4::text[]) as i(id, slug, name)
  left join tag t on t.brand_id = $1 and t.slug = i.slug
), renamed as (
  update tag t set name = i.name, version = t.version + 1, updated_at = $5
  from incoming i where t.id = i.id and $6 and i.name <> i.before
), added as (
  insert into tag (id, brand_id, slug, name, created_at, updated_at)
  select new_id, $1, slug, name, $5, $5 from incoming where id is null order by slug
  on conflict (brand_id, slug) do nothing
  returning slug, id
)
select slug, id from incoming where id is not null union all select slug, id from added";

/// Makes a category if it is not there yet and gives its id; `rename` gives one that is there this name.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn ensure_category(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    category: &CategoryRow,
    rename: bool,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    check(grant, Permission::TaxonomyWrite, brand)?;
    // What is as it should be is read, not written: an upsert would lock it.
    let sql = "with found as (select id, name from category where brand_id = $2 and parent_id is not distinct from $3 \
               and slug = $4), written as (insert into category as c (id, brand_id, parent_id, slug, name, path, created_at, \
               updated_at) select $1, $2, $3, $4, $5, $6::uuid[] || $1, $7, $7 \
               where not exists (select 1 from found where not $8 or name = $5) \
               on conflict (brand_id, parent_id, slug) do update \
               set name = case when $8 then excluded.name else c.name end, \
               version = c.version + case when $8 and c.name <> excluded.name then 1 else 0 end returning id) \
               select id from written union all select id from found where not $8 or name = $5";
    let values = vec![
        category.id.into(),
        brand.into(),
        category.parents.last().copied().into(),
        category.slug.as_str().into(),
        category.name.as_str().into(),
        category.parents.clone().into(),
        now.into(),
        rename.into(),
    ];
    let found = rows(tx, sql, values).await?;
    match found.first() {
        Some(row) => get(row, "id"),
        None => Ok(category.id),
    }
}
