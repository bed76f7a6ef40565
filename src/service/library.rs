//! Reading: a plan, authorized for its caller and run as one statement.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use uuid::Uuid;

use super::{Caller, Joint};
use crate::{
    domain::{
        Error, Result,
        access::Permission,
        catalog::Catalog,
        read::{Codec, One, Plan, Predicate, Rows, Selection, Value, authorize},
    },
    store::{Db, read::Reader},
};

/// What can be read, and what reads it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Library {
    reader: Reader,
    catalog: Arc<Catalog>,
    locales: moka::sync::Cache<String, Arc<HashSet<Uuid>>>,
    joint: Option<Joint>,
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

/// How long it is believed which brands write in a locale. A new one is found at once all the same: what a caller's brands are
/// not known to write in is looked up.
const LOCALES_LIVE: Duration = Duration::from_secs(60);
/// How many locales are remembered.
const LOCALES_KEPT: u64 = 1_000;

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
            locales: moka::sync::Cache::builder()
                .max_capacity(LOCALES_KEPT)
                .time_to_live(LOCALES_LIVE)
                .build(),
            joint: None,
        })
    }

    /// The same library as a transaction sees it, with what it wrote itself.
    #[must_use]
    pub fn within(&self, joint: &Joint) -> Self {
        Self { joint: Some(joint.clone()), ..self.clone() }
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
        let written = |brands: &HashSet<Uuid>| brands.iter().any(|brand| grant.brands().contains(*brand));
        let remembered = |code: &str| self.locales.get(code).is_some_and(|brands| written(&brands));
        let asked: HashSet<&str> = wanted.iter().map(|wanted| wanted.code.as_str()).collect();
        let unsure: Vec<String> =
            asked.into_iter().filter(|code| !remembered(code)).map(Into::into).collect();
        if unsure.is_empty() {
            return Ok(());
        }
        let mut found: HashMap<String, HashSet<Uuid>> = HashMap::new();
        for (code, brand) in self.found_locales(&unsure).await? {
            found.entry(code).or_default().insert(brand);
        }
        let stranger = |code: &String| unsure.contains(code) && !found.get(code).is_some_and(written);
        if let Some(WantedLocale { path, code }) = wanted.iter().find(|wanted| stranger(&wanted.code)) {
            let message = format!("none of your brands writes in the locale {code}");
            return Err(Error::invalid(path.as_str(), "unknown_locale", message));
        }
        // What a transaction wrote may yet be taken back.
        if self.joint.is_some() {
            return Ok(());
        }
        // Only what there is: whatever else is asked for would push it out.
        for (code, brands) in found {
            self.locales.insert(code, Arc::new(brands));
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

    /// Passes where a caller may have a column of a noun, whichever row it is of.
    ///
    /// # Errors
    /// As [`Library::may_read`].
    pub fn may_see(&self, noun: &str, field: &str, caller: &Caller) -> Result<()> {
        let noun = self.catalog.noun(noun)?;
        let column = noun.column(field).ok_or_else(|| Error::internal("a noun lacks a column"))?;
        let rows = Rows {
            noun: Arc::clone(noun),
            predicate: Predicate::all(),
            order: Vec::new(),
            search: None,
            via: None,
        };
        let selection = Selection(vec![(field.to_owned(), Value::Column(*column))]);
        self.may_read(Plan::One(Box::new(One { rows, selection })), caller)
    }

    /// Runs a plan for a caller.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` or `FORBIDDEN` where the caller may not read any of what the plan touches, and null is no answer;
    /// `TIMEOUT` and `UNAVAILABLE` as the database has it.
    pub async fn read(&self, plan: Plan, caller: &Caller) -> Result<Reading> {
        let plan = authorize(plan, &caller.actor, &self.catalog)?;
        let json = match &self.joint {
            Some(joint) => joint.read(&self.reader, &plan).await?,
            None => self.reader.run(&plan, None).await?,
        };
        Ok(Reading { json, refused: plan.into_refused() })
    }

    async fn found_locales(&self, codes: &[String]) -> Result<Vec<(String, Uuid)>> {
        match &self.joint {
            Some(joint) => joint.locales(&self.reader, codes).await,
            None => self.reader.locales(codes, None).await,
        }
    }
}
