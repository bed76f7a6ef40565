//! What a role is restricted to: which entries, and what of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{
    condition::{Claims, Condition, Target},
    field::{Hidden, Locked, part},
};
use crate::domain::{
    Error, Result,
    entry::Status,
    fields::FieldPath,
    text::{Locale, TypeKey},
};

/// The most items of one list.
const MAX_ITEMS: usize = 200;

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
    /// What of an entry is not written.
    pub locked: Locked,
    /// As it was given.
    source: Value,
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
    /// When it is going to be published.
    pub scheduled_at: Option<DateTime<Utc>>,
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
                "read" => read.hidden = Hidden::parse(&except(value, &at)?, &format!("{at}.except"))?,
                "write" => read.locked = Locked::parse(&except(value, &at)?, &format!("{at}.except"))?,
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

    /// The first thing that differs between two states of an entry and is not to be written. Who makes an entry gives it what
    /// every entry has, but chooses no slug without seeing slugs: whether it is taken would tell of those that are there.
    #[must_use]
    pub fn forbids(&self, before: Option<&Facts<'_>>, after: &Facts<'_>) -> Option<String> {
        let kept = |name: &str| self.locked.names.contains(name) || self.hidden.named(name);
        if let Some(before) = before {
            let differs = [
                ("slug", before.slug != after.slug),
                ("title", before.title != after.title),
                ("status", before.status != after.status),
                ("scheduledAt", before.scheduled_at != after.scheduled_at),
            ];
            if let Some((name, _)) = differs.into_iter().find(|(name, differs)| *differs && kept(name)) {
                return Some(name.to_owned());
            }
        }
        if before.is_none() && self.hidden.named("slug") {
            return Some("slug".to_owned());
        }
        let empty = Value::Object(Map::new());
        let was = before.map_or(&empty, |before| before.fields);
        if was != after.fields && kept("fields") {
            return Some("fields".to_owned());
        }
        let mut paths = self.locked.paths.iter().chain(&self.hidden.paths);
        let changed = |path: &&FieldPath| part(was, path.segments()) != part(after.fields, path.segments());
        paths.find(changed).map(|path| format!("fields.{path}"))
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
        return Err(Error::limit_at(
            at,
            ("restriction_items", "items of a restriction"),
            MAX_ITEMS as u64,
            items.len() as u64,
        ));
    }
    let each = items.iter().enumerate().map(|(place, item)| {
        let at = format!("{at}.{place}");
        let text = item.as_str().ok_or_else(|| Error::invalid(at.as_str(), "type", "must be text"))?;
        read(text, &at)
    });
    each.collect()
}

/// The names in `{"except": […]}`.
fn except(value: &Value, at: &str) -> Result<BTreeSet<String>> {
    let object = value.as_object().filter(|object| object.len() == 1);
    let list = object.and_then(|object| object.get("except"));
    let list = list.ok_or_else(|| Error::invalid(at, "type", "must be {\"except\": [\"fields.…\"]}"))?;
    texts(list, &format!("{at}.except"), |name, _| Ok(name.to_owned()))
}
