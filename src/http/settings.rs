//! What an operator may set about the door. Every bound on a request is here, with its unit.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use serde::Deserialize;

/// The section `http` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Whether `GET /` shows the playground. Unset: only where the database is embedded.
    pub playground: Option<bool>,
    /// The largest accepted request body, in bytes.
    pub body_limit_bytes: usize,
    /// How long a client may take to send a body, in seconds.
    pub body_timeout_seconds: u64,
    /// How long a client may take to send the head of a request, in seconds; also how long an idle connection is kept.
    /// Longer than the idle timeout of a proxy in front, so that the proxy is never the one surprised.
    pub header_timeout_seconds: u64,
    /// How long one GraphQL request may run, in seconds.
    pub request_timeout_seconds: u64,
    /// How many connections may be open; more wait in the operating system's queue.
    pub max_connections: usize,
    /// How long to answer on while `/health/ready` already says 503, in seconds, so that a balancer notices first.
    pub drain_seconds: u64,
    /// How long requests in flight may take to finish at shutdown, in seconds.
    pub grace_seconds: u64,
    /// Browsers on other origins.
    pub cors: Cors,
}

/// The section `http.cors` of the configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// The origins whose pages may call this server (`https://shop.example`), or `["*"]` for all. Empty: none.
    pub origins: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            playground: None,
            body_limit_bytes: 1024 * 1024,
            body_timeout_seconds: 15,
            header_timeout_seconds: 75,
            request_timeout_seconds: 30,
            max_connections: 10_000,
            drain_seconds: 0,
            grace_seconds: 20,
            cors: Cors::default(),
        }
    }
}

impl Settings {
    pub(super) fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_seconds)
    }

    pub(super) fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_seconds)
    }

    pub(super) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    pub(super) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }

    pub(super) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds)
    }
}
