//! What operations on many entries need to know of them, each in one statement.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType};
use uuid::Uuid;

use super::super::{Life, Tx, entity::entry, entry::Row, entry_link::Links, error::from_orm, sql};
use crate::domain::{Result, access::Grant};

/// Finds entries and keeps others from changing them until the transaction ends. Those that are not there are left out; one that is
/// in no brand of the grant is the error that says so.
///
/// # Errors
/// As the database refuses.
pub async fn lock(tx: &Tx, grant: &Grant, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Result<Row>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = entry::Entity::find()
        .filter(entry::Column::Id.is_in(ids))
        .filter(Life::Live.condition(entry::Column::DeletedAt))
        .order_by_asc(entry::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(tx.connection())
        .await
        .map_err(from_orm)?;
    let each = rows.into_iter().map(|row| {
        let covered = grant.covers(row.brand_id, "the entry").inspect(|()| tx.saw(&row));
        (row.id, covered.map(|()| row))
    });
    Ok(each.collect())
}

/// The tags or categories that entries have, in their order.
pub type Linked = HashMap<Uuid, Vec<Uuid>>;

/// The tags or categories of entries that were locked.
///
/// # Errors
/// As the database refuses.
pub async fn linked(tx: &Tx, links: Links, rows: &HashMap<Uuid, Row>) -> Result<Linked> {
    let (table, column, ..) = links.names();
    let ids: Vec<Uuid> = rows.keys().copied().collect();
    let statement = format!(
        "select entry_id, {column} as id from {table} where entry_id = any($1) order by entry_id, {column}"
    );
    let mut linked = Linked::new();
    for row in sql::rows(tx, &statement, [ids.into()]).await? {
        linked.entry(sql::get(&row, "entry_id")?).or_default().push(sql::get(&row, "id")?);
    }
    Ok(linked)
}

/// Those of the tags or categories that there are, each with its brand.
///
/// # Errors
/// As the database refuses.
pub async fn terms(tx: &Tx, links: Links, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let (_, _, target, _) = links.names();
    let statement = format!("select id, brand_id from {target} where id = any($1)");
    let rows = sql::rows(tx, &statement, [ids.into()]).await?;
    rows.iter().map(|row| Ok((sql::get(row, "id")?, sql::get(row, "brand_id")?))).collect()
}
