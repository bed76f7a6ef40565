//! What a batch needs to know about its brand.

use std::collections::HashMap;

use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    domain::Result,
    store::{Tx, sql::query},
};

/// A brand and its locales.
#[derive(Debug, Clone, FromQueryResult)]
pub struct BrandRow {
    /// Goes up with every change, also of the locales.
    pub version: i32,
    /// The locale of what does not say its own.
    pub default_locale: String,
    /// Every locale.
    pub locales: Vec<String>,
    /// For each locale, where to look, best first, joined by a space.
    pub chains: Vec<String>,
}

/// The brand, unless it is deleted.
///
/// # Errors
/// As the database refuses.
pub async fn find_brand(tx: &Tx, brand: Uuid) -> Result<Option<BrandRow>> {
    let rows = query(
        tx,
        "select b.version, b.default_locale, \
           coalesce(array_agg(l.code order by l.position) filter (where l.code is not null), '{}') as locales, \
           coalesce(array_agg(array_to_string(l.chain, ' ') order by l.position) filter (where l.code is not null), '{}') \
             as chains \
         from brand b left join locale l on l.brand_id = b.id where b.id = $1 and b.deleted_at is null group by b.id",
        [brand.into()],
    );
    Ok(rows.await?.pop())
}

/// Keeps a brand and some of its content types as they are until the transaction ends, and tells their versions; none for
/// a brand that is gone. Others may do the same meanwhile.
///
/// # Errors
/// As the database refuses.
pub async fn hold(tx: &Tx, brand: Uuid, types: Vec<Uuid>) -> Result<Option<(i32, HashMap<Uuid, i32>)>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        version: i32,
    }
    let sql = "select id, version from brand where id = $1 and deleted_at is null for share";
    let found: Vec<Row> = query(tx, sql, [brand.into()]).await?;
    let Some(brand) = found.first() else { return Ok(None) };
    let version = brand.version;
    if types.is_empty() {
        return Ok(Some((version, HashMap::new())));
    }
    let sql =
        "select id, version from content_type where brand_id = $1 and id = any($2) order by id for share";
    let found: Vec<Row> = query(tx, sql, [brand.id.into(), types.into()]).await?;
    Ok(Some((version, found.into_iter().map(|row| (row.id, row.version)).collect())))
}
