//! How fast callers may spend: every request is charged what it costs, to the buckets of whoever sent it.

mod account;
pub mod quota;
mod rule;
mod settings;
mod shut;

use std::{net::IpAddr, time::Duration};

use crate::{
    cache::{Bucket, Charged, Level, Limiter, Redis},
    domain::{Code, Error, access::Actor, audit::Reason, limits::PRICES},
    kit::clock::Clock,
};

use super::Services;

use quota::{QuotaStanding, Quotas};
use shut::Shut;

pub use account::Account;
pub use rule::Rule;
pub use settings::Settings;

/// Requests that were refused since a bucket held too little, by rule.
pub const LIMITED: &str = "rate_limited_total";

/// Charges requests.
#[derive(Debug)]
pub struct Throttle {
    settings: Settings,
    limiter: Limiter,
    shut: Shut,
    quotas: Quotas,
    clock: Clock,
}

/// How full a bucket is, or how much of a quota is left, for the headers of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The rule that the bucket is of, or the quota.
    pub name: &'static str,
    /// What it holds when it is full, in points.
    pub quota: u64,
    /// How long it takes to fill; of a quota, how long its window lasts.
    pub window: Duration,
    /// What is in it, in points.
    pub remaining: u64,
    /// How long no more than that can be spent, where it is too little; then there is enough for what was asked.
    pub wait: Option<Duration>,
}

/// A charge that was refused.
#[derive(Debug)]
pub struct Refused {
    /// What to tell the caller.
    pub error: Error,
    /// How long to wait, in whole seconds; nothing where waiting does not help.
    pub retry_after: Option<u64>,
    /// The buckets or quotas that were asked.
    pub standings: Vec<Standing>,
    /// Why, for the record of refusals.
    pub reason: Reason,
}

impl Throttle {
    /// A throttle by these settings, which counts in Redis where there is one.
    #[must_use]
    pub fn new(settings: Settings, redis: Option<Redis>, clock: &Clock) -> Self {
        let rates = Rule::ALL.map(|rule| settings.rate(rule));
        Self {
            limiter: Limiter::new(redis, &rates, clock),
            settings,
            shut: Shut::default(),
            quotas: Quotas::new(quota::Settings::default(), quota::Ledger::default(), None, clock),
            clock: clock.clone(),
        }
    }

    /// The same, which also counts what callers spend in a day and a month.
    #[must_use]
    pub fn with_quotas(self, settings: quota::Settings, services: &Services) -> Self {
        let (ledger, db) = (services.quotas.clone(), Some(services.db.clone()));
        Self { quotas: Quotas::new(settings, ledger, db, &services.clock), ..self }
    }

    /// How much of their quotas somebody has used.
    #[must_use]
    pub fn quotas(&self, actor: &Actor) -> Vec<QuotaStanding> {
        self.quotas.standings(account::holder(actor))
    }

    /// One that charges nobody.
    #[must_use]
    pub fn off(clock: &Clock) -> Self {
        Self::new(Settings::off(), None, clock)
    }

    /// Charges an account. What can be spent at once afterwards comes back; nothing where nothing limits it.
    ///
    /// # Errors
    /// `RATE_LIMITED` where a bucket holds too little now, `LIMIT_EXCEEDED` where it never holds that much.
    pub async fn charge(&self, account: &Account, points: u64) -> Result<Option<u64>, Box<Refused>> {
        let at_once = self.charge_rate(account, points).await?;
        let of_quota = self.quotas.charge(account.holder(), points).await?;
        Ok([at_once, of_quota].into_iter().flatten().min())
    }

