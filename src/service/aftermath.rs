//! What is done outside of the database once a transaction has ended: a store takes nothing back, so that it is told only then.

use std::{
    fmt,
    future::Future,
    sync::{Mutex as Lock, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};

use super::Services;

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// What was written is there for good.
    Committed,
    /// Nothing of it has happened.
    TakenBack,
}

/// What waits for the end of a transaction. Lost with the process, so that it may only be what somebody cleans up later anyway.
#[derive(Default)]
pub(super) struct Aftermath(Lock<Vec<(End, BoxFuture<'static, ()>)>>);

impl fmt::Debug for Aftermath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aftermath").finish_non_exhaustive()
    }
}

impl Aftermath {
    /// Notes what is to be done at that end.
    pub(super) fn note(&self, end: End, deed: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((end, deed));
    }

    /// Leaves all of it to the transaction around this one.
    pub(super) fn leave_to(&self, outer: &Self) {
        outer.0.lock().unwrap_or_else(PoisonError::into_inner).extend(self.taken());
    }

    /// Does what was noted for this end, and forgets the rest.
    pub(super) async fn follow(&self, end: End) {
        for (_, deed) in self.taken().into_iter().filter(|(noted, _)| *noted == end) {
            deed.await;
        }
    }

    fn taken(&self) -> Vec<(End, BoxFuture<'static, ()>)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Services {
    /// Does something after a unit was committed: now, or once the transaction that it takes part in is committed.
    pub(super) async fn once_committed(&self, deed: impl Future<Output = ()> + Send + 'static) {
        match &self.joint {
            Some(joint) => joint.aftermath().note(End::Committed, deed.boxed()),
            None => deed.await,
        }
    }

    /// Notes what is to be undone if the transaction that a committed unit takes part in is taken back.
    pub(super) fn once_taken_back(&self, deed: impl Future<Output = ()> + Send + 'static) {
        if let Some(joint) = &self.joint {
            joint.aftermath().note(End::TakenBack, deed.boxed());
        }
    }
}
