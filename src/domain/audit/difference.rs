//! What changed between two images of a row: only that, within bounds, and without what is masked.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::kit::masked;

/// How long what is kept of a change may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest value, in bytes of JSON.
    pub value_bytes: usize,
    /// The longest side of a change, in bytes of JSON.
    pub side_bytes: usize,
    /// How many characters are shown of what is longer.
    pub shown: usize,
}

/// The bounds of every record.
pub const LIMITS: Limits = Limits { value_bytes: 2_048, side_bytes: 65_536, shown: 256 };

/// What of the first image is no more, and what of the second is new. Objects are compared key by key, all the way down; a list is
/// one value. Where there was nothing, or is nothing any more, the other image is told in full.
#[must_use]
pub fn difference(
    before: Option<&Map<String, Value>>,
    after: Option<&Map<String, Value>>,
) -> (Option<Value>, Option<Value>) {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => {
            let (before, after) = changed(before, after);
            (Some(before), Some(after))
        }
        (before, after) => (before.cloned(), after.cloned()),
    };
    (before.map(bounded), after.map(bounded))
}

fn changed(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut was, mut is) = (Map::new(), Map::new());
    for (key, old) in before {
        match after.get(key) {
            Some(new) if old == new => {}
            Some(Value::Object(new)) if !masked::marked(old) => match old {
                Value::Object(old) => {
                    let (old, new) = changed(old, new);
                    was.insert(key.clone(), old.into());
                    is.insert(key.clone(), new.into());
                }
                _ => {
                    was.insert(key.clone(), old.clone());
                    is.insert(key.clone(), Value::Object(new.clone()));
                }
            },
            Some(new) => {
                was.insert(key.clone(), old.clone());
                is.insert(key.clone(), new.clone());
            }
            None => {
                was.insert(key.clone(), old.clone());
            }
        }
    }
    let added = after.iter().filter(|(key, _)| !before.contains_key(*key));
    is.extend(added.map(|(key, new)| (key.clone(), new.clone())));
    (was, is)
}

fn bounded(side: Map<String, Value>) -> Value {
    let side = Value::Object(side.into_iter().map(|(key, value)| (key, shorten(value))).collect());
    cut(side, LIMITS.side_bytes)
}

/// Objects keep their keys; what is in them is masked and cut.
fn shorten(value: Value) -> Value {
    if masked::marked(&value) {
        return masked::blank();
    }
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, shorten(value))).collect())
        }
        Value::Array(items) => {
            cut(Value::Array(items.into_iter().map(shorten).collect()), LIMITS.value_bytes)
        }
        Value::String(text) if text.len() > LIMITS.value_bytes => cut(text.into(), LIMITS.value_bytes),
        short => short,
    }
}

/// What is too long is told by its beginning, its length and its digest: whoever has the value can show that it was this one.
fn cut(value: Value, most: usize) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() <= most {
        return value;
    }
    let shown: String = text.chars().take(LIMITS.shown).collect();
    let digest = Sha256::digest(text.as_bytes());
    json!({"$truncated": shown, "bytes": text.len(), "sha256": format!("{digest:x}")})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::masked::Masked;

    fn tell(before: Value, after: Value) -> (Option<Value>, Option<Value>) {
        difference(before.as_object(), after.as_object())
    }

    #[test]
    fn only_what_changed_is_told_however_deep() {
        let (before, after) = tell(
            json!({"title": "a", "fields": {"price": 1, "size": {"w": 1, "h": 2}, "gone": true}, "tags": [1]}),
            json!({"title": "a", "fields": {"price": 2, "size": {"w": 1, "h": 3}, "new": null}, "tags": [1, 2]}),
        );
        assert_eq!(
            before,
            Some(json!({"fields": {"price": 1, "size": {"h": 2}, "gone": true}, "tags": [1]}))
        );
        assert_eq!(
            after,
            Some(json!({"fields": {"price": 2, "size": {"h": 3}, "new": null}, "tags": [1, 2]}))
        );
    }

    #[test]
    fn what_was_made_or_removed_is_told_in_full() {
        assert_eq!(tell(Value::Null, json!({"a": 1})), (None, Some(json!({"a": 1}))));
        assert_eq!(tell(json!({"a": 1}), Value::Null), (Some(json!({"a": 1})), None));
    }

    #[test]
    fn a_secret_that_changed_is_told_as_changed_and_nothing_more() {
        let image = |secret: &str, name: &str| {
            let mut image = json!({"name": name});
            image["secret"] = serde_json::to_value(Masked(secret)).unwrap();
            image
        };
        let (before, after) = tell(image("one", "a"), image("two", "a"));
        assert_eq!(before, Some(json!({"secret": {"$masked": true}})));
        assert_eq!(after, before);
        let (before, _) = tell(image("one", "a"), image("one", "b"));
        assert_eq!(before, Some(json!({"name": "a"})));
    }

    #[test]
    fn content_that_looks_like_a_secret_is_told() {
        let (before, after) = tell(
            json!({"fields": {"o": {"$masked": "before"}}}),
            json!({"fields": {"o": {"$masked": "CHANGED"}, "list": [{"$masked": 1}]}}),
        );
        assert_eq!(before, Some(json!({"fields": {"o": {"$masked": "before"}}})));
        assert_eq!(after, Some(json!({"fields": {"o": {"$masked": "CHANGED"}, "list": [{"$masked": 1}]}})));
    }

    #[test]
    fn long_values_are_cut_with_a_mark_and_a_digest() {
        let long = "ä".repeat(LIMITS.value_bytes);
        let (_, after) = tell(Value::Null, json!({"body": long, "list": vec!["word"; 1_000]}));
        let after = after.unwrap();
        assert_eq!(after["body"]["bytes"], json!(LIMITS.value_bytes * 2));
        assert_eq!(after["body"]["$truncated"].as_str().unwrap().chars().count(), LIMITS.shown);
        assert_eq!(after["body"]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(after["list"]["bytes"], json!(7_001));
        let many: Map<String, Value> =
            (0..100).map(|n| (format!("k{n}"), "x".repeat(2_000).into())).collect();
        let (_, after) = difference(None, Some(&many));
        assert!(after.unwrap().to_string().len() < 1_000);
    }
}
