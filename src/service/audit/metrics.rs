//! What is counted for those who watch over security: every name in one place.

use metrics::{counter, describe_counter, describe_gauge, gauge};

use crate::{domain::audit::Reason, service::authn};

/// What was refused, by kind (`login.refused`, `access.refused`, `request.limited`) and reason. Tokens whose time is over are the
/// reason `expired`, requests over a rate `rate_limited`.
pub const REFUSALS: &str = "security_refusals_total";
/// Refusals that are counted but were not written down, because there were too many different ones.
pub const REFUSALS_DROPPED: &str = "audit_refusals_dropped_total";
/// Records that were sealed.
pub const SEALED: &str = "audit_sealed_total";
/// Records that are not sealed yet.
pub const UNSEALED: &str = "audit_unsealed_records";

/// Says what the numbers mean. To be called once the process collects metrics.
pub fn describe() {
    describe_counter!(
        REFUSALS,
        "What was refused, by kind and reason: logins, accesses, requests over a limit."
    );
    describe_counter!(REFUSALS_DROPPED, "Refusals that were counted, but not written into the audit record.");
    describe_counter!(SEALED, "Audit records that were sealed by this process.");
    describe_gauge!(UNSEALED, "Audit records that are not sealed yet, as of the last look.");
    // There from the start, so that an alert sees the first one as a rise.
    let logins = authn::Reason::ALL.into_iter().map(|reason| Reason::Login(reason.name()));
    for reason in Reason::ALL.into_iter().chain(logins) {
        counter!(REFUSALS, "kind" => reason.kind(), "reason" => reason.name()).increment(0);
    }
    counter!(REFUSALS_DROPPED).increment(0);
    counter!(SEALED).increment(0);
}

/// Counts a refusal, also one that leaves no record.
pub fn refused(reason: Reason) {
    counter!(REFUSALS, "kind" => reason.kind(), "reason" => reason.name()).increment(1);
}

/// Counts refusals that were not written down.
pub(super) fn dropped(count: u64) {
    counter!(REFUSALS_DROPPED).increment(count);
}

/// Counts records that were sealed.
pub(super) fn sealed(count: u64) {
    counter!(SEALED).increment(count);
}

/// Shows how many records are not sealed yet.
pub(super) fn unsealed(count: u64) {
    gauge!(UNSEALED).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
}
