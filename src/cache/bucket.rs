//! What is charged: buckets of points that refill evenly.

use std::time::Duration;

/// How fast a bucket refills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Points that come back in a minute.
    pub points_per_minute: u32,
    /// Points that it holds when it is full: what may be spent at once.
    pub burst: u32,
}

impl Rate {
    /// How long one point takes to come back, in microseconds.
    pub(super) fn micros_per_point(self) -> f64 {
        60_000_000.0 / f64::from(self.points_per_minute.max(1))
    }

    /// How long so many points take to come back.
    #[must_use]
    pub fn time_for(self, points: u32) -> Duration {
        Duration::from_secs_f64(self.micros_per_point() * f64::from(points) / 1_000_000.0)
    }
}

/// One bucket: whose it is, by a name that tells nothing of them, and its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// The rule that it is of: its place among those that the limiter was made with.
    pub rule: usize,
    /// Whose it is: a hash.
    pub owner: u128,
    /// Its rate.
    pub rate: Rate,
}

/// How full a bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Points that can be spent at once.
    pub remaining: u32,
    /// How long to wait for the points that were asked for; nothing where they were there.
    pub wait: Duration,
}

/// What a charge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// Whether every bucket held enough.
    pub allowed: bool,
    /// How full each is now, in the order of the charge.
    pub levels: Vec<Level>,
}
