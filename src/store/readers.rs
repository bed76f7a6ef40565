//! The connections that reads go through: kept as they are between reads, with no round trip but the read's own.
//!
//! sqlx's pool pings a connection whenever it is returned. Reads are single statements outside of transactions, so a
//! connection that answered is fit for the next one; one that failed, or whose read was abandoned half way, is closed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    postgres::{PgArguments, PgConnectOptions, PgDatabaseError, PgRow, PgSeverity},
};
use tokio::sync::Semaphore;

use super::error::from_sqlx;
use crate::domain::{Code, Error, Result};

/// Whether a connection is of no more use: an ordinary refusal by the database leaves it as it was, anything else does not.
fn in_doubt(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refusal) => refusal
            .try_downcast_ref::<PgDatabaseError>()
            .is_none_or(|refusal| !matches!(refusal.severity(), PgSeverity::Error)),
        _ => true,
    }
}

/// A connection, and the process of the server that is behind it.
#[derive(Debug)]
struct Kept {
    connection: PgConnection,
    backend: i32,
}

/// A statement on its way. Whoever waits for it may give up, and then the server is told to stop: it would notice by itself only
/// seconds later.
struct Asked<'o> {
    options: &'o PgConnectOptions,
    backend: i32,
    answered: bool,
}

/// How many statements are stopped at a time; of more the server notices by itself that their clients are gone.
static STOPPING: Semaphore = Semaphore::const_new(4);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        if let (Ok(place), Ok(runtime)) = (STOPPING.try_acquire(), tokio::runtime::Handle::try_current()) {
            let (options, backend) = (self.options.clone(), self.backend);
            runtime.spawn(async move {
                let stopped = stop(&options, backend).await;
                if let Err(error) = stopped {
                    tracing::debug!(%error, "a statement that nobody waits for could not be stopped");
                }
                drop(place);
            });
        }
    }
}

async fn stop(options: &PgConnectOptions, backend: i32) -> std::result::Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    sqlx::query("select pg_cancel_backend($1)").bind(backend).execute(&mut connection).await?;
    connection.close().await
}

/// A bounded set of connections.
#[derive(Debug)]
pub(super) struct Readers {
    options: PgConnectOptions,
    idle: Mutex<Vec<Kept>>,
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
        let text: Arc<str> = text.into();
        if let Some(kept) = self.pop() {
            match self.try_fetch(kept, Arc::clone(&text), values.clone()).await {
                // The server may have restarted since; a read can be asked again.
                Err(error) if in_doubt(&error) => {}
                answered => return answered.map_err(from_sqlx),
            }
        }
        let connecting = tokio::time::timeout(self.patience, PgConnection::connect_with(&self.options)).await;
        let fresh = connecting
            .map_err(|_| Error::new(Code::Unavailable, "the database cannot be reached"))?
            .map_err(from_sqlx)?;
        let mut fresh = Kept { connection: fresh, backend: 0 };
        let backend = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut fresh.connection).await;
        fresh.backend = backend.map_err(from_sqlx)?;
        self.try_fetch(fresh, text, values).await.map_err(from_sqlx)
    }

    async fn try_fetch(
        &self,
        mut kept: Kept,
        text: Arc<str>,
        values: PgArguments,
    ) -> std::result::Result<Vec<PgRow>, sqlx::Error> {
        let mut asked = Asked { options: &self.options, backend: kept.backend, answered: false };
        let rows = sqlx::query_with(AssertSqlSafe(text), values).fetch_all(&mut kept.connection).await;
        asked.answered = true;
        if !matches!(&rows, Err(error) if in_doubt(error)) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        }
        rows
    }

    fn pop(&self) -> Option<Kept> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Closes the connections that nobody uses.
    pub(super) async fn close(&self) {
        self.places.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for Kept { connection, .. } in idle {
            // The server learns of it one way or the other.
            let _ = connection.close().await;
        }
    }
}
