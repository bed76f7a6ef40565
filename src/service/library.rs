//! Reading: a plan, authorized for its caller and run as one statement.

use std::sync::Arc;

use super::Caller;
use crate::{
    domain::{
        Result,
        catalog::Catalog,
        read::{Codec, Plan, authorize},
    },
    store::{Db, read::Reader},
};

/// What can be read, and what reads it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Library {
    reader: Reader,
    catalog: Arc<Catalog>,
}

impl Library {
    /// The library of a database, with the nouns of every installation. `secret` signs cursors and is the same on every
    /// instance.
    ///
    /// # Errors
    /// `INTERNAL` where the catalog contradicts itself.
    pub fn new(db: Db, secret: &[u8]) -> Result<Self> {
        Ok(Self { reader: Reader::new(db, Codec::new(secret)?), catalog: Arc::new(Catalog::built_in()?) })
    }

    /// The same library with another catalog, as a brand's own types make it at run time.
    #[must_use]
    pub fn with_catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = Arc::new(catalog);
        self
    }

    /// The nouns.
    #[must_use]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// What reads cursors.
    #[must_use]
    pub fn codec(&self) -> &Codec {
        self.reader.codec()
    }

    /// Runs a plan for a caller. The answer is JSON text, `null` where there is no such row.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` or `FORBIDDEN` where the caller may not read any of what the plan touches; `TIMEOUT` and
    /// `UNAVAILABLE` as the database has it.
    pub async fn read(&self, plan: Plan, caller: &Caller) -> Result<String> {
        let plan = authorize(plan, &caller.actor, &self.catalog)?;
        self.reader.run(&plan).await
    }
}
