//! Who asks, found out in one way for every route: credentials that are not good are recorded and charged wherever they are tried.

use http::request::Parts;

use super::{actor, error::Refusal, limit, origin, request_id::RequestId, router::Routes};
use crate::domain::{
    access::Actor,
    audit::{self, Reason},
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
    match actor::of(&routes.door.authn, &head.headers).await {
        Ok(actor) => Ok(actor),
        Err(rejected) => {
            let refusal = audit::Refusal::new(Reason::Login(rejected.reason.name()), what);
            routes.door.engine.refused(origin::stranger(&routes.proxies, head, id), refusal);
            let from = routes.proxies.client(head);
            Err(limit::after(&routes.door.throttle, from, actor::challenge(rejected)).await)
        }
    }
}
