//! Every route and every layer of the door, on one page.

use std::{sync::Arc, time::Duration};

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
    actor, assets,
    error::Refusal,
    graphql, head, health, metrics, oauth, observe,
    origin::Proxies,
    playground, request_id,
    room::Room,
    schema,
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
    pub(super) room: Room,
}

/// The whole HTTP surface.
///
/// # Errors
/// `INVALID` for an origin in `http.cors.origins` or a network in `http.trusted_proxies` that is none.
pub fn router(door: Door, settings: &Settings) -> Result<Router> {
    let proxies = Proxies::parse(&settings.trusted_proxies)?;
    // Outermost first: what a layer adds is seen by all layers above it.
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(door.clock.clone(), request_id::identify))
        .layer(from_fn(observe::observe))
        .layer(from_fn(observe::guard))
        .layer(from_fn_with_state(settings.header_limit_bytes, head::bounded))
        .option_layer(cors(&settings.cors.origins)?)
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest));
    let public = if door.public_metrics { metrics() } else { Router::new() };
    Ok(Router::new()
        .route(GRAPHQL, any(graphql::handle))
        .route("/", get(playground::page))
        .route("/playground/{file}", get(playground::file))
        .route(schema::PATH, get(schema::sdl))
        .route(assets::PATH, get(assets::redirect))
        .route(oauth::TOKEN, post(oauth::token))
        .route(oauth::KEYS, get(oauth::keys))
        .route(oauth::METADATA, get(oauth::metadata))
        .merge(health())
        .merge(public)
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layers)
        .with_state(routes(door, settings, proxies)))
}

/// What machines ask, for a listener of its own that nobody else reaches.
pub fn operations(door: Door, settings: &Settings) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(door.clock.clone(), request_id::identify))
        .layer(from_fn(observe::observe))
        .layer(from_fn(observe::guard));
    Router::new()
        .merge(health())
        .merge(metrics())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layers)
        .with_state(routes(door, settings, Proxies::default()))
}

fn routes(door: Door, settings: &Settings, proxies: Proxies) -> Arc<Routes> {
    let room = Room::new(settings.stranger_body_bytes);
    Arc::new(Routes { door, settings: settings.clone(), proxies, room })
}

fn health() -> Router<Arc<Routes>> {
    let [live, ready, _] = OPERATIONS;
    Router::new().route(live, get(health::live)).route(ready, get(health::ready))
}

fn metrics() -> Router<Arc<Routes>> {
    let [_, _, metrics] = OPERATIONS;
    Router::new().route(metrics, get(metrics::page))
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

/// How long a browser may remember what it was told when it asked.
const PREFLIGHT_KEPT: Duration = Duration::from_secs(3_600);

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
        actor::API_KEY.clone(),
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("traceparent"),
        HeaderName::from_static("tracestate"),
        // What clients of GraphQL send so that their browsers ask, or to say who they are.
        HeaderName::from_static("apollo-require-preflight"),
        HeaderName::from_static("x-requested-with"),
        HeaderName::from_static("x-apollo-operation-name"),
        HeaderName::from_static("apollographql-client-name"),
        HeaderName::from_static("apollographql-client-version"),
    ];
    let response_headers = [
        header::ETAG,
        header::RETRY_AFTER,
        request_id::HEADER,
        HeaderName::from_static("idempotent-replayed"),
        HeaderName::from_static("ratelimit"),
        HeaderName::from_static("ratelimit-policy"),
    ];
    Ok(Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            .allow_headers(request_headers)
            .expose_headers(response_headers)
            .max_age(PREFLIGHT_KEPT),
    ))
}
