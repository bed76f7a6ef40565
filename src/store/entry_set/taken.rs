//! Which slugs that entries are to have other entries have already, all of them at once.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::super::{
    Tx,
    entity::entry,
    entry::Row,
    error::{conflict, from_orm},
    slug::SAME_SLUG,
    sql,
};
use crate::domain::{Error, Result};

/// What no two entries have in common: type, locale and slug.
pub type Place = (Uuid, String, String);

/// The place that an entry has.
#[must_use]
pub fn place(row: &Row) -> Place {
    (row.content_type_id, row.locale.clone(), row.slug.clone())
}

/// The entries that have the places of these.
///
/// # Errors
/// As the database refuses.
pub async fn holders(tx: &Tx, wanted: &[&Row]) -> Result<HashMap<Place, Uuid>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let id =
        |of: fn(&Row) -> Uuid| sea_orm::Value::from(wanted.iter().map(|row| of(row)).collect::<Vec<Uuid>>());
    let text = |of: fn(&Row) -> &String| {
        sea_orm::Value::from(wanted.iter().map(|row| of(row).clone()).collect::<Vec<_>>())
    };
    let statement = format!(
        "select e.id, w.kind as content_type_id, w.locale, w.slug \
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as w(brand, kind, locale, slug) \
         cross join lateral (select id from entry where {SAME_SLUG} offset 0) e"
    );
    let values = [
        id(|row| row.brand_id),
        id(|row| row.content_type_id),
        text(|row| &row.locale),
        text(|row| &row.slug),
    ];
    let rows = sql::rows(tx, &statement, values).await?;
    let each = rows.iter().map(|row| {
        let place = (sql::get(row, "content_type_id")?, sql::get(row, "locale")?, sql::get(row, "slug")?);
        Ok((place, sql::get(row, "id")?))
    });
    each.collect()
}

/// What is said where another entry has the slug: as the database's own refusal.
#[must_use]
pub fn slug_taken() -> Error {
    conflict("entry_slug_key")
}

/// Entries as they are, deleted or not: to see whether a caller may know of them.
///
/// # Errors
/// As the database refuses.
pub async fn rows(tx: &Tx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Row>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(tx.connection()).await;
    Ok(found.map_err(from_orm)?.into_iter().map(|row| (row.id, row)).collect())
}
