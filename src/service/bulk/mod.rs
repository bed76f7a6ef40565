//! Records in, rows out: many at once, each whole batch or nothing of it, and the same batch twice changes nothing.

mod claims;
mod destination;
mod draft;
mod flying;
mod prepare;
mod refer;
mod settle;
mod standing;
mod targets;
mod terms;
mod write;

use std::sync::{Arc, Mutex, PoisonError};

use super::{Caller, Services, anew::anew};
use crate::domain::{
    Code, Error, Result,
    record::{Failure, MAX_BATCH, Record},
};
use destination::Rules;
use draft::Draft;

pub use destination::{Destination, Turn};
pub use settle::settle_all;
pub(super) use terms::note as note_term;

/// A record and its place in what it came with.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Counted from 0, for reports.
    pub index: u64,
    /// The record.
    pub record: Record,
}

/// What came of some records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that are new.
    pub created: u64,
    /// Rows that are different now.
    pub updated: u64,
    /// Rows that were as they should be; nothing was written for them.
    pub unchanged: u64,
    /// Entries that a reference was filled in for, because what it leads to has arrived.
    pub settled: u64,
    /// References that wait for what they lead to.
    pub waiting: u64,
    /// Records that were set aside.
    pub failures: Vec<Failure>,
}

impl Outcome {
    /// Takes another outcome in.
    pub fn add(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.settled += other.settled;
        self.waiting += other.waiting;
        self.failures.extend(other.failures);
    }
}

/// Writes records. A record that does not fit is set aside and reported; the others go on. Where the database refuses a
/// batch for what is in it, the batch is halved until the record that is to blame is alone. The turn is over once it is known
/// what the batch holds.
///
/// # Errors
/// Where nothing can be written at all: `UNAVAILABLE`, `TIMEOUT`, `LIMIT_EXCEEDED` for more than [`MAX_BATCH`] records.
pub async fn write(
    services: &Services,
    caller: &Caller,
    destination: &Arc<Destination>,
    turn: Turn,
    items: Vec<Item>,
) -> Result<Outcome> {
    let turn = Held(Mutex::new(Some(turn)));
    if items.len() > MAX_BATCH {
        return Err(Error::limit("the records of one batch", MAX_BATCH as u64, items.len() as u64));
    }
    let items = Arc::new(items);
    let mut places: Vec<usize> = (0..items.len()).collect();
    let mut outcome = Outcome::default();
    for _ in 0..MAX_CHANGES {
        // Checking against schemas takes a processor's time; the runtime's threads are for waiting.
        let (ready, all, rules) = (Arc::clone(destination), Arc::clone(&items), destination.rules());
        let prepare = move || {
            let (drafts, failures) = prepare::all(&ready, &rules, &all, &places);
            (drafts, failures, rules)
        };
        let (drafts, failures, rules) =
            tokio::task::spawn_blocking(prepare).await.map_err(Error::internal)?;
        outcome.failures.extend(failures);
        places = write_all(services, caller, (destination, &rules), &turn, &drafts, &mut outcome).await?;
        if places.is_empty() {
            outcome.failures.sort_by_key(|failure| failure.index);
            return Ok(outcome);
        }
        destination.refresh(services, caller).await?;
    }
    Err(Error::new(Code::Unavailable, "the brand or its content types are being changed all the time"))
}

/// How often the records of one batch are checked anew because their brand or content types have changed meanwhile.
const MAX_CHANGES: u32 = 5;

/// Writes what was checked against some rules. Tells which records, by their place, are left because the rules are others now.
async fn write_all(
    services: &Services,
    caller: &Caller,
    (destination, rules): (&Destination, &Rules),
    turn: &Held,
    drafts: &[Draft],
    outcome: &mut Outcome,
) -> Result<Vec<usize>> {
    let mut waiting: Vec<&[Draft]> = vec![drafts];
    while let Some(batch) = waiting.pop() {
        if batch.is_empty() {
            continue;
        }
        match patiently(services, caller, (destination, rules), turn, batch).await {
            Ok(Some(part)) => outcome.add(part),
            Ok(None) => {
                waiting.push(batch);
                return Ok(waiting.into_iter().flatten().map(|draft| draft.place).collect());
            }
            Err(error) if !matches!(error.code(), Code::Conflict | Code::Invalid) => return Err(error),
            Err(error) => match batch {
                [one] => outcome.failures.push(one.refused(&error)),
                several => {
                    let (first, second) = several.split_at(several.len() / 2);
                    waiting.extend([second, first]);
                }
            },
        }
    }
    Ok(Vec::new())
}

/// The turn of a batch, until it has announced what it holds: the first time that it is written.
struct Held(Mutex<Option<Turn>>);

impl Held {
    fn end(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Writes a batch: anew where it and others waited for each other, and again where the database was away for a moment.
async fn patiently(
    services: &Services,
    caller: &Caller,
    place: (&Destination, &Rules),
    turn: &Held,
    batch: &[Draft],
) -> Result<Option<Outcome>> {
    let mut attempts = 1;
    loop {
        let once = || write::once(services, caller, place, || turn.end(), batch);
        match anew(services, once).await {
            Err(error) if error.code() == Code::Unavailable && !error.contended() && attempts < 3 => {
                attempts += 1;
            }
            result => return result,
        }
    }
}
