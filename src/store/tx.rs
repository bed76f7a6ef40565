//! One transaction. Only `service::Unit` begins one, so that nothing is written without its record.

use sea_orm::{DatabaseTransaction, TransactionTrait};

use super::{db::Db, error::from_orm};
use crate::domain::Result;

/// An open transaction; dropped without a commit it is rolled back.
#[derive(Debug)]
pub struct Tx(DatabaseTransaction);

impl Tx {
    /// Opens a transaction. For `service::Unit` alone.
    ///
    /// # Errors
    /// `UNAVAILABLE` where no connection is to be had.
    pub async fn begin(db: &Db) -> Result<Self> {
        db.orm().begin().await.map(Self).map_err(from_orm)
    }

    /// Makes everything done through this transaction lasting.
    ///
    /// # Errors
    /// As the database refuses it (a deferred constraint, a lost connection).
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await.map_err(from_orm)
    }

    /// Takes back everything done through this transaction.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost (the database then rolls back by itself).
    pub async fn rollback(self) -> Result<()> {
        self.0.rollback().await.map_err(from_orm)
    }

    pub(super) fn connection(&self) -> &DatabaseTransaction {
        &self.0
    }
}
