//! Creates, changes, deletes and restores assets: what is known about a file, not the file.

use uuid::Uuid;

use super::{Caller, Services, Unit};
use crate::{
    domain::{
        Error, Result,
        access::Permission,
        asset::{CreateAsset, UpdateAsset},
        change::{Changed, Patch, check_version},
        event::Event,
    },
    kit::id,
    store::{self, Life, asset::Row},
};

/// Creates an asset.
///
/// # Errors
/// `NOT_FOUND` for an unknown brand.
pub async fn create(services: &Services, caller: &Caller, command: CreateAsset) -> Result<Changed> {
    create_as(services, caller, None, command).await
}

/// The same under an id that was given out already; under a new one where there is none.
///
/// # Errors
/// As [`create`].
pub async fn create_as(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    command: CreateAsset,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let unit = Unit::begin(services, caller).await?;
    store::brand::hold(unit.tx(), &grant, command.brand_id).await?;
    let id = id.unwrap_or_else(|| id::new(unit.now()));
    let row = store::asset::insert(unit.tx(), &grant, id, command, unit.now()).await?;
    finish(unit, "asset.created", &row).await
}

/// Changes what is given of an asset.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version.
pub async fn update(services: &Services, caller: &Caller, command: UpdateAsset) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::asset::lock(unit.tx(), &grant, command.id, Life::Live).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(command.expected_version, row.version)?;
    if row.object_id.is_some() {
        told_by_bytes(&command)?;
    }
    let before = row.version;
    let row = store::asset::update(unit.tx(), &grant, &row, command, unit.now()).await?;
    if row.version == before {
        return unit.unchanged(row.id, row.version).await;
    }
    finish(unit, "asset.updated", &row).await
}

/// What is told by the bytes that are kept is not changed.
fn told_by_bytes(command: &UpdateAsset) -> Result<()> {
    let parts = [
        ("url", command.url.is_some()),
        ("mediaType", command.media_type.is_some()),
        ("byteSize", command.byte_size != Patch::Keep),
    ];
    match parts.into_iter().find(|(_, given)| *given) {
        Some((at, _)) => {
            Err(Error::invalid(at, "kept", "is told by the file that is kept here; upload another one"))
        }
        None => Ok(()),
    }
}

/// Puts an asset out of sight; it can be restored. What refers to it keeps doing so.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version.
pub async fn delete(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    set_deleted(services, caller, id, expected_version, true).await
}

/// Brings a deleted asset back.
///
/// # Errors
/// `NOT_FOUND` where none was deleted, `CONFLICT` for another version.
pub async fn restore(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    set_deleted(services, caller, id, expected_version, false).await
}

async fn set_deleted(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
    deleted: bool,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let life = if deleted { Life::Live } else { Life::Deleted };
    let row = store::asset::lock(unit.tx(), &grant, id, life).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(expected_version, row.version)?;
    let deleted_at = deleted.then(|| unit.now());
    let row = store::asset::set_deleted(unit.tx(), &grant, &row, deleted_at, unit.now()).await?;
    finish(unit, if deleted { "asset.deleted" } else { "asset.restored" }, &row).await
}

async fn finish(mut unit: Unit, kind: &'static str, row: &Row) -> Result<Changed> {
    let changed = Changed { id: row.id, version: row.version };
    unit.record(Event::of(kind, row.brand_id, changed));
    unit.commit().await?;
    Ok(changed)
}
