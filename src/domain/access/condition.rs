//! A condition on entries that a role is restricted to: fields compared with values, or with what the caller's credential claims.

use serde_json::{Map, Number, Value};

use crate::domain::{Error, Result, fields::FieldPath};

/// The most parts that one condition has.
const MAX_PARTS: u32 = 50;
/// The deepest that conditions stand inside of conditions.
const MAX_DEPTH: u32 = 5;
/// The most values that one list has.
const MAX_VALUES: usize = 200;

/// What a credential says of its bearer.
pub type Claims = Map<String, Value>;

/// Which entries. There is no `not`: a claim that is missing matches nothing, and nothing turns that into everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these.
    All(Vec<Condition>),
    /// Any of these.
    Any(Vec<Condition>),
    /// A field compared.
    Test(Target, Check),
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A custom field.
    Custom(FieldPath),
    /// The slug.
    Slug,
    /// The id at the source.
    ExternalId,
}

/// How it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It is one of these values.
    In(Term),
    /// It is a list that has one of these values in it.
    Has(Term),
}

/// The values that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// These.
    Values(Vec<Scalar>),
    /// The one of this claim; the segments lead into objects. A list is no value here.
    Claim(Vec<String>),
    /// The one, or those in the list, of this claim.
    Claims(Vec<String>),
}

/// A JSON value that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A number.
    Number(Number),
    /// True or false.
    Boolean(bool),
}

impl Scalar {
    fn of(value: &Value) -> Option<Self> {
        match value {
            // PostgreSQL's text has no such character, so no row has it either.
            Value::String(text) if text.contains('\0') => None,
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Number(number) => Some(Self::Number(number.clone())),
            Value::Bool(boolean) => Some(Self::Boolean(*boolean)),
            _ => None,
        }
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Boolean(boolean) => Value::Bool(*boolean),
        }
    }

    fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Number(this), Value::Number(that)) => this == that || this.as_f64() == that.as_f64(),
            _ => self.to_json() == *value,
        }
    }
}

