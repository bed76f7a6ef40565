//! Writes assets.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, sea_query::LockType,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Db, Life, Tx, differs::differs, entity::asset, error::from_orm, sql};
use crate::domain::{
    Error, Result,
    about::window,
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

/// What is known of an asset whose bytes are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The object that holds them.
    pub object_id: Uuid,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
    /// How long they take to be played, in seconds.
    pub duration_seconds: Option<f64>,
    /// A picture of a few bytes, in base64.
    pub placeholder: Option<String>,
}

/// Adds an asset whose bytes are kept.
///
/// # Errors
/// As the database refuses.
pub async fn insert_kept(
    tx: &Tx,
    grant: &Grant,
    id: Uuid,
    asset: CreateAsset,
    kept: Kept,
    now: DateTime<Utc>,
) -> Result<Row> {
    let row = asset::ActiveModel {
        object_id: Set(Some(kept.object_id)),
        sha256: Set(Some(kept.sha256)),
        duration_seconds: Set(kept.duration_seconds),
        placeholder: Set(kept.placeholder),
        ..model(grant, id, asset, now)?
    };
    add(tx, row).await
}

/// A file that was found to be what was promised.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// What is known of its bytes.
    pub kept: Kept,
    /// How many there are.
    pub byte_size: i64,
    /// Pixels, where it is a picture.
    pub width: Option<i32>,
    /// Pixels, where it is a picture.
    pub height: Option<i32>,
}

/// Gives a file to an asset that was locked; one that has a file keeps it.
///
/// # Errors
/// As the database refuses.
pub async fn keep(tx: &Tx, grant: &Grant, row: &Row, file: File, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    if row.object_id.is_some() {
        return Ok(row.clone());
    }
    let next = asset::ActiveModel {
        id: Unchanged(row.id),
        object_id: Set(Some(file.kept.object_id)),
        sha256: Set(Some(file.kept.sha256)),
        duration_seconds: Set(file.kept.duration_seconds),
        placeholder: Set(file.kept.placeholder),
        byte_size: Set(Some(file.byte_size)),
        width: Set(file.width.or(row.width)),
        height: Set(file.height.or(row.height)),
        version: Set(row.version.saturating_add(1)),
        updated_at: Set(now),
        ..Default::default()
    };
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Adds an asset.
///
/// # Errors
/// As the database refuses.
pub async fn insert(tx: &Tx, grant: &Grant, id: Uuid, asset: CreateAsset, now: DateTime<Utc>) -> Result<Row> {
    add(tx, model(grant, id, asset, now)?).await
}

async fn add(tx: &Tx, row: asset::ActiveModel) -> Result<Row> {
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

fn model(grant: &Grant, id: Uuid, asset: CreateAsset, now: DateTime<Utc>) -> Result<asset::ActiveModel> {
    grant.covers(asset.brand_id, "the brand")?;
    let about = asset.about;
    Ok(asset::ActiveModel {
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
        sha256: Set(None),
        duration_seconds: Set(None),
        placeholder: Set(None),
        alts: Set(texts(about.alts)),
        credit: Set(about.credit),
        focal_x: Set(about.focal.map(|(x, _)| x)),
        focal_y: Set(about.focal.map(|(_, y)| y)),
        rights_from: Set(about.rights_from),
        rights_until: Set(about.rights_until),
        territories: Set(about.territories),
        object_id: Set(None),
        source_id: Set(None),
        external_id: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    })
}

fn texts(by_locale: BTreeMap<String, String>) -> Value {
    by_locale.into_iter().map(|(locale, text)| (locale, Value::String(text))).collect::<Map<_, _>>().into()
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
    let about = changes.about;
    let focal = about.focal.into_option();
    next.alts = about.alts.map_or(next.alts, |alts| Set(texts(alts)));
    next.credit = about.credit.into_option().map_or(next.credit, Set);
    next.focal_x = focal.map_or(next.focal_x, |point| Set(point.map(|(x, _)| x)));
    next.focal_y = focal.map_or(next.focal_y, |point| Set(point.map(|(_, y)| y)));
    let (from, until) = (about.rights_from.into_option(), about.rights_until.into_option());
    window(from.unwrap_or(row.rights_from), until.unwrap_or(row.rights_until), "about.rightsUntil")?;
    next.rights_from = from.map_or(next.rights_from, Set);
    next.rights_until = until.map_or(next.rights_until, Set);
    next.territories = about.territories.map_or(next.territories, Set);
    if !differs(row, &next) {
        return Ok(row.clone());
    }
    next.version = Set(row.version.saturating_add(1));
    next.updated_at = Set(now);
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// What is needed to give out an asset's file.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Served {
    /// The brand that it is in.
    pub brand_id: Uuid,
    /// What the file is called.
    pub filename: String,
    /// What kind of file it is.
    pub media_type: String,
    /// Where it is, as clients are told.
    pub url: String,
    /// The key of its object, where its bytes are kept.
    pub key: Option<String>,
    /// From when on it may be shown.
    pub rights_from: Option<DateTime<Utc>>,
    /// Until when it may be shown.
    pub rights_until: Option<DateTime<Utc>>,
}

/// An asset that is there, as it is given out.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn get_served(db: &Db, grant: &Grant, id: Uuid) -> Result<Served> {
    let text = "select a.brand_id, a.filename, a.media_type, a.url, o.key, a.rights_from, a.rights_until \
        from asset a join brand b on b.id = a.brand_id and b.deleted_at is null \
        left join stored_object o on o.id = a.object_id where a.id = $1 and a.deleted_at is null";
    let found: Option<Served> = db.look_up(text, sql::bound([id])?).await?.pop();
    let found = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(found.brand_id, WHAT)?;
    Ok(found)
}

/// An asset that is gone.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Gone {
    /// The id that it had.
    pub id: Uuid,
    /// The brand that it was in.
    pub brand_id: Uuid,
    /// The version that it ended with.
    pub version: i32,
}

/// Removes at most so many assets whose bytes are kept, that were deleted before a moment, and that no entry refers to.
///
/// # Errors
/// As the database refuses.
pub async fn purge_kept(tx: &Tx, grant: &Grant, before: DateTime<Utc>, most: u32) -> Result<Vec<Gone>> {
    grant.covers_all("purging assets")?;
    let text = "delete from asset where id in (select a.id from asset a \
        where a.deleted_at < $1 and a.object_id is not null and a.source_id is null \
        and not exists (select from entry_reference r where r.target_asset_id = a.id) \
        order by a.deleted_at limit $2 for update of a skip locked) returning id, brand_id, version";
    let gone: Vec<Gone> = sql::query(tx, text, [before.into(), i64::from(most).into()]).await?;
    gone.iter().for_each(|asset| tx.removed(asset.id));
    Ok(gone)
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
