//! A lock on something that one process at a time may do, for as long as it takes.

use sqlx::{Connection, PgConnection};

use super::{Db, error::from_sqlx};
use crate::domain::Result;

/// A lock that a connection of its own holds: it is free again when its holder lets go, and when its holder is gone,
/// however that came. It is tried for and never waited for.
#[derive(Debug)]
pub struct Lock(PgConnection);

impl Lock {
    /// Takes the lock of that number; none where another holds it.
    ///
    /// # Errors
    /// `UNAVAILABLE` without a connection.
    pub async fn take(db: &Db, number: i64) -> Result<Option<Self>> {
        let mut connection = db.detached().await?;
        let free: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(number)
            .fetch_one(&mut connection)
            .await
            .map_err(from_sqlx)?;
        if free {
            return Ok(Some(Self(connection)));
        }
        connection.close().await.map_err(from_sqlx)?;
        Ok(None)
    }

    /// The connection that holds the lock.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// Lets others take it.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost; the lock is then free all the same.
    pub async fn release(mut self) -> Result<()> {
        // Given back by name: a closed connection is said goodbye to, and its lock goes only when the server heard it.
        sqlx::query("select pg_advisory_unlock_all()").execute(&mut self.0).await.map_err(from_sqlx)?;
        self.0.close().await.map_err(from_sqlx)
    }
}
