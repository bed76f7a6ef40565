//! Roles by name: what a credential names becomes what its bearer may do.

use super::Services;
use crate::domain::{
    Error, Result,
    access::{BrandScope, Membership, Role},
};

/// What the named roles come to in these brands. A role that a brand made for itself holds in that brand only.
///
/// # Errors
/// `INVALID` with the code `unknown_role`, naming the first that there is none of.
pub async fn resolve(_services: &Services, names: &[String], brands: &BrandScope) -> Result<Vec<Membership>> {
    names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            Role::find(name).map(|role| role.within(brands.clone())).ok_or_else(|| {
                Error::invalid(format!("roles.{place}"), "unknown_role", format!("there is no role {name}"))
            })
        })
        .collect()
}
