//! Creates, changes and deletes roles of a brand's own.

use uuid::Uuid;

use super::{Caller, Services, Unit, credential};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Actor, Grant, Permission, Permissions, RoleRule},
        change::{Changed, Patch, check_version},
        event::Event,
        role::{CreateRole, UpdateRole},
    },
    kit::id,
    store::{self, role::Row},
};

/// Creates a role.
///
/// # Errors
/// `NOT_FOUND` for an unknown brand, `CONFLICT` where the name is taken, or named by a credential already; `FORBIDDEN` for a
/// permission that the caller lacks.
pub async fn create(services: &Services, caller: &Caller, command: CreateRole) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let unit = Unit::begin(services, caller).await?;
    store::brand::hold(unit.tx(), &grant, command.brand_id).await?;
    may_give(&caller.actor, command.brand_id, command.rule.permissions)?;
    // What a credential names was given by somebody who knew another role by that name, here or in another brand.
    if store::credential::names_role(unit.tx(), &grant, command.brand_id, command.name.as_str(), unit.now())
        .await?
    {
        let message = "a key or application of this brand names a role so already, and would hold this one";
        return Err(Error::new(Code::Conflict, message).with_details(serde_json::json!({"path": "name"})));
    }
    let row = store::role::insert(unit.tx(), &grant, id::new(unit.now()), command, unit.now()).await?;
    finish(services, unit, "role.created", &row).await
}

/// Changes what is given of a role, for all who hold it.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version, `INVALID` where it makes no sense, `FORBIDDEN` for a permission that it has or
/// gets and that the caller lacks, and where somebody would keep what it gains longer than the credential lasts that is asked with.
pub async fn update(services: &Services, caller: &Caller, command: UpdateRole) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::role::lock(unit.tx(), &grant, command.id).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(command.expected_version, row.version)?;
    let before = store::role::rule(&row)?;
    may_give(&caller.actor, row.brand_id, before.permissions)?;
    let permissions = command.permissions.map_or(before.permissions, |given| given.into_iter().collect());
    let restrictions = command.restrictions.unwrap_or_else(|| before.restrictions.clone());
    let after = RoleRule::own(row.name.clone(), permissions, restrictions, "permissions")?;
    may_give(&caller.actor, row.brand_id, after.permissions)?;
    let description = match command.description {
        Patch::Keep => row.description.clone(),
        Patch::Clear => None,
        Patch::Set(text) => Some(text.into()),
    };
    if gains(&before, &after) {
        keeps_no_longer(services, caller, &unit, &grant, &row).await?;
    }
    if after == before && description == row.description {
        return unit.unchanged(row.id, row.version).await;
    }
    let row = store::role::update(unit.tx(), &grant, &row, (description, &after), unit.now()).await?;
    finish(services, unit, "role.updated", &row).await
}

/// Deletes a role that nobody holds any more.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version or where somebody, a key or an application holds it, `FORBIDDEN` for a permission that the caller lacks.
pub async fn delete(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::role::lock(unit.tx(), &grant, id).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(expected_version, row.version)?;
    may_give(&caller.actor, row.brand_id, store::role::rule(&row)?.permissions)?;
    if store::credential::names_role(unit.tx(), &grant, row.brand_id, &row.name, unit.now()).await? {
        let message = "a key or application that was not revoked has this role";
        return Err(Error::new(Code::Conflict, message));
    }
    store::role::delete(unit.tx(), &grant, &row).await?;
    finish(services, unit, "role.deleted", &row).await
}

/// Nobody gives, takes away or reshapes more than they hold themselves, everywhere in the brand.
pub(super) fn may_give(actor: &Actor, brand: Uuid, permissions: Permissions) -> Result<()> {
    let held = |one: Permission| actor.grant(one).is_ok_and(|grant| grant.unrestricted_in(brand));
    match permissions.iter().find(|one| !held(*one)) {
        None => Ok(()),
        Some(lacking) => {
            let message =
                format!("you do not hold {} in this brand, so it is not yours to give", lacking.name());
            Err(Error::new(Code::Forbidden, message))
        }
    }
}

/// Whether whoever holds the role can do more by it than before. Other restrictions than there were may well be fewer.
fn gains(before: &RoleRule, after: &RoleRule) -> bool {
    after.permissions.iter().any(|one| !before.permissions.has(one))
        || (after.restrictions != before.restrictions && !before.restrictions.is_empty())
}

/// Refuses a gain for those who keep it longer than the key or application has that it is asked for with.
async fn keeps_no_longer(
    services: &Services,
    caller: &Caller,
    unit: &Unit,
    grant: &Grant,
    row: &Row,
) -> Result<()> {
    let Some(end) = credential::end_of(services, &caller.actor).await? else { return Ok(()) };
    let keepers = if store::role::is_held(unit.tx(), grant, row).await? {
        "a membership has this role and does not end"
    } else if store::credential::names_role(unit.tx(), grant, row.brand_id, &row.name, end).await? {
        "a key or application has this role and ends later"
    } else {
        return Ok(());
    };
    let message = format!("{keepers}; the credential that you ask with does not last as long");
    Err(Error::new(Code::Forbidden, message))
}

async fn finish(services: &Services, mut unit: Unit, kind: &'static str, row: &Row) -> Result<Changed> {
    let changed = Changed { id: row.id, version: row.version };
    unit.record(Event::of(kind, row.brand_id, changed).with("name", row.name.as_str()));
    unit.commit().await?;
    services.roles.forget();
    Ok(changed)
}
