//! Small entries with three tags: what `brandgraph-bench batch` sends in batches, as lines for `brandgraph import`.

use serde_json::{Value, json};

use super::{Sink, entry};
use crate::{Fallible, random::Random};

/// A brand beside those that hold everything else.
const BRAND: &str = "fern";
const TAGS: usize = 10;

/// Writes the brand, its content type and tags, and `count` entries.
pub(super) fn write(seed: u64, count: usize, sink: Sink<'_>) -> Fallible {
    sink(
        &json!({"kind": "brand", "slug": BRAND, "name": "Fern Oils", "defaultLocale": "en", "locales": [{"code": "en"}]}),
    )?;
    sink(
        &json!({"kind": "contentType", "brand": BRAND, "key": "product", "name": "Product", "schema": schema()}),
    )?;
    for number in 0..count {
        let mut random = Random::seeded(seed, 4, number as u64);
        let tags: Vec<Value> = (0..3).map(|tag| term((number + tag) % TAGS)).collect();
        // Somewhere in three years, so that lists by time are not filled in their order.
        let created = entry::moment(entry::END - random.below(94_608_000) as i64);
        sink(&json!({
            "kind": "entry", "brand": BRAND, "key": {"resource": "product", "id": number.to_string()}, "type": "product",
            "slug": format!("oil-{number}"), "title": format!("Olive oil {number}"), "locale": "en", "status": "draft",
            "createdAt": created, "updatedAt": created, "fields": fields(number), "tags": tags,
        }))?;
    }
    Ok(())
}

/// The content type of these entries.
pub(crate) fn schema() -> Value {
    json!({"type": "object", "additionalProperties": false, "required": ["price"], "properties": {
        "price": {"type": "number", "minimum": 0, "x-filterable": true},
        "body": {"type": "string", "x-searchable": true}, "unit": {"enum": ["ml", "g"]}}})
}

/// The custom fields of one of them.
pub(crate) fn fields(number: usize) -> Value {
    json!({"price": number, "unit": "ml", "body": format!("Pressed cold on the day of the harvest, bottle {number}.")})
}

fn term(number: usize) -> Value {
    json!({"slug": format!("tag-{number}"), "name": format!("Tag {number}")})
}
