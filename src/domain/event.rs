//! What happened: the record that every change leaves.

use serde_json::Value;
use uuid::Uuid;

/// One change, as it is recorded in the transaction that made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The noun and what happened to it, in the past tense (`entry.updated`).
    pub kind: &'static str,
    /// The brand it happened in.
    pub brand_id: Option<Uuid>,
    /// The row it happened to.
    pub subject_id: Uuid,
    /// What a reader of the record needs beside that: version, changed fields.
    pub detail: Value,
}
