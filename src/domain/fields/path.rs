//! Where a value sits inside an entry's custom `fields`, and how it is compared there.

use std::fmt;

use crate::domain::{Error, Result};

/// The most segments that a path has.
pub(super) const MAX_SEGMENTS: usize = 8;
/// The most characters that one segment has.
pub(super) const MAX_SEGMENT: usize = 63;

/// How many characters of a text are compared and sorted. An index row holds 2.7 kB: 500 characters of 4 bytes fit.
pub const COMPARED: usize = 500;

/// How the values at a path are compared, filtered and sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Text, by the database's collation: its first [`COMPARED`] characters, so that every value fits an index.
    Text,
    /// A JSON number, exactly.
    Number,
    /// A JSON boolean.
    Boolean,
    /// A moment: RFC 3339 text with a zone, or a date (then its midnight in UTC).
    Moment,
    /// An array of scalars: what it contains.
    List,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Boolean, Self::Moment, Self::List];

    /// The name used in the database and in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Moment => "moment",
            Self::List => "list",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A path inside `fields`: property names, and positions in arrays, from the outside in.
///
/// Every segment is a plain word or a number, so that a path can be printed into SQL and into messages as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// Reads `hero.image` or `gallery.0.alt`. `at` is where the caller gave it.
    ///
    /// # Errors
    /// `INVALID` with the code `path` for an empty path, more than 8 segments, or a segment that is no word of
    /// `A-Z a-z 0-9 _ -` (63 at most, beginning with a letter or `_`) and no position; the first must be a word.
    pub fn parse(text: &str, at: &str) -> Result<Self> {
        Self::from_segments(text.split('.').map(str::to_owned).collect()).ok_or_else(|| {
            Error::invalid(
                at,
                "path",
                format!(
                    "must be 1 to {MAX_SEGMENTS} names or positions joined by dots, each of at most {MAX_SEGMENT} of \
                     A-Z a-z 0-9 _ -, the first a name"
                ),
            )
        })
    }

    /// A path of ready segments; none where one of them may not be in a path.
    #[must_use]
    pub fn from_segments(segments: Vec<String>) -> Option<Self> {
        let first = segments.first()?;
        let fits = segments.len() <= MAX_SEGMENTS
            && word(first)
            && segments.iter().all(|segment| word(segment) || position(segment));
        fits.then_some(Self(segments))
    }

    /// The path of something inside what this path leads to.
    #[must_use]
    pub fn child(&self, segment: &str) -> Option<Self> {
        let mut segments = self.0.clone();
        segments.push(segment.to_owned());
        Self::from_segments(segments)
    }

    /// The segments, from the outside in; at least one.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The names among the segments: the same without positions in arrays.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|segment| !position(segment))
    }

    /// The value at this path.
    #[must_use]
    pub fn find<'a>(&self, fields: &'a serde_json::Value) -> Option<&'a serde_json::Value> {
        self.0.iter().try_fold(fields, |value, segment| match value {
            serde_json::Value::Object(map) => map.get(segment),
            serde_json::Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// As a JSON Pointer (`/hero/image`).
    #[must_use]
    pub fn pointer(&self) -> String {
        self.0.iter().fold(String::new(), |pointer, segment| pointer + "/" + segment)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// Whether a text can be a property name in a path.
fn word(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= MAX_SEGMENT
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Whether a text is a position in an array, written as PostgreSQL and JSON Pointer both read it.
fn position(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 6
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_positions() {
        let path = FieldPath::parse("gallery.0.alt-text", "field").unwrap();
        assert_eq!(path.segments(), ["gallery", "0", "alt-text"]);
        assert_eq!(path.to_string(), "gallery.0.alt-text");
        assert_eq!(path.pointer(), "/gallery/0/alt-text");
    }

    #[test]
    fn refuses_what_could_break_out_of_sql_or_lead_nowhere() {
        for text in
            ["", ".", "a.", ".a", "0", "a'b", "a\"b", "a b", "a{", "a.01", "é", "a.b.c.d.e.f.g.h.i", "-a"]
        {
            assert!(FieldPath::parse(text, "field").is_err(), "{text}");
        }
        assert!(FieldPath::parse(&"a".repeat(64), "field").is_err());
    }

    #[test]
    fn finds_values() {
        let fields = serde_json::json!({"a": [{"b": 1}]});
        assert_eq!(FieldPath::parse("a.0.b", "field").unwrap().find(&fields), Some(&1.into()));
        assert_eq!(FieldPath::parse("a.1.b", "field").unwrap().find(&fields), None);
    }
}
