//! The built-in roles and the one table that says what each may do.

use std::sync::{Arc, LazyLock};

use super::{
    actor::BrandScope,
    permission::Permission,
    restriction::Restrictions,
    rule::{Membership, RoleRule},
};

/// The rules of the built-in roles, in the order of [`Role::ALL`].
static RULES: LazyLock<[Arc<RoleRule>; 7]> = LazyLock::new(|| {
    Role::ALL.map(|role| {
        let permissions = Permission::ALL.into_iter().filter(|permission| role.holds(*permission)).collect();
        let restrictions = Restrictions::default();
        Arc::new(RoleRule { name: role.name().to_owned(), permissions, restrictions })
    })
});

/// A built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but creating brands.
    Admin,
    /// All content: write, publish, delete (but not for good), and shape taxonomy.
    Editor,
    /// Writes entries and assets, publishes nothing.
    Author,
    /// Sees all content, published or not.
    Viewer,
    /// Sees published content, pushes and reads its own source.
    Partner,
    /// Sees published content only: what a website's server holds.
    Delivery,
}

impl Role {
    /// Every role, in the order of the contract file.
    pub const ALL: [Self; 7] =
        [Self::Owner, Self::Admin, Self::Editor, Self::Author, Self::Viewer, Self::Partner, Self::Delivery];

    /// The name used in tokens and contracts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Author => "author",
            Self::Viewer => "viewer",
            Self::Partner => "partner",
            Self::Delivery => "delivery",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// What the role comes to: a constant, shared.
    #[must_use]
    pub fn rule(self) -> Arc<RoleRule> {
        let [owner, admin, editor, author, viewer, partner, delivery] = &*RULES;
        Arc::clone(match self {
            Self::Owner => owner,
            Self::Admin => admin,
            Self::Editor => editor,
            Self::Author => author,
            Self::Viewer => viewer,
            Self::Partner => partner,
            Self::Delivery => delivery,
        })
    }

    /// The role, held there.
    #[must_use]
    pub fn within(self, brands: BrandScope) -> Membership {
        Membership { role: self.rule(), brands }
    }

    /// Whether this role holds the permission.
    #[must_use]
    pub const fn holds(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(permission, P::BrandWrite),
            Self::Editor => !matches!(
                permission,
                P::BrandWrite | P::TypeWrite | P::EntryPurge | P::SourceSync | P::AccessManage | P::AuditRead
            ),
            Self::Author => matches!(
                permission,
                P::BrandRead
                    | P::EntryRead
                    | P::EntryPreview
                    | P::EntryWrite
                    | P::AssetRead
                    | P::AssetWrite
                    | P::SourceRead
            ),
            Self::Viewer => matches!(
                permission,
                P::BrandRead | P::EntryRead | P::EntryPreview | P::AssetRead | P::SourceRead
            ),
            Self::Partner => matches!(
                permission,
                P::BrandRead | P::EntryRead | P::AssetRead | P::SourceRead | P::SourceSync
            ),
            Self::Delivery => matches!(permission, P::BrandRead | P::EntryRead | P::AssetRead),
        }
    }
}
