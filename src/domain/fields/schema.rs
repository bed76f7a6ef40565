//! A content type's JSON Schema, checked and compiled once.

use std::fmt;

use jsonschema::Validator;
use serde_json::Value;

use super::{
    annotation, bounds,
    content::{self, Target, Unique},
    custom::CustomField,
    document::Document,
    limits, pattern, violation, walk,
};
use crate::domain::{Error, Result, Violation};

/// A compiled schema. Checking takes time in proportion to the value; patterns match in linear time.
pub struct Schema {
    validator: Validator,
    fields: Vec<CustomField>,
    bytes: usize,
}

/// How much memory a compiled schema takes for each byte of its text, its patterns aside; on the safe side.
const PER_BYTE: usize = 32;

impl Schema {
    /// Checks and compiles a JSON Schema 2020-12 whose root describes an object. Nothing is ever fetched.
    ///
    /// # Errors
    /// `INVALID` with everything that is wrong at once; paths begin with `schema`.
    pub fn parse(source: &Value) -> Result<Self> {
        let refuse =
            |code, message: String| Err(Error::violated(vec![Violation::new("schema", code, message)]));
        let Value::Object(root) = source else { return refuse("type", "must be object".to_owned()) };
        if walk::depth(source, limits::SCHEMA_DEPTH + 1) > limits::SCHEMA_DEPTH {
            return refuse("too_deep", format!("must not nest deeper than {}", limits::SCHEMA_DEPTH));
        }
        let text = source.to_string();
        if text.len() > limits::SCHEMA_BYTES {
            return refuse("too_large", format!("must not take more than {} bytes", limits::SCHEMA_BYTES));
        }
        if text.contains("\\u0000") {
            return refuse("nul", "must not hold the character U+0000".to_owned());
        }
        let wrong: Vec<Violation> = jsonschema::draft202012::meta::validator()
            .iter_errors(source)
            .flat_map(|error| violation::render("schema", &error))
            .take(limits::VIOLATIONS)
            .collect();
        if !wrong.is_empty() {
            return Err(Error::violated(wrong));
        }
        if root.get("type").and_then(Value::as_str) != Some("object") {
            return Err(Error::invalid(
                "schema/type",
                "root_type",
                "must be \"object\": fields are an object",
            ));
        }
        let document = Document::read(source).map_err(Error::violated)?;
        let fields = annotation::read(&document).map_err(Error::violated)?;
        let patterns = pattern::bytes(&document).map_err(Error::violated)?;
        let validator = pattern::options(limits::PATTERN_BYTES).build(source).map_err(|error| {
            // The meta-schema had no objection, so it is a pattern that linear matching cannot do.
            let at = format!("schema{}", error.instance_path());
            Error::invalid(at, "pattern", "is no regular expression without look-around and back-references")
        })?;
        let bytes = patterns.saturating_add(text.len().saturating_mul(PER_BYTE));
        Ok(Self { validator, fields, bytes })
    }

    /// The annotated custom fields, in the order of the schema.
    #[must_use]
    pub fn fields(&self) -> &[CustomField] {
        &self.fields
    }

    /// About how many bytes of memory this takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Everything that is wrong with an entry's fields; paths begin with `fields`. At most 100, the last then says so.
    #[must_use]
    pub fn validate(&self, fields: &Value) -> Vec<Violation> {
        let mut found = bounds::violations(fields);
        if !found.is_empty() {
            return found;
        }
        for error in self.validator.iter_errors(fields) {
            found.extend(violation::render("fields", &error));
            if found.len() > limits::VIOLATIONS {
                found.truncate(limits::VIOLATIONS - 1);
                found.push(Violation::new("fields", "more", "has more violations than are listed here"));
                break;
            }
        }
        found
    }

    /// The references in valid fields.
    ///
    /// # Errors
    /// `INVALID` for every text that is no id of the right kind.
    pub fn references(&self, fields: &Value) -> Result<Vec<Target<'_>>> {
        content::references(&self.fields, fields).map_err(Error::violated)
    }

    /// The values in valid fields that no other entry of the type may hold.
    ///
    /// # Errors
    /// `INVALID` for those that are too long to be compared.
    pub fn uniques<'a>(&'a self, fields: &'a Value) -> Result<Vec<Unique<'a>>> {
        content::uniques(&self.fields, fields).map_err(Error::violated)
    }

    /// The text of valid fields that the search looks through.
    #[must_use]
    pub fn search_text(&self, fields: &Value) -> String {
        content::search_text(&self.fields, fields)
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("fields", &self.fields).finish_non_exhaustive()
    }
}