impl Term {
    /// The values, as far as the claims have any.
    #[must_use]
    pub fn values(&self, claims: &Claims) -> Vec<Scalar> {
        let (path, many) = match self {
            Self::Values(values) => return values.clone(),
            Self::Claim(path) => (path, false),
            Self::Claims(path) => (path, true),
        };
        let mut segments = path.iter();
        let first = segments.next().and_then(|first| claims.get(first));
        let found = segments.fold(first, |inside, segment| inside?.get(segment));
        match found {
            Some(Value::Array(values)) if many => {
                values.iter().take(MAX_VALUES).filter_map(Scalar::of).collect()
            }
            Some(value) => Scalar::of(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// `INVALID` naming what is no condition, and where.
    pub fn parse(json: &Value, at: &str) -> Result<Self> {
        let mut parts = 0;
        Self::read(json, at, 1, &mut parts)
    }

    fn read(json: &Value, at: &str, depth: u32, parts: &mut u32) -> Result<Self> {
        *parts += 1;
        if depth > MAX_DEPTH {
            return Err(Error::limit_at(
                at,
                ("condition_depth", "levels of a row condition"),
                MAX_DEPTH,
                depth,
            ));
        }
        if *parts > MAX_PARTS {
            return Err(Error::limit_at(
                at,
                ("condition_parts", "parts of a row condition"),
                MAX_PARTS,
                *parts,
            ));
        }
        let object = json.as_object().ok_or_else(|| {
            Error::invalid(
                at,
                "type",
                "must be an object: {\"field\": …, \"in\": …}, {\"all\": […]} or {\"any\": […]}",
            )
        })?;
        let mut each = |name: &str, value: &Value| -> Result<Vec<Self>> {
            let at = format!("{at}.{name}");
            let items = value.as_array().filter(|items| !items.is_empty());
            let items =
                items.ok_or_else(|| Error::invalid(at.as_str(), "type", "must be a list of conditions"))?;
            let numbered = items.iter().enumerate();
            numbered
                .map(|(place, item)| Self::read(item, &format!("{at}.{place}"), depth + 1, parts))
                .collect()
        };
        let mut named = object.iter();
        match (named.next(), named.next(), named.next()) {
            (Some((name, value)), None, None) if name == "all" => each(name, value).map(Self::All),
            (Some((name, value)), None, None) if name == "any" => each(name, value).map(Self::Any),
            (Some(_), Some(_), None) if object.contains_key("field") => Self::test(object, at),
            _ => Err(Error::invalid(
                at,
                "condition",
                "must be {\"all\": […]}, {\"any\": […]}, or `field` with one of `eq`, `in`, `has`",
            )),
        }
    }

    fn test(object: &Map<String, Value>, at: &str) -> Result<Self> {
        let place = format!("{at}.field");
        let name = object.get("field").and_then(Value::as_str);
        let name =
            name.ok_or_else(|| Error::invalid(place.as_str(), "type", "must be the name of a field"))?;
        let target = match (name, name.strip_prefix("fields.")) {
            (_, Some(path)) => Target::Custom(FieldPath::parse(path, &place)?),
            ("slug", None) => Target::Slug,
            ("externalId", None) => Target::ExternalId,
            _ => {
                let message = format!("must be `slug`, `externalId` or `fields.…`, not `{name}`");
                return Err(Error::invalid(place, "unknown_field", message));
            }
        };
        let compared = object.iter().find(|(name, _)| *name != "field");
        let (name, value) = compared
            .ok_or_else(|| Error::invalid(at, "required", "needs one of `eq`, `in`, `has` beside `field`"))?;
        let at = format!("{at}.{name}");
        let check = match name.as_str() {
            "eq" => Check::In(term(value, false, &at)?),
            "in" => Check::In(term(value, true, &at)?),
            "has" if matches!(target, Target::Custom(_)) => Check::Has(term(value, false, &at)?),
            "has" => return Err(Error::invalid(at, "type", "goes with a custom field only")),
            _ => return Err(Error::invalid(at, "unknown", "must be one of `eq`, `in`, `has`")),
        };
        Ok(Self::Test(target, check))
    }

    /// Whether some of what it compares is such.
    #[must_use]
    pub fn compares(&self, such: &dyn Fn(&Target) -> bool) -> bool {
        match self {
            Self::All(each) | Self::Any(each) => each.iter().any(|one| one.compares(such)),
            Self::Test(target, _) => such(target),
        }
    }

    /// Whether an entry satisfies it.
    #[must_use]
    pub fn holds(&self, entry: &dyn Fn(&Target) -> Option<Value>, claims: &Claims) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.holds(entry, claims)),
            Self::Any(any) => any.iter().any(|one| one.holds(entry, claims)),
            Self::Test(target, check) => {
                let Some(found) = entry(target) else { return false };
                match (check, &found) {
                    (Check::In(term), value) => term.values(claims).iter().any(|one| one.equals(value)),
                    (Check::Has(term), Value::Array(items)) => {
                        term.values(claims).iter().any(|one| items.iter().any(|item| one.equals(item)))
                    }
                    (Check::Has(_), _) => false,
                }
            }
        }
    }
}

fn term(value: &Value, list: bool, at: &str) -> Result<Term> {
    if let Some(object) = value.as_object() {
        let name = object.get("claim").and_then(Value::as_str).filter(|name| !name.is_empty());
        let (Some(name), 1) = (name, object.len()) else {
            return Err(Error::invalid(at, "claim", "must be {\"claim\": \"name\"} or a value"));
        };
        let path = name.split('.').map(str::to_owned).collect();
        return Ok(if list { Term::Claims(path) } else { Term::Claim(path) });
    }
    let wrong = |at: &str| Error::invalid(at, "type", "must be text, a number, true or false");
    if !list {
        return Ok(Term::Values(vec![Scalar::of(value).ok_or_else(|| wrong(at))?]));
    }
    let items =
        value.as_array().ok_or_else(|| Error::invalid(at, "type", "must be a list, or {\"claim\": …}"))?;
    if items.len() > MAX_VALUES {
        return Err(Error::limit_at(
            at,
            ("condition_values", "values of a row condition"),
            MAX_VALUES as u64,
            items.len() as u64,
        ));
    }
    let values = items
        .iter()
        .enumerate()
        .map(|(place, item)| Scalar::of(item).ok_or_else(|| wrong(&format!("{at}.{place}"))));
    values.collect::<Result<_>>().map(Term::Values)
}
