//! The keys of one issuer, kept: asked for anew when they are old or a token names another, and kept for a while when it is away.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwapOption;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use jsonwebtoken::Algorithm;
use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{
    jwk::KeySet,
    rejected::{Reason, Rejected},
};
use crate::{domain::Result, kit::clock::Clock};

/// How old keys become before they are asked for again; a key that was withdrawn proves nothing any more after that.
pub const MAX_AGE: TimeDelta = TimeDelta::minutes(10);
/// How long after an attempt, good or not, the next one is made: whoever makes up names of keys has no issuer asked more often.
pub const MIN_INTERVAL: TimeDelta = TimeDelta::seconds(10);

/// Attempts to get the keys of issuers, by outcome (`ok`, `failed`).
pub const FETCHES: &str = "issuer_key_fetches_total";

/// Asks for the keys that are published now.
pub(super) type Fetch = Box<dyn Fn() -> BoxFuture<'static, Result<Vec<Value>>> + Send + Sync>;

/// The keys of one issuer; to be shared.
pub(super) struct Keys {
    name: String,
    /// How old keys become that nobody could ask for again. Ours have no such end, and may be none: they are in the database.
    max_stale: Option<TimeDelta>,
    fetch: Fetch,
    clock: Clock,
    current: ArcSwapOption<Published>,
    /// Held by whoever asks: the last attempt.
    gate: Arc<Mutex<Option<Attempt>>>,
}

/// The keys that were published at a time.
#[derive(Debug)]
pub(super) struct Published {
    /// The same number, the same keys.
    pub(super) generation: u64,
    pub(super) set: KeySet,
    read_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy)]
struct Attempt {
    at: DateTime<Utc>,
    succeeded: bool,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys of an issuer; nobody is asked yet.
    pub(super) fn new(name: String, max_stale: TimeDelta, clock: Clock, fetch: Fetch) -> Arc<Self> {
        Self::make(name, Some(max_stale), clock, fetch)
    }

    /// The keys of this installation; nobody is asked yet.
    pub(super) fn of_our_own(name: String, clock: Clock, fetch: Fetch) -> Arc<Self> {
        Self::make(name, None, clock, fetch)
    }

    fn make(name: String, max_stale: Option<TimeDelta>, clock: Clock, fetch: Fetch) -> Arc<Self> {
        let (current, gate) = (ArcSwapOption::empty(), Arc::default());
        Arc::new(Self { name, max_stale, fetch, clock, current, gate })
    }

    /// Whether a token that was proven with this generation of keys is still proven. Where the keys are old, they are asked for
    /// meanwhile.
    pub(super) fn still(self: &Arc<Self>, generation: u64) -> bool {
        let Some(current) = self.current.load_full() else { return false };
        if self.old(&current)
            && let Ok(gate) = Arc::clone(&self.gate).try_lock_owned()
            && self.may_ask(*gate)
        {
            // Nobody waits for it: what is known goes on meanwhile.
            drop(tokio::spawn(Arc::clone(self).ask(gate)));
        }
        current.generation == generation && self.in_time(&current)
    }

    /// The keys among which is the one that a token names.
    ///
    /// # Errors
    /// `UnknownKey` where the issuer has no such key, `Unavailable` where it cannot be asked.
    pub(super) async fn with(
        self: &Arc<Self>,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<Published>, Rejected> {
        let has = |published: &Arc<Published>| {
            self.in_time(published) && published.set.find(kid, algorithm).is_some()
        };
        if let Some(known) = self.current.load_full().filter(has) {
            self.still(known.generation);
            return Ok(known);
        }
        let gate = Arc::clone(&self.gate).lock_owned().await;
        // Whoever held the gate before may have brought what is wanted.
        if let Some(known) = self.current.load_full().filter(has) {
            return Ok(known);
        }
        let succeeded = if self.may_ask(*gate) {
            // In a task of its own: who asked first may go away, and others wait.
            tokio::spawn(Arc::clone(self).ask(gate)).await.unwrap_or(false)
        } else {
            gate.is_some_and(|attempt| attempt.succeeded)
        };
        match self.current.load_full().filter(has) {
            Some(known) => Ok(known),
            None if succeeded => Err(Reason::UnknownKey.into()),
            None => Err(Reason::Unavailable.into()),
        }
    }

    fn old(&self, published: &Published) -> bool {
        published.read_at + MAX_AGE <= self.clock.now()
    }

    /// Whether keys still prove anything: whoever keeps the issuer from being asked keeps a withdrawn key good no longer than that.
    fn in_time(&self, published: &Published) -> bool {
        self.max_stale.is_none_or(|most| self.clock.now() < published.read_at + most)
    }

    fn may_ask(&self, last: Option<Attempt>) -> bool {
        last.is_none_or(|attempt| attempt.at + MIN_INTERVAL <= self.clock.now())
    }

    /// Asks the issuer, once; what is known stays where it does not answer.
    async fn ask(self: Arc<Self>, mut gate: OwnedMutexGuard<Option<Attempt>>) -> bool {
        let read_at = self.clock.now();
        let asked = (self.fetch)().await.map(KeySet::read);
        let succeeded = match asked {
            Ok(set) if self.max_stale.is_none() || !set.empty() => {
                let before = self.current.load_full();
                let generation = match &before {
                    Some(before) if before.set.same_as(&set) => before.generation,
                    Some(before) => before.generation.wrapping_add(1),
                    None => 1,
                };
                self.current.store(Some(Arc::new(Published { generation, set, read_at })));
                true
            }
            Ok(_) => {
                tracing::warn!(issuer = self.name, "an issuer publishes no key that could prove a token");
                false
            }
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(issuer = self.name, %error, source, "the keys of an issuer cannot be had");
                false
            }
        };
        let outcome = if succeeded { "ok" } else { "failed" };
        metrics::counter!(FETCHES, "outcome" => outcome).increment(1);
        *gate = Some(Attempt { at: self.clock.now(), succeeded });
        succeeded
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use futures::FutureExt;
    use serde_json::json;

    use super::*;
    use crate::domain::Error;

    #[tokio::test]
    async fn the_last_keys_of_an_issuer_that_is_away_have_an_end() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH);
        let away = Arc::new(AtomicBool::new(false));
        let gone = Arc::clone(&away);
        let fetch: Fetch = Box::new(move || {
            let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
            let answer =
                if gone.load(Ordering::SeqCst) { Err(Error::internal("away")) } else { Ok(vec![key]) };
            async move { answer }.boxed()
        });
        let keys = Keys::new("issuer".to_owned(), TimeDelta::hours(24), clock.clone(), fetch);
        let generation = keys.with(Some("a"), Algorithm::EdDSA).await.unwrap().generation;
        away.store(true, Ordering::SeqCst);
        clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
        assert!(keys.still(generation));
        assert!(keys.with(Some("a"), Algorithm::EdDSA).await.is_ok());
        clock.advance(TimeDelta::seconds(1));
        assert!(!keys.still(generation));
        let rejected = keys.with(Some("a"), Algorithm::EdDSA).await.unwrap_err();
        assert_eq!(rejected.reason, Reason::Unavailable);
        // The same keys, once they can be asked for, prove the same tokens.
        away.store(false, Ordering::SeqCst);
        clock.advance(MIN_INTERVAL);
        keys.with(Some("a"), Algorithm::EdDSA).await.unwrap();
        assert!(keys.still(generation));
    }
}
