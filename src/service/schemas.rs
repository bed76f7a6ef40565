//! Compiled schemas, each made once per content type and version.

use std::{fmt, sync::Arc};

use moka::sync::Cache;
use serde_json::Value;
use uuid::Uuid;

use super::Joint;
use crate::domain::{Error, Result, fields::Schema};

/// How many bytes the compiled schemas that are kept may take together; the least used go first.
const KEPT: u64 = 256 * 1024 * 1024;
/// How many a transaction keeps that changed types.
const KEPT_WITHIN: u64 = 100;

type Kept = Cache<(Uuid, i32), Arc<Schema>>;

/// A cache of compiled schemas; cheap to clone. A new version of a type has its own place, so nothing is ever stale.
#[derive(Clone)]
pub struct Schemas {
    kept: Kept,
    /// Where a transaction of several units goes on: what it made of a type may be taken back, and stays its own.
    within: Option<(Joint, Kept)>,
}

impl Schemas {
    /// The same for the units of a transaction.
    pub(super) fn within(&self, joint: &Joint) -> Self {
        Self { kept: self.kept.clone(), within: Some((joint.clone(), Cache::new(KEPT_WITHIN))) }
    }

    /// The compiled schema of a version of a content type.
    ///
    /// # Errors
    /// `INVALID` where the source is no schema; what was stored through brandgraph is one.
    pub async fn get(&self, content_type: Uuid, version: i32, source: &Value) -> Result<Arc<Schema>> {
        let key = (content_type, version);
        let own = self.within.as_ref().filter(|(joint, _)| joint.types_changed()).map(|(_, kept)| kept);
        if let Some(known) = own.and_then(|own| own.get(&key)).or_else(|| self.kept.get(&key)) {
            return Ok(known);
        }
        let compiled = Arc::new(compile(source).await?);
        own.unwrap_or(&self.kept).insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// Compiles a schema beside the threads that answer requests: a large one takes them a while.
///
/// # Errors
/// `INVALID` with everything that is wrong.
pub(super) async fn compile(source: &Value) -> Result<Schema> {
    let source = source.clone();
    aside(move || Schema::parse(&source)).await?
}

/// Does work that takes long and waits for nothing beside the threads that answer requests.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

impl Default for Schemas {
    fn default() -> Self {
        let weigher =
            |_: &(Uuid, i32), schema: &Arc<Schema>| u32::try_from(schema.bytes()).unwrap_or(u32::MAX);
        Self { kept: Cache::builder().max_capacity(KEPT).weigher(weigher).build(), within: None }
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas").field("kept", &self.kept.entry_count()).finish()
    }
}
