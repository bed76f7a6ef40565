//! One transaction. Only `service::Unit` begins one, so that nothing is written without its record.

use sea_orm::{DatabaseTransaction, TransactionTrait};

use serde_json::Value;
use uuid::Uuid;

use super::{
    db::Db,
    error::from_orm,
    image::{Imaged, Images},
};
use crate::domain::Result;

/// An open transaction; dropped without a commit it is rolled back.
#[derive(Debug)]
pub struct Tx {
    open: DatabaseTransaction,
    images: Images,
}

impl Tx {
    /// Opens a transaction. For `service::Unit` alone.
    ///
    /// # Errors
    /// `UNAVAILABLE` where no connection is to be had.
    pub async fn begin(db: &Db) -> Result<Self> {
        let open = db.orm().begin().await.map_err(from_orm)?;
        Ok(Self { open, images: Images::default() })
    }

    /// Opens a part of this transaction that can be taken back alone (a savepoint). Its images are its own. For
    /// `service::Joint` alone.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost.
    pub async fn nest(&self) -> Result<Self> {
        let open = self.open.begin().await.map_err(from_orm)?;
        Ok(Self { open, images: Images::default() })
    }

    /// Makes everything done through this transaction lasting.
    ///
    /// # Errors
    /// As the database refuses it (a deferred constraint, a lost connection).
    pub async fn commit(self) -> Result<()> {
        self.open.commit().await.map_err(from_orm)
    }

    /// Takes back everything done through this transaction.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost (the database then rolls back by itself).
    pub async fn rollback(self) -> Result<()> {
        self.open.rollback().await.map_err(from_orm)
    }

    pub(super) fn connection(&self) -> &DatabaseTransaction {
        &self.open
    }

    /// Notes a row as it was found, for the record of what changes about it.
    pub(super) fn saw(&self, row: &impl Imaged) {
        self.images.saw(row);
    }

    /// Notes a row as it was written.
    pub(super) fn wrote(&self, row: &impl Imaged) {
        self.images.wrote(row);
    }

    /// Notes that a row is gone.
    pub(super) fn removed(&self, id: Uuid) {
        self.images.removed(id);
    }

    /// Notes what hangs on a row (its tags, its locales), as it was and as it is.
    pub(super) fn part(&self, id: Uuid, name: &str, before: Value, after: Value) {
        self.images.part(id, name, before, after);
    }

    /// What this transaction changed about a row: as it was, as it is. Null where there was or is none.
    #[must_use]
    pub fn changes(&self, id: Uuid) -> (Option<Value>, Option<Value>) {
        self.images.difference(id)
    }
}
