//! Global ids: the kind of node and its key, opaque to clients, readable in a log.

use std::fmt;

use uuid::Uuid;

use super::{Error, Result};

/// The kinds of node that have an id of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A brand.
    Brand,
    /// A content type.
    ContentType,
    /// An entry.
    Entry,
    /// A tag.
    Tag,
    /// A category.
    Category,
    /// An asset.
    Asset,
    /// A file on its way to become an asset.
    Upload,
    /// A source.
    Source,
    /// One run of a source.
    SyncRun,
    /// A record of what was done or refused.
    AuditRecord,
    /// An API key.
    ApiKey,
    /// An application.
    Application,
    /// A role of a brand's own.
    Role,
    /// Somebody's role in a brand.
    Member,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Brand,
        Self::ContentType,
        Self::Entry,
        Self::Tag,
        Self::Category,
        Self::Asset,
        Self::Upload,
        Self::Source,
        Self::SyncRun,
        Self::AuditRecord,
        Self::ApiKey,
        Self::Application,
        Self::Role,
        Self::Member,
    ];

    /// What an id of this kind begins with, before the underscore.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Brand => "brand",
            Self::ContentType => "type",
            Self::Entry => "entry",
            Self::Tag => "tag",
            Self::Category => "category",
            Self::Asset => "asset",
            Self::Upload => "upload",
            Self::Source => "source",
            Self::SyncRun => "run",
            Self::AuditRecord => "audit",
            Self::ApiKey => "api_key",
            Self::Application => "application",
            Self::Role => "role",
            Self::Member => "member",
        }
    }

    /// What records of changes call it, before the dot: the type's name in small letters.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::ContentType => "content_type",
            Self::SyncRun => "sync_run",
            Self::AuditRecord => "audit_record",
            other => other.prefix(),
        }
    }

    /// The name of the GraphQL type.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Brand => "Brand",
            Self::ContentType => "ContentType",
            Self::Entry => "Entry",
            Self::Tag => "Tag",
            Self::Category => "Category",
            Self::Asset => "Asset",
            Self::Upload => "Upload",
            Self::Source => "Source",
            Self::SyncRun => "SyncRun",
            Self::AuditRecord => "AuditRecord",
            Self::ApiKey => "ApiKey",
            Self::Application => "Application",
            Self::Role => "Role",
            Self::Member => "Member",
        }
    }
}

/// A global id, `entry_0198…`: unique over all kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    /// What kind of node.
    pub kind: Kind,
    /// Its key.
    pub id: Uuid,
}

impl NodeId {
    /// The id of a node.
    #[must_use]
    pub const fn new(kind: Kind, id: Uuid) -> Self {
        Self { kind, id }
    }

    /// Reads an id of any kind. `path` is where the caller gave it.
    ///
    /// # Errors
    /// `INVALID` with the code `id` for anything that no `NodeId` ever printed.
    pub fn parse(text: &str, path: &str) -> Result<Self> {
        text.rsplit_once('_')
            .and_then(|(prefix, key)| {
                let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix)?;
                Some(Self { kind, id: Uuid::try_parse(key).ok()? })
            })
            .ok_or_else(|| Error::invalid(path, "id", "is no id that brandgraph gave out"))
    }

    /// Reads an id that must be of one kind.
    ///
    /// # Errors
    /// As [`NodeId::parse`]; `INVALID` with the code `id_kind` for an id of another kind.
    pub fn parse_as(kind: Kind, text: &str, path: &str) -> Result<Uuid> {
        let found = Self::parse(text, path)?;
        if found.kind == kind {
            return Ok(found.id);
        }
        let (wanted, got) = (kind.type_name(), found.kind.type_name());
        Err(Error::invalid(path, "id_kind", format!("must be the id of {wanted}, but is that of {got}")))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind.prefix(), self.id)
    }
}
