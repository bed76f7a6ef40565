//! The types of values that fields hold, by their GraphQL and SQL names.

use crate::domain::node::Kind;

/// What one value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar {
    /// The key of a node of that kind, shown as a global id.
    Key(Kind),
    /// Unicode text.
    Text,
    /// A 32-bit integer.
    Int,
    /// A number; integers up to 2^53 are exact.
    Number,
    /// True or false.
    Boolean,
    /// A moment, RFC 3339, to the microsecond.
    Moment,
    /// Any JSON.
    Json,
    /// A list of texts.
    Texts,
    /// One of a closed set.
    Enum(&'static EnumType),
}

/// A closed set of values.
#[derive(Debug, PartialEq)]
pub struct EnumType {
    /// The GraphQL name.
    pub name: &'static str,
    /// The description.
    pub doc: &'static str,
    /// The values.
    pub values: &'static [EnumValue],
}

/// One value of a closed set. In SQL it is the same word in lower case.
#[derive(Debug, PartialEq)]
pub struct EnumValue {
    /// The GraphQL name, in capitals.
    pub name: &'static str,
    /// How the database writes it.
    pub sql: &'static str,
    /// The description.
    pub doc: &'static str,
}

/// What kind of picture a variant is.
pub static IMAGE_FORMAT: EnumType = EnumType {
    name: "ImageFormat",
    doc: "What kind of picture is wanted.",
    values: &[
        EnumValue { name: "AVIF", sql: "avif", doc: "AVIF: the smallest, and slow to make." },
        EnumValue { name: "JPEG", sql: "jpg", doc: "JPEG, for clients that know nothing newer." },
        EnumValue { name: "PNG", sql: "png", doc: "PNG: nothing is lost." },
        EnumValue { name: "WEBP", sql: "webp", doc: "WebP." },
    ],
};

/// Where content comes from.
pub(super) static ORIGIN: EnumType = EnumType {
    name: "Origin",
    doc: "Where content comes from.",
    values: &[
        EnumValue { name: "LOCAL", sql: "local", doc: "Written here, or imported from a file." },
        EnumValue {
            name: "SOURCE",
            sql: "source",
            doc: "Pulled from a platform, where it has the id `externalId`.",
        },
    ],
};

impl EnumType {
    /// The value of that GraphQL name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static EnumValue> {
        self.values.iter().find(|value| value.name == name)
    }
}
