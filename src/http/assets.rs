//! The stable address of an asset's file: it redirects to one that is good for a short while, for those who may have it.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
    request::Parts,
};

use super::{entrance, error::Refusal, limit, origin, request_id::RequestId, router::Routes};
use crate::{
    domain::{
        Error, audit,
        node::{Kind, NodeId},
        variant::Variant,
    },
    service::{Caller, asset_address::address},
};

/// Where assets are found.
pub(super) const PATH: &str = "/v1/assets/{id}";
/// What refusals are recorded under.
const WHAT: &str = "/v1/assets";

/// Answers `GET /v1/assets/{id}`.
pub(super) async fn redirect(
    State(routes): State<Arc<Routes>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    let request_id = RequestId::of(&head.extensions);
    match find(&routes, &head, &id, &request_id).await {
        Ok(location) => (
            StatusCode::FOUND,
            [
                (LOCATION, location),
                // Whoever has the address has the file: nobody is to keep it, or to tell it on.
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer")),
            ],
        )
            .into_response(),
        Err(refusal) => refusal.problem(&request_id),
    }
}

async fn find(
    routes: &Routes,
    head: &Parts,
    id: &str,
    request_id: &RequestId,
) -> Result<HeaderValue, Refusal> {
    let actor = entrance::admit(routes, head, request_id, WHAT).await?;
    let caller = Caller { actor, ..origin::stranger(&routes.proxies, head, request_id) };
    limit::charge(&routes.door.throttle, &caller.actor, caller.from)
        .await
        .map_err(|refusal| entrance::limited(routes, caller.clone(), WHAT, refusal))?;
    let found = async {
        let services = routes.door.services.as_ref().ok_or_else(|| Error::not_found("this path"))?;
        let id = NodeId::parse_as(Kind::Asset, id, "id")?;
        let variant = Variant::parse(head.uri.query().unwrap_or_default())?;
        let location = address(services, &caller, id, variant).await?;
        HeaderValue::from_str(&location).map_err(Error::internal)
    };
    found.await.map_err(|error| {
        if let Some(refusal) = audit::Refusal::of(&error, WHAT) {
            routes.door.engine.refused(caller.clone(), refusal);
        }
        error.into()
    })
}
