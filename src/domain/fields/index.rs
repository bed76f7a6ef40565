//! Which indexes the annotated fields of a brand ask for.

use super::{
    custom::CustomField,
    path::{FieldPath, Kind},
};

/// What an index is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Filters.
    Filter,
    /// Orders.
    Sort,
    /// The look for another entry with the same value.
    Unique,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Filter, Self::Sort, Self::Unique];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Sort => "sort",
            Self::Unique => "unique",
        }
    }

    /// The purpose of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// An index over the custom fields of all entries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldIndex {
    /// Where the values are.
    pub path: FieldPath,
    /// How they are compared.
    pub kind: Kind,
    /// What for.
    pub purpose: Purpose,
}

/// The indexes that fields ask for, each once. What lists contain is served by the one index over all fields.
#[must_use]
pub fn indexes<'a>(fields: impl IntoIterator<Item = &'a CustomField>) -> Vec<FieldIndex> {
    let mut found: Vec<FieldIndex> = fields
        .into_iter()
        .filter(|field| !field.many)
        .flat_map(|field| {
            [
                (field.filterable, Purpose::Filter),
                (field.sortable, Purpose::Sort),
                (field.unique, Purpose::Unique),
            ]
            .into_iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, purpose)| FieldIndex {
                path: field.path.clone(),
                kind: field.kind,
                purpose,
            })
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
