//! Gives somebody a role in a brand, and takes it back.

use uuid::Uuid;

use super::{Caller, Services, Unit, credential, role::may_give};
use crate::{
    domain::{
        Code, Error, Result, Violation,
        access::{Permission, Role},
        change::Changed,
        event::Event,
        role::GrantRole,
    },
    kit::id,
    store::{self, Life, member::Row},
};

/// Gives somebody a role.
///
/// # Errors
/// `NOT_FOUND` for an unknown brand, `INVALID` for an unknown role, `CONFLICT` where they hold it, `FORBIDDEN` where the role
/// holds more than the caller, or where they ask with a key or application that has an end: what it gives would outlive it.
pub async fn grant(services: &Services, caller: &Caller, command: GrantRole) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    if credential::end_of(services, &caller.actor).await?.is_some() {
        let message = "a membership does not end, and the credential that you ask with does";
        return Err(Error::new(Code::Forbidden, message));
    }
    let unit = Unit::begin(services, caller).await?;
    store::brand::hold(unit.tx(), &grant, command.brand_id).await?;
    let (permissions, own) = match Role::find(&command.role) {
        Some(role) => (role.rule().permissions, false),
        None => {
            let row = store::role::find(unit.tx(), &grant, command.brand_id, &command.role).await?;
            let message = format!("the brand has no role {}", command.role);
            let row = row.ok_or_else(|| Error::invalid("role", "unknown_role", message))?;
            (store::role::rule(&row)?.permissions, true)
        }
    };
    may_give(&caller.actor, command.brand_id, permissions)?;
    let id = id::new(unit.now());
    let row = store::member::insert(unit.tx(), &grant, id, (command, own), unit.now()).await?;
    finish(services, unit, "member.created", &row).await
}

/// Takes a role back.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for the last owner of a brand, `FORBIDDEN` where the role holds more than the caller.
pub async fn revoke(services: &Services, caller: &Caller, id: Uuid) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::member::lock(unit.tx(), &grant, id).await?;
    let permissions = match (&row.own_role, Role::find(&row.role)) {
        (None, Some(role)) => role.rule().permissions,
        _ => match store::role::find(unit.tx(), &grant, row.brand_id, &row.role).await? {
            Some(own) => store::role::rule(&own)?.permissions,
            None => Permission::ALL.into_iter().take(0).collect(),
        },
    };
    may_give(&caller.actor, row.brand_id, permissions)?;
    if row.role == Role::Owner.name() {
        // One at a time, so that two owners do not take each other's place away.
        store::brand::lock(unit.tx(), &grant, row.brand_id, Life::Live).await?;
        if store::member::count(unit.tx(), &grant, row.brand_id, &row.role).await? <= 1 {
            let violation = Violation::new("id", "last_owner", "is the last owner of the brand");
            return Err(Error::new(Code::Conflict, "a brand keeps its last owner").with_violation(violation));
        }
    }
    store::member::delete(unit.tx(), &grant, &row).await?;
    finish(services, unit, "member.deleted", &row).await
}

async fn finish(services: &Services, mut unit: Unit, kind: &'static str, row: &Row) -> Result<Changed> {
    let changed = Changed { id: row.id, version: row.version };
    unit.record(Event::of(kind, row.brand_id, changed).with("role", row.role.as_str()));
    unit.commit().await?;
    services.roles.forget();
    Ok(changed)
}
