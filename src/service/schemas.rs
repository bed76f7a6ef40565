//! Compiled schemas, each made once per content type and version.

use std::{fmt, sync::Arc};

use moka::sync::Cache;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::{Result, fields::Schema};

/// The most compiled schemas that are kept; the least used go first.
const KEPT: u64 = 1_000;

/// A cache of compiled schemas; cheap to clone. A new version of a type has its own place, so nothing is ever stale.
#[derive(Clone)]
pub struct Schemas(Cache<(Uuid, i32), Arc<Schema>>);

impl Schemas {
    /// The compiled schema of a version of a content type.
    ///
    /// # Errors
    /// `INVALID` where the source is no schema; what was stored through brandgraph is one.
    pub fn get(&self, content_type: Uuid, version: i32, source: &Value) -> Result<Arc<Schema>> {
        let key = (content_type, version);
        if let Some(known) = self.0.get(&key) {
            return Ok(known);
        }
        let compiled = Arc::new(Schema::parse(source)?);
        self.0.insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }
}

impl Default for Schemas {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas").field("kept", &self.0.entry_count()).finish()
    }
}
