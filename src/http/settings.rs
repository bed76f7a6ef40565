//! What an operator may set about the door. Every bound on a request is here, with its unit.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use http::HeaderValue;
use serde::Deserialize;

use super::{origin::Proxies, tls};
use crate::domain::{Error, Result, Violation};

/// What the library that reads heads needs at least, in bytes.
const MIN_HEADER_BYTES: u32 = 8_192;

/// How many connections machines that ask for health and metrics may have open.
const OPERATIONS_CONNECTIONS: usize = 64;

/// The section `http` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address for health and metrics alone, for machines of the operator's. Unset: there is none.
    pub operations_listen: Option<SocketAddr>,
    /// Whether `/metrics` is also at `listen`, which everybody reaches. Unset: only where the database is embedded.
    pub public_metrics: Option<bool>,
    /// Whether `GET /` shows the playground. Unset: only where the database is embedded.
    pub playground: Option<bool>,
    /// The largest accepted request body, in bytes.
    pub body_limit_bytes: usize,
    /// How many bytes the bodies of requests without credentials may take up together, in one process.
    pub stranger_body_bytes: usize,
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
    /// Whether the schema is shown to those without credentials: by introspection, as a file, and by what is said of misspelt
    /// names. Unset: only where the database is embedded.
    pub open_schema: Option<bool>,
    /// The largest accepted head of a request, in bytes: method, path and headers.
    pub header_limit_bytes: u32,
    /// The proxies in front, as networks (`10.0.0.0/8`): what they say in `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
    /// Browsers on other origins.
    pub cors: Cors,
    /// Encrypted connections.
    pub tls: tls::Settings,
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
            operations_listen: None,
            public_metrics: None,
            playground: None,
            body_limit_bytes: 1024 * 1024,
            stranger_body_bytes: 64 * 1024 * 1024,
            body_timeout_seconds: 15,
            header_timeout_seconds: 75,
            request_timeout_seconds: 30,
            max_connections: 10_000,
            drain_seconds: 0,
            grace_seconds: 20,
            open_schema: None,
            header_limit_bytes: 32 * 1024,
            trusted_proxies: Vec::new(),
            cors: Cors::default(),
            tls: tls::Settings::default(),
        }
    }
}

impl Settings {
    /// What no request could be answered with.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        for (key, value) in [
            ("http.body_limit_bytes", self.body_limit_bytes as u64),
            ("http.stranger_body_bytes", self.stranger_body_bytes as u64),
            ("http.body_timeout_seconds", self.body_timeout_seconds),
            ("http.header_timeout_seconds", self.header_timeout_seconds),
            ("http.request_timeout_seconds", self.request_timeout_seconds),
            ("http.max_connections", self.max_connections as u64),
        ] {
            if value == 0 {
                wrong.push(Violation::new(key, "minimum", "must be at least 1"));
            }
        }
        if self.operations_listen == Some(self.listen) {
            let message = "must be another address than http.listen";
            wrong.push(Violation::new("http.operations_listen", "distinct", message));
        }
        if self.header_limit_bytes < MIN_HEADER_BYTES {
            let message = format!("must be at least {MIN_HEADER_BYTES}");
            wrong.push(Violation::new("http.header_limit_bytes", "minimum", message));
        }
        let faults = [Proxies::parse(&self.trusted_proxies).err(), self.tls.files().err()];
        wrong.extend(faults.into_iter().flatten().flat_map(|error| error.violations().to_vec()));
        let origins = self.cors.origins.iter().filter(|_| self.cors.origins != ["*"]);
        let faults = origins.filter_map(|text| origin(text).err());
        wrong.extend(faults.flat_map(|error| error.violations().to_vec()));
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }

    /// The same for a listener that only machines of the operator's ask: not encrypted, and gone at once.
    #[must_use]
    pub fn for_operations(&self) -> Self {
        Self {
            tls: tls::Settings::default(),
            max_connections: OPERATIONS_CONNECTIONS,
            drain_seconds: 0,
            grace_seconds: 1,
            ..self.clone()
        }
    }

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

/// An origin is a scheme, a host and maybe a port; a path or a trailing slash would silently never match.
pub(super) fn origin(text: &str) -> Result<HeaderValue> {
    let refusal = || {
        let message = format!("{text:?} is no origin: write scheme and host, as in https://shop.example");
        Error::invalid("http.cors.origins", "origin", message)
    };
    let url = url::Url::parse(text).map_err(|_| refusal())?;
    if !matches!(url.scheme(), "http" | "https") || url.origin().ascii_serialization() != text {
        return Err(refusal());
    }
    HeaderValue::from_str(text).map_err(|_| refusal())
}
