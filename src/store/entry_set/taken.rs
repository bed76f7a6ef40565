//! Which slugs and values that entries are to have other entries have already, all of them at once.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::super::{
    Tx,
    bulk::Claim,
    entity::entry,
    entry::Row,
    error::{conflict, from_orm},
    path,
    slug::SAME_SLUG,
    sql,
};
use crate::domain::{
    Error, Result,
    fields::{COMPARED, FieldPath, Kind},
};

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

/// Which of the claims, by their place, another entry of the type has already, and which entry that is.
///
/// # Errors
/// As the database refuses.
pub async fn values(
    tx: &Tx,
    (brand, content_type): (Uuid, Uuid),
    (path, kind): (&FieldPath, Kind),
    claims: &[Claim],
) -> Result<Vec<(usize, Uuid)>> {
    let operand = match kind {
        Kind::Text | Kind::List => format!("left(i.value, {COMPARED})"),
        Kind::Number => "i.value::numeric".to_owned(),
        Kind::Boolean => "i.value::boolean".to_owned(),
        Kind::Moment => "bg_moment(i.value)".to_owned(),
    };
    let statement = format!(
        "select i.place, h.id from unnest($3::text[], $4::uuid[]) with ordinality as i(value, translation_id, place) \
         cross join lateral (select e.id from entry e where e.brand_id = $1 and e.content_type_id = $2 \
         and e.deleted_at is null and e.translation_id <> i.translation_id and {} = {operand} limit 1) h",
        path::expression("e", path, kind)
    );
    let values = [
        brand.into(),
        content_type.into(),
        claims.iter().map(|claim| claim.value.clone()).collect::<Vec<_>>().into(),
        claims.iter().map(|claim| claim.translation_id).collect::<Vec<_>>().into(),
    ];
    let rows = sql::rows(tx, &statement, values).await?;
    let each = rows.iter().map(|row| {
        let place: i64 = sql::get(row, "place")?;
        Ok((usize::try_from(place - 1).map_err(Error::internal)?, sql::get(row, "id")?))
    });
    each.collect()
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
