//! Where schemas stand inside a schema: the one list of keywords that hold some.

use serde_json::{Map, Value};

/// How a nested schema is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// To the same value.
    InPlace,
    /// To a value inside: one of several schemas for one child at most, so that the dearest counts.
    Either,
    /// To a value inside, beside others.
    Inside,
    /// To nothing by itself.
    Definition,
}

/// Keywords that hold one schema.
const ONE: [(&str, Edge); 11] = [
    ("not", Edge::InPlace),
    ("if", Edge::InPlace),
    ("then", Edge::InPlace),
    ("else", Edge::InPlace),
    ("additionalProperties", Edge::Inside),
    ("propertyNames", Edge::Inside),
    ("items", Edge::Inside),
    ("contains", Edge::Inside),
    ("unevaluatedItems", Edge::Inside),
    ("unevaluatedProperties", Edge::Inside),
    ("contentSchema", Edge::Inside),
];

/// Keywords that hold a list of schemas.
const LIST: [(&str, Edge); 4] = [
    ("allOf", Edge::InPlace),
    ("anyOf", Edge::InPlace),
    ("oneOf", Edge::InPlace),
    ("prefixItems", Edge::Either),
];

/// Keywords that hold schemas by name.
const NAMED: [(&str, Edge); 5] = [
    ("dependentSchemas", Edge::InPlace),
    ("properties", Edge::Either),
    ("patternProperties", Edge::Inside),
    ("$defs", Edge::Definition),
    ("definitions", Edge::Definition),
];

/// Keywords that reach outside the document, move its base or name places by other means than a pointer, and those of
/// older drafts that hold schemas where this list would not look for them.
pub(super) const REFUSED: [&str; 11] = [
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
    "$vocabulary",
    "dependencies",
    "additionalItems",
    "extends",
    "disallow",
];

/// One schema inside another.
#[derive(Debug, Clone)]
pub(super) struct Nested<'a> {
    /// Its JSON Pointer in the document.
    pub(super) pointer: String,
    /// How it is applied.
    pub(super) edge: Edge,
    /// The schema.
    pub(super) schema: &'a Value,
}

/// The schemas directly inside the one at `pointer`; `$ref` is not followed.
pub(super) fn nested<'a>(pointer: &str, schema: &'a Map<String, Value>) -> Vec<Nested<'a>> {
    let mut found = Vec::new();
    for (keyword, edge) in ONE {
        if let Some(inner) = schema.get(keyword) {
            found.push(Nested { pointer: format!("{pointer}/{keyword}"), edge, schema: inner });
        }
    }
    for (keyword, edge) in LIST {
        for (index, inner) in schema.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            found.push(Nested { pointer: format!("{pointer}/{keyword}/{index}"), edge, schema: inner });
        }
    }
    for (keyword, edge) in NAMED {
        for (name, inner) in schema.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            found.push(Nested {
                pointer: format!("{pointer}/{keyword}/{}", escaped(name)),
                edge,
                schema: inner,
            });
        }
    }
    found
}

/// A name as a segment of a JSON Pointer (RFC 6901).
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// How deep a JSON value nests, counted no further than one past the limit.
pub(super) fn depth(value: &Value, limit: usize) -> usize {
    let inner = match value {
        Value::Object(map) if limit > 0 => map.values().map(|v| depth(v, limit - 1)).max(),
        Value::Array(items) if limit > 0 => items.iter().map(|v| depth(v, limit - 1)).max(),
        _ => return 1,
    };
    1 + inner.unwrap_or(0)
}
