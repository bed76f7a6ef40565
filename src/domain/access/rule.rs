//! What a role comes to: a name, the permissions it gives, and what they are restricted to.

use std::sync::Arc;

use super::{actor::BrandScope, permission::Permission, restriction::Restrictions};
use crate::domain::{Error, Result};

/// A set of permissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// The same, and this one.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | permission.bit())
    }

    /// Whether the permission is among them.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Each of them, in the order of the contract file.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::default(), Self::with)
    }
}

/// A role, built in or a brand's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// The name in tokens and answers, unique among the built-in roles and those of one brand.
    pub name: String,
    /// What it gives.
    pub permissions: Permissions,
    /// Which entries that is for, and what of them.
    pub restrictions: Restrictions,
}

/// What a role that sees only some entries can hold: whatever else there is tells of the others, or changes them.
const RESTRICTABLE: [Permission; 8] = [
    Permission::BrandRead,
    Permission::EntryRead,
    Permission::EntryPreview,
    Permission::EntryWrite,
    Permission::EntryPublish,
    Permission::EntryDelete,
    Permission::AssetRead,
    Permission::AssetWrite,
];

impl RoleRule {
    /// A brand's own role, where it makes sense. `at` is where permissions were given.
    ///
    /// # Errors
    /// `INVALID` for a name that is taken by a built-in role, a permission that is nothing without another, or one that a
    /// restricted role cannot hold.
    pub fn own(name: String, permissions: Permissions, restrictions: Restrictions, at: &str) -> Result<Self> {
        let missing = |permission: Permission| {
            let message = format!("needs {} with what it has", permission.name());
            Err(Error::invalid(at, "requires", message))
        };
        if !permissions.has(Permission::BrandRead) {
            return missing(Permission::BrandRead);
        }
        let content = [
            Permission::EntryPreview,
            Permission::EntryWrite,
            Permission::EntryPublish,
            Permission::EntryDelete,
            Permission::EntryPurge,
            Permission::TaxonomyWrite,
        ];
        if content.into_iter().any(|one| permissions.has(one)) && !permissions.has(Permission::EntryRead) {
            return missing(Permission::EntryRead);
        }
        if !restrictions.is_empty()
            && let Some(stray) = permissions.iter().find(|one| !RESTRICTABLE.contains(one))
        {
            let message = format!("a role with restrictions cannot hold {}", stray.name());
            return Err(Error::invalid(at, "restricted", message));
        }
        Ok(Self { name, permissions, restrictions })
    }

    /// Whether this role gives the permission.
    #[must_use]
    pub const fn holds(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }
}

/// A role, and where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The role.
    pub role: Arc<RoleRule>,
    /// Where it holds.
    pub brands: BrandScope,
}

impl Membership {
    /// Whether the role holds there without restrictions.
    #[must_use]
    pub fn unrestricted(&self) -> bool {
        self.role.restrictions.is_empty()
    }
}
