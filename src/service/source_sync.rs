//! Pulls a source into the graph: page after page, each written whole or not at all, and twice without effect.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    Caller, Services, Unit,
    bulk::{self, Destination, Item},
    source,
};
use crate::{
    cmp::{Connector, Credentials, NewPull, Page, Pull, Settings, cassette::Recorder, preset},
    domain::{
        Code, Error, Result,
        access::Permission,
        change::Changed,
        event::Event,
        record::MAX_BATCH,
        source::{RunStatus, RunTally, Source},
    },
    kit::id,
    store::{self, Lock},
};

/// How a source is pulled.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The secrets of the source.
    pub credentials: Credentials,
    /// How often requests are repeated.
    pub settings: Settings,
    /// Keeps every exchange, where wanted.
    pub recorder: Option<Arc<Recorder>>,
}

/// How far a pull has come, after each page.
#[derive(Debug)]
pub struct Progress<'a> {
    /// The resource that is being read.
    pub resource: &'a str,
    /// Which page of it was read last, counted from 1.
    pub page: u32,
    /// Items of the resource so far.
    pub seen: u64,
    /// Items of the resource in all, where the platform says.
    pub total: Option<u64>,
    /// What was done so far, over all resources.
    pub tally: &'a RunTally,
}

/// A pull that has ended.
#[derive(Debug)]
pub struct Run {
    /// The key of its record.
    pub id: Uuid,
    /// How it ended.
    pub status: RunStatus,
    /// What it did.
    pub tally: RunTally,
    /// What stopped it early, where something did. What was written before that stays.
    pub error: Option<Error>,
}

/// Pulls everything from a source. `progress` is told after each page.
///
/// # Errors
/// `NOT_FOUND` for an unknown source, `INVALID` for a connector that is none or credentials that are missing, `CONFLICT`
/// while the source is being pulled already. What happens once the pull has begun is in the [`Run`], and in its record.
pub async fn sync(
    services: &Services,
    caller: &Caller,
    name: &str,
    options: Options,
    mut progress: impl FnMut(&Progress<'_>),
) -> Result<Run> {
    let source = source::get(services, caller, name).await?;
    caller.actor.grant_in(Permission::SourceSync, source.brand_id)?;
    let connector = Arc::new(preset::load(&source.connector)?);
    let run_id = id::new(services.clock.now());
    let mut pull = Pull::new(NewPull {
        connector: Arc::clone(&connector),
        base_url: source.base_url.clone(),
        credentials: options.credentials,
        settings: options.settings,
        clock: services.clock.clone(),
        request_id: run_id.to_string(),
        recorder: options.recorder,
    })?;
    let lock = Lock::take(&services.db, number(source.id)).await?.ok_or_else(|| busy(&source))?;
    begin(services, caller, &source, run_id).await?;
    let mut tally = RunTally::default();
    let work = Work { services, caller, source: &source, run_id };
    let result = work.pages(&connector, &mut pull, &mut tally, &mut progress).await;
    let status = match (&result, tally.failed) {
        (Err(_), _) => RunStatus::Failed,
        (Ok(()), 0) => RunStatus::Succeeded,
        (Ok(()), _) => RunStatus::Partial,
    };
    work.note(status, &tally, result.as_ref().err()).await?;
    lock.release().await?;
    Ok(Run { id: run_id, status, tally, error: result.err() })
}

/// The number of the lock that a pull of a source holds.
fn number(source: Uuid) -> i64 {
    let (high, low) = source.as_u64_pair();
    (high ^ low).cast_signed()
}

fn busy(source: &Source) -> Error {
    let message = format!("the source `{}` is being pulled already", source.name);
    Error::new(Code::Conflict, message)
        .with_details(serde_json::json!({"path": "source", "reason": "pulling"}))
}

async fn begin(services: &Services, caller: &Caller, source: &Source, run_id: Uuid) -> Result<()> {
    let mut unit = Unit::begin(services, caller).await?;
    store::source::begin_run(unit.tx(), run_id, source.id, unit.now()).await?;
    let event =
        Event::of("source.sync_started", source.brand_id, Changed { id: source.id, version: source.version });
    unit.record(event.with("run", run_id.to_string()));
    unit.commit().await
}

struct Work<'a> {
    services: &'a Services,
    caller: &'a Caller,
    source: &'a Source,
    run_id: Uuid,
}

impl Work<'_> {
    async fn pages(
        &self,
        connector: &Connector,
        pull: &mut Pull,
        tally: &mut RunTally,
        progress: &mut impl FnMut(&Progress<'_>),
    ) -> Result<()> {
        super::source_types::ensure(self.services, self.caller, self.source.brand_id, connector).await?;
        let (brand, source) = (self.source.brand_id, Some(self.source.id));
        let destination = Arc::new(Destination::open(self.services, self.caller, brand, source).await?);
        while let Some(page) = pull.next().await? {
            let (resource, number, seen, total) =
                (page.resource.clone(), page.number, page.seen, page.mapped.total);
            self.page(&destination, page, tally).await?;
            progress(&Progress { resource: &resource, page: number, seen, total, tally });
        }
        bulk::settle_all(self.services, self.caller, &destination).await?;
        tally.waiting = store::source::count_waiting(&self.services.db, self.source.id).await?;
        Ok(())
    }

    async fn page(&self, destination: &Arc<Destination>, page: Page, tally: &mut RunTally) -> Result<()> {
        tally.seen += page.mapped.items;
        let mut failures = page.mapped.failures;
        let placed = page.mapped.places.into_iter().zip(page.mapped.records);
        let mut items = placed.map(|(index, record)| Item { index, record });
        loop {
            let batch: Vec<Item> = items.by_ref().take(MAX_BATCH).collect();
            if batch.is_empty() {
                break;
            }
            let outcome =
                bulk::write(self.services, self.caller, destination, destination.turn().await, batch).await?;
            tally.created += outcome.created;
            tally.updated += outcome.updated;
            tally.unchanged += outcome.unchanged;
            failures.extend(outcome.failures);
        }
        failures.sort_by_key(|failure| failure.index);
        tally.set_aside(failures);
        self.note(RunStatus::Running, tally, None).await
    }

    async fn note(&self, status: RunStatus, tally: &RunTally, error: Option<&Error>) -> Result<()> {
        let mut unit = Unit::begin(self.services, self.caller).await?;
        let shown = error.map(|error| (error.code().name(), error.message()));
        store::source::note_run(unit.tx(), self.run_id, status, tally, shown, unit.now()).await?;
        if status != RunStatus::Running {
            let about = Changed { id: self.source.id, version: self.source.version };
            let event = Event::of("source.sync_finished", self.source.brand_id, about);
            unit.record(event.with("run", self.run_id.to_string()).with("status", status.name()));
        }
        unit.commit().await
    }
}
