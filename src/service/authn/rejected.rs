//! Why somebody was not let in: one closed set of reasons, for the counter and the record; the client hears less.

use crate::domain::{Code, Error};

/// Attempts to say who one is, by outcome (`accepted`, `refused`, `failed`) and reason.
pub const AUTHENTICATIONS: &str = "authentications_total";

/// What was wrong with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is no credential at all.
    Malformed,
    /// It is longer than credentials may be.
    TooLarge,
    /// Nobody here trusts its issuer.
    UnknownIssuer,
    /// It is signed in a way that its issuer may not sign in, or not signed.
    Algorithm,
    /// Its issuer has no such key.
    UnknownKey,
    /// The signature is not of that key.
    Signature,
    /// A claim is missing, or is of the wrong type.
    Claims,
    /// It is meant for somebody else.
    Audience,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It names a role that does not exist.
    Role,
    /// It is no secret of an API key or application that may be used.
    Secret,
    /// It is a development token where those are not taken.
    Development,
    /// What it would be checked with cannot be had just now.
    Unavailable,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 14] = [
        Self::Malformed,
        Self::TooLarge,
        Self::UnknownIssuer,
        Self::Algorithm,
        Self::UnknownKey,
        Self::Signature,
        Self::Claims,
        Self::Audience,
        Self::Expired,
        Self::NotYetValid,
        Self::Role,
        Self::Secret,
        Self::Development,
        Self::Unavailable,
    ];

    /// The name in metrics and in the record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Algorithm => "algorithm",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Audience => "audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Role => "role",
            Self::Secret => "secret",
            Self::Development => "development",
            Self::Unavailable => "unavailable",
        }
    }

    /// What the client is told. What exactly is wrong with a forged credential is the forger's problem.
    const fn message(self) -> &'static str {
        match self {
            Self::Malformed => "the Authorization header must be: Bearer, a space, a token",
            Self::TooLarge => "the token is too long",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::Role => "the token names a role that does not exist",
            Self::Claims => "the token's claims are not as they must be",
            Self::Unavailable => "the token cannot be checked just now",
            _ => "the token is not valid here",
        }
    }
}

/// Somebody who was not let in.
#[derive(Debug)]
pub struct Rejected {
    /// Why.
    pub reason: Reason,
    /// What the client is told.
    pub error: Error,
}

impl Rejected {
    /// With what caused it, for the log.
    pub(super) fn because(
        reason: Reason,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let rejected = Self::from(reason);
        Self { error: rejected.error.with_source(source), ..rejected }
    }
}

impl Rejected {
    /// No credential at all, and how that shows.
    pub(super) fn malformed(how: &'static str) -> Self {
        Self { reason: Reason::Malformed, error: Error::new(Code::Unauthenticated, how) }
    }
}

impl From<Reason> for Rejected {
    fn from(reason: Reason) -> Self {
        let code = if reason == Reason::Unavailable { Code::Unavailable } else { Code::Unauthenticated };
        Self { reason, error: Error::new(code, reason.message()) }
    }
}

/// A failure that is not the client's stays what it is.
impl From<Error> for Rejected {
    fn from(error: Error) -> Self {
        Self { reason: Reason::Unavailable, error }
    }
}

/// Counts one attempt.
pub(super) fn count<T>(attempt: &Result<T, Rejected>) {
    match attempt {
        Ok(_) => increment("accepted", "none"),
        Err(rejected) => count_refused(rejected),
    }
}

/// Counts one attempt that failed.
pub(super) fn count_refused(rejected: &Rejected) {
    let outcome = if rejected.error.code() == Code::Unauthenticated { "refused" } else { "failed" };
    increment(outcome, rejected.reason.name());
}

fn increment(outcome: &'static str, reason: &'static str) {
    metrics::counter!(AUTHENTICATIONS, "outcome" => outcome, "reason" => reason).increment(1);
}
