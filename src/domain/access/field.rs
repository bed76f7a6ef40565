//! Fields of an entry as roles name them: those that can be hidden, those that can be locked, and sets of both.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::{Error, Result, fields::FieldPath};

/// What can be hidden of an entry, by its GraphQL name, and what the planner knows it by: a column, or the table or column that
/// leads to what it is related to. The id, which has the moment of creation in it, brand and type are what an entry is known by.
const HIDEABLE: [(&str, &str); 17] = [
    ("slug", "slug"),
    ("title", "title"),
    ("status", "status"),
    ("locale", "locale"),
    ("fields", "fields"),
    ("version", "version"),
    ("publishedAt", "published_at"),
    ("scheduledAt", "scheduled_at"),
    ("publishProblem", "publish_problem"),
    ("updatedAt", "updated_at"),
    ("origin", "origin"),
    ("externalId", "external_id"),
    ("source", "source_id"),
    ("tags", "entry_tag"),
    ("categories", "entry_category"),
    ("translations", "translation_id"),
    ("versions", "entry_id"),
];

/// What can be locked of an entry beside custom fields: whatever somebody writes and nothing else follows from.
const LOCKABLE: [&str; 7] = ["slug", "title", "status", "scheduledAt", "tags", "categories", "fields"];

/// What of an entry is not seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Custom fields, without positions in lists: each with all that is inside.
    pub paths: BTreeSet<FieldPath>,
    /// What else, as the planner knows it.
    pub columns: BTreeSet<&'static str>,
}

/// What of an entry is not written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locked {
    /// Custom fields: each with all that is inside.
    pub paths: BTreeSet<FieldPath>,
    /// What else, by GraphQL names.
    pub names: BTreeSet<&'static str>,
}

impl Hidden {
    /// Nothing.
    pub const NONE: Self = Self { paths: BTreeSet::new(), columns: BTreeSet::new() };

    /// Reads names in a role's restrictions.
    ///
    /// # Errors
    /// `INVALID` naming what cannot be hidden.
    pub(super) fn parse(names: &BTreeSet<String>, at: &str) -> Result<Self> {
        let mut hidden = Self::default();
        for name in names {
            if let Some(path) = custom(name, at)? {
                hidden.paths.insert(path);
                continue;
            }
            let found = HIDEABLE.iter().find(|(known, _)| known == name).map(|(_, column)| *column);
            hidden
                .columns
                .insert(found.ok_or_else(|| {
                    unknown(name, "hidden", &HIDEABLE.map(|(name, _)| name).join(", "), at)
                })?);
        }
        Ok(hidden)
    }

    /// Whether everything is seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.columns.is_empty()
    }

    /// Whether a custom field is hidden.
    #[must_use]
    pub fn some_fields(&self) -> bool {
        !self.paths.is_empty() || self.columns.contains("fields")
    }

    /// Whether the column is not seen. Why an entry was not published quotes its fields; what was done to it tells what it has
    /// become.
    #[must_use]
    pub fn column(&self, name: &str) -> bool {
        let told = |others: &[&str]| others.iter().any(|other| self.columns.contains(other));
        self.columns.contains(name)
            || (name == "publish_problem" && self.some_fields())
            || (name == "change" && told(&["status", "entry_tag", "entry_category"]))
    }

    /// The first field that is not seen and that a custom path leads to, into or past.
    #[must_use]
    pub fn path(&self, path: &FieldPath) -> Option<&FieldPath> {
        self.paths.iter().find(|hidden| overlaps(hidden, path))
    }

    /// The GraphQL name of what the planner knows by that name.
    #[must_use]
    pub fn name_of(column: &str) -> &str {
        HIDEABLE.iter().find(|(_, known)| *known == column).map_or(column, |(name, _)| name)
    }

    /// Whether a field, by its GraphQL name or as `fields.…`, is not seen.
    #[must_use]
    pub fn named(&self, field: &str) -> bool {
        match field.strip_prefix("fields.") {
            Some(path) => {
                let path = FieldPath::parse(path, "field").ok();
                self.columns.contains("fields") || path.is_some_and(|path| self.path(&path).is_some())
            }
            None => HIDEABLE.iter().any(|(name, column)| *name == field && self.column(column)),
        }
    }

    /// The first of what a command names, be it by its own name or inside of custom fields, that is not seen.
    #[must_use]
    pub fn among(&self, names: &[&str], fields: Option<&Value>) -> Option<String> {
        if let Some(name) = names.iter().find(|name| self.named(name)) {
            return Some((*name).to_owned());
        }
        let fields = fields?;
        if self.columns.contains("fields") && fields.as_object().is_none_or(|fields| !fields.is_empty()) {
            return Some("fields".to_owned());
        }
        let reached = self.paths.iter().find(|hidden| reaches(fields, hidden));
        reached.map(|hidden| format!("fields.{hidden}"))
    }
}

impl Locked {
    /// Reads names in a role's restrictions.
    ///
    /// # Errors
    /// `INVALID` naming what cannot be locked.
    pub(super) fn parse(names: &BTreeSet<String>, at: &str) -> Result<Self> {
        let mut locked = Self::default();
        for name in names {
            if let Some(path) = custom(name, at)? {
                locked.paths.insert(path);
                continue;
            }
            let found = LOCKABLE.into_iter().find(|known| known == name);
            locked.names.insert(found.ok_or_else(|| unknown(name, "locked", &LOCKABLE.join(", "), at))?);
        }
        Ok(locked)
    }

