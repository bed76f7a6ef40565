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
/// 401 with a challenge for credentials that are not good, 503 where they cannot be checked just now.
pub(super) async fn of(authn: &Authn, headers: &HeaderMap) -> Result<Actor, Refusal> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(Actor::Anonymous),
        (Some(one), None) => authn.authenticate(one.as_bytes()).await.map_err(challenge),
        _ => Err(challenge(authn.ambiguous())),
    }
}

/// RFC 6750: what the client should bring next time. A failure that is not the client's stays what it is.
fn challenge(rejected: Rejected) -> Refusal {
    match rejected.error.code() {
        Code::Unauthenticated => Refusal::from(rejected.error)
            .with(WWW_AUTHENTICATE, "Bearer realm=\"brandgraph\", error=\"invalid_token\""),
        _ => rejected.error.into(),
    }
}
