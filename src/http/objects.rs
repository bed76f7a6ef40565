//! A store that speaks S3, beside the routes: for the embedded mode, where browsers send files to the same port.

use std::sync::Arc;

use axum::{
    Router,
    error_handling::HandleError,
    extract::{Query, Request, State},
    middleware::{Next, from_fn_with_state, map_response},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use s3s::{HttpError, service::S3Service};
use tower_http::cors::{Any, CorsLayer};

use super::{
    error::Refusal,
    limit,
    origin::{self, Proxies},
    request_id::{self, RequestId},
    settings::Settings,
    state::Door,
};
use crate::{
    domain::{
        Code, Error, Result,
        audit::{self, Reason},
    },
    service::authn,
};

/// What stands before the store.
struct Gate {
    door: Door,
    proxies: Proxies,
    /// What refusals are recorded under.
    path: String,
}

/// Puts a store under the path of its bucket. It sees paths as clients sign them, and no middleware of ours touches its bytes.
///
/// # Errors
/// `INVALID` for a network in `http.trusted_proxies` that is none.
pub fn with_objects(
    router: Router,
    bucket: &str,
    store: S3Service,
    door: &Door,
    settings: &Settings,
) -> Result<Router> {
    // What may be done is in the signature alone: there are no cookies, and a page without a signed address can do nothing.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT])
        .allow_headers(Any)
        .expose_headers([header::ETAG, HeaderName::from_static("x-amz-checksum-sha256")])
        .max_age(std::time::Duration::from_secs(3600));
    let proxies = Proxies::parse(&settings.trusted_proxies)?;
    let path = format!("/{bucket}");
    let gate = Arc::new(Gate { door: door.clone(), proxies, path: path.clone() });
    let store = HandleError::new(store, failed);
    let mounted = Router::new()
        .route_service(&path, store.clone())
        .route_service(&format!("{path}/"), store.clone())
        .route_service(&format!("{path}/{{*key}}"), store)
        .layer(from_fn_with_state(gate, guarded))
        .layer(from_fn_with_state(door.clock.clone(), request_id::identify))
        .layer(cors)
        .layer(map_response(kept_apart));
    Ok(router.merge(mounted))
}

/// The origin is that of the graph and of its playground: what somebody uploaded is taken there for nothing but what it was
/// looked at as, and runs nothing.
async fn kept_apart(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    answer
}

/// Refuses what is not signed, or not all of it; counts, records and charges that, and what the store refuses. A good signature
/// passes whoever else failed at that address: the server itself asks from there, too.
async fn guarded(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let told = head.clone();
    match signed(&head.uri, &head.headers) {
        None => {
            let error = Error::new(Code::Forbidden, "a file is sent and got by a signed address alone");
            gate.refuse(&told, Reason::Unauthenticated, Some(error)).await
        }
        Some(names) => {
            // The store obeys headers that nobody signed: one would make of an upload a copy of somebody else's file.
            if let Some(name) = unsigned(&head.headers, &names) {
                let error =
                    Error::new(Code::Forbidden, format!("the header {name} is not part of the signature"));
                let reason = Reason::Login(authn::Reason::Signature.name());
                return gate.refuse(&told, reason, Some(error)).await;
            }
            let answer = next.run(Request::from_parts(head, body)).await;
            let reason = match answer.status() {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => authn::Reason::Signature,
                StatusCode::BAD_REQUEST => authn::Reason::Malformed,
                _ => return answer,
            };
            let refused = gate.refuse(&told, Reason::Login(reason.name()), None).await;
            if refused.status() == StatusCode::TOO_MANY_REQUESTS { refused } else { answer }
        }
    }
}

impl Gate {
    /// Records and charges a refusal. Whoever has failed too often hears so, and nothing of why.
    async fn refuse(&self, head: &Parts, reason: Reason, error: Option<Error>) -> Response {
        let id = RequestId::of(&head.extensions);
        let caller = origin::stranger(&self.proxies, head, &id);
        let from = caller.from;
        self.door.engine.refused(caller, audit::Refusal::new(reason, self.path.clone()));
        match (limit::failed(&self.door.throttle, from).await, error) {
            (Err(limited), _) => limited.problem(&id),
            (Ok(()), Some(error)) => Refusal::from(error).problem(&id),
            (Ok(()), None) => StatusCode::FORBIDDEN.into_response(),
        }
    }
}

/// The names of the headers that a request says are signed, by its address or else by its header; nothing where it shows no signature.
fn signed(uri: &Uri, headers: &HeaderMap) -> Option<Vec<String>> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let names = |text: &str| text.split(';').map(str::to_ascii_lowercase).collect();
    if pairs.iter().any(|(name, _)| name == "X-Amz-Signature") {
        let mut lists = pairs.iter().filter(|(name, _)| name == "X-Amz-SignedHeaders");
        return lists.next().map(|(_, list)| names(list));
    }
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("AWS4-HMAC-SHA256")?;
    given.split(',').find_map(|part| part.trim().strip_prefix("SignedHeaders=")).map(names)
}

/// A header that means something to the store and is not among those that are signed.
fn unsigned<'h>(headers: &'h HeaderMap, signed: &[String]) -> Option<&'h str> {
    let mut names = headers.keys().map(HeaderName::as_str);
    names.find(|name| name.starts_with("x-amz-") && !signed.iter().any(|signed| signed == name))
}

async fn failed(error: HttpError) -> Response {
    tracing::warn!(?error, "the embedded store could not answer");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(uri: &str, headers: &[(&'static str, &str)]) -> Option<bool> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let names = signed(&uri.parse().unwrap(), &headers)?;
        Some(unsigned(&headers, &names).is_some())
    }

    #[test]
    fn what_the_store_obeys_must_be_signed() {
        let address = "/media/a?X-Amz-SignedHeaders=host%3Bx-amz-checksum-sha256&X-Amz-Signature=00";
        assert_eq!(
            refused(address, &[("x-amz-checksum-sha256", "a"), ("x-amzn-trace-id", "b")]),
            Some(false)
        );
        assert_eq!(refused(address, &[("x-amz-copy-source", "media/b")]), Some(true));
        // What a header says of an address that is signed is nothing.
        let claims = "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host;x-amz-copy-source, Signature=0";
        let both = [("authorization", claims), ("x-amz-copy-source", "media/b")];
        assert_eq!(refused(address, &both), Some(true));
        assert_eq!(refused("/media/a", &both), Some(false));
        assert_eq!(refused("/media/a", &[("authorization", claims), ("x-amz-acl", "b")]), Some(true));
        for nothing in ["/media/a", "/media/a?X-Amz-Signature=00", "/media/a?X-Amz-SignedHeaders=host"] {
            assert_eq!(refused(nothing, &[("authorization", "Bearer a")]), None, "{nothing}");
        }
    }
}
