//! Writes tags.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, EntityTrait, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

use super::{Tx, differs::differs, entity::tag, error::from_orm};
use crate::domain::{
    Error, Result,
    access::Grant,
    taxonomy::{CreateTag, UpdateTag},
};
pub use crate::store::entity::tag::Model as Row;

const WHAT: &str = "the tag";

/// Finds a tag and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    let found = tag::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(tx.connection())
        .await
        .map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    tx.saw(&row);
    Ok(row)
}

/// Adds a tag.
///
/// # Errors
/// `CONFLICT` where the slug is taken.
pub async fn insert(tx: &Tx, grant: &Grant, id: Uuid, tag: CreateTag, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(tag.brand_id, "the brand")?;
    let row = tag::ActiveModel {
        id: Set(id),
        brand_id: Set(tag.brand_id),
        slug: Set(tag.slug.into()),
        name: Set(tag.name.into()),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Changes a tag that was locked; its version rises, unless it is so already.
///
/// # Errors
/// `CONFLICT` where the slug is taken.
pub async fn update(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    changes: UpdateTag,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    let mut next = tag::ActiveModel { id: Unchanged(row.id), ..Default::default() };
    next.slug = changes.slug.map_or(next.slug, |slug| Set(slug.into()));
    next.name = changes.name.map_or(next.name, |name| Set(name.into()));
    if !differs(row, &next) {
        return Ok(row.clone());
    }
    next.version = Set(row.version.saturating_add(1));
    next.updated_at = Set(now);
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Removes a tag that was locked, also from its entries.
///
/// # Errors
/// As the database refuses.
pub async fn delete(tx: &Tx, grant: &Grant, row: &Row) -> Result<()> {
    grant.covers(row.brand_id, WHAT)?;
    tag::Entity::delete_by_id(row.id).exec(tx.connection()).await.map_err(from_orm)?;
    tx.removed(row.id);
    Ok(())
}
