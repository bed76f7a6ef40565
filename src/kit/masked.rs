//! A value whose change may be told, but never the value: what a secret is wrapped in before it is written down anywhere.

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    sync::LazyLock,
};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

/// Of this process alone, so that what is written as a mark says nothing outside of it.
static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The one key of the object that a masked value is written as until it is blanked. Nobody can guess it: content that names it
/// would be kept out of the record.
static MARK: LazyLock<String> =
    LazyLock::new(|| format!("$masked:{:016x}{:016x}", STATE.hash_one("one"), STATE.hash_one("two")));

/// A secret. It is shown as `***`, and written as an object that differs where the secret does; [`blank`] takes that away too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Masked<T>(pub T);

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T: Hash> Serialize for Masked<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(MARK.as_str(), &STATE.hash_one(&self.0))?;
        map.end()
    }
}

/// Whether this is what a masked value was written as, by this process.
#[must_use]
pub fn marked(value: &Value) -> bool {
    matches!(value, Value::Object(fields) if fields.len() == 1 && fields.contains_key(MARK.as_str()))
}

/// What is left of a masked value once it was compared.
#[must_use]
pub fn blank() -> Value {
    serde_json::json!({"$masked": true})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_tells_change_and_nothing_else() {
        let [one, same, other] =
            ["s3cret", "s3cret", "s3cre7"].map(|text| serde_json::to_value(Masked(text)).unwrap());
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert!(marked(&one));
        assert!(!marked(&serde_json::json!({"$masked": 1})) && !marked(&blank()));
        assert!(!one.to_string().contains("s3cret"));
        assert_eq!(format!("{:?}", Masked("s3cret")), "***");
    }
}
