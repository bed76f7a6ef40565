//! What an import asks of a brand before and after its batches.

use sea_orm::Value;
use uuid::Uuid;

use super::{get, rows};
use crate::{domain::Result, store::Tx};

/// A content type as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRow {
    /// Its key.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its schema.
    pub schema: serde_json::Value,
}

/// Entries and assets that something waits for although they are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// What the translations of the entries share.
    pub translations: Vec<Uuid>,
    /// The assets.
    pub assets: Vec<Uuid>,
}

/// The brand of a slug, unless it is deleted.
///
/// # Errors
/// As the database refuses.
pub async fn find_brand(tx: &Tx, slug: &str) -> Result<Option<Uuid>> {
    let sql = "select id from brand where slug = $1 and deleted_at is null";
    rows(tx, sql, vec![slug.into()]).await?.first().map(|row| get(row, "id")).transpose()
}

/// The content type of a key.
///
/// # Errors
/// As the database refuses.
pub async fn find_type(tx: &Tx, brand: Uuid, key: &str) -> Result<Option<TypeRow>> {
    let sql = "select id, name, description, schema from content_type where brand_id = $1 and key = $2";
    let found = rows(tx, sql, vec![brand.into(), key.into()]).await?;
    let Some(row) = found.first() else { return Ok(None) };
    Ok(Some(TypeRow {
        id: get(row, "id")?,
        name: get(row, "name")?,
        description: get(row, "description")?,
        schema: get(row, "schema")?,
    }))
}

/// What the entries of a brand wait for although it is there: two batches that were written at once did not see each other.
///
/// # Errors
/// As the database refuses.
pub async fn arrived(tx: &Tx, brand: Uuid) -> Result<Arrived> {
    let entries = "select distinct p.target_translation_id as id from pending_reference p \
                   join entry e on e.id = p.entry_id and e.brand_id = $1 join entry t \
                   on t.translation_id = p.target_translation_id and t.deleted_at is null and t.brand_id = $1";
    let assets = "select distinct p.target_asset_id as id from pending_reference p \
                  join entry e on e.id = p.entry_id and e.brand_id = $1 \
                  join asset a on a.id = p.target_asset_id and a.deleted_at is null and a.brand_id = $1";
    Ok(Arrived {
        translations: ids(tx, entries, brand.into()).await?,
        assets: ids(tx, assets, brand.into()).await?,
    })
}

/// How many references of a brand's own entries wait for what they lead to.
///
/// # Errors
/// As the database refuses.
pub async fn count_waiting(tx: &Tx, brand: Uuid) -> Result<u64> {
    let sql = "select count(*) from pending_reference p join entry e on e.id = p.entry_id \
               where e.brand_id = $1 and e.source_id is null";
    let found = rows(tx, sql, vec![brand.into()]).await?;
    let count: i64 = found.first().map(|row| get(row, "count")).transpose()?.unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

async fn ids(tx: &Tx, sql: &str, brand: Value) -> Result<Vec<Uuid>> {
    rows(tx, sql, vec![brand]).await?.iter().map(|row| get(row, "id")).collect()
}
