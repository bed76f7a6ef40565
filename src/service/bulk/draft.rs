//! A record that was checked against everything but the other rows of the database.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    domain::{
        Error, Violation,
        fields::{FieldPath, Kind, Reference, Unique},
        record::{Failure, Key, Target, Term},
        text::{Locale, Slug},
    },
    store::bulk::{AssetRow, Known, Pulled},
};

/// A record that is ready to be written.
#[derive(Debug)]
pub(super) struct Draft {
    /// Its place among the records that came together.
    pub(super) place: usize,
    pub(super) index: u64,
    pub(super) key: Key,
    pub(super) body: Body,
}

impl Draft {
    /// The row that the record becomes.
    pub(super) fn id(&self) -> Uuid {
        match &self.body {
            Body::Entry(entry) => entry.id,
            Body::Asset(asset) => asset.id,
        }
    }
}

/// What a record becomes.
#[derive(Debug)]
pub(super) enum Body {
    Entry(Box<EntryDraft>),
    Asset(Box<AssetRow>),
}

/// An entry that is ready but for its references, tags and categories, whose ids the database knows.
#[derive(Debug)]
pub(super) struct EntryDraft {
    pub(super) id: Uuid,
    /// Whether the record says its id itself, and those that its fields hold; they may come later.
    pub(super) own: bool,
    pub(super) pulled: Pulled,
    pub(super) translation_id: Uuid,
    pub(super) content_type_id: Uuid,
    pub(super) uniques: Vec<UniqueValue>,
    pub(super) slug: Slug,
    /// Whether the slug was made here, so that it may be made longer where it is taken.
    pub(super) slug_made: bool,
    pub(super) locale: Locale,
    pub(super) title: String,
    pub(super) status: &'static str,
    pub(super) external_id: Option<String>,
    pub(super) published_at: Option<DateTime<Utc>>,
    pub(super) scheduled_at: Option<DateTime<Utc>>,
    pub(super) created_at: Option<DateTime<Utc>>,
    pub(super) updated_at: Option<DateTime<Utc>>,
    pub(super) fields: FieldsText,
    pub(super) search_text: String,
    pub(super) tags: Vec<Term>,
    pub(super) categories: Vec<Vec<Term>>,
    pub(super) references: Vec<DraftReference>,
    pub(super) direct: Vec<DirectReference>,
}

impl EntryDraft {
    /// The entry as others can refer to it.
    pub(super) fn known(&self) -> Known {
        Known {
            id: self.id,
            translation_id: self.translation_id,
            locale: self.locale.as_str().to_owned(),
            content_type_id: self.content_type_id,
        }
    }
}

/// The custom fields as the text of a JSON object, to which references are added when their ids are known.
#[derive(Debug, Clone)]
pub(super) struct FieldsText(String);

impl FieldsText {
    /// The text of the fields that hold no references.
    pub(super) fn new(fields: &Value) -> Self {
        Self(fields.to_string())
    }

    /// Adds a field that is not there yet.
    pub(super) fn add(&mut self, name: &str, value: &Value) {
        self.0.truncate(self.0.len().saturating_sub(1));
        let comma = if self.0.len() > 1 { "," } else { "" };
        self.0.push_str(&format!("{comma}{}:{value}}}", Value::from(name)));
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A field that refers to other records, whose ids are derived but may not be there yet.
#[derive(Debug)]
pub(super) struct DraftReference {
    pub(super) field: String,
    pub(super) to: Target,
    pub(super) many: bool,
    /// Ids of assets, or what the translations of entries share.
    pub(super) targets: Vec<Uuid>,
    /// The content types that entries may be of; any where there are none.
    pub(super) types: Option<Vec<Uuid>>,
}

/// An id of ours that a record gives in its fields.
#[derive(Debug)]
pub(super) struct DirectReference {
    pub(super) path: FieldPath,
    pub(super) position: usize,
    pub(super) pointer: String,
    pub(super) reference: Reference,
    pub(super) id: Uuid,
    /// The content types that an entry may be of; any where there are none.
    pub(super) types: Option<Vec<Uuid>>,
}

/// A value that no other entry of the type may hold.
#[derive(Debug)]
pub(super) struct UniqueValue {
    pub(super) path: FieldPath,
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) lock_key: String,
}

impl UniqueValue {
    /// The same, on its own.
    pub(super) fn of(unique: &Unique<'_>, content_type: Uuid) -> Self {
        Self {
            path: unique.path.clone(),
            kind: unique.kind,
            text: unique.value.as_str().map_or_else(|| unique.value.to_string(), str::to_owned),
            lock_key: unique.lock_key(content_type),
        }
    }
}

impl Draft {
    /// The report for one thing that is wrong.
    pub(super) fn fault(&self, violation: &Violation) -> Failure {
        failure(self.index, &self.key, violation)
    }

    /// The report where the database refused this record.
    pub(super) fn refused(&self, error: &Error) -> Failure {
        match error.violations() {
            [first, ..] => self.fault(first),
            [] => {
                let path = error.details().and_then(|details| details.get("path")).and_then(Value::as_str);
                self.fault(&Violation::new(path.unwrap_or_default(), "conflict", error.message()))
            }
        }
    }
}

/// The report of a record.
pub(super) fn failure(index: u64, key: &Key, violation: &Violation) -> Failure {
    Failure {
        resource: key.resource().to_owned(),
        index,
        external_id: Some(key.id()),
        path: violation.path.clone(),
        code: violation.code.to_owned(),
        message: violation.message.clone(),
    }
}
