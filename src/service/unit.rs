//! The only way to write: one transaction with its actor, its time and all its consequences.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Caller, Services};
use crate::{
    domain::{Result, access::Actor, change::Changed, event::Event},
    queue::{self, NewJob},
    store::{self, Tx},
};

/// A unit of work. What it recorded and enqueued is written when it commits, together with the change, or not at all.
#[derive(Debug)]
pub struct Unit {
    tx: Tx,
    caller: Caller,
    now: DateTime<Utc>,
    events: Vec<Event>,
    jobs: Vec<NewJob>,
}

impl Unit {
    /// Opens a unit on behalf of a caller. Its time stands still until it ends.
    ///
    /// # Errors
    /// `UNAVAILABLE` where no connection is to be had.
    pub async fn begin(services: &Services, caller: &Caller) -> Result<Self> {
        Ok(Self {
            tx: Tx::begin(&services.db).await?,
            caller: caller.clone(),
            now: services.clock.now(),
            events: Vec::new(),
            jobs: Vec::new(),
        })
    }

    /// The transaction to write through.
    #[must_use]
    pub fn tx(&self) -> &Tx {
        &self.tx
    }

    /// On whose behalf this happens.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// The moment at which all of this happens.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Notes what happened.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Notes what is to be done after the commit.
    pub fn enqueue(&mut self, job: NewJob) {
        self.jobs.push(job);
    }

    /// Writes record and jobs, and makes everything lasting at once.
    ///
    /// # Errors
    /// As the database refuses; then nothing of this unit has happened.
    pub async fn commit(self) -> Result<()> {
        let actor = self.caller.actor.label();
        let author = store::event::Author { actor: &actor, request_id: self.caller.request_id.as_deref() };
        store::event::append(&self.tx, &self.events, author, self.now).await?;
        queue::enqueue(&self.tx, &self.jobs, self.now).await?;
        self.tx.commit().await
    }

    /// Ends the unit where there was nothing to change: no version, no record.
    ///
    /// # Errors
    /// As [`Self::rollback`].
    pub async fn unchanged(self, id: Uuid, version: i32) -> Result<Changed> {
        self.rollback().await?;
        Ok(Changed { id, version })
    }

    /// Ends the unit as if it had never been.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost.
    pub async fn rollback(self) -> Result<()> {
        self.tx.rollback().await
    }
}
