//! Who asks: the actor of a request, from its headers, or the challenge that it is answered with.

use http::{
    HeaderMap,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};

use super::error::Refusal;
use crate::{
    domain::{Code, access::Actor},
    service::authn::{Authn, Rejected},
};

/// Who asks with these headers. Without credentials it is nobody in particular.
///
/// # Errors
/// Credentials that are not good, or cannot be checked just now.
pub(super) async fn of(authn: &Authn, headers: &HeaderMap) -> Result<Actor, Rejected> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(Actor::Anonymous),
        (Some(one), None) => authn.authenticate(one.as_bytes()).await,
        _ => Err(authn.ambiguous()),
    }
}

/// 401 with what the client should bring next time (RFC 6750), 503 where its credentials cannot be checked just now. A failure that is not the client's stays what it is.
pub(super) fn challenge(rejected: Rejected) -> Refusal {
    match rejected.error.code() {
        Code::Unauthenticated => Refusal::from(rejected.error)
            .with(WWW_AUTHENTICATE, "Bearer realm=\"brandgraph\", error=\"invalid_token\""),
        _ => rejected.error.into(),
    }
}
