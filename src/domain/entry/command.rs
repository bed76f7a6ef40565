//! What may be asked of entries, parsed.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::Transition;
use crate::domain::{
    limits::LIMITS,
    text::{Locale, Slug, Title},
};

/// The most tags of one entry.
pub const MAX_TAGS: u32 = LIMITS.tags;
/// The most categories of one entry.
pub const MAX_CATEGORIES: u32 = LIMITS.categories;

/// An entry that is to be made, as a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateEntry {
    /// Its content type, which also says its brand.
    pub content_type_id: Uuid,
    /// Unique among the entries of its type and locale.
    pub slug: Slug,
    /// Its headline.
    pub title: Title,
    /// Its language; the brand's default, or none where it is a translation.
    pub locale: Option<Locale>,
    /// Its custom fields, not yet checked.
    pub fields: Value,
    /// Its tags.
    pub tags: Vec<Uuid>,
    /// Its categories.
    pub categories: Vec<Uuid>,
    /// The entry that this is a translation of.
    pub translation_of: Option<Uuid>,
}

/// What becomes of the custom fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum FieldsChange {
    /// They stay.
    #[default]
    Keep,
    /// These take their place.
    Replace(Value),
    /// These are merged in (RFC 7396: null removes, objects merge, everything else replaces).
    Merge(Value),
}

/// What is to change about an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateEntry {
    /// The entry.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Another slug.
    pub slug: Option<Slug>,
    /// Another headline.
    pub title: Option<Title>,
    /// Other custom fields.
    pub fields: FieldsChange,
    /// All tags anew.
    pub tags: Option<Vec<Uuid>>,
    /// All categories anew.
    pub categories: Option<Vec<Uuid>>,
}

/// An entry and the version of it that the caller has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneEntry {
    /// The entry.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
}

/// A change of status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeStatus {
    /// Which entry.
    pub entry: OneEntry,
    /// What is asked for.
    pub transition: Transition,
}

/// Brings back what an entry held in an earlier version: slug, title, fields, tags and categories, not its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevertEntry {
    /// Which entry.
    pub entry: OneEntry,
    /// The version to go back to.
    pub version: i32,
}

/// How given tags or categories meet those that an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMode {
    /// They take their place.
    Set,
    /// They join them.
    Add,
    /// They are taken off.
    Remove,
}

/// A change of an entry's tags or categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLinks {
    /// Which entry.
    pub entry: OneEntry,
    /// How.
    pub mode: LinkMode,
    /// Which tags or categories.
    pub ids: Vec<Uuid>,
}

/// A JSON merge patch (RFC 7396). The patch's nesting was bounded when it was parsed.
#[must_use]
pub fn merge(target: Value, patch: Value) -> Value {
    let Value::Object(patch) = patch else { return patch };
    let mut merged = if let Value::Object(map) = target { map } else { Map::new() };
    for (name, change) in patch {
        if change.is_null() {
            merged.shift_remove(&name);
        } else {
            let before = merged.get(&name).cloned().unwrap_or(Value::Null);
            merged.insert(name, merge(before, change));
        }
    }
    Value::Object(merged)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::merge;

    #[test]
    fn merges_objects_removes_nulls_and_replaces_the_rest() {
        let before = json!({"a": 1, "b": {"c": [1], "d": 2}, "e": 3});
        let after = merge(before, json!({"a": null, "b": {"c": [2], "x": {"y": null, "z": 1}}}));
        assert_eq!(after, json!({"b": {"c": [2], "d": 2, "x": {"z": 1}}, "e": 3}));
    }
}
