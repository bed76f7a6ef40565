//! What a transaction has seen and written of rows, kept for the record of what changed: no statement is sent for it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::domain::audit::difference;

/// A row whose changes are told. What must not be told is `Masked` in it, what need not be is skipped.
pub(super) trait Imaged: Serialize {
    /// Its key.
    fn key(&self) -> Uuid;
}

#[derive(Debug, Default)]
struct Image {
    before: Option<Map<String, Value>>,
    after: Option<Map<String, Value>>,
}

/// The images of one transaction, by key.
#[derive(Debug, Default)]
pub(super) struct Images(Mutex<HashMap<Uuid, Image>>);

impl Images {
    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, Image>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A row as it was found; what was seen or written of it before stays.
    pub(super) fn saw(&self, row: &impl Imaged) {
        self.held().entry(row.key()).or_insert_with(|| {
            let image = image(row);
            Image { before: Some(image.clone()), after: Some(image) }
        });
    }

    /// A row as it is now. Where it was not seen before, it is new.
    pub(super) fn wrote(&self, row: &impl Imaged) {
        let mut held = self.held();
        let known = held.entry(row.key()).or_default();
        let mut now = image(row);
        // What hangs on the row and was told by itself is no column of it.
        for (name, value) in known.after.take().into_iter().flatten() {
            now.entry(name).or_insert(value);
        }
        known.after = Some(now);
    }

    /// A row that is gone.
    pub(super) fn removed(&self, id: Uuid) {
        self.held().entry(id).or_default().after = None;
    }

    /// What hangs on a row, as it was and as it is now.
    pub(super) fn part(&self, id: Uuid, name: &str, before: Value, after: Value) {
        let mut held = self.held();
        let known = held.entry(id).or_default();
        if let Some(image) = &mut known.before {
            image.entry(name).or_insert(before);
        }
        known.after.get_or_insert_default().insert(name.to_owned(), after);
    }

    /// What changed of a row: as it was, as it is.
    pub(super) fn difference(&self, id: Uuid) -> (Option<Value>, Option<Value>) {
        self.held()
            .get(&id)
            .map_or((None, None), |known| difference(known.before.as_ref(), known.after.as_ref()))
    }
}

fn image(row: &impl Imaged) -> Map<String, Value> {
    match serde_json::to_value(row) {
        Ok(Value::Object(image)) => image,
        _ => Map::new(),
    }
}
