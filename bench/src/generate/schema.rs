//! The schemas of the generated content types.

use serde_json::{Value, json};

/// Key, name and schema of every content type.
pub(super) fn all() -> [(&'static str, &'static str, Value); 3] {
    [("author", "Author", author()), ("article", "Article", story()), ("product", "Product", story())]
}

/// The values of the field `color`, the most frequent first.
pub(crate) const COLORS: [&str; 12] =
    ["black", "white", "blue", "red", "green", "grey", "navy", "orange", "yellow", "teal", "plum", "copper"];

fn author() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "role": {"type": "string", "maxLength": 80},
            "bio": {"type": "string", "maxLength": 2000},
            "portrait": {"type": "string", "x-reference": {"asset": true}},
        },
    })
}

fn story() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": false,
        "required": ["summary", "body"],
        "properties": {
            "summary": {"type": "string", "maxLength": 500, "x-searchable": true},
            "body": {"type": "string", "maxLength": 20000},
            "color": {"type": "string", "enum": COLORS, "x-filterable": true},
            "price": {"type": "number", "minimum": 0, "x-filterable": true, "x-sortable": true},
            "in_stock": {"type": "boolean", "x-filterable": true},
            "released": {"type": "string", "format": "date-time", "x-filterable": true},
            "author": {"type": "string", "x-reference": {"entry": ["author"]}},
            "hero": {"type": "string", "x-reference": {"asset": true}},
            "related": {
                "type": "array", "maxItems": 10, "items": {"type": "string"},
                "x-reference": {"entry": ["article", "product"]},
            },
        },
    })
}