    async fn charge_rate(&self, account: &Account, points: u64) -> Result<Option<u64>, Box<Refused>> {
        let buckets = account.buckets();
        let Some(depth) = buckets.iter().map(|bucket| bucket.rate.burst).min() else { return Ok(None) };
        let Some(points) = u32::try_from(points).ok().filter(|points| *points <= depth) else {
            let error = Error::limit(("burst", "points that a request of this caller costs"), depth, points);
            return Err(Box::new(Refused {
                error,
                retry_after: None,
                standings: Vec::new(),
                reason: Reason::TooCostly,
            }));
        };
        let charged = self.limiter.charge(buckets, points).await;
        if charged.allowed {
            return Ok(charged.levels.iter().map(|level| u64::from(level.remaining)).min());
        }
        Err(Box::new(refused(buckets, &charged, points)))
    }

    /// Charges what is refused before its cost is known: a document that is none, a login that fails.
    ///
    /// # Errors
    /// As [`Throttle::charge`].
    pub async fn charge_refused(&self, account: &Account) -> Result<(), Box<Refused>> {
        let charged = self.charge(account, u64::from(PRICES.refused)).await.map(drop);
        if let Err(refused) = &charged
            && let (Some(seconds), Some(owner)) = (refused.retry_after, account.stranger())
        {
            self.shut.shut(owner, seconds, self.clock.now());
        }
        charged
    }

    /// Whether an address is heard at all. One whose bucket was too empty for its last failure is not, until there is enough in it:
    /// looking credentials up is dearer than saying so.
    ///
    /// # Errors
    /// `RATE_LIMITED`.
    pub fn open_to(&self, from: Option<IpAddr>) -> Result<(), Box<Refused>> {
        let owner = self.account(&Actor::Anonymous, from).stranger();
        let Some(seconds) = owner.and_then(|owner| self.shut.left(owner, self.clock.now())) else {
            return Ok(());
        };
        metrics::counter!(LIMITED, "rule" => Rule::Anonymous.name()).increment(1);
        let message =
            format!("too much of what came from this address was refused; try again in {seconds} s");
        let bound = self.settings.rate(Rule::Anonymous).map_or(0, |rate| rate.burst);
        let details = serde_json::json!({
            "limit": Rule::Anonymous.name(), "bound": bound, "value": bound, "retryAfterSeconds": seconds,
        });
        let error = Error::new(Code::RateLimited, message).with_details(details);
        Err(Box::new(Refused {
            error,
            retry_after: Some(seconds),
            standings: Vec::new(),
            reason: Reason::RateLimited,
        }))
    }
}

fn refused(buckets: &[Bucket], charged: &Charged, points: u32) -> Refused {
    let standings: Vec<Standing> =
        buckets.iter().zip(&charged.levels).filter_map(|(bucket, level)| standing(bucket, *level)).collect();
    let longest = buckets.iter().zip(&charged.levels).max_by_key(|(_, level)| level.wait);
    let wait = longest.map(|(_, level)| level.wait).unwrap_or_default();
    // Rounded up: who waits for that long gets in.
    let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
    let rule = longest.and_then(|(bucket, _)| Rule::of(bucket.rule)).unwrap_or(Rule::Address);
    metrics::counter!(LIMITED, "rule" => rule.name()).increment(1);
    let remaining = longest.map_or(0, |(_, level)| level.remaining);
    let bound = longest.map_or(0, |(bucket, _)| bucket.rate.burst);
    let message = format!(
        "the rate limit of {} is used up: this costs {points} points and {remaining} are left; try again in {seconds} s",
        rule.about()
    );
    let details = serde_json::json!({
        "limit": rule.name(), "bound": bound, "value": bound.saturating_sub(remaining).saturating_add(points),
        "cost": points, "remaining": remaining, "retryAfterSeconds": seconds,
    });
    let error = Error::new(Code::RateLimited, message).with_details(details);
    Refused { error, retry_after: Some(seconds), standings, reason: Reason::RateLimited }
}

fn standing(bucket: &Bucket, level: Level) -> Option<Standing> {
    let Bucket { rate, .. } = *bucket;
    Some(Standing {
        name: Rule::of(bucket.rule)?.name(),
        quota: rate.burst.into(),
        window: rate.time_for(rate.burst),
        remaining: level.remaining.into(),
        wait: (!level.wait.is_zero()).then_some(level.wait),
    })
}
