//! The proof of a permission. Its fields are private and only `Actor` makes one, so that what takes a `Grant` was authorized.

use uuid::Uuid;

use super::{actor::BrandScope, permission::Permission, rule::Membership};
use crate::domain::{Code, Error, Result};

/// Proof that the actor of a request holds a permission in some brands.
#[derive(Debug, Clone)]
pub struct Grant {
    permission: Permission,
    brands: BrandScope,
    through: Vec<Membership>,
}

impl Grant {
    /// Nothing where none of the memberships holds the permission.
    pub(super) fn make(permission: Permission, memberships: &[Membership]) -> Option<Self> {
        let through: Vec<Membership> =
            memberships.iter().filter(|one| one.role.holds(permission)).cloned().collect();
        let brands = through.iter().map(|one| &one.brands).cloned().reduce(BrandScope::or)?;
        Some(Self { permission, brands, through })
    }

    /// The memberships that it comes of: each says where, and what of the brand's content.
    #[must_use]
    pub fn through(&self) -> &[Membership] {
        &self.through
    }

    /// What was granted.
    #[must_use]
    pub fn permission(&self) -> Permission {
        self.permission
    }

    /// Where it was granted, by any of the memberships.
    #[must_use]
    pub fn brands(&self) -> &BrandScope {
        &self.brands
    }

    /// Passes where the grant covers the brand of a row that was found.
    ///
    /// # Errors
    /// `NOT_FOUND` naming `what`, since the existence of another brand's row is itself a secret.
    pub fn covers(&self, brand: Uuid, what: &str) -> Result<()> {
        if self.brands.contains(brand) { Ok(()) } else { Err(Error::not_found(what)) }
    }

    /// Passes where the grant covers every brand, also those that do not exist yet.
    ///
    /// # Errors
    /// `FORBIDDEN` naming `what` needs that.
    pub fn covers_all(&self, what: &str) -> Result<()> {
        if self.brands == BrandScope::All {
            return Ok(());
        }
        Err(Error::new(Code::Forbidden, format!("{what} needs a right that holds in every brand")))
    }
}
