//! How an item becomes a record: a jq expression for each part.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Jq;

/// An item becomes an entry. An expression that gives `null`, or nothing, leaves its part out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntrySpec {
    /// The key of its content type.
    #[serde(rename = "type")]
    pub content_type: Spanned<TypeSpec>,
    /// Its id there: text or a whole number.
    pub external_id: Jq,
    /// Its headline.
    pub title: Jq,
    /// The last part of its address.
    #[serde(default)]
    pub slug: Option<Jq>,
    /// A BCP 47 tag.
    #[serde(default)]
    pub locale: Option<Jq>,
    /// `draft`, `published`, `archived` or `scheduled`.
    #[serde(default)]
    pub status: Option<Jq>,
    /// An RFC 3339 time.
    #[serde(default)]
    pub published_at: Option<Jq>,
    /// An RFC 3339 time.
    #[serde(default)]
    pub created_at: Option<Jq>,
    /// An RFC 3339 time.
    #[serde(default)]
    pub updated_at: Option<Jq>,
    /// The custom fields.
    #[serde(default)]
    pub fields: IndexMap<String, Jq>,
    /// A list of names, or of `{slug, name}`.
    #[serde(default)]
    pub tags: Option<Jq>,
    /// A list of paths; a path is a list like that of the tags.
    #[serde(default)]
    pub categories: Option<Jq>,
    /// The custom fields that refer to other items.
    #[serde(default)]
    pub references: IndexMap<String, Spanned<ReferenceSpec>>,
}

/// A fixed content type, or an expression where one list holds several types.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum TypeSpec {
    /// Every item is of this type.
    Fixed(String),
    /// The item says its type.
    Computed {
        /// Gives the key of the content type.
        jq: String,
    },
}

/// A custom field that refers to other items.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceSpec {
    /// The resource that it leads to.
    pub resource: String,
    /// Gives the id there, or a list of them.
    pub id: Jq,
}

/// An item becomes an asset. An expression that gives `null`, or nothing, leaves its part out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetSpec {
    /// Its id there: text or a whole number.
    pub external_id: Jq,
    /// The name of the file.
    pub filename: Jq,
    /// Its media type.
    pub media_type: Jq,
    /// Where it is fetched from: absolute, or relative to the source's base URL.
    pub url: Jq,
    /// Pixels from left to right.
    #[serde(default)]
    pub width: Option<Jq>,
    /// Pixels from top to bottom.
    #[serde(default)]
    pub height: Option<Jq>,
    /// Its size.
    #[serde(default)]
    pub bytes: Option<Jq>,
    /// What it shows, for who cannot see it.
    #[serde(default)]
    pub alt: Option<Jq>,
    /// What it is called.
    #[serde(default)]
    pub title: Option<Jq>,
    /// An RFC 3339 time.
    #[serde(default)]
    pub created_at: Option<Jq>,
    /// An RFC 3339 time.
    #[serde(default)]
    pub updated_at: Option<Jq>,
    /// Whatever else is known about it.
    #[serde(default)]
    pub metadata: IndexMap<String, Jq>,
}
