//! What an import asks of a brand before its batches.

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
