//! What of a set of rows is in the bin.

use std::collections::HashSet;

use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    domain::Result,
    store::{Tx, sql::query},
};

/// Which of the entries, and which of the assets, of a brand were deleted.
///
/// # Errors
/// As the database refuses.
pub async fn binned(
    tx: &Tx,
    brand: Uuid,
    entries: Vec<Uuid>,
    assets: Vec<Uuid>,
) -> Result<(HashSet<Uuid>, HashSet<Uuid>)> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        asset: bool,
    }
    let sql = "select id, false as asset from entry where id = any($2) and brand_id = $1 and deleted_at is not null \
               union all select id, true from asset where id = any($3) and brand_id = $1 and deleted_at is not null";
    let rows: Vec<Row> = query(tx, sql, [brand.into(), entries.into(), assets.into()]).await?;
    let (assets, entries): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.asset);
    let ids = |rows: Vec<Row>| rows.into_iter().map(|row| row.id).collect();
    Ok((ids(entries), ids(assets)))
}
