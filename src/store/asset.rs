//! Writes assets.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, EntityTrait, QueryFilter, QuerySelect,
    sea_query::LockType,
};
use uuid::Uuid;

use super::{Life, Tx, differs::differs, entity::asset, error::from_orm};
use crate::domain::{
    Error, Result,
    access::Grant,
    asset::{CreateAsset, UpdateAsset},
};
pub use crate::store::entity::asset::Model as Row;

const WHAT: &str = "the asset";

/// Finds an asset and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid, life: Life) -> Result<Row> {
    let found = asset::Entity::find_by_id(id)
        .filter(life.condition(asset::Column::DeletedAt))
        .lock(LockType::NoKeyUpdate)
        .one(tx.connection())
        .await
        .map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    tx.saw(&row);
    Ok(row)
}

/// Adds an asset.
///
/// # Errors
/// As the database refuses.
pub async fn insert(tx: &Tx, grant: &Grant, id: Uuid, asset: CreateAsset, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(asset.brand_id, "the brand")?;
    let row = asset::ActiveModel {
        id: Set(id),
        brand_id: Set(asset.brand_id),
        filename: Set(asset.filename.into()),
        title: Set(asset.title.map(Into::into)),
        alt: Set(asset.alt.map(Into::into)),
        media_type: Set(asset.media_type.as_str().to_owned()),
        byte_size: Set(asset.byte_size),
        width: Set(asset.width),
        height: Set(asset.height),
        url: Set(asset.url.as_str().to_owned()),
        metadata: Set(asset.metadata.into_value()),
        source_id: Set(None),
        external_id: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    };
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Changes an asset that was locked; its version rises, unless it is so already.
///
/// # Errors
/// As the database refuses.
pub async fn update(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    changes: UpdateAsset,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    let mut next = asset::ActiveModel { id: Unchanged(row.id), ..Default::default() };
    next.filename = changes.filename.map_or(next.filename, |text| Set(text.into()));
    next.title = changes.title.into_option().map_or(next.title, |text| Set(text.map(Into::into)));
    next.alt = changes.alt.into_option().map_or(next.alt, |text| Set(text.map(Into::into)));
    next.media_type = changes.media_type.map_or(next.media_type, |kind| Set(kind.as_str().to_owned()));
    next.byte_size = changes.byte_size.into_option().map_or(next.byte_size, Set);
    next.width = changes.width.into_option().map_or(next.width, Set);
    next.height = changes.height.into_option().map_or(next.height, Set);
    next.url = changes.url.map_or(next.url, |url| Set(url.as_str().to_owned()));
    next.metadata = changes.metadata.map_or(next.metadata, |metadata| Set(metadata.into_value()));
    if !differs(row, &next) {
        return Ok(row.clone());
    }
    next.version = Set(row.version.saturating_add(1));
    next.updated_at = Set(now);
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Puts an asset that was locked into the bin, or takes it out; its version rises.
///
/// # Errors
/// As the database refuses.
pub async fn set_deleted(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    deleted_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    let next = asset::ActiveModel { deleted_at: Set(deleted_at), ..raised(row, now) };
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

fn raised(row: &Row, now: DateTime<Utc>) -> asset::ActiveModel {
    asset::ActiveModel {
        id: Unchanged(row.id),
        version: Set(row.version.saturating_add(1)),
        updated_at: Set(now),
        ..Default::default()
    }
}
