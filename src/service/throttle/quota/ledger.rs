//! What this process knows of what callers have spent: the database's sums as they were last heard, and what is not written yet.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::super::rule::Rule;
use crate::domain::quota::Window;

/// For how long a sum is remembered that nobody asks for.
const KEPT: TimeDelta = TimeDelta::seconds(60);

/// What one caller has spent in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) caller: Uuid,
    pub(super) rule: Rule,
    pub(super) window: Window,
    pub(super) begins_on: NaiveDate,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    /// The sum in the database, of all processes, as it was last heard.
    known: u64,
    /// On its way there.
    leaving: u64,
    /// Not written yet.
    pending: u64,
    asked_at: DateTime<Utc>,
}

impl Count {
    fn used(&self) -> u64 {
        self.known.saturating_add(self.leaving).saturating_add(self.pending)
    }
}

/// What an attempt to spend came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is spent; what each window has left is in the order of the attempt.
    Yes(Vec<u64>),
    /// A window has too little left, and nothing is spent; what each has used.
    No(Vec<u64>),
    /// It is not known what was spent before.
    Unknown,
}

/// The counts of this process; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    counts: Arc<Mutex<HashMap<Key, Count>>>,
    /// Held by whoever writes.
    pub(super) writing: Arc<tokio::sync::Mutex<()>>,
}

impl Ledger {
    fn held(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Spends points in every window, or in none where one has too little left.
    pub(super) fn take(&self, windows: &[(Key, u64)], points: u64, now: DateTime<Utc>) -> Taken {
        let mut held = self.held();
        let mut used = Vec::with_capacity(windows.len());
        for (key, _) in windows {
            let Some(count) = held.get_mut(key) else { return Taken::Unknown };
            count.asked_at = now;
            used.push(count.used());
        }
        let fits = |(used, (_, bound)): (&u64, &(Key, u64))| used.saturating_add(points) <= *bound;
        if !used.iter().zip(windows).all(fits) {
            return Taken::No(used);
        }
        for (key, _) in windows {
            if let Some(count) = held.get_mut(key) {
                count.pending = count.pending.saturating_add(points);
            }
        }
        let left = used.iter().zip(windows).map(|(used, (_, bound))| bound - used - points);
        Taken::Yes(left.collect())
    }

    /// What was spent in a window, as far as that is known.
    pub(super) fn used(&self, key: &Key) -> u64 {
        self.held().get(key).map_or(0, Count::used)
    }

    /// Notes what was spent before, where nothing is known yet.
    pub(super) fn learn(&self, key: Key, known: u64, now: DateTime<Utc>) {
        let fresh = Count { known, leaving: 0, pending: 0, asked_at: now };
        self.held().entry(key).or_insert(fresh);
    }

    /// What is to be written, which then is on its way. What nobody asked for lately is forgotten.
    pub(super) fn leave(&self, now: DateTime<Utc>) -> Vec<(Key, u64)> {
        let mut held = self.held();
        held.retain(|_, count| count.pending > 0 || count.leaving > 0 || count.asked_at + KEPT > now);
        let mut leaving = Vec::new();
        for (key, count) in held.iter_mut().filter(|(_, count)| count.pending > 0) {
            count.leaving = std::mem::take(&mut count.pending);
            leaving.push((*key, count.leaving));
        }
        leaving
    }

    /// What is remembered though nothing of it is to be written: of those sums only others can tell.
    pub(super) fn quiet(&self) -> Vec<Key> {
        let held = self.held();
        held.iter()
            .filter(|(_, count)| count.pending == 0 && count.leaving == 0)
            .map(|(key, _)| *key)
            .collect()
    }

    /// Notes that what was on its way is written, and what that makes with what others wrote.
    pub(super) fn arrived(&self, key: &Key, known: u64) {
        if let Some(count) = self.held().get_mut(key) {
            count.leaving = 0;
            count.known = known;
        }
    }

    /// Notes that what was on its way is not written.
    pub(super) fn came_back(&self, key: &Key) {
        if let Some(count) = self.held().get_mut(key) {
            count.pending = count.pending.saturating_add(std::mem::take(&mut count.leaving));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_spent_twice_or_lost_on_its_way() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let key = |window: Window| Key {
            caller: Uuid::nil(),
            rule: Rule::ApiKey,
            window,
            begins_on: window.around(now).begins_on,
        };
        let (day, month) = (key(Window::Day), key(Window::Month));
        let windows = [(day, 10), (month, 100)];
        let ledger = Ledger::default();
        assert_eq!(ledger.take(&windows, 1, now), Taken::Unknown);
        ledger.learn(day, 2, now);
        ledger.learn(month, 96, now);
        ledger.learn(day, 0, now);
        assert_eq!(ledger.take(&windows, 3, now), Taken::Yes(vec![5, 1]));
        assert_eq!(
            ledger.take(&windows, 2, now),
            Taken::No(vec![5, 99]),
            "the month is full, the day keeps its points"
        );
        let mut leaving = ledger.leave(now);
        leaving.sort_by_key(|(key, _)| key.window);
        assert_eq!(leaving, [(day, 3), (month, 3)]);
        assert_eq!(ledger.take(&windows, 1, now), Taken::Yes(vec![4, 0]));
        ledger.came_back(&day);
        ledger.arrived(&month, 105);
        assert_eq!((ledger.used(&day), ledger.used(&month)), (6, 106), "others spent too");
        assert_eq!(ledger.leave(now + KEPT * 2).len(), 2, "what is not written is not forgotten");
        for key in [day, month] {
            ledger.arrived(&key, 6);
        }
        assert!(ledger.leave(now + KEPT * 2).is_empty());
        assert_eq!(ledger.take(&windows, 1, now), Taken::Unknown, "what nobody asks for is forgotten");
    }
}
