//! The values of variables, held to the types that the operation gives them before anything runs: whether a document is new
//! or known, what does not fit makes the request none (GraphQL, September 2025, section 6.1.2).

use async_graphql::{
    Positioned,
    parser::types::{BaseType, Type, VariableDefinition},
};
use serde_json::{Map, Value};

use super::types::{Input, Scalar, Types};
use crate::domain::{Error, Result, Violation};

/// How many violations one refusal names.
const MOST: usize = 20;
/// How much of a value that does not fit is shown, in characters.
const SHOWN: usize = 40;

/// Holds what was given to the variables' types. An id that came as an integer is made the text that it
/// stands for, and 2.0 the integer 2.
///
/// # Errors
/// `INVALID` naming every value that does not fit: the variable, where in it, what the schema takes and what was given.
pub(super) fn variables(
    types: &Types,
    definitions: &[Positioned<VariableDefinition>],
    variables: &mut Map<String, Value>,
) -> Result<()> {
    let mut fitting = Fitting { types, violations: Vec::new() };
    for definition in definitions {
        let definition = &definition.node;
        let (name, ty) = (definition.name.node.as_str(), &definition.var_type.node);
        match variables.get_mut(name) {
            Some(value) => fitting.value(ty, value, &format!("${name}")),
            None if ty.nullable || definition.default_value.is_some() => {}
            None => fitting.wrong(&format!("${name}"), "required", format!("must be given: it is {ty}")),
        }
    }
    if fitting.violations.is_empty() { Ok(()) } else { Err(Error::violated(fitting.violations)) }
}

struct Fitting<'t> {
    types: &'t Types,
    violations: Vec<Violation>,
}

impl Fitting<'_> {
    fn wrong(&mut self, path: &str, code: &'static str, message: String) {
        if self.violations.len() < MOST {
            self.violations.push(Violation::new(path, code, message));
        }
    }

    fn value(&mut self, ty: &Type, value: &mut Value, path: &str) {
        match (&ty.base, value) {
            (_, Value::Null) => {
                if !ty.nullable {
                    self.wrong(path, "required", format!("must be {ty}, and not null"));
                }
            }
            (BaseType::List(inner), Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(inner, item, &format!("{path}.{index}"));
                }
            }
            // One value alone is a list of one.
            (BaseType::List(inner), value) => self.value(inner, value, path),
            (BaseType::Named(name), value) => match self.types.input(name) {
                Some(Input::Scalar(scalar)) => self.scalar(*scalar, ty, value, path),
                Some(Input::Enum(words)) => match value {
                    Value::String(word) if words.contains(word.as_str()) => {}
                    value => self.mismatch(ty, value, path),
                },
                Some(Input::Object { fields, one_of }) => {
                    let Value::Object(given) = value else { return self.mismatch(ty, value, path) };
                    if *one_of && (given.len() != 1 || given.values().any(Value::is_null)) {
                        let message = format!("must have exactly one field, not null: it is {ty}");
                        self.wrong(path, "one_of", message);
                    }
                    for (key, value) in given.iter_mut() {
                        let path = format!("{path}.{key}");
                        match fields.get(key.as_str()) {
                            Some(field) => self.value(&field.ty, value, &path),
                            None => self.wrong(&path, "unknown", format!("is not a field of {name}")),
                        }
                    }
                    for (key, field) in fields {
                        if !field.ty.nullable && !field.default && !given.contains_key(key.as_str()) {
                            let message = format!("must be given: it is {}", field.ty);
                            self.wrong(&format!("{path}.{key}"), "required", message);
                        }
                    }
                }
                // Of such a type there are no variables, as the document's own validation says.
                None => {}
            },
        }
    }

    fn scalar(&mut self, scalar: Scalar, ty: &Type, value: &mut Value, path: &str) {
        if let (Scalar::Id, Value::Number(number)) = (scalar, &*value)
            && (number.is_i64() || number.is_u64())
        {
            *value = Value::String(number.to_string());
        }
        // 2.0 is an integer as well (section 3.5.1), written as one for what comes after.
        if let (Scalar::Int, Some(number)) = (scalar, value.as_f64())
            && number.fract() == 0.0
            && let Ok(number) = i32::try_from(number as i64)
        {
            *value = Value::from(number);
        }
        let fits = match (scalar, &*value) {
            (Scalar::Any, _)
            | (Scalar::Text | Scalar::Id, Value::String(_))
            | (Scalar::Boolean, Value::Bool(_))
            | (Scalar::Float, Value::Number(_)) => true,
            (Scalar::Int, value) => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            _ => false,
        };
        if !fits {
            self.mismatch(ty, value, path);
        }
    }

    fn mismatch(&mut self, ty: &Type, value: &Value, path: &str) {
        self.wrong(path, "type", format!("must be {ty}, but is {}", shown(value)));
    }
}

/// A value in a message: what it is, and its beginning.
fn shown(value: &Value) -> String {
    let kind = match value {
        Value::Null => return "null".to_owned(),
        Value::Array(_) => return "a list".to_owned(),
        Value::Object(_) => return "an object".to_owned(),
        Value::Bool(_) => "the boolean",
        Value::Number(_) => "the number",
        Value::String(_) => "the text",
    };
    let text = value.to_string();
    let beginning: String = text.chars().take(SHOWN).collect();
    let rest = if beginning.len() < text.len() { "…" } else { "" };
    format!("{kind} {beginning}{rest}")
}
