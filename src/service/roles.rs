//! Roles by name: what a credential names, and what somebody was given, becomes what its bearer may do.

use std::{fmt, sync::Arc, time::Duration};

use moka::sync::Cache;
use uuid::Uuid;

use super::Services;
use crate::{
    domain::{
        Error, Result,
        access::{BrandScope, Membership, Role, RoleRule},
    },
    store,
};

/// How long roles are believed to be as they were read. A change on this instance is known at once, one on another that much later.
const BELIEVED: Duration = Duration::from_secs(5);
/// How many roles, and how many people's memberships, are remembered.
const KEPT: u64 = 10_000;

/// What roles there are and who holds them, as far as it was asked; cheap to clone.
#[derive(Clone)]
pub struct Roles {
    rules: Cache<(Uuid, String), Option<Arc<RoleRule>>>,
    members: Cache<(String, String), Arc<Vec<Membership>>>,
}

impl Default for Roles {
    fn default() -> Self {
        Self {
            rules: Cache::builder().max_capacity(KEPT).time_to_live(BELIEVED).build(),
            members: Cache::builder().max_capacity(KEPT).time_to_live(BELIEVED).build(),
        }
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roles").finish_non_exhaustive()
    }
}

impl Roles {
    /// Reads everything anew from now on.
    pub(super) fn forget(&self) {
        self.rules.invalidate_all();
        self.members.invalidate_all();
    }
}

/// What the named roles come to in these brands. A role that a brand made for itself holds in that brand only, and is known
/// where the brands are named.
///
/// # Errors
/// `INVALID` with the code `unknown_role`, naming the first that there is none of; as the database refuses.
pub async fn resolve(services: &Services, names: &[String], brands: &BrandScope) -> Result<Vec<Membership>> {
    let mut memberships = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        if let Some(role) = Role::find(name) {
            memberships.push(role.within(brands.clone()));
            continue;
        }
        let before = memberships.len();
        if let BrandScope::Only(brands) = brands {
            for brand in brands {
                if let Some(role) = own(services, *brand, name).await? {
                    memberships.push(Membership { role, brands: BrandScope::Only(vec![*brand]) });
                }
            }
        }
        if memberships.len() == before {
            let message = format!("there is no role {name}");
            return Err(Error::invalid(format!("roles.{place}"), "unknown_role", message));
        }
    }
    Ok(memberships)
}

/// What somebody was given by `grantRole`, in whichever brand.
///
/// # Errors
/// As the database refuses.
pub async fn given(services: &Services, issuer: &str, subject: &str) -> Result<Arc<Vec<Membership>>> {
    let key = (issuer.to_owned(), subject.to_owned());
    if let Some(known) = services.roles.members.get(&key) {
        return Ok(known);
    }
    let found = Arc::new(store::member::memberships(&services.db, issuer, subject).await?);
    services.roles.members.insert(key, Arc::clone(&found));
    Ok(found)
}

async fn own(services: &Services, brand: Uuid, name: &str) -> Result<Option<Arc<RoleRule>>> {
    // PostgreSQL's text has no such character, so no role has it either.
    if name.contains('\0') {
        return Ok(None);
    }
    let key = (brand, name.to_owned());
    if let Some(known) = services.roles.rules.get(&key) {
        return Ok(known);
    }
    let found = store::role::named(&services.db, brand, std::slice::from_ref(&key.1)).await?.pop();
    services.roles.rules.insert(key, found.clone());
    Ok(found)
}
