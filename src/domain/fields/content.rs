//! What an entry's fields hold at the annotated places: references, searched text, unique values.

use chrono::{DateTime, FixedOffset};
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
    /// Where the id stands, as a JSON Pointer from the fields on.
    pub pointer: String,
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
    /// What is locked to claim the value for entries of a type: the same text for values that are equal when they are compared.
    #[must_use]
    pub fn lock_key(&self, content_type: Uuid) -> String {
        format!("{content_type}/{}/{}", self.path, self.compared())
    }

    fn compared(&self) -> String {
        match (self.kind, self.value) {
            // Nothing less is nothing, too.
            (Kind::Number, value) => format!("{:?}", value.as_f64().map(|number| number + 0.0)),
            (Kind::Moment, Value::String(text)) => match DateTime::parse_from_rfc3339(text) {
                Ok(moment) => micros(&moment, text).to_string(),
                Err(_) => text.to_lowercase(),
            },
            (_, Value::String(text)) => text.clone(),
            (_, value) => value.to_string(),
        }
    }
}

/// A moment in microseconds, as PostgreSQL reads one that is given more exactly: to the nearest, of two to the even one.
fn micros(moment: &DateTime<FixedOffset>, text: &str) -> i128 {
    // A second that is a leap one counts as the next.
    let second = i128::from(moment.timestamp()) + i128::from(moment.timestamp_subsec_nanos() / 1_000_000_000);
    let digits: String =
        text.split('.').nth(1).unwrap_or("0").chars().take_while(char::is_ascii_digit).collect();
    let part = format!("0.{digits}").parse().unwrap_or(0.0_f64) * 1e6;
    second * 1_000_000 + part.round_ties_even() as i128
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
        for (position, (at, text)) in texts(field, fields).into_iter().enumerate() {
            let kind = match reference {
                Reference::Entry(_) => node::Kind::Entry,
                Reference::Asset => node::Kind::Asset,
            };
            match node::NodeId::parse_as(kind, text, &format!("fields{at}")) {
                Ok(id) => targets.push(Target { path: &field.path, position, pointer: at, reference, id }),
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
        for (_, text) in texts(field, fields) {
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

/// The text at a field's path, or the texts of the array there, each with its pointer. Inside an array of objects, those of
/// one object after the other.
fn texts<'a>(field: &CustomField, fields: &'a Value) -> Vec<(String, &'a str)> {
    let mut found = Vec::new();
    collect(field.path.segments(), field.inside, fields, String::new(), &mut found);
    found
}

fn collect<'a>(
    way: &[String],
    through_arrays: bool,
    value: &'a Value,
    pointer: String,
    found: &mut Vec<(String, &'a str)>,
) {
    match (way, value) {
        ([name, rest @ ..], Value::Object(map)) => {
            if let Some(inner) = map.get(name) {
                collect(rest, through_arrays, inner, format!("{pointer}/{name}"), found);
            }
        }
        ([_, ..], Value::Array(items)) if through_arrays => {
            for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object()) {
                collect(way, through_arrays, item, format!("{pointer}/{index}"), found);
            }
        }
        ([], Value::String(text)) => found.push((pointer, text)),
        ([], Value::Array(items)) => {
            let texts = items.iter().enumerate().filter_map(|(index, item)| Some((index, item.as_str()?)));
            found.extend(texts.map(|(index, text)| (format!("{pointer}/{index}"), text)));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_are_equal_where_they_are_compared_are_claimed_by_one_key() {
        let path = FieldPath::parse("a", "path").unwrap();
        let key =
            |kind: Kind, value: Value| Unique { path: &path, kind, value: &value }.lock_key(Uuid::nil());
        for (one, other) in [(json!(0), json!(-0.0)), (json!(1), json!(1.0))] {
            assert_eq!(key(Kind::Number, one.clone()), key(Kind::Number, other.clone()), "{one} {other}");
        }
        let moment = |fraction: &str| key(Kind::Moment, json!(format!("2026-01-01T00:00:00.{fraction}Z")));
        for (one, other) in [
            ("0000007", "000001"),
            ("0000015", "000002"),
            ("0000025", "000002"),
            ("1", "100"),
            ("0000005000001", "000001"),
        ] {
            assert_eq!(moment(one), moment(other), "{one} {other}");
        }
        assert_ne!(moment("000001"), moment("000002"));
    }
}
