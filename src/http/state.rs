//! What every handler can reach, and the two questions that operations ask of a server: are you alive, are you ready.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures::future::BoxFuture;
use metrics_exporter_prometheus::PrometheusHandle;

use super::{Assets, engine::Engine};
use crate::{
    domain::Result,
    kit::clock::Clock,
    service::{Services, authn::Authn, throttle::Throttle},
};

/// Asks whether what the server depends on (its database) answers.
pub type Ready = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// What the routes are built from.
#[derive(Clone)]
pub struct Door {
    /// Runs GraphQL requests.
    pub engine: Arc<dyn Engine>,
    /// Tells who sent a request.
    pub authn: Arc<Authn>,
    /// Asked by `/health/ready`.
    pub ready: Ready,
    /// Set while the server is going away.
    pub draining: Draining,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
    /// The playground's files; `None` turns the playground off.
    pub playground: Option<Assets>,
    /// Where request ids take their time from.
    pub clock: Clock,
    /// Whether the schema is shown to those without credentials.
    pub open_schema: bool,
    /// Whether `/metrics` is among the routes that everybody reaches.
    pub public_metrics: bool,
    /// Where assets are looked up; without it they are not.
    pub services: Option<Services>,
    /// Charges logins that fail.
    pub throttle: Arc<Throttle>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

/// Whether the server is going away; clones share one answer.
#[derive(Debug, Clone, Default)]
pub struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on the server is going away.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the server is going away.
    #[must_use]
    pub fn begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
