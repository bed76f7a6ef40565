//! What may be asked of an entry that is there or not.

use serde_json::Value;
use uuid::Uuid;

use crate::domain::text::{Locale, Slug, Title};

/// What a source calls an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The source.
    pub source_id: Uuid,
    /// Its id there.
    pub external_id: String,
}

/// The most characters of an id at a source.
pub const MAX_EXTERNAL_ID: usize = 500;

/// An entry as it is to be, whether it is there already or not.
#[derive(Debug, Clone, PartialEq)]
pub struct UpsertEntry {
    /// What finds it, together with the locale; its type, slug and locale do where there is none.
    pub origin: Option<Origin>,
    /// The version that the caller has seen; 0 where there is to be none yet.
    pub expected_version: Option<i32>,
    /// Its content type.
    pub content_type_id: Uuid,
    /// Its slug.
    pub slug: Slug,
    /// Its headline.
    pub title: Title,
    /// Its language; the brand's default where there is none.
    pub locale: Option<Locale>,
    /// All its custom fields.
    pub fields: Value,
    /// All its tags; they stay where nothing is given.
    pub tags: Option<Vec<Uuid>>,
    /// All its categories; they stay where nothing is given.
    pub categories: Option<Vec<Uuid>>,
}
