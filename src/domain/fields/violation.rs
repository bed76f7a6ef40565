//! What JSON Schema found wrong, in our words: a path, a constant code, a sentence that never repeats the value.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Found},
};
use serde_json::Value;

use super::walk::escaped;
use crate::domain::Violation;

/// One finding becomes one violation, or several where it names several properties.
pub(super) fn render(prefix: &str, error: &ValidationError<'_>) -> Vec<Violation> {
    let at = format!("{prefix}{}", error.instance_path());
    let one = |code, message: String| vec![Violation::new(at.clone(), code, message)];
    let each = |names: &[String], code, message: &str| {
        names
            .iter()
            .map(|name| Violation::new(format!("{at}/{}", escaped(&cut(name))), code, message))
            .collect()
    };
    match error.kind() {
        Found::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![Violation::new(format!("{at}/{}", escaped(name)), "required", "must be given")]
        }
        Found::AdditionalProperties { unexpected } => {
            each(unexpected, "additional_properties", "is no field of this type")
        }
        Found::UnevaluatedProperties { unexpected } => {
            each(unexpected, "unevaluated_properties", "is no field of this type")
        }
        Found::Type { kind } => one("type", format!("must be {}", types(kind))),
        Found::Enum { options } => one("enum", format!("must be one of {}", shown(options))),
        Found::Constant { expected_value } => one("const", format!("must be {}", shown(expected_value))),
        Found::Format { format } => one("format", format!("must have the format {}", cut(format))),
        Found::Pattern { pattern } => one("pattern", format!("must match {}", cut(pattern))),
        Found::RegexEngineFailure { .. } | Found::BacktrackLimitExceeded { .. } => {
            one("pattern", "cannot be matched with the pattern".to_owned())
        }
        Found::MinLength { limit } => one("min_length", format!("must have at least {limit} characters")),
        Found::MaxLength { limit } => one("max_length", format!("must have at most {limit} characters")),
        Found::Minimum { limit } => one("minimum", format!("must be at least {limit}")),
        Found::Maximum { limit } => one("maximum", format!("must be at most {limit}")),
        Found::ExclusiveMinimum { limit } => one("exclusive_minimum", format!("must be more than {limit}")),
        Found::ExclusiveMaximum { limit } => one("exclusive_maximum", format!("must be less than {limit}")),
        Found::MultipleOf { multiple_of } => {
            one("multiple_of", format!("must be a multiple of {multiple_of}"))
        }
        Found::MinItems { limit } => one("min_items", format!("must have at least {limit} items")),
        Found::MaxItems { limit } => one("max_items", format!("must have at most {limit} items")),
        Found::AdditionalItems { limit } => one("max_items", format!("must have at most {limit} items")),
        Found::UnevaluatedItems { .. } => {
            one("unevaluated_items", "has items that no schema allows".to_owned())
        }
        Found::UniqueItems => one("unique_items", "must not hold the same item twice".to_owned()),
        Found::Contains => one("contains", "must contain an item that the schema asks for".to_owned()),
        Found::MinProperties { limit } => {
            one("min_properties", format!("must have at least {limit} properties"))
        }
        Found::MaxProperties { limit } => {
            one("max_properties", format!("must have at most {limit} properties"))
        }
        Found::PropertyNames { .. } => {
            one("property_names", "has a property whose name is not allowed".to_owned())
        }
        Found::AnyOf { .. } => one("any_of", "fits none of the alternatives".to_owned()),
        Found::OneOfNotValid { .. } => one("one_of", "fits none of the alternatives".to_owned()),
        Found::OneOfMultipleValid { .. } => {
            one("one_of", "fits more than one of the alternatives".to_owned())
        }
        Found::Not { .. } => one("not", "fits what the schema rules out".to_owned()),
        Found::FalseSchema => one("not_allowed", "must not be given".to_owned()),
        Found::ContentEncoding { content_encoding } => {
            one("content_encoding", format!("must be encoded as {}", cut(content_encoding)))
        }
        Found::FromUtf8 { .. } => one("content_encoding", "must be encoded text".to_owned()),
        Found::ContentMediaType { content_media_type } => {
            one("content_media_type", format!("must be {}", cut(content_media_type)))
        }
        Found::Referencing(_) => one("ref", "refers to a schema that cannot be found".to_owned()),
        Found::Custom { .. } => one("schema", "does not fit the schema".to_owned()),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.as_str().to_owned(),
        TypeKind::Multiple(several) => {
            several.into_iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// What the schema says, short enough for a sentence.
fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

fn cut(text: &str) -> String {
    const MOST: usize = 120;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}
