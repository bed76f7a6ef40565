//! The connector language: the form of one YAML file that says how a platform is read, with nothing decided yet.

mod auth;
mod list;
mod record;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_saphyr::Spanned;

pub use self::{
    auth::AuthSpec,
    list::{ByOffset, ByPage, ListSpec, Paging, TotalSpec},
    record::{AssetSpec, EntrySpec, ReferenceSpec, TypeSpec},
};

/// A jq expression and where it stands in the file.
pub type Jq = Spanned<String>;

/// A connector file. Every key it may have is here: another one is an error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorSpec {
    /// Its name: lower-case letters, digits and dashes.
    pub connector: Spanned<String>,
    /// What a person calls the platform.
    #[serde(default)]
    pub title: Option<String>,
    /// How requests prove who they are.
    #[serde(default)]
    pub auth: AuthSpec,
    /// Headers that every request carries; never a secret.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// Bounds on one pull.
    #[serde(default)]
    pub limits: LimitsSpec,
    /// The content types that a sync makes where the brand has none of that key.
    #[serde(default)]
    pub content_types: Vec<Spanned<ContentTypeSpec>>,
    /// What is read, in order: put what is referred to before what refers to it.
    pub resources: Vec<Spanned<ResourceSpec>>,
}

/// Bounds on one pull; each has a default.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSpec {
    /// Seconds for one request, from connecting to the last byte (1 to 300).
    pub timeout_seconds: u64,
    /// Bytes of one answer, after decompression.
    pub max_bytes: u64,
    /// Pages of one resource.
    pub max_pages: u32,
    /// Seconds for mapping one page.
    pub mapping_seconds: u64,
}

impl Default for LimitsSpec {
    fn default() -> Self {
        Self { timeout_seconds: 30, max_bytes: 32 * 1024 * 1024, max_pages: 10_000, mapping_seconds: 10 }
    }
}

/// A content type to be made where the brand has none of that key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentTypeSpec {
    /// Its key in the brand.
    pub key: String,
    /// What a person calls it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The JSON Schema of its custom fields.
    pub schema: serde_json::Value,
}

/// One list of the platform, and how an item of it becomes a record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceSpec {
    /// Its name: the first part of every external id, and what references lead to.
    pub name: Spanned<String>,
    /// Where and how it is listed.
    pub list: ListSpec,
    /// Turns one item into several (one for each translation) before mapping.
    #[serde(default)]
    pub expand: Option<Jq>,
    /// An item becomes an entry.
    #[serde(default)]
    pub entry: Option<EntrySpec>,
    /// An item becomes an asset.
    #[serde(default)]
    pub asset: Option<AssetSpec>,
}
