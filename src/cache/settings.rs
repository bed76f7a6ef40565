//! How to reach Redis.

use redis::IntoConnectionInfo;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::{Error, Result};

/// The section `redis` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `redis://`, `rediss://` or `redis+unix://` address; unset: each instance counts for itself, in memory.
    pub url: Option<SecretString>,
    /// What every key begins with, where a Redis is shared.
    pub prefix: String,
    /// How long a request waits for Redis before it goes on without, in milliseconds.
    pub timeout_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { url: None, prefix: "brandgraph".to_owned(), timeout_ms: 20 }
    }
}

impl Settings {
    /// What no Redis could be reached with.
    ///
    /// # Errors
    /// `INVALID` naming the setting.
    pub fn check(&self) -> Result<()> {
        if self.timeout_ms == 0 {
            return Err(Error::invalid("redis.timeout_ms", "minimum", "must be at least 1"));
        }
        match &self.url {
            Some(url) if url.expose_secret().into_connection_info().is_err() => {
                Err(Error::invalid("redis.url", "url", "is no redis:// address"))
            }
            _ => Ok(()),
        }
    }
}
