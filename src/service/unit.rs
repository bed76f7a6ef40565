//! The only way to write: one transaction with its actor, its time and all its consequences.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Caller, Joint, Services};
use crate::{
    domain::{
        Result,
        access::Actor,
        audit::{Outcome, Record},
        change::Changed,
        event::Event,
        node::{Kind, NodeId},
    },
    kit::id,
    queue::{self, NewJob},
    store::{self, Tx},
};

/// The most tags and categories that the record of a batch names.
const MAX_TERMS: usize = 100;

/// What a unit records where it writes many rows at once: how many of each kind, not each. Tags and categories are named: they are
/// few, and made for good.
#[derive(Debug)]
struct Batch {
    brand: Uuid,
    node: NodeId,
    counts: BTreeMap<&'static str, u64>,
    terms: Vec<String>,
}

/// A unit of work. What it recorded and enqueued is written when it commits, together with the change, or not at all.
#[derive(Debug)]
pub struct Unit {
    tx: Tx,
    caller: Caller,
    now: DateTime<Utc>,
    events: Vec<Event>,
    batch: Option<Batch>,
    records: Vec<Record>,
    jobs: Vec<NewJob>,
    joint: Option<Joint>,
}

impl Unit {
    /// Opens a unit on behalf of a caller. Its time stands still until it ends.
    ///
    /// # Errors
    /// `UNAVAILABLE` where no connection is to be had.
    pub async fn begin(services: &Services, caller: &Caller) -> Result<Self> {
        let tx = match &services.joint {
            Some(joint) => joint.part().await?,
            None => Tx::begin(&services.db).await?,
        };
        Ok(Self {
            tx,
            caller: caller.clone(),
            now: services.clock.now(),
            events: Vec::new(),
            batch: None,
            records: Vec::new(),
            jobs: Vec::new(),
            joint: services.joint.clone(),
        })
    }

    /// Opens a transaction that several units take part in; a part of the one that they take part in already, where they do.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn joint(services: &Services) -> Result<Joint> {
        match &services.joint {
            Some(joint) => joint.nest().await,
            None => Tx::begin(&services.db).await.map(Joint::of),
        }
    }

    /// Opens a unit that writes many rows of a brand, as they come from a source or a file. What it records is told as one, by
    /// counts: the rows' own history says the rest, and an import is not slowed down by a record of each row.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn batch(
        services: &Services,
        caller: &Caller,
        brand: Uuid,
        source: Option<Uuid>,
    ) -> Result<Self> {
        let node = source.map_or(NodeId::new(Kind::Brand, brand), |id| NodeId::new(Kind::Source, id));
        let batch = Some(Batch { brand, node, counts: BTreeMap::new(), terms: Vec::new() });
        Ok(Self { batch, ..Self::begin(services, caller).await? })
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

    /// Notes what happened. What changed about the row is added from what the transaction saw and wrote of it.
    pub fn record(&mut self, event: Event) {
        match &mut self.batch {
            Some(batch) => {
                *batch.counts.entry(event.kind).or_default() += 1;
                if let Some(slug) = event.detail.get("slug").and_then(|slug| slug.as_str())
                    && batch.terms.len() < MAX_TERMS
                {
                    batch.terms.push(format!("{} {slug}", event.kind));
                }
            }
            None => self.events.push(event),
        }
    }

    /// Notes what happened elsewhere and is only written down here: refusals.
    pub(super) fn write_down(&mut self, records: Vec<Record>) {
        self.records.extend(records);
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
        let mut records: Vec<Record> = self.events.iter().map(|event| self.told(event)).collect();
        records.extend(self.batch.iter().filter(|batch| !batch.counts.is_empty()).map(|batch| Record {
            kind: "content.imported".into(),
            node: Some(batch.node.to_string()),
            brand_id: Some(batch.brand),
            detail: json!({"counts": batch.counts, "terms": batch.terms}),
            ..self.blank()
        }));
        records.extend(self.records);
        store::audit::append(&self.tx, &records).await?;
        queue::enqueue(&self.tx, &self.jobs, self.now).await?;
        self.tx.commit().await?;
        if let Some(joint) = &self.joint {
            joint.changes(&self.events);
        }
        Ok(())
    }

    /// The record of an event, with what changed.
    fn told(&self, event: &Event) -> Record {
        let (before, after) = self.tx.changes(event.subject_id);
        Record {
            kind: event.kind.into(),
            node: Some(event.node()),
            brand_id: event.brand_id,
            before,
            after,
            detail: event.detail.clone(),
            ..self.blank()
        }
    }

    /// A record of this caller that says nothing yet.
    fn blank(&self) -> Record {
        Record {
            id: id::new(self.now),
            created_at: self.now,
            actor: self.caller.actor.label(),
            credential: self.caller.credential(),
            kind: "".into(),
            outcome: Outcome::Done,
            reason: None,
            node: None,
            brand_id: None,
            ip: self.caller.from,
            user_agent: self.caller.user_agent.clone(),
            request_id: self.caller.request_id.clone(),
            count: 1,
            before: None,
            after: None,
            detail: json!({}),
        }
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
