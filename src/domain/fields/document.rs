//! A schema document as a whole: every schema in it by its pointer, with the references between them checked.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    limits, pattern,
    walk::{self, Edge, Nested},
};
use crate::domain::Violation;

/// The schemas of one document by their JSON Pointers; the root's is empty. Keys in order, so that messages are too.
#[derive(Debug)]
pub(super) struct Document<'a> {
    schemas: BTreeMap<String, &'a Value>,
}

impl<'a> Document<'a> {
    /// Collects and checks.
    pub(super) fn read(root: &'a Value) -> Result<Self, Vec<Violation>> {
        let mut document = Self { schemas: BTreeMap::new() };
        let mut violations = Vec::new();
        let mut waiting = vec![(String::new(), root)];
        while let Some((pointer, schema)) = waiting.pop() {
            if let Value::Object(map) = schema {
                check(&pointer, map, &mut violations);
                waiting.extend(walk::nested(&pointer, map).into_iter().map(|n| (n.pointer, n.schema)));
            }
            document.schemas.insert(pointer, schema);
            if document.schemas.len() > limits::SUBSCHEMAS {
                let message = format!("holds more than {} schemas", limits::SUBSCHEMAS);
                return Err(vec![Violation::new("schema", "too_many_schemas", message)]);
            }
        }
        document.check_references(&mut violations);
        if violations.is_empty() {
            document.check_cost(&mut violations);
        }
        if violations.is_empty() { Ok(document) } else { Err(violations) }
    }

    /// The schema at a pointer.
    pub(super) fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.schemas.get(pointer).copied()
    }

    /// Every schema that is an object, with its pointer.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&str, &'a Map<String, Value>)> {
        self.schemas.iter().filter_map(|(pointer, schema)| Some((pointer.as_str(), schema.as_object()?)))
    }

    /// Where a schema's `$ref` leads.
    pub(super) fn target(&self, schema: &'a Map<String, Value>) -> Option<(&'a str, &'a Value)> {
        let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        Some((pointer, self.get(pointer)?))
    }

    fn check_references(&self, violations: &mut Vec<Violation>) {
        for (pointer, schema) in self.objects() {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { continue };
            let at = format!("schema{pointer}/$ref");
            match reference.strip_prefix('#') {
                None => violations.push(Violation::new(
                    at,
                    "remote_ref",
                    "must lead to a place in this schema (#/…): nothing is fetched",
                )),
                // A percent sign would be decoded by others and then lead somewhere else.
                Some(target) if target.contains('%') || !self.schemas.contains_key(target) => violations
                    .push(Violation::new(
                        at,
                        "ref",
                        "leads to no schema in this document (write #/$defs/name)",
                    )),
                Some(_) => {}
            }
        }
    }

    /// Refuses what would check one value against itself for ever, or against too many schemas.
    fn check_cost(&self, violations: &mut Vec<Violation>) {
        let mut costs = Costs { document: self, known: BTreeMap::new(), circle: None, level: 0 };
        let cost = costs.of("", limits::VALUE_DEPTH);
        if let Some(pointer) = costs.circle {
            let message = "leads back to itself without going into the value";
            violations.push(Violation::new(format!("schema{pointer}"), "circular_ref", message));
        } else if cost > limits::EVALUATIONS {
            let message = format!("checks one value against more than {} schemas", limits::EVALUATIONS);
            violations.push(Violation::new("schema", "too_costly", message));
        }
    }
}

/// What belongs to one schema alone.
fn check(pointer: &str, schema: &Map<String, Value>, violations: &mut Vec<Violation>) {
    for keyword in walk::REFUSED.into_iter().filter(|keyword| schema.contains_key(*keyword)) {
        let message = "is not taken here: refer to places in this schema by #/…";
        violations.push(Violation::new(format!("schema{pointer}/{keyword}"), "keyword", message));
    }
    if let Some(draft) = schema.get("$schema").and_then(Value::as_str) {
        let known = draft.trim_end_matches('#') == "https://json-schema.org/draft/2020-12/schema";
        if !pointer.is_empty() || !known {
            let message = "must be https://json-schema.org/draft/2020-12/schema, at the root only";
            violations.push(Violation::new(format!("schema{pointer}/$schema"), "draft", message));
        }
    }
    let count = schema.get("properties").and_then(Value::as_object).map_or(0, Map::len);
    if count > limits::PROPERTIES {
        let message = format!("names {count} properties, the most is {}", limits::PROPERTIES);
        violations.push(Violation::new(
            format!("schema{pointer}/properties"),
            "too_many_properties",
            message,
        ));
    }
    for pattern in pattern::of(schema) {
        if pattern.chars().count() > limits::PATTERN {
            let message = format!("holds a pattern of more than {} characters", limits::PATTERN);
            violations.push(Violation::new(format!("schema{pointer}"), "pattern_length", message));
        }
    }
}

/// How many schemas the values along one way into a value are checked against.
struct Costs<'d, 'a> {
    document: &'d Document<'a>,
    // None while it is being counted: meeting that again is a circle.
    known: BTreeMap<(String, usize), Option<u64>>,
    circle: Option<String>,
    level: usize,
}

impl Costs<'_, '_> {
    fn of(&mut self, pointer: &str, depth: usize) -> u64 {
        let key = (pointer.to_owned(), depth);
        match self.known.get(&key) {
            Some(Some(cost)) => return *cost,
            Some(None) => {
                self.circle = Some(pointer.to_owned());
                return 0;
            }
            None => {}
        }
        let Some(schema) = self.document.get(pointer).and_then(Value::as_object) else { return 1 };
        if self.level >= limits::CHAIN {
            return u64::MAX;
        }
        self.level += 1;
        self.known.insert(key.clone(), None);
        let mut cost: u64 = 1;
        let mut dearest: u64 = 0;
        for Nested { pointer, edge, .. } in walk::nested(pointer, schema) {
            match edge {
                Edge::InPlace => cost = cost.saturating_add(self.of(&pointer, depth)),
                Edge::Inside if depth > 0 => cost = cost.saturating_add(self.of(&pointer, depth - 1)),
                Edge::Either if depth > 0 => dearest = dearest.max(self.of(&pointer, depth - 1)),
                Edge::Inside | Edge::Either | Edge::Definition => {}
            }
        }
        if let Some((target, _)) = self.document.target(schema) {
            cost = cost.saturating_add(self.of(target, depth));
        }
        cost = cost.saturating_add(dearest);
        self.level -= 1;
        self.known.insert(key, Some(cost));
        cost
    }
}
