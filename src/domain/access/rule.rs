//! What a role comes to: a name, the permissions it gives, and what they are restricted to.

use std::sync::Arc;

use super::{actor::BrandScope, permission::Permission};

/// A set of permissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);

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
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}

/// A role, built in or a brand's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// The name in tokens and answers, unique among the built-in roles and those of one brand.
    pub name: String,
    /// What it gives.
    pub permissions: Permissions,
}

impl RoleRule {
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
