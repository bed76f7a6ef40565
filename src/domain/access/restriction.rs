//! What a role is restricted to: which entries, and what of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::condition::{Claims, Condition, Target};
use crate::domain::{
    Error, Result,
    entry::Status,
    fields::FieldPath,
    text::{Locale, TypeKey},
};

/// The most items of one list.
const MAX_ITEMS: usize = 200;

/// The columns that can be hidden, by their GraphQL and their SQL names: those that may be null. Slug, title, status, locale and
/// times are what an entry is known by.
const HIDEABLE: [(&str, &str); 4] = [
    ("publishedAt", "published_at"),
    ("scheduledAt", "scheduled_at"),
    ("publishProblem", "publish_problem"),
    ("externalId", "external_id"),
];

/// What a role is restricted to. What is not given is not restricted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restrictions {
    /// Entries of the types with these keys.
    pub types: Option<BTreeSet<String>>,
    /// Entries in these locales.
    pub locales: Option<BTreeSet<String>>,
    /// Entries that stand there.
    pub statuses: Option<Vec<Status>>,
    /// Entries that satisfy this.
    pub rows: Option<Condition>,
    /// What of an entry is neither seen nor written.
    pub hidden: Hidden,
    /// What of an entry is not written: `fields.…`, `slug`, `title`.
    pub locked: BTreeSet<String>,
    /// As it was given.
    source: Value,
}

/// What of an entry is not seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Custom fields by their first name: with all that is inside.
    pub keys: BTreeSet<String>,
    /// Columns by their SQL names.
    pub columns: BTreeSet<&'static str>,
}

impl Hidden {
    /// Whether everything is seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.columns.is_empty()
    }

    /// Whether the column is not seen. Why an entry was not published quotes its fields.
    #[must_use]
    pub fn column(&self, name: &str) -> bool {
        self.columns.contains(name) || (name == "publish_problem" && !self.keys.is_empty())
    }
}

/// What of an entry decides whether a restriction lets it through.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The key of its type.
    pub type_key: &'a str,
    /// Its locale.
    pub locale: &'a str,
    /// Where it stands.
    pub status: &'a str,
    /// Its slug.
    pub slug: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its id at the source.
    pub external_id: Option<&'a str>,
    /// Its custom fields.
    pub fields: &'a Value,
}

impl Restrictions {
    /// Reads `{"types": […], "locales": […], "statuses": […], "rows": …, "read": {"except": […]}, "write": {"except": […]}}`.
    /// `at` is where it was given.
    ///
    /// # Errors
    /// `INVALID` naming what is no restriction, and where; `LIMIT_EXCEEDED` for long lists.
    pub fn parse(json: &Value, at: &str) -> Result<Self> {
        let mut read = Self { source: json.clone(), ..Self::default() };
        if json.is_null() {
            return Ok(read);
        }
        let object = json.as_object().ok_or_else(|| Error::invalid(at, "type", "must be an object"))?;
        for (name, value) in object {
            let at = format!("{at}.{name}");
            match name.as_str() {
                "types" => {
                    read.types =
                        Some(texts(value, &at, |key, at| TypeKey::parse(key, at).map(String::from))?);
                }
                "locales" => {
                    read.locales =
                        Some(texts(value, &at, |code, at| Locale::parse(code, at).map(String::from))?);
                }
                "statuses" => {
                    let statuses = texts(value, &at, |word, at| {
                        let status = Status::find(&word.to_ascii_lowercase());
                        let message = "must be one of DRAFT, SCHEDULED, PUBLISHED, ARCHIVED";
                        let status = status.ok_or_else(|| Error::invalid(at, "unknown_status", message))?;
                        Ok(status.name().to_owned())
                    })?;
                    read.statuses = Some(statuses.iter().filter_map(|word| Status::find(word)).collect());
                }
                "rows" => read.rows = Some(Condition::parse(value, &at)?),
                "read" => read.hidden = hidden(&except(value, &at)?)?,
                "write" => read.locked = locked(&except(value, &at)?)?,
                _ => {
                    let message = "must be one of `types`, `locales`, `statuses`, `rows`, `read`, `write`";
                    return Err(Error::invalid(at, "unknown", message));
                }
            }
        }
        Ok(read)
    }

    /// The same as JSON, as it was given.
    #[must_use]
    pub fn to_json(&self) -> &Value {
        &self.source
    }

