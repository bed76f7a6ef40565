//! The closed set of permissions, written `noun:verb`.

/// One thing that may be done in a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// See the brand itself, its locales and its content types.
    BrandRead,
    /// Create brands and change them.
    BrandWrite,
    /// Create content types and change their schemas.
    TypeWrite,
    /// See published entries, their tags and categories.
    EntryRead,
    /// See entries that are not published, and their history.
    EntryPreview,
    /// Create entries and change them.
    EntryWrite,
    /// Publish, unpublish, schedule and archive entries.
    EntryPublish,
    /// Delete entries and bring them back.
    EntryDelete,
    /// Purge deleted entries for good.
    EntryPurge,
    /// Create, change and delete tags and categories.
    TaxonomyWrite,
    /// See assets.
    AssetRead,
    /// Create and change assets.
    AssetWrite,
    /// See sources and their runs.
    SourceRead,
    /// Create sources and pull from them.
    SourceSync,
    /// See and change who may do what: roles, members, keys, applications.
    AccessManage,
    /// See the record of what was done.
    AuditRead,
}

impl Permission {
    /// Every permission, in the order of the contract file.
    pub const ALL: [Self; 16] = [
        Self::BrandRead,
        Self::BrandWrite,
        Self::TypeWrite,
        Self::EntryRead,
        Self::EntryPreview,
        Self::EntryWrite,
        Self::EntryPublish,
        Self::EntryDelete,
        Self::EntryPurge,
        Self::TaxonomyWrite,
        Self::AssetRead,
        Self::AssetWrite,
        Self::SourceRead,
        Self::SourceSync,
        Self::AccessManage,
        Self::AuditRead,
    ];

    /// The name used in contracts and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrandRead => "brand:read",
            Self::BrandWrite => "brand:write",
            Self::TypeWrite => "type:write",
            Self::EntryRead => "entry:read",
            Self::EntryPreview => "entry:preview",
            Self::EntryWrite => "entry:write",
            Self::EntryPublish => "entry:publish",
            Self::EntryDelete => "entry:delete",
            Self::EntryPurge => "entry:purge",
            Self::TaxonomyWrite => "taxonomy:write",
            Self::AssetRead => "asset:read",
            Self::AssetWrite => "asset:write",
            Self::SourceRead => "source:read",
            Self::SourceSync => "source:sync",
            Self::AccessManage => "access:manage",
            Self::AuditRead => "audit:read",
        }
    }

    /// The permission of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }

    /// Its place in a set of permissions.
    pub(super) const fn bit(self) -> u64 {
        1 << self as u64
    }
}
