//! What an entry's fields hold at the annotated places: references, searched text, unique values.

use chrono::DateTime;
use serde_json::Value;
use uuid::Uuid;

use super::{
    custom::{CustomField, Reference},
    limits,
    path::{FieldPath, Kind},
};
use crate::domain::{Violation, node};

/// One id that stands in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'a> {
    /// The field.
    pub path: &'a FieldPath,
    /// The place among the field's ids, from 0.
    pub position: usize,
    /// Whether the id is an item of an array.
    pub listed: bool,
    /// What the field refers to.
    pub reference: &'a Reference,
    /// The key of the entry or asset.
    pub id: Uuid,
}

/// A value that no other entry of the type may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique<'a> {
    /// The field.
    pub path: &'a FieldPath,
    /// How it is compared.
    pub kind: Kind,
    /// The value.
    pub value: &'a Value,
}

impl Unique<'_> {
    /// The same text for values that are equal when they are compared.
    #[must_use]
    pub fn lock_key(&self) -> String {
        match (self.kind, self.value) {
            (Kind::Number, value) => format!("{:?}", value.as_f64()),
            (Kind::Moment, Value::String(text)) => match DateTime::parse_from_rfc3339(text) {
                Ok(moment) => moment.timestamp_micros().to_string(),
                Err(_) => text.to_lowercase(),
            },
            (_, Value::String(text)) => text.clone(),
            (_, value) => value.to_string(),
        }
    }
}

/// The references in a value, and what is wrong with those that are none.
pub(super) fn references<'a>(
    custom: &'a [CustomField],
    fields: &Value,
) -> Result<Vec<Target<'a>>, Vec<Violation>> {
    let mut targets = Vec::new();
    let mut violations = Vec::new();
    for field in custom {
        let Some(reference) = &field.reference else { continue };
        for (position, (at, text)) in texts(&field.path, fields).enumerate() {
            let kind = match reference {
                Reference::Entry(_) => node::Kind::Entry,
                Reference::Asset => node::Kind::Asset,
            };
            match node::NodeId::parse_as(kind, text, &format!("fields{at}")) {
                Ok(id) => {
                    targets.push(Target { path: &field.path, position, listed: field.many, reference, id });
                }
                Err(error) => violations.extend(error.violations().iter().cloned()),
            }
        }
    }
    if targets.len() > limits::REFERENCES {
        let message = format!("holds {} references, the most is {}", targets.len(), limits::REFERENCES);
        violations.push(Violation::new("fields", "too_many_references", message));
    }
    if violations.is_empty() { Ok(targets) } else { Err(violations) }
}

/// The text that the search looks through, the fields' texts on lines of their own.
pub(super) fn search_text(custom: &[CustomField], fields: &Value) -> String {
    let mut found = String::new();
    for field in custom.iter().filter(|field| field.searchable) {
        for (_, text) in texts(&field.path, fields) {
            let room = limits::SEARCH_BYTES.saturating_sub(found.len() + 1);
            let fits = text.floor_char_boundary(room.min(text.len()));
            if !found.is_empty() {
                found.push('\n');
            }
            found.push_str(text.get(..fits).unwrap_or_default());
        }
    }
    found
}

/// The values that must be unique, and those too long to be.
pub(super) fn uniques<'a>(
    custom: &'a [CustomField],
    fields: &'a Value,
) -> Result<Vec<Unique<'a>>, Vec<Violation>> {
    let mut found = Vec::new();
    let mut violations = Vec::new();
    for field in custom.iter().filter(|field| field.unique) {
        let Some(value) = field.path.find(fields).filter(|value| !value.is_null()) else { continue };
        if value.as_str().is_some_and(|text| text.chars().count() > limits::UNIQUE_CHARACTERS) {
            let message =
                format!("must have at most {} characters, because it is unique", limits::UNIQUE_CHARACTERS);
            violations.push(Violation::new(format!("fields{}", field.path.pointer()), "too_long", message));
        }
        found.push(Unique { path: &field.path, kind: field.kind, value });
    }
    if violations.is_empty() { Ok(found) } else { Err(violations) }
}

/// The text at a path, or the texts of the array there, each with its pointer.
fn texts<'a>(path: &FieldPath, fields: &'a Value) -> impl Iterator<Item = (String, &'a str)> {
    let pointer = path.pointer();
    let (one, many) = match path.find(fields) {
        Some(Value::String(text)) => (Some((pointer.clone(), text.as_str())), None),
        Some(Value::Array(items)) => (None, Some(items)),
        _ => (None, None),
    };
    let many = many.into_iter().flatten().enumerate();
    one.into_iter()
        .chain(many.filter_map(move |(index, item)| Some((format!("{pointer}/{index}"), item.as_str()?))))
}
