//! How a caller who has spent too much is told so: `Retry-After`, `RateLimit-Policy` and `RateLimit`.
//!
//! The last two are those of draft-ietf-httpapi-ratelimit-headers-11: structured fields, one member for each rule. Their unit is
//! points, for which its registry of units has no name.

use std::{fmt::Write, net::IpAddr, time::Duration};

use http::{HeaderName, HeaderValue, header::RETRY_AFTER};

use super::error::Refusal;
use crate::{
    domain::access::Actor,
    service::throttle::{Refused, Standing, Throttle},
};

/// What is allowed: `q` points in `w` seconds.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it: `r` points, and no more than those for `t` seconds, where they are too few. `t` is never beyond `Retry-After`.
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// The headers of a refusal.
pub(super) fn headers(refused: &Refused) -> Vec<(HeaderName, HeaderValue)> {
    let member = |name: HeaderName, of: &dyn Fn(&mut String, &Standing)| {
        let mut text = String::new();
        for standing in &refused.standings {
            if !text.is_empty() {
                text.push_str(", ");
            }
            of(&mut text, standing);
        }
        HeaderValue::from_str(&text).ok().filter(|text| !text.is_empty()).map(|text| (name, text))
    };
    let policy = member(POLICY, &|text, of| {
        // Writing to a text cannot fail.
        let _ = write!(text, "\"{}\";q={};w={}", of.name, of.quota, seconds(of.window));
    });
    let left = member(LEFT, &|text, of| {
        let _ = write!(text, "\"{}\";r={}", of.name, of.remaining);
        if let Some(wait) = of.wait {
            let _ = write!(text, ";t={}", seconds(wait));
        }
    });
    let retry = refused.retry_after.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds)));
    [policy, left, retry].into_iter().flatten().collect()
}

/// Whole seconds, rounded up.
fn seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0))
}

/// Charges the address of a login that failed; one that fails too often hears nothing more of why.
pub(super) async fn after(throttle: &Throttle, from: Option<IpAddr>, refusal: Refusal) -> Refusal {
    if refusal.code() != 401 {
        return refusal;
    }
    failed(throttle, from).await.err().unwrap_or(refusal)
}

/// Charges an address for what failed.
///
/// # Errors
/// `RATE_LIMITED` where it has too little left.
pub(super) async fn failed(throttle: &Throttle, from: Option<IpAddr>) -> Result<(), Refusal> {
    told(throttle.charge_refused(&throttle.account(&Actor::Anonymous, from)).await)
}

/// Charges an address the least that a request costs, before anything is done for it.
///
/// # Errors
/// `RATE_LIMITED` where it has nothing left, or has failed too often.
pub(super) async fn spend(throttle: &Throttle, from: Option<IpAddr>) -> Result<(), Refusal> {
    open(throttle, from)?;
    told(throttle.charge(&throttle.account(&Actor::Anonymous, from), 1).await.map(drop))
}

/// Sends away whoever has failed too often, before their credentials are looked up or their document is read.
///
/// # Errors
/// `RATE_LIMITED`.
pub(super) fn open(throttle: &Throttle, from: Option<IpAddr>) -> Result<(), Refusal> {
    told(throttle.open_to(from))
}

/// Charges whoever asks the least that a request costs.
///
/// # Errors
/// `RATE_LIMITED` where they have nothing left.
pub(super) async fn charge(throttle: &Throttle, actor: &Actor, from: Option<IpAddr>) -> Result<(), Refusal> {
    told(throttle.charge(&throttle.account(actor, from), 1).await.map(drop))
}

fn told(charged: Result<(), Box<Refused>>) -> Result<(), Refusal> {
    charged.map_err(|refused| {
        let headers = headers(&refused);
        Refusal::from(refused.error).with_all(headers)
    })
}
