//! The connections that reads go through: kept as they are between reads, with no round trip but the read's own.
//!
//! sqlx's pool pings a connection whenever it is returned. Reads are single statements outside of transactions, so a
//! connection that answered is fit for the next one; one that failed, or whose read was abandoned half way, is closed.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    postgres::{PgArguments, PgConnectOptions, PgRow},
};
use tokio::sync::Semaphore;

use super::error::from_sqlx;
use crate::domain::{Code, Error, Result};

/// A bounded set of connections.
#[derive(Debug)]
pub(super) struct Readers {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    places: Semaphore,
    patience: Duration,
}

impl Readers {
    /// No connection yet; as many as `places` at a time, for which a read waits no longer than `patience`.
    pub(super) fn new(options: PgConnectOptions, places: u32, patience: Duration) -> Self {
        let places = Semaphore::new(usize::try_from(places.max(1)).unwrap_or(1));
        Self { options, idle: Mutex::default(), places, patience }
    }

    /// Runs one read.
    ///
    /// # Errors
    /// `UNAVAILABLE` where no connection is to be had in time; otherwise as the database says.
    pub(super) async fn fetch(&self, text: String, values: PgArguments) -> Result<Vec<PgRow>> {
        let waited = tokio::time::timeout(self.patience, self.places.acquire()).await;
        let Ok(Ok(_place)) = waited else {
            return Err(Error::new(Code::Unavailable, "every connection to the database is busy"));
        };
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => PgConnection::connect_with(&self.options).await.map_err(from_sqlx)?,
        };
        let rows = sqlx::query_with(AssertSqlSafe(text), values).fetch_all(&mut connection).await;
        // A refusal by the database leaves the connection as it was; anything else leaves it in doubt.
        if matches!(rows, Ok(_) | Err(sqlx::Error::Database(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        rows.map_err(from_sqlx)
    }

    /// Closes the connections that nobody uses.
    pub(super) async fn close(&self) {
        self.places.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            // The server learns of it one way or the other.
            let _ = connection.close().await;
        }
    }
}
