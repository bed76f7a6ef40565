//! What is plugged into what, on one page: services into the graph, graph and tokens into the door.

use std::sync::Arc;

use futures::FutureExt;

use super::{config::Config, failure::Failure, identity};
use crate::{
    cache::Redis,
    domain::Result,
    graphql::{Engine, persisted::Persisted},
    http::{self, Assets, Door, Draining, metrics},
    service::{
        Library, Services,
        authn::{self, Authn},
        throttle::{self, Throttle},
    },
};

/// Everything in front of the services.
#[derive(Debug)]
pub struct Built {
    /// Every route.
    pub router: http::Router,
    /// Health and metrics, for a listener of their own.
    pub operations: http::Router,
    /// Checks and makes tokens.
    pub authn: Arc<Authn>,
    /// Set while the server is going away.
    pub draining: Draining,
    /// What the routes were built from, for those that are put beside them.
    pub door: Door,
    /// The graph, which knows whether a mutation is still running.
    pub engine: Engine,
}

/// Builds what answers requests.
///
/// # Errors
/// Where a setting does not allow it.
pub fn build(config: &Config, services: &Services) -> Result<Built, Failure> {
    let auth = identity::settings(config)?;
    let authn = identity::authn(&auth, services)?;
    let draining = Draining::default();
    let playground = config.http.playground.unwrap_or(config.embedded_mode());
    let redis = Redis::new(&config.redis, services.clock.clone())?;
    let throttle = Arc::new(throttle(config, redis.clone(), services));
    let open_schema = config.http.open_schema.unwrap_or(config.embedded_mode());
    let engine = engine(&auth, services)?
        .with_limits(config.limits)
        .with_throttle(Arc::clone(&throttle))
        .with_persisted(Persisted::new(&config.documents, redis)?);
    let engine = if open_schema { engine } else { engine.closed_to_strangers() };
    let door = Door {
        engine: Arc::new(engine.clone()),
        authn: authn.clone(),
        ready: ready(services),
        draining: draining.clone(),
        metrics: metrics::install()?,
        playground: playground.then(Assets::embedded),
        clock: services.clock.clone(),
        open_schema,
        services: Some(services.clone()),
        public_metrics: config.http.public_metrics.unwrap_or(config.embedded_mode()),
        throttle,
    };
    let operations = http::operations(door.clone(), &config.http);
    let router = http::router(door.clone(), &config.http)?;
    Ok(Built { router, door, operations, authn, draining, engine })
}

/// The graph over the services.
pub(super) fn engine(auth: &authn::Settings, services: &Services) -> Result<Engine> {
    let library = Library::new(services.db.clone(), &identity::cursor_key(auth)?)?;
    Engine::new(services.clone(), library)
}

/// Nobody is charged where the database is embedded and nothing else was said.
fn throttle(config: &Config, redis: Option<Redis>, services: &Services) -> Throttle {
    let enabled = config.rate_limits.enabled.or(Some(!config.embedded_mode()));
    let settings = throttle::Settings { enabled, ..config.rate_limits };
    Throttle::new(settings, redis, &services.clock).with_quotas(config.quotas, services)
}

/// A server is ready while its database answers.
fn ready(services: &Services) -> http::Ready {
    let db = services.db.clone();
    Arc::new(move || {
        let db = db.clone();
        async move { db.ping().await }.boxed()
    })
}
