//! Which record it is: what an item is called where it comes from, or an id of our own.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::domain::node::NodeId;

/// Which record it is. In JSON an object with `resource` and `id`, or an id of ours as a string.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// What an item is called where it comes from.
    Foreign(Foreign),
    /// The node that an export wrote.
    Own(NodeId),
}

/// What an item is called where it comes from: ids there are unique inside one resource only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Foreign {
    /// The list that the item comes from (`articles`).
    pub resource: String,
    /// The id inside that list, as text.
    pub id: String,
}

impl Key {
    /// What an item is called where it comes from, from the two parts.
    pub fn new(resource: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Foreign(Foreign { resource: resource.into(), id: id.into() })
    }

    /// The list that the item comes from; what kind of node it is for an id of ours.
    #[must_use]
    pub fn resource(&self) -> &str {
        match self {
            Self::Foreign(foreign) => &foreign.resource,
            Self::Own(node) => node.kind.prefix(),
        }
    }

    /// The id inside that list, as text.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Foreign(foreign) => foreign.id.clone(),
            Self::Own(node) => node.id.to_string(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(Foreign { resource, id }) => write!(f, "{resource}/{id}"),
            Self::Own(node) => node.fmt(f),
        }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Foreign(foreign) => foreign.serialize(serializer),
            Self::Own(node) => serializer.collect_str(node),
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `resource` and `id`, or an id of brandgraph as a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Key, E> {
        NodeId::parse(text, "key").map(Key::Own).map_err(|error| E::custom(error.message()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Key, A::Error> {
        Foreign::deserialize(MapAccessDeserializer::new(map)).map(Key::Foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::node::Kind;

    #[test]
    fn a_key_is_an_object_or_an_id() {
        let read = |text: &str| serde_json::from_str::<Key>(text);
        let foreign = r#"{"resource":"article","id":"1"}"#;
        assert_eq!(read(foreign).unwrap(), Key::new("article", "1"));
        assert_eq!(serde_json::to_string(&Key::new("article", "1")).unwrap(), foreign);
        let own = NodeId::new(Kind::Entry, uuid::Uuid::from_u128(7));
        let text = format!("\"{own}\"");
        assert_eq!(read(&text).unwrap(), Key::Own(own));
        assert_eq!(serde_json::to_string(&Key::Own(own)).unwrap(), text);
        for wrong in [r#""article""#, "7", r#"{"resource":"a"}"#, r#"{"resource":"a","id":"1","x":1}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
