//! Credentials that were looked up lately, so that a request need not ask the database; and when they were used last.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use uuid::Uuid;

use crate::{
    domain::{Result, credential::Family},
    service::Services,
    store::{self, credential::Row},
};

/// How long what was looked up is believed: within that time a credential that another process took back is good here.
pub const REVOKED_AFTER: TimeDelta = TimeDelta::seconds(10);

/// How often at most one process looks up a credential whose secret does not fit.
const LOOKED_UP_EVERY: TimeDelta = TimeDelta::seconds(1);

/// How often at most one process notes that a credential is used.
pub const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How many are remembered, those that there are none of included.
const REMEMBERED: u64 = 10_000;

type Which = (Family, Uuid);

/// What is known of credentials; clones share it.
#[derive(Debug, Clone)]
pub struct KnownCredentials {
    rows: Cache<Which, Found>,
    used: Cache<Which, DateTime<Utc>>,
    /// Goes up with every change, so that what was read before one is not remembered after it.
    changes: Arc<AtomicU64>,
}

#[derive(Debug, Clone)]
struct Found {
    row: Option<Arc<Row>>,
    read_at: DateTime<Utc>,
}

impl Default for KnownCredentials {
    fn default() -> Self {
        Self { rows: Cache::new(REMEMBERED), used: Cache::new(REMEMBERED), changes: Arc::default() }
    }
}

impl KnownCredentials {
    /// The credential of that id, good or not.
    pub(super) async fn find(
        &self,
        services: &Services,
        family: Family,
        id: Uuid,
    ) -> Result<Option<Arc<Row>>> {
        let now = services.clock.now();
        if let Some(found) = self.rows.get(&(family, id)).filter(|found| now < found.read_at + REVOKED_AFTER)
        {
            return Ok(found.row);
        }
        let before = self.changes.load(Ordering::SeqCst);
        let row = store::credential::find(&services.db, family, id).await?.map(Arc::new);
        if self.changes.load(Ordering::SeqCst) == before {
            self.rows.insert((family, id), Found { row: row.clone(), read_at: now });
            if self.changes.load(Ordering::SeqCst) != before {
                self.rows.invalidate(&(family, id));
            }
        }
        Ok(row)
    }

    /// The credential once more, where what is known of it was read a while ago: another process may have given it a new secret.
    pub(super) async fn find_again(
        &self,
        services: &Services,
        family: Family,
        id: Uuid,
    ) -> Result<Option<Arc<Row>>> {
        let now = services.clock.now();
        match self.rows.get(&(family, id)) {
            Some(found) if found.row.is_some() && found.read_at + LOOKED_UP_EVERY <= now => {
                self.forget(family, id);
                self.find(services, family, id).await
            }
            _ => Ok(None),
        }
    }

    /// Looks the credential up anew next time.
    pub(in crate::service) fn forget(&self, family: Family, id: Uuid) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.rows.invalidate(&(family, id));
    }

    /// Notes that the credential is used, now and then, without anybody waiting for it.
    pub(super) fn note_use(&self, services: &Services, family: Family, id: Uuid) {
        let now = services.clock.now();
        let which = (family, id);
        if self.used.get(&which).is_some_and(|noted| now < noted + USE_NOTED_EVERY) {
            return;
        }
        self.used.insert(which, now);
        let db = services.db.clone();
        tokio::spawn(async move {
            if let Err(error) = store::credential::note_use(&db, family, id, now).await {
                tracing::warn!(%error, "the use of a credential could not be noted");
            }
        });
    }
}
