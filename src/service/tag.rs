//! Creates, changes and deletes tags.

use uuid::Uuid;

use super::{Caller, Services, Unit};
use crate::{
    domain::{
        Result,
        access::Permission,
        change::{Changed, check_version},
        event::Event,
        taxonomy::{CreateTag, UpdateTag},
    },
    kit::id,
    store::{self, tag::Row},
};

/// Creates a tag.
///
/// # Errors
/// `NOT_FOUND` for an unknown brand, `CONFLICT` where the slug is taken.
pub async fn create(services: &Services, caller: &Caller, command: CreateTag) -> Result<Changed> {
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
    command: CreateTag,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TaxonomyWrite)?;
    let unit = Unit::begin(services, caller).await?;
    store::brand::hold(unit.tx(), &grant, command.brand_id).await?;
    let id = id.unwrap_or_else(|| id::new(unit.now()));
    let row = store::tag::insert(unit.tx(), &grant, id, command, unit.now()).await?;
    finish(unit, "tag.created", &row).await
}

/// Changes what is given of a tag.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version or a slug that is taken.
pub async fn update(services: &Services, caller: &Caller, command: UpdateTag) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TaxonomyWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::tag::lock(unit.tx(), &grant, command.id).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(command.expected_version, row.version)?;
    let before = row.version;
    let row = store::tag::update(unit.tx(), &grant, &row, command, unit.now()).await?;
    if row.version == before {
        return unit.unchanged(row.id, row.version).await;
    }
    finish(unit, "tag.updated", &row).await
}

/// Deletes a tag and takes it off its entries. Nothing brings it back; the entries' history keeps its id.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version.
pub async fn delete(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TaxonomyWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::tag::lock(unit.tx(), &grant, id).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(expected_version, row.version)?;
    store::tag::delete(unit.tx(), &grant, &row).await?;
    finish(unit, "tag.deleted", &row).await
}

async fn finish(mut unit: Unit, kind: &'static str, row: &Row) -> Result<Changed> {
    let changed = Changed { id: row.id, version: row.version };
    unit.record(Event::of(kind, row.brand_id, changed).with("slug", row.slug.as_str()));
    unit.commit().await?;
    Ok(changed)
}
