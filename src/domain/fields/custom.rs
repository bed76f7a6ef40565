//! What a content type's annotations say about one custom field.

use super::path::{FieldPath, Kind};

/// A custom field that filters, sorts, is searched, is unique, or refers to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    /// Where it is.
    pub path: FieldPath,
    /// How its values are compared.
    pub kind: Kind,
    /// Whether an entry can hold several values here: the values are arrays, or stand inside of one.
    pub many: bool,
    /// Whether it stands inside an array of objects; the path then leads through each of them, in the order of the array.
    pub inside: bool,
    /// Whether a filter may name it; it then has an index (`x-filterable`).
    pub filterable: bool,
    /// Whether an order may name it; it then has an index (`x-sortable`).
    pub sortable: bool,
    /// Whether its text is searched (`x-searchable`).
    pub searchable: bool,
    /// Whether no two entries of the type, but translations of one another, may hold the same value (`x-unique`).
    pub unique: bool,
    /// What it refers to, where it refers to something (`x-reference`).
    pub reference: Option<Reference>,
}

/// What the ids in a field lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Entries of the content types with these keys; of any type where there are none.
    Entry(Vec<String>),
    /// Assets.
    Asset,
}
