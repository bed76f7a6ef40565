//! Buckets in the memory of this process, by the governor crate; used where there is no Redis, and while it is away.

use std::{
    hash::{BuildHasher, RandomState},
    num::NonZeroU32,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock, middleware::StateInformationMiddleware, state::keyed::DashMapStateStore,
};

use super::bucket::{Level, Rate};
use crate::kit::clock::Clock;

/// How many buckets are kept for each rule; each takes some 50 bytes.
const MOST: usize = 100_000;
/// How many buckets those share who come when there are as many as can be kept.
const SHARED: u64 = 1 << 16;
/// After how many charges it is looked which buckets are full again and can be forgotten.
const SWEEP_EVERY: u32 = 4_096;

type Limited = RateLimiter<u128, DashMapStateStore<u128>, Ticking, StateInformationMiddleware>;

/// The buckets of one rule.
#[derive(Debug)]
pub(super) struct Governed {
    limiter: Limited,
    clock: Ticking,
    rate: Rate,
    charges: AtomicU32,
    crowded: AtomicBool,
    /// Who shares with whom is this process' secret: nobody can aim at the bucket of somebody else.
    sharing: RandomState,
}

/// Our clock, as governor reads it.
#[derive(Debug, Clone)]
struct Ticking(Clock);

impl clock::Clock for Ticking {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().timestamp_micros()).unwrap_or_default())
    }
}

impl Governed {
    /// Buckets of that rate; nothing for a rate at which nothing could ever be spent.
    pub(super) fn new(rate: Rate, clock: Clock) -> Option<Self> {
        let clock = Ticking(clock);
        let quota = Quota::with_period(rate.time_for(1))?.allow_burst(NonZeroU32::new(rate.burst)?);
        let limiter = Limited::new(quota, DashMapStateStore::default(), clock.clone());
        let (charges, crowded) = (AtomicU32::new(0), AtomicBool::new(false));
        Some(Self { limiter, clock, rate, charges, crowded, sharing: RandomState::new() })
    }

    /// The rate that all its buckets have.
    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes points from a bucket, all of them or none.
    pub(super) fn charge(&self, owner: u128, points: u32) -> (bool, Level) {
        self.sweep();
        let crowded = self.crowded.load(Ordering::Relaxed);
        let owner = if crowded { u128::from(self.sharing.hash_one(owner) % SHARED) } else { owner };
        let Some(points) = NonZeroU32::new(points) else {
            return (true, Level { remaining: self.rate.burst, wait: Duration::ZERO });
        };
        match self.limiter.check_key_n(&owner, points) {
            Ok(Ok(left)) => {
                (true, Level { remaining: left.remaining_burst_capacity(), wait: Duration::ZERO })
            }
            Ok(Err(until)) => {
                let wait = until.wait_time_from(clock::Clock::now(&self.clock));
                // What is missing takes that long to come back; the rest is there.
                let missing = wait.as_secs_f64() * f64::from(self.rate.points_per_minute) / 60.0;
                let remaining = (f64::from(points.get()) - missing).max(0.0) as u32;
                (false, Level { remaining, wait })
            }
            Err(_) => (false, Level { remaining: self.rate.burst, wait: self.rate.time_for(points.get()) }),
        }
    }

    /// Forgets buckets that are full again, now and then; notes whether those that are not are too many.
    fn sweep(&self) {
        if !self.charges.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            return;
        }
        if self.limiter.len() > MOST / 2 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.crowded.store(self.limiter.len() >= MOST - SWEEP_EVERY as usize, Ordering::Relaxed);
    }

    /// How many buckets there are.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.limiter.len()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at_noon() -> Clock {
        Clock::fixed("2026-11-20T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn what_was_spent_comes_back_evenly() {
        let clock = at_noon();
        let rate = Rate { points_per_minute: 60, burst: 10 };
        let governed = Governed::new(rate, clock.clone()).unwrap();
        assert_eq!(governed.charge(1, 7), (true, Level { remaining: 3, wait: Duration::ZERO }));
        assert_eq!(governed.charge(1, 5), (false, Level { remaining: 3, wait: Duration::from_secs(2) }));
        assert_eq!(governed.charge(2, 10).1.remaining, 0, "another's bucket is full");
        clock.advance(TimeDelta::seconds(2));
        assert_eq!(governed.charge(1, 5), (true, Level { remaining: 0, wait: Duration::ZERO }));
        assert!(!governed.charge(1, 11).0, "more than it ever holds");
    }

    #[test]
    fn in_a_crowd_nobody_can_choose_whose_bucket_they_share() {
        let governed = Governed::new(Rate { points_per_minute: 1, burst: 100 }, at_noon()).unwrap();
        // All of them end in the same bits, as does the one who comes last.
        for owner in 0..400_000_u128 {
            governed.charge(owner << 64 | 7, 1);
        }
        let (allowed, level) = governed.charge(7, 1);
        assert!(allowed && level.remaining > 50, "{level:?}");
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let governed = Governed::new(Rate { points_per_minute: 1, burst: 10 }, at_noon()).unwrap();
        for owner in 0..400_000_u128 {
            governed.charge(owner << 16, 1);
        }
        assert!(governed.len() <= MOST + SHARED as usize, "{}", governed.len());
    }
}
