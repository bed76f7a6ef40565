//! The patterns of a schema: how they are compiled, and what they take together once they are.

use std::collections::BTreeSet;

use jsonschema::{Draft, PatternOptions, ValidationOptions};
use serde_json::{Map, Value, json};

use super::{document::Document, limits};
use crate::domain::Violation;

/// Where measuring begins, in bytes: most patterns take less.
const SMALL: usize = 4_096;

/// How schemas are compiled, with patterns that take no more than so many bytes each and match in linear time.
pub(super) fn options(bytes: usize) -> ValidationOptions<'static> {
    let patterns = PatternOptions::regex().size_limit(bytes).dfa_size_limit(limits::PATTERN_CACHE_BYTES);
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(patterns)
}

/// The patterns that stand in one schema alone.
pub(super) fn of(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let named = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
    named.map(|(pattern, _)| pattern.as_str()).chain(schema.get("pattern").and_then(Value::as_str))
}

/// How many bytes the patterns of a document take together, each to within a factor of two.
pub(super) fn bytes(document: &Document<'_>) -> Result<usize, Vec<Violation>> {
    let distinct: BTreeSet<&str> = document.objects().flat_map(|(_, schema)| of(schema)).collect();
    let mut total: usize = 0;
    for pattern in distinct {
        let schema = json!({"pattern": pattern});
        let mut size = SMALL;
        // One that takes too much, or is none, is refused by name when the schema is compiled.
        while size < limits::PATTERN_BYTES && options(size).build(&schema).is_err() {
            size = size.saturating_mul(2);
        }
        total = total.saturating_add(size);
        if total > limits::PATTERNS_BYTES {
            let message =
                format!("holds patterns that take more than {} bytes once compiled", limits::PATTERNS_BYTES);
            return Err(vec![Violation::new("schema", "patterns_size", message)]);
        }
    }
    Ok(total)
}
