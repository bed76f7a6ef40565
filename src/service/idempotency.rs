//! Answers a request that was sent again as it was answered first; the answer is kept by the transaction that it tells of.

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::{Caller, Joint, Services, Unit};
use crate::{
    domain::{Code, Error, Result, Violation, idempotency::IdempotencyKey},
    kit::secret::{Key, Tag, same},
    store::{self, idempotency::Kept},
};

/// How long an answer is kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// How many expired keys are removed in one transaction.
const SWEPT: u32 = 1_000;
/// What an answer is encrypted for.
const PURPOSE: &[u8] = b"idempotent answer";

/// A request that its client gave a key.
#[derive(Debug, Clone)]
pub struct Keyed {
    caller: Tag,
    key: IdempotencyKey,
    fingerprint: Tag,
    sealing: Key,
}

impl Keyed {
    /// The key of a caller, for a request of this document, operation and variables, as they came.
    #[must_use]
    pub fn new(
        services: &Services,
        caller: &Caller,
        key: IdempotencyKey,
        (document, operation, variables): (&str, Option<&str>, &Map<String, Value>),
    ) -> Self {
        let pepper = &services.vault.pepper;
        // Parts of changing length are hashed one by one first, so that none of them can pass for another.
        let hash = |what: &str, text: &str| pepper.tag(&[what.as_bytes(), text.as_bytes()]);
        let label = hash("idempotency caller", &caller.actor.label());
        let credential = hash("idempotency credential", &caller.credential().unwrap_or_default());
        let parts = [
            hash("idempotency document", document),
            hash("idempotency operation", operation.unwrap_or_default()),
            hash("idempotency variables", &in_order(variables)),
            // An answer is told to nobody who could not have it now: a token with a smaller scope, a role that was taken away.
            hash("idempotency standing", &caller.actor.standing()),
        ];
        Self {
            caller: pepper.tag(&[&label, &credential]),
            key,
            fingerprint: pepper.tag(&parts.each_ref().map(|part| part.as_slice())),
            sealing: services.vault.sealing.clone(),
        }
    }

    /// Takes the key within a transaction, or gives the answer that is kept under it. Where the same request runs just now, waits
    /// until it has ended.
    ///
    /// # Errors
    /// `CONFLICT` with the code `key_reused` where the key stands for another request, or its caller could do other things then; `TIMEOUT` where the first takes too long.
    pub async fn claim(&self, services: &Services, joint: &Joint) -> Result<Option<Vec<u8>>> {
        let now = services.clock.now();
        let which = (self.caller.as_slice(), self.key.as_str());
        let kept = joint
            .directly(async |tx| {
                store::idempotency::claim(tx, which, &self.fingerprint, now, now + KEPT_FOR).await
            })
            .await?;
        let Some(Kept { fingerprint, answer }) = kept else { return Ok(None) };
        if !same(&fingerprint, &self.fingerprint) {
            let message =
                "this key stands for another request, or for what other rights gave; take a new one for each";
            let violation = Violation::new("Idempotency-Key", "key_reused", message);
            return Err(Error::new(Code::Conflict, message).with_violation(violation));
        }
        self.sealing.open(&answer, PURPOSE).map(Some).map_err(|source| {
            let message = "the request was answered before, but the answer can no longer be read";
            let violation = Violation::new("Idempotency-Key", "answer_lost", message);
            Error::new(Code::Conflict, message).with_violation(violation).with_source(source)
        })
    }

    /// Keeps the answer, in the transaction that took the key.
    ///
    /// # Errors
    /// As the database refuses; then the transaction cannot be committed.
    pub async fn keep(&self, joint: &Joint, answer: &[u8]) -> Result<()> {
        let sealed = self.sealing.seal(answer, PURPOSE).map_err(Error::internal)?;
        let which = (self.caller.as_slice(), self.key.as_str());
        joint.directly(async |tx| store::idempotency::answer(tx, which, sealed).await).await
    }
}

/// Removes what has expired; how many keys that were.
///
/// # Errors
/// As the database refuses.
pub async fn sweep(services: &Services) -> Result<u64> {
    let mut count = 0;
    loop {
        let unit = Unit::begin(services, &Caller::system("idempotency")).await?;
        let swept = store::idempotency::sweep(unit.tx(), unit.now(), SWEPT).await?;
        unit.commit().await?;
        count += swept;
        if swept < u64::from(SWEPT) {
            return Ok(count);
        }
    }
}

/// Variables as text that does not depend on the order of names.
fn in_order(variables: &Map<String, Value>) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let mut names: Vec<&String> = fields.keys().collect();
                names.sort_unstable();
                names.into_iter().filter_map(|name| Some((name.clone(), sorted(fields.get(name)?)))).collect()
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    sorted(&Value::Object(variables.clone())).to_string()
}
