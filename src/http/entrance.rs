//! Who asks, found out in one way for every route: credentials that are not good are recorded and charged wherever they are tried.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use serde_json::Value;

use super::{actor, error::Refusal, limit, origin, request_id::RequestId, router::Routes};
use crate::{
    domain::{
        access::Actor,
        audit::{self, Reason},
        credential::read_key,
        node::{Kind, NodeId},
    },
    service::{Caller, authn::MAX_TOKEN_BYTES},
};

/// Who asks for `what`.
///
/// # Errors
/// The challenge of [`actor::challenge`], or what is said to an address that has failed too often.
pub(super) async fn admit(
    routes: &Routes,
    head: &Parts,
    id: &RequestId,
    what: &'static str,
) -> Result<Actor, Refusal> {
    let from = routes.proxies.client(head);
    limit::open(&routes.door.throttle, from)
        .map_err(|refusal| limited(routes, origin::stranger(&routes.proxies, head, id), what, refusal))?;
    match actor::of(&routes.door.authn, &head.headers).await {
        Ok(actor) => Ok(actor),
        Err(rejected) => {
            let refusal = audit::Refusal::new(Reason::Login(rejected.reason.name()), what);
            let refusal = claimed(&head.headers).into_iter().fold(refusal, audit::Refusal::claiming);
            routes.door.engine.refused(origin::stranger(&routes.proxies, head, id), refusal);
            Err(limit::after(&routes.door.throttle, from, actor::challenge(rejected)).await)
        }
    }
}

/// Records that somebody who asked for `what` has spent too much, and hands the refusal on.
pub(super) fn limited(routes: &Routes, caller: Caller, what: &'static str, refusal: Refusal) -> Refusal {
    // A throttle that cannot be asked is no refusal.
    if refusal.code() == 429 {
        routes.door.engine.refused(caller, audit::Refusal::new(Reason::RateLimited, what));
    }
    refusal
}

/// Charges the address of a stranger the least that a request costs.
///
/// # Errors
/// As [`limit::spend`]; that is recorded.
pub(super) async fn spend(
    routes: &Routes,
    head: &Parts,
    id: &RequestId,
    what: &'static str,
) -> Result<(), Refusal> {
    let spent = limit::spend(&routes.door.throttle, routes.proxies.client(head)).await;
    spent.map_err(|refusal| limited(routes, origin::stranger(&routes.proxies, head, id), what, refusal))
}

/// Who credentials say that they are of, whether that is so or not: the id of a key, the subject of a token. Never the secret.
fn claimed(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(AUTHORIZATION).or_else(|| headers.get(&actor::API_KEY))?.as_bytes();
    let given = given.rsplit(|byte| *byte == b' ').next().filter(|given| given.len() <= MAX_TOKEN_BYTES)?;
    if let Some((id, _)) = read_key(given) {
        return Some(NodeId::new(Kind::ApiKey, id).to_string());
    }
    let claims = BASE64_URL_SAFE_NO_PAD.decode(given.split(|byte| *byte == b'.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&claims).ok()?.get("sub")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_named_without_their_secret() {
        let claimed = |value: &str| {
            claimed(&HeaderMap::from_iter([(AUTHORIZATION, http::HeaderValue::from_str(value).unwrap())]))
        };
        let body = BASE64_URL_SAFE_NO_PAD.encode(r#"{"sub": "mallory"}"#);
        assert_eq!(claimed(&format!("Bearer e30.{body}.c2ln")).as_deref(), Some("mallory"));
        for nothing in ["Bearer no.token.this", "Bearer e30.e30.e30", "Bearer", "Bearer x", ""] {
            assert_eq!(claimed(nothing), None, "{nothing}");
        }
    }
}
