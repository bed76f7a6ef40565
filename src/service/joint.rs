//! One transaction that several units take part in: what a document, or a batch, does as one.

use std::sync::{
    Arc, Mutex as Lock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    Services,
    aftermath::{Aftermath, End},
};
use crate::{
    domain::{Code, Error, Result, credential::Family, event::Event, read::Authorized},
    store::{Tx, read::Reader},
};

/// A transaction that units open a part of, one after the other; clones share it. A part that fails is taken back alone. It is
/// rolled back where nobody commits it.
#[derive(Debug, Clone)]
pub struct Joint(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tx: Mutex<Option<Tx>>,
    /// Whether something in it came to a good end.
    succeeded: AtomicBool,
    /// Whether something in it failed.
    failed: AtomicBool,
    /// The code of the first thing that failed.
    cause: Lock<Option<Code>>,
    /// Why something failed that might have gone well at another time.
    passing: Lock<Option<Error>>,
    /// Whether what takes part in it has nothing to do with the rest.
    separate: AtomicBool,
    /// What is to be done outside once it has ended.
    aftermath: Aftermath,
    /// What was changed of what this process remembers.
    stale: Lock<Vec<Stale>>,
}

#[derive(Debug, Clone, Copy)]
enum Stale {
    Roles,
    Types,
    Credential(Family, Uuid),
}

impl Joint {
    pub(super) fn of(tx: Tx) -> Self {
        Self(Arc::new(Inner {
            tx: Mutex::new(Some(tx)),
            succeeded: AtomicBool::default(),
            failed: AtomicBool::default(),
            cause: Lock::default(),
            passing: Lock::default(),
            separate: AtomicBool::default(),
            aftermath: Aftermath::default(),
            stale: Lock::default(),
        }))
    }

    /// A part of it that can be taken back alone.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost.
    pub(super) async fn part(&self) -> Result<Tx> {
        self.0.tx.lock().await.as_ref().ok_or_else(over)?.nest().await
    }

    /// The same as one that others take part in.
    ///
    /// # Errors
    /// As [`Joint::part`].
    pub async fn nest(&self) -> Result<Self> {
        self.part().await.map(Self::of)
    }

    /// Runs a plan as this transaction sees the database.
    ///
    /// # Errors
    /// As [`Reader::run`]; what follows in this transaction then fails too.
    pub(super) async fn read(&self, reader: &Reader, plan: &Authorized) -> Result<String> {
        let held = self.0.tx.lock().await;
        reader.run(plan, Some(held.as_ref().ok_or_else(over)?)).await
    }

    pub(super) async fn locales(&self, reader: &Reader, codes: &[String]) -> Result<Vec<(String, Uuid)>> {
        let held = self.0.tx.lock().await;
        reader.locales(codes, Some(held.as_ref().ok_or_else(over)?)).await
    }

    /// Does something in the transaction itself, of which no part can be taken back alone.
    pub(super) async fn directly<T>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let held = self.0.tx.lock().await;
        work(held.as_ref().ok_or_else(over)?).await
    }

    /// Notes how something in it ended.
    pub fn note(&self, succeeded: bool) {
        let which = if succeeded { &self.0.succeeded } else { &self.0.failed };
        which.store(true, Ordering::Release);
    }

    /// Notes why something in it failed.
    pub fn note_failure(&self, error: &Error) {
        self.note(false);
        self.0.cause.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.code());
        let mut passing = self.0.passing.lock().unwrap_or_else(PoisonError::into_inner);
        // What others stood in the way of is run anew, whatever else failed.
        if error.contended() || (error.retryable() && passing.is_none()) {
            *passing = Some(error.clone());
        }
    }

    /// The code of the first thing in it that failed.
    #[must_use]
    pub fn cause(&self) -> Option<Code> {
        *self.0.cause.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why something in it failed that might have gone well at another time.
    #[must_use]
    pub fn passing(&self) -> Option<Error> {
        self.0.passing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether something in it came to a good end.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.0.succeeded.load(Ordering::Acquire)
    }

    /// Whether something in it failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.0.failed.load(Ordering::Acquire)
    }

    /// Says that what takes part in it has nothing to do with the rest: what fails takes only itself back.
    pub fn separate(&self) {
        self.0.separate.store(true, Ordering::Release);
    }

    /// Whether what takes part in it has nothing to do with the rest.
    pub(super) fn separated(&self) -> bool {
        self.0.separate.load(Ordering::Acquire)
    }

    /// What is to be done outside once it has ended.
    pub(super) fn aftermath(&self) -> &Aftermath {
        &self.0.aftermath
    }

    /// Notes what is remembered outside of the transaction and is another thing once it is committed.
    pub(super) fn changes(&self, events: &[Event]) {
        let stale = events.iter().filter_map(|event| {
            let noun = event.kind.split_once('.').map_or(event.kind, |(noun, _)| noun);
            match noun {
                "role" | "member" => Some(Stale::Roles),
                "content_type" => Some(Stale::Types),
                "api_key" => Some(Stale::Credential(Family::ApiKey, event.subject_id)),
                "application" => Some(Stale::Credential(Family::Application, event.subject_id)),
                _ => None,
            }
        });
        self.0.stale.lock().unwrap_or_else(PoisonError::into_inner).extend(stale);
    }

    /// Whether a content type was changed in it.
    pub(super) fn types_changed(&self) -> bool {
        let stale = self.0.stale.lock().unwrap_or_else(PoisonError::into_inner);
        stale.iter().any(|one| matches!(one, Stale::Types))
    }

    /// Makes everything done in it lasting, at once; in a part of another one, as lasting as that is.
    ///
    /// # Errors
    /// As the database refuses; then nothing of it has happened.
    pub async fn commit(&self, services: &Services) -> Result<()> {
        let tx = self.0.tx.lock().await.take().ok_or_else(over)?;
        if let Err(error) = tx.commit().await {
            self.0.aftermath.follow(End::TakenBack).await;
            return Err(error);
        }
        let stale = std::mem::take(&mut *self.0.stale.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(outer) = &services.joint {
            outer.0.stale.lock().unwrap_or_else(PoisonError::into_inner).extend(stale);
            self.0.aftermath.leave_to(&outer.0.aftermath);
            return Ok(());
        }
        for one in stale {
            match one {
                Stale::Types => {}
                Stale::Roles => services.roles.forget(),
                Stale::Credential(family, id) => services.credentials.forget(family, id),
            }
        }
        self.0.aftermath.follow(End::Committed).await;
        Ok(())
    }

    /// Takes everything done in it back.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost; the database then takes it back by itself.
    pub async fn rollback(&self) -> Result<()> {
        let Some(tx) = self.0.tx.lock().await.take() else { return Ok(()) };
        let done = tx.rollback().await;
        self.0.aftermath.follow(End::TakenBack).await;
        done
    }
}

fn over() -> Error {
    Error::internal("a transaction is used after it has ended")
}
