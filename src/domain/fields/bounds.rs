//! The bounds on an entry's fields that hold whatever its schema says; checked before anything walks the value.

use serde_json::Value;

use super::{
    limits,
    walk::{self, escaped},
};
use crate::domain::Violation;

/// Beyond this a number of 64 bits cannot tell one whole number from the next: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Everything about a value that no schema can allow. Paths begin with `fields`.
pub(super) fn violations(fields: &Value) -> Vec<Violation> {
    if !fields.is_object() {
        return vec![Violation::new("fields", "type", "must be object")];
    }
    if walk::depth(fields, limits::VALUE_DEPTH + 1) > limits::VALUE_DEPTH {
        let message = format!("must not nest deeper than {}", limits::VALUE_DEPTH);
        return vec![Violation::new("fields", "too_deep", message)];
    }
    let mut scan = Scan { values: 0, bytes: 0, found: Vec::new() };
    scan.visit(fields, "fields");
    if scan.values > limits::VALUES {
        let message = format!("must not hold more than {} values", limits::VALUES);
        scan.found.push(Violation::new("fields", "too_many_values", message));
    }
    if scan.bytes > limits::VALUE_BYTES {
        let message = format!("must not take more than {} bytes", limits::VALUE_BYTES);
        scan.found.push(Violation::new("fields", "too_large", message));
    }
    scan.found.truncate(limits::VIOLATIONS);
    scan.found
}

struct Scan {
    values: usize,
    bytes: usize,
    found: Vec<Violation>,
}

impl Scan {
    fn visit(&mut self, value: &Value, at: &str) {
        self.values += 1;
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    self.bytes += name.len() + 4;
                    if name.len() > limits::NAME_BYTES || name.contains('\0') {
                        let message = format!(
                            "has a property whose name is longer than {} bytes or holds U+0000",
                            limits::NAME_BYTES
                        );
                        self.found.push(Violation::new(at, "property_name", message));
                    } else {
                        self.visit(inner, &format!("{at}/{}", escaped(name)));
                    }
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    self.bytes += 1;
                    self.visit(inner, &format!("{at}/{index}"));
                }
            }
            Value::String(text) => self.text(text, at),
            Value::Number(number)
                if number.is_f64() && number.as_f64().is_some_and(|it| it.abs() > EXACT) =>
            {
                self.bytes += 8;
                let message =
                    "must lie between -2^53 and 2^53, or be a whole number of 64 bits: others are rounded";
                self.found.push(Violation::new(at, "rounded", message));
            }
            // Longer than any number of ours is printed.
            Value::Number(_) | Value::Bool(_) | Value::Null => self.bytes += 8,
        }
    }

    fn text(&mut self, text: &str, at: &str) {
        self.bytes += text.len() + 2;
        if text.len() > limits::TEXT_BYTES {
            let message = format!("must not be longer than {} bytes", limits::TEXT_BYTES);
            self.found.push(Violation::new(at, "too_long", message));
        }
        if text.contains('\0') {
            self.found.push(Violation::new(at, "nul", "must not hold the character U+0000"));
        }
    }
}
