//! Tags and categories in sets.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{check, texts};
use crate::{
    domain::{
        Error, Result,
        access::{Grant, Permission},
        change::Changed,
    },
    store::{
        Tx,
        sql::{get, rows},
    },
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
    /// What it is under; the top where there is none.
    pub parent: Option<Uuid>,
    /// What it is found by, under its parent.
    pub slug: String,
    /// What a person reads.
    pub name: String,
    /// Its place among its siblings; as it is, or 0, where none is given.
    pub position: Option<i32>,
}

/// A tag or category that is there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensured {
    /// Its key.
    pub id: Uuid,
    /// What it is found by.
    pub slug: String,
    /// Where it was written: its version, and whether it is new.
    pub written: Option<(Changed, bool)>,
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

/// Makes the tags that are not there yet and gives all. The slugs must be distinct; `rename` gives those that are there the
/// names of the set.
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
) -> Result<Vec<Ensured>> {
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
    let mut found = ensured(&rows(tx, ENSURE_TAGS, values()).await?)?;
    if found.len() < tags.len() {
        // Another transaction made some of them meanwhile: only the next statement sees those.
        let before: HashMap<Uuid, _> = found.into_iter().map(|tag| (tag.id, tag.written)).collect();
        found = ensured(&rows(tx, ENSURE_TAGS, values()).await?)?;
        for tag in &mut found {
            tag.written = tag.written.or(before.get(&tag.id).copied().flatten());
        }
    }
    Ok(found)
}

fn ensured(found: &[QueryResult]) -> Result<Vec<Ensured>> {
    let one = |row| {
        let (id, version): (_, Option<i32>) = (get(row, "id")?, get(row, "version")?);
        let created = get(row, "created")?;
        let written = version.map(|version| (Changed { id, version }, created));
        Ok(Ensured { id, slug: get(row, "slug")?, written })
    };
    found.iter().map(one).collect()
}

// Tags that are as they should be are not touched: an upsert would lock them, and batches that are written at once mostly
// name the same tags. The version is that of what was written.
const ENSURE_TAGS: &str = "
with incoming as (
  select i.id as new_id, i.slug, i.name, t.id, t.name as before
  from unnest($2::uuid[], $3::text[], $4::text[]) as i(id, slug, name)
  left join tag t on t.brand_id = $1 and t.slug = i.slug
), renamed as (
  update tag t set name = i.name, version = t.version + 1, updated_at = $5
  from incoming i where t.id = i.id and $6 and i.name <> i.before
  returning t.id, t.version
), added as (
  insert into tag (id, brand_id, slug, name, created_at, updated_at)
  select new_id, $1, slug, name, $5, $5 from incoming where id is null order by slug
  on conflict (brand_id, slug) do nothing
  returning slug, id, version
)
select i.slug, i.id, r.version, false as created from incoming i left join renamed r on r.id = i.id where i.id is not null
union all select slug, id, version, true from added";

/// Makes a category if it is not there yet; `rename` gives one that is there this name. The tree of the brand must be
/// locked ([`crate::store::category::lock_tree`]), so that the parent's path is the one that stays.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand, or the parent is gone.
pub async fn ensure_category(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    category: &CategoryRow,
    rename: bool,
    now: DateTime<Utc>,
) -> Result<Ensured> {
    check(grant, Permission::TaxonomyWrite, brand)?;
    let values = vec![
        category.id.into(),
        brand.into(),
        category.parent.into(),
        category.slug.as_str().into(),
        category.name.as_str().into(),
        now.into(),
        rename.into(),
        category.position.into(),
    ];
    let found = ensured(&rows(tx, ENSURE_CATEGORY, values).await?)?;
    found.into_iter().next().ok_or_else(|| Error::not_found("the parent category"))
}

const ENSURE_CATEGORY: &str = "
with found as (
  select id, slug, name, position from category
  where brand_id = $2 and parent_id is not distinct from $3 and slug = $4
), renamed as (
  update category c set name = $5, position = coalesce($8, c.position), version = c.version + 1, updated_at = $6
  from found f where c.id = f.id and $7 and (f.name, f.position) <> ($5, coalesce($8, f.position))
  returning c.id, c.version
), added as (
  insert into category (id, brand_id, parent_id, slug, name, position, path, created_at, updated_at)
  select $1, $2, $3, $4, $5, coalesce($8, 0), a.path || $1::uuid, $6, $6
  from (select path from category where id = $3 and brand_id = $2
        union all select '{}'::uuid[] where $3::uuid is null) a(path)
  where not exists (select from found)
  returning id, slug, version
)
select f.slug, f.id, r.version, false as created from found f left join renamed r on r.id = f.id
union all select slug, id, version, true from added";
