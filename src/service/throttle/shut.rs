//! Buckets that were too empty for a failure: whose they are is sent away at once for as long as that lasts.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// How many are remembered; whoever comes when there are as many is looked at as before.
const MOST: usize = 10_000;

/// Until when whose bucket is too empty, in this process.
#[derive(Debug, Default)]
pub(super) struct Shut(Mutex<HashMap<u128, DateTime<Utc>>>);

impl Shut {
    fn held(&self) -> MutexGuard<'_, HashMap<u128, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an owner away for so many seconds from now on.
    pub(super) fn shut(&self, owner: u128, seconds: u64, now: DateTime<Utc>) {
        let mut held = self.held();
        if held.len() >= MOST {
            held.retain(|_, until| *until > now);
        }
        let time = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds).unwrap_or_default();
        if held.len() < MOST {
            held.insert(owner, now + time);
        }
    }

    /// For how many seconds more an owner is sent away, rounded up.
    pub(super) fn left(&self, owner: u128, now: DateTime<Utc>) -> Option<u64> {
        let mut held = self.held();
        let left = *held.get(&owner)? - now;
        if left <= TimeDelta::zero() {
            held.remove(&owner);
            return None;
        }
        u64::try_from(left.num_milliseconds()).ok().map(|left| left.div_ceil(1_000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_open_again_in_time_and_holds_no_more_than_so_many() {
        let shut = Shut::default();
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        shut.shut(1, 2, now);
        assert_eq!(shut.left(1, now), Some(2));
        assert_eq!(shut.left(1, now + TimeDelta::milliseconds(1_500)), Some(1));
        assert_eq!(shut.left(2, now), None);
        assert_eq!(shut.left(1, now + TimeDelta::seconds(2)), None);
        for owner in 0..20_000 {
            shut.shut(owner, 2, now);
        }
        assert_eq!(shut.held().len(), MOST);
        shut.shut(7, 2, now + TimeDelta::seconds(2));
        assert_eq!(shut.held().len(), 1);
    }
}
