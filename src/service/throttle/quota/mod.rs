//! What callers may spend in a day and in a month: counted in memory, added up in the database about every second.

mod ledger;
mod settings;
mod writing;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::ledger::{Key, Taken};
use super::{LIMITED, Refused, Standing, rule::Rule};
use crate::{
    domain::{
        Code, Error,
        audit::Reason,
        quota::{Span, Window},
    },
    kit::clock::Clock,
    store::{self, Db},
};

pub use ledger::Ledger;
pub use settings::{Bounds, Settings};
pub use writing::{FAILURES, flush, run};

/// Points that were charged to quotas, by kind of caller.
pub const SPENT: &str = "quota_points_total";

/// Whose quotas a request is charged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) rule: Rule,
    pub(super) caller: Uuid,
}

/// How much of a quota is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaStanding {
    /// The name in headers and errors.
    pub name: &'static str,
    /// What it is counted in.
    pub window: Window,
    /// Points that may be spent in the window.
    pub bound: u64,
    /// Points that are spent, as far as this process knows.
    pub used: u64,
    /// When the next window begins.
    pub resets_at: DateTime<Utc>,
}

/// Counts what callers spend.
#[derive(Debug)]
pub(super) struct Quotas {
    settings: Settings,
    ledger: Ledger,
    /// Nothing where nobody has a quota.
    db: Option<Db>,
    clock: Clock,
}

impl Quotas {
    pub(super) fn new(settings: Settings, ledger: Ledger, db: Option<Db>, clock: &Clock) -> Self {
        Self { settings, ledger, db, clock: clock.clone() }
    }

    /// The quotas of a caller, each with its window of now.
    fn of(&self, holder: Holder, now: DateTime<Utc>) -> Vec<(Key, u64, Span)> {
        let Holder { rule, caller } = holder;
        let each = self.settings.of(rule).map(|(window, bound)| {
            let span = window.around(now);
            (Key { caller, rule, window, begins_on: span.begins_on }, bound, span)
        });
        each.collect()
    }

    /// Spends points. What the fullest quota has left afterwards comes back; nothing where there is none.
    ///
    /// # Errors
    /// `RATE_LIMITED` where a quota is used up, `LIMIT_EXCEEDED` where it never has that much.
    pub(super) async fn charge(
        &self,
        holder: Option<Holder>,
        points: u64,
    ) -> Result<Option<u64>, Box<Refused>> {
        let now = self.clock.now();
        let Some(quotas) = holder.map(|holder| self.of(holder, now)).filter(|quotas| !quotas.is_empty())
        else {
            return Ok(None);
        };
        if let Some((key, bound, _)) = quotas.iter().find(|(_, bound, _)| points > *bound) {
            let what = (key.rule.quota_name(key.window), "points that a request of this caller costs");
            let error = Error::limit(what, *bound, points);
            return Err(Box::new(Refused {
                error,
                retry_after: None,
                standings: Vec::new(),
                reason: Reason::TooCostly,
            }));
        }
        let windows: Vec<_> = quotas.iter().map(|(key, bound, _)| (*key, *bound)).collect();
        let taken = match self.ledger.take(&windows, points, now) {
            Taken::Unknown => {
                self.look_up(&windows, now).await;
                self.ledger.take(&windows, points, now)
            }
            known => known,
        };
        match taken {
            Taken::Yes(left) => {
                if let Some((key, _)) = windows.first() {
                    metrics::counter!(SPENT, "caller" => key.rule.name()).increment(points);
                }
                Ok(left.into_iter().min())
            }
            // Forgotten between two lines, which takes a minute: as good as nothing spent.
            Taken::Unknown => Ok(None),
            Taken::No(used) => Err(Box::new(refused(&quotas, &used, points, now))),
        }
    }

    /// Asks the database what a caller has spent: once, as long as it keeps asking. Where the database is away the caller begins
    /// at nothing; the next writing tells.
    async fn look_up(&self, windows: &[(Key, u64)], now: DateTime<Utc>) {
        let mut rows = Vec::new();
        if let (Some(db), Some((key, _))) = (&self.db, windows.first()) {
            let days: Vec<_> = windows.iter().map(|(key, _)| (key.window, key.begins_on)).collect();
            match store::quota::load(db, key.rule.name(), key.caller, &days).await {
                Ok(found) => rows = found,
                Err(error) => tracing::warn!(%error, "what a caller has spent could not be looked up"),
            }
        }
        for (key, _) in windows {
            let row =
                rows.iter().find(|row| row.period == key.window.name() && row.begins_on == key.begins_on);
            let known = row.and_then(|row| u64::try_from(row.used).ok()).unwrap_or_default();
            self.ledger.learn(*key, known, now);
        }
    }

    /// How much of each quota a caller has used. It was charged for asking, so that it is known here.
    pub(super) fn standings(&self, holder: Option<Holder>) -> Vec<QuotaStanding> {
        let now = self.clock.now();
        let quotas = holder.map(|holder| self.of(holder, now)).unwrap_or_default();
        let each = quotas.iter().map(|(key, bound, span)| QuotaStanding {
            name: key.rule.quota_name(key.window),
            window: key.window,
            bound: *bound,
            used: self.ledger.used(key),
            resets_at: span.ends_at,
        });
        each.collect()
    }
}

fn refused(quotas: &[(Key, u64, Span)], used: &[u64], points: u64, now: DateTime<Utc>) -> Refused {
    let each = || quotas.iter().zip(used);
    let standings = each().map(|((key, bound, span), used)| Standing {
        name: key.rule.quota_name(key.window),
        quota: *bound,
        window: std::time::Duration::from_secs(span.seconds()),
        remaining: bound.saturating_sub(*used),
        wait: (used.saturating_add(points) > *bound)
            .then(|| std::time::Duration::from_secs(span.seconds_left(now))),
    });
    let standings = standings.collect();
    // The one that holds the caller up the longest: a month outlasts a day.
    let empty = each().filter(|((_, bound, _), used)| used.saturating_add(points) > *bound);
    let Some(((key, bound, span), used)) = empty.max_by_key(|((_, _, span), _)| span.ends_at) else {
        let error = Error::internal("a quota refused what it holds");
        return Refused { error, retry_after: None, standings, reason: Reason::Quota };
    };
    let name = key.rule.quota_name(key.window);
    metrics::counter!(LIMITED, "rule" => name).increment(1);
    let (remaining, seconds) = (bound.saturating_sub(*used), span.seconds_left(now));
    let resets_at = span.ends_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let message = format!(
        "the quota of {} is used up: {bound} points a {}, of which {used} are spent, and this costs {points}; it begins anew at {resets_at}",
        key.rule.about(),
        key.window.name()
    );
    let details = serde_json::json!({
        "limit": name, "bound": bound, "value": used.saturating_add(points), "cost": points, "remaining": remaining,
        "retryAfterSeconds": seconds, "resetsAt": resets_at,
    });
    let error = Error::new(Code::RateLimited, message).with_details(details);
    Refused { error, retry_after: Some(seconds), standings, reason: Reason::Quota }
}
