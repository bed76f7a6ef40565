//! Brings the database to this version's schema, one process at a time.

use migrations::Migrator;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use sea_orm_migration::{MigrationStatus, MigratorTrait};

use super::{db::Db, error::from_orm};
use crate::domain::Result;

// Any constant will do, as long as nobody else on this database uses it.
const LOCK: i64 = 0x6272_616e_6467_7261;

/// One step and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The step's name.
    pub name: String,
    /// Whether it has been applied.
    pub applied: bool,
}

/// Applies every pending step; several processes that start together wait for one another.
///
/// # Errors
/// `UNAVAILABLE` without a database, `INTERNAL` where a step fails; a failed step leaves nothing behind.
pub async fn migrate(db: &Db) -> Result<()> {
    let guard = db.orm().begin().await.map_err(from_orm)?;
    guard
        .execute_unprepared(&format!("set local statement_timeout = 0; select pg_advisory_xact_lock({LOCK})"))
        .await
        .map_err(from_orm)?;
    // The steps run on this same connection, so lock, timeout and steps share one transaction.
    Migrator::up(&guard, None).await.map_err(from_orm)?;
    guard.commit().await.map_err(from_orm)
}

/// Every step, in order, and whether the database has it.
///
/// # Errors
/// `UNAVAILABLE` without a database.
pub async fn status(db: &Db) -> Result<Vec<Migration>> {
    let sql = "select to_regclass('seaql_migrations') is not null as known".to_owned();
    let row =
        db.orm().query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.map_err(from_orm)?;
    let known = row.map(|row| row.try_get("", "known")).transpose().map_err(from_orm)?.unwrap_or(false);
    if !known {
        return Ok(Migrator::migrations()
            .iter()
            .map(|step| Migration { name: step.name().to_owned(), applied: false })
            .collect());
    }
    Ok(Migrator::get_migration_with_status(db.orm())
        .await
        .map_err(from_orm)?
        .iter()
        .map(|step| Migration {
            name: step.name().to_owned(),
            applied: step.status() == MigrationStatus::Applied,
        })
        .collect())
}