    /// Whether nothing is restricted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sees_everything() && self.locked.is_empty()
    }

    /// Whether every entry is seen, and all of it.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        self.types.is_none()
            && self.locales.is_none()
            && self.statuses.is_none()
            && self.rows.is_none()
            && self.hidden.is_empty()
    }

    /// Whether a field, by its GraphQL name or as `fields.…`, is not seen.
    #[must_use]
    pub fn hides(&self, field: &str) -> bool {
        match field.strip_prefix("fields.") {
            Some(path) => path.split('.').next().is_some_and(|key| self.hidden.keys.contains(key)),
            None => HIDEABLE.iter().any(|(name, column)| *name == field && self.hidden.column(column)),
        }
    }

    /// Whether a field is not written.
    #[must_use]
    pub fn locks(&self, field: &str) -> bool {
        let mut path = field.splitn(3, '.');
        match (path.next(), path.next()) {
            (Some("fields"), Some(key)) => self.locked.contains(&format!("fields.{key}")),
            _ => self.locked.contains(field),
        }
    }

    /// Whether an entry is among those that are meant; what of it is another question.
    #[must_use]
    pub fn admits(&self, entry: &Facts<'_>, claims: &Claims) -> bool {
        let among = |wanted: &Option<BTreeSet<String>>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.contains(found))
        };
        let stands =
            self.statuses.as_ref().is_none_or(|some| some.iter().any(|one| one.name() == entry.status));
        let value = |target: &Target| match target {
            Target::Slug => Some(Value::from(entry.slug)),
            Target::ExternalId => entry.external_id.map(Value::from),
            Target::Custom(path) => at_path(entry.fields, path).cloned(),
        };
        among(&self.types, entry.type_key)
            && among(&self.locales, entry.locale)
            && stands
            && self.rows.as_ref().is_none_or(|rows| rows.holds(&value, claims))
    }

    /// The first thing that differs between two states of an entry and is not to be written.
    #[must_use]
    pub fn forbids(&self, before: Option<&Facts<'_>>, after: &Facts<'_>) -> Option<String> {
        let differs = |of: fn(&Facts<'_>) -> String| before.is_some_and(|before| of(before) != of(after));
        let named = [
            ("slug", differs(|entry| entry.slug.to_owned())),
            ("title", differs(|entry| entry.title.to_owned())),
        ];
        if let Some((name, _)) = named.iter().find(|(name, differs)| *differs && self.locked.contains(*name))
        {
            return Some((*name).to_owned());
        }
        let locked = self.locked.iter().filter_map(|name| name.strip_prefix("fields."));
        let mut keys = locked.chain(self.hidden.keys.iter().map(String::as_str));
        let changed = |key: &&str| {
            let before = before.and_then(|before| before.fields.get(*key));
            before != after.fields.get(*key)
        };
        keys.find(changed).map(|key| format!("fields.{key}"))
    }
}

fn at_path<'v>(fields: &'v Value, path: &FieldPath) -> Option<&'v Value> {
    path.segments().iter().try_fold(fields, |inside, segment| match inside {
        Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
        inside => inside.get(segment),
    })
}

fn texts(value: &Value, at: &str, read: impl Fn(&str, &str) -> Result<String>) -> Result<BTreeSet<String>> {
    let items = value.as_array().ok_or_else(|| Error::invalid(at, "type", "must be a list of texts"))?;
    if items.len() > MAX_ITEMS {
        return Err(Error::limit_at(at, "items of a restriction", MAX_ITEMS as u64, items.len() as u64));
    }
    let each = items.iter().enumerate().map(|(place, item)| {
        let at = format!("{at}.{place}");
        let text = item.as_str().ok_or_else(|| Error::invalid(at.as_str(), "type", "must be text"))?;
        read(text, &at)
    });
    each.collect()
}

/// The names in `{"except": […]}`, each with its place.
fn except(value: &Value, at: &str) -> Result<Vec<(String, String)>> {
    let object = value.as_object().filter(|object| object.len() == 1);
    let list = object.and_then(|object| object.get("except"));
    let list = list.ok_or_else(|| Error::invalid(at, "type", "must be {\"except\": [\"fields.…\"]}"))?;
    let at = format!("{at}.except");
    let names = texts(list, &at, |name, _| Ok(name.to_owned()))?;
    Ok(names.into_iter().map(|name| (name, at.clone())).collect())
}

/// The first name of a custom field, `cost` of `fields.cost`; a part of one cannot be told from the whole everywhere.
fn custom(name: &str, at: &str) -> Result<Option<String>> {
    let Some(path) = name.strip_prefix("fields.") else { return Ok(None) };
    let path = FieldPath::parse(path, at)?;
    match path.segments() {
        [one] => Ok(Some(one.clone())),
        _ => {
            Err(Error::invalid(at, "path", format!("`{name}` must be a whole field: `fields.` and one name")))
        }
    }
}

fn hidden(names: &[(String, String)]) -> Result<Hidden> {
    let mut hidden = Hidden::default();
    for (name, at) in names {
        if let Some(key) = custom(name, at)? {
            hidden.keys.insert(key);
            continue;
        }
        let column = HIDEABLE.iter().find(|(known, _)| known == name).map(|(_, column)| *column);
        hidden.columns.insert(column.ok_or_else(|| {
            let known = HIDEABLE.map(|(name, _)| name).join(", ");
            let message = format!("`{name}` cannot be hidden; `fields.…` can, and {known}");
            Error::invalid(at.as_str(), "unknown_field", message)
        })?);
    }
    Ok(hidden)
}

fn locked(names: &[(String, String)]) -> Result<BTreeSet<String>> {
    let each = names.iter().map(|(name, at)| match (custom(name, at)?, name.as_str()) {
        (Some(_), _) | (None, "slug" | "title") => Ok(name.clone()),
        (None, _) => {
            let message = format!("`{name}` cannot be locked; `fields.…`, `slug` and `title` can");
            Err(Error::invalid(at.as_str(), "unknown_field", message))
        }
    });
    each.collect()
}
