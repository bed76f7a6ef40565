//! The pool of connections, set up for prepared statements and no ping before use.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{DatabaseConnection, FromQueryResult, QueryResult, SqlxPostgresConnector};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sqlx::{
    PgConnection, PgPool,
    pool::PoolConnection,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions},
};

use super::{
    error::{from_orm, from_sqlx},
    readers::Readers,
};
use crate::domain::{Code, Error, Result, Violation};

/// How to reach PostgreSQL.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `postgres://` address; empty means the embedded server.
    pub url: SecretString,
    /// The most connections that this process opens for reads.
    pub max_connections: u32,
    /// The most connections that this process opens for everything else: mutations, jobs, pulls.
    pub max_write_connections: u32,
    /// Connections for writes that are opened at once and kept.
    pub min_connections: u32,
    /// How long a request waits for a free connection, in milliseconds.
    pub acquire_timeout_ms: u64,
    /// How long one statement may run, in milliseconds; migrations and index builds are exempt.
    pub statement_timeout_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: SecretString::default(),
            max_connections: 16,
            max_write_connections: 8,
            min_connections: 1,
            acquire_timeout_ms: 5_000,
            statement_timeout_ms: 15_000,
        }
    }
}

impl Settings {
    /// What no database could be reached with. An empty address is the embedded server's.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let url = self.url.expose_secret();
        if !url.is_empty()
            && let Err(error) = address(url)
        {
            wrong.extend(error.violations().iter().cloned());
        }
        for (key, value) in [
            ("database.max_connections", u64::from(self.max_connections)),
            ("database.max_write_connections", u64::from(self.max_write_connections)),
            ("database.acquire_timeout_ms", self.acquire_timeout_ms),
        ] {
            if value == 0 {
                wrong.push(Violation::new(key, "minimum", "must be at least 1"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }
}

/// The library takes any scheme for its own.
fn address(url: &str) -> Result<PgConnectOptions> {
    let wrong = || Error::invalid("database.url", "url", "is no postgres:// address");
    if !matches!(url.split_once(':'), Some(("postgres" | "postgresql", _))) {
        return Err(wrong());
    }
    PgConnectOptions::from_str(url).map_err(|source| wrong().with_source(source))
}

/// The database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pub(super) pool: PgPool,
    pub(super) readers: Arc<Readers>,
    orm: DatabaseConnection,
    pub(super) statements: Arc<AtomicU64>,
}

impl Db {
    /// Opens the pool and one connection, so that a wrong address is known now.
    ///
    /// # Errors
    /// `INVALID` for an address that is none, `UNAVAILABLE` where nobody answers.
    pub async fn connect(settings: &Settings) -> Result<Self> {
        let options = address(settings.url.expose_secret())?
            .application_name("brandgraph")
            .statement_cache_capacity(512)
            .options([
                ("statement_timeout", settings.statement_timeout_ms.to_string()),
                // Moments are read as text of this form.
                ("timezone", "UTC".to_owned()),
                ("datestyle", "ISO".to_owned()),
                ("jit", "off".to_owned()),
                // A read whose client has gone away is stopped.
                ("client_connection_check_interval", "2s".to_owned()),
                // How alike a word of a title must be in a fuzzy search; the default of 0.6 forgives too little.
                ("pg_trgm.word_similarity_threshold", "0.45".to_owned()),
            ]);
        let patience = Duration::from_millis(settings.acquire_timeout_ms);
        let readers = Arc::new(Readers::new(options.clone(), settings.max_connections, patience));
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_write_connections)
            .min_connections(settings.min_connections)
            .acquire_timeout(patience)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(|source| {
                Error::new(Code::Unavailable, "the database cannot be reached").with_source(source)
            })?;
        let orm = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        Ok(Self { pool, readers, orm, statements: Arc::default() })
    }

    /// Whether the database answers those who read: long writes make nobody look ill.
    ///
    /// # Errors
    /// `UNAVAILABLE` where it does not.
    pub async fn ping(&self) -> Result<()> {
        self.readers.fetch("select 1".to_owned(), PgArguments::default()).await.map(drop)
    }

    /// The most connections that are open for writes at a time.
    #[must_use]
    pub fn most_writers(&self) -> u32 {
        self.pool.options().get_max_connections()
    }

    /// Rows of one statement that only reads, by way of the connections for reads: what every request needs to look up does not
    /// wait for those who write.
    pub(super) async fn look_up<T: FromQueryResult>(
        &self,
        text: &str,
        values: PgArguments,
    ) -> Result<Vec<T>> {
        let rows = self.readers.fetch(text.to_owned(), values).await?;
        let read = |row| T::from_query_result(&QueryResult::from(row), "").map_err(from_orm);
        rows.into_iter().map(read).collect()
    }

    /// How many read statements this process has sent, for the tests that count them.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Closes every connection, waiting for those in use.
    pub async fn close(&self) {
        self.readers.close().await;
        self.pool.close().await;
    }

    /// A connection that is not the pool's any more, for work that outlasts a statement's time.
    pub(super) async fn detached(&self) -> Result<PgConnection> {
        self.pool.acquire().await.map(PoolConnection::detach).map_err(from_sqlx)
    }

    pub(super) fn orm(&self) -> &DatabaseConnection {
        &self.orm
    }
}
