//! Charges buckets: in Redis, where all instances see the same, else in memory.

use std::{sync::LazyLock, time::Duration};

use redis::Script;

use super::{
    bucket::{Bucket, Charged, Level},
    governed::Governed,
    redis::{Away, Redis},
};
use crate::kit::clock::Clock;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("gcra.lua")));

/// Counts what everybody spends.
#[derive(Debug)]
pub struct Limiter {
    redis: Option<Redis>,
    /// The buckets of each rule in memory; made for the rates that were configured.
    local: Vec<Option<Governed>>,
}

impl Limiter {
    /// A limiter with these rules; a rule without a rate is not charged in memory.
    #[must_use]
    pub fn new(redis: Option<Redis>, rules: &[Option<super::Rate>], clock: &Clock) -> Self {
        let local = rules.iter().map(|rate| Governed::new((*rate)?, clock.clone())).collect();
        Self { redis, local }
    }

    /// Takes points from all of these buckets, or from none where one of them holds too few.
    pub async fn charge(&self, buckets: &[Bucket], points: u32) -> Charged {
        if let Some(redis) = &self.redis {
            match shared(redis, buckets, points).await {
                Ok(charged) => return charged,
                Err(Away) => metrics::counter!(LOCAL).increment(1),
            }
        }
        self.alone(buckets, points)
    }

    /// In memory a refusal by a later bucket leaves the earlier ones charged: with a refusal the caller waits either way.
    fn alone(&self, buckets: &[Bucket], points: u32) -> Charged {
        let mut charged = Charged { allowed: true, levels: Vec::with_capacity(buckets.len()) };
        for bucket in buckets {
            let governed = self.local.get(bucket.rule).and_then(Option::as_ref);
            let (allowed, level) = match governed.filter(|governed| governed.rate() == bucket.rate) {
                Some(governed) => governed.charge(bucket.owner, points),
                None => (true, Level { remaining: bucket.rate.burst, wait: Duration::ZERO }),
            };
            charged.allowed &= allowed;
            charged.levels.push(level);
        }
        charged
    }
}

/// Charges that were counted in memory since Redis was away.
pub const LOCAL: &str = "rate_limit_local_total";

async fn shared(redis: &Redis, buckets: &[Bucket], points: u32) -> Result<Charged, Away> {
    let mut call = SCRIPT.prepare_invoke();
    call.arg(points);
    for Bucket { rule, owner, rate } in buckets {
        call.key(redis.key("rate", &format!("{rule}:{owner:032x}")));
        call.arg(rate.micros_per_point()).arg(rate.burst);
    }
    let answer: Vec<i64> = redis.ask(async |mut connection| call.invoke_async(&mut connection).await).await?;
    let (allowed, levels) = answer.split_first().ok_or(Away)?;
    let levels = levels.chunks_exact(2).filter_map(|pair| match pair {
        [remaining, wait] => Some(Level {
            remaining: u32::try_from(*remaining).unwrap_or_default(),
            wait: Duration::from_micros(u64::try_from(*wait).unwrap_or_default()),
        }),
        _ => None,
    });
    Ok(Charged { allowed: *allowed == 1, levels: levels.collect() })
}
