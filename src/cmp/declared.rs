//! The content types that a connector declares, and whether its mappings fill the fields that they have.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_saphyr::Spanned;

use super::{
    spec::{ContentTypeSpec, ResourceSpec, TypeSpec},
    yaml::Place,
};
use crate::domain::{
    Error, Violation,
    fields::Schema,
    text::{Name, TypeKey},
};

/// A declared content type, by what a mapping must know of it.
pub(super) struct Declared {
    schema: Schema,
    /// The fields it has, where it allows no others.
    only: Option<Vec<String>>,
}

/// Checks what is declared; each type is usable on its own.
pub(super) fn check(
    file: &str,
    types: &[Spanned<ContentTypeSpec>],
    violations: &mut Vec<Violation>,
) -> BTreeMap<String, Declared> {
    let mut known = BTreeMap::new();
    for declared in types {
        let at = Place::of(file, declared).to_string();
        let ContentTypeSpec { key, name, schema, .. } = &declared.value;
        let mut fault = |error: Error| {
            violations.extend(error.violations().iter().map(|wrong| {
                let message = format!("content type `{key}`: {}: {}", wrong.path, wrong.message);
                Violation::new(at.clone(), wrong.code, message)
            }));
        };
        if let Err(error) = TypeKey::parse(key, "key") {
            fault(error);
        }
        if let Err(error) = Name::parse(name, "name") {
            fault(error);
        }
        match Schema::parse(schema) {
            Err(error) => fault(error),
            Ok(_) if known.contains_key(key) => {
                fault(Error::invalid("key", "duplicate", "is declared twice"));
            }
            Ok(parsed) => {
                known.insert(key.clone(), Declared { schema: parsed, only: only(schema) });
            }
        }
    }
    known
}

fn only(schema: &Value) -> Option<Vec<String>> {
    if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        return None;
    }
    let properties = schema.get("properties").and_then(Value::as_object)?;
    Some(properties.keys().cloned().collect())
}

/// Checks that a mapping to a declared type fills fields that the type has, and refers by fields that refer. Every item
/// would fail for what is wrong here.
pub(super) fn check_fields(
    file: &str,
    types: &BTreeMap<String, Declared>,
    resource: &ResourceSpec,
    violations: &mut Vec<Violation>,
) {
    let Some(entry) = &resource.entry else { return };
    let TypeSpec::Fixed(key) = &entry.content_type.value else { return };
    let Some(declared) = types.get(key) else { return };
    let name = &resource.name.value;
    let places = entry.fields.iter().map(|(field, jq)| (field, Place::of(file, jq).to_string()));
    let referring = entry.references.iter().map(|(field, it)| (field, Place::of(file, it).to_string()));
    let referring: Vec<(&String, String)> = referring.collect();
    for (field, at) in places.chain(referring.iter().cloned()) {
        if declared.only.as_ref().is_some_and(|only| !only.contains(field)) {
            let message = format!("resource `{name}`: content type `{key}` has no field `{field}`");
            violations.push(Violation::new(at, "unknown_field", message));
        }
    }
    for (field, at) in referring {
        let refers = declared.schema.fields().iter().any(|custom| {
            custom.reference.is_some() && custom.path.segments() == std::slice::from_ref(field)
        });
        if !refers {
            let message = format!(
                "resource `{name}`: field `{field}` of content type `{key}` needs `x-reference` to refer"
            );
            violations.push(Violation::new(at, "no_reference", message));
        }
    }
}
