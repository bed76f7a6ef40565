//! Refusals on their way into the record: gathered in memory, told together, written in batches, never waited for.

use std::{
    collections::HashMap,
    future::Future,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{Caller, Services, Unit},
    guesses::{self, Guess, Guesses},
    metrics,
};
use crate::{
    domain::{
        Result,
        access::{Actor, BrandScope},
        audit::{Outcome, Reason, Record, Refusal},
    },
    kit::{customer, id},
};

/// How long the same refusal is told as one record.
const WINDOW: TimeDelta = TimeDelta::seconds(60);
/// How many different refusals are held at a time, in one process.
const MOST: usize = 2_000;
/// How many different refusals one customer of a network has at a time; what more they try is told as one for each reason.
const MOST_OF_ONE: u32 = 32;
/// How many records are written in one transaction.
const BATCH: usize = 500;
/// How often it is looked whether something is to be written.
const LOOK: Duration = Duration::from_secs(5);
/// What stands for all that one customer tries beyond their share.
const OTHERS: &str = "(others)";

/// What makes two refusals the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    actor: String,
    credential: Option<String>,
    claimed: Option<String>,
    from: Option<IpAddr>,
    reason: Reason,
    what: String,
    brand: Option<Uuid>,
}

/// What is known of the same refusals together: of the first, and how many there were until when.
#[derive(Debug)]
struct Told {
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    count: u32,
    request_id: Option<String>,
    user_agent: Option<Arc<str>>,
}

#[derive(Debug, Default)]
struct Held {
    told: HashMap<Key, Told>,
    of_one: HashMap<Option<IpAddr>, u32>,
    dropped: u64,
    guesses: Guesses,
}

/// The refusals of this process that are not written yet; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Refusals(Arc<Mutex<Held>>);

impl Refusals {
    pub(super) fn guesses(&self) -> Guesses {
        std::mem::take(&mut self.held().guesses)
    }

    pub(super) fn guess(&self, guess: Guess) {
        self.held().guesses.push(guess);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, caller: &Caller, refusal: Refusal, now: DateTime<Utc>) {
        let Refusal { reason, what, claimed, brand_id } = refusal;
        let mut key = Key {
            actor: caller.actor.label(),
            credential: caller.credential(),
            claimed,
            from: caller.from,
            reason,
            what: what.into_owned(),
            // What was concealed stays so: whoever reads the record of their own brand is not told of another's.
            brand: match reason {
                Reason::Concealed => brand_id,
                _ => brand_id.or_else(|| only_brand(&caller.actor)),
            },
        };
        let customer = caller.from.map(customer::network);
        let mut held = self.held();
        let Held { told, of_one, dropped, .. } = &mut *held;
        if !told.contains_key(&key) {
            let share = of_one.entry(customer).or_default();
            if *share >= MOST_OF_ONE {
                // Whoever tries one thing after the other does not fill the record with them.
                key = Key { claimed: None, what: OTHERS.to_owned(), credential: None, from: customer, ..key };
                if caller.from.is_some() {
                    key.actor = OTHERS.to_owned();
                    key.brand = None;
                }
            }
        }
        let full = told.len() >= MOST;
        match told.get_mut(&key) {
            Some(known) => {
                known.count = known.count.saturating_add(1);
                known.last_at = known.last_at.max(now);
            }
            None if full => {
                *dropped = dropped.saturating_add(1);
                metrics::dropped(1);
            }
            None => {
                *of_one.entry(customer).or_default() += 1;
                let (request_id, user_agent) = (caller.request_id.clone(), caller.user_agent.clone());
                told.insert(key, Told { first_at: now, last_at: now, count: 1, request_id, user_agent });
            }
        }
    }

    /// Takes out what was gathered long enough, or everything.
    fn take(&self, now: DateTime<Utc>, all: bool) -> Vec<Record> {
        let mut held = self.held();
        let Held { told, of_one, dropped, .. } = &mut *held;
        let over: Vec<(Key, Told)> =
            told.extract_if(|_, known| all || known.first_at + WINDOW <= now).collect();
        of_one.clear();
        for key in told.keys() {
            *of_one.entry(key.from.map(customer::network)).or_default() += 1;
        }
        let mut records: Vec<Record> = over.into_iter().map(|(key, known)| record(key, known)).collect();
        records.sort_by_key(|record| (record.created_at, record.id));
        if !records.is_empty() || told.is_empty() {
            records.extend((*dropped > 0).then(|| lost(std::mem::take(dropped), now)));
        }
        records
    }

