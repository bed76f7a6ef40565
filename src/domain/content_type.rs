//! Content types: what the entries of a brand are made of.

use serde_json::Value;
use uuid::Uuid;

use super::{
    Violation,
    change::{Changed, Patch},
    text::{Name, Prose, TypeKey},
};

/// How many entries that would no longer fit are shown with what is wrong with them.
pub const MAX_STRANDED_SHOWN: usize = 20;
/// How many violations are shown of each.
pub const MAX_VIOLATIONS_SHOWN: usize = 5;
/// The most content types of one brand.
pub const MAX_TYPES: u32 = 500;

/// A content type that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateContentType {
    /// The brand that it belongs to.
    pub brand_id: Uuid,
    /// Unique in the brand, for ever.
    pub key: TypeKey,
    /// What people call it.
    pub name: Name,
    /// What it is for.
    pub description: Option<Prose>,
    /// The JSON Schema 2020-12 of its entries' custom fields, not yet checked.
    pub schema: Value,
}

/// What is to change about a content type.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateContentType {
    /// The content type.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Another name.
    pub name: Option<Name>,
    /// Another description.
    pub description: Patch<Prose>,
    /// Another schema, not yet checked.
    pub schema: Option<Value>,
    /// Only report what the schema would do; change nothing.
    pub dry_run: bool,
    /// Take the schema although entries no longer fit.
    pub force: bool,
}

/// What came of a change to a content type.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdatedContentType {
    /// The content type and the version it has now.
    pub changed: Changed,
    /// Whether anything was stored.
    pub applied: bool,
    /// What the new schema means for the entries; none where the schema stays.
    pub report: Option<FitReport>,
}

/// Which entries fit a schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FitReport {
    /// How many entries were checked: all of the type that are not deleted.
    pub checked: u64,
    /// How many of them do not fit.
    pub stranded: u64,
    /// The first of those, with what is wrong.
    pub examples: Vec<Stranded>,
    /// Fields that are to be unique, with how many entries share their value with another; they count as stranded, beside
    /// what else is wrong with them.
    pub duplicates: Vec<(String, u64)>,
}

/// An entry that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranded {
    /// The entry.
    pub entry_id: Uuid,
    /// Its title.
    pub title: String,
    /// The first things that are wrong with it.
    pub violations: Vec<Violation>,
}
