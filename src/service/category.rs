//! Creates, changes, moves and deletes categories; the tree of a brand stays a tree.

use uuid::Uuid;

use super::{Caller, Services, Unit};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Grant, Permission},
        change::{Changed, Patch, check_version},
        event::Event,
        taxonomy::{CreateCategory, MoveCategory, UpdateCategory},
    },
    kit::id,
    store::{self, category::Row},
};

/// Creates a category, at the top or under another one.
///
/// # Errors
/// `NOT_FOUND` for an unknown brand or parent, `CONFLICT` where the slug is taken there, `LIMIT_EXCEEDED` for too deep a tree.
pub async fn create(services: &Services, caller: &Caller, command: CreateCategory) -> Result<Changed> {
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
    command: CreateCategory,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TaxonomyWrite)?;
    let unit = Unit::begin(services, caller).await?;
    store::brand::hold(unit.tx(), &grant, command.brand_id).await?;
    store::category::lock_tree(unit.tx(), command.brand_id).await?;
    let above = match command.parent_id {
        Some(parent) => store::category::find_parent(unit.tx(), &grant, command.brand_id, parent).await?.path,
        None => Vec::new(),
    };
    let id = id.unwrap_or_else(|| id::new(unit.now()));
    let row = store::category::insert(unit.tx(), &grant, id, command, above, unit.now()).await?;
    finish(unit, "category.created", &row, row.version).await
}

/// Changes what is given of a category.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version or a slug that is taken beside it.
pub async fn update(services: &Services, caller: &Caller, command: UpdateCategory) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TaxonomyWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = lock(&unit, &grant, command.id).await?;
    check_version(command.expected_version, row.version)?;
    let before = row.version;
    let row = store::category::update(unit.tx(), &grant, &row, command, unit.now()).await?;
    if row.version == before {
        return unit.unchanged(row.id, row.version).await;
    }
    finish(unit, "category.updated", &row, row.version).await
}

/// Puts a category, with everything below it, under another one or at the top.
///
/// # Errors
/// `NOT_FOUND` for an unknown category or parent, `INVALID` with the code `cycle` where the parent is itself or below it,
/// `CONFLICT` for another version or a slug that is taken there, `LIMIT_EXCEEDED` for too deep a tree.
pub async fn relocate(services: &Services, caller: &Caller, command: MoveCategory) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TaxonomyWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = lock(&unit, &grant, command.id).await?;
    check_version(command.expected_version, row.version)?;
    let wanted = match command.parent_id {
        Patch::Keep => row.parent_id,
        Patch::Clear => None,
        Patch::Set(id) => Some(id),
    };
    let parent = match wanted {
        Some(id) => Some(store::category::find_parent(unit.tx(), &grant, row.brand_id, id).await?),
        None => None,
    };
    if parent.as_ref().is_some_and(|parent| parent.path.contains(&row.id)) {
        return Err(Error::invalid("parentId", "cycle", "must not be the category itself or one below it"));
    }
    let position = command.position.unwrap_or(row.position);
    if wanted == row.parent_id && position == row.position {
        return unit.unchanged(row.id, row.version).await;
    }
    let version =
        store::category::relocate(unit.tx(), &grant, &row, parent.as_ref(), position, unit.now()).await?;
    finish(unit, "category.moved", &row, version).await
}

/// Deletes a category without children and takes it off its entries. Nothing brings it back.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version or where it has children.
pub async fn delete(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TaxonomyWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = lock(&unit, &grant, id).await?;
    check_version(expected_version, row.version)?;
    let children = store::category::count_children(unit.tx(), &grant, &row).await?;
    if children > 0 {
        let message = format!("the category has {children} categories under it: move or delete them first");
        return Err(
            Error::new(Code::Conflict, message).with_details(serde_json::json!({"children": children}))
        );
    }
    store::category::delete(unit.tx(), &grant, &row).await?;
    finish(unit, "category.deleted", &row, row.version).await
}

/// The tree first, then the row: a move locks in this order all rows that it touches.
async fn lock(unit: &Unit, grant: &Grant, id: Uuid) -> Result<Row> {
    let brand_id = store::category::brand_of(unit.tx(), grant, id).await?;
    store::brand::hold(unit.tx(), grant, brand_id).await?;
    store::category::lock_tree(unit.tx(), brand_id).await?;
    store::category::lock(unit.tx(), grant, id).await
}

async fn finish(mut unit: Unit, kind: &'static str, row: &Row, version: i32) -> Result<Changed> {
    let changed = Changed { id: row.id, version };
    unit.record(Event::of(kind, row.brand_id, changed).with("slug", row.slug.as_str()));
    unit.commit().await?;
    Ok(changed)
}
