//! What happened: the record that every change leaves, before it is known who did it and what exactly changed.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{change::Changed, node::Kind};

/// One change, as it is recorded in the transaction that made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The noun and what happened to it, in the past tense (`entry.updated`).
    pub kind: &'static str,
    /// The brand it happened in; none where it is about all of them.
    pub brand_id: Option<Uuid>,
    /// The row it happened to.
    pub subject_id: Uuid,
    /// What a reader of the record needs beside that: version, changed fields.
    pub detail: Value,
}

impl Event {
    /// A change of one row in a brand.
    #[must_use]
    pub fn of(kind: &'static str, brand_id: Uuid, changed: Changed) -> Self {
        Self { brand_id: Some(brand_id), ..Self::everywhere(kind, changed) }
    }

    /// A change of one row that belongs to no brand.
    #[must_use]
    pub fn everywhere(kind: &'static str, changed: Changed) -> Self {
        let detail = json!({"version": changed.version});
        Self { kind, brand_id: None, subject_id: changed.id, detail }
    }

    /// The same with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(detail) = &mut self.detail {
            detail.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The global id of the row.
    #[must_use]
    pub fn node(&self) -> String {
        let noun = self.kind.split_once('.').map_or(self.kind, |(noun, _)| noun);
        let known = Kind::ALL.into_iter().find(|kind| kind.noun() == noun);
        format!("{}_{}", known.map_or(noun, Kind::prefix), self.subject_id)
    }
}
