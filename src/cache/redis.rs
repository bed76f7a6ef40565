//! One kept connection to Redis, and a breaker before it: a Redis that is away costs a request no more than a glance.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use redis::{
    Client, IntoConnectionInfo, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::TcpSettings,
};
use secrecy::ExposeSecret;

use super::Settings;
use crate::{
    domain::{Error, Result},
    kit::{
        breaker::{Breaker, Change},
        clock::Clock,
    },
};

/// How often Redis must fail in a row before it is left alone.
const TOLERANCE: u32 = 2;
/// For how long it is left alone, in milliseconds, before one request tries again.
const PAUSE_MS: i64 = 1_000;
/// How long a new connection may take.
const CONNECTING: Duration = Duration::from_secs(1);

/// Redis did not answer, or is left alone since it did not lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away;

/// Redis; cheap to clone.
#[derive(Clone)]
pub struct Redis {
    connection: ConnectionManager,
    patience: Duration,
    prefix: Arc<str>,
    breaker: Arc<Breaker>,
    clock: Clock,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Redis {
    /// Redis at the configured address, connected to when it is first asked; nothing where none is configured.
    ///
    /// # Errors
    /// `INVALID` for an address that is none.
    pub fn new(settings: &Settings, clock: Clock) -> Result<Option<Self>> {
        let Some(url) = &settings.url else { return Ok(None) };
        let refused =
            |source| Error::invalid("redis.url", "url", "is no redis:// address").with_source(source);
        let address = url.expose_secret().into_connection_info().map_err(refused)?;
        let address = address.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let client = Client::open(address).map_err(refused)?;
        let patience = Duration::from_millis(settings.timeout_ms);
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(patience))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(refused)?;
        let breaker = Arc::new(Breaker::new(TOLERANCE, TimeDelta::milliseconds(PAUSE_MS)));
        Ok(Some(Self { connection, patience, prefix: settings.prefix.as_str().into(), breaker, clock }))
    }

    /// A key under the prefix of this installation.
    #[must_use]
    pub fn key(&self, of: &str, id: &str) -> String {
        format!("{}:{of}:{id}", self.prefix)
    }

    /// Asks Redis, where it may be asked now.
    ///
    /// # Errors
    /// [`Away`] where it did not answer in time, refused, or is left alone.
    pub async fn ask<T, F>(&self, question: impl FnOnce(ConnectionManager) -> F) -> Result<T, Away>
    where
        F: Future<Output = RedisResult<T>>,
    {
        if !self.breaker.allows(self.clock.now()) {
            return Err(Away);
        }
        match tokio::time::timeout(self.patience, question(self.connection.clone())).await {
            Ok(Ok(answer)) => {
                if self.breaker.succeeded() == Change::Closed {
                    tracing::info!("Redis answers again");
                }
                Ok(answer)
            }
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(elapsed) => Err(self.failed(&elapsed)),
        }
    }

    /// The text under a key.
    ///
    /// # Errors
    /// As [`Redis::ask`].
    pub async fn find(&self, key: &str) -> Result<Option<String>, Away> {
        let get = async |mut connection| redis::cmd("GET").arg(key).query_async(&mut connection).await;
        self.ask(get).await
    }

    /// Keeps a text under a key for so many seconds.
    ///
    /// # Errors
    /// As [`Redis::ask`].
    pub async fn keep(&self, key: &str, text: &str, seconds: u64) -> Result<(), Away> {
        let set = async |mut connection| {
            redis::cmd("SET").arg(key).arg(text).arg("EX").arg(seconds).query_async(&mut connection).await
        };
        self.ask(set).await
    }

    fn failed(&self, error: &dyn std::error::Error) -> Away {
        metrics::counter!(FAILURES).increment(1);
        if self.breaker.failed(self.clock.now()) == Change::Opened {
            tracing::warn!(%error, "Redis is away; each instance counts for itself until it is back");
        }
        Away
    }
}

/// Questions that Redis did not answer.
pub const FAILURES: &str = "redis_failures_total";
