//! Every route and every layer of the door, on one page.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use http::{HeaderName, Method, header};
use tower::ServiceBuilder;
use tower_http::{
    CompressionLevel,
    compression::CompressionLayer,
    cors::{AllowOrigin, Any, CorsLayer},
};

use super::{
    error::Refusal,
    graphql, health, metrics, oauth, observe,
    origin::Proxies,
    playground, request_id, schema,
    settings::{self, Settings},
    state::Door,
};
use crate::domain::{Code, Error, Result};

/// The GraphQL endpoint.
pub(super) const GRAPHQL: &str = "/graphql";

/// Routes that machines ask all the time.
pub(super) const OPERATIONS: [&str; 3] = ["/health/live", "/health/ready", "/metrics"];

/// What handlers share: the door and its bounds.
pub(super) struct Routes {
    pub(super) door: Door,
    pub(super) settings: Settings,
    pub(super) proxies: Proxies,
}

/// The whole HTTP surface.
///
/// # Errors
/// `INVALID` for an origin in `http.cors.origins` or a network in `http.trusted_proxies` that is none.
pub fn router(door: Door, settings: &Settings) -> Result<Router> {
    let [live, ready, metrics] = OPERATIONS;
    let proxies = Proxies::parse(&settings.trusted_proxies)?;
    // Outermost first: what a layer adds is seen by all layers above it.
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(door.clock.clone(), request_id::identify))
        .layer(from_fn(observe::observe))
        .layer(from_fn(observe::guard))
        .option_layer(cors(&settings.cors.origins)?)
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest));
    Ok(Router::new()
        .route(GRAPHQL, any(graphql::handle))
        .route("/", get(playground::page))
        .route("/playground/{file}", get(playground::file))
        .route(schema::PATH, get(schema::sdl))
        .route(oauth::TOKEN, post(oauth::token))
        .route(oauth::KEYS, get(oauth::keys))
        .route(oauth::METADATA, get(oauth::metadata))
        .route(live, get(health::live))
        .route(ready, get(health::ready))
        .route(metrics, get(metrics::page))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layers)
        .with_state(Arc::new(Routes { door, settings: settings.clone(), proxies })))
}

async fn not_found(request: Request) -> Response {
    let id = request_id::RequestId::of(request.extensions());
    Refusal::from(Error::not_found("this path")).problem(&id)
}

async fn method_not_allowed(request: Request) -> Response {
    let id = request_id::RequestId::of(request.extensions());
    let error = Error::new(Code::Invalid, "this path is not asked by that method");
    Refusal::new(405, error).problem(&id)
}

/// Which pages on other origins may call this server. Credentials are never allowed along: a bearer token is set by the
/// page itself, and there are no cookies.
fn cors(origins: &[String]) -> Result<Option<CorsLayer>> {
    if origins.is_empty() {
        return Ok(None);
    }
    let origins = if origins == ["*"] {
        AllowOrigin::from(Any)
    } else {
        AllowOrigin::list(origins.iter().map(|origin| settings::origin(origin)).collect::<Result<Vec<_>>>()?)
    };
    let request_headers = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_NONE_MATCH,
        request_id::HEADER,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("traceparent"),
    ];
    let response_headers = [
        header::ETAG,
        header::RETRY_AFTER,
        request_id::HEADER,
        HeaderName::from_static("ratelimit"),
        HeaderName::from_static("ratelimit-policy"),
    ];
    Ok(Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(request_headers)
            .expose_headers(response_headers)
            .max_age(std::time::Duration::from_secs(3600)),
    ))
}
