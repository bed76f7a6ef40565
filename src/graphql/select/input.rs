//! Arguments, parsed: every value is looked at once, and what is wrong is named with its path.

use async_graphql::parser::types::Field;
use async_graphql_value::{ConstValue, Name, Value};
use indexmap::IndexMap;

use super::{Selector, VALUE};
use crate::domain::{Error, Result, catalog::EnumType, moment::Moment};

/// An argument or a part of one, and where it stands.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct Input<'a> {
    value: &'a ConstValue,
    path: String,
}

/// The fields of an input object, or the arguments of a field.
#[derive(Debug)]
pub(in crate::graphql) struct Inputs<'a> {
    values: &'a IndexMap<Name, ConstValue>,
    path: String,
}

impl Selector<'_> {
    /// The arguments of a field, variables filled in. What was left out stays left out.
    pub(in crate::graphql) fn arguments(&self, field: &Field) -> Result<IndexMap<Name, ConstValue>> {
        let mut arguments = IndexMap::with_capacity(field.arguments.len());
        for (name, value) in &field.arguments {
            if let Some(value) = self.resolve(&value.node)? {
                arguments.insert(name.node.clone(), value);
            }
        }
        Ok(arguments)
    }

    /// A value with its variables filled in; nothing where it is a variable that was left out.
    pub(in crate::graphql) fn resolve(&self, value: &Value) -> Result<Option<ConstValue>> {
        self.weigh(match value {
            Value::String(text) => text.len().saturating_add(VALUE),
            _ => VALUE,
        })?;
        Ok(Some(match value {
            Value::Variable(name) => return self.variable(name),
            Value::Null => ConstValue::Null,
            Value::Number(number) => ConstValue::Number(number.clone()),
            Value::String(text) => ConstValue::String(text.clone()),
            Value::Boolean(boolean) => ConstValue::Boolean(*boolean),
            Value::Binary(bytes) => ConstValue::Binary(bytes.clone()),
            Value::Enum(name) => ConstValue::Enum(name.clone()),
            Value::List(items) => ConstValue::List(
                items
                    .iter()
                    .map(|item| Ok(self.resolve(item)?.unwrap_or(ConstValue::Null)))
                    .collect::<Result<_>>()?,
            ),
            Value::Object(fields) => {
                let mut object = IndexMap::with_capacity(fields.len());
                for (name, value) in fields {
                    if let Some(value) = self.resolve(value)? {
                        object.insert(name.clone(), value);
                    }
                }
                ConstValue::Object(object)
            }
        }))
    }
}

impl<'a> Inputs<'a> {
    /// The arguments of a field.
    pub(in crate::graphql) fn of_field(values: &'a IndexMap<Name, ConstValue>) -> Self {
        Self { values, path: String::new() }
    }

