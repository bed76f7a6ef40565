//! What a batch of records needs beside the set-based writes of [`super::import`]: its brand, what it refers to, and what
//! may exist only once.

mod context;
mod existing;
mod reference;
mod unique;

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use serde::Serialize;

use super::{error::from_orm, tx::Tx};
use crate::domain::{Error, Result};

pub use context::{BrandRow, TypeRow, find_brand, list_types};
pub use existing::{Published, SlugClaim, load_published, taken_slugs};
pub use reference::{
    Known, PendingRow, add_pending, count_pending_of_brand, known_assets, known_entries, overdue, raise,
    replace_pending, settle, withdraw_reference,
};
pub use unique::{Claim, lock_values, taken_values};

/// Runs a statement and reads its rows.
async fn query<T: FromQueryResult>(
    tx: &Tx,
    sql: impl Into<String>,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    T::find_by_statement(statement).all(tx.connection()).await.map_err(from_orm)
}

/// Runs a statement for what it does.
async fn execute(tx: &Tx, sql: &'static str, values: impl IntoIterator<Item = Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    tx.connection().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}

/// Rows as one parameter, for `jsonb_to_recordset`.
fn json<T: Serialize>(rows: &[T]) -> Result<Value> {
    serde_json::to_string(rows).map(Value::from).map_err(Error::internal)
}
