//! Who asks: the actor of a request, from its headers, or the challenge that it is answered with.

use http::{
    HeaderMap, HeaderName,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};

use super::error::Refusal;
use crate::{
    domain::{Code, access::Actor},
    service::authn::{Authn, Rejected},
};

/// Where tools put a key that cannot set `Authorization`.
pub(super) static API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Who asks with these headers. Without credentials it is nobody in particular.
///
/// # Errors
/// Credentials that are not good, or cannot be checked just now.
pub(super) async fn of(authn: &Authn, headers: &HeaderMap) -> Result<Actor, Rejected> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let mut keys = headers.get_all(&API_KEY).iter();
    match (given.next(), given.next(), keys.next(), keys.next()) {
        (None, _, None, _) => Ok(Actor::Anonymous),
        (Some(one), None, None, _) => authn.authenticate(one.as_bytes()).await,
        (None, _, Some(one), None) => authn.authenticate_key(one.as_bytes()).await,
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