    /// Whether everything is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.names.is_empty()
    }

    /// Whether a field, by its GraphQL name or as `fields.…`, is not written.
    #[must_use]
    pub fn named(&self, field: &str) -> bool {
        match field.strip_prefix("fields.") {
            Some(path) => {
                let path = FieldPath::parse(path, "field").ok();
                let locked = |path: FieldPath| self.paths.iter().any(|locked| overlaps(locked, &path));
                self.names.contains("fields") || path.is_some_and(locked)
            }
            None => self.names.contains(field),
        }
    }
}

/// The part of custom fields that a path without positions leads to; a list on the way counts as a whole.
pub(super) fn part<'v>(fields: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(fields, |value, segment| match value {
        Value::Array(_) => Some(value),
        inside => inside.get(segment),
    })
}

/// Puts a part of custom fields back where it was, in place of whatever stands there now; where nothing was, nothing is.
pub fn restore(now: &mut Value, before: &Value, path: &[String]) {
    let Some((segment, rest)) = path.split_first() else { return };
    let was = before.get(segment);
    if part(before, path).is_none() {
        match now.as_object_mut() {
            Some(now) if rest.is_empty() => drop(now.shift_remove(segment)),
            Some(now) => {
                if let Some(inside) = now.get_mut(segment) {
                    restore(inside, was.unwrap_or(&Value::Null), rest);
                }
            }
            None => {}
        }
        return;
    }
    if !now.is_object() {
        *now = Value::Object(Map::new());
    }
    if let (Some(now), Some(was)) = (now.as_object_mut(), was) {
        if rest.is_empty() || was.is_array() {
            now.insert(segment.clone(), was.clone());
        } else {
            restore(now.entry(segment.clone()).or_insert(Value::Null), was, rest);
        }
    }
}

/// Whether one path leads to, into or past the other; positions in lists do not count.
pub(super) fn overlaps(one: &FieldPath, other: &FieldPath) -> bool {
    one.names().zip(other.names()).all(|(this, that)| this == that)
}

/// Whether what is inside of `path` is also inside of `outer`.
pub(super) fn within(path: &FieldPath, outer: &FieldPath) -> bool {
    path.names().count() >= outer.names().count() && overlaps(path, outer)
}

/// Whether a document of custom fields, or a patch of them, says anything of what a path leads to.
fn reaches(fields: &Value, path: &FieldPath) -> bool {
    let mut value = fields;
    for segment in path.segments() {
        match value {
            Value::Object(inside) => match inside.get(segment) {
                Some(inner) => value = inner,
                None => return false,
            },
            // It takes the place of all that was there.
            _ => return true,
        }
    }
    true
}

/// The path of a name that is a custom field.
fn custom(name: &str, at: &str) -> Result<Option<FieldPath>> {
    let Some(path) = name.strip_prefix("fields.") else { return Ok(None) };
    let path = FieldPath::parse(path, at)?;
    if path.names().count() == path.segments().len() {
        return Ok(Some(path));
    }
    let message = format!("`{name}` must be names with dots between, without positions in lists");
    Err(Error::invalid(at, "path", message))
}

fn unknown(name: &str, what: &str, known: &str, at: &str) -> Error {
    let message = format!("`{name}` cannot be {what}; `fields.…` can, and {known}");
    Error::invalid(at, "unknown_field", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text, "field").unwrap()
    }

    #[test]
    fn a_part_that_is_hidden_goes_with_what_it_is_in_and_what_is_in_it() {
        let hidden = Hidden { paths: [path("price.cost")].into(), ..Hidden::default() };
        for (asked, found) in [
            ("price", true),
            ("price.cost", true),
            ("price.cost.net", true),
            ("price.0.cost", true),
            ("price.0", true),
            ("price.net", false),
            ("prices", false),
            ("cost", false),
        ] {
            assert_eq!(hidden.path(&path(asked)).is_some(), found, "{asked}");
        }
        for (command, found) in [
            (json!({"price": {"net": 1}}), false),
            (json!({"price": {"cost": 1}}), true),
            (json!({"price": {"cost": null}}), true),
            (json!({"price": null}), true),
            (json!({"price": [{"net": 1}]}), true),
            (json!({"other": 1}), false),
        ] {
            assert_eq!(hidden.among(&[], Some(&command)).is_some(), found, "{command}");
        }
    }

    #[test]
    fn what_is_not_seen_stays_where_it_is() {
        for (before, given, after) in [
            (json!({"p": {"c": 1, "n": 2}}), json!({"p": {"n": 3}}), json!({"p": {"n": 3, "c": 1}})),
            (json!({"p": {"c": 1, "n": 2}}), json!({}), json!({"p": {"c": 1}})),
            (json!({"p": {"c": 1}}), json!({"p": 5}), json!({"p": {"c": 1}})),
            (json!({"p": {"n": 2}}), json!({"p": {"n": 3, "c": 9}}), json!({"p": {"n": 3}})),
            (json!({"p": {"n": 2}}), json!({}), json!({})),
            (json!({}), json!({"p": {"c": 9}}), json!({"p": {}})),
            (json!({"p": [{"c": 1}]}), json!({"p": []}), json!({"p": [{"c": 1}]})),
            (json!({"p": 7}), json!({"p": {"n": 1}}), json!({"p": {"n": 1}})),
        ] {
            let mut now = given.clone();
            restore(&mut now, &before, path("p.c").segments());
            assert_eq!(now, after, "{before} {given}");
        }
    }
}
