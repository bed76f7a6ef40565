//! What another schema means for the entries of a type, as the graph shows it.

use async_graphql::{ID, SimpleObject};

use crate::domain::{
    Violation,
    content_type::{FitReport, Stranded},
    node::{Kind, NodeId},
};

/// Which entries of a type fit a schema.
#[derive(Debug, SimpleObject)]
#[graphql(name = "FitReport")]
pub(super) struct Report {
    /// How many entries were checked: all of the type that are not deleted.
    checked: u64,
    /// How many do not fit; one that also shares a value that is to be unique counts again.
    stranded: u64,
    /// The first of them, at most 20.
    examples: Vec<StrandedEntry>,
    /// Fields that are to be unique but are not.
    duplicates: Vec<DuplicateField>,
}

/// An entry that does not fit.
#[derive(Debug, SimpleObject)]
struct StrandedEntry {
    /// The entry's id.
    id: ID,
    /// Its headline.
    title: String,
    /// What is wrong with it, at most 5 things.
    violations: Vec<FieldViolation>,
}

/// One thing that is wrong.
#[derive(Debug, SimpleObject)]
struct FieldViolation {
    /// Where, as a JSON Pointer that begins with `fields`.
    path: String,
    /// What kind of violation, a constant word.
    code: String,
    /// A sentence for a person.
    message: String,
}

/// A field that is to be unique but is not.
#[derive(Debug, SimpleObject)]
struct DuplicateField {
    /// The field's path.
    path: String,
    /// How many entries share their value with another one that is no translation of theirs.
    entries: u64,
}

impl From<FitReport> for Report {
    fn from(report: FitReport) -> Self {
        Self {
            checked: report.checked,
            stranded: report.stranded,
            examples: report.examples.into_iter().map(Into::into).collect(),
            duplicates: report
                .duplicates
                .into_iter()
                .map(|(path, entries)| DuplicateField { path, entries })
                .collect(),
        }
    }
}

impl From<Stranded> for StrandedEntry {
    fn from(entry: Stranded) -> Self {
        Self {
            id: ID(NodeId::new(Kind::Entry, entry.entry_id).to_string()),
            title: entry.title,
            violations: entry.violations.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Violation> for FieldViolation {
    fn from(violation: Violation) -> Self {
        Self { path: violation.path, code: violation.code.to_owned(), message: violation.message }
    }
}