    fn give_up(&self, count: u64) {
        let mut held = self.held();
        held.dropped = held.dropped.saturating_add(count);
        metrics::dropped(count);
    }
}

/// Somebody whose every right ends at one brand is that brand's to know about.
fn only_brand(actor: &Actor) -> Option<Uuid> {
    let mut brands = actor.memberships().iter().map(|one| match &one.brands {
        BrandScope::Only(brands) if brands.len() == 1 => brands.first().copied(),
        _ => None,
    });
    let first = brands.next()??;
    brands.all(|brand| brand == Some(first)).then_some(first)
}

fn record(key: Key, known: Told) -> Record {
    let until = known.last_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    Record {
        id: id::new(known.first_at),
        created_at: known.first_at,
        actor: key.actor,
        credential: key.credential,
        kind: key.reason.kind().into(),
        outcome: Outcome::Refused,
        reason: Some(key.reason.name().into()),
        node: None,
        brand_id: key.brand,
        ip: key.from,
        user_agent: known.user_agent,
        request_id: known.request_id,
        count: known.count,
        before: None,
        after: None,
        detail: json!({"what": key.what, "claimed": key.claimed, "until": until}),
    }
}

/// What was refused and not told is told as so many.
fn lost(count: u64, now: DateTime<Utc>) -> Record {
    Record {
        id: id::new(now),
        created_at: now,
        actor: Actor::System("audit").label(),
        credential: None,
        kind: "audit.dropped".into(),
        outcome: Outcome::Refused,
        reason: Some("too_many".into()),
        node: None,
        brand_id: None,
        ip: None,
        user_agent: None,
        request_id: None,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        before: None,
        after: None,
        detail: json!({}),
    }
}

/// Counts a refusal and notes it for the record. Nothing is waited for: it is written within about a minute, told together with
/// all that are the same.
pub fn refused(services: &Services, caller: &Caller, refusal: Refusal) {
    metrics::refused(refusal.reason);
    services.refusals.add(caller, refusal, services.clock.now());
}

/// Writes what was gathered for a minute, or everything where the process ends; how many records that made.
///
/// # Errors
/// As the database refuses; what could then not be written is told as so many the next time.
pub async fn flush(services: &Services, all: bool) -> Result<usize> {
    guesses::look_up(services).await?;
    let records = services.refusals.take(services.clock.now(), all);
    let count = records.len();
    let mut rest = records.into_iter().peekable();
    while rest.peek().is_some() {
        let batch: Vec<Record> = rest.by_ref().take(BATCH).collect();
        let told: u64 = batch.iter().map(|record| u64::from(record.count)).sum();
        if let Err(error) = write(services, batch).await {
            services.refusals.give_up(told + rest.map(|record| u64::from(record.count)).sum::<u64>());
            return Err(error);
        }
    }
    Ok(count)
}

async fn write(services: &Services, records: Vec<Record>) -> Result<()> {
    let mut unit = Unit::begin(services, &Caller::system("audit")).await?;
    unit.write_down(records);
    unit.commit().await
}

/// Writes refusals until `shutdown` completes, then what is left.
pub async fn run(services: Services, shutdown: impl Future<Output = ()> + Send) {
    tokio::pin!(shutdown);
    let mut over = false;
    while !over {
        over = tokio::select! {
            biased;
            () = &mut shutdown => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        if let Err(error) = flush(&services, over).await {
            tracing::warn!(%error, "refusals could not be written into the audit record");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::clock::Clock;

    #[test]
    fn whoever_has_a_network_has_one_share_of_the_record() {
        let refusals = Refusals::default();
        let now = Clock::system().now();
        let add = |from: String| {
            let caller = Caller { from: Some(from.parse().unwrap()), ..Caller::of(Actor::Anonymous) };
            refusals.add(&caller, Refusal::new(Reason::Unauthenticated, "/graphql"), now);
        };
        for number in 0..3_000 {
            add(format!("2001:db8:1:2::{number:x}"));
        }
        add("2001:db8:1:3::1".to_owned());
        let records = refusals.take(now, true);
        // Its share, one for all the rest, and that of somebody else.
        assert_eq!(records.len(), MOST_OF_ONE as usize + 2);
        assert_eq!(records.iter().map(|record| record.count).sum::<u32>(), 3_001);
        let told = |ip: &str| records.iter().any(|record| record.ip == Some(ip.parse().unwrap()));
        assert!(told("2001:db8:1:2::") && told("2001:db8:1:3::1"));
    }
}
