//! Reading: a plan, authorized for its caller and run as one statement.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use uuid::Uuid;

use super::Caller;
use crate::{
    domain::{
        Error, Result,
        access::Permission,
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
    locales: moka::future::Cache<(), Arc<Locales>>,
}

/// A locale that a read asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedLocale {
    /// Where it was given.
    pub path: String,
    /// The BCP 47 tag.
    pub code: String,
}

/// What a plan came to.
#[derive(Debug, Default)]
pub struct Reading {
    /// JSON text, `null` where there is no such row.
    pub json: String,
    /// What is null in it because the caller may not see it; each error says where.
    pub refused: Vec<Error>,
}

impl From<String> for Reading {
    fn from(json: String) -> Self {
        Self { json, refused: Vec::new() }
    }
}

/// The locales of every brand.
type Locales = HashMap<String, HashSet<Uuid>>;

/// How long the set of locales is believed. A new one is found at once all the same: what is not in the set is looked up.
const LOCALES_LIVE: Duration = Duration::from_secs(60);

impl Library {
    /// The library of a database, with the nouns of every installation. `secret` signs cursors and is the same on every
    /// instance.
    ///
    /// # Errors
    /// `INTERNAL` where the catalog contradicts itself.
    pub fn new(db: Db, secret: &[u8]) -> Result<Self> {
        Ok(Self {
            reader: Reader::new(db, Codec::new(secret)?),
            catalog: Arc::new(Catalog::built_in()?),
            locales: moka::future::Cache::builder().max_capacity(1).time_to_live(LOCALES_LIVE).build(),
        })
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

    /// Refuses locales that none of the caller's brands writes in, since a misspelt one would look like missing content.
    ///
    /// # Errors
    /// `INVALID` with the code `unknown_locale`, naming where; as [`Library::read`] where the caller may not read brands.
    pub async fn know_locales(&self, wanted: &[WantedLocale], caller: &Caller) -> Result<()> {
        if wanted.is_empty() {
            return Ok(());
        }
        let grant = caller.actor.grant(Permission::BrandRead)?;
        let written = |known: &Locales, code: &str| {
            known.get(code).is_some_and(|brands| brands.iter().any(|brand| grant.brands().contains(*brand)))
        };
        let mut known = self.locales.get(&()).await;
        for WantedLocale { path, code } in wanted {
            if known.as_ref().is_some_and(|known| written(known, code)) {
                continue;
            }
            let mut fresh = Locales::new();
            for (code, brand) in self.reader.locales().await? {
                fresh.entry(code).or_default().insert(brand);
            }
            let fresh = Arc::new(fresh);
            self.locales.insert((), Arc::clone(&fresh)).await;
            if !written(&fresh, code) {
                let message = format!("none of your brands writes in the locale {code}");
                return Err(Error::invalid(path.as_str(), "unknown_locale", message));
            }
            known = Some(fresh);
        }
        Ok(())
    }

    /// Passes where a caller may have what a plan asks for, whether there is such a row or not.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` or `FORBIDDEN` where the caller may not read any of what the plan touches.
    pub fn may_read(&self, plan: Plan, caller: &Caller) -> Result<()> {
        authorize(plan, &caller.actor, &self.catalog).map(|_| ())
    }

    /// Runs a plan for a caller.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` or `FORBIDDEN` where the caller may not read any of what the plan touches, and null is no answer;
    /// `TIMEOUT` and `UNAVAILABLE` as the database has it.
    pub async fn read(&self, plan: Plan, caller: &Caller) -> Result<Reading> {
        let plan = authorize(plan, &caller.actor, &self.catalog)?;
        let json = self.reader.run(&plan).await?;
        Ok(Reading { json, refused: plan.into_refused() })
    }
}