    /// What was given under a name; null counts as not given.
    pub(in crate::graphql) fn find(&self, name: &str) -> Option<Input<'a>> {
        let value = self.values.get(name).filter(|value| **value != ConstValue::Null)?;
        Some(Input { value, path: self.at(name) })
    }

    /// What was given under a name.
    pub(in crate::graphql) fn get(&self, name: &str) -> Result<Input<'a>> {
        self.find(name).ok_or_else(|| Error::invalid(self.at(name), "required", "must be given"))
    }

    /// Everything that was given, also nulls.
    pub(in crate::graphql) fn entries(&self) -> impl Iterator<Item = (&'a str, Input<'a>)> + '_ {
        self.values.iter().map(|(name, value)| (name.as_str(), Input { value, path: self.at(name.as_str()) }))
    }

    /// The one field that was given, of a `@oneOf` input.
    pub(in crate::graphql) fn one_of(&self) -> Result<(&'a str, Input<'a>)> {
        let mut given = self.entries();
        match (given.next(), given.next()) {
            (Some((name, input)), None) if !input.is_null() => Ok((name, input)),
            _ => Err(Error::invalid(self.path.as_str(), "one_of", "must have exactly one field, not null")),
        }
    }

    /// Refuses what is not among the known names.
    pub(in crate::graphql) fn only(&self, known: &[&str]) -> Result<()> {
        match self.entries().find(|(name, _)| !known.contains(name)) {
            Some((_, input)) => Err(input.unknown(&format!("one of: {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    /// Where they stand.
    pub(in crate::graphql) fn path(&self) -> &str {
        &self.path
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

impl<'a> Input<'a> {
    /// Where it stands.
    pub(in crate::graphql) fn path(&self) -> &str {
        &self.path
    }

    /// Whether it is an explicit null.
    pub(in crate::graphql) fn is_null(&self) -> bool {
        *self.value == ConstValue::Null
    }

    /// The value as it came.
    pub(in crate::graphql) fn value(&self) -> &'a ConstValue {
        self.value
    }

    /// A text.
    pub(in crate::graphql) fn text(&self) -> Result<&'a str> {
        match self.value {
            ConstValue::String(text) if text.contains('\0') => Err(self.wrong("nul", "must not hold U+0000")),
            ConstValue::String(text) => Ok(text),
            _ => Err(self.wrong("type", "must be a text")),
        }
    }

    /// A 32-bit integer.
    pub(in crate::graphql) fn int(&self) -> Result<i32> {
        match self.value {
            ConstValue::Number(number) => {
                // 1.0 is an integer too (GraphQL, section 3.5.1).
                let whole = |number: &f64| number.fract() == 0.0 && number.abs() < 2_147_483_648.0;
                let number =
                    number.as_i64().or_else(|| number.as_f64().filter(whole).map(|number| number as i64));
                number.and_then(|number| i32::try_from(number).ok())
            }
            _ => None,
        }
        .ok_or_else(|| self.wrong("type", "must be a 32-bit integer"))
    }

    /// A number, as it was written.
    pub(in crate::graphql) fn number(&self) -> Result<String> {
        match self.value {
            ConstValue::Number(number) => Ok(number.to_string()),
            _ => Err(self.wrong("type", "must be a number")),
        }
    }

    /// True or false.
    pub(in crate::graphql) fn boolean(&self) -> Result<bool> {
        match self.value {
            ConstValue::Boolean(boolean) => Ok(*boolean),
            _ => Err(self.wrong("type", "must be true or false")),
        }
    }

    /// A moment, RFC 3339, or a date.
    pub(in crate::graphql) fn moment(&self) -> Result<chrono::DateTime<chrono::Utc>> {
        let parsed = Moment::parse(self.text()?);
        parsed.map(Moment::utc).map_err(|fault| self.wrong(fault.code(), &fault.to_string()))
    }

    /// A word of a closed set; variables bring it as a text.
    pub(in crate::graphql) fn word(&self) -> Result<&'a str> {
        match self.value {
            ConstValue::Enum(name) => Ok(name.as_str()),
            ConstValue::String(text) => Ok(text),
            _ => Err(self.wrong("type", "must be one of the type's values")),
        }
    }

    /// The database's word for a value of a closed set.
    pub(in crate::graphql) fn member(&self, of: &'static EnumType) -> Result<&'static str> {
        let word = self.word()?;
        of.find(word).map(|value| value.sql).ok_or_else(|| self.unknown(&format!("a value of {}", of.name)))
    }

    /// The items of a list; one value alone is a list of one (GraphQL's input coercion).
    pub(in crate::graphql) fn items(&self) -> Vec<Input<'a>> {
        match self.value {
            ConstValue::List(items) => items
                .iter()
                .enumerate()
                .map(|(index, value)| Input { value, path: format!("{}.{index}", self.path) })
                .collect(),
            value => vec![Input { value, path: self.path.clone() }],
        }
    }

    /// The fields of an object.
    pub(in crate::graphql) fn object(&self) -> Result<Inputs<'a>> {
        match self.value {
            ConstValue::Object(values) => Ok(Inputs { values, path: self.path.clone() }),
            _ => Err(self.wrong("type", "must be an object")),
        }
    }

    /// What is wrong with it.
    pub(in crate::graphql) fn wrong(&self, code: &'static str, message: &str) -> Error {
        Error::invalid(self.path.as_str(), code, message)
    }

    /// It is not one of the known.
    pub(in crate::graphql) fn unknown(&self, of: &str) -> Error {
        Error::invalid(self.path.as_str(), "unknown", format!("is not {of}"))
    }
}
